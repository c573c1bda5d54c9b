// What a ballot says and the bytes that stand for it: one function for the page that casts and the server that takes.
// Runs in browsers; must never give two encodings of one ballot.
import { encodeHex, encodeUtf8 } from '@veche/ledger/bytes.ts';
import { sha256 } from '@veche/ledger/hash.ts';
import { encodeCanonical } from '@veche/ledger/jcs.ts';

export type Choice = 'for' | 'against' | 'abstain';

export type BallotContent = {
  /** Ids of the meeting and of the voter's pseudonym in it. */
  readonly meeting: string;
  readonly voter: string;
  /** Entitlements it is cast with, in any order; at least one, none twice. */
  readonly entitlements: readonly string[];
  /** By item id; an item that is left out is not marked. */
  readonly choices: Readonly<Record<string, Choice>>;
};

/**
 * The canonical JSON of a ballot: what its commitment is made of.
 * @throws RangeError: without an entitlement, or with one twice.
 */
export function encodeBallot({ meeting, voter, entitlements, choices }: BallotContent): string {
  const sorted = [...entitlements].sort();
  if (sorted.length === 0 || new Set(sorted).size !== sorted.length)
    throw new RangeError('expected at least one entitlement, each once');
  return encodeCanonical({ meeting, voter, entitlements: sorted, choices });
}

/** The name of a log entry before it has a number: SHA-256 of its leaf (canonical JSON), 64 hex digits. */
export const ballotIdem = (leaf: string): string => encodeHex(sha256(encodeUtf8(leaf)));
