// What the commitments of a meeting open to, and the records beside the log: notice, ballot, roll, result.
// Parsed strictly: a field nobody here knows could change what a decision means, so it is refused, not passed over.
import { LedgerFault } from './fault.ts';
import { isFractionText } from './fraction.ts';
import { forms } from './entry.ts';
import type { Base64Of32, LogId } from './entry.ts';

export type Weight = 'area' | 'share' | 'head' | 'unit';
export type Side = 'for' | 'against';
export type Base = 'all' | 'participants' | 'cast' | 'expressed';
export type Comparator = '>' | '>=' | '<=' | '<' | '==';
export type Choice = 'for' | 'against' | 'abstain';

/** The side's weight compared with num/den of the base's. */
export type Test = {
  readonly weight: Weight;
  readonly side: Side;
  readonly base: Base;
  readonly cmp: Comparator;
  readonly num: number;
  readonly den: number;
};
/** The participants' weight compared with num/den of the whole roll's. */
export type QuorumTest = Omit<Test, 'side' | 'base'>;

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
  readonly coOwners?: 'fractional';
  readonly tie?: 'fails';
  readonly secrecy?: 'named';
};

export type NoticeItem = {
  readonly id: LogId;
  readonly number: number;
  readonly text: string;
  readonly explanation: string;
  readonly rule: DecisionRule;
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
};

/** Fractions in lowest terms; areas in cm². */
export type Sums = Readonly<
  Record<'all' | 'participants' | 'for' | 'against' | 'abstain' | 'unmarked', string>
>;
export type QuorumOutcome = QuorumTest & {
  readonly base: 'all';
  readonly have: string;
  readonly of: string;
  readonly need: string;
  readonly margin: string;
  readonly holds: boolean;
};
export type TestOutcome = Test & Omit<QuorumOutcome, 'base'>;
export type Verdict = 'passed' | 'failed' | 'no-quorum';
export type ItemResult = {
  readonly item: LogId;
  readonly number: number;
  readonly rule: string;
  readonly ruleVersion: number;
  readonly sums: { readonly area: Sums; readonly head: Sums; readonly unit: Sums };
  readonly quorum: readonly QuorumOutcome[];
  readonly tests: readonly (readonly TestOutcome[])[];
  readonly verdict: Verdict;
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
   * logged = effective + superseded + late.
   */
  readonly ballots: {
    readonly logged: number;
    readonly effective: number;
    readonly superseded: number;
    readonly late?: number;
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
const isQuorumTest = {
  weight: oneOf('area', 'share', 'head', 'unit'),
  cmp: oneOf('>', '>=', '<=', '<', '=='),
  num: integerFrom(0),
  den: integerFrom(1),
};
const isRule = record(
  {
    id: text,
    version: integerFrom(1),
    regime: text,
    effectiveFrom: date,
    legalRef: text,
    confidence: oneOf('confirmed', 'secondary', 'unconfirmed'),
    tests: listOf(
      listOf(
        record({
          ...isQuorumTest,
          side: oneOf('for', 'against'),
          base: oneOf('all', 'participants', 'cast', 'expressed'),
        }),
      ),
    ),
    quorum: listOf(record(isQuorumTest)),
    quorumScope: oneOf('meeting', 'item'),
    abstain: oneOf('in-base', 'out-of-base'),
  },
  // Each has one value so far: another would ask for arithmetic that the recount does not have.
  { effectiveTo: date, coOwners: oneOf('fractional'), tie: oneOf('fails'), secrecy: oneOf('named') },
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
        { clause: text },
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
  },
);
const isBallot = record({
  meeting: forms.id,
  voter: forms.id,
  entitlements: listOf(forms.id),
  choices: (value) =>
    isRecord(value) &&
    Object.entries(value).every(([item, choice]) => forms.id(item) && CHOICES.includes(choice as Choice)),
});
const CHOICES: readonly Choice[] = ['for', 'against', 'abstain'];
const isRollRecord = record({
  entitlement: forms.id,
  voter: (value) => value === '' || forms.id(value),
  unit: forms.id,
  entrance: text,
  areaCm2: integerFrom(1),
  share: (value) => typeof value === 'string' && value !== '0' && isFractionText(value),
  salt: forms.hash,
});

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
 * @throws LedgerFault `payload`: when it is not a record of a roll.
 * @example parseRollRecord(roll[1]).share // '1/3'
 */
export function parseRollRecord(value: unknown): RollRecord {
  if (!isRollRecord(value)) throw wrong('a record of the roll');
  return value as RollRecord;
}
