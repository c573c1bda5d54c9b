// RFC 8785 canonical JSON for what the log allows: objects, arrays, strings, booleans, null and safe integers.
// A value has one text and a text is one value: decoding refuses every text that encoding would not have written.
import { encodeUtf8, isWellFormed } from './bytes.ts';
import { LedgerFault } from './fault.ts';

export type JsonValue =
  string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue | undefined };

/** Deeper nesting is refused, so that a hostile text cannot exhaust the stack. */
const MAX_DEPTH = 64;

const wrong = (what: string) => new LedgerFault('json', `expected ${what}`);

/**
 * The canonical text of a value. Keys whose value is undefined are left out.
 * @throws LedgerFault `json`: on a float, an unsafe integer, minus zero, a lone surrogate, or anything not JSON.
 * @example encodeCanonical({ b: 1, a: ['x', true] }) // '{"a":["x",true],"b":1}'
 */
export function encodeCanonical(value: unknown): string {
  return encodeValue(value, 0);
}

/**
 * {@link encodeCanonical} as UTF-8.
 * @example decodeUtf8(encodeCanonicalBytes(['в'])) // '["в"]'
 */
export const encodeCanonicalBytes = (value: unknown): Uint8Array => encodeUtf8(encodeCanonical(value));

function encodeValue(value: unknown, depth: number): string {
  if (depth > MAX_DEPTH) throw wrong(`at most ${MAX_DEPTH} levels`);
  switch (typeof value) {
    case 'string':
      return encodeText(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'number':
      if (!Number.isSafeInteger(value) || Object.is(value, -0)) throw wrong('an integer below 2^53');
      return String(value);
    case 'object': {
      if (value === null) return 'null';
      if (Array.isArray(value)) return `[${value.map((one) => encodeValue(one, depth + 1)).join(',')}]`;
      const prototype: unknown = Object.getPrototypeOf(value);
      if (prototype !== Object.prototype && prototype !== null) throw wrong('a plain object');
      const record = value as Record<string, unknown>;
      // The default order is by UTF-16 code units, which is what RFC 8785 section 3.2.3 asks for.
      const members = Object.keys(record)
        .filter((key) => record[key] !== undefined)
        .sort()
        .map((key) => `${encodeText(key)}:${encodeValue(record[key], depth + 1)}`);
      return `{${members.join(',')}}`;
    }
    default:
      throw wrong('a JSON value');
  }
}

function encodeText(text: string): string {
  if (!isWellFormed(text)) throw wrong('well-formed text');
  // ECMAScript's own quoting is the one RFC 8785 section 3.2.2.2 prescribes.
  return JSON.stringify(text);
}

/**
 * The value of a canonical text.
 * @throws LedgerFault `json`: when the text is not what {@link encodeCanonical} writes: spaces, duplicate or unsorted
 * keys, floats, escapes that are not needed.
 * @example decodeCanonical('{"a":1}') // { a: 1 }
 */
export function decodeCanonical(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new LedgerFault('json', 'expected JSON', { cause });
  }
  if (encodeCanonical(value) !== text) throw wrong('canonical JSON (RFC 8785)');
  return value;
}
