import { beforeAll, describe, expect, it } from 'vitest';
import { encodeBase64, encodeUtf8 } from './bytes.ts';
import { parseCheckpoint, signCheckpoint } from './checkpoint.ts';
import { signEntry } from './entry.ts';
import { LedgerFault } from './fault.ts';
import {
  AMENDMENTS,
  CLOSES_AT,
  ORIGIN,
  POLICY,
  casts,
  holdMeeting,
  logOver,
  logSigner,
  registrarSeed,
  seedOf,
} from './meeting.fixture.ts';
import type { MeetingSettings, MeetingWorld } from './meeting.fixture.ts';
import type { BundleEntry } from './bundle.ts';
import { observeLog, parseMonitorState } from './monitor.ts';
import type { MonitorState, ObserveOptions } from './monitor.ts';
import { parseNote, parseVerifierKey } from './note.ts';
import { parsePolicy } from './policy.ts';
import { tilePath, tilesOf } from './tile.ts';
import { createWebVerifier } from './webcrypto.ts';

const logKeys = [parseVerifierKey(logSigner.vkey)];
const look = (world: Pick<MeetingWorld, 'log'>, changed: Partial<ObserveOptions> = {}) =>
  observeLog({
    log: world.log,
    logKeys,
    policy: null,
    state: null,
    now: 1_000,
    staleSeconds: null,
    verifier: createWebVerifier(),
    ...changed,
  });
/** The log as it was when it showed that checkpoint. */
const at = (world: MeetingWorld, checkpoint: string): Pick<MeetingWorld, 'log'> => ({
  log: logOver(new Map([...world.files, ['checkpoint', encodeUtf8(checkpoint)]])),
});
const codesOf = async (settings: Partial<MeetingSettings>, changed: Partial<ObserveOptions> = {}) =>
  (await look(await holdMeeting(settings), changed)).findings.map(({ code }) => code);

/** Enough entries for three bundles. */
let large: MeetingWorld;
beforeAll(async () => {
  large = await holdMeeting({ othersBetween: 40 });
});

