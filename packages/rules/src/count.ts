// Counts a meeting exactly: roll, ballots in log order and rules in; sums, quorum, tests and verdicts out.
// Same input, same output, on any machine: fractions of bigints inside, rational text outside, no float and no rounding.
import {
  add,
  compare,
  divide,
  formatRational,
  multiply,
  one,
  parseRational,
  rational,
  subtract,
  sum,
  zero,
} from '@veche/core/rational.ts';
import type { Rational } from '@veche/core/rational.ts';
import type { Base, Comparator, DecisionRule, Side, Weight } from './decision-rule.ts';

export type Choice = 'for' | 'against' | 'abstain';

/** One entitlement of the roll: one owner's share in one premises. A roll record of the audit bundle is one of these. */
export type RollRecord = {
  readonly entitlement: string;
  /** Empty when the owner is unknown: stays in the base, nobody may cast it. */
  readonly voter: string;
  /** The premises. */
  readonly unit: string;
  readonly entrance: string;
  /** Integer, above zero. */
  readonly areaCm2: number;
  /** Rational text in (0, 1]; the shares of a unit sum to exactly 1. */
  readonly share: string;
};

/** What a ballot says. An item that is left out is not marked. */
export type Ballot = {
  readonly voter: string;
  readonly entitlements: readonly string[];
  readonly choices: Readonly<Record<string, Choice>>;
};

export type CountedItem = { readonly id: string; readonly number: number; readonly rule: DecisionRule };

export type CountInput = {
  readonly meeting: string;
  /** In the order of the notice, which is the order of the result. */
  readonly items: readonly CountedItem[];
  readonly roll: readonly RollRecord[];
  /** All ballots logged in time, in log order: of several that list an entitlement the last one counts. */
  readonly ballots: readonly Ballot[];
  /**
   * How many more were logged before the close but not under the closing checkpoint: they count for nothing. Given exactly when
   * the meeting has a closing checkpoint.
   */
  readonly late?: number;
};

/** Sums by side as rational text; all = the whole roll, participants = for + against + abstain + unmarked. */
export type Sums = {
  readonly all: string;
  readonly participants: string;
  readonly for: string;
  readonly against: string;
  readonly abstain: string;
  readonly unmarked: string;
};

/** One comparison: `have` against `need` = `of` × num/den; `margin` = have − need. All rational text, in the weight's unit. */
export type QuorumOutcome = {
  readonly weight: Weight;
  readonly base: 'all';
  readonly have: string;
  readonly of: string;
  readonly cmp: Comparator;
  readonly num: number;
  readonly den: number;
  readonly need: string;
  readonly margin: string;
  readonly holds: boolean;
};
export type TestOutcome = Omit<QuorumOutcome, 'base'> & { readonly side: Side; readonly base: Base };

export type Verdict = 'passed' | 'failed' | 'no-quorum';

export type ItemResult = {
  readonly item: string;
  readonly number: number;
  /** Id of the rule. */
  readonly rule: string;
  readonly ruleVersion: number;
  /** Areas in cm². */
  readonly sums: { readonly area: Sums; readonly head: Sums; readonly unit: Sums };
  readonly quorum: readonly QuorumOutcome[];
  readonly tests: readonly (readonly TestOutcome[])[];
  readonly verdict: Verdict;
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
   * exactly where there is one. logged = effective + superseded + late.
   */
  readonly ballots: {
    readonly logged: number;
    readonly effective: number;
    readonly superseded: number;
    readonly late?: number;
  };
  readonly items: readonly ItemResult[];
};

export type CountFaultCode =
  | 'empty-roll'
  | 'malformed-roll'
  | 'duplicate-entitlement'
  | 'shares-not-one'
  | 'duplicate-item'
  | 'unknown-entitlement'
  | 'not-the-voter'
  | 'unknown-item'
  | 'unknown-choice';

/** The input is not a meeting that can be counted. The text carries the code and no names. */
export class CountFault extends Error {
  readonly code: CountFaultCode;
  constructor(code: CountFaultCode) {
    super(`cannot count the meeting: ${code}`);
    this.name = 'CountFault';
    this.code = code;
  }
}

