import { encodeCanonical } from '@veche/ledger/jcs.ts';
import { describe, expect, it } from 'vitest';
import { followOwnRecords, type OwnRecord } from './own-records.ts';

const entry = (n: number) => ({ kind: 'ballot', n });
const ballot = (index: number, voter: string, entitlements = [`flat of ${voter}`]) =>
  encodeCanonical({ t: 'entry', index, entry: entry(index), payload: { voter, entitlements } });
const mine = (index: number, meeting = 'm1'): OwnRecord => ({
  meeting,
  voter: 'v1',
  index,
  entry: encodeCanonical(entry(index)),
});

async function fatesOf(own: OwnRecord[], lines: string[]) {
  const followed = followOwnRecords(own);
  const seen: string[] = [];
  async function* all() {
    yield* ['{"t":"bundle","meeting":"m1"}', ...lines];
  }
  for await (const line of followed.follow(all())) seen.push(line);
  expect(seen).toHaveLength(lines.length + 1);
  return followed.fates();
}

describe('the votes of this device in a meeting that is checked', () => {
  it('are counted when they are the last of their voter', async () => {
    expect(await fatesOf([mine(7)], [ballot(5, 'v2'), ballot(7, 'v1'), ballot(9, 'v2')])).toEqual([
      { index: 7, fate: 'counted', by: 7 },
    ]);
  });
  it('are replaced by a later vote, wherever that was cast', async () => {
    expect(await fatesOf([mine(7)], [ballot(7, 'v1'), ballot(9, 'v1')])).toEqual([
      { index: 7, fate: 'replaced', by: 9 },
    ]);
  });
  it('count beside the vote of another who acts for the same owner, for other premises', async () => {
    const lines = [ballot(7, 'v1', ['a', 'b']), ballot(9, 'v1', ['c'])];
    expect(await fatesOf([mine(7)], lines)).toEqual([{ index: 7, fate: 'counted', by: 7 }]);
    expect(await fatesOf([mine(7)], [...lines, ballot(11, 'v1', ['a'])])).toEqual([
      { index: 7, fate: 'counted', by: 7 },
    ]);
    expect(await fatesOf([mine(7)], [...lines, ballot(11, 'v1', ['a', 'b', 'c'])])).toEqual([
      { index: 7, fate: 'replaced', by: 11 },
    ]);
  });
  it('are told to have passed with a share that was sold, once its new owner votes or when it is void', async () => {
    const called = (sale: string) =>
      encodeCanonical({ t: 'entry', index: 1, entry: { kind: 'meeting.called' }, payload: { sale } });
    const amended = (...amendments: object[]) =>
      encodeCanonical({ t: 'entry', index: 8, entry: { kind: 'roll.amended' }, payload: { amendments } });
    const whole = amended({ entitlement: 'flat of v1', to: 'v2' });
    const follows = [called('follows-title'), ballot(7, 'v1'), whole];
    expect(await fatesOf([mine(7)], follows)).toEqual([{ index: 7, fate: 'counted', by: 7 }]);
    expect(await fatesOf([mine(7)], [...follows, ballot(9, 'v2', ['flat of v1'])])).toEqual([
      { index: 7, fate: 'passed', by: 9 },
    ]);
    const lost = [called('void'), ballot(7, 'v1'), amended({ entitlement: 'flat of v1', to: '' })];
    expect(await fatesOf([mine(7)], lost)).toEqual([{ index: 7, fate: 'passed', by: null }]);
    const part = amended({ entitlement: 'flat of v1', to: 'v2', part: { entitlement: 'p' } });
    const rest = [called('follows-title'), ballot(7, 'v1'), part, ballot(9, 'v1')];
    expect(await fatesOf([mine(7)], rest)).toEqual([{ index: 7, fate: 'counted', by: 7 }]);
  });
  it('are absent when the bundle holds another entry in their place, or none', async () => {
    const payload = { voter: 'v1', entitlements: ['flat of v1'] };
    const other = encodeCanonical({ t: 'entry', index: 7, entry: entry(8), payload });
    expect(await fatesOf([mine(7)], [other])).toEqual([{ index: 7, fate: 'absent', by: 7 }]);
    expect(await fatesOf([mine(7)], [])).toEqual([{ index: 7, fate: 'absent', by: null }]);
  });
  it('of another meeting are left alone, and a broken line is left to the audit', async () => {
    expect(await fatesOf([mine(7, 'm2')], ['{', ballot(7, 'v1')])).toEqual([]);
  });
});
