// A decision rule as data: what an agenda item needs to pass, pinned with its version when the meeting is called.
// It must never hold code, floats or a value that the count does not compute: what it cannot count it refuses to read.

/** How sure we are of the legal text behind a rule: read in the law itself, in a secondary page, or not confirmed. */
export type Confidence = 'confirmed' | 'secondary' | 'unconfirmed';

/**
 * What one vote weighs: `area` in cm² (area of the premises times the share held), `share` the same as a fraction of
 * the area of the base `all`, `head` one per person, `unit` one per premises (co-owners by their shares).
 */
export type Weight = 'area' | 'share' | 'head' | 'unit';
export type Side = 'for' | 'against';

/**
 * What a side is measured against. `all`: every vote of the roll. `participants`: everyone with an effective ballot,
 * whatever it marks. `cast`: for and against, and abstentions when the rule keeps them in the base. `expressed`: for
 * and against only. `entrance:<ref>`: the participants of one entrance; the side is measured in that entrance too.
 */
export type Base = 'all' | 'participants' | 'cast' | 'expressed' | `entrance:${string}`;
export type Comparator = '>' | '>=' | '<=' | '<' | '==';

/** `side of base` compared with the fraction num/den of that base, both in one weight. */
export type Test = {
  readonly weight: Weight;
  readonly side: Side;
  readonly base: Base;
  readonly cmp: Comparator;
  /** Integer, zero or more. */
  readonly num: number;
  /** Integer, one or more. */
  readonly den: number;
};

/** Participants compared with the fraction num/den of the whole roll, or of one entrance. */
export type QuorumTest = Omit<Test, 'side' | 'base'> & {
  /** So many at least, whatever the fraction gives: two owners of a house of three. Integer, one or more. */
  readonly min?: number;
  /** Only this entrance, on both sides of the comparison. */
  readonly entrance?: string;
};

/**
 * What the law gives a decision that did not pass. `second-vote`: at once, by another majority. `second-call`: another
 * meeting. `silent-assent`: who stays silent is for. `ask-absent`: those who took no part are asked in writing.
 * `court`: a judge decides.
 */
export type FallbackKind = 'second-vote' | 'second-call' | 'silent-assent' | 'ask-absent' | 'court';
export type Fallback = {
  readonly kind: FallbackKind;
  /** After which outcome; at least one. */
  readonly on: readonly ('failed' | 'no-quorum')[];
  /** All must hold besides; empty where the outcome is enough. */
  readonly trigger: readonly Test[];
  /** Id of the rule that judges then; absent where a court does. */
  readonly rule?: string;
  /** ISO 8601 durations between the vote and what follows it: `PT30M`, `P10D`. */
  readonly minDelay?: string;
  readonly maxDelay?: string;
  /**
   * A second call is held by ballots alone. After a gathering that found no quorum the whole of its agenda goes over to it:
   * every item without a quorum comes along, by its own rule.
   */
  readonly form?: 'absentee';
  /** There is no third vote. */
  readonly maxDepth: 1;
};

/** What else a decision that passed brings: the first tier whose tests hold. */
export type Tier = {
  /** One of {@link EFFECTS}. */
  readonly effect: Effect;
  /** As `tests` of a rule; empty: in any case. */
  readonly tests: readonly (readonly Test[])[];
};
export const EFFECTS = ['costs-on-all', 'costs-on-yes-voters', 'valid-three-years'] as const;
export type Effect = (typeof EFFECTS)[number];

/** Why an entitlement has no vote on an item. A conflict is marked on the roll for one item, the others for all. */
export type Exclusion = 'conflict' | 'debtor' | 'association-owned';

