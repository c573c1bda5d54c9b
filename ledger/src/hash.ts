// SHA-256, by noble unless the composition root puts a faster implementation in its place.
// One function for all, so that a server gains everywhere by one line and nothing else has to be passed around.
import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js';
import { encodeHex, encodeUtf8 } from './bytes.ts';

/** SHA-256 of the bytes: 32 bytes that the caller owns. Must not keep the argument, whose buffer may be reused. */
export type Sha256 = (bytes: Uint8Array) => Uint8Array;

let implementation: Sha256 = nobleSha256;

/**
 * 32 bytes.
 * @example encodeHex(sha256(encodeUtf8('abc'))).slice(0, 8) // 'ba7816bf'
 */
export const sha256: Sha256 = (bytes) => implementation(bytes);

/**
 * Puts another SHA-256 in place for the whole process, such as `(bytes) => hash('sha256', bytes, 'buffer')` of
 * node:crypto, which is about twice as fast as noble.
 * @throws RangeError: when it does not give the digest of FIPS 180-4 for "abc".
 * @example useSha256((bytes) => hash('sha256', bytes, 'buffer')) // undefined
 */
export function useSha256(faster: Sha256): void {
  const digest = encodeHex(faster(encodeUtf8('abc')));
  if (digest !== 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
    throw new RangeError('expected SHA-256');
  implementation = faster;
}