describe('a monitor', () => {
  it('finds nothing wrong with an honest log, whatever else is in it', async () => {
    for (const othersBetween of [0, 40]) {
      const world = await holdMeeting({ othersBetween, tamper: {} });
      const { ok, findings, newEntries, state } = await look(world);
      // The fixture's other meetings are results without a call: those are what is found, and nothing of this meeting.
      expect(findings.filter((finding) => !('meeting' in finding) || finding.meeting !== 'other')).toEqual(
        [],
      );
      expect(ok).toBe(othersBetween === 0);
      expect(newEntries).toBe(state!.hashed);
    }
  });
  it('goes on from what it has seen, and keeps one line of a meeting that has closed', async () => {
    const world = large;
    expect(world.checkpoints.length).toBeGreaterThan(3);
    let state: MonitorState | null = null;
    let read = 0;
    for (const checkpoint of world.checkpoints) {
      const observed = await look(at(world, checkpoint), { state });
      expect(observed.evidence).toBeNull();
      read += observed.newEntries;
      state = parseMonitorState(JSON.stringify(observed.state));
    }
    expect(read).toBe(state!.hashed);
    expect(state!.note).toBe(world.checkpoints.at(-1));
    expect(state!.meetings.meetings).toEqual({ m1: { stage: 4 } });
    expect((await look(world, { state })).newEntries).toBe(0);
    expect(await look(world)).toMatchObject({ state: { ...state, seenAt: 1_000 } });
  });
  it('goes on within a bundle that it was interrupted in', async () => {
    const world = large;
    const states: MonitorState[] = [];
    const whole = await look(world, { onProgress: (_hashed, _size, state) => void states.push(state()) });
    expect(states.length).toBeGreaterThan(2);
    for (const state of states) expect((await look(world, { state })).state).toEqual(whole.state);
  });
  it('tells a log that shrank or forked, and keeps both notes', { timeout: 30_000 }, async () => {
    const world = large;
    const { state } = await look(world);
    const [first] = world.checkpoints;
    const shrank = await look(at(world, first!), { state });
    expect(shrank.findings).toEqual([{ code: 'log-shrank', path: 'checkpoint' }]);
    expect(shrank.evidence).toEqual({ seen: state!.note, shown: first });
    expect(shrank.state).toEqual(state);

    const other = await holdMeeting({ othersBetween: 40, casts: casts.toReversed() });
    const forked = await look(other, { state });
    expect(forked.findings).toMatchObject([{ code: 'log-forked' }]);
    expect(forked.evidence!.shown).toBe(other.checkpoints.at(-1));
    const longer = await holdMeeting({ othersBetween: 50, casts: casts.toReversed() });
    expect((await look(longer, { state })).findings).toMatchObject([{ code: 'log-forked' }]);
  });
  it('names the file that is missing or wrong, and goes on once it is mended', async () => {
    const world = large;
    const size = parseCheckpoint(parseNote(world.checkpoints.at(-1)!).text).size;
    for (const path of [...tilesOf(size)].map(tilePath)) {
      const files = new Map(world.files);
      files.delete(path);
      const gone = await look({ log: logOver(files) }, { verifier: null });
      expect(gone.findings.at(-1)).toEqual({ code: 'file-missing', path });
      files.set(
        path,
        world.files.get(path)!.map((byte, i) => (i === 7 ? byte ^ 1 : byte)),
      );
      const wrong = await look({ log: logOver(files) }, { verifier: null });
      expect(wrong.findings.at(-1)).toEqual({ code: 'file-wrong', path });
      const mended = await look(world, { state: wrong.state, verifier: null });
      expect(mended.state!.hashed).toBe(mended.checkpoint!.size);
    }
  });
  it('takes a roll that is amended while votes are cast, and tells one that is amended after the close', async () => {
    const sold = { sale: 'follows-title', amended: [{ before: 5, amendments: AMENDMENTS }] } as const;
    expect(await codesOf(sold)).toEqual([]);
    const afterClose = (entries: readonly BundleEntry[]) => {
      const amended = entries.find(({ entry }) => entry.kind === 'roll.amended')!;
      return [...entries.filter((one) => one !== amended), amended];
    };
    // The box was sealed over it, which is found too.
    expect(await codesOf({ ...sold, tamper: { log: afterClose } })).toContain('wrong-order');
  });
  it('tells a checkpoint that is not the log’s', async () => {
    const world = await holdMeeting();
    const note = world.checkpoints.at(-1)!;
    const stranger = signCheckpoint(ORIGIN, 3, seedOf('root'), { ...logSigner, keyId: new Uint8Array(4) });
    for (const [shown, code] of [
      [note.replace('\n14\n', '\n15\n'), 'checkpoint-signature'],
      [stranger, 'checkpoint-unsigned'],
      ['junk', 'checkpoint-malformed'],
    ] as const) {
      const { findings, state } = await look(at(world, shown));
      expect(findings).toEqual([{ code, path: 'checkpoint' }]);
      expect(state).toBeNull();
    }
  });
  it('tells a head that is old, by the witnesses’ time or since it was first seen', async () => {
    const world = await holdMeeting();
    const { state } = await look(world, { now: 1_000 });
    expect((await look(world, { state, now: 1_600, staleSeconds: 600 })).findings).toEqual([]);
    expect((await look(world, { state, now: 1_601, staleSeconds: 600 })).findings).toEqual([
      { code: 'stale', seconds: 601 },
    ]);
    const witnessed = await holdMeeting({
      witnessed: { late: 0, cosigned: { board: CLOSES_AT, city: CLOSES_AT } },
    });
    const policy = parsePolicy(POLICY);
    const fresh = await look(witnessed, { policy, now: CLOSES_AT + 661, staleSeconds: 600 });
    expect(fresh.ok).toBe(true);
    expect(fresh.checkpoint!.witnessed).toMatchObject({ quorumTime: CLOSES_AT + 61 });
    const stale = await look(witnessed, { policy, now: CLOSES_AT + 662, staleSeconds: 600 });
    expect(stale.findings).toEqual([{ code: 'stale', seconds: 601 }]);
  });
  it('tells a checkpoint without its quorum', async () => {
    const world = await holdMeeting();
    expect((await look(world, { policy: parsePolicy(POLICY) })).findings).toEqual([{ code: 'no-quorum' }]);
  });
  it('refuses a state of another log, or one that was tampered with', async () => {
    const world = await holdMeeting();
    const { state } = await look(world);
    const other = { ...state!, origin: 'other.test/log' };
    await expect(look(world, { state: other })).rejects.toThrow('another one');
    const hiding = { ...state!, peaks: state!.peaks.map(() => encodeBase64(seedOf('x'))) };
    await expect(look(world, { state: hiding })).rejects.toThrow('something else');
    for (const text of [
      '',
      '{}',
      'null',
      JSON.stringify({ ...state, peaks: [] }),
      JSON.stringify({ ...state, note: '' }),
    ])
      expect(() => parseMonitorState(text)).toThrow(LedgerFault);
  });
  it('leaves a log out of reach to the caller', async () => {
    const world = await holdMeeting();
    const log = {
      ...world.log,
      checkpoint: async () => Promise.reject(new LedgerFault('unreachable', 'offline')),
    };
    await expect(look({ log })).rejects.toThrow('offline');
  });
});

