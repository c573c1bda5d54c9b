// What is counted: the roll, the ballots in log order, the items with their rules.
// Nothing here decides; a roll or a ballot that cannot be counted is refused by those who read it, with a CountFault.
import type { DecisionRule } from './decision-rule.ts';
import type { Amendment, SalePolicy } from './passing.ts';

/** `spoiled`: on paper, marked so that no choice can be read; nobody casts that from a device. */
export type Choice = 'for' | 'against' | 'abstain' | 'spoiled';
export const CHOICES: readonly Choice[] = ['for', 'against', 'abstain', 'spoiled'];

/** Where a vote may stand in a count: a choice, or nothing marked. */
export type Mark = Choice | 'unmarked';

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
  /**
   * What rules may ask about: `debtor`, `association-owned`, `original-owner`, `representative` (of the co-owners of the
   * unit), `conflict:<item>`. Sorted, each once; absent when there are none.
   */
  readonly marks?: readonly string[];
};

/** What a ballot says. An item that is left out is not marked. */
export type Ballot = {
  readonly voter: string;
  readonly entitlements: readonly string[];
  readonly choices: Readonly<Record<string, Choice>>;
};

export type CountedItem = {
  readonly id: string;
  readonly number: number;
  readonly rule: DecisionRule;
  /** How many votes on the same question came before: 1 in a second vote. Default 0. */
  readonly round?: number;
};

export type CountInput = {
  readonly meeting: string;
  /** In the order of the notice, which is the order of the result. */
  readonly items: readonly CountedItem[];
  readonly roll: readonly RollRecord[];
  /** All ballots logged in time, in log order: of several that list an entitlement the last one counts. */
  readonly ballots: readonly Ballot[];
  /** What becomes of the vote of a share that changes hands; absent: it stays. */
  readonly sale?: SalePolicy;
  /** Those logged in time, in log order; by `stays` there are none. */
  readonly amendments?: readonly Amendment[];
  /**
   * How many more were logged before the close but not under the closing checkpoint: they count for nothing. Given exactly when
   * the meeting has a closing checkpoint.
   */
  readonly late?: number;
  /**
   * The ballots of the vote that this one joins, all logged in time, in log order; what they say of other items is passed over.
   * Nobody who is in them may have a ballot here. Given exactly where this vote joins one.
   */
  readonly carried?: readonly Ballot[];
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
  | 'unknown-choice'
  | 'amendment-wrong'
  | 'answered-before'
  | 'open-entrance';

/** The input is not a meeting that can be counted. The text carries the code and no names. */
export class CountFault extends Error {
  readonly code: CountFaultCode;
  constructor(code: CountFaultCode) {
    super(`cannot count the meeting: ${code}`);
    this.name = 'CountFault';
    this.code = code;
  }
}
