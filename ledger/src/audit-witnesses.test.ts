import { describe, expect, it } from 'vitest';
import { auditMeeting } from './audit.ts';
import type { AuditOptions, AuditReport } from './audit.ts';
import { encodeBase64, encodeUtf8 } from './bytes.ts';
import { readLines } from './bundle.ts';
import { parseCheckpoint, signCheckpoint } from './checkpoint.ts';
import { decodeCanonical, encodeCanonical } from './jcs.ts';
import {
  CLOSES_AT,
  ORIGIN,
  POLICY,
  cosign,
  holdMeeting,
  logOver,
  logSigner,
  seedOf,
} from './meeting.fixture.ts';
import type { MeetingSettings, MeetingWorld } from './meeting.fixture.ts';
import { createNoteSigner, parseNote, signNote } from './note.ts';
import { rootOf } from './tree.ts';
import { createWebVerifier } from './webcrypto.ts';

const verifier = createWebVerifier();
const IN_TIME = { late: 0, cosigned: { board: CLOSES_AT + 3, city: CLOSES_AT + 5 } };

const audit = (world: MeetingWorld, changed: Partial<AuditOptions> = {}): Promise<AuditReport> =>
  auditMeeting({
    bundle: world.bundle.map((line) => line.slice(0, -1)),
    log: world.log,
    logKey: world.logKey,
    verifier,
    scan: 'log',
    ...changed,
  });
const brokenOf = async (settings: Partial<MeetingSettings>, changed: Partial<AuditOptions> = {}) =>
  (await audit(await holdMeeting({ witnessed: IN_TIME, ...settings }), changed)).broken;
const numbersOf = ({ steps }: AuditReport, code: string) => steps.find((step) => step.code === code)!.numbers;
/** The log with another note for its checkpoint. */
const withCheckpoint = (world: MeetingWorld, note: string) =>
  logOver(new Map([...world.files, ['checkpoint', encodeUtf8(note)]]));
/** The bundle with fields of one line changed; lines count from 1. */
const withLine = (world: MeetingWorld, line: number, fields: object) =>
  world.bundle
    .map((text) => text.slice(0, -1))
    .map((text, i) =>
      i === line - 1 ? encodeCanonical({ ...(decodeCanonical(text) as object), ...fields }) : text,
    );

describe('a meeting in a log with witnesses', () => {
  it('passes every step, and says who cosigned and when', async () => {
    const world = await holdMeeting({ witnessed: IN_TIME, othersBetween: 30 });
    for (const policy of [undefined, POLICY]) {
      const report = await audit(world, { minutes: world.minutes, ...(policy ? { policy } : {}) });
      expect(report.broken).toBeNull();
      expect(report.steps.filter(({ status }) => status !== 'passed').map(({ code }) => code)).toEqual([
        'files',
        'earlier',
      ]);
      expect(report.witnessed).toEqual({
        cosignatures: [
          { witness: 'board', time: CLOSES_AT + 60 },
          { witness: 'city', time: CLOSES_AT + 61 },
          { witness: 'resident', time: CLOSES_AT + 62 },
        ],
        quorumTime: CLOSES_AT + 61,
      });
      expect(report.closing).toMatchObject({ quorumTime: CLOSES_AT + 5, announcedEnd: CLOSES_AT });
      expect(numbersOf(report, 'closing')).toMatchObject({ witnesses: 2, late: 0 });
    }
  });
  it('does not count ballots above the closing checkpoint, and tells how many', async () => {
    const report = await audit(await holdMeeting({ witnessed: { ...IN_TIME, late: 2 } }));
    expect(report.broken).toBeNull();
    expect(report.result!.ballots).toEqual({ logged: 5, effective: 3, superseded: 0, late: 2 });
    expect(numbersOf(report, 'one-ballot-per-entitlement')).toMatchObject({ ballots: 3, late: 2 });
    expect(numbersOf(report, 'box')).toMatchObject({ box: 10 });
  });
  it('finds a result that counts a late ballot', async () => {
    const honest = await holdMeeting({ witnessed: IN_TIME });
    const result = () => ({ ...honest.result, ballots: { ...honest.result.ballots, late: 2 } });
    expect(await brokenOf({ witnessed: { ...IN_TIME, late: 2 }, tamper: { result } })).toMatchObject({
      step: 'verdicts',
      fault: 'result-differs',
    });
  });
});

