import { add, compare, equals, parseRational, rational, sum, type Rational } from '@veche/core/rational.ts';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CountFault, type Ballot, type Choice, type CountInput, type RollRecord } from './ballot-box.ts';
import { countMeeting } from './count.ts';
import type { Base, DecisionRule, QuorumTest, Test } from './decision-rule.ts';
import { findPreset } from './presets.ts';
import { arbitraryMeeting } from './random-meeting.ts';

const preset = (id: string): DecisionRule => findPreset(id, '2026-01-01')!.rule;

/** A rule of the shape with only its tests told. */
const rule = (tests: Test[][], rest: Partial<DecisionRule> = {}): DecisionRule => ({
  id: 'test.rule',
  version: 1,
  regime: 'test',
  effectiveFrom: '2020-01-01',
  legalRef: 'none',
  confidence: 'unconfirmed',
  tests,
  quorum: [],
  quorumScope: 'item',
  abstain: 'out-of-base',
  ...rest,
});

const test = (
  weight: Test['weight'],
  side: Test['side'],
  base: Base,
  cmp: Test['cmp'],
  num: number,
  den: number,
): Test => ({
  weight,
  side,
  base,
  cmp,
  num,
  den,
});

type Vote = { areaCm2: number; choice?: Choice | 'unmarked' | 'silent' };

/** One owner to a premises; `silent` sends no ballot. */
function meetingOf(votes: readonly Vote[], itemRule: DecisionRule): CountInput {
  const roll: RollRecord[] = votes.map(({ areaCm2 }, i) => ({
    entitlement: `e${i}`,
    voter: `v${i}`,
    unit: `u${i}`,
    entrance: '1',
    areaCm2,
    share: '1',
  }));
  const ballots: Ballot[] = votes.flatMap(({ choice = 'silent' }, i) =>
    choice === 'silent'
      ? []
      : [{ voter: `v${i}`, entitlements: [`e${i}`], choices: choice === 'unmarked' ? {} : { i1: choice } }],
  );
  return { meeting: 'm1', items: [{ id: 'i1', number: 1, rule: itemRule }], roll, ballots };
}

const itemOf = (input: CountInput) => countMeeting(input).items[0]!;

