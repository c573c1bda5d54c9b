// What is still missing for each item to be able to pass: participation alone, so that nobody's choice shows.
// Pure and exact. A ballot takes part in every item, whatever it leaves unmarked.
import {
  add,
  compare,
  formatRational,
  multiply,
  rational,
  subtract,
  zero,
  type Rational,
} from '@veche/core/rational.ts';
import type { DecisionRule, QuorumTest, Test } from '@veche/rules/decision-rule.ts';

/** One entitlement of the roll. */
export type Share = {
  readonly entrance: string;
  /** Area times share, cm². */
  readonly area: Rational;
  /** The person's name in this meeting; empty when the owner is unknown, who is then a head of its own. */
  readonly voter: string;
  readonly hasVoted: boolean;
};

export type Need = {
  needed: string;
  isMore: boolean;
  takenPart: string;
  missing: string;
  isEnough: boolean;
};

export type EntranceGap = {
  entrance: string;
  areaAll: string;
  areaMissing: string;
  headsAll: number;
  headsMissing: number;
};

type Sum = { readonly all: Rational; readonly takenPart: Rational };
type Limit = { readonly part: Rational; readonly isMore: boolean };

/** By entrance, in the order that people count them. */
export function measureGaps(shares: readonly Share[]): EntranceGap[] {
  return [...Map.groupBy(shares, ({ entrance }) => entrance)]
    .sort(([a], [b]) => a.localeCompare(b, 'ru', { numeric: true }))
    .map(([entrance, own]) => {
      const area = areaOf(own);
      const heads = headsOf(own);
      return {
        entrance,
        areaAll: formatRational(area.all),
        areaMissing: formatRational(subtract(area.all, area.takenPart)),
        headsAll: Number(heads.all.num),
        headsMissing: Number(subtract(heads.all, heads.takenPart).num),
      };
    });
}

/** What a rule asks of participation at the least: as if everybody who takes part were for it. */
export function measureNeed(
  rule: Pick<DecisionRule, 'tests' | 'quorum' | 'quorumMode'>,
  shares: readonly Share[],
): { area: Need | null; heads: Need | null; entrances: { entrance: string; area: Need | null }[] } {
  const named = [...new Set(rule.quorum.flatMap(({ entrance }) => entrance ?? []))];
  return {
    area: needOf(limitOf(rule, ['area', 'share']), areaOf(shares)),
    heads: needOf(limitOf(rule, ['head']), headsOf(shares)),
    entrances: named.map((entrance) => ({
      entrance,
      area: needOf(
        highest(rule.quorum.filter((test) => test.entrance === entrance && isArea(test)).map(quorumLimit)),
        areaOf(shares.filter((share) => share.entrance === entrance)),
      ),
    })),
  };
}

const isArea = ({ weight }: Pick<Test, 'weight'>): boolean => weight === 'area' || weight === 'share';

/** The part of the whole roll that must take part; null: any. */
function limitOf(
  { tests, quorum, quorumMode }: Pick<DecisionRule, 'tests' | 'quorum' | 'quorumMode'>,
  weights: readonly Test['weight'][],
): Limit | null {
  // Every test of one group must hold, and one group is enough: a group without such a test asks for nothing.
  const groups = tests.map((group) =>
    highest(group.filter((test) => weights.includes(test.weight) && isOfAll(test)).map(limit)),
  );
  const byTests = lowest(groups);
  const ofHouse = quorum.filter(({ entrance }) => entrance === undefined);
  const own = ofHouse.filter(({ weight }) => weights.includes(weight)).map(quorumLimit);
  // Where one test of several is enough, another weight may do it.
  const byQuorum = quorumMode === 'any' ? (own.length === ofHouse.length ? lowest(own) : null) : highest(own);
  return highest([byTests, byQuorum].filter((one) => one !== null));
}

/** `for` measured against the whole roll with a lower bound: the only kind of test that participation alone can fail. */
const isOfAll = ({ side, base, cmp }: Test): boolean =>
  side === 'for' && base === 'all' && (cmp === '>' || cmp === '>=' || cmp === '==');

const limit = ({ num, den, cmp }: Pick<Test, 'num' | 'den' | 'cmp'>): Limit => ({
  part: rational(num, den),
  isMore: cmp === '>',
});
const quorumLimit = (test: QuorumTest): Limit => limit(test);

const order = (a: Limit, b: Limit): number => compare(a.part, b.part) || Number(a.isMore) - Number(b.isMore);
const highest = (limits: readonly Limit[]): Limit | null => limits.toSorted(order).at(-1) ?? null;
const lowest = (limits: readonly (Limit | null)[]): Limit | null =>
  limits.includes(null) ? null : (limits.filter((one) => one !== null).toSorted(order)[0] ?? null);

function needOf(found: Limit | null, { all, takenPart }: Sum): Need | null {
  if (!found || (found.part.num === 0n && !found.isMore)) return null;
  const needed = multiply(all, found.part);
  const gap = subtract(needed, takenPart);
  const order = compare(takenPart, needed);
  return {
    needed: formatRational(needed),
    isMore: found.isMore,
    takenPart: formatRational(takenPart),
    missing: formatRational(compare(gap, zero) > 0 ? gap : zero),
    isEnough: found.isMore ? order > 0 : order >= 0,
  };
}

function areaOf(shares: readonly Share[]): Sum {
  let all = zero;
  let takenPart = zero;
  for (const { area, hasVoted } of shares) {
    all = add(all, area);
    if (hasVoted) takenPart = add(takenPart, area);
  }
  return { all, takenPart };
}

/** A person counts once, and has taken part with any of the own shares. */
function headsOf(shares: readonly Share[]): Sum {
  const known = new Map<string, boolean>();
  let unknown = 0;
  for (const { voter, hasVoted } of shares)
    if (voter === '') unknown++;
    else known.set(voter, (known.get(voter) ?? false) || hasVoted);
  return {
    all: rational(known.size + unknown),
    takenPart: rational([...known.values()].filter(Boolean).length),
  };
}
