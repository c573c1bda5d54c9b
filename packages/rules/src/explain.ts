// The arithmetic of a verdict as data: what a page or a PDF prints so that a person can redo it on paper.
// It only rewrites what the result already says; it must never decide anything itself.
import {
  divide,
  formatRational,
  multiply,
  parseRational,
  rational,
  toDecimal,
  zero,
  compare,
} from '@veche/core/rational.ts';
import type { Rational } from '@veche/core/rational.ts';
import {
  sidesOfBase,
  type Adjustment,
  type FallbackOutcome,
  type ItemResult,
  type QuorumOutcome,
  type Sums,
  type TestOutcome,
  type Verdict,
} from './count.ts';
import {
  entranceOfBase,
  type Base,
  type Comparator,
  type DecisionRule,
  type Effect,
  type Fallback,
  type Side,
  type Weight,
} from './decision-rule.ts';

/** What a quantity is measured in; `of-total` is a fraction of the total area. */
export type Unit = 'm2' | 'of-total' | 'heads' | 'units';

/** A number for people beside the exact one. */
export type Quantity = {
  /** Rational text, areas in m²: `543/10`. */
  readonly exact: string;
  /** Digits with a point, rounded half away from zero: to 2 places for m², 6 for fractions, 4 for heads and units. */
  readonly decimal: string;
  /** Whether `decimal` is the value itself, or was rounded: print `≈` then. */
  readonly rounded: boolean;
};

export type Addend = { readonly part: keyof Sums; readonly value: Quantity };

export type ExplainedTest = {
  readonly unit: Unit;
  readonly weight: Weight;
  /** What is measured: a side, or the participants for a quorum. */
  readonly measured: Side | 'participants';
  readonly have: Quantity;
  readonly base: Base;
  readonly of: Quantity;
  /** `of` = the sum of these; one addend when the base is a sum of its own, such as the whole roll. */
  readonly addends: readonly Addend[];
  readonly cmp: Comparator;
  /** The threshold as a fraction: `need` = of × num/den, or `min` where that is more. */
  readonly num: number;
  readonly den: number;
  readonly min: number | null;
  readonly need: Quantity;
  /** have − need; negative when short. */
  readonly margin: Quantity;
  /** have / of × 100; null over an empty base. */
  readonly percent: Quantity | null;
  readonly needPercent: Quantity;
  readonly holds: boolean;
};

/** One way to pass: all of its tests must hold. */
export type ExplainedGroup = { readonly tests: readonly ExplainedTest[]; readonly holds: boolean };

/** What the weight policy changed: so many entitlements, so many votes before and after. */
export type ExplainedAdjustment = {
  readonly why: Adjustment['why'];
  readonly entitlements: number;
  readonly before: Quantity;
  readonly after: Quantity;
  /** Whether the excluded stay in the base `all`; true of whoever keeps a vote. */
  readonly inBase: boolean;
};
export type ExplainedTier = {
  readonly effect: Effect;
  readonly groups: readonly ExplainedGroup[];
  readonly holds: boolean;
};
export type ExplainedFallback = Pick<FallbackOutcome, 'kind' | 'due' | 'rule'> &
  Pick<Fallback, 'minDelay' | 'maxDelay'> & { readonly trigger: readonly ExplainedTest[] };

export type Explanation = {
  readonly verdict: Verdict;
  /** Whether one test of the quorum is enough. */
  readonly quorumMode: 'all' | 'any';
  readonly quorum: readonly ExplainedTest[];
  readonly groups: readonly ExplainedGroup[];
  readonly adjusted: readonly ExplainedAdjustment[];
  readonly tiers: readonly ExplainedTier[];
  /** What else the decision brings; null when nothing. */
  readonly effect: Effect | null;
  /** Who decides an equal vote; null when there is none, or nobody does. */
  readonly tie: 'chair-casts' | 'court' | null;
  /** How the chair decided it; null until then. */
  readonly castingVote: 'for' | 'against' | null;
  readonly fallback: ExplainedFallback | null;
  /** The sides in area, with their part of the whole roll in percent: for a table or a bar. */
  readonly sides: readonly {
    readonly part: keyof Sums;
    readonly area: Quantity;
    readonly percentOfAll: Quantity;
  }[];
};

const CM2_IN_M2 = rational(10_000);
const HUNDRED = rational(100);

/** cm² as a quantity in m²: `cm2` is rational text or an integer. */
export function quantityOfArea(cm2: string | number): Quantity {
  const value = typeof cm2 === 'number' ? rational(cm2) : parseRational(cm2);
  return quantity(divide(value, CM2_IN_M2), 2);
}

/** part / whole in percent, to two places; both rational text in one unit. Null when `whole` is 0. */
export function quantityOfPercent(part: string, whole: string): Quantity | null {
  const base = parseRational(whole);
  return compare(base, zero) === 0 ? null : quantity(multiply(divide(parseRational(part), base), HUNDRED), 2);
}

