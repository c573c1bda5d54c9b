// Ids of rows that must be known before they are written. Random, so that an id says nothing about when or after whom.
import type { RandomBytes } from '@veche/core/random.ts';

/** A UUID of version 4 (RFC 9562 §5.4) from 16 random bytes. */
export function randomUuid(random: RandomBytes): string {
  const bytes = Uint8Array.from(random(16));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return Buffer.from(bytes)
    .toString('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
