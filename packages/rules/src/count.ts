// Counts a meeting exactly: roll, ballots in log order and rules in; sums, quorum, tests and verdicts out.
// Same input, same output, on any machine: fractions of bigints inside, rational text outside, no float and no rounding.
import {
  compare,
  divide,
  formatRational,
  one,
  rational,
  subtract,
  zero,
  type Rational,
} from '@veche/core/rational.ts';
import { addAmounts, amountOf, compareAmounts, subtractAmounts, timesAmount, type Amount } from './amount.ts';
import { CountFault, type CountedItem, type CountInput, type Mark } from './ballot-box.ts';
import {
  entranceOfBase,
  entrancesOf,
  OPEN_ENTRANCE,
  type Base,
  type Comparator,
  type DecisionRule,
  type Effect,
  type FallbackKind,
  type QuorumTest,
  type Side,
  type Test,
  type Weight,
} from './decision-rule.ts';
import {
  groupsOf,
  measureRoll,
  weigh,
  type Adjusted,
  type Electorate,
  type Entitlement,
  type Group,
  type Standings,
} from './electorate.ts';
import { amendRoll } from './passing.ts';
import { chooseBallots, effectiveCount, voiceOf, type Choosing, type Voice } from './voices.ts';

/**
 * Sums by side as rational text; all = every vote of the base, participants = for + against + abstain + unmarked +
 * spoiled. `spoiled` is left out where it is 0.
 */
export type Sums = {
  readonly all: string;
  readonly participants: string;
  readonly for: string;
  readonly against: string;
  readonly abstain: string;
  readonly unmarked: string;
  readonly spoiled?: string;
};
/** Areas in cm². */
export type WeightSums = { readonly area: Sums; readonly head: Sums; readonly unit: Sums };

/**
 * One comparison: `have` against `need` = `of` × num/den, or `min` where that is more; `margin` = have − need. All
 * rational text, in the weight's unit.
 */
export type QuorumOutcome = {
  readonly weight: Weight;
  readonly base: 'all' | `entrance:${string}`;
  readonly have: string;
  readonly of: string;
  readonly cmp: Comparator;
  readonly num: number;
  readonly den: number;
  readonly min?: number;
  readonly need: string;
  readonly margin: string;
  readonly holds: boolean;
};
export type TestOutcome = Omit<QuorumOutcome, 'base' | 'min'> & { readonly side: Side; readonly base: Base };

export type Verdict = 'passed' | 'failed' | 'no-quorum';

/** What the weight policy changed, and for how many entitlements; `after` of the excluded is 0. Rational text. */
export type Adjustment = {
  readonly why: Adjusted['why'];
  readonly entitlements: number;
  readonly area: { readonly before: string; readonly after: string };
  readonly unit: { readonly before: string; readonly after: string };
};

/** `holds`: its tests do. The effect of the result is that of the first tier that holds. */
export type TierOutcome = {
  readonly effect: Effect;
  readonly tests: readonly (readonly TestOutcome[])[];
  readonly holds: boolean;
};

/** `due`: the rule grants it after this outcome. Whoever runs the meeting acts on it; the count does not. */
export type FallbackOutcome = {
  readonly kind: FallbackKind;
  /** The rule that judges then. */
  readonly rule?: string;
  readonly trigger: readonly TestOutcome[];
  readonly due: boolean;
};

export type ItemResult = {
  readonly item: string;
  readonly number: number;
  /** Id of the rule. */
  readonly rule: string;
  readonly ruleVersion: number;
  readonly sums: WeightSums;
  /** The same within each entrance that the rule measures on its own; absent where it measures none. */
  readonly entrances?: Readonly<Record<string, WeightSums>>;
  /** Absent where nothing was changed. */
  readonly adjusted?: readonly Adjustment[];
  readonly quorum: readonly QuorumOutcome[];
  readonly tests: readonly (readonly TestOutcome[])[];
  readonly verdict: Verdict;
  /** Absent where the rule has none. */
  readonly tiers?: readonly TierOutcome[];
  /** Present when the item passed and a tier holds. */
  readonly effect?: Effect;
  /** Who decides, for and against being equal: present only where somebody does. The verdict is `failed`. */
  readonly tie?: 'chair-casts' | 'court';
  /** How the chair decided the tie, see {@link settleTie}; absent until then. */
  readonly castingVote?: 'for' | 'against';
  /** Absent where the rule has none. */
  readonly fallback?: FallbackOutcome;
};