export type WeightPolicy = {
  /** Who holds more than all others together votes with as much as they do. Heads are not touched. */
  readonly cap?: 'sum-of-others';
  readonly reduce?: {
    readonly who: 'original-owner';
    /** Their weight is multiplied by num/den, at most 1. */
    readonly num: number;
    readonly den: number;
    /** Only when they hold at least this part of the area of the whole roll. */
    readonly holding?: { readonly num: number; readonly den: number };
    /** Only in a house of more premises than this. */
    readonly unitsAbove?: number;
  };
  readonly exclude?: readonly Exclusion[];
  /** Whether the excluded leave the base `all` too. */
  readonly excludeFromBase: boolean;
};

/**
 * How co-owners of one premises vote. `fractional`: each the own share. `one-voice`: all alike, or the vote is spoiled.
 * `majority-in-interest`: where they differ, those with more than half of the premises. `representative`: only whom
 * the roll marks so.
 */
export type CoOwners = 'fractional' | 'one-voice' | 'majority-in-interest' | 'representative';
export type InBase = 'in-base' | 'out-of-base';

/** Places of the full shape of a rule that may be left out. */
export type RuleOptions = {
  /** Default: fractional. */
  readonly coOwners?: CoOwners;
  /**
   * Who decides when for and against are exactly equal. Default: the item fails. Otherwise the item has failed too, and
   * the result says that the chair's vote or a court decides.
   */
  readonly tie?: 'fails' | 'chair-casts' | 'court';
  /** Whether those entitled to see it may know who voted how. Default: named. The count is the same. */
  readonly secrecy?: 'named' | 'secret';
  /** Whether items left unmarked, or marked so that no choice can be read, stay in the base `participants`. Default: they do. */
  readonly blank?: InBase;
  readonly spoiled?: InBase;
  /** `never`: the first ballot counts. Otherwise the last; until when it may be replaced, the house enforces. */
  readonly revote?: 'never' | 'until-close' | 'until-all-heard';
  /** Whether all tests of the quorum must hold or one of them. Default: all. */
  readonly quorumMode?: 'all' | 'any';
  /** When the quorum is measured; in a meeting by ballots alone the participants are the same at every moment. */
  readonly quorumAt?: 'opening' | 'each-vote' | 'close';
  /** Known owners who sent no ballot count as if they had voted for. */
  readonly silent?: 'for';
  readonly fallback?: Fallback;
  readonly tier?: readonly Tier[];
  readonly weightPolicy?: WeightPolicy;
};

export type DecisionRule = RuleOptions & {
  /** `regime.name`, such as `ru.two-thirds-all`. */
  readonly id: string;
  /** Counts up with every change of the rule under the same id. */
  readonly version: number;
  /** The body of law, such as `ru`. */
  readonly regime: string;
  /** First day on which a meeting may be called by this rule, `YYYY-MM-DD`. */
  readonly effectiveFrom: string;
  /** First day on which it may no longer be. */
  readonly effectiveTo?: string;
  /** The article, cited in the language of the law. */
  readonly legalRef: string;
  readonly confidence: Confidence;
  /** The item passes when every test of at least one group holds. */
  readonly tests: readonly (readonly Test[])[];
  /** All must hold (or one, by `quorumMode`), else the verdict is `no-quorum`; empty where the law asks for none. */
  readonly quorum: readonly QuorumTest[];
  /**
   * What is void without a quorum: the whole meeting or the item alone. The participants measured are the same, so
   * the verdict of an item under its own rule is too.
   */
  readonly quorumScope: 'meeting' | 'item';
  /** Whether abstentions belong to the base `cast`. */
  readonly abstain: InBase;
};

/** A rule that is not of the shape above. The text names the place and nothing else. */
export class RuleFault extends Error {
  readonly code = 'malformed-rule';
  /** Where, such as `tests.0.1.cmp`. */
  readonly at: string;
  constructor(at: string) {
    super(`malformed decision rule at ${at}`);
    this.name = 'RuleFault';
    this.at = at;
  }
}

/** The entrance of a preset that is named only when an item is put on an agenda. */
export const OPEN_ENTRANCE = '?';

