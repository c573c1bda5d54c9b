// The test vectors of the trade as whole meetings: each is one that real products count wrongly, by floats, by rounding, by
// the wrong base or by ">=" in the place of ">". For tests of any count, this package's and the auditor's own. It must
// never hold a rule of its own: what decides is the library as it is shipped.
import type { Ballot, Choice, CountInput, RollRecord } from './ballot-box.ts';
import type { Verdict } from './count.ts';
import type { DecisionRule } from './decision-rule.ts';
import { findPreset } from './presets.ts';

export type VectorMeeting = {
  /** What comes out and why, as a sentence. */
  readonly says: string;
  readonly input: CountInput;
  readonly verdict: Verdict;
};

/** The rule of the library on the day these vectors were read. */
export const ruleOf = (id: string): DecisionRule => findPreset(id, '2026-11-22')!.rule;

/** One premises with one owner, and what that owner says; null: no ballot. */
export type Vote = readonly [areaCm2: number, choice: Choice | null];

/** A meeting of one item under a rule of the library, each owner with one premises. */
export const meetingOf = (ruleId: string, votes: readonly Vote[]): CountInput => ({
  meeting: 'm1',
  items: [{ id: 'i1', number: 1, rule: ruleOf(ruleId) }],
  roll: votes.map(([areaCm2], i): RollRecord => ({
    entitlement: `e${i}`,
    voter: `v${i}`,
    unit: `u${i}`,
    entrance: '1',
    areaCm2,
    share: '1',
  })),
  ballots: votes.flatMap(([, choice], i): Ballot[] =>
    choice === null ? [] : [{ voter: `v${i}`, entitlements: [`e${i}`], choices: { i1: choice } }],
  ),
});

/** 50.5 m² held by three in thirds, who vote for, beside 50.495 m² of somebody who does not. */
const thirds: CountInput = {
  meeting: 'm1',
  items: [{ id: 'i1', number: 1, rule: ruleOf('ru.half-all') }],
  roll: [
    ...['a', 'b', 'c'].map((owner): RollRecord => ({
      entitlement: owner,
      voter: owner,
      unit: 'shared',
      entrance: '1',
      areaCm2: 505_000,
      share: '1/3',
    })),
    { entitlement: 'd', voter: 'd', unit: 'other', entrance: '1', areaCm2: 504_950, share: '1' },
  ],
  ballots: ['a', 'b', 'c'].map((owner) => ({
    voter: owner,
    entitlements: [owner],
    choices: { i1: 'for' as const },
  })),
};

const FLOAT_TRAP: readonly Vote[] = [
  [728_000, 'for'],
  [394_000, 'for'],
  [408_000, 'against'],
  [153_000, 'against'],
];

/** By name, so that a test can look at one of them more closely. */
export const vectorMeetings = {
  floatTrap: {
    says: '72.8 + 39.4 of 168.3 m² are two thirds exactly and pass, where floating point says that they fail',
    input: meetingOf('ru.two-thirds-all', FLOAT_TRAP),
    verdict: 'passed',
  },
  floatTrapShort: {
    says: 'one square centimetre less than two thirds fails',
    input: meetingOf('ru.two-thirds-all', [...FLOAT_TRAP.slice(1), [727_999, 'for']]),
    verdict: 'failed',
  },
  thirds: {
    says: 'three thirds of 50.5 m² are 50.5 m², and pass where 50.49 m² would not',
    input: thirds,
    verdict: 'passed',
  },
  premisesBase: {
    says: '5296.48 of 9053.10 m² of premises are a quorum',
    input: meetingOf('ru.participants', [
      [52_964_800, 'for'],
      [90_531_000 - 52_964_800, null],
    ]),
    verdict: 'passed',
  },
  share: {
    says: '95 of 2022 m² are no quorum, and 4.698318…% however they are shown',
    input: meetingOf('ru.participants', [
      [950_000, 'for'],
      [20_220_000 - 950_000, null],
    ]),
    verdict: 'no-quorum',
  },
  halfInRussia: {
    says: 'exactly half of all votes is no quorum in Russia',
    input: meetingOf('ru.participants', [
      [500_000, 'for'],
      [500_000, null],
    ]),
    verdict: 'no-quorum',
  },
  aboveHalfInRussia: {
    says: 'a square centimetre above half is a quorum in Russia',
    input: meetingOf('ru.participants', [
      [500_001, 'for'],
      [500_000, null],
    ]),
    verdict: 'passed',
  },
  halfInBelgium: {
    says: 'exactly half of the owners with exactly half of the shares is a quorum in Belgium: at least 50%',
    input: meetingOf('be.absolute', [
      [250_000, 'for'],
      [250_000, 'for'],
      [250_000, null],
      [250_000, null],
    ]),
    verdict: 'passed',
  },
  fewHeadsInBelgium: {
    says: 'half of the shares in the hands of one owner of four is no quorum in Belgium: heads are asked too',
    input: meetingOf('be.absolute', [
      [500_000, 'for'],
      [200_000, null],
      [200_000, null],
      [100_000, null],
    ]),
    verdict: 'no-quorum',
  },
  fewSharesInBelgium: {
    says: 'three owners of five with less than half of the shares are no quorum in Belgium',
    input: meetingOf('be.absolute', [
      [100_000, 'for'],
      [100_000, 'for'],
      [100_000, 'for'],
      [151_000, null],
      [151_000, null],
    ]),
    verdict: 'no-quorum',
  },
  quarterAgainst: {
    says: '30 for, 10 against and 60 abstaining pass a special resolution of New South Wales: a quarter is against',
    input: meetingOf('nsw.special', [
      [300_000, 'for'],
      [100_000, 'against'],
      [600_000, 'abstain'],
    ]),
    verdict: 'passed',
  },
  aboveQuarterAgainst: {
    says: '11 against of 41 cast do not pass a special resolution of New South Wales',
    input: meetingOf('nsw.special', [
      [300_000, 'for'],
      [110_000, 'against'],
      [600_000, 'abstain'],
    ]),
    verdict: 'failed',
  },
  silentHalf: {
    says: '34% for and 16% against pass in Austria, though half of the house stayed silent',
    input: meetingOf('at.any', [
      [340_000, 'for'],
      [160_000, 'against'],
      [500_000, null],
    ]),
    verdict: 'passed',
  },
  silentMost: {
    says: 'two thirds of those cast do not pass in Austria below a third of all shares',
    input: meetingOf('at.any', [
      [333_000, 'for'],
      [160_000, 'against'],
      [507_000, null],
    ]),
    verdict: 'failed',
  },
} as const satisfies Readonly<Record<string, VectorMeeting>>;
