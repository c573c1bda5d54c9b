// Every defence that docs/threat-model.md names is shown by a test, and the test is there under that name.
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const page = readFileSync(join(root, 'docs/threat-model.md'), 'utf8');

/** `path` “name”, “name”: the names of tests of one file. */
function namedTests(text: string): { path: string; name: string }[] {
  return [...text.matchAll(/`([^`]+\.test\.ts)` ((?:“[^”]+”(?:, )?)+)/g)].flatMap(([, path, names]) =>
    [...names!.matchAll(/“([^”]+)”/g)].map(([, name]) => ({ path: path!, name: name! })),
  );
}

/** The sentence as it stands in a source, broken into lines or not, with either apostrophe. */
function holdsTest({ path, name }: { path: string; name: string }): boolean {
  const file = join(root, path);
  if (!existsSync(file)) return false;
  const source = readFileSync(file, 'utf8').replaceAll("\\'", "'");
  return [`'${name}'`, `"${name}"`, `\`${name}\``].some((quoted) => source.includes(quoted));
}

describe('the threat model', () => {
  const named = namedTests(page);
  it('names tests', () => {
    expect(named.length).toBeGreaterThan(40);
  });
  it.each(named)('$path has “$name”', (test) => {
    expect(holdsTest(test)).toBe(true);
  });
  it('would notice a test that is gone', () => {
    const gone = ['no', 'such', 'test'].join(' ');
    expect(holdsTest({ path: 'tests/guards/threat-model.test.ts', name: gone })).toBe(false);
  });
});