describe('the vectors of the trade', () => {
  it('passes exactly two thirds, where floats lose it (72.8 + 39.4 against 40.8 + 15.3)', () => {
    const item = itemOf(
      meetingOf(
        [
          { areaCm2: 728_000, choice: 'for' },
          { areaCm2: 394_000, choice: 'for' },
          { areaCm2: 408_000, choice: 'against' },
          { areaCm2: 153_000, choice: 'against' },
        ],
        preset('ru.two-thirds-all'),
      ),
    );
    expect((72.8 + 39.4) / (72.8 + 39.4 + 40.8 + 15.3) >= 2 / 3).toBe(false);
    expect(item.tests[0]![0]).toMatchObject({
      have: '1122000',
      of: '1683000',
      need: '1122000',
      margin: '0',
      holds: true,
    });
    expect(item.verdict).toBe('passed');
  });

  it('keeps three thirds of 50.5 m² at 50.5 m²', () => {
    const roll = ['a', 'b', 'c'].map((id) => ({
      entitlement: id,
      voter: id,
      unit: 'u',
      entrance: '1',
      areaCm2: 505_000,
      share: '1/3',
    }));
    const ballots = roll.map(({ voter }) => ({
      voter,
      entitlements: [voter],
      choices: { i1: 'for' as const },
    }));
    const items = [{ id: 'i1', number: 1, rule: preset('ru.half-all') }];
    const one = countMeeting({ meeting: 'm', items, roll, ballots: ballots.slice(0, 1) });
    expect(one.items[0]!.sums.area.for).toBe('505000/3');
    expect(one.items[0]!.sums.unit.for).toBe('1/3');
    const all = countMeeting({ meeting: 'm', items, roll, ballots });
    expect(all.items[0]!.sums.area).toMatchObject({ for: '505000', all: '505000' });
    expect(all.roll).toEqual({ size: 3, area: '505000', heads: 3, units: 1 });
  });

  it('finds 58.50 % of the premises where the whole building would give less than half', () => {
    const quorum: QuorumTest[] = [{ weight: 'area', cmp: '>', num: 1, den: 2 }];
    const votes = (silent: number): Vote[] => [{ areaCm2: 52_964_800, choice: 'for' }, { areaCm2: silent }];
    const half = rule([[test('area', 'for', 'participants', '>', 1, 2)]], { quorum });
    const premises = itemOf(meetingOf(votes(90_531_000 - 52_964_800), half));
    expect(premises.quorum[0]).toMatchObject({ have: '52964800', of: '90531000', holds: true });
    const withCommonParts = itemOf(meetingOf(votes(106_000_000 - 52_964_800), half));
    expect(withCommonParts.quorum[0]!.holds).toBe(false);
    expect(withCommonParts.verdict).toBe('no-quorum');
  });

  it('has no quorum at exactly half', () => {
    const votes: Vote[] = [{ areaCm2: 500_000, choice: 'for' }, { areaCm2: 500_000 }];
    for (const id of ['ru.participants', 'ru.half-all', 'ru.two-thirds-all']) {
      const item = itemOf(meetingOf(votes, preset(id)));
      expect(item.quorum[0]).toMatchObject({ have: '500000', need: '500000', margin: '0', holds: false });
      expect(item.verdict).toBe('no-quorum');
    }
    expect(
      itemOf(meetingOf([{ areaCm2: 500_001, choice: 'for' }, { areaCm2: 500_000 }], preset('ru.half-all')))
        .verdict,
    ).toBe('passed');
  });

  it('counts the side against: a quarter passes, more does not', () => {
    const special = rule([[test('share', 'against', 'cast', '<=', 1, 4)]]);
    const votes = (against: number): Vote[] => [
      { areaCm2: 300_000, choice: 'for' },
      { areaCm2: against, choice: 'against' },
      { areaCm2: 600_000, choice: 'abstain' },
    ];
    expect(itemOf(meetingOf(votes(100_000), special)).verdict).toBe('passed');
    expect(itemOf(meetingOf(votes(110_000), special)).verdict).toBe('failed');
  });

  it('passes by either of two ways: two thirds of the cast that are a third of all', () => {
    const austrian = rule([
      [test('share', 'for', 'all', '>', 1, 2)],
      [test('share', 'for', 'cast', '>=', 2, 3), test('share', 'for', 'all', '>=', 1, 3)],
    ]);
    const item = itemOf(
      meetingOf(
        [{ areaCm2: 340_000, choice: 'for' }, { areaCm2: 160_000, choice: 'against' }, { areaCm2: 500_000 }],
        austrian,
      ),
    );
    expect(item.tests.map((group) => group.map(({ holds }) => holds))).toEqual([[false], [true, true]]);
    expect(item.tests[1]![0]).toMatchObject({ have: '17/50', of: '1/2', need: '1/3', margin: '1/150' });
    expect(item.verdict).toBe('passed');
  });
});

describe('bases', () => {
  const votes: Vote[] = [
    { areaCm2: 400, choice: 'for' },
    { areaCm2: 300, choice: 'against' },
    { areaCm2: 200, choice: 'abstain' },
    { areaCm2: 100, choice: 'unmarked' },
    { areaCm2: 50 },
  ];
  it.each([
    ['all', 'in-base', '1050'],
    ['participants', 'in-base', '1000'],
    ['cast', 'in-base', '900'],
    ['cast', 'out-of-base', '700'],
    ['expressed', 'in-base', '700'],
  ] as const)('%s with abstentions %s is %s', (base, abstain, of) => {
    const item = itemOf(meetingOf(votes, rule([[test('area', 'for', base, '>', 1, 2)]], { abstain })));
    expect(item.tests[0]![0]!.of).toBe(of);
  });

  it('leaves an unmarked item in the base of participants', () => {
    const quorum: QuorumTest[] = [{ weight: 'area', cmp: '>', num: 1, den: 2 }];
    const item = itemOf(
      meetingOf(
        [
          { areaCm2: 500, choice: 'for' },
          { areaCm2: 500, choice: 'unmarked' },
        ],
        rule([[test('area', 'for', 'participants', '>', 1, 2)]], { quorum }),
      ),
    );
    expect(item.verdict).toBe('failed');
  });
});

