// Every text of every page parses, and every language has the same keys: a page must never fail on its own words.
import { readFileSync } from 'node:fs';
import { LOCALES } from '@veche/core/locale.ts';
import { createTranslate, type Catalog } from '@veche/core/messages.ts';
import { describe, expect, it } from 'vitest';

const FOLDERS = [
  'apps/web/src/messages',
  'apps/web/src/pages/messages',
  'packages/ui/src/messages',
  'packages/people/src/web/messages',
  'packages/modules/log-explorer/src/web/messages',
  'packages/modules/meetings/src/web/messages',
];
const root = new URL('../../../../', import.meta.url);
const read = (folder: string, locale: string): Catalog =>
  JSON.parse(readFileSync(new URL(`${folder}/${locale}.json`, root), 'utf8')) as Catalog;
/** The names of a message's arguments, so that every one of them gets a value. */
const argumentsOf = (text: string): string[] =>
  [...text.matchAll(/\{\s*([a-zA-Z]+)\s*[,}]/g)].map(([, name]) => name!);

describe.each(FOLDERS)('the texts of %s', (folder) => {
  it('are there in every language under the same keys', () => {
    const [first, ...others] = LOCALES.map((locale) => Object.keys(read(folder, locale)).sort());
    for (const other of others) expect(other).toEqual(first);
  });
  it.each(LOCALES)('can all be set in %s', (locale) => {
    const catalog = read(folder, locale);
    const translate = createTranslate(locale, catalog);
    for (const [key, text] of Object.entries(catalog)) {
      const values = Object.fromEntries(argumentsOf(text).map((name) => [name, 2]));
      expect(translate(key, values), key).not.toBe('');
    }
  });
});
