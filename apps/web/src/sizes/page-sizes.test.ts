import { describe, expect, it } from 'vitest';
import { weighPage, type BuiltSite } from './page-sizes.ts';

const SIZES: Record<string, number> = {
  'start.js': 1,
  'base.js': 10,
  'layout.js': 100,
  'page.js': 1_000,
  'later.js': 10_000,
  'ru.js': 200,
  'en.js': 300,
  'worker.js': 100_000,
};
const site: BuiltSite = {
  manifest: {
    _base: { file: 'base.js' },
    layout: { file: 'layout.js', imports: ['_base'], dynamicImports: ['ru.json', 'en.json'] },
    page: { file: 'page.js', imports: ['_base', '_circle'], dynamicImports: ['later', 'ru.json'] },
    _circle: { file: 'base.js', imports: ['page'] },
    later: { file: 'later.js', imports: ['_base'] },
    'ru.json': { file: 'ru.js' },
    'en.json': { file: 'en.js' },
  },
  always: ['start.js', 'base.js'],
  isText: (key) => key.endsWith('.json'),
  bytesOf: (file) => SIZES[file]!,
  workersOf: (file) => (file === 'later.js' ? ['worker.js'] : []),
};
const page = { route: '/', nodes: ['layout', 'page'], texts: [['ru.json'], ['en.json']] };

describe('the script of a page', () => {
  it('is what its document asks for and the texts of the heavier language, each file once', () => {
    expect(weighPage(site, page).firstView).toBe(1 + 10 + 100 + 1_000 + 300);
  });
  it('is in all what it may load later too, workers included, in one language still', () => {
    expect(weighPage(site, page).whole).toBe(1 + 10 + 100 + 1_000 + 300 + 10_000 + 100_000);
  });
  it('is not weighed by a manifest that lacks a part of it', () => {
    expect(() => weighPage(site, { ...page, nodes: ['layout', 'elsewhere'] })).toThrow(RangeError);
  });
});
