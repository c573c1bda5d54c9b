// The electoral roll of a meeting: who may cast which share, taken from the register at one moment and sealed.
// What leaves the house carries fresh random names for people and premises, so that two meetings cannot be joined.
import {
  compare,
  formatRational,
  multiply,
  one,
  parseRational,
  rational,
  subtract,
  sum,
  zero,
  type Rational,
} from '@veche/core/rational.ts';
import type { RandomBytes } from '@veche/core/random.ts';
import { encodeBase64, encodeHex } from '@veche/ledger/bytes.ts';
import { encodeCanonicalBytes } from '@veche/ledger/jcs.ts';
import type { RollRecord } from '@veche/ledger/meeting.ts';
import { sealedRoot } from './sealed-tree.ts';

/** An active title of the register at the record moment. */
export type Holding = {
  readonly premisesId: string;
  readonly number: string;
  readonly kind: string;
  readonly entrance: string;
  readonly areaCm2: number;
  /** Null: the owner is unknown; nobody may cast the share, and it stays in the base. */
  readonly personId: string | null;
  /** Of the premises, above 0. */
  readonly share: Rational;
  /** What the rules of the agenda ask about whoever holds it, sorted; absent or empty where there is nothing. */
  readonly marks?: readonly string[];
};

/** A sealed record with what only the house knows of it. */
export type RollEntry = RollRecord & {
  readonly personId: string | null;
  readonly premisesId: string;
  readonly premisesNumber: string;
  readonly premisesKind: string;
};

export type Roll = {
  /** In the order of the sealed tree: by entitlement, which is random, so the order tells nothing. */
  readonly entries: readonly RollEntry[];
  /** 32 bytes. */
  readonly root: Uint8Array;
  /** Sum of areas by shares, cm². */
  readonly weight: Rational;
  readonly heads: number;
};

/** The register cannot make a roll. The text names no premises. */
export class RollFault extends Error {
  readonly code: 'empty-register' | 'shares-above-one';
  constructor(code: RollFault['code']) {
    super(`cannot make the roll: ${code}`);
    this.name = 'RollFault';
    this.code = code;
  }
}

/**
 * Makes the roll from the active titles. A share of a premises that no title covers becomes an entitlement of an
 * unknown owner, so that the base is always the whole of the premises; premises without area have no vote.
 * @throws RollFault: when no premises has area, or the shares of one exceed 1.
 */
export function makeRoll(holdings: readonly Holding[], random: RandomBytes): Roll {
  const newId = () => encodeHex(random(12));
  const voters = new Map<string, string>();
  const voterOf = (personId: string): string => {
    const known = voters.get(personId) ?? newId();
    voters.set(personId, known);
    return known;
  };
  const ofPremises = new Map<string, Holding[]>();
  for (const holding of holdings)
    if (holding.areaCm2 > 0)
      ofPremises.set(holding.premisesId, [...(ofPremises.get(holding.premisesId) ?? []), holding]);
  if (ofPremises.size === 0) throw new RollFault('empty-register');

  const entries: RollEntry[] = [];
  for (const titles of ofPremises.values()) {
    const unit = newId();
    const covered = sum(titles.map(({ share }) => share));
    if (compare(covered, one) > 0) throw new RollFault('shares-above-one');
    const gap = subtract(one, covered);
    const shares: Holding[] =
      compare(gap, zero) > 0 ? [...titles, { ...titles[0]!, personId: null, share: gap, marks: [] }] : titles;
    for (const holding of shares) {
      entries.push({
        entitlement: newId(),
        voter: holding.personId === null ? '' : voterOf(holding.personId),
        unit,
        entrance: holding.entrance,
        areaCm2: holding.areaCm2,
        share: formatRational(holding.share),
        salt: encodeBase64(random(32)),
        ...(holding.marks && holding.marks.length > 0 ? { marks: holding.marks } : {}),
        personId: holding.personId,
        premisesId: holding.premisesId,
        premisesNumber: holding.number,
        premisesKind: holding.kind,
      });
    }
  }
  entries.sort((a, b) => (a.entitlement < b.entitlement ? -1 : 1));
  return {
    entries,
    root: rollRoot(entries),
    weight: sum(entries.map(weightOf)),
    heads: voters.size + entries.filter(({ voter }) => voter === '').length,
  };
}

/** Area times share, cm². */
export const weightOf = ({ areaCm2, share }: Pick<RollRecord, 'areaCm2' | 'share'>): Rational =>
  multiply(rational(areaCm2), parseRational(share));

/** The record as published, without what only the house knows; a line that nothing is said of has the bytes it always had. */
export const publishedRecord = (entry: RollRecord): RollRecord => ({
  entitlement: entry.entitlement,
  voter: entry.voter,
  unit: entry.unit,
  entrance: entry.entrance,
  areaCm2: entry.areaCm2,
  share: entry.share,
  salt: entry.salt,
  ...(entry.marks && entry.marks.length > 0 ? { marks: [...entry.marks].sort() } : {}),
});

/** The root of the roll's tree; each leaf is the canonical JSON of its record. 32 bytes. */
export const rollRoot = (records: readonly RollRecord[]): Uint8Array =>
  sealedRoot(records.map((record) => encodeCanonicalBytes(publishedRecord(record))));
