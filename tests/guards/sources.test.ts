// What the sources themselves must not hold, and what every language must have.
import { execFileSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { IntlMessageFormat } from 'intl-messageformat';
import { describe, expect, it } from 'vitest';
import { root } from './planted.ts';

const tracked = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
})
  .trim()
  .split('\n');

/** Places of a text that a source may not hold. */
const findHosts = (text: string): string[] =>
  text.match(/\bregistry\.(npmjs|yarnpkg)\.\w+|\bdeb\.debian\.org|\bproxy\.golang\.org/g) ?? [];
const findSecrets = (text: string): string[] =>
  text.match(
    /-----BEGIN [A-Z ]*PRIVATE KEY-----|PRIVATE\+KEY\+(?!example\.com|witness\+f13a86db|monkeys\+db4d9f7e|PeterNeumann|EnochRoot)[^\s'"`]+\+[0-9a-f]{8}\+[A-Za-z0-9+/]{40,}/g,
  ) ?? [];

/** Keys that one language has and the other lacks, and placeholders that differ. */
function compareCatalogs(a: Record<string, string>, b: Record<string, string>): string[] {
  const placeholders = (text: string) =>
    [...new Set(text.match(/\{\s*(\w+)/g)?.map((part) => part.slice(1).trim()) ?? [])].toSorted().join();
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].filter(
    (key) =>
      !(key in a) ||
      !(key in b) ||
      (placeholders(a[key]!) !== placeholders(b[key]!) && !/plural|select/.test(a[key]! + b[key]!)),
  );
}

describe('the sources', () => {
  it('name no host of a package registry', () => {
    expect(findHosts('resolved "https://registry.npmjs.org/x"')).toHaveLength(1);
    const guilty = tracked.filter(
      (path) => path !== 'tests/guards/sources.test.ts' && findHosts(readText(path)).length > 0,
    );
    expect(guilty).toEqual([]);
  });

  it('hold no private key', () => {
    expect(
      findSecrets('PRIVATE+KEY+veche.example+00112233+AaLa/dfyBhyo/m0Z7WCi98ENVZWtrP8pxgRNrx7tIWiA'),
    ).toHaveLength(1);
    const guilty = tracked.filter(
      (path) => path !== 'tests/guards/sources.test.ts' && findSecrets(readText(path)).length > 0,
    );
    expect(guilty).toEqual([]);
  });

  it('keep the top level small', () => {
    const top = new Set(tracked.map((path) => path.split('/')[0]!).filter((name) => !name.startsWith('.')));
    const allowed = [
      'README.md',
      'CONTRIBUTING.md',
      'apps',
      'docs',
      'ledger',
      'migrations',
      'package.json',
      'packages',
      'pnpm-lock.yaml',
      'pnpm-workspace.yaml',
      'tests',
      'tsconfig.json',
      'turbo.json',
      'vitest.config.ts',
      'knip.json',
    ];
    expect([...top].filter((name) => !allowed.includes(name))).toEqual([]);
  });
});

describe('the languages', () => {
  it('are told apart when a key or a placeholder is missing', () => {
    expect(compareCatalogs({ a: 'x {name}' }, { a: 'y' })).toEqual(['a']);
    expect(compareCatalogs({ a: 'x' }, { b: 'y' })).toEqual(['a', 'b']);
  });

  const folders = globSync(['{apps,packages}/**/messages/ru.json'], {
    cwd: root,
    exclude: ['**/node_modules', '**/build'],
  }).map((path) => path.replace(/ru\.json$/, ''));
  it('are found', () => expect(folders.length).toBeGreaterThan(2));
  it.each(folders)('have texts that can be set: %s', (folder) => {
    for (const locale of ['ru', 'en'])
      for (const [key, text] of Object.entries(
        JSON.parse(readText(`${folder}${locale}.json`)) as Record<string, string>,
      ))
        expect(
          () => new IntlMessageFormat(text, locale, undefined, { ignoreTag: true }),
          `${locale} ${key}`,
        ).not.toThrow();
  });

  it.each(folders)('have the same texts: %s', (folder) => {
    const [ru, en] = ['ru', 'en'].map(
      (locale) => JSON.parse(readText(`${folder}${locale}.json`)) as Record<string, string>,
    );
    expect(compareCatalogs(ru!, en!)).toEqual([]);
  });
});

function readText(path: string): string {
  try {
    return readFileSync(join(root, path), 'utf8');
  } catch {
    // Listed but gone: a file deleted and not yet committed.
    return '';
  }
}
