import { describe, expect, it } from 'vitest';
import { alarmsOf, ALARM_CODES, type AlarmCode, type Readings } from './alarms.ts';

const calm: Readings = {
  state: 'running',
  fault: null,
  hasPolicy: true,
  headSize: 100,
  witnessedSize: 100,
  witnessedAge: 30,
  waiting: 0,
  staged: 1,
  witnesses: [{ name: 'council', age: 30, failures: 0, badCosignatures: 0 }],
  changed: null,
  mirrorAge: 20,
  queues: [{ name: 'messages.email', overdueSeconds: 40, failed: 3 }],
  disk: { freeBytes: 50e9, totalBytes: 100e9 },
  recentFailures: 0,
};
const codesOf = (change: Partial<Readings>) => alarmsOf({ ...calm, ...change }).map(({ code }) => code);
const queue = (change: object) => [{ ...calm.queues[0]!, ...change }];
const witness = (change: object) => [{ ...calm.witnesses[0]!, ...change }];

describe('the alarms', () => {
  it('are silent when all is well, and where no witnesses are asked', () => {
    expect(codesOf({})).toEqual([]);
    expect(codesOf({ hasPolicy: false, witnessedAge: null, witnessedSize: 0, witnesses: [] })).toEqual([]);
    expect(codesOf({ mirrorAge: null })).toEqual([]);
    expect(codesOf({ state: 'starting', headSize: 0, witnessedSize: 0, witnessedAge: null })).toEqual([]);
  });

  const cases: [AlarmCode, string, Partial<Readings>][] = [
    ['forked', 'a witness holds another history', { state: 'forked', witnessedAge: 5_000 }],
    ['database-changed', 'a row of the log was changed', { changed: { kind: 'entry', at: 7 } }],
    ['failing', 'the sequencer cannot go on', { state: 'failing', fault: 'public-larger' }],
    ['absent', 'no process sequences', { state: 'absent' }],
    ['quorum-late', 'the head was not refreshed in time', { witnessedAge: 901 }],
    ['quorum-late', 'entries wait for witnesses for more than a minute', { headSize: 101, witnessedAge: 61 }],
    ['quorum-late', 'there never was a quorum', { witnessedAge: null, witnessedSize: 0 }],
    ['witness-late', 'a witness was silent for more than an hour', { witnesses: witness({ age: 3_601 }) }],
    ['witness-late', 'a witness never answered', { witnesses: witness({ age: null, failures: 3 }) }],
    ['witness-bad-signature', 'a cosignature did not verify', { witnesses: witness({ badCosignatures: 1 }) }],
    ['queue-long', 'votes pile up', { waiting: 1_001 }],
    ['staged-many', 'files are not written', { staged: 51 }],
    ['mirror-late', 'the second copy was not brought up to date', { mirrorAge: 901 }],
    ['queue-late', 'nobody takes up what is due', { queues: queue({ overdueSeconds: 901 }) }],
    ['queue-failed', 'much was given up within a day', { queues: queue({ failed: 21 }) }],
    ['disk-low', 'less than a tenth of the disk is free', { disk: { freeBytes: 9e9, totalBytes: 100e9 } }],
    ['disk-low', 'less than a gigabyte is free', { disk: { freeBytes: 9e8, totalBytes: 4e9 } }],
    ['failures', 'the server fails again and again', { recentFailures: 5 }],
  ];
  it.each(cases)('say "%s" when %s', (code, _, change) => expect(codesOf(change)).toEqual([code]));
  it('are all tried above', () => expect(new Set(cases.map(([code]) => code))).toEqual(new Set(ALARM_CODES)));

  it('leave a moment for a round of witnesses', () =>
    expect(codesOf({ headSize: 150, witnessedAge: 20 })).toEqual([]));

  it('put what stops votes first', () => {
    const alarms = alarmsOf({ ...calm, recentFailures: 9, waiting: 4_000 });
    expect(alarms.map(({ code, urgent }) => [code, urgent])).toEqual([
      ['queue-long', true],
      ['failures', false],
    ]);
  });
});