/** The result of a meeting, as it is published and as the auditor recounts it: see the ledger's SPEC. */
export type Result = {
  readonly meeting: string;
  /** `area` is rational text in cm². */
  readonly roll: {
    readonly size: number;
    readonly area: string;
    readonly heads: number;
    readonly units: number;
  };
  /**
   * `effective`: ballots that count for at least one entitlement; `late`: logged after the closing checkpoint, present
   * exactly where there is one. logged = effective + superseded + late. `carried`: how many of them were cast in the vote
   * that this one joins, present exactly where it joins one.
   */
  readonly ballots: {
    readonly logged: number;
    readonly effective: number;
    readonly superseded: number;
    readonly late?: number;
    readonly carried?: number;
  };
  readonly items: readonly ItemResult[];
};

/** Parts that are summed; `share` is `area` over the area of the base `all` of the item, 0 where that is 0. */
const PARTS = ['all', 'participants', 'for', 'against', 'abstain', 'unmarked', 'spoiled'] as const;
type Part = (typeof PARTS)[number];
type SummedWeight = Exclude<Weight, 'share'>;
type Measured = { readonly [W in SummedWeight]: Readonly<Record<Part, Amount<W>>> };

/** For a replay only: what is published is always counted over the roll. */
export type CountOptions = {
  /** Another area for the base `all` than the sum of the roll, cm²: integer, no less than the area that took part. */
  readonly areaAllCm2?: number;
};

/**
 * Counts a meeting. Cost: one pass over the roll per item.
 * @throws CountFault: when the roll or a ballot is not sound; a server never logs such a ballot.
 * @throws RangeError: when another base is less than what took part.
 */
export function countMeeting(input: CountInput, options: CountOptions = {}): Result {
  const roll = amendRoll(input);
  const electorate = measureRoll(roll);
  const { items } = input;
  if (new Set(items.map(({ id }) => id)).size !== items.length) throw new CountFault('duplicate-item');
  const choosing = chooseBallots(input);
  const effective = effectiveCount(
    choosing,
    items.map(({ rule }) => rule),
  );
  return {
    meeting: input.meeting,
    roll: {
      size: roll.length,
      area: formatRational(electorate.totalArea),
      heads: electorate.heads,
      units: electorate.units,
    },
    ballots: {
      logged: choosing.ballots.length + (input.late ?? 0),
      effective,
      superseded: choosing.ballots.length - effective,
      ...(input.late === undefined ? {} : { late: input.late }),
      ...(input.carried === undefined ? {} : { carried: input.carried.length }),
    },
    items: items.map((item) => countItem(item, electorate, choosing, options)),
  };
}

