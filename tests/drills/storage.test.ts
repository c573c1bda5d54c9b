// What storage can do to a log: lose a part of the past, lie, be full, be slow, be changed by its administrator, be set back.
import { execFileSync } from 'node:child_process';
import { chmod, cp, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSignatureCheck } from '@veche/api/signatures.ts';
import { StorageFullError } from '@veche/files/storage-error.ts';
import { encodeHex, encodeUtf8 } from '@veche/ledger/bytes.ts';
import { sha256 } from '@veche/ledger/hash.ts';
import { createMemoryHeadStore, createMemoryTileStore } from '@veche/ledger/memory-stores.ts';
import { parseVerifierKey } from '@veche/ledger/note.ts';
import { createSequencer, SequencerFault, type TileStore } from '@veche/ledger/sequencer.ts';
import { openSql, type Sql } from '@veche/postgres/connect.ts';
import { auditDatabase } from '@veche/postgres/database-audit.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { afterwards } from '../support/afterwards.ts';
import { signer } from '../support/log-key.ts';
import {
  checkPublicLog,
  copyLog,
  leafAt,
  prepareLogs,
  sequenceAll,
  submitLeaves,
  tilesIn,
  type PreparedLog,
} from './prepared-log.ts';

const leavesUpTo = (size: number): string[] => Array.from({ length: size }, (_, i) => leafAt(i));
const faultOf = (run: Promise<unknown>): Promise<string> =>
  run.then(
    () => 'went on',
    (error: unknown) => (error instanceof SequencerFault ? error.code : String(error)),
  );

function administrator({ address }: PreparedLog): Sql {
  const sql = openSql(address, { max: 1, applicationName: 'drill' });
  afterwards(() => sql.end());
  return sql;
}

