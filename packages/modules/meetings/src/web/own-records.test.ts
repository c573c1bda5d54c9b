import { encodeCanonical } from '@veche/ledger/jcs.ts';
import { describe, expect, it } from 'vitest';
import { followOwnRecords, type OwnRecord } from './own-records.ts';

const entry = (n: number) => ({ kind: 'ballot', n });
const ballot = (index: number, voter: string) =>
  encodeCanonical({ t: 'entry', index, entry: entry(index), payload: { voter } });
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
  it('are absent when the bundle holds another entry in their place, or none', async () => {
    const other = encodeCanonical({ t: 'entry', index: 7, entry: entry(8), payload: { voter: 'v1' } });
    expect(await fatesOf([mine(7)], [other])).toEqual([{ index: 7, fate: 'absent', by: 7 }]);
    expect(await fatesOf([mine(7)], [])).toEqual([{ index: 7, fate: 'absent', by: null }]);
  });
  it('of another meeting are left alone, and a broken line is left to the audit', async () => {
    expect(await fatesOf([mine(7, 'm2')], ['{', ballot(7, 'v1')])).toEqual([]);
  });
});
