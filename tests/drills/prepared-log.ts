// Logs of a wanted size over a real database and real files, and copies of them: each drill breaks one of its own.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { createInterface } from 'node:readline';
import { prepareDataDir } from '@veche/files/data-dir.ts';
import { createTileStore } from '@veche/files/tile-store.ts';
import { decodeUtf8 } from '@veche/ledger/bytes.ts';
import { checkCheckpoint } from '@veche/ledger/checkpoint.ts';
import { checkLogFiles } from '@veche/ledger/log-files.ts';
import { parseVerifierKey } from '@veche/ledger/note.ts';
import { createSequencer, type TileStore } from '@veche/ledger/sequencer.ts';
import { createTileReader, tilePath, tilesOf } from '@veche/ledger/tile.ts';
import { openSql, type DatabaseAddress } from '@veche/postgres/connect.ts';
import { createHeadStore, takeOverLog } from '@veche/postgres/ledger-store.ts';
import { copyDatabase, createDatabase, dropDatabase } from '@veche/postgres/template.ts';
import { expect } from 'vitest';
import { afterwards } from '../support/afterwards.ts';
import { testServer } from '../support/database.ts';
import { FIRST_LEAF, signer } from '../support/log-key.ts';
import type { Drill } from './sequencing-child.ts';

export type PreparedLog = { readonly address: DatabaseAddress; readonly folder: string };

const logKey = parseVerifierKey(signer.vkey);

/** The leaf at `index` of a prepared log, and of what is submitted to it afterwards. */
export const leafAt = (index: number): string => (index === 0 ? FIRST_LEAF : `leaf ${index}`);

/** Logs of these sizes, rising, each kept as it was then. */
export async function prepareLogs(sizes: readonly number[]): Promise<Map<number, PreparedLog>> {
  const server = testServer();
  const address = await copyDatabase(server, server.database);
  afterwards(() => dropDatabase(address));
  const folder = await freshFolder();
  const prepared = new Map<number, PreparedLog>();
  let at = 1;
  for (const size of sizes) {
    await submitLeaves(address, at, size);
    await sequenceAll(address, folder);
    at = size;
    prepared.set(size, await copyLog({ address, folder }));
  }
  return prepared;
}

/** A copy that may be broken, dropped afterwards; nobody may be connected to the original. */
export async function copyLog({ address, folder }: PreparedLog): Promise<PreparedLog> {
  const copy = { ...address, database: `drill_${randomBytes(6).toString('hex')}` };
  await createDatabase(copy, address.database);
  afterwards(() => dropDatabase(copy));
  const copied = await freshFolder();
  await cp(folder, copied, { recursive: true });
  return { address: copy, folder: copied };
}

async function freshFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'veche-drill-'));
  afterwards(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Queues the leaves [from, to), in order. */
export async function submitLeaves(address: DatabaseAddress, from: number, to: number): Promise<void> {
  const sql = openSql(address, { max: 1, applicationName: 'drill' });
  await sql`
    INSERT INTO ledger.leaves (idem, leaf)
    SELECT sha256(leaf), leaf
    FROM (SELECT n, convert_to('leaf ' || n, 'UTF8') AS leaf FROM generate_series(${from}::int, ${to - 1}::int) n)
    ORDER BY n`;
  await sql.end();
}

/** Sequences what waits, in this process, and lets go of the database. */
export async function sequenceAll(
  address: DatabaseAddress,
  folder: string,
  changed: { readonly now?: () => number; readonly tiles?: (real: TileStore) => TileStore } = {},
): Promise<void> {
  const sql = openSql(address, { max: 1, permanent: true, applicationName: 'drill' });
  try {
    const epoch = await takeOverLog(sql);
    const tiles = await tilesIn(folder);
    const sequencer = createSequencer({
      origin: signer.name,
      signer,
      store: createHeadStore(sql, epoch),
      tiles: changed.tiles?.(tiles) ?? tiles,
      now: changed.now ?? (() => Date.now()),
      epoch,
      batchEntries: 1_024,
      firstEntry: () => Buffer.from(FIRST_LEAF),
    });
    await sequencer.start();
    while ((await sequencer.step()) > 0);
  } finally {
    await sql.end({ timeout: 2 });
  }
}

export async function tilesIn(folder: string): Promise<TileStore> {
  const dataDir = await prepareDataDir(folder);
  return createTileStore(dataDir.log, dataDir.scratch);
}

/** The leaves of the public log from `from` on; everything is checked against the signed checkpoint on the way. */
export async function checkPublicLog(folder: string, from = 0): Promise<string[]> {
  const tiles = await tilesIn(folder);
  const note = decodeUtf8((await tiles.read('checkpoint'))!);
  const { size, root } = checkCheckpoint(note, logKey);
  const reader = createTileReader({ size, root, read: tiles.read });
  const leaves: string[] = [];
  const paths: string[] = [];
  for (const tile of tilesOf(size)) {
    paths.push(tilePath(tile));
    if (tile.level === 'entries' && (tile.index + 1) * 256 > from)
      leaves.push(...(await reader.entries(tile.index)).map(decodeUtf8));
  }
  // Every file there is, those of older heads too. Of a long log the full ones below `from` are as they were copied.
  const present = (await readdir(join(folder, 'log'), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && entry.name !== 'checkpoint')
    .map((entry) => relative(join(folder, 'log'), join(entry.parentPath, entry.name)));
  expect(present).toEqual(expect.arrayContaining(paths));
  const near = present.filter((path) => from < 1_000 || !/^tile\/(0|entries)\/[0-9]{3}$/.test(path));
  await checkLogFiles({ size, root, read: tiles.read, paths: near });
  return leaves.slice(from % 256);
}

export type DrillRun = {
  readonly child: ChildProcess;
  /** Lines said so far. */
  readonly lines: readonly string[];
  /** Resolves with the code or signal it ended with. */
  readonly ended: Promise<string>;
  /** Resolves once it stands still at its point: told to go on any earlier, it would stop afterwards, for ever. */
  held(): Promise<void>;
};

/** Starts a sequencer of its own process over a log. */
export function runDrill(
  log: PreparedLog,
  options: { readonly batchEntries: number; readonly stop: Drill['stop'] },
): DrillRun {
  const drill: Drill = { ...log, ...options };
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, 'sequencing-child.ts'), JSON.stringify(drill)],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), 'veche-drill-cache') },
    },
  );
  afterwards(() => child.kill('SIGKILL'));
  const lines: string[] = [];
  const listeners = new Set<() => void>();
  createInterface(child.stdout).on('line', (line) => {
    lines.push(line);
    for (const listener of listeners) listener();
  });
  const ended = new Promise<string>((resolve) =>
    child.on('close', (code, signal) => resolve(signal ?? String(code))),
  );
  const said = (line: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => void (lines.includes(line) && resolve());
      listeners.add(look);
      look();
      void ended.then(() => reject(new Error(`ended without saying ${line}: ${lines.join(', ')}`)));
    });
  const held = async (): Promise<void> => {
    await said(`at ${options.stop!.at}`);
    const isStopped = (): boolean =>
      execFileSync('ps', ['-o', 'stat=', '-p', String(child.pid)], { encoding: 'utf8' }).startsWith('T');
    await expect.poll(isStopped, { timeout: 20_000 }).toBe(true);
  };
  return { child, lines, ended, held };
}