type Mark = Choice | 'unmarked';
type MeasuredSums = Record<keyof Sums, Rational>;
/** Per weight that is summed; `share` is `area` over the total area. */
type ItemSums = { area: MeasuredSums; head: MeasuredSums; unit: MeasuredSums };
type Entitlement = { readonly voter: string; readonly area: Rational; readonly share: Rational };

/**
 * Counts a meeting. Cost: one pass over the roll per item.
 * @throws CountFault: when the roll or a ballot is not sound; a server never logs such a ballot.
 */
export function countMeeting(input: CountInput): Result {
  const roll = measureRoll(input.roll);
  checkItems(input.items);
  const effective = effectiveBallots(input, roll.entitlements);
  const totalArea = sum([...roll.entitlements.values()].map(({ area }) => area));
  return {
    meeting: input.meeting,
    roll: {
      size: input.roll.length,
      area: formatRational(totalArea),
      heads: roll.heads,
      units: roll.units,
    },
    ballots: {
      logged: input.ballots.length + (input.late ?? 0),
      effective: effective.indexes.size,
      superseded: input.ballots.length - effective.indexes.size,
      ...(input.late === undefined ? {} : { late: input.late }),
    },
    items: input.items.map((item) => countItem(item, roll.entitlements, effective, totalArea)),
  };
}

function measureRoll(records: readonly RollRecord[]) {
  if (records.length === 0) throw new CountFault('empty-roll');
  const entitlements = new Map<string, Entitlement>();
  const shareOfUnit = new Map<string, Rational>();
  const voters = new Set<string>();
  let unknownOwners = 0;
  for (const { entitlement, voter, unit, areaCm2, share: shareText } of records) {
    if (entitlements.has(entitlement)) throw new CountFault('duplicate-entitlement');
    if (!Number.isSafeInteger(areaCm2) || areaCm2 <= 0) throw new CountFault('malformed-roll');
    const share = parseShare(shareText);
    entitlements.set(entitlement, { voter, area: multiply(rational(areaCm2), share), share });
    shareOfUnit.set(unit, add(shareOfUnit.get(unit) ?? zero, share));
    // An unknown owner is one head per entitlement: nobody can say that two of them are the same person.
    if (voter === '') unknownOwners++;
    else voters.add(voter);
  }
  for (const share of shareOfUnit.values())
    if (compare(share, one) !== 0) throw new CountFault('shares-not-one');
  return { entitlements, heads: voters.size + unknownOwners, units: shareOfUnit.size };
}

function parseShare(text: string): Rational {
  try {
    const share = parseRational(text);
    if (compare(share, zero) > 0) return share;
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
  }
  throw new CountFault('malformed-roll');
}

function checkItems(items: readonly CountedItem[]): void {
  if (new Set(items.map(({ id }) => id)).size !== items.length) throw new CountFault('duplicate-item');
}

type EffectiveBallots = {
  readonly byEntitlement: ReadonlyMap<string, Ballot>;
  /** A person with several entitlements may have several effective ballots; as a head the last of them speaks. */
  readonly byVoter: ReadonlyMap<string, Ballot>;
  /** Positions in log order. */
  readonly indexes: ReadonlySet<number>;
};

function effectiveBallots(
  { ballots, items }: CountInput,
  roll: ReadonlyMap<string, Entitlement>,
): EffectiveBallots {
  const itemIds = new Set(items.map(({ id }) => id));
  const last = new Map<string, number>();
  ballots.forEach((ballot, index) => {
    for (const [item, choice] of Object.entries(ballot.choices)) {
      if (!itemIds.has(item)) throw new CountFault('unknown-item');
      if (!CHOICES.includes(choice)) throw new CountFault('unknown-choice');
    }
    for (const entitlement of ballot.entitlements) {
      const record = roll.get(entitlement);
      if (!record) throw new CountFault('unknown-entitlement');
      if (record.voter === '' || record.voter !== ballot.voter) throw new CountFault('not-the-voter');
      last.set(entitlement, index);
    }
  });
  const indexes = new Set(last.values());
  const byVoter = new Map<string, Ballot>();
  for (const index of [...indexes].sort((a, b) => a - b)) byVoter.set(ballots[index]!.voter, ballots[index]!);
  return { byEntitlement: new Map([...last].map(([id, index]) => [id, ballots[index]!])), byVoter, indexes };
}

