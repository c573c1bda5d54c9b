import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fraction, plus, readFraction, writeFraction } from './fraction.ts';
import type { Choice, DecisionRule, NoticeItem, RollRecord, Test } from './meeting.ts';
import { casts, notice, roll } from './meeting.fixture.ts';
import { recountMeeting } from './recount.ts';

const test = (fields: Partial<Test>): Test => ({
  weight: 'area',
  side: 'for',
  base: 'all',
  cmp: '>',
  num: 1,
  den: 2,
  ...fields,
});
const itemOf = (rule: Partial<DecisionRule>): NoticeItem => ({
  ...notice.items[0]!,
  rule: { ...notice.items[0]!.rule, quorum: [], ...rule },
});
/** One flat per area, each with an owner of its own who votes as said; null: not at all. */
const vote = (item: NoticeItem, votes: readonly (readonly [areaCm2: number, choice: Choice | null])[]) =>
  recountMeeting({
    meeting: 'm1',
    items: [item],
    roll: votes.map(([areaCm2], i): RollRecord => ({
      ...roll[0]!,
      entitlement: `e${i}`,
      voter: `v${i}`,
      unit: `u${i}`,
      areaCm2,
    })),
    ballots: votes.flatMap(([, choice], i) =>
      choice === null
        ? []
        : [{ meeting: 'm1', voter: `v${i}`, entitlements: [`e${i}`], choices: { [item.id]: choice } }],
    ),
  }).items[0]!;

