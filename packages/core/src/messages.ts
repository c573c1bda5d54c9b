// Texts for people, in ICU MessageFormat: one JSON file per package and language, looked up by key.
// A missing key is a bug and throws; a guard test compares the languages key by key.
import { IntlMessageFormat } from 'intl-messageformat';
import type { Locale } from './locale.ts';

/** Message keys and their ICU texts in one language. */
export type Catalog = Readonly<Record<string, string>>;
export type MessageValues = Readonly<Record<string, string | number | bigint | Date>>;
export type Translate = (key: string, values?: MessageValues) => string;

/**
 * A translator over the given catalogs; a later catalog wins over an earlier one.
 * Compiled messages are kept, so that a repeated text costs a lookup.
 * @throws RangeError: when a key is in none of the catalogs.
 */
export function createTranslate(locale: Locale, ...catalogs: Catalog[]): Translate {
  const texts: Catalog = Object.assign({}, ...catalogs);
  const compiled = new Map<string, IntlMessageFormat>();
  return (key, values) => {
    let message = compiled.get(key);
    if (!message) {
      const text = texts[key];
      if (text === undefined) throw new RangeError(`no message ${JSON.stringify(key)} in ${locale}`);
      // NOTE: a build for the browser may put parsed messages (arrays) in place of texts, to leave the parser out.
      if (typeof text === 'string' && !/[{}']/.test(text)) return text;
      message = new IntlMessageFormat(text, locale, undefined, { ignoreTag: true });
      compiled.set(key, message);
    }
    return String(message.format(values));
  };
}