describe('the closing checkpoint', () => {
  it('is refused when too few witnesses have cosigned it, or too early', async () => {
    for (const cosigned of [{}, { board: CLOSES_AT + 3 }])
      expect(await brokenOf({ witnessed: { late: 0, cosigned } })).toEqual({
        step: 'closing',
        fault: 'closing-unwitnessed',
        where: { line: 4 },
      });
    const cosigned = { board: CLOSES_AT - 2, city: CLOSES_AT - 1, resident: CLOSES_AT + 9 };
    expect(await brokenOf({ witnessed: { late: 0, cosigned } })).toMatchObject({ fault: 'closing-early' });
    const exact = { board: CLOSES_AT - 2, city: CLOSES_AT };
    expect(await brokenOf({ witnessed: { late: 0, cosigned: exact } })).toBeNull();
  });
  it('must satisfy also the policy of who asks', async () => {
    const all = POLICY.replace('group two-of-three 2', 'group two-of-three all');
    expect(await brokenOf({}, { policy: all })).toMatchObject({ fault: 'closing-unwitnessed' });
    const late = { board: CLOSES_AT - 9, city: CLOSES_AT + 1, resident: CLOSES_AT + 2 };
    const boardAlone = POLICY.replace('quorum two-of-three', 'quorum board');
    expect(await brokenOf({ witnessed: { late: 0, cosigned: late } })).toBeNull();
    expect(await brokenOf({ witnessed: { late: 0, cosigned: late } }, { policy: boardAlone })).toMatchObject({
      fault: 'closing-early',
    });
  });
  it('must be of this log’s history, and not beyond the close', async () => {
    const other = (size: number) => () =>
      cosign(signCheckpoint(ORIGIN, size, rootOf([encodeUtf8('other')]), logSigner), IN_TIME.cosigned);
    expect(await brokenOf({ tamper: { closing: other(9) } })).toMatchObject({
      step: 'consistency',
      fault: 'log-forked',
      where: { line: 4 },
    });
    expect(await brokenOf({ tamper: { closing: other(900) } })).toMatchObject({ fault: 'closing-size' });
    // A checkpoint of this very log that covers the close itself cannot have been known at the close.
    const world = await holdMeeting({ witnessed: IN_TIME });
    const whole = parseCheckpoint(parseNote(world.checkpoints.at(-1)!).text);
    const beyond = await audit(world, {
      bundle: withLine(world, 4, { note: cosign(signCheckpoint(ORIGIN, 14, whole.root, logSigner), {}) }),
    });
    expect(beyond.broken).toMatchObject({ fault: 'closing-differs', where: { line: 4 } });
  });
  it('and the policy must be those that the entries name', async () => {
    const world = await holdMeeting({ witnessed: IN_TIME });
    const closing = await audit(world, {
      bundle: withLine(world, 4, { note: cosign(world.closing!, { resident: CLOSES_AT + 7 }) }),
    });
    expect(closing.broken).toEqual({ step: 'checkpoint', fault: 'closing-differs', where: { line: 4 } });
    const policy = await audit(world, { bundle: withLine(world, 3, { text: `${POLICY}# more\n` }) });
    expect(policy.broken).toEqual({ step: 'checkpoint', fault: 'policy-differs', where: { line: 3 } });
    // When it is the entry that was changed, the entry is what is named.
    const at = world.bundle.findIndex((line) => line.includes('"meeting.closed"')) + 1;
    const { entry } = decodeCanonical(world.bundle[at - 1]!.slice(0, -1)) as { entry: object };
    const forged = { entry: { ...entry, closing: encodeBase64(seedOf('other')) } };
    expect((await audit(world, { bundle: withLine(world, at, forged) })).broken).toMatchObject({
      fault: 'wrong-signature',
      where: { line: at },
    });
  });
  it('is shown exactly when the opening names a policy', async () => {
    const world = await holdMeeting({ witnessed: IN_TIME });
    const without = await audit(world, {
      bundle: withLine(world, world.bundle.length, { lines: world.bundle.length - 2 }).filter(
        (_, i) => i !== 2 && i !== 3,
      ),
    });
    expect(without.broken).toEqual({ step: 'bundle-form', fault: 'witness-lines', where: { line: 3 } });
    expect(
      await brokenOf({
        tamper: {
          draft: (draft) => {
            if (draft.kind !== 'meeting.closed') return draft;
            const { closing: _closing, ...bare } = draft;
            return bare;
          },
        },
      }),
    ).toMatchObject({ step: 'bundle-form', fault: 'witness-lines' });
  });
});

