// What the commitments of a meeting open to, and the records beside the log: notice, ballot, roll, result.
// Parsed strictly: a field nobody here knows could change what a decision means, so it is refused, not passed over.
import { LedgerFault } from './fault.ts';
import { fraction, isFractionText, order, readFraction } from './fraction.ts';
import { forms } from './entry.ts';
import type { Base64Of32, LogId } from './entry.ts';

export type Weight = 'area' | 'share' | 'head' | 'unit';
export type Side = 'for' | 'against';
export type Base = 'all' | 'participants' | 'cast' | 'expressed' | `entrance:${string}`;
export type Comparator = '>' | '>=' | '<=' | '<' | '==';
export type Choice = 'for' | 'against' | 'abstain' | 'spoiled';

/** The side's weight compared with num/den of the base's. */
export type Test = {
  readonly weight: Weight;
  readonly side: Side;
  readonly base: Base;
  readonly cmp: Comparator;
  readonly num: number;
  readonly den: number;
};
/** The participants' weight compared with num/den of the whole roll's, or within one entrance. */
export type QuorumTest = Omit<Test, 'side' | 'base'> & {
  /** So much at least. */
  readonly min?: number;
  readonly entrance?: string;
};
export type Exclusion = 'conflict' | 'debtor' | 'association-owned';
export type Effect = 'costs-on-all' | 'costs-on-yes-voters' | 'valid-three-years';
/** The arithmetic of each is in the SPEC. */
export type WeightPolicy = {
  readonly cap?: 'sum-of-others';
  readonly reduce?: {
    readonly who: 'original-owner';
    readonly num: number;
    readonly den: number;
    readonly holding?: { readonly num: number; readonly den: number };
    readonly unitsAbove?: number;
  };
  readonly exclude?: readonly Exclusion[];
  readonly excludeFromBase: boolean;
};
export type Fallback = {
  readonly kind: 'second-vote' | 'second-call' | 'silent-assent' | 'ask-absent' | 'court';
  readonly on: readonly ('failed' | 'no-quorum')[];
  readonly trigger: readonly Test[];
  readonly rule?: string;
  /** ISO 8601 durations. */
  readonly minDelay?: string;
  readonly maxDelay?: string;
  /** How the second call is held; changes nothing of the count. */
  readonly form?: 'absentee';
  readonly maxDepth: 1;
};
export type Tier = { readonly effect: Effect; readonly tests: readonly (readonly Test[])[] };

/** A decision rule as the notice pins it. */
export type DecisionRule = {
  readonly id: string;
  readonly version: number;
  readonly regime: string;
  /** `YYYY-MM-DD`. */
  readonly effectiveFrom: string;
  readonly effectiveTo?: string;
  readonly legalRef: string;
  readonly confidence: 'confirmed' | 'secondary' | 'unconfirmed';
  /** Passed when every test of at least one group holds. */
  readonly tests: readonly (readonly Test[])[];
  /** All must hold. */
  readonly quorum: readonly QuorumTest[];
  readonly quorumScope: 'meeting' | 'item';
  readonly abstain: 'in-base' | 'out-of-base';
  readonly coOwners?: 'fractional' | 'one-voice' | 'majority-in-interest' | 'representative';
  readonly tie?: 'fails' | 'chair-casts' | 'court';
  readonly secrecy?: 'named' | 'secret';
  readonly blank?: 'in-base' | 'out-of-base';
  readonly spoiled?: 'in-base' | 'out-of-base';
  readonly revote?: 'never' | 'until-close' | 'until-all-heard';
  readonly quorumMode?: 'all' | 'any';
  readonly quorumAt?: 'opening' | 'each-vote' | 'close';
  readonly silent?: 'for';
  readonly fallback?: Fallback;
  readonly tier?: readonly Tier[];
  readonly weightPolicy?: WeightPolicy;
};
/** A rule in the words that the owners were given. */
export type RuleText = { readonly name: string; readonly explanation: string };