function countItem(
  item: CountedItem,
  electorate: Electorate,
  choosing: Choosing,
  { areaAllCm2 }: CountOptions,
): ItemResult {
  const { rule } = item;
  const entrances = entrancesOf(rule);
  if (entrances.includes(OPEN_ENTRANCE)) throw new CountFault('open-entrance');
  const standings = weigh(electorate, rule, item.id);
  const mayVote = (member: Entitlement): boolean => standings.of(member).votes;
  const groups = groupsOf(electorate, rule);
  const voices = groups.map((group) => voiceOf(group, item.id, rule, choosing, mayVote));

  const counted = sumUp(groups, voices, standings, null);
  const whole =
    areaAllCm2 === undefined
      ? counted
      : withAreaAll(counted, subtract(rational(areaAllCm2), electorate.totalArea));
  const within = new Map(entrances.map((name) => [name, sumUp(groups, voices, standings, name)]));
  const scale: Scale = { rule, whole, within };

  const quorum = rule.quorum.map((test) => judgeQuorum(test, scale));
  const tests = rule.tests.map((group) => group.map((test) => judge(test, scale)));
  const held = quorum.filter(({ holds }) => holds).length;
  const isQuorate = rule.quorumMode === 'any' ? quorum.length === 0 || held > 0 : held === quorum.length;
  const verdict: Verdict = !isQuorate ? 'no-quorum' : isMet(tests) ? 'passed' : 'failed';
  const tiers = rule.tier?.map(({ effect, tests: asked }) => {
    const outcome = asked.map((group) => group.map((test) => judge(test, scale)));
    return { effect, tests: outcome, holds: asked.length === 0 || isMet(outcome) };
  });
  const effect = verdict === 'passed' ? tiers?.find(({ holds }) => holds)?.effect : undefined;
  const decider = rule.tie ?? 'fails';
  return {
    item: item.id,
    number: item.number,
    rule: rule.id,
    ruleVersion: rule.version,
    sums: formatAll(whole),
    ...(within.size === 0
      ? {}
      : { entrances: Object.fromEntries([...within].map(([name, sums]) => [name, formatAll(sums)])) }),
    ...(standings.adjusted.length === 0 ? {} : { adjusted: standings.adjusted.map(formatAdjusted) }),
    quorum,
    tests,
    verdict,
    ...(tiers ? { tiers } : {}),
    ...(effect === undefined ? {} : { effect }),
    ...(decider !== 'fails' && verdict === 'failed' && isTied(rule, scale) ? { tie: decider } : {}),
    ...(rule.fallback ? { fallback: fallbackOf(rule.fallback, verdict, item.round ?? 0, scale) } : {}),
  };
}

/**
 * The item as the chair's casting vote leaves it: every sum and comparison stays, and what follows from the verdict is drawn
 * anew.
 * @throws RangeError: when there is no tie for the chair to decide.
 */
export function settleTie(result: ItemResult, choice: 'for' | 'against'): ItemResult {
  if (!awaitsChair(result)) throw new RangeError('expected a tie that the chair decides');
  if (choice === 'against') return { ...result, castingVote: choice };
  const effect = result.tiers?.find(({ holds }) => holds)?.effect;
  return {
    ...result,
    verdict: 'passed',
    castingVote: choice,
    ...(effect === undefined ? {} : { effect }),
    ...(result.fallback ? { fallback: { ...result.fallback, due: false } } : {}),
  };
}

/** Whether the item is equal and the chair has not decided it. */
export const awaitsChair = ({ tie, castingVote }: ItemResult): boolean =>
  tie === 'chair-casts' && castingVote === undefined;

const isMet = (groups: readonly (readonly TestOutcome[])[]): boolean =>
  groups.some((group) => group.every(({ holds }) => holds));

function fallbackOf(
  fallback: NonNullable<DecisionRule['fallback']>,
  verdict: Verdict,
  round: number,
  scale: Scale,
): FallbackOutcome {
  const trigger = fallback.trigger.map((test) => judge(test, scale));
  return {
    kind: fallback.kind,
    ...(fallback.rule === undefined ? {} : { rule: fallback.rule }),
    trigger,
    due:
      verdict !== 'passed' &&
      fallback.on.includes(verdict) &&
      round < fallback.maxDepth &&
      trigger.every(({ holds }) => holds),
  };
}

/** For and against exactly equal, and not nothing, in every weight that the rule asks of the side for. */
function isTied(rule: DecisionRule, { whole }: Scale): boolean {
  const asked = new Set(rule.tests.flat().flatMap(({ side, weight }) => (side === 'for' ? [weight] : [])));
  return (
    asked.size > 0 &&
    [...asked].every((weight) => {
      const pro = measure(whole, weight, 'for', whole);
      return compare(pro, zero) > 0 && compareAmounts(pro, measure(whole, weight, 'against', whole)) === 0;
    })
  );
}

/** Numerators by denominator: a sum of thousands then reduces only a few times. */
type Sum = Map<bigint, bigint>;
function totalOf(sums: readonly Sum[]): Rational {
  const joined: Sum = new Map();
  for (const sum of sums) for (const [den, num] of sum) joined.set(den, (joined.get(den) ?? 0n) + num);
  let total = zero;
  for (const [den, num] of joined) total = rational(total.num * den + num * total.den, total.den * den);
  return total;
}