describe('a monitor reads the entries of every meeting, and finds', () => {
  const insert = (
    find: (one: BundleEntry) => boolean,
    make: (entries: readonly BundleEntry[]) => BundleEntry,
  ) => ({
    log: (entries: readonly BundleEntry[]) => entries.toSpliced(entries.findIndex(find), 0, make(entries)),
  });
  const isKind = (kind: string) => (one: BundleEntry) => one.entry.kind === kind;
  const first = (kind: string) => (entries: readonly BundleEntry[]) => entries.find(isKind(kind))!;

  it('a box that leaves out an entry, or seals another one', async () => {
    // One ballot more in the log than was sealed: right in every other way.
    const more = [...casts, casts[1]!];
    const extra = (await holdMeeting({ casts: more })).entries.filter(isKind('ballot')).at(-1)!;
    expect(await codesOf({ tamper: insert(isKind('meeting.closed'), () => extra) })).toEqual(['box-size']);
    const replaced = (entries: readonly BundleEntry[]) =>
      entries.with(entries.findLastIndex(isKind('ballot')), extra);
    expect(await codesOf({ tamper: { log: replaced } })).toEqual(['box-root']);
    const dropped = (entries: readonly BundleEntry[]) =>
      entries.toSpliced(entries.findLastIndex(isKind('ballot')), 1);
    expect(await codesOf({ tamper: { log: dropped } })).toEqual(['box-size']);
  });
  it('ballots and keys after the close, which are lawful', async () => {
    const world = await holdMeeting({ tamper: insert(isKind('result'), first('ballot')) });
    const late = await look(world);
    expect(late.findings).toMatchObject([{ code: 'ballot-after-close', meeting: 'm1' }]);
    expect(late.ok).toBe(true);
    expect(await codesOf({ tamper: insert(isKind('result'), first('key.registered')) })).toEqual([
      'key-after-close',
    ]);
  });
  it('a ballot by a key that was not registered before it', async () => {
    const late = (entries: readonly BundleEntry[]) => {
      const key = entries.findLastIndex(isKind('key.registered'));
      return [
        ...entries.slice(0, key),
        ...entries.slice(key + 1, key + 4),
        entries[key]!,
        ...entries.slice(key + 4),
      ];
    };
    expect(await codesOf({ tamper: { log: late } })).toEqual(['key-not-registered', 'box-root']);
  });
  it('entries out of order', async () => {
    for (const kind of ['meeting.called', 'meeting.opened', 'result'])
      expect(await codesOf({ tamper: insert(isKind('key.registered'), first(kind)) })).toContain(
        'wrong-order',
      );
    expect(await codesOf({ tamper: insert(isKind('meeting.opened'), first('ballot')) })).toContain(
      'wrong-order',
    );
    expect(await codesOf({ tamper: insert(isKind('result'), first('minutes')) })).toContain('wrong-order');
  });
  it('entries by who may not write them, and signatures that do not hold', async () => {
    const usurper = (entries: readonly BundleEntry[]) =>
      entries.map((one): BundleEntry => {
        if (one.entry.kind !== 'result') return one;
        const { v: _v, by: _by, sig: _sig, ...draft } = one.entry;
        return { ...one, entry: signEntry(draft, seedOf('usurper')) };
      });
    expect(await codesOf({ tamper: { log: usurper } })).toEqual(['wrong-author']);
    const unsigned = (entries: readonly BundleEntry[]) =>
      entries.map((one): BundleEntry => {
        const sig = encodeBase64(new Uint8Array(64));
        return one.entry.kind === 'minutes' ? { ...one, entry: { ...one.entry, sig } } : one;
      });
    expect(await codesOf({ tamper: { log: unsigned } })).toEqual(['wrong-signature']);
    expect(await codesOf({ tamper: { log: unsigned } }, { verifier: null })).toEqual([]);
    const draft: NonNullable<MeetingSettings['tamper']['draft']> = (one) =>
      one.kind === 'key.registered' ? { ...one, possession: encodeBase64(new Uint8Array(64)) } : one;
    expect(new Set(await codesOf({ tamper: { draft } }))).toEqual(new Set(['possession-unproven']));
  });
  it('a close that does not fit what the opening said of witnesses', async () => {
    const witnessed = { late: 0, cosigned: { board: CLOSES_AT, city: CLOSES_AT } };
    expect(await codesOf({ witnessed })).toEqual([]);
    const draft: NonNullable<MeetingSettings['tamper']['draft']> = (one) => {
      if (one.kind !== 'meeting.closed') return one;
      const { closing: _closing, ...bare } = one;
      return bare;
    };
    expect(await codesOf({ witnessed, tamper: { draft } })).toEqual(['witness-fields']);
  });
  it('a hand-over of the registrar’s office, which is lawful when the old one signs', async () => {
    const handover = (by: Uint8Array): BundleEntry => ({
      index: 0,
      entry: signEntry({ kind: 'registrar', origin: ORIGIN, key: encodeBase64(seedOf('next')) }, by),
    });
    const last = (seed: Uint8Array) => ({
      log: (entries: readonly BundleEntry[]) => [...entries, handover(seed)],
    });
    expect(await codesOf({ tamper: last(registrarSeed) })).toEqual([]);
    expect(await codesOf({ tamper: last(seedOf('usurper')) })).toEqual(['wrong-author']);
  });
});