const CHOICES: readonly Choice[] = ['for', 'against', 'abstain'];

const markOf = (ballot: Ballot, item: string): Mark =>
  (Object.hasOwn(ballot.choices, item) ? ballot.choices[item] : undefined) ?? 'unmarked';

function countItem(
  item: CountedItem,
  roll: ReadonlyMap<string, Entitlement>,
  effective: EffectiveBallots,
  totalArea: Rational,
): ItemResult {
  const sums = sumSides(item.id, roll, effective);
  const quorum = item.rule.quorum.map((test) => ({
    weight: test.weight,
    base: 'all' as const,
    ...compareSides(
      test,
      measure(sums, test.weight, 'participants', totalArea),
      measure(sums, test.weight, 'all', totalArea),
    ),
  }));
  const tests = item.rule.tests.map((group) =>
    group.map((test) => ({
      weight: test.weight,
      side: test.side,
      base: test.base,
      ...compareSides(
        test,
        measure(sums, test.weight, test.side, totalArea),
        sum(
          sidesOfBase(test.base, item.rule.abstain).map((side) =>
            measure(sums, test.weight, side, totalArea),
          ),
        ),
      ),
    })),
  );
  const verdict = !quorum.every(({ holds }) => holds)
    ? 'no-quorum'
    : tests.some((group) => group.every(({ holds }) => holds))
      ? 'passed'
      : 'failed';
  return {
    item: item.id,
    number: item.number,
    rule: item.rule.id,
    ruleVersion: item.rule.version,
    sums: { area: formatSums(sums.area), head: formatSums(sums.head), unit: formatSums(sums.unit) },
    quorum,
    tests,
    verdict,
  };
}

function sumSides(
  item: string,
  roll: ReadonlyMap<string, Entitlement>,
  effective: EffectiveBallots,
): ItemSums {
  const sums: ItemSums = { area: emptySums(), head: emptySums(), unit: emptySums() };
  const put = (weight: keyof ItemSums, value: Rational, mark: Mark | null): void => {
    const target = sums[weight];
    target.all = add(target.all, value);
    if (mark === null) return;
    target.participants = add(target.participants, value);
    target[mark] = add(target[mark], value);
  };
  const heads = new Set<string>();
  for (const [id, { voter, area, share }] of roll) {
    const ballot = effective.byEntitlement.get(id);
    const mark = ballot ? markOf(ballot, item) : null;
    put('area', area, mark);
    put('unit', share, mark);
    if (voter === '') put('head', one, null);
    else heads.add(voter);
  }
  for (const voter of heads) {
    const ballot = effective.byVoter.get(voter);
    put('head', one, ballot ? markOf(ballot, item) : null);
  }
  return sums;
}

const emptySums = (): MeasuredSums => ({
  all: zero,
  participants: zero,
  for: zero,
  against: zero,
  abstain: zero,
  unmarked: zero,
});

function measure(sums: ItemSums, weight: Weight, part: keyof Sums, totalArea: Rational): Rational {
  return weight === 'share' ? divide(sums.area[part], totalArea) : sums[weight][part];
}

/** The parts of {@link Sums} that add up to a base. */
export function sidesOfBase(base: Base, abstain: DecisionRule['abstain']): readonly (keyof Sums)[] {
  switch (base) {
    case 'all':
    case 'participants':
      return [base];
    case 'cast':
      return abstain === 'in-base' ? ['for', 'against', 'abstain'] : ['for', 'against'];
    case 'expressed':
      return ['for', 'against'];
  }
}

function compareSides(test: { cmp: Comparator; num: number; den: number }, have: Rational, of: Rational) {
  const need = multiply(of, rational(test.num, test.den));
  return {
    have: formatRational(have),
    of: formatRational(of),
    cmp: test.cmp,
    num: test.num,
    den: test.den,
    need: formatRational(need),
    margin: formatRational(subtract(have, need)),
    holds: holds(test.cmp, compare(have, need)),
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

const formatSums = (sums: MeasuredSums): Sums => ({
  all: formatRational(sums.all),
  participants: formatRational(sums.participants),
  for: formatRational(sums.for),
  against: formatRational(sums.against),
  abstain: formatRational(sums.abstain),
  unmarked: formatRational(sums.unmarked),
});
