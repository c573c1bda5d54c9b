// Node's own SHA-256 in the shape the ledger wants, for servers and commands. Never part of what a browser loads.
import { hash } from 'node:crypto';
import type { Sha256 } from '../hash.ts';

/**
 * Takes the digest as a text of one character a byte: a buffer of its own from node:crypto for each would cost three times
 * what the hashing does.
 */
export const nativeSha256: Sha256 = (bytes) => {
  const text = hash('sha256', bytes, 'binary');
  const digest = new Uint8Array(32);
  for (let i = 0; i < 32; i++) digest[i] = text.charCodeAt(i);
  return digest;
};