describe('storage', () => {
  let at100: PreparedLog;
  let at150: PreparedLog;
  beforeAll(async () => {
    const prepared = await prepareLogs([100, 150]);
    at100 = prepared.get(100)!;
    at150 = prepared.get(150)!;
  });

  it('a database restored from an old backup is refused, and nothing is signed over it', async () => {
    const { folder } = await copyLog(at150);
    const { address } = await copyLog(at100);
    await submitLeaves(address, 100, 103);
    expect(await faultOf(sequenceAll(address, folder))).toBe('public-larger');
    expect(await checkPublicLog(folder)).toEqual(leavesUpTo(150));
  });

  it('files restored from an old backup are refused, and go on once the newer ones are there again', async () => {
    const { address, folder } = await copyLog(at150);
    const old = await copyLog(at100);
    expect(await faultOf(sequenceAll(address, old.folder))).toBe('staging-missing');
    // As from a mirror: what is missing is copied in, nothing that is there is changed.
    await cp(join(folder, 'log'), join(old.folder, 'log'), { recursive: true, force: true });
    await submitLeaves(address, 150, 153);
    await sequenceAll(address, old.folder);
    expect(await checkPublicLog(old.folder)).toEqual(leavesUpTo(153));
  });

  it('a clock that goes back ten seconds stops the log until it has caught up', async () => {
    const { address, folder } = await copyLog(at100);
    await submitLeaves(address, 100, 103);
    expect(await faultOf(sequenceAll(address, folder, { now: () => Date.now() - 600_000 }))).toBe(
      'clock-behind',
    );
    expect(await checkPublicLog(folder)).toEqual(leavesUpTo(100));
    let calls = 0;
    const steppingBack = () => (calls++ === 0 ? Date.now() : Date.now() - 10_000);
    expect(await faultOf(sequenceAll(address, folder, { now: steppingBack }))).toBe('clock-behind');
    await sequenceAll(address, folder);
    expect(await checkPublicLog(folder)).toEqual(leavesUpTo(103));
  });

  it('a write of a partial tile that was given up and lands later, twice, changes nothing', async () => {
    const { address, folder } = await copyLog(at100);
    await submitLeaves(address, 100, 103);
    const late: (() => Promise<void>)[] = [];
    const slow = (real: TileStore): TileStore => ({
      ...real,
      lazily: {
        ...real.lazily!,
        writeNew: (path, content) => {
          late.push(() => real.lazily!.writeNew(path, content));
          return Promise.reject(new Error('the write took too long'));
        },
      },
    });
    await expect(sequenceAll(address, folder, { tiles: slow })).rejects.toThrow('too long');
    await submitLeaves(address, 103, 110);
    await sequenceAll(address, folder);
    for (const land of [...late, ...late]) await land();
    expect(await checkPublicLog(folder)).toEqual(leavesUpTo(110));
    await submitLeaves(address, 110, 300);
    await sequenceAll(address, folder);
    expect(await checkPublicLog(folder)).toEqual(leavesUpTo(300));
  });

  it('one byte flipped in any file of the log is noticed: by the next start, or by whoever reads the log', async () => {
    const { address, folder } = await copyLog(at150);
    const root = join(folder, 'log');
    const files = (await readdir(root, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
    expect(files.length).toBeGreaterThanOrEqual(3);
    for (const file of files) {
      const whole = await readFile(file);
      await chmod(file, 0o644);
      const flipped = Buffer.from(whole);
      flipped[Math.floor(whole.length / 2)]! ^= 1;
      await writeFile(file, flipped);
      const refused = await faultOf(sequenceAll(address, folder));
      const readable = await checkPublicLog(folder).then(
        () => true,
        () => false,
      );
      expect([file.slice(root.length), refused === 'went on' && readable]).toEqual([
        file.slice(root.length),
        false,
      ]);
      await writeFile(file, whole);
    }
    await sequenceAll(address, folder);
    expect(await checkPublicLog(folder)).toEqual(leavesUpTo(150));
  });

  it('a disk that is really full stops the log; with room again it goes on, and nothing is missing', async (context) => {
    const folder = await mkdtemp(join(tmpdir(), 'veche-full-'));
    const small = join(folder, 'small');
    await mkdir(small);
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k,mode=700', 'tmpfs', small], { stdio: 'pipe' });
    } catch {
      await rm(folder, { recursive: true });
      context.annotate('only root may make a small disk; the fault itself is tried in log.test.ts');
      return;
    }
    afterwards(async () => {
      execFileSync('umount', ['-l', small]);
      await rm(folder, { recursive: true, force: true });
    });
    const { address, folder: original } = await copyLog(at100);
    await cp(original, small, { recursive: true });
    const ballast = join(small, 'ballast');
    await fillDisk(ballast);
    await submitLeaves(address, 100, 400);
    await expect(sequenceAll(address, small)).rejects.toBeInstanceOf(StorageFullError);
    expect(await checkPublicLog(small)).toEqual(leavesUpTo(100));
    await rm(ballast);
    await sequenceAll(address, small);
    expect(await checkPublicLog(small)).toEqual(leavesUpTo(400));
  });
});

/** Writes until not a page is left. */
async function fillDisk(path: string): Promise<void> {
  for (let chunk = 64 * 1024; chunk >= 1024;) {
    const fits = await writeFile(path, Buffer.alloc(chunk), { flag: 'a' }).then(
      () => true,
      () => false,
    );
    if (!fits) chunk /= 2;
  }
}

describe('an administrator who changes the database behind the triggers', () => {
  const checkSignature = createSignatureCheck();
  afterAll(checkSignature.close);
  const audit = async (log: PreparedLog, sql: Sql) =>
    (
      await auditDatabase({
        sql,
        tiles: await tilesIn(log.folder),
        logKeys: [parseVerifierKey(signer.vkey)],
        checkSignature,
      })
    ).broken;
  let base: PreparedLog;
  beforeAll(async () => {
    base = (await prepareLogs([300])).get(300)!;
  });

  it('finds nothing where nothing was changed', async () => {
    const log = await copyLog(base);
    expect(await audit(log, administrator(log))).toBeNull();
  });

  it.each([
    [
      'an entry',
      `UPDATE ledger.leaves SET leaf = 'leaf 7x' WHERE seq = (SELECT seq FROM ledger.positions WHERE idx = 7)`,
      { kind: 'entry', at: 7 },
    ],
    [
      'two entries, one for the other',
      `UPDATE ledger.leaves a SET leaf = b.leaf FROM ledger.leaves b
       WHERE (a.leaf = 'leaf 5' AND b.leaf = 'leaf 6') OR (a.leaf = 'leaf 6' AND b.leaf = 'leaf 5')`,
      { kind: 'entry', at: 5 },
    ],
    ['a place that is gone', `DELETE FROM ledger.positions WHERE idx = 299`, { kind: 'entry', at: 299 }],
    [
      'a leaf that is gone',
      `DELETE FROM ledger.leaves l USING ledger.positions p WHERE p.seq = l.seq AND p.idx = 298`,
      { kind: 'entry', at: 298 },
    ],
    ['the root of the head', `UPDATE ledger.head SET root = sha256('x')`, { kind: 'head', at: 300 }],
    ['the size of the head', `UPDATE ledger.head SET size = 299`, { kind: 'head', at: 299 }],
    [
      'the note of a receipt',
      `UPDATE ledger.checkpoints SET note = replace(note, E'\\n300\\n', E'\\n301\\n')`,
      { kind: 'checkpoint', at: 300 },
    ],
    [
      'the signature of a receipt',
      `UPDATE ledger.checkpoints SET note = regexp_replace(note, '.(.{20}\\n)$', 'A\\1') WHERE size = 300`,
      { kind: 'checkpoint', at: 300 },
    ],
  ])('is told of %s', async (_what, statement, broken) => {
    const log = await copyLog(base);
    const sql = administrator(log);
    await sql.unsafe(`SET session_replication_role = replica; ${statement}`).simple();
    expect(await audit(log, sql)).toEqual(broken);
    expect(await sql`SELECT broken_kind AS kind, broken_at::int AS at FROM ledger.database_audits`).toEqual([
      broken,
    ]);
  });
});

describe('an entry', () => {
  const sequenceLeaf = async (bytes: number) => {
    const store = createMemoryHeadStore();
    const tiles = createMemoryTileStore();
    let ms = 0;
    const sequencer = createSequencer({
      origin: signer.name,
      signer,
      store,
      tiles,
      now: () => ++ms,
      epoch: 0,
      firstEntry: () => encodeUtf8('first'),
    });
    await sequencer.start();
    const leaf = new Uint8Array(bytes).fill(0x61);
    store.submit({ id: '1', idem: encodeHex(sha256(leaf)), leaf });
    await sequencer.step();
    return store.head?.size;
  };
  it('of 65,535 bytes is logged', async () => {
    expect(await sequenceLeaf(65_535)).toBe(2);
  });
  it('of 65,536 bytes is refused, as its length would not fit into its bundle', async () => {
    await expect(sequenceLeaf(65_536)).rejects.toThrow(RangeError);
  });
});
