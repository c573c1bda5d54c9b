// Who may vote, with what weight: the roll measured once, and what the weight policy of a rule makes of it on one item.
// It must never look at a ballot: weights are settled before anybody knows how they were used.
import {
  add,
  compare,
  divide,
  multiply,
  one,
  parseRational,
  rational,
  subtract,
  sum,
  zero,
} from '@veche/core/rational.ts';
import type { Rational } from '@veche/core/rational.ts';
import { CountFault, type RollRecord } from './ballot-box.ts';
import type { DecisionRule, Exclusion, WeightPolicy } from './decision-rule.ts';

export type Entitlement = {
  readonly id: string;
  readonly voter: string;
  readonly unit: string;
  readonly entrance: string;
  /** Area times share, cm². */
  readonly area: Rational;
  readonly share: Rational;
  readonly marks: readonly string[];
};

/** Those who speak with one mark: an entitlement where co-owners vote fractionally, else a premises. */
export type Group = {
  readonly id: string;
  readonly members: readonly Entitlement[];
  /** Who this is as a head: a person; where co-owners are one voice, all owners of the premises together. */
  readonly party: string;
};

export type Electorate = {
  readonly entitlements: ReadonlyMap<string, Entitlement>;
  readonly byShare: readonly Group[];
  readonly byUnit: readonly Group[];
  /** cm². */
  readonly totalArea: Rational;
  readonly heads: number;
  readonly units: number;
};

/** @throws CountFault: when the roll is not sound. */
export function measureRoll(records: readonly RollRecord[]): Electorate {
  if (records.length === 0) throw new CountFault('empty-roll');
  const entitlements = new Map<string, Entitlement>();
  const units = new Map<string, Entitlement[]>();
  for (const { entitlement: id, voter, unit, entrance, areaCm2, share: shareText, marks = [] } of records) {
    if (entitlements.has(id)) throw new CountFault('duplicate-entitlement');
    if (!Number.isSafeInteger(areaCm2) || areaCm2 <= 0) throw new CountFault('malformed-roll');
    const share = parseShare(shareText);
    const area = multiply(rational(areaCm2), share);
    const entitlement = { id, voter, unit, entrance, area, share, marks };
    entitlements.set(id, entitlement);
    const others = units.get(unit);
    if (others) others.push(entitlement);
    else units.set(unit, [entitlement]);
  }
  for (const members of units.values())
    if (compare(sum(members.map(({ share }) => share)), one) !== 0) throw new CountFault('shares-not-one');
  const all = [...entitlements.values()];
  const byShare = all.map((entitlement) => ({
    id: entitlement.id,
    members: [entitlement],
    party: partyOf([entitlement]),
  }));
  return {
    entitlements,
    byShare,
    byUnit: [...units].map(([id, members]) => ({ id, members, party: partyOf(members) })),
    totalArea: sum(all.map(({ area }) => area)),
    heads: new Set(byShare.map(({ party }) => party)).size,
    units: units.size,
  };
}

// An unknown owner is one head per entitlement: nobody can say that two of them are the same person.
const partyOf = (members: readonly Entitlement[]): string =>
  [...new Set(members.map(({ voter, id }) => (voter === '' ? `?${id}` : `=${voter}`)))].sort().join(' ');

function parseShare(text: string): Rational {
  try {
    const share = parseRational(text);
    if (compare(share, zero) > 0) return share;
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
  }
  throw new CountFault('malformed-roll');
}

export const groupsOf = (electorate: Electorate, { coOwners }: DecisionRule): readonly Group[] =>
  coOwners === undefined || coOwners === 'fractional' ? electorate.byShare : electorate.byUnit;

/** What the weight policy did, for the trace. */
export type Adjusted = {
  readonly why: Exclusion | 'original-owner' | 'sum-of-others';
  readonly entitlements: number;
  readonly area: { readonly before: Rational; readonly after: Rational };
  readonly unit: { readonly before: Rational; readonly after: Rational };
};

/** What an entitlement weighs on an item. */
export type Standing = {
  readonly area: Rational;
  readonly unit: Rational;
  /** Has a vote. */
  readonly votes: boolean;
  /** Belongs to the base `all`. */
  readonly inBase: boolean;
};

export type Standings = {
  readonly of: (entitlement: Entitlement) => Standing;
  /** In the order in which they were applied: exclusions, the reduction, the cap. Empty where nothing was changed. */
  readonly adjusted: readonly Adjusted[];
};