/** What is summed, by how it was voted with (`silent`: not at all), within the base and outside: every part is made of these. */
type Cell = Mark | 'silent';
type Cells = { readonly [Place in 'inBase' | 'outside']: ReadonlyMap<Cell, Sum> };
const CELLS: readonly Cell[] = ['for', 'against', 'abstain', 'unmarked', 'spoiled', 'silent'];
const newCells = (): Cells => {
  const empty = (): ReadonlyMap<Cell, Sum> => new Map(CELLS.map((cell) => [cell, new Map()]));
  return { inBase: empty(), outside: empty() };
};
function addTo(cells: Cells, { num, den }: Rational, mark: Mark | null, inBase: boolean): void {
  const sum = cells[inBase ? 'inBase' : 'outside'].get(mark ?? 'silent')!;
  sum.set(den, (sum.get(den) ?? 0n) + num);
}

/** @param entrance - only what is in it; null: everything */
function sumUp(
  groups: readonly Group[],
  voices: readonly Voice[],
  standings: Standings,
  entrance: string | null,
): Measured {
  const cells = { area: newCells(), head: newCells(), unit: newCells() };
  /** Of a head with several voices the one speaks that rests on the latest ballot. */
  const heads = new Map<string, { voice: Voice; group: string; inBase: boolean }>();
  for (const [position, group] of groups.entries()) {
    const voice = voices[position]!;
    let votes = false;
    let inBase = false;
    let isHere = false;
    for (const member of group.members) {
      if (entrance !== null && member.entrance !== entrance) continue;
      const standing = standings.of(member);
      const mark = standing.votes ? voice.mark : null;
      addTo(cells.area, standing.area, mark, standing.inBase);
      addTo(cells.unit, standing.unit, mark, standing.inBase);
      isHere = true;
      votes ||= standing.votes;
      inBase ||= standing.inBase;
    }
    if (!isHere) continue;
    const heard = votes ? voice : { mark: null, at: -1 };
    const head = heads.get(group.party);
    if (!head) heads.set(group.party, { voice: heard, group: group.id, inBase });
    else {
      head.inBase ||= inBase;
      if (isHeardBefore(heard, group.id, head)) {
        head.voice = heard;
        head.group = group.id;
      }
    }
  }
  for (const { voice, inBase } of heads.values()) addTo(cells.head, one, voice.mark, inBase);
  return {
    area: totalsOf('area', cells.area),
    head: totalsOf('head', cells.head),
    unit: totalsOf('unit', cells.unit),
  };
}

/** With a base that is greater or smaller by so much; what a policy took out of it stays out. */
function withAreaAll(sums: Measured, difference: Rational): Measured {
  const all = addAmounts(sums.area.all, amountOf('area', difference));
  if (compareAmounts(all, sums.area.participants) < 0)
    throw new RangeError('expected a base of no less than what took part');
  return { ...sums, area: { ...sums.area, all } };
}

/** Later ballots first; of two premises in one ballot the first by its name; whoever took part before whoever did not. */
function isHeardBefore(voice: Voice, group: string, than: { voice: Voice; group: string }): boolean {
  if ((voice.mark === null) !== (than.voice.mark === null)) return voice.mark !== null;
  return voice.at === than.voice.at ? group < than.group : voice.at > than.voice.at;
}

function totalsOf<W extends SummedWeight>(weight: W, { inBase, outside }: Cells): Record<Part, Amount<W>> {
  const sumsOf = (part: Part): readonly Sum[] => {
    if (part === 'all') return [...inBase.values()];
    const marks = part === 'participants' ? CELLS.filter((cell) => cell !== 'silent') : [part];
    return marks.flatMap((mark) => [inBase.get(mark)!, outside.get(mark)!]);
  };
  return Object.fromEntries(PARTS.map((part) => [part, amountOf(weight, totalOf(sumsOf(part)))])) as Record<
    Part,
    Amount<W>
  >;
}

