// Bytes and their text forms, strict both ways: each value has exactly one encoding, and every other text is refused.
// Must run in a browser as it is: no Buffer.
import { LedgerFault } from './fault.ts';

type WebText = {
  TextEncoder: new () => { encode(text: string): Uint8Array };
  TextDecoder: new (
    label: string,
    options: { fatal: boolean; ignoreBOM: boolean },
  ) => { decode(bytes: Uint8Array): string };
};
// Named here because the package is compiled without the types of any one runtime.
const web = globalThis as unknown as WebText;
const utf8Encoder = new web.TextEncoder();
const utf8Decoder = new web.TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * Whether the text has an encoding in UTF-8, that is, no half of a surrogate pair.
 * @example isWellFormed('a\ud800') // false
 */
export const isWellFormed = (text: string): boolean => !LONE_SURROGATE.test(text);

/**
 * UTF-8 of the text.
 * @throws LedgerFault `encoding`: on a lone surrogate, which has no UTF-8.
 * @example encodeUtf8('вече').length // 8
 */
export function encodeUtf8(text: string): Uint8Array {
  if (!isWellFormed(text)) throw new LedgerFault('encoding', 'expected well-formed text');
  return utf8Encoder.encode(text);
}

/**
 * The text of UTF-8 bytes; a byte order mark is kept as a character, so that the way back gives the same bytes.
 * @throws LedgerFault `encoding`: when the bytes are not UTF-8.
 * @example decodeUtf8(new Uint8Array([0xd0, 0xb2])) // 'в'
 */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return utf8Decoder.decode(bytes);
  } catch (cause) {
    throw new LedgerFault('encoding', 'expected UTF-8', { cause });
  }
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const VALUES = new Int16Array(128).fill(-1);
for (let i = 0; i < 64; i++) VALUES[ALPHABET.charCodeAt(i)] = i;

/**
 * Standard padded base64 (RFC 4648 section 4).
 * @example encodeBase64(new Uint8Array([1, 2])) // 'AQI='
 */
export function encodeBase64(bytes: Uint8Array): string {
  let text = '';
  let i = 0;
  for (; i + 2 < bytes.length; i += 3) {
    const word = (bytes[i]! << 16) | (bytes[i + 1]! << 8) | bytes[i + 2]!;
    text +=
      ALPHABET[word >> 18]! +
      ALPHABET[(word >> 12) & 63]! +
      ALPHABET[(word >> 6) & 63]! +
      ALPHABET[word & 63]!;
  }
  if (i + 1 === bytes.length) {
    const word = bytes[i]!;
    text += ALPHABET[word >> 2]! + ALPHABET[(word & 3) << 4]! + '==';
  } else if (i + 2 === bytes.length) {
    const word = (bytes[i]! << 8) | bytes[i + 1]!;
    text += ALPHABET[word >> 10]! + ALPHABET[(word >> 4) & 63]! + ALPHABET[(word & 15) << 2]! + '=';
  }
  return text;
}

/**
 * The bytes of standard padded base64 in its one canonical form; with `length`, exactly so many bytes.
 * Missing padding, URL-safe letters, white space and stray low bits are refused.
 * @throws LedgerFault `encoding`
 * @example decodeBase64('AQI=') // new Uint8Array([1, 2])
 */
export function decodeBase64(text: string, length?: number): Uint8Array {
  const wrong = () =>
    new LedgerFault(
      'encoding',
      `expected ${length === undefined ? '' : `${length} bytes of `}canonical base64`,
    );
  if (text.length % 4 !== 0) throw wrong();
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const bytes = new Uint8Array((text.length / 4) * 3 - padding);
  if (length !== undefined && bytes.length !== length) throw wrong();
  const letters = text.length - padding;
  let word = 0;
  let at = 0;
  for (let i = 0; i < letters; i++) {
    const code = text.charCodeAt(i);
    const value = code < 128 ? VALUES[code]! : -1;
    if (value < 0) throw wrong();
    word = ((word << 6) | value) & 0xffffff;
    if (i % 4 === 3) {
      bytes[at++] = word >> 16;
      bytes[at++] = (word >> 8) & 255;
      bytes[at++] = word & 255;
    }
  }
  if (padding === 1) {
    if (word & 3) throw wrong();
    bytes[at++] = (word >> 10) & 255;
    bytes[at++] = (word >> 2) & 255;
  } else if (padding === 2) {
    if (word & 15) throw wrong();
    bytes[at++] = (word >> 4) & 255;
  }
  return bytes;
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/**
 * Lowercase hex.
 * @example encodeHex(new Uint8Array([1, 255])) // '01ff'
 */
export function encodeHex(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += HEX[byte]!;
  return text;
}

/**
 * The bytes of lowercase hex.
 * @throws LedgerFault `encoding`
 * @example decodeHex('01ff') // new Uint8Array([1, 255])
 */
export function decodeHex(text: string): Uint8Array {
  if (!/^(?:[0-9a-f]{2})*$/.test(text)) throw new LedgerFault('encoding', 'expected lowercase hex');
  const bytes = new Uint8Array(text.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(text.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}

/**
 * @example concatBytes(new Uint8Array([1]), new Uint8Array([2])) // new Uint8Array([1, 2])
 */
export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/**
 * Not in constant time: for public bytes only.
 * @example equalBytes(new Uint8Array([1]), new Uint8Array([1, 0])) // false
 */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