export type NoticeItem = {
  readonly id: LogId;
  readonly number: number;
  readonly text: string;
  readonly explanation: string;
  readonly rule: DecisionRule;
  /** By language. */
  readonly ruleTexts?: Readonly<Record<string, RuleText>>;
  /** How many votes on the same question came before; absent: none. */
  readonly round?: number;
  /** The competence it falls under, by the name that the operator's library gives it. */
  readonly clause?: string;
};

/** A document that owners may read before they vote: the notice commits to its bytes. */
export type NoticeMaterial = {
  readonly name: string;
  /** Media type. */
  readonly type: string;
  readonly bytes: number;
  readonly sha256: Base64Of32;
  /** The item it belongs to; absent: the whole meeting. */
  readonly item?: LogId;
};

/** What was found against the meeting before the call, and why it was called all the same. */
export type NoticeAccepted = { readonly code: string; readonly reason: string; readonly item?: LogId };

/** The payload of `meeting.called`. */
export type Notice = {
  readonly meeting: LogId;
  readonly title: string;
  readonly form: 'absentee' | 'in-person' | 'mixed';
  /** `areaCm2`: the base by the building's documents, or 0. */
  readonly building: { readonly address: string; readonly areaCm2: number };
  /** An IANA name. */
  readonly timeZone: string;
  /** RFC 3339 in UTC, whole seconds, with `Z`. */
  readonly opensAt: string;
  readonly closesAt: string;
  readonly items: readonly NoticeItem[];
  readonly kind?: 'annual' | 'extraordinary';
  /** Who calls: an owner, owners of a tenth of all votes, the managing company, the council of the house. */
  readonly convener?: 'owner' | 'tenth' | 'management' | 'council';
  /** What becomes of the vote of a share that is sold while voting goes on. */
  readonly sale?: 'follows-title' | 'stays' | 'void';
  /** When and where people come together. */
  readonly gathering?: { readonly at: string; readonly place: string };
  /** Where the materials can be seen. */
  readonly materialsPlace?: string;
  readonly materials?: readonly NoticeMaterial[];
  readonly accepted?: readonly NoticeAccepted[];
  readonly follows?: NoticeFollows;
};

/**
 * The vote that this one comes after, and the SHA-256 of the canonical JSON of its result. Where it follows by
 * `silent-assent` or `ask-absent` the two are one count: see {@link isJoined}.
 */
export type NoticeFollows = {
  readonly meeting: LogId;
  readonly kind: Exclude<Fallback['kind'], 'court'>;
  readonly result: Base64Of32;
};

/**
 * Whether the ballots of the vote that this one follows count on in it: only those who took no part are asked then, over
 * the same roll.
 * @example isJoined(notice) // false
 */
export const isJoined = ({ follows }: Pick<Notice, 'follows'>): boolean =>
  follows?.kind === 'silent-assent' || follows?.kind === 'ask-absent';

/** The payload of `tie.decided`: how the chair decides an item whose sides are equal, in the result of that hash. */
export type TieDecision = {
  readonly meeting: LogId;
  readonly item: LogId;
  readonly choice: 'for' | 'against';
  readonly result: Base64Of32;
};

/** The payload of `ballot`. */
export type BallotPayload = {
  readonly meeting: LogId;
  readonly voter: LogId;
  /** Sorted, each once. */
  readonly entitlements: readonly LogId[];
  /** By item; an item left out is not marked. */
  readonly choices: Readonly<Record<LogId, Choice>>;
};

/** A share that changed hands while voting goes on; what it does to the count is in section 4 of the SPEC. */
export type Amendment = {
  readonly entitlement: LogId;
  /** Who casts it from here on; empty: nobody, and it stays in the base. */
  readonly to: LogId | '';
  /** `correction`: what was recorded earlier of a transfer was wrong. */
  readonly why: 'transfer' | 'correction';
  /** Only so much of it, of the premises, as an entitlement of its own; the rest stays as it is. */
  readonly part?: { readonly entitlement: LogId; readonly share: string };
};

/** The payload of `roll.amended`; in this order one after the other. */
export type AmendmentsPayload = { readonly meeting: LogId; readonly amendments: readonly Amendment[] };

