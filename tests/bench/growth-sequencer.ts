// The sequencer alone in a process of its own, over a database and a folder that the bench made: so that its time and its
// memory are measured and nothing else's. It is told by messages what to do and answers each with its figures.
//   growth-sequencer.ts <JSON of GrowthTask>
import { join } from 'node:path';
import { createTileStore } from '@veche/files/tile-store.ts';
import { nativeSha256 } from '@veche/ledger/cli/native-sha256.ts';
import { encodeUtf8 } from '@veche/ledger/bytes.ts';
import { useSha256 } from '@veche/ledger/hash.ts';
import { createNoteSigner } from '@veche/ledger/note.ts';
import { createSequencer } from '@veche/ledger/sequencer.ts';
import { openSql, type DatabaseAddress } from '@veche/postgres/connect.ts';
import { createHeadStore, takeOverLog } from '@veche/postgres/ledger-store.ts';

export type GrowthTask = {
  readonly address: DatabaseAddress;
  /** Holds `log` and `scratch`. */
  readonly folder: string;
  readonly batchEntries: number;
  /** False lets commits return before they are on the disk: for making a large log, never for measuring. */
  readonly durable: boolean;
};

const ORIGIN = 'bench.example/growth';

export type GrowthFigures = {
  /** From the first step to the last file shown. */
  readonly seconds: number;
  /** Processor time of this process meanwhile. */
  readonly cpuSeconds: number;
  /** After a collection of garbage: what the process holds on to. */
  readonly heldBytes: number;
  readonly residentBytes: number;
};

async function main(task: GrowthTask): Promise<void> {
  useSha256(nativeSha256);
  // As in the product: one connection of its own for the sequencer.
  const sql = openSql(task.address, { max: 1, permanent: true, statementTimeoutMs: 600_000 });
  if (!task.durable) await sql`SET synchronous_commit = off`;
  const epoch = await takeOverLog(sql);
  const sequencer = createSequencer({
    origin: ORIGIN,
    signer: createNoteSigner(ORIGIN, new Uint8Array(32).fill(5)),
    store: createHeadStore(sql, epoch),
    tiles: createTileStore(join(task.folder, 'log'), join(task.folder, 'scratch')),
    now: Date.now,
    epoch,
    batchEntries: task.batchEntries,
    ahead: true,
    firstEntry: () => encodeUtf8('the first entry of a log that a bench makes'),
  });
  const { size } = await sequencer.start();
  process.on('message', (entries: number) => {
    sequence(entries).then(
      (figures) => process.send!(figures),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  });
  process.send!({ size });

  async function sequence(entries: number): Promise<GrowthFigures> {
    const cpu = process.cpuUsage();
    const began = performance.now();
    for (let done = 0; done < entries;) done += await sequencer.step();
    await sequencer.settle();
    const seconds = (performance.now() - began) / 1000;
    const { user, system } = process.cpuUsage(cpu);
    globalThis.gc!();
    const { heapUsed, external, rss } = process.memoryUsage();
    return { seconds, cpuSeconds: (user + system) / 1e6, heldBytes: heapUsed + external, residentBytes: rss };
  }
}

process.on('disconnect', () => process.exit(0));
await main(JSON.parse(process.argv[2]!) as GrowthTask);
