// A sequencer in a process of its own that stops at a named point: to be killed there, or held there and let go later.
// The points lie around every call that leaves the process, so nothing in the product knows of them.
//   node sequencing-child.ts '{"address", "folder", "batchEntries", "stop": {"at": "commit#1 before", "by": "SIGKILL"}}'
// Writes a line for every point it passes ("at <point>"), every entry that was acknowledged ("ack <idem>"), and how it ended.
import { writeSync } from 'node:fs';
import { prepareDataDir } from '@veche/files/data-dir.ts';
import { createTileStore } from '@veche/files/tile-store.ts';
import { createSequencer } from '@veche/ledger/sequencer.ts';
import type { HeadStore, TileStore } from '@veche/ledger/sequencer.ts';
import { openSql, type DatabaseAddress } from '@veche/postgres/open-sql.ts';
import { createHeadStore, takeOverLog } from '@veche/postgres/ledger-store.ts';
import { FIRST_LEAF, signer } from '../support/log-key.ts';

export type Drill = {
  readonly address: DatabaseAddress;
  readonly folder: string;
  readonly batchEntries: number;
  /** Null: runs until nothing waits. */
  readonly stop: { readonly at: string; readonly by: 'SIGKILL' | 'SIGSTOP' } | null;
};

const { address, folder, batchEntries, stop } = JSON.parse(process.argv[2]!) as Drill;
/** Synchronous: what was said before the end is heard. */
const say = (line: string): void => void writeSync(1, `${line}\n`);

const calls = new Map<string, number>();
function reach(point: string): void {
  say(`at ${point}`);
  if (point !== stop?.at) return;
  process.kill(process.pid, stop.by);
}
async function around<T>(name: string, act: () => Promise<T>): Promise<T> {
  const count = (calls.get(name) ?? 0) + 1;
  calls.set(name, count);
  reach(`${name}#${count} before`);
  const outcome = await act();
  reach(`${name}#${count} after`);
  return outcome;
}

const openOne = () => openSql(address, { max: 1, permanent: true, applicationName: 'drill' });
const sql = openOne();
const dataDir = await prepareDataDir(folder);
const realTiles = createTileStore(dataDir.log, dataDir.scratch);
const tiles: TileStore = {
  ...realTiles,
  writeNew: (path, content) => around('write', () => realTiles.writeNew(path, content)),
  replace: (path, content) => around('replace', () => realTiles.replace(path, content)),
  remove: (path) => around('remove', () => realTiles.remove(path)),
  lazily: {
    writeNew: (path, content) => around('write', () => realTiles.lazily!.writeNew(path, content)),
    sync: () => around('sync', () => realTiles.lazily!.sync()),
    restore: (path, content) => around('restore', () => realTiles.lazily!.restore(path, content)),
  },
};

try {
  const epoch = await takeOverLog(sql);
  const realStore = createHeadStore(sql, epoch, openOne());
  const store: HeadStore = {
    ...realStore,
    commit: (batch) => around('commit', () => realStore.commit(batch)),
    clearStaged: (size) => around('clear', () => realStore.clearStaged(size)),
  };
  const sequencer = createSequencer({
    origin: signer.name,
    signer,
    store,
    tiles,
    now: () => Date.now(),
    epoch,
    batchEntries,
    ahead: true,
    firstEntry: () => Buffer.from(FIRST_LEAF),
    onPublished: ({ entries }) => {
      for (const { idem } of entries) say(`ack ${idem}`);
      reach('published');
    },
  });
  await sequencer.start();
  reach('started');
  while ((await sequencer.step()) > 0);
  await sequencer.settle();
  say('done');
  process.exit(0);
} catch (error) {
  say(`failed ${error instanceof Error ? error.name : typeof error}`);
  process.exit(1);
}