/** Everything a test of the item may be measured against. */
type Scale = {
  readonly rule: DecisionRule;
  readonly whole: Measured;
  readonly within: ReadonlyMap<string, Measured>;
};

/** @param whole - what shares are shares of */
function measure<W extends Weight>(sums: Measured, weight: W, part: Part, whole: Measured): Amount<W> {
  if (weight !== 'share') return sums[weight as SummedWeight][part] as unknown as Amount<W>;
  const total = whole.area.all;
  return amountOf(weight, compare(total, zero) === 0 ? zero : divide(sums.area[part], total));
}

function judge(test: Test, { rule, whole, within }: Scale): TestOutcome {
  const entrance = entranceOfBase(test.base);
  const sums = entrance === null ? whole : within.get(entrance)!;
  const of = sidesOfBase(test.base, rule)
    .map((part) => measure(sums, test.weight, part, whole))
    .reduce(addAmounts);
  const have = measure(sums, test.weight, test.side, whole);
  return { weight: test.weight, side: test.side, base: test.base, ...compareSides(test, have, of) };
}

function judgeQuorum(test: QuorumTest, { whole, within }: Scale): QuorumOutcome {
  const sums = test.entrance === undefined ? whole : within.get(test.entrance)!;
  return {
    weight: test.weight,
    base: test.entrance === undefined ? 'all' : `entrance:${test.entrance}`,
    ...compareSides(
      test,
      measure(sums, test.weight, 'participants', whole),
      measure(sums, test.weight, 'all', whole),
    ),
  };
}

/** The parts of {@link Sums} that add up to a base. */
export function sidesOfBase(
  base: Base,
  rule: Pick<DecisionRule, 'abstain' | 'blank' | 'spoiled'>,
): readonly Part[] {
  switch (base) {
    case 'all':
      return ['all'];
    case 'cast':
      return rule.abstain === 'in-base' ? ['for', 'against', 'abstain'] : ['for', 'against'];
    case 'expressed':
      return ['for', 'against'];
    default: {
      const left: Part[] = [
        ...(rule.blank === 'out-of-base' ? [] : ['unmarked' as const]),
        ...(rule.spoiled === 'out-of-base' ? [] : ['spoiled' as const]),
      ];
      return left.length === 2 ? ['participants'] : ['for', 'against', 'abstain', ...left];
    }
  }
}

function compareSides<W extends Weight>(
  test: { cmp: Comparator; num: number; den: number; min?: number },
  have: Amount<W>,
  of: Amount<W>,
) {
  const part = timesAmount(of, rational(test.num, test.den));
  const least = test.min === undefined ? null : rational(test.min);
  const need = least !== null && compare(part, least) < 0 ? (least as Amount<W>) : part;
  return {
    have: formatRational(have),
    of: formatRational(of),
    cmp: test.cmp,
    num: test.num,
    den: test.den,
    ...(test.min === undefined ? {} : { min: test.min }),
    need: formatRational(need),
    margin: formatRational(subtractAmounts(have, need)),
    holds: holds(test.cmp, compareAmounts(have, need)),
  };
}

function holds(cmp: Comparator, order: number): boolean {
  switch (cmp) {
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
    case '<=':
      return order <= 0;
    case '<':
      return order < 0;
    case '==':
      return order === 0;
  }
}

const formatAll = (sums: Measured): WeightSums => ({
  area: formatSums(sums.area),
  head: formatSums(sums.head),
  unit: formatSums(sums.unit),
});
const formatSums = (sums: Readonly<Record<Part, Rational>>): Sums => ({
  all: formatRational(sums.all),
  participants: formatRational(sums.participants),
  for: formatRational(sums.for),
  against: formatRational(sums.against),
  abstain: formatRational(sums.abstain),
  unmarked: formatRational(sums.unmarked),
  ...(compare(sums.spoiled, zero) === 0 ? {} : { spoiled: formatRational(sums.spoiled) }),
});

const formatAdjusted = ({ why, entitlements, area, unit }: Adjusted): Adjustment => ({
  why,
  entitlements,
  area: { before: formatRational(area.before), after: formatRational(area.after) },
  unit: { before: formatRational(unit.before), after: formatRational(unit.after) },
});
