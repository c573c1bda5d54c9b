// Two things a page's script can do without, left out at build time: they would be a third of what a voter's phone loads.
// The sources stay as they are; the server runs them whole.
import { stat } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { IntlMessageFormat } from 'intl-messageformat';
import type { Plugin } from 'vite';
import type { Endpoint } from '@veche/module-kit/endpoint.ts';

const inBrowser: NonNullable<Plugin['applyToEnvironment']> = ({ name }) => name === 'client';
const isEndpoint = (value: unknown): value is Endpoint =>
  typeof value === 'object' && value !== null && 'id' in value && 'method' in value && 'path' in value;
const isPlain = (value: unknown): boolean =>
  ['string', 'number', 'boolean'].includes(typeof value) || (Array.isArray(value) && value.every(isPlain));

/**
 * A contract in the browser is the methods and paths of its endpoints and its plain constants. Schemas run on the server
 * alone; a page that imports one fails to build.
 */
export const lightContracts: Plugin = {
  name: 'veche-light-contracts',
  enforce: 'pre',
  applyToEnvironment: inBrowser,
  async load(id) {
    if (!/\/packages\/.*\/contract\.ts$/.test(id)) return null;
    this.addWatchFile(id);
    const { mtimeMs } = await stat(id);
    const contract = (await import(`${pathToFileURL(id).href}?${mtimeMs}`)) as Record<string, unknown>;
    return Object.entries(contract)
      .filter(([, value]) => isEndpoint(value) || isPlain(value))
      .map(
        ([name, value]) =>
          `export const ${name} = ${JSON.stringify(isEndpoint(value) ? lighten(value) : value)};`,
      )
      .join('\n');
  },
};

/** What module-kit's client looks at, and nothing else. */
const lighten = ({ id, method, path, body, reply }: Endpoint) => ({
  id,
  method,
  path,
  ...(body ? { body: 'binary' in body ? { binary: [] } : {} } : {}),
  reply: 'file' in reply ? { file: reply.file } : {},
});

/** Messages with arguments are parsed at build time, so that the browser needs no parser of ICU messages. */
export const parsedMessages: Plugin = {
  name: 'veche-parsed-messages',
  enforce: 'pre',
  applyToEnvironment: inBrowser,
  resolveId(id, importer) {
    if (id !== '@formatjs/icu-messageformat-parser' || !importer?.includes('intl-messageformat')) return null;
    return this.resolve('@formatjs/icu-messageformat-parser/no-parser.js', importer, { skipSelf: true });
  },
  transform(code, id) {
    const locale = /\/messages\/([a-z]{2})\.json$/.exec(id)?.[1];
    if (!locale) return null;
    const texts = JSON.parse(code) as Record<string, string>;
    const parsed = Object.entries(texts).map(([key, text]) => [
      key,
      /[{}']/.test(text)
        ? new IntlMessageFormat(text, locale, undefined, { ignoreTag: true }).getAst()
        : text,
    ]);
    return { code: JSON.stringify(Object.fromEntries(parsed)), map: null };
  },
};
