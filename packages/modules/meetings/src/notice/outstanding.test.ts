import { rational } from '@veche/core/rational.ts';
import { describe, expect, it } from 'vitest';
import { measureGaps, measureNeed, type Share } from './outstanding.ts';

const share = (entrance: string, m2: number, voter: string, hasVoted = false): Share => ({
  entrance,
  area: rational(m2 * 10_000),
  voter,
  hasVoted,
});
const HOUSE = [
  share('1', 50, 'anna', true),
  share('1', 70, 'boris'),
  share('2', 30, '', false),
  share('10', 50, 'anna', true),
  share('2', 100, 'office', false),
];
const test = (change: object) =>
  ({ weight: 'area', side: 'for', base: 'all', cmp: '>', num: 1, den: 2, ...change }) as const;
const quorum = (change: object) => ({ weight: 'area', cmp: '>', num: 1, den: 2, ...change }) as const;
type Rule = Parameters<typeof measureNeed>[0];
const need = (rule: object) => measureNeed({ tests: [[]], quorum: [], ...rule } as Rule, HOUSE);

describe('what is still missing', () => {
  it('is counted by entrance in area and heads; who owns in two entrances is a head in each', () => {
    expect(measureGaps(HOUSE)).toEqual([
      { entrance: '1', areaAll: '1200000', areaMissing: '700000', headsAll: 2, headsMissing: 1 },
      { entrance: '2', areaAll: '1300000', areaMissing: '1300000', headsAll: 2, headsMissing: 2 },
      { entrance: '10', areaAll: '500000', areaMissing: '0', headsAll: 1, headsMissing: 0 },
    ]);
  });

  it('of more than half of the house is the rest to a half, and a half itself is not enough', () => {
    expect(need({ tests: [[test({})]] }).area).toEqual({
      needed: '1500000',
      isMore: true,
      takenPart: '1000000',
      missing: '500000',
      isEnough: false,
    });
    const half = [share('1', 50, 'a', true), share('1', 50, 'b')];
    expect(measureNeed({ tests: [[test({})]], quorum: [] } as unknown as Rule, half).area).toMatchObject({
      missing: '0',
      isEnough: false,
    });
    expect(
      measureNeed({ tests: [[test({ cmp: '>=' })]], quorum: [] } as unknown as Rule, half).area,
    ).toMatchObject({ missing: '0', isEnough: true });
  });

  it.each([
    ['a majority of those who take part', { tests: [[test({ base: 'participants' })]] }],
    ['a limit on the votes against', { tests: [[test({ side: 'against', cmp: '<=' })]] }],
    ['a way to pass without the test', { tests: [[test({ num: 2, den: 3 })], [test({ base: 'cast' })]] }],
    [
      'a quorum that heads may reach instead',
      { quorum: [quorum({}), quorum({ weight: 'head' })], quorumMode: 'any' },
    ],
  ])('of %s is nothing', (_, rule) => {
    expect(need(rule).area).toBe(null);
  });

  it('is the most that quorum and tests ask of area, and of heads by themselves', () => {
    const both = need({
      tests: [[test({ num: 2, den: 3, cmp: '>=' }), test({ weight: 'head' })]],
      quorum: [quorum({})],
    });
    expect(both.area).toMatchObject({ needed: '2000000', isMore: false, missing: '1000000' });
    expect(both.heads).toEqual({ needed: '2', isMore: true, takenPart: '1', missing: '1', isEnough: false });
  });

  it('of an entrance that the rule names is counted there alone', () => {
    const rule = need({ quorum: [quorum({}), quorum({ entrance: '1', num: 2, den: 3 })] });
    expect(rule.area).toMatchObject({ needed: '1500000' });
    expect(rule.entrances).toEqual([
      {
        entrance: '1',
        area: { needed: '800000', isMore: true, takenPart: '500000', missing: '300000', isEnough: false },
      },
    ]);
  });
});