/** The entrances that the rule measures on their own, each once, in the order of code units. */
export function entrancesOf(rule: Pick<DecisionRule, 'tests' | 'quorum' | 'tier' | 'fallback'>): string[] {
  const tests = [
    ...rule.tests.flat(),
    ...(rule.tier ?? []).flatMap((tier) => tier.tests.flat()),
    ...(rule.fallback?.trigger ?? []),
  ];
  const named = [
    ...tests.flatMap(({ base }) => entranceOfBase(base) ?? []),
    ...rule.quorum.flatMap(({ entrance }) => entrance ?? []),
  ];
  return [...new Set(named)].sort((a, b) => (a < b ? -1 : 1));
}

/** The ref of `entrance:<ref>`; null for another base. */
export const entranceOfBase = (base: Base): string | null =>
  base.startsWith(ENTRANCE) ? base.slice(ENTRANCE.length) : null;

/** The rule with its open entrance named, ready to be pinned. */
export function nameEntrance(rule: DecisionRule, entrance: string): DecisionRule {
  const test = (one: Test): Test =>
    one.base === `${ENTRANCE}${OPEN_ENTRANCE}` ? { ...one, base: `entrance:${entrance}` } : one;
  const { tier, fallback } = rule;
  return {
    ...rule,
    tests: rule.tests.map((group) => group.map(test)),
    quorum: rule.quorum.map((one) => (one.entrance === OPEN_ENTRANCE ? { ...one, entrance } : one)),
    ...(tier
      ? { tier: tier.map((one) => ({ ...one, tests: one.tests.map((group) => group.map(test)) })) }
      : {}),
    ...(fallback ? { fallback: { ...fallback, trigger: fallback.trigger.map(test) } } : {}),
  };
}

const ENTRANCE = 'entrance:';
const WEIGHTS: readonly Weight[] = ['area', 'share', 'head', 'unit'];
const SIDES: readonly Side[] = ['for', 'against'];
const BASE = /^(all|participants|cast|expressed|entrance:.{1,40})$/u;
const COMPARATORS: readonly Comparator[] = ['>', '>=', '<=', '<', '=='];
const CONFIDENCES: readonly Confidence[] = ['confirmed', 'secondary', 'unconfirmed'];
const FALLBACKS: readonly FallbackKind[] = [
  'second-vote',
  'second-call',
  'silent-assent',
  'ask-absent',
  'court',
];
const EXCLUSIONS: readonly Exclusion[] = ['conflict', 'debtor', 'association-owned'];
const IN_BASE: readonly InBase[] = ['in-base', 'out-of-base'];
const DATE = /^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$/;
const ID = /^[a-z0-9][a-z0-9.-]{0,63}$/;
const DURATION =
  /^P(?=[0-9T])([0-9]{1,3}Y)?([0-9]{1,3}M)?([0-9]{1,4}D)?(T(?=[0-9])([0-9]{1,3}H)?([0-9]{1,4}M)?)?$/;

type Check = (value: unknown, at: string) => void;

/**
 * Reads a rule from JSON, strictly: an unknown field, a missing one or a value outside the shape is refused.
 * @throws RuleFault: naming the first place that is wrong.
 */
export function parseDecisionRule(value: unknown): DecisionRule {
  checkRecord(value, 'rule', REQUIRED, OPTIONAL, '');
  return value as DecisionRule;
}

const integerFrom =
  (least: number): Check =>
  (value, at) => {
    if (!Number.isSafeInteger(value) || (value as number) < least) throw new RuleFault(at);
  };
const matching =
  (form: RegExp): Check =>
  (value, at) => {
    if (typeof value !== 'string' || !form.test(value)) throw new RuleFault(at);
  };
const oneOf =
  (...allowed: readonly unknown[]): Check =>
  (value, at) => {
    if (!allowed.includes(value)) throw new RuleFault(at);
  };
