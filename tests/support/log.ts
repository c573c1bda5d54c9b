// A log over a real database and real files, as a process of the product has it, and a reader that trusts none of it.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import { prepareDataDir } from '@veche/files/data-dir.ts';
import { createTileStore } from '@veche/files/tile-store.ts';
import { checkCheckpoint } from '@veche/ledger/checkpoint.ts';
import { parseVerifierKey } from '@veche/ledger/note.ts';
import type { TileStore } from '@veche/ledger/sequencer.ts';
import { createTileReader } from '@veche/ledger/tile.ts';
import type { Logger } from '@veche/module-kit/module.ts';
import { connect, type Connection, type DatabaseAddress } from '@veche/postgres/connect.ts';
import { createLedgerPort, type PostgresLedger } from '@veche/postgres/ledger-port.ts';
import { startSequencerProcess, type SequencerProcess } from '@veche/postgres/sequencer-process.ts';
import { afterwards } from './afterwards.ts';
import { FIRST_LEAF, signer } from './log-key.ts';

export const silent: Logger = { info: () => {}, warn: () => {}, error: () => {} };

/** A folder for the files of one log, removed after the tests of the file. */
export async function freshTiles(): Promise<TileStore> {
  const folder = await mkdtemp(join(tmpdir(), 'veche-log-'));
  afterwards(() => rm(folder, { recursive: true, force: true }));
  const dataDir = await prepareDataDir(folder);
  return createTileStore(dataDir.log, dataDir.scratch);
}

/** One process of the product, as far as the log goes. */
export type LogProcess = Connection & {
  readonly ledger: PostgresLedger;
  readonly sequencer: SequencerProcess | null;
  stop(): Promise<void>;
};

export async function openLog(
  address: DatabaseAddress,
  tiles: TileStore,
  options: { sequences: boolean; batchEntries?: number; log?: Logger } = { sequences: true },
): Promise<LogProcess> {
  const connection = connect(address, { max: 10 });
  const sequencer = options.sequences
    ? startSequencerProcess({
        address,
        tiles,
        origin: signer.name,
        signer,
        firstEntry: () => Buffer.from(FIRST_LEAF),
        now: () => Date.now(),
        log: options.log ?? silent,
        ...(options.batchEntries ? { batchEntries: options.batchEntries } : {}),
      })
    : null;
  await sequencer?.ready();
  const ledger = await createLedgerPort({
    sql: connection.sql,
    address,
    tiles,
    origin: signer.name,
    verifierKey: signer.vkey,
    signEntry: () => '',
    sequencer,
  });
  let stopped: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    await ledger.stop();
    await sequencer?.stop();
    await connection.close();
  };
  const process: LogProcess = { ...connection, ledger, sequencer, stop: () => (stopped ??= stop()) };
  afterwards(() => process.stop().catch(() => {}));
  return process;
}

/** A leaf that no other has, and its idem. */
export function leafOf(text: string): { idem: string; leaf: string } {
  const leaf = JSON.stringify({ text });
  return { idem: createHash('sha256').update(leaf).digest('hex'), leaf };
}

/** Every leaf of the public log, each tied to the signed checkpoint. */
export async function readPublicLog(tiles: Pick<TileStore, 'read'>): Promise<string[]> {
  const note = await tiles.read('checkpoint');
  const { size, root } = checkCheckpoint(new TextDecoder().decode(note!), parseVerifierKey(signer.vkey));
  const reader = createTileReader({ size, root, read: tiles.read });
  const leaves: string[] = [];
  for (let index = 0; index * 256 < size; index += 1) {
    for (const leaf of await reader.entries(index)) leaves.push(new TextDecoder().decode(leaf));
  }
  return leaves;
}
