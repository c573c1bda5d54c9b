// API.md is what the doc comments say, and they leave nothing out.
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { exportsOf } from './cli/api-page.ts';
import { readApiPage, readSources } from './cli/read-sources.ts';

describe('the API page', { timeout: 60_000 }, async () => {
  const sources = await readSources();

  it('is current; `node ledger/src/cli/write-api.ts` makes it so', async () => {
    expect(await readFile(new URL('../API.md', import.meta.url), 'utf8')).toBe(await readApiPage());
  });
  it('has an executed example for every function', () => {
    const missing = sources.flatMap((source) =>
      exportsOf(source)
        .filter(({ isFunction }) => isFunction)
        .filter(({ docs }) => !docs?.tags.some(({ tag }) => tag === 'example'))
        .map(({ name }) => `${source.name} ${name}`),
    );
    expect(missing).toEqual([]);
  });
  it('says something of every function and class', () => {
    const silent = sources.flatMap((source) =>
      exportsOf(source)
        .filter(({ isFunction, signature }) => isFunction || signature.startsWith('class'))
        .filter(({ docs }) => !docs || (docs.text === '' && docs.tags.length === 0))
        .map(({ name }) => `${source.name} ${name}`),
    );
    expect(silent).toEqual([]);
  });
});