const listOf =
  (check: Check, least = 0): Check =>
  (value, at) => {
    if (!Array.isArray(value)) throw new RuleFault(at);
    value.forEach((one, i) => check(one, `${at}.${i}`));
    if (value.length < least) throw new RuleFault(at);
  };
const record =
  (required: Readonly<Record<string, Check>>, optional: Readonly<Record<string, Check>> = {}): Check =>
  (value, at) =>
    checkRecord(value, at, required, optional, `${at}.`);

const fraction = { num: integerFrom(0), den: integerFrom(1) };
const comparison = { weight: oneOf(...WEIGHTS), cmp: oneOf(...COMPARATORS), ...fraction };
const test = record({ ...comparison, side: oneOf(...SIDES), base: matching(BASE) });
const quorumTest: Check = (value, at) => {
  record(comparison, { min: integerFrom(1), entrance: matching(/^.{1,40}$/u) })(value, at);
  const { min, weight } = value as QuorumTest;
  // "At least two" is said of owners and premises, never of square centimetres.
  if (min !== undefined && weight !== 'head' && weight !== 'unit') throw new RuleFault(`${at}.min`);
};
const groups = listOf(listOf(test, 1));

const REQUIRED: Readonly<Record<string, Check>> = {
  id: matching(ID),
  version: integerFrom(1),
  regime: matching(ID),
  effectiveFrom: matching(DATE),
  legalRef: matching(/^.{1,400}$/),
  confidence: oneOf(...CONFIDENCES),
  tests: listOf(listOf(test, 1), 1),
  quorum: listOf(quorumTest),
  quorumScope: oneOf('meeting', 'item'),
  abstain: oneOf(...IN_BASE),
};
const OPTIONAL: Readonly<Record<string, Check>> = {
  effectiveTo: matching(DATE),
  coOwners: oneOf('fractional', 'one-voice', 'majority-in-interest', 'representative'),
  tie: oneOf('fails', 'chair-casts', 'court'),
  secrecy: oneOf('named', 'secret'),
  blank: oneOf(...IN_BASE),
  spoiled: oneOf(...IN_BASE),
  revote: oneOf('never', 'until-close', 'until-all-heard'),
  quorumMode: oneOf('all', 'any'),
  quorumAt: oneOf('opening', 'each-vote', 'close'),
  silent: oneOf('for'),
  fallback: record(
    {
      kind: oneOf(...FALLBACKS),
      on: listOf(oneOf('failed', 'no-quorum'), 1),
      trigger: listOf(test),
      maxDepth: oneOf(1),
    },
    {
      rule: matching(ID),
      minDelay: matching(DURATION),
      maxDelay: matching(DURATION),
      form: oneOf('absentee'),
    },
  ),
  tier: listOf(record({ effect: oneOf(...EFFECTS), tests: groups }), 1),
  weightPolicy: record(
    { excludeFromBase: oneOf(true, false) },
    {
      cap: oneOf('sum-of-others'),
      reduce: record(
        { who: oneOf('original-owner'), ...fraction },
        { holding: record(fraction), unitsAbove: integerFrom(0) },
      ),
      exclude: listOf(oneOf(...EXCLUSIONS), 1),
    },
  ),
};

/** @param prefix - what stands before the name of a field in the place of a fault inside it */
function checkRecord(
  value: unknown,
  at: string,
  required: Readonly<Record<string, Check>>,
  optional: Readonly<Record<string, Check>>,
  prefix: string,
): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new RuleFault(at);
  for (const field of Object.keys(value))
    if (!Object.hasOwn(required, field) && !Object.hasOwn(optional, field))
      throw new RuleFault(`${at}.${field}`);
  for (const field of Object.keys(required))
    if (!Object.hasOwn(value, field)) throw new RuleFault(`${at}.${field}`);
  const fields = value as Record<string, unknown>;
  for (const [field, check] of [...Object.entries(required), ...Object.entries(optional)])
    if (Object.hasOwn(fields, field)) check(fields[field], `${prefix}${field}`);
}
