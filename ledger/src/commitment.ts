// A salted commitment: the log holds it in place of what must not be public for ever. Whoever is given salt and payload
// can check them; once both are erased, what stays in the log says nothing.
import { concatBytes, encodeUtf8, equalBytes } from './bytes.ts';
import { LedgerFault } from './fault.ts';
import { sha256 } from './hash.ts';

export const SALT_BYTES = 32;
const TAG = encodeUtf8('veche/commitment/v1\n');

/**
 * SHA-256("veche/commitment/v1\n" || salt || payload), 32 bytes.
 * @param salt 32 random bytes, used once
 * @param payload for entries: the canonical JSON of the payload, in UTF-8
 * @throws RangeError: on a salt of another length.
 * @example encodeBase64(makeCommitment(decodeBase64(salt), encodeCanonicalBytes(payload))) // entry.ballot
 */
export function makeCommitment(salt: Uint8Array, payload: Uint8Array): Uint8Array {
  if (salt.length !== SALT_BYTES) throw new RangeError(`expected a salt of ${SALT_BYTES} bytes`);
  return sha256(concatBytes(TAG, salt, payload));
}

/**
 * @throws LedgerFault `commitment`: when the commitment does not open to this salt and payload.
 * @example checkCommitment(decodeBase64(entry.ballot), decodeBase64(salt), encodeCanonicalBytes(payload)) // undefined
 */
export function checkCommitment(commitment: Uint8Array, salt: Uint8Array, payload: Uint8Array): void {
  if (salt.length !== SALT_BYTES || !equalBytes(commitment, makeCommitment(salt, payload)))
    throw new LedgerFault('commitment', 'the commitment does not open to this');
}