describe('the recount', () => {
  it('of the sample meeting can be redone on paper', () => {
    const ballots = casts.map((cast) => ({ meeting: 'm1', ...cast }));
    const { items, ...whole } = recountMeeting({ meeting: 'm1', items: notice.items, roll, ballots });
    expect(whole).toEqual({
      meeting: 'm1',
      roll: { size: 6, area: '2150000', heads: 5, units: 4 },
      ballots: { logged: 5, effective: 4, superseded: 1 },
    });
    // v1 holds 54.3 and 70.2 m², v2 and v3 a third of 50.5 m² each.
    expect(items[0]!.sums.area).toEqual({
      all: '2150000',
      participants: '4745000/3',
      for: '4240000/3',
      against: '0',
      abstain: '505000/3',
      unmarked: '0',
    });
    // As a head v1 speaks by the last of the effective ballots.
    expect(items[1]!.sums.head).toEqual({
      all: '5',
      participants: '3',
      for: '0',
      against: '1',
      abstain: '1',
      unmarked: '1',
    });
    expect(items[1]!.sums.unit).toMatchObject({
      all: '4',
      participants: '8/3',
      for: '1',
      against: '1/3',
      abstain: '1',
    });
    expect(items[1]!.tests[0]![0]).toEqual({
      weight: 'area',
      side: 'for',
      base: 'all',
      have: '543000',
      of: '2150000',
      cmp: '>=',
      num: 2,
      den: 3,
      need: '4300000/3',
      margin: '-2671000/3',
      holds: false,
    });
    expect(items.map(({ verdict }) => verdict)).toEqual(['passed', 'failed']);
  });
  it('takes exactly two thirds for two thirds, where floating point does not', () => {
    const twoThirds = itemOf({ tests: [[test({ cmp: '>=', num: 2, den: 3 })]] });
    const votes = [
      [728_000, 'for'],
      [394_000, 'for'],
      [408_000, 'against'],
      [153_000, 'against'],
    ] as const;
    expect((72.8 + 39.4) / 168.3 >= 2 / 3).toBe(false);
    expect(vote(twoThirds, votes)).toMatchObject({ verdict: 'passed', tests: [[{ margin: '0' }]] });
  });
  it('finds no quorum at exactly half', () => {
    const item = itemOf({
      quorum: [{ weight: 'area', cmp: '>', num: 1, den: 2 }],
      tests: [[test({ base: 'participants' })]],
    });
    expect(
      vote(item, [
        [100, 'for'],
        [100, null],
      ]).verdict,
    ).toBe('no-quorum');
    expect(
      vote(item, [
        [101, 'for'],
        [100, null],
      ]).verdict,
    ).toBe('passed');
  });
  it('counts a resolution that needs few against (New South Wales)', () => {
    const item = itemOf({
      abstain: 'out-of-base',
      tests: [[test({ side: 'against', base: 'cast', cmp: '<=', num: 1, den: 4 })]],
    });
    expect(
      vote(item, [
        [30, 'for'],
        [10, 'against'],
        [60, 'abstain'],
      ]).verdict,
    ).toBe('passed');
    expect(
      vote(item, [
        [30, 'for'],
        [11, 'against'],
        [59, 'abstain'],
      ]).verdict,
    ).toBe('failed');
  });
  it('passes by any of several groups of tests (Austria)', () => {
    const item = itemOf({
      abstain: 'out-of-base',
      tests: [
        [test({ weight: 'share', num: 1, den: 2 })],
        [
          test({ weight: 'share', base: 'cast', cmp: '>=', num: 2, den: 3 }),
          test({ weight: 'share', cmp: '>=', num: 1, den: 3 }),
        ],
      ],
    });
    expect(
      vote(item, [
        [34, 'for'],
        [16, 'against'],
        [50, null],
      ]),
    ).toMatchObject({
      verdict: 'passed',
      tests: [
        [{ have: '17/50', of: '1', holds: false }],
        [{ have: '17/50', of: '1/2', holds: true }, { holds: true }],
      ],
    });
  });
  it('keeps abstentions in the base of votes cast only where the rule says so', () => {
    const votes = [
      [50, 'for'],
      [30, 'against'],
      [40, 'abstain'],
    ] as const;
    const tests = [[test({ base: 'cast' })]];
    expect(vote(itemOf({ abstain: 'in-base', tests }), votes)).toMatchObject({
      verdict: 'failed',
      tests: [[{ of: '120' }]],
    });
    expect(vote(itemOf({ abstain: 'out-of-base', tests }), votes)).toMatchObject({
      verdict: 'passed',
      tests: [[{ of: '80' }]],
    });
  });

  const choice = fc.constantFrom('for', 'against', 'abstain', 'unmarked');
  const meetings = fc.array(
    fc.record({ area: fc.integer({ min: 1, max: 10_000_000 }), parts: fc.integer({ min: 1, max: 4 }) }),
    {
      minLength: 1,
      maxLength: 12,
    },
  );
  it('adds up: the sides make the participants, whatever the roll and the order of ballots of different voters', () => {
    fc.assert(
      fc.property(meetings, fc.array(choice, { minLength: 48, maxLength: 48 }), (flats, choices) => {
        const records = flats.flatMap(({ area, parts }, u) =>
          Array.from({ length: parts }, (_, p): RollRecord => ({
            ...roll[0]!,
            entitlement: `e${u}-${p}`,
            voter: `v${u}-${p}`,
            unit: `u${u}`,
            areaCm2: area,
            share: parts === 1 ? '1' : `1/${parts}`,
          })),
        );
        const ballots = records.map(({ entitlement, voter }, i) => ({
          meeting: 'm1',
          voter,
          entitlements: [entitlement],
          choices: choices[i] === 'unmarked' ? {} : { i1: choices[i] as Choice },
        }));
        const input = { meeting: 'm1', items: notice.items, roll: records };
        const result = recountMeeting({ ...input, ballots });
        expect(recountMeeting({ ...input, ballots: ballots.toReversed() })).toEqual(result);
        const { sums } = result.items[0]!;
        for (const weight of ['area', 'head', 'unit'] as const) {
          const sides = (['for', 'against', 'abstain', 'unmarked'] as const).map((side) =>
            readFraction(sums[weight][side]),
          );
          expect(writeFraction(sides.reduce(plus, fraction(0n)))).toBe(sums[weight].participants);
          expect(sums[weight].participants).toBe(sums[weight].all);
        }
      }),
      { numRuns: 40 },
    );
  });
});