describe('one entitlement, one effective ballot', () => {
  const roll: RollRecord[] = [
    { entitlement: 'a', voter: 'ann', unit: 'u1', entrance: '1', areaCm2: 100, share: '1' },
    { entitlement: 'b', voter: 'ann', unit: 'u2', entrance: '1', areaCm2: 200, share: '1' },
    { entitlement: 'c', voter: '', unit: 'u3', entrance: '1', areaCm2: 300, share: '2/3' },
    { entitlement: 'd', voter: '', unit: 'u3', entrance: '1', areaCm2: 300, share: '1/3' },
  ];
  const items = [{ id: 'i1', number: 1, rule: preset('ru.half-all') }];
  const count = (ballots: Ballot[]) => countMeeting({ meeting: 'm', items, roll, ballots });

  it('counts the last ballot in log order and keeps the number of superseded ones', () => {
    const result = count([
      { voter: 'ann', entitlements: ['a', 'b'], choices: { i1: 'for' } },
      { voter: 'ann', entitlements: ['a', 'b'], choices: { i1: 'against' } },
    ]);
    expect(result.ballots).toEqual({ logged: 2, effective: 1, superseded: 1 });
    expect(result.items[0]!.sums.area).toMatchObject({ for: '0', against: '300', participants: '300' });
  });

  it('tells of late ballots and counts none of them', () => {
    const inTime: Ballot[] = [{ voter: 'ann', entitlements: ['a', 'b'], choices: { i1: 'for' } }];
    const result = countMeeting({ meeting: 'm', items, roll, ballots: inTime, late: 2 });
    expect(result.ballots).toEqual({ logged: 3, effective: 1, superseded: 0, late: 2 });
    expect(result.items).toEqual(count(inTime).items);
    // Where there is a closing checkpoint, that nothing was late is said too.
    expect(countMeeting({ meeting: 'm', items, roll, ballots: inTime, late: 0 }).ballots.late).toBe(0);
  });

  it('lets a later ballot take over only the premises it lists, and the head with them', () => {
    const result = count([
      { voter: 'ann', entitlements: ['a', 'b'], choices: { i1: 'for' } },
      { voter: 'ann', entitlements: ['a'], choices: { i1: 'against' } },
    ]);
    expect(result.ballots).toEqual({ logged: 2, effective: 2, superseded: 0 });
    expect(result.items[0]!.sums.area).toMatchObject({ for: '200', against: '100' });
    expect(result.items[0]!.sums.head).toMatchObject({ all: '3', participants: '1', for: '0', against: '1' });
  });

  it('keeps unknown owners in every base, one head to an entitlement', () => {
    const result = count([]);
    expect(result.roll).toEqual({ size: 4, area: '600', heads: 3, units: 3 });
    expect(result.items[0]!.verdict).toBe('no-quorum');
  });

  it.each([
    ['unknown-entitlement', { voter: 'ann', entitlements: ['x'], choices: {} }],
    ['not-the-voter', { voter: 'bob', entitlements: ['a'], choices: {} }],
    ['not-the-voter', { voter: '', entitlements: ['c'], choices: {} }],
    ['unknown-item', { voter: 'ann', entitlements: ['a'], choices: { i2: 'for' } }],
    ['unknown-choice', { voter: 'ann', entitlements: ['a'], choices: { i1: 'maybe' as Choice } }],
  ] as const)('refuses to count a ballot with %s', (code, ballot) => {
    expect(() => count([ballot as Ballot])).toThrowError(new CountFault(code));
  });

  it.each([
    ['empty-roll', []],
    ['malformed-roll', [{ ...roll[0]!, areaCm2: 0 }]],
    ['malformed-roll', [{ ...roll[0]!, areaCm2: 1.5 }]],
    ['malformed-roll', [{ ...roll[0]!, share: '2/2' }]],
    ['malformed-roll', [{ ...roll[0]!, share: '-1' }]],
    ['shares-not-one', [roll[0]!, roll[2]!]],
    ['duplicate-entitlement', [roll[0]!, roll[0]!]],
  ] as const)('refuses to count a roll with %s', (code, broken) => {
    expect(() => countMeeting({ meeting: 'm', items, roll: broken, ballots: [] })).toThrowError(
      new CountFault(code),
    );
  });

  it('refuses two items with one id', () => {
    expect(() =>
      countMeeting({ meeting: 'm', items: [items[0]!, items[0]!], roll, ballots: [] }),
    ).toThrowError(new CountFault('duplicate-item'));
  });
});

