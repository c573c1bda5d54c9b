import { describe, expect, it } from 'vitest';
import { auditMeeting } from './audit.ts';
import type { AuditOptions, AuditReport } from './audit.ts';
import { encodeBase64, encodeUtf8 } from './bytes.ts';
import { readLines } from './bundle.ts';
import type { BundleEntry } from './bundle.ts';
import { signCheckpoint } from './checkpoint.ts';
import { publicKeyOf } from './ed25519.ts';
import { signEntry } from './entry.ts';
import { decodeCanonical, encodeCanonical } from './jcs.ts';
import { AMENDMENTS, MEETING, casts, holdMeeting, logOver, roll, seedOf } from './meeting.fixture.ts';
import type { Cast, MeetingSettings, MeetingWorld } from './meeting.fixture.ts';
import type { Amendment } from './meeting.ts';
import { createNoteSigner } from './note.ts';
import { createWebVerifier } from './webcrypto.ts';

const verifier = createWebVerifier();

async function* chunksOf(bytes: Uint8Array, size = 1_000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
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
  (await audit(await holdMeeting(settings), changed)).broken;

describe('the audit', () => {
  it('passes every step of an honest meeting, by either scan, with and without other meetings in the log', async () => {
    for (const othersBetween of [0, 40])
      for (const scan of ['log', 'meeting'] as const) {
        const world = await holdMeeting({ othersBetween });
        const report = await audit(world, {
          scan,
          minutes: world.minutes,
          seenCheckpoint: world.checkpoints[0]!,
        });
        expect(report.broken).toBeNull();
        expect(report.ok).toBe(true);
        expect(report.steps.filter(({ status }) => status !== 'passed').map(({ code }) => code)).toEqual([
          'files',
          'closing',
          'earlier',
        ]);
        expect(report.result).toEqual(world.result);
      }
  });
  it('says what it looked at', async () => {
    const { steps, ...report } = await audit(await holdMeeting());
    expect(report).toMatchObject({ origin: 'veche.test/log/v1', meeting: MEETING, size: 14 });
    expect(Object.fromEntries(steps.map(({ code, numbers }) => [code, numbers]))).toMatchObject({
      'bundle-form': { lines: 24, roll: 6, entries: 14 },
      checkpoint: { bundleSize: 14, size: 14 },
      signatures: { signatures: 17, registrars: 1, keys: 3, ballots: 5 },
      'one-ballot-per-entitlement': { ballots: 5, late: 0, voted: 4 },
      box: { box: 10, later: 0 },
      recount: { logged: 5, effective: 4, superseded: 1 },
      verdicts: { items: 2, passed: 1, failed: 1, noQuorum: 0 },
    });
  });
  it('reports progress, and waits for who listens', async () => {
    const seen: string[] = [];
    await audit(await holdMeeting(), {
      onProgress: async ({ step }) => {
        await Promise.resolve();
        seen.push(step);
      },
    });
    expect([...new Set(seen)]).toEqual((await audit(await holdMeeting())).steps.map(({ code }) => code));
  });
  it('reads the same from a stream in chunks of any size', async () => {
    const world = await holdMeeting();
    for (const size of [1, 7, 100_000])
      expect(
        (await audit(world, { bundle: readLines(chunksOf(encodeUtf8(world.bundle.join('')), size)) })).ok,
      ).toBe(true);
  });
  it('throws when the log is out of reach: that proves nothing', async () => {
    const world = await holdMeeting();
    const log = { ...world.log, read: async () => Promise.reject(new Error('offline')) };
    await expect(audit(world, { log })).rejects.toThrow('offline');
  });
});

describe('a changed byte', () => {
  it('anywhere in the bundle is found', async () => {
    const world = await holdMeeting();
    const bytes = encodeUtf8(world.bundle.join(''));
    // One byte in eleven, in one of three ways: no line is shorter than that.
    for (let at = 3; at < bytes.length; at += 11) {
      const changed = bytes.slice();
      changed[at]! ^= [1, 2, 0x20][at % 3]!;
      const report = await audit(world, { bundle: readLines(chunksOf(changed, 1_000_000)), scan: 'meeting' });
      expect(report.ok, `byte ${at} of ${bytes.length}`).toBe(false);
      expect(report.broken).not.toBeNull();
    }
  }, 120_000);
  it('anywhere in the log is found, and the file is named', async () => {
    const world = await holdMeeting({ othersBetween: 21 });
    const list = async function* () {
      for (const path of world.files.keys()) if (path !== 'checkpoint') yield path;
    };
    expect(
      (await audit(world, { log: { ...world.log, list } })).steps.every(({ status }) => status !== 'failed'),
    ).toBe(true);
    for (const [path, content] of world.files)
      for (let at = 0; at < content.length; at += path === 'checkpoint' ? 3 : 211) {
        const changed = content.slice();
        changed[at]! ^= 1;
        const log = { ...logOver(new Map(world.files).set(path, changed)), list };
        const report = await audit(world, { log });
        expect(report.ok, `${path} ${at}`).toBe(false);
        expect(report.broken?.where.path).toBe(path);
      }
  }, 120_000);
  it('is named by its line', async () => {
    const world = await holdMeeting();
    const bundle = world.bundle.map((line) => line.slice(0, -1));
    const swap = (line: number, from: string, to: string) => {
      expect(bundle[line - 1]).toContain(from);
      return bundle.with(line - 1, bundle[line - 1]!.replace(from, to));
    };
    expect((await audit(world, { bundle: swap(5, '505000', '5050x0') })).broken).toMatchObject({
      where: { line: 5 },
    });
    expect((await audit(world, { bundle: swap(5, '505000', '505001') })).broken).toEqual({
      step: 'roll',
      fault: 'roll-root',
      where: { line: 11, index: 2 },
    });
    expect((await audit(world, { bundle: swap(15, '"i1":"against"', '"i1":"for"') })).broken).toEqual({
      step: 'commitments',
      fault: 'commitment-wrong',
      where: { line: 15, index: 6 },
    });
    expect((await audit(world, { bundle: swap(23, '"passed"', '"failed"') })).broken).toEqual({
      step: 'verdicts',
      fault: 'result-differs',
      where: { line: 23, field: 'items[0].verdict' },
    });
  });
  it('is found in a bundle with lines left out, doubled, moved, or added after its end', async () => {
    const world = await holdMeeting();
    const bundle = world.bundle.map((line) => line.slice(0, -1));
    for (let i = 0; i < bundle.length; i++) {
      expect((await audit(world, { bundle: bundle.toSpliced(i, 1), scan: 'meeting' })).ok).toBe(false);
      expect((await audit(world, { bundle: bundle.toSpliced(i, 0, bundle[i]!), scan: 'meeting' })).ok).toBe(
        false,
      );
    }
    for (let i = 1; i < bundle.length; i++) {
      const moved = bundle.toSpliced(i, 1).toSpliced(i - 1, 0, bundle[i]!);
      expect((await audit(world, { bundle: moved, scan: 'meeting' })).ok).toBe(false);
    }
    expect((await audit(world, { bundle: [...bundle, ''] })).ok).toBe(false);
    expect((await audit(world, { bundle: [] })).broken?.fault).toBe('malformed-line');
  });
  it('is found in a bundle that ends without a newline', async () => {
    const world = await holdMeeting();
    const bytes = encodeUtf8(world.bundle.join(''));
    expect((await audit(world, { bundle: readLines(chunksOf(bytes.slice(0, -1))) })).broken).toMatchObject({
      fault: 'malformed-line',
      where: { line: 24 },
    });
  });
});

describe('history', () => {
  it('must go on from a checkpoint seen earlier, whichever it was', async () => {
    const world = await holdMeeting({ othersBetween: 50 });
    for (const seenCheckpoint of world.checkpoints)
      expect((await audit(world, { seenCheckpoint })).ok).toBe(true);
  });
  it('is refused when the log is smaller than it was', async () => {
    const [world, larger] = [await holdMeeting(), await holdMeeting({ othersBetween: 1 })];
    expect((await audit(world, { seenCheckpoint: larger.checkpoints.at(-1)! })).broken?.fault).toBe(
      'log-shrank',
    );
  });
  it('is refused when it is not the one seen', async () => {
    const [world, other] = [
      await holdMeeting({ othersBetween: 2 }),
      await holdMeeting({ casts: casts.slice(1) }),
    ];
    expect((await audit(world, { seenCheckpoint: other.checkpoints.at(-1)! })).broken).toEqual({
      step: 'consistency',
      fault: 'log-forked',
      where: { field: 'seenCheckpoint' },
    });
    expect(
      (await audit({ ...world, log: (await holdMeeting({ othersBetween: 3 })).log })).broken?.fault,
    ).toBe('log-forked');
  });
  it('is refused when the checkpoint is by another key, of another log, or carries lines nobody vouches for', async () => {
    const world = await holdMeeting();
    const stranger = createNoteSigner('veche.test/log/v1', seedOf('stranger'));
    const foreign = createNoteSigner('other.test/log', seedOf('log'));
    const withNote = (note: string) =>
      world.bundle.map((line, i) =>
        i === 1 ? encodeCanonical({ t: 'checkpoint', note }) : line.slice(0, -1),
      );
    const note = world.checkpoints.at(-1)!;
    const forged = signCheckpoint('veche.test/log/v1', 14, new Uint8Array(32), stranger);
    expect((await audit(world, { bundle: withNote(forged) })).broken?.fault).toBe('checkpoint-unsigned');
    expect((await audit(world, { logKey: foreign.vkey })).broken?.fault).toBe('checkpoint-unsigned');
    expect(
      (await audit(world, { bundle: withNote(note + forged.slice(forged.indexOf('— '))) })).broken?.fault,
    ).toBe('checkpoint-extra-lines');
  });
});

describe('a share that changes hands while voting goes on', () => {
  const later: Cast = { voter: 'v5', entitlements: ['e6'], choices: { i1: 'against', i2: 'against' } };
  const sold: Partial<MeetingSettings> = {
    sale: 'follows-title',
    casts: [...casts, later],
    amended: [{ before: 5, amendments: AMENDMENTS }],
  };
  const isAmended = ({ entry }: BundleEntry) => entry.kind === 'roll.amended';

  it('is cast by its new holder from the place of the amendment on, whole or in part', async () => {
    const world = await holdMeeting(sold);
    const report = await audit(world);
    expect(report.broken).toBeNull();
    expect(report.result!.roll).toEqual({ size: 7, area: '2150000', heads: 6, units: 4 });
    // e6 has 70.2 m² and a new holder who voted; the half of e2 that passed keeps the vote of its seller.
    expect(report.result!.items[0]!.sums.area).toMatchObject({ against: '702000', for: '2134000/3' });
    const step = report.steps.find(({ code }) => code === 'one-ballot-per-entitlement')!;
    expect(step.numbers).toMatchObject({ amended: 2, ballots: 6 });
  });
  it('is cast by nobody where the notice makes it void', async () => {
    const amended = [{ before: 5, amendments: [{ entitlement: 'e6', to: '', why: 'transfer' }] }] as const;
    const report = await audit(await holdMeeting({ sale: 'void', amended }));
    expect(report.broken).toBeNull();
    expect(report.result!.items[0]!.sums.area).toMatchObject({ all: '2150000', for: '2134000/3' });
    const after = await brokenOf({ sale: 'void', amended, casts: [...casts, { ...later, voter: 'v1' }] });
    expect(after).toMatchObject({ step: 'one-ballot-per-entitlement', fault: 'foreign-entitlement' });
  });
  it('is not cast by its seller any more, nor by its buyer before', async () => {
    const late = await brokenOf({ ...sold, casts: [...casts, { ...later, voter: 'v1' }] });
    expect(late).toMatchObject({ fault: 'foreign-entitlement' });
    const early = await brokenOf({ ...sold, amended: [{ before: 6, amendments: AMENDMENTS }] });
    expect(early).toMatchObject({ fault: 'foreign-entitlement' });
  });
  it('is found missing, moved, changed or added', async () => {
    const without = { log: (entries: readonly BundleEntry[]) => entries.filter((one) => !isAmended(one)) };
    expect(await brokenOf({ ...sold, tamper: without })).toMatchObject({ fault: 'foreign-entitlement' });
    const hidden = { show: without.log };
    expect(await brokenOf({ ...sold, tamper: hidden })).not.toBeNull();
    const moved = {
      log: (entries: readonly BundleEntry[]) => {
        const at = entries.findIndex(isAmended);
        return entries.toSpliced(at, 1).toSpliced(at + 1, 0, entries[at]!);
      },
    };
    expect(await brokenOf({ ...sold, tamper: moved })).not.toBeNull();
    // Within the bundle alone, each of them is found by the log.
    const world = await holdMeeting(sold);
    const bundle = world.bundle.map((line) => line.slice(0, -1));
    const at = bundle.findIndex((line) => line.includes('roll.amended'));
    const changed = bundle.with(at, bundle[at]!.replace('"to":"v5"', '"to":"v2"'));
    expect((await audit(world, { bundle: changed })).broken).toMatchObject({ fault: 'commitment-wrong' });
    for (const lines of [
      bundle.toSpliced(at, 1),
      bundle.toSpliced(at, 2, bundle[at + 1]!, bundle[at]!),
      bundle.toSpliced(at, 0, bundle[at]!),
    ])
      expect((await audit(world, { bundle: lines })).broken).toMatchObject({ step: 'bundle-form' });
  });
  it('is not passed on by the registrar against notice or roll', async () => {
    const wrong = (tamper: MeetingSettings['tamper']) => brokenOf({ ...sold, tamper });
    const wrongly = (change: Partial<Amendment>) =>
      wrong({ amendment: (given) => (given.part ? { ...given, ...change } : given) });
    for (const broken of [
      await wrong({ sale: 'stays' }),
      await wrong({ sale: 'void' }),
      await wrongly({ entitlement: 'e9' }),
      await wrongly({ part: { entitlement: 'e7', share: '1/3' } }),
      await wrongly({ part: { entitlement: 'e1', share: '1/6' } }),
    ])
      expect(broken).toMatchObject({ step: 'one-ballot-per-entitlement', fault: 'amendment-wrong' });
    expect(await wrongly({ part: { entitlement: 'e7', share: '0' } })).toMatchObject({
      fault: 'payload-malformed',
    });
  });
  it('is amended only between the opening and the close', async () => {
    const place = (kind: string) => ({
      log: (entries: readonly BundleEntry[]) => {
        const entry = entries.find(isAmended)!;
        const others = entries.filter((one) => one !== entry);
        return others.toSpliced(
          others.findIndex((one) => one.entry.kind === kind),
          0,
          entry,
        );
      },
    });
    for (const kind of ['meeting.opened', 'result'])
      expect(await brokenOf({ ...sold, tamper: place(kind) })).toMatchObject({ fault: 'wrong-order' });
  });
});

describe('a dishonest registrar is caught', () => {
  const ballotAt = (entries: readonly BundleEntry[], nth: number) =>
    entries.filter(({ entry }) => entry.kind === 'ballot')[nth]!;

  it('leaving a ballot out of the box', async () => {
    const without = (entries: readonly BundleEntry[]) => {
      const victim = entries.find(({ entry }) => entry.kind === 'ballot' && entry.voter === 'v2');
      return entries.filter((one) => one !== victim);
    };
    // Left out of the bundle only, the box does not fit; with a box made to fit, the scan of the log finds it.
    expect(await brokenOf({ tamper: { show: without } })).toMatchObject({ step: 'box', fault: 'box-size' });
    const honest = await holdMeeting({ casts: casts.filter(({ voter }) => voter !== 'v2') });
    const stray = ballotAt((await holdMeeting()).entries, 1);
    const settings: Partial<MeetingSettings> = {
      casts: casts.filter(({ voter }) => voter !== 'v2'),
      tamper: {
        log: (entries) => [...entries.slice(0, 6), stray, ...entries.slice(6)],
        show: (entries) => entries.filter(({ entry }) => entry.kind !== 'ballot' || entry.voter !== 'v2'),
      },
    };
    expect(honest.result.ballots.logged).toBe(4);
    expect(await brokenOf(settings)).toEqual({ step: 'box', fault: 'entry-left-out', where: { index: 7 } });
  });
  it('logging an old ballot again to take back a later one', async () => {
    const replay = (entries: readonly BundleEntry[]) => {
      const first = ballotAt(entries, 0);
      const end = entries.findIndex(({ entry }) => entry.kind === 'meeting.closed');
      return [...entries.slice(0, end), first, ...entries.slice(end)];
    };
    expect(await brokenOf({ tamper: { log: replay } })).toMatchObject({
      step: 'signatures',
      fault: 'ballot-replayed',
    });
  });
  it('registering a key without holding it, or casting by a key never registered', async () => {
    const possession = encodeBase64(new Uint8Array(64));
    const unproven = await brokenOf({
      tamper: { draft: (draft) => (draft.kind === 'key.registered' ? { ...draft, possession } : draft) },
    });
    expect(unproven).toMatchObject({ fault: 'possession-unproven' });
    const foreignVoter = await brokenOf({
      tamper: { draft: (draft) => (draft.kind === 'ballot' ? { ...draft, voter: 'v4' } : draft) },
    });
    expect(foreignVoter).toMatchObject({ fault: 'key-not-registered' });
  });
  it('casting for an entitlement that is not the voter’s, or that nobody may cast', async () => {
    for (const entitlement of ['e4', 'e5'])
      expect(
        await brokenOf({ casts: [{ voter: 'v2', entitlements: [entitlement], choices: { i1: 'for' } }] }),
      ).toMatchObject({ step: 'one-ballot-per-entitlement', fault: 'foreign-entitlement' });
    expect(
      await brokenOf({ casts: [{ voter: 'v2', entitlements: ['e9'], choices: { i1: 'for' } }] }),
    ).toMatchObject({ fault: 'unknown-entitlement' });
    expect(
      await brokenOf({ casts: [{ voter: 'v2', entitlements: ['e2'], choices: { i9: 'for' } }] }),
    ).toMatchObject({
      fault: 'unknown-item',
    });
    expect(
      await brokenOf({ tamper: { payload: (payload) => ({ ...payload, entitlements: ['e2', 'e2'] }) } }),
    ).toMatchObject({ fault: 'payload-malformed' });
  });
  it('giving a premises more or less than one whole, two areas, or an entitlement twice', async () => {
    const changed = (i: number, record: Partial<(typeof roll)[number]>) =>
      roll.with(i, { ...roll[i]!, ...record });
    expect(await brokenOf({ roll: changed(1, { share: '1/2' }) })).toMatchObject({ fault: 'roll-shares' });
    expect(await brokenOf({ roll: changed(1, { share: '1/4' }) })).toMatchObject({ fault: 'roll-shares' });
    expect(await brokenOf({ roll: changed(1, { areaCm2: 505_001 }) })).toMatchObject({
      fault: 'roll-unit-area',
    });
    expect(await brokenOf({ roll: [...roll, { ...roll[0]!, unit: 'u9' }] })).toMatchObject({
      fault: 'roll-duplicate',
    });
    expect(
      await brokenOf({
        tamper: {
          draft: (draft) => (draft.kind === 'meeting.opened' ? { ...draft, rollWeight: '1' } : draft),
        },
      }),
    ).toMatchObject({ fault: 'roll-weight' });
  });
  it('announcing another result than the count, in bundle and log alike', async () => {
    expect(
      await brokenOf({
        tamper: {
          result: (result) => ({
            ...result,
            items: result.items.map((item) => ({ ...item, verdict: 'passed' as const })),
          }),
        },
      }),
    ).toEqual({ step: 'verdicts', fault: 'result-differs', where: { line: 23, field: 'items[1].verdict' } });
  });
  it('signing with another key than the registrar’s', async () => {
    const key = encodeBase64(publicKeyOf(seedOf('usurper')));
    const usurper = signEntry({ kind: 'registrar', origin: 'veche.test/log/v1', key }, seedOf('usurper'));
    expect(
      await brokenOf({ tamper: { log: (entries) => [{ index: 0, entry: usurper }, ...entries] } }),
    ).toMatchObject({ step: 'signatures', fault: 'wrong-author' });
  });
  it('handing over to another key is lawful when the old one signs', async () => {
    const next = seedOf('next registrar');
    const key = encodeBase64(publicKeyOf(next));
    const handover = signEntry({ kind: 'registrar', origin: 'veche.test/log/v1', key }, seedOf('registrar'));
    const closing = (entries: readonly BundleEntry[]) =>
      entries.map((one): BundleEntry => {
        const { v: _v, by: _by, sig: _sig, ...draft } = one.entry;
        const late = ['result', 'minutes'].includes(draft.kind);
        return late ? { ...one, entry: signEntry(draft as never, next) } : one;
      });
    const log = (entries: readonly BundleEntry[]) => {
      const end = entries.findIndex(({ entry }) => entry.kind === 'result');
      return [...entries.slice(0, end), { index: 0, entry: handover }, ...closing(entries.slice(end))];
    };
    expect(await brokenOf({ tamper: { log } })).toBeNull();
    // Left out of the bundle, what follows is by a key that nobody has introduced.
    const show = (entries: readonly BundleEntry[]) =>
      entries.filter(({ index, entry }) => index === 0 || entry.kind !== 'registrar');
    expect(await brokenOf({ tamper: { log, show } })).toMatchObject({ fault: 'wrong-author' });
  });
  it('gains nothing by a ballot after the close: it is told and not counted', async () => {
    const more: Cast[] = [...casts, { voter: 'v2', entitlements: ['e2'], choices: { i1: 'against' } }];
    const late = ballotAt((await holdMeeting({ casts: more })).entries, casts.length);
    const log = (entries: readonly BundleEntry[]) => entries.toSpliced(entries.length - 2, 0, late);
    const world = await holdMeeting({ tamper: { log } });
    const report = await audit(world);
    expect(report.broken).toBeNull();
    expect(report.steps.find(({ code }) => code === 'one-ballot-per-entitlement')!.numbers).toMatchObject({
      late: 1,
    });
    expect(report.result).toEqual((await holdMeeting()).result);
  });
  it('showing minutes that were not logged', async () => {
    const world = await holdMeeting();
    expect((await audit(world, { minutes: encodeUtf8('other') })).broken?.fault).toBe('minutes-differ');
    const without = await holdMeeting({
      tamper: { log: (entries) => entries.filter(({ entry }) => entry.kind !== 'minutes') },
    });
    expect((await audit(without, { minutes: world.minutes })).broken?.fault).toBe('minutes-not-logged');
  });
});

it('the bundle holds nothing that is not in canonical JSON', async () => {
  const { bundle } = await holdMeeting();
  for (const line of bundle) expect(`${encodeCanonical(decodeCanonical(line.slice(0, -1)))}\n`).toBe(line);
});
