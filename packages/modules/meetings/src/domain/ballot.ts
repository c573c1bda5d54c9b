// What a ballot says and the bytes that stand for it: one function for the page that casts and the server that takes.
// Runs in browsers; must never give two encodings of one ballot.
import { encodeHex, encodeUtf8 } from '@veche/ledger/bytes.ts';
import { sha256 } from '@veche/ledger/hash.ts';
import { encodeCanonical } from '@veche/ledger/jcs.ts';
import type { BallotPayload } from '@veche/ledger/meeting.ts';

/**
 * The canonical JSON of a ballot: what its commitment is made of. The entitlements may come in any order.
 * @throws RangeError: without an entitlement, or with one twice.
 */
export function encodeBallot({ meeting, voter, entitlements, choices }: BallotPayload): string {
  const sorted = [...entitlements].sort();
  if (sorted.length === 0 || new Set(sorted).size !== sorted.length)
    throw new RangeError('expected at least one entitlement, each once');
  return encodeCanonical({ meeting, voter, entitlements: sorted, choices });
}

/** The name of a log entry before it has a number: SHA-256 of its leaf (canonical JSON), 64 hex digits. */
export const ballotIdem = (leaf: string): string => encodeHex(sha256(encodeUtf8(leaf)));