/** A leaf of the roll: one share in one premises. Its area weight is `areaCm2 * share`. */
export type RollRecord = {
  readonly entitlement: LogId;
  /** Empty when the owner is unknown: it stays in the base and nobody may cast it. */
  readonly voter: LogId | '';
  readonly unit: LogId;
  readonly entrance: string;
  readonly areaCm2: number;
  /** A fraction in lowest terms, above 0 and at most 1. */
  readonly share: string;
  readonly salt: Base64Of32;
  /** What rules may ask about; sorted, each once, absent when there are none. */
  readonly marks?: readonly string[];
};

/** Fractions in lowest terms; areas in cm². `spoiled` is absent where it is 0. */
export type Sums = Readonly<
  Record<'all' | 'participants' | 'for' | 'against' | 'abstain' | 'unmarked', string>
> & { readonly spoiled?: string };
export type WeightSums = { readonly area: Sums; readonly head: Sums; readonly unit: Sums };
export type QuorumOutcome = Omit<QuorumTest, 'entrance'> & {
  readonly base: 'all' | `entrance:${string}`;
  readonly have: string;
  readonly of: string;
  readonly need: string;
  readonly margin: string;
  readonly holds: boolean;
};
export type TestOutcome = Test & Omit<QuorumOutcome, 'base' | 'min'>;
export type Adjustment = {
  readonly why: Exclusion | 'original-owner' | 'sum-of-others';
  readonly entitlements: number;
  readonly area: { readonly before: string; readonly after: string };
  readonly unit: { readonly before: string; readonly after: string };
};
export type Verdict = 'passed' | 'failed' | 'no-quorum';
export type ItemResult = {
  readonly item: LogId;
  readonly number: number;
  readonly rule: string;
  readonly ruleVersion: number;
  readonly sums: WeightSums;
  readonly entrances?: Readonly<Record<string, WeightSums>>;
  readonly adjusted?: readonly Adjustment[];
  readonly quorum: readonly QuorumOutcome[];
  readonly tests: readonly (readonly TestOutcome[])[];
  readonly verdict: Verdict;
  readonly tiers?: readonly {
    readonly effect: Effect;
    readonly tests: readonly (readonly TestOutcome[])[];
    readonly holds: boolean;
  }[];
  readonly effect?: Effect;
  readonly tie?: 'chair-casts' | 'court';
  /** How the chair decided the tie; absent until then. */
  readonly castingVote?: 'for' | 'against';
  readonly fallback?: {
    readonly kind: Fallback['kind'];
    readonly rule?: string;
    readonly trigger: readonly TestOutcome[];
    readonly due: boolean;
  };
};
/** The result of a meeting; `result` in the log is the SHA-256 of its canonical JSON. */
export type MeetingResult = {
  readonly meeting: LogId;
  readonly roll: {
    readonly size: number;
    readonly area: string;
    readonly heads: number;
    readonly units: number;
  };
  /**
   * `late`: at or above the size of the closing checkpoint, counted for nothing; present exactly where the close has one.
   * logged = effective + superseded + late. `carried`: how many of them were cast in the vote that this one joins; present
   * exactly where it joins one.
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

type Form = (value: unknown) => boolean;
type Shape = Readonly<Record<string, Form>>;

const wrong = (what: string) => new LedgerFault('payload', `expected ${what}`);

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
/** Exactly these fields, the optional ones or not, each of its form. */
const record =
  (required: Shape, optional: Shape = {}): Form =>
  (value) =>
    isRecord(value) &&
    Object.entries(required).every(([field, form]) => Object.hasOwn(value, field) && form(value[field])) &&
    Object.keys(value).every(
      (field) =>
        Object.hasOwn(required, field) || (Object.hasOwn(optional, field) && optional[field]!(value[field])),
    );
const listOf =
  (form: Form): Form =>
  (value) =>
    Array.isArray(value) && value.every(form);
const oneOf =
  (...values: readonly string[]): Form =>
  (value) =>
    values.includes(value as string);
const text: Form = (value) => typeof value === 'string';
const matching =
  (pattern: RegExp): Form =>
  (value) =>
    typeof value === 'string' && pattern.test(value);
const integerFrom =
  (least: number): Form =>
  (value) =>
    Number.isSafeInteger(value) && (value as number) >= least;

const date = matching(/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/);
const moment = matching(/^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$/);
const duration = matching(/^P[0-9YMDTH]{2,20}$/);
const fractionOf = { num: integerFrom(0), den: integerFrom(1) };
const comparison = {
  weight: oneOf('area', 'share', 'head', 'unit'),
  cmp: oneOf('>', '>=', '<=', '<', '=='),
  ...fractionOf,
};
// An entrance named `?` is one that the agenda has still to name.
const entrance = matching(/^(?!\?$).{1,40}$/u);
const isTest = record({
  ...comparison,
  side: oneOf('for', 'against'),
  base: matching(/^(all|participants|cast|expressed|entrance:(?!\?$).{1,40})$/u),
});
const groups = listOf((value) => listOf(isTest)(value) && (value as unknown[]).length > 0);
const inBase = oneOf('in-base', 'out-of-base');
const isRule = record(
  {
    id: text,
    version: integerFrom(1),
    regime: text,
    effectiveFrom: date,
    legalRef: text,
    confidence: oneOf('confirmed', 'secondary', 'unconfirmed'),
    tests: listOf(listOf(isTest)),
    quorum: listOf(record(comparison, { min: integerFrom(1), entrance })),
    quorumScope: oneOf('meeting', 'item'),
    abstain: inBase,
  },
  // Each value that is accepted here has its arithmetic in the recount, or changes none.
  {
    effectiveTo: date,
    coOwners: oneOf('fractional', 'one-voice', 'majority-in-interest', 'representative'),
    tie: oneOf('fails', 'chair-casts', 'court'),
    secrecy: oneOf('named', 'secret'),
    blank: inBase,
    spoiled: inBase,
    revote: oneOf('never', 'until-close', 'until-all-heard'),
    quorumMode: oneOf('all', 'any'),
    quorumAt: oneOf('opening', 'each-vote', 'close'),
    silent: oneOf('for'),
    fallback: record(
      {
        kind: oneOf('second-vote', 'second-call', 'silent-assent', 'ask-absent', 'court'),
        on: listOf(oneOf('failed', 'no-quorum')),
        trigger: listOf(isTest),
        maxDepth: (value) => value === 1,
      },
      { rule: text, minDelay: duration, maxDelay: duration, form: oneOf('absentee') },
    ),
    tier: listOf(
      record({ effect: oneOf('costs-on-all', 'costs-on-yes-voters', 'valid-three-years'), tests: groups }),
    ),
    weightPolicy: record(
      { excludeFromBase: (value) => typeof value === 'boolean' },
      {
        cap: oneOf('sum-of-others'),
        reduce: record(
          { who: oneOf('original-owner'), ...fractionOf },
          { holding: record(fractionOf), unitsAbove: integerFrom(0) },
        ),
        exclude: listOf(oneOf('conflict', 'debtor', 'association-owned')),
      },
    ),
  },
);
const isRuleTexts: Form = (value) =>
  isRecord(value) &&
  Object.entries(value).every(
    ([language, texts]) => /^[a-z]{2,3}$/.test(language) && record({ name: text, explanation: text })(texts),
  );
const isNotice = record(
  {
    meeting: forms.id,
    title: text,
    form: oneOf('absentee', 'in-person', 'mixed'),
    building: record({ address: text, areaCm2: integerFrom(0) }),
    timeZone: text,
    opensAt: moment,
    closesAt: moment,
    items: listOf(
      record(
        { id: forms.id, number: integerFrom(0), text, explanation: text, rule: isRule },
        { ruleTexts: isRuleTexts, round: integerFrom(1), clause: text },
      ),
    ),
  },
  {
    kind: oneOf('annual', 'extraordinary'),
    convener: oneOf('owner', 'tenth', 'management', 'council'),
    sale: oneOf('follows-title', 'stays', 'void'),
    gathering: record({ at: moment, place: text }),
    materialsPlace: text,
    materials: listOf(
      record({ name: text, type: text, bytes: integerFrom(0), sha256: forms.hash }, { item: forms.id }),
    ),
    accepted: listOf(record({ code: text, reason: text }, { item: forms.id })),
    follows: record({
      meeting: forms.id,
      kind: oneOf('second-vote', 'second-call', 'silent-assent', 'ask-absent'),
      result: forms.hash,
    }),
  },
);
const isAmendments = record({
  meeting: forms.id,
  amendments: listOf(
    record(
      {
        entitlement: forms.id,
        to: (value) => value === '' || forms.id(value),
        why: oneOf('transfer', 'correction'),
      },
      { part: record({ entitlement: forms.id, share: (value) => isShare(value) }) },
    ),
  ),
});
const isShare: Form = (value) =>
  typeof value === 'string' && isFractionText(value) && order(readFraction(value), fraction(0n)) > 0;
const isTieDecision = record({
  meeting: forms.id,
  item: forms.id,
  choice: oneOf('for', 'against'),
  result: forms.hash,
});
const isBallot = record({
  meeting: forms.id,
  voter: forms.id,
  entitlements: listOf(forms.id),
  choices: (value) =>
    isRecord(value) &&
    Object.entries(value).every(([item, choice]) => forms.id(item) && CHOICES.includes(choice as Choice)),
});
const CHOICES: readonly Choice[] = ['for', 'against', 'abstain', 'spoiled'];
const isMark = matching(
  /^(association-owned|debtor|original-owner|representative|conflict:[A-Za-z0-9_-]{1,64})$/,
);
const isRollRecord = record(
  {
    entitlement: forms.id,
    voter: (value) => value === '' || forms.id(value),
    unit: forms.id,
    entrance: text,
    areaCm2: integerFrom(1),
    share: (value) => typeof value === 'string' && value !== '0' && isFractionText(value),
    salt: forms.hash,
  },
  {
    marks: (value) =>
      listOf(isMark)(value) &&
      (value as string[]).length > 0 &&
      (value as string[]).every((mark, i, marks) => i === 0 || marks[i - 1]! < mark),
  },
);

/**
 * @throws LedgerFault `payload`: when it is not a notice, or its items or rules are not ones this code can count.
 * @example parseNotice(notice).items.length // 2
 */
export function parseNotice(value: unknown): Notice {
  if (!isNotice(value)) throw wrong('a notice');
  const notice = value as Notice;
  if (notice.items.length === 0 || new Set(notice.items.map(({ id }) => id)).size !== notice.items.length)
    throw wrong('a notice whose items have ids of their own');
  return notice;
}

/**
 * @throws LedgerFault `payload`: when it is not a ballot with its entitlements sorted and each once.
 * @example parseBallotPayload(payload).voter // 'v1'
 */
export function parseBallotPayload(value: unknown): BallotPayload {
  if (!isBallot(value)) throw wrong('a ballot');
  const ballot = value as BallotPayload;
  const { entitlements } = ballot;
  if (entitlements.length === 0 || entitlements.some((id, i) => i > 0 && entitlements[i - 1]! >= id))
    throw wrong('sorted entitlements, each once');
  return ballot;
}

/**
 * @throws LedgerFault `payload`: when it is not a chair's decision of a tie.
 * @example parseTieDecision({ meeting: 'm1', item: 'i1', choice: 'for', result: salt }).choice // 'for'
 */
export function parseTieDecision(value: unknown): TieDecision {
  if (!isTieDecision(value)) throw wrong("a chair's decision of a tie");
  return value as TieDecision;
}

/**
 * @throws LedgerFault `payload`: when it is not a record of a roll.
 * @example parseRollRecord(roll[1]).share // '1/3'
 */
export function parseRollRecord(value: unknown): RollRecord {
  if (!isRollRecord(value)) throw wrong('a record of the roll');
  return value as RollRecord;
}

/**
 * @throws LedgerFault `payload`: when it is not a list of one amendment or more.
 * @example parseAmendments({ meeting: 'm1', amendments: [{ entitlement: 'e1', to: 'v9', why: 'transfer' }] }).amendments.length // 1
 */
export function parseAmendments(value: unknown): AmendmentsPayload {
  if (!isAmendments(value)) throw wrong('amendments of a roll');
  const payload = value as AmendmentsPayload;
  if (payload.amendments.length === 0) throw wrong('one amendment or more');
  return payload;
}
