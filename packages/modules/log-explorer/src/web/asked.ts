// What somebody who looks for something in the log has typed: the number of a record, a hash, or the number of a meeting.
import { decodeBase64, encodeHex } from '@veche/ledger/bytes.ts';

export type Asked =
  | { readonly for: 'entry'; readonly index: number }
  /** 64 hex digits. */
  | { readonly for: 'hash'; readonly hash: string }
  | { readonly for: 'meeting'; readonly meeting: string };

/** Null when it can be none of these. Spaces within a number, as people write them, mean nothing. */
export function parseAsked(text: string): Asked | null {
  const asked = text.trim();
  const digits = asked.replace(/[\s\u00a0\u202f]/g, '');
  if (/^[0-9]{1,15}$/.test(digits)) return { for: 'entry', index: Number(digits) };
  if (/^[0-9a-f]{64}$/i.test(asked)) return { for: 'hash', hash: asked.toLowerCase() };
  const bytes = findBytes(asked);
  if (bytes) return { for: 'hash', hash: encodeHex(bytes) };
  return /^[A-Za-z0-9_-]{1,64}$/.test(asked) ? { for: 'meeting', meeting: asked } : null;
}

/** The 32 bytes of a base64 text; null when it is none. */
function findBytes(text: string): Uint8Array | null {
  try {
    return decodeBase64(text, 32);
  } catch {
    return null;
  }
}
