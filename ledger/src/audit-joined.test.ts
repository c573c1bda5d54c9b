// Two votes that are one count: the audit of the second proves the first as well, from the one bundle.
import { describe, expect, it } from 'vitest';
import { auditMeeting } from './audit.ts';
import type { AuditReport } from './audit.ts';
import { encodeBase64 } from './bytes.ts';
import { holdJoined, holdMeeting, holdTied, roll, seedOf } from './meeting.fixture.ts';
import type { MeetingSettings, MeetingWorld } from './meeting.fixture.ts';
import { settleTie } from './recount.ts';
import { createWebVerifier } from './webcrypto.ts';

const verifier = createWebVerifier();
const audit = (world: MeetingWorld, scan: 'log' | 'meeting' = 'log'): Promise<AuditReport> =>
  auditMeeting({
    bundle: world.bundle.map((line) => line.slice(0, -1)),
    log: world.log,
    logKey: world.logKey,
    verifier,
    scan,
  });
const brokenOf = async (...settings: Parameters<typeof holdJoined>) =>
  (await audit(await holdJoined(...settings))).broken;

describe('a vote that joins an earlier one', () => {
  it('is counted with the ballots of the first, and whoever stays silent is for', async () => {
    const world = await holdJoined();
    for (const scan of ['log', 'meeting'] as const) {
      const report = await audit(world, scan);
      expect(report.broken).toBeNull();
      expect(report.result).toEqual(world.result);
    }
    const { ballots, items } = world.result;
    expect(ballots).toEqual({ logged: 6, effective: 5, superseded: 1, carried: 5 });
    // v1 was for with 54.3 m² and abstained with 70.2; v3 was against, and v4 is now; v2 had left the item unmarked, and
    // silence is not asked of whoever took part; nobody knows who owns the last flat, and nobody assents for them.
    expect(items[0]!.sums.area).toMatchObject({
      for: '543000',
      against: '1010000/3',
      abstain: '702000',
      unmarked: '505000/3',
      participants: '1750000',
    });
  });
  it('passes on the silence of those who were asked', async () => {
    const silent = await holdJoined({ casts: [] });
    expect((await audit(silent)).broken).toBeNull();
    expect(silent.result.items[0]!.sums.area).toMatchObject({ for: '2134000/3', against: '505000/3' });
  });
  it('is refused where somebody is asked again who took part', async () => {
    const casts = [{ voter: 'v3', entitlements: ['e3'], choices: { i2: 'for' as const } }];
    expect(await brokenOf({ casts })).toMatchObject({ step: 'earlier', fault: 'answered-before' });
  });
  it('is refused without the first vote, with a changed one, and where none is joined', async () => {
    expect(await brokenOf({ tamper: { earlier: () => [] } })).toMatchObject({ fault: 'earlier-lines' });
    const world = await holdJoined();
    const first = world.bundle.findIndex((line) => line.includes('"t":"earlier"'));
    const changed = (lines: readonly string[]) =>
      lines.map((line) => line.replace('"i1":"against"', '"i1":"for"'));
    expect(await brokenOf({ tamper: { earlier: changed } })).toEqual({
      step: 'earlier',
      fault: 'earlier-broken',
      where: { line: first + 15 },
    });
    const stray = await holdMeeting({ tamper: { earlier: () => world.bundle.slice(0, 1) } });
    expect((await audit(stray)).broken).toMatchObject({ fault: 'earlier-lines' });
  });
  it('is refused where notice, roll or rule are not those of the first', async () => {
    const differs = (settings: Partial<MeetingSettings>, follows = {}) => brokenOf(settings, follows);
    expect(await differs({}, { meeting: 'm9' })).toMatchObject({
      fault: 'earlier-differs',
      where: { field: 'follows.meeting' },
    });
    expect(await differs({}, { result: encodeBase64(seedOf('other')) })).toMatchObject({
      where: { field: 'follows.result' },
    });
    const other = roll.with(0, { ...roll[0]!, areaCm2: 543_001 });
    expect(await differs({ roll: other })).toMatchObject({ where: { field: 'rollRoot' } });
    expect(await differs({}, { kind: 'ask-absent' })).toMatchObject({ where: { field: 'items[2]' } });
  });
});

describe('a tie that the chair decides', () => {
  it('is told by the result, and the item passes once the chair is for it', async () => {
    const open = await holdTied();
    expect(open.result.items[0]).toMatchObject({ verdict: 'failed', tie: 'chair-casts' });
    const report = await audit(await holdTied({}));
    expect(report.broken).toBeNull();
    expect(report.result!.items[0]).toEqual(settleTie(open.result.items[0]!, 'for'));
    expect(report.result!.items[0]).toMatchObject({ verdict: 'passed', castingVote: 'for' });
    const against = await audit(await holdTied({ choice: 'against' }));
    expect(against.result!.items[0]).toMatchObject({ verdict: 'failed', castingVote: 'against' });
  });
  it('is decided once, where there is one, and in the result that was logged', async () => {
    for (const decisions of [[{}, {}], [{ item: 'i2' }], [{ result: encodeBase64(seedOf('other')) }]])
      expect((await audit(await holdTied(...decisions))).broken).toMatchObject({
        step: 'verdicts',
        fault: 'no-tie',
      });
    expect((await audit(await holdTied({ meeting: 'm9' }))).broken).toMatchObject({
      fault: 'payload-malformed',
    });
    const settled = (await audit(await holdTied({ choice: 'against' }))).result!.items[0]!;
    expect(() => settleTie(settled, 'for')).toThrow(RangeError);
  });
});