/**
 * The arithmetic behind the verdict of one item.
 * @throws RangeError: when the result was not counted by this rule.
 */
export function explainItem(result: ItemResult, rule: DecisionRule): Explanation {
  if (result.rule !== rule.id || result.ruleVersion !== rule.version) {
    throw new RangeError(
      `expected rule ${result.rule} version ${result.ruleVersion}, got ${rule.id} version ${rule.version}`,
    );
  }
  const area = result.sums.area;
  const explain = (test: TestOutcome): ExplainedTest => explainTest(test, test.side, result, rule);
  const group = (tests: readonly TestOutcome[]): ExplainedGroup => ({
    tests: tests.map(explain),
    holds: tests.every(({ holds }) => holds),
  });
  return {
    verdict: result.verdict,
    quorumMode: rule.quorumMode ?? 'all',
    quorum: result.quorum.map((test) => explainTest(test, 'participants', result, rule)),
    groups: result.tests.map(group),
    adjusted: (result.adjusted ?? []).map(({ why, entitlements, area: { before, after } }) => ({
      why,
      entitlements,
      before: quantityOfArea(before),
      after: quantityOfArea(after),
      inBase: why === 'original-owner' || why === 'sum-of-others' || !rule.weightPolicy?.excludeFromBase,
    })),
    tiers: (result.tiers ?? []).map(({ effect, tests, holds }) => ({
      effect,
      groups: tests.map(group),
      holds,
    })),
    effect: result.effect ?? null,
    tie: result.tie ?? null,
    castingVote: result.castingVote ?? null,
    fallback:
      result.fallback && rule.fallback
        ? {
            kind: result.fallback.kind,
            due: result.fallback.due,
            ...(result.fallback.rule === undefined ? {} : { rule: result.fallback.rule }),
            ...(rule.fallback.minDelay === undefined ? {} : { minDelay: rule.fallback.minDelay }),
            ...(rule.fallback.maxDelay === undefined ? {} : { maxDelay: rule.fallback.maxDelay }),
            trigger: result.fallback.trigger.map(explain),
          }
        : null,
    sides: SIDES_SHOWN.filter((part) => part !== 'spoiled' || area.spoiled !== undefined).map((part) => ({
      part,
      area: quantityOfArea(area[part] ?? '0'),
      percentOfAll: quantityOfPercent(area[part] ?? '0', area.all) ?? quantity(zero, 2),
    })),
  };
}

const SIDES_SHOWN = ['for', 'against', 'abstain', 'unmarked', 'spoiled', 'participants', 'all'] as const;

function explainTest(
  test: QuorumOutcome | TestOutcome,
  measured: Side | 'participants',
  result: ItemResult,
  rule: DecisionRule,
): ExplainedTest {
  const show = (text: string): Quantity => quantityOf(test.weight, parseRational(text));
  return {
    unit: UNIT_OF[test.weight],
    weight: test.weight,
    measured,
    have: show(test.have),
    base: test.base,
    of: show(test.of),
    // A quorum is measured against everyone in the entrance, a test against those of it who took part.
    addends: (measured === 'participants' ? (['all'] as const) : sidesOfBase(test.base, rule)).map(
      (part) => ({
        part,
        value: quantityOf(test.weight, partOf(result, test.base, test.weight, part)),
      }),
    ),
    cmp: test.cmp,
    num: test.num,
    den: test.den,
    min: ('min' in test && test.min) || null,
    need: show(test.need),
    margin: show(test.margin),
    percent: quantityOfPercent(test.have, test.of),
    needPercent: quantity(multiply(rational(test.num, test.den), HUNDRED), 2),
    holds: test.holds,
  };
}

const UNIT_OF: Readonly<Record<Weight, Unit>> = {
  area: 'm2',
  share: 'of-total',
  head: 'heads',
  unit: 'units',
};

function partOf(result: ItemResult, base: Base, weight: Weight, part: keyof Sums): Rational {
  const entrance = entranceOfBase(base);
  const sums = entrance === null ? result.sums : result.entrances![entrance]!;
  if (weight !== 'share') return parseRational(sums[weight][part] ?? '0');
  const total = parseRational(result.sums.area.all);
  return compare(total, zero) === 0 ? zero : divide(parseRational(sums.area[part] ?? '0'), total);
}

function quantityOf(weight: Weight, value: Rational): Quantity {
  if (weight === 'area') return quantity(divide(value, CM2_IN_M2), 2);
  if (weight === 'share') return quantity(value, 6);
  return quantity(value, value.den === 1n ? 0 : 4);
}

function quantity(value: Rational, digits: number): Quantity {
  return {
    exact: formatRational(value),
    decimal: toDecimal(value, digits),
    rounded: 10n ** BigInt(digits) % value.den !== 0n,
  };
}