describe('the log’s checkpoint', () => {
  it('must meet the policy given, and need not when none is', async () => {
    const world = await holdMeeting({ witnessed: IN_TIME });
    const bare = world.checkpoints.at(-1)!.split('\n').slice(0, 5).join('\n') + '\n';
    const log = withCheckpoint(world, bare);
    expect((await audit(world, { log })).broken).toBeNull();
    expect((await audit(world, { log })).witnessed).toEqual({ cosignatures: [], quorumTime: null });
    expect((await audit(world, { log, policy: POLICY })).broken).toEqual({
      step: 'checkpoint',
      fault: 'checkpoint-unwitnessed',
      where: { path: 'checkpoint' },
    });
    const wrong = world.checkpoints.at(-1)!.replace(/(city\.test \S{20})./, (_, kept: string) => `${kept}_`);
    const broken = (await audit(world, { log: withCheckpoint(world, wrong), policy: POLICY })).broken;
    expect(broken).toMatchObject({ step: 'checkpoint', where: { path: 'checkpoint' } });
  });
  it('is the log’s by either key while the key is being replaced', async () => {
    const next = createNoteSigner(ORIGIN, seedOf('next log key'));
    const world = await holdMeeting({ othersBetween: 3 });
    const { text } = parseNote(world.checkpoints.at(-1)!);
    const both = signNote(text, [next, logSigner]);
    const log = withCheckpoint(world, both);
    const lines = withLine(world, 2, { note: both });
    for (const logKey of [logSigner.vkey, next.vkey]) {
      expect(
        (
          await audit(world, {
            log,
            logKey,
            bundle: withLine(world, 2, { note: signNote(text, [logKey === next.vkey ? next : logSigner]) }),
          })
        ).broken,
      ).toBeNull();
      // One key cannot vouch for the other's line.
      expect((await audit(world, { log, logKey, bundle: lines })).broken).toMatchObject({
        fault: 'checkpoint-extra-lines',
        where: { line: 2 },
      });
    }
    const logKey = `${next.vkey}\n${logSigner.vkey}\n`;
    const report = await audit(world, { log, logKey, bundle: lines, seenCheckpoint: world.checkpoints[0]! });
    expect(report.broken).toBeNull();
    const stranger = createNoteSigner(ORIGIN, seedOf('stranger')).vkey;
    expect((await audit(world, { log, logKey: stranger })).broken).toMatchObject({
      fault: 'checkpoint-unsigned',
    });
  });
  it('and the head beside it must be of one history, each line of it by the log', async () => {
    const world = await holdMeeting({ witnessed: IN_TIME });
    const note = world.checkpoints.at(-1)!;
    const { text } = parseNote(note);
    const head = signNote(text, [logSigner]);
    const forked = signCheckpoint(ORIGIN, 14, seedOf('root'), logSigner);
    const behind = world.checkpoints[0]!;
    const stranger = signNote(text, [createNoteSigner(ORIGIN, seedOf('stranger'))]);
    for (const [shown, fault] of [
      [head, null],
      [behind, null],
      [forked, 'log-forked'],
      [stranger, 'checkpoint-unsigned'],
      [head.replace('\n14\n', '\n15\n'), 'checkpoint-signature'],
      [note, 'checkpoint-extra-lines'],
      ['junk', 'checkpoint-malformed'],
    ] as const) {
      const files = new Map([...world.files, ['head', encodeUtf8(shown)]]);
      const names = [...files.keys()].filter((name) => name !== 'checkpoint' && name !== 'head');
      const log = {
        ...logOver(files),
        async *list() {
          yield* names;
        },
      };
      const { broken } = await audit(world, { log });
      expect(broken && [broken.fault, broken.where]).toEqual(fault && [fault, { path: 'head' }]);
    }
  });
  it('may carry no line twice in the bundle', async () => {
    const world = await holdMeeting();
    const note = world.checkpoints.at(-1)!;
    const twice = `${note}${note.split('\n').at(-2)!}\n`;
    expect((await audit(world, { bundle: withLine(world, 2, { note: twice }) })).broken).toMatchObject({
      fault: 'checkpoint-extra-lines',
    });
  });
});

it('finds a changed byte anywhere in the bundle, policy and closing checkpoint included', async () => {
  const world = await holdMeeting({ witnessed: { ...IN_TIME, late: 1 } });
  const bytes = encodeUtf8(world.bundle.join(''));
  const lineOf = (offset: number) =>
    bytes.subarray(0, offset).reduce((count, byte) => count + Number(byte === 10), 1);
  const misnamed: number[] = [];
  const until = bytes.indexOf(10, world.bundle.slice(0, 4).join('').length);
  for (let at = 1; at < bytes.length; at += at < until ? 3 : 37) {
    const changed = bytes.slice();
    changed[at]! ^= [1, 2, 0x20][at % 3]!;
    const bundle = readLines([changed]);
    const { broken } = await audit(world, { bundle, scan: 'meeting' });
    expect(broken, `byte ${at}`).not.toBeNull();
    // Which of two places is wrong cannot always be told; of the lines that witnesses stand behind it can.
    const line = lineOf(at);
    if (line >= 2 && line <= 4 && bytes[at] !== 10 && broken!.where.line !== line) misnamed.push(at);
  }
  expect(misnamed).toEqual([]);
}, 120_000);
