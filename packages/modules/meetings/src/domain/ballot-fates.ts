// What became of each ballot that the log holds: counted, or why it is not. For the auditor and for the lists of the minutes.
// Tells only what the count did; it must never decide a ballot differently.
import { decodeEntry } from '@veche/ledger/entry.ts';
import { decodeCanonical } from '@veche/ledger/jcs.ts';
import { parseBallotPayload } from '@veche/ledger/meeting.ts';
import type { DecisionRule } from '@veche/rules/decision-rule.ts';
import type { SalePolicy } from '@veche/rules/passing.ts';
import { openAmendments, passVotes, type BoxEntry } from './close.ts';

/**
 * `partly`: it counts for some of its shares and not for the others. `not-first`: the rules of all items let nobody vote
 * anew, so that the earlier ballot stands. `void`: the share passed to another and by the notice its vote is lost. `late`:
 * recorded when the closing checkpoint was taken.
 */
export const FATES = ['counted', 'partly', 'replaced', 'not-first', 'void', 'late'] as const;
export type Fate = (typeof FATES)[number];

export type BallotFate = {
  readonly idem: string;
  /** Its record in the log. */
  readonly index: number;
  /** Pseudonym. */
  readonly voter: string;
  readonly entitlements: readonly string[];
  readonly fate: Fate;
  /** Those of its shares for which it counts, be it only for a part that passed. */
  readonly counted: readonly string[];
  /** The record because of which it does not count for one of its shares: a ballot, or the passing of the share. */
  readonly by: number | null;
};

export type FatesInput = {
  readonly box: readonly BoxEntry[];
  /** Size of the closing checkpoint; null where the meeting has none. */
  readonly closingSize: number | null;
  /** Of the items. */
  readonly rules: readonly Pick<DecisionRule, 'revote'>[];
  /** What becomes of the vote of a share that passes; absent: it stays. */
  readonly sale?: SalePolicy | undefined;
};

/** In log order. */
export function ballotFates({ box, closingSize, rules, sale }: FatesInput): BallotFate[] {
  const ballots: (Pick<BallotFate, 'idem' | 'index' | 'voter' | 'entitlements'> & { isLate: boolean })[] = [];
  /** The record whose vote an entitlement has, by either way of choosing. */
  const first = new Map<string, number>();
  const last = new Map<string, number>();
  const voided = new Map<string, number>();
  /** Entitlements that were taken from another one, and go by themselves from then on. */
  const parts = new Map<string, string[]>();
  for (const boxed of box) {
    const { idem, index, leaf, payload } = boxed;
    const isLate = closingSize !== null && index >= closingSize;
    const entry = decodeEntry(leaf);
    const amended = isLate ? null : openAmendments(boxed, entry);
    if (amended) for (const way of [first, last]) passVotes(way, amended, sale);
    for (const { entitlement, part } of amended ?? []) {
      if (sale === 'void') voided.set(part?.entitlement ?? entitlement, index);
      else if (part) parts.set(entitlement, [...(parts.get(entitlement) ?? []), part.entitlement]);
    }
    if (payload === null || entry.kind !== 'ballot') continue;
    const { voter, entitlements } = parseBallotPayload(decodeCanonical(payload));
    ballots.push({ idem, index, voter, entitlements, isLate });
    if (isLate) continue;
    for (const entitlement of entitlements) {
      if (!first.has(entitlement)) first.set(entitlement, index);
      last.set(entitlement, index);
    }
  }
  // Items may differ in whether a vote may be changed: a ballot counts where it counts for any of them.
  const ways = [...new Set(rules.map(({ revote }) => (revote === 'never' ? first : last)))];
  return ballots.map(({ isLate, ...ballot }) => {
    if (isLate) return { ...ballot, fate: 'late', counted: [], by: null };
    const has = (entitlement: string): boolean => ways.some((way) => way.get(entitlement) === ballot.index);
    const counted = ballot.entitlements.filter((entitlement) =>
      [entitlement, ...(parts.get(entitlement) ?? [])].some(has),
    );
    const lost = ballot.entitlements.find((entitlement) => !has(entitlement));
    if (lost === undefined) return { ...ballot, fate: 'counted', counted, by: null };
    const instead = ways[0]!.get(lost);
    const by = instead ?? voided.get(lost) ?? null;
    if (counted.length > 0) return { ...ballot, fate: 'partly', counted, by };
    if (instead === undefined) return { ...ballot, fate: 'void', counted, by };
    return { ...ballot, fate: instead < ballot.index ? 'not-first' : 'replaced', counted, by };
  });
}