/** Exclusions first, then the reduction, then the cap over what is left. */
export function weigh(electorate: Electorate, rule: DecisionRule, item: string): Standings {
  const { weightPolicy: policy } = rule;
  if (!policy)
    return { of: ({ area, share }) => ({ area, unit: share, votes: true, inBase: true }), adjusted: [] };

  const standings = new Map<Entitlement, Standing>();
  const touched = new Map<Adjusted['why'], Entitlement[]>();
  const reduction = reductionFor(electorate, policy);
  for (const entitlement of electorate.entitlements.values()) {
    const { area, share, marks } = entitlement;
    const excluded = (policy.exclude ?? []).find((reason) =>
      marks.includes(reason === 'conflict' ? `conflict:${item}` : reason),
    );
    const isReduced = reduction !== null && marks.includes('original-owner');
    standings.set(entitlement, {
      area: isReduced ? multiply(area, reduction) : area,
      unit: isReduced ? multiply(share, reduction) : share,
      votes: excluded === undefined,
      inBase: excluded === undefined || !policy.excludeFromBase,
    });
    const why = excluded ?? (isReduced ? 'original-owner' : null);
    if (why === null) continue;
    const others = touched.get(why);
    if (others) others.push(entitlement);
    else touched.set(why, [entitlement]);
  }
  const plain: StandingOf = ({ area, share }) => ({ area, unit: share, votes: true, inBase: true });
  const reduced = new Map(standings);
  const adjusted = [...(policy.exclude ?? []), 'original-owner' as const].flatMap((why) =>
    adjustment(why, touched.get(why) ?? [], plain, (one) => reduced.get(one)!),
  );
  const now: StandingOf = (entitlement) => standings.get(entitlement)!;
  if (policy.cap === 'sum-of-others') {
    const cut = capToOthers(groupsOf(electorate, rule), standings);
    adjusted.push(...adjustment('sum-of-others', cut, (one) => reduced.get(one)!, now));
  }
  return { of: now, adjusted };
}

type StandingOf = Standings['of'];

/** None where nobody was touched. */
function adjustment(
  why: Adjusted['why'],
  touched: readonly Entitlement[],
  before: StandingOf,
  after: StandingOf,
): Adjusted[] {
  if (touched.length === 0) return [];
  const change = (weight: 'area' | 'unit') => ({
    before: sum(touched.map((one) => before(one)[weight])),
    after: sum(touched.map((one) => (after(one).votes ? after(one)[weight] : zero))),
  });
  return [{ why, entitlements: touched.length, area: change('area'), unit: change('unit') }];
}

/** The factor for the original owner's votes; null where the policy does not touch them here. */
function reductionFor(electorate: Electorate, { reduce }: WeightPolicy): Rational | null {
  if (!reduce || electorate.units <= (reduce.unitsAbove ?? 0)) return null;
  const held = sum(
    [...electorate.entitlements.values()]
      .filter(({ marks }) => marks.includes('original-owner'))
      .map(({ area }) => area),
  );
  const { num, den } = reduce.holding ?? { num: 0, den: 1 };
  if (compare(held, multiply(electorate.totalArea, rational(num, den))) < 0) return null;
  return rational(reduce.num, reduce.den);
}

/**
 * Cuts whoever holds more than all others together to what the others hold, in area and in premises each. Whoever holds
 * everything is not cut: there is nobody to measure them by.
 * @returns the entitlements that were cut
 */
function capToOthers(
  groups: readonly Group[],
  standings: Map<Entitlement, Standing>,
): readonly Entitlement[] {
  const voting = groups.flatMap(({ party, members }) =>
    members.filter((member) => standings.get(member)!.votes).map((member) => ({ party, member })),
  );
  const cut = new Set<Entitlement>();
  const plain = new Map(standings);
  for (const weight of ['area', 'unit'] as const) {
    const held = new Map<string, Rational>();
    for (const { party, member } of voting)
      held.set(party, add(held.get(party) ?? zero, plain.get(member)![weight]));
    const total = sum(held.values());
    for (const [party, own] of held) {
      const others = subtract(total, own);
      if (compare(others, zero) === 0 || compare(own, others) <= 0) continue;
      const factor = divide(others, own);
      for (const { party: of, member } of voting) {
        if (of !== party) continue;
        const standing = standings.get(member)!;
        standings.set(member, { ...standing, [weight]: multiply(standing[weight], factor) });
        cut.add(member);
      }
    }
  }
  return [...cut];
}
