import { describe, expect, it } from 'vitest';
import { CountFault, type Ballot, type CountInput, type RollRecord } from './ballot-box.ts';
import { countMeeting } from './count.ts';
import type { Amendment, SalePolicy } from './passing.ts';
import { findPreset } from './presets.ts';

const { rule } = findPreset('ru.participants', '2026-01-01')!;
const line = (entitlement: string, voter: string, unit: string, share = '1'): RollRecord => ({
  entitlement,
  voter,
  unit,
  entrance: '1',
  areaCm2: 600_000,
  share,
});
/** Anna has a flat to herself and half of another, Vera the other half. */
const roll = [line('e1', 'anna', 'u1'), line('e2', 'anna', 'u2', '1/2'), line('e3', 'vera', 'u2', '1/2')];
const vote = (voter: string, choice: 'for' | 'against', ...entitlements: string[]): Ballot => ({
  voter,
  entitlements,
  choices: { i1: choice },
});
const pass = (before: number, entitlement: string, to: string, part?: Amendment['part']): Amendment => ({
  before,
  entitlement,
  to,
  ...(part ? { part } : {}),
});
const count = (
  sale: SalePolicy,
  amendments: readonly Amendment[],
  ballots: readonly Ballot[],
  change: Partial<typeof rule> = {},
) => {
  const items: CountInput['items'] = [{ id: 'i1', number: 1, rule: { ...rule, ...change } }];
  const result = countMeeting({ meeting: 'm', items, roll, ballots, sale, amendments });
  const { area, head } = result.items[0]!.sums;
  return { ...result, area, head };
};

describe('a share that changes hands during the vote', () => {
  it('is cast by its new holder from then on, and what the old one cast counts until then', () => {
    const sold = pass(1, 'e1', 'boris');
    expect(count('follows-title', [sold], [vote('anna', 'for', 'e1')]).area).toMatchObject({
      all: '1200000',
      for: '600000',
    });
    const both = count('follows-title', [sold], [vote('anna', 'for', 'e1'), vote('boris', 'against', 'e1')]);
    expect(both.area).toMatchObject({ for: '0', against: '600000' });
    expect(both.ballots).toEqual({ logged: 2, effective: 1, superseded: 1 });
  });

  it('takes its vote to the side of its new holder as a head', () => {
    const cast = [vote('anna', 'for', 'e1', 'e2')];
    const { head, roll: measured } = count('follows-title', [pass(1, 'e1', 'boris')], cast);
    expect(head).toMatchObject({ all: '3', for: '2' });
    expect(measured.heads).toBe(3);
  });

  it('is void where the notice says so: neither the old vote nor a new one counts, and the base stays', () => {
    const { area, ballots } = count('void', [pass(1, 'e1', '')], [vote('anna', 'for', 'e1')]);
    expect(area).toMatchObject({ all: '1200000', participants: '0', for: '0' });
    expect(ballots).toEqual({ logged: 1, effective: 0, superseded: 1 });
  });

  it('in part is two shares that add up to the old one, and the part begins with the vote of the whole', () => {
    const sold = pass(1, 'e2', 'boris', { entitlement: 'p', share: '1/6' });
    const first = vote('anna', 'for', 'e1', 'e2');
    expect(count('follows-title', [sold], [first]).area).toMatchObject({ all: '1200000', for: '900000' });
    const own = count('follows-title', [sold], [first, vote('boris', 'against', 'p')]);
    expect(own.area).toMatchObject({ for: '800000', against: '100000' });
    expect(own.roll).toMatchObject({ size: 4, units: 2, area: '1200000' });
    expect(count('void', [pass(1, 'e2', '', sold.part)], [first]).area).toMatchObject({
      for: '800000',
      participants: '800000',
    });
  });

  it('twice, or to nobody, goes by the last holder of each place in the log', () => {
    const twice = [pass(0, 'e1', 'boris'), pass(0, 'e1', 'gleb')];
    expect(count('follows-title', twice, [vote('gleb', 'for', 'e1')]).area.for).toBe('600000');
    const lost = pass(1, 'e1', '');
    expect(count('follows-title', [lost], [vote('anna', 'for', 'e1')]).area.for).toBe('600000');
  });

  it('keeps the first vote for it where no vote may be changed, by whomever that was', () => {
    const cast = [vote('anna', 'for', 'e1'), vote('boris', 'against', 'e1')];
    expect(count('follows-title', [pass(1, 'e1', 'boris')], cast, { revote: 'never' }).area).toMatchObject({
      for: '600000',
      against: '0',
    });
  });

  it.each([
    ['a vote of the seller after it', 'follows-title', [pass(0, 'e1', 'boris')], 'not-the-voter'],
    ['a vote for what is void', 'void', [pass(0, 'e1', '')], 'not-the-voter'],
    ['a void share that is given to somebody', 'void', [pass(0, 'e1', 'boris')], 'amendment-wrong'],
    ['an amendment where the vote stays', 'stays', [pass(1, 'e1', 'boris')], 'amendment-wrong'],
    ['an unknown share', 'follows-title', [pass(1, 'e9', 'boris')], 'amendment-wrong'],
    [
      'a part that is all there is',
      'follows-title',
      [pass(1, 'e2', 'boris', { entitlement: 'p', share: '1/2' })],
      'amendment-wrong',
    ],
    [
      'a part named like another share',
      'follows-title',
      [pass(1, 'e2', 'boris', { entitlement: 'e3', share: '1/6' })],
      'amendment-wrong',
    ],
  ] as const)('is not counted with %s', (_, sale, amendments, code) => {
    expect(() => count(sale, amendments, [vote('anna', 'for', 'e1')])).toThrowError(new CountFault(code));
  });
});