describe('any meeting', () => {
  const read = (text: string): Rational => parseRational(text);

  it('has sides that sum to its participants, and participants within the whole, in every weight', () => {
    fc.assert(
      fc.property(arbitraryMeeting(fc), (input) => {
        for (const { sums } of countMeeting(input).items) {
          for (const weight of [sums.area, sums.head, sums.unit]) {
            const sides = [
              weight.for,
              weight.against,
              weight.abstain,
              weight.unmarked,
              weight.spoiled ?? '0',
            ];
            expect(equals(sum(sides.map(read)), read(weight.participants))).toBe(true);
            expect(compare(read(weight.participants), read(weight.all))).toBeLessThanOrEqual(0);
          }
        }
      }),
    );
  });

  it('weighs the whole roll: areas, premises and heads', () => {
    fc.assert(
      fc.property(arbitraryMeeting(fc), (input) => {
        const { roll, items } = countMeeting(input);
        const areaOfUnit = new Map(input.roll.map(({ unit, areaCm2 }) => [unit, areaCm2]));
        const total = [...areaOfUnit.values()].reduce(
          (all, areaCm2) => add(all, rational(areaCm2)),
          rational(0),
        );
        expect(read(roll.area)).toEqual(total);
        expect(roll.units).toBe(areaOfUnit.size);
        items.forEach(({ sums }, i) => {
          const { weightPolicy, coOwners = 'fractional' } = input.items[i]!.rule;
          if (weightPolicy) return;
          expect(sums.area.all).toBe(roll.area);
          expect(sums.unit.all).toBe(String(roll.units));
          // Where co-owners are one voice they are one head.
          expect(Number(sums.head.all)).toBeLessThanOrEqual(
            coOwners === 'fractional' ? roll.heads : input.roll.length,
          );
        });
      }),
    );
  });

  it('does not depend on the order of the roll, nor of ballots that do not touch the same entitlement', () => {
    fc.assert(
      fc.property(
        arbitraryMeeting(fc),
        fc.array(fc.nat(), { minLength: 40, maxLength: 40 }),
        (input, keys) => {
          const shuffle = <T>(list: readonly T[]): T[] =>
            list
              .map((value, i) => ({ value, key: keys[i % keys.length]! + i / 1e6 }))
              .sort((a, b) => a.key - b.key)
              .map(({ value }) => value);
          // Where co-owners are one head, the last word is theirs together: there the order of their ballots does matter.
          const isFractional = input.items.every(
            ({ rule: { coOwners = 'fractional' } }) => coOwners === 'fractional',
          );
          const voters = shuffle([...new Set(input.ballots.map(({ voter }) => voter))]);
          const byVoter = voters.flatMap((voter) => input.ballots.filter((ballot) => ballot.voter === voter));
          const ballots = isFractional ? byVoter : input.ballots;
          expect(countMeeting({ ...input, roll: shuffle(input.roll), ballots })).toEqual(countMeeting(input));
        },
      ),
    );
  });

  it('passes only where every test of some group holds by its own printed numbers', () => {
    fc.assert(
      fc.property(arbitraryMeeting(fc), (input) => {
        for (const item of countMeeting(input).items) {
          for (const outcome of [...item.quorum, ...item.tests.flat()]) {
            const margin = read(outcome.margin);
            expect(equals(add(read(outcome.need), margin), read(outcome.have))).toBe(true);
            const expected = {
              '>': margin.num > 0n,
              '>=': margin.num >= 0n,
              '<=': margin.num <= 0n,
              '<': margin.num < 0n,
              '==': margin.num === 0n,
            };
            expect(outcome.holds).toBe(expected[outcome.cmp]);
          }
          const { quorumMode } = input.items[item.number - 1]!.rule;
          const quorate =
            quorumMode === 'any' && item.quorum.length > 0
              ? item.quorum.some(({ holds }) => holds)
              : item.quorum.every(({ holds }) => holds);
          const passes = item.tests.some((group) => group.every(({ holds }) => holds));
          expect(item.verdict).toBe(!quorate ? 'no-quorum' : passes ? 'passed' : 'failed');
        }
      }),
    );
  });
});
