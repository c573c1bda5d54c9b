// Sequencing alone, at several sizes of batch, beside the plain keeping of the same bytes: the same rows with the same keys
// into a table of its own, one commit a batch, then the same bytes at the end of one file, made durable. The plain way has
// its rows in memory, hashes nothing, proves nothing and signs nothing; the sequencer finds its entries waiting in the
// database, as the product's does. Both commit over one connection, wait for every disk, and take turns round by round.
import { hash, randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTileStore } from '@veche/files/tile-store.ts';
import { nativeSha256 } from '@veche/ledger/cli/native-sha256.ts';
import { encodeUtf8 } from '@veche/ledger/bytes.ts';
import { useSha256 } from '@veche/ledger/hash.ts';
import { createNoteSigner } from '@veche/ledger/note.ts';
import { createSequencer, type Sequencer } from '@veche/ledger/sequencer.ts';
import { connect, openSql, type Sql } from '@veche/postgres/connect.ts';
import { startEmbeddedPostgres } from '@veche/postgres/embedded.ts';
import { createHeadStore, takeOverLog } from '@veche/postgres/ledger-store.ts';
import { migrate } from '@veche/postgres/migrate.ts';
import { createDatabase } from '@veche/postgres/template.ts';
import { nativeSigner } from '@veche/witness/native-ed25519.ts';
import { median, type Figure } from './figures.ts';

/** As many bytes as a ballot's entry has. */
const LEAF_BYTES = 450;
const ROUNDS = 5;
/**
 * Batches of a round, by entries to a batch. Long enough that what a round ends with, the 100 ms in which files that were
 * put lazily gather before they are made durable, is a small part of it.
 */
const BATCHES = new Map([
  [1, 300],
  [16, 300],
  [256, 400],
  [1_024, 120],
]);
const ORIGIN = 'bench.example/sequencing';
/** PostgreSQL's number of the type bytea[]. */
const BYTEA_ARRAY = 1001;

type Row = { readonly idem: Buffer; readonly leaf: Buffer };

export async function benchSequencing(say: (text: string) => void): Promise<Figure[]> {
  useSha256(nativeSha256);
  const folder = await mkdtemp(join(tmpdir(), 'veche-sequencing-'));
  const server = await startEmbeddedPostgres({ directory: join(folder, 'postgres') });
  try {
    const figures: Figure[] = [];
    for (const [entries, batches] of BATCHES) {
      const rounds = await measure(server.address, join(folder, String(entries)), entries, batches);
      const of = (figure: (round: Round) => number): number => median(rounds.slice(1).map(figure));
      const ours = of((round) => round.sequenced);
      const plain = of((round) => round.plain);
      say(`${entries} to a batch: ${ours.toFixed(0)} entries/s, plainly kept ${plain.toFixed(0)}/s`);
      figures.push(
        { name: `sequenced, ${entries} to a batch`, value: ours, unit: '/s' },
        { name: `inserted and synced plainly, ${entries} to a batch`, value: plain, unit: '/s' },
        {
          name: 'ratio, round by round',
          value: of((round) => round.sequenced / round.plain),
          unit: '',
          ...(entries === 256 ? { limit: { atLeast: 0.8 } } : {}),
        },
      );
    }
    return figures;
  } finally {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Entries a second. */
type Round = { readonly sequenced: number; readonly plain: number };

async function measure(
  server: Parameters<typeof createDatabase>[0],
  folder: string,
  entries: number,
  batches: number,
): Promise<Round[]> {
  const address = { ...server, database: `sequencing_${entries}` };
  await createDatabase(address);
  const setup = connect(address, { max: 1 });
  await migrate(setup.sql, join(import.meta.dirname, '../../migrations'));
  await setup.sql`CREATE TABLE plain (
    idx bigint PRIMARY KEY, idem bytea NOT NULL UNIQUE, leaf bytea NOT NULL)`;
  await mkdir(join(folder, 'log'), { recursive: true });
  await mkdir(join(folder, 'scratch'));
  const sql = openSql(address, { max: 1, permanent: true });
  const aside = openSql(address, { max: 1, permanent: true });
  const plainSql = openSql(address, { max: 1, permanent: true });
  const file = await open(join(folder, 'plain'), 'a');
  try {
    const sequencer = await startSequencer(sql, aside, folder, entries);
    const rounds: Round[] = [];
    let index = 0;
    // The first round warms both up.
    for (let round = 0; round <= ROUNDS; round++) {
      const rows = Array.from({ length: entries * batches }, makeRow);
      await handOver(setup.sql, rows);
      const began = performance.now();
      for (let done = 0; done < rows.length;) done += await sequencer.step();
      // Everything is shown and durable, and nothing is left to clear.
      await sequencer.settle();
      await sequencer.step();
      const between = performance.now();
      for (let at = 0; at < rows.length; at += entries, index += entries) {
        const batch = rows.slice(at, at + entries);
        await plainSql`
          INSERT INTO plain (idx, idem, leaf)
          SELECT ${index}::bigint + given.n - 1, given.idem, given.leaf
          FROM unnest(${plainSql.array(
            batch.map(({ idem }) => idem),
            BYTEA_ARRAY,
          )}, ${plainSql.array(
            batch.map(({ leaf }) => leaf),
            BYTEA_ARRAY,
          )}) WITH ORDINALITY AS given (idem, leaf, n)`;
        await file.appendFile(Buffer.concat(batch.map(({ leaf }) => leaf)));
        await file.sync();
      }
      const ended = performance.now();
      rounds.push({
        sequenced: (rows.length / (between - began)) * 1_000,
        plain: (rows.length / (ended - between)) * 1_000,
      });
    }
    return rounds;
  } finally {
    await file.close();
    await Promise.all([sql.end(), aside.end(), plainSql.end(), setup.close()]);
  }
}

function makeRow(): Row {
  const leaf = Buffer.from(`{"ballot":"${randomBytes(160).toString('base64')}"`.padEnd(LEAF_BYTES - 1) + '}');
  return { idem: hash('sha256', leaf, 'buffer'), leaf };
}

async function handOver(sql: Sql, rows: readonly Row[]): Promise<void> {
  for (let at = 0; at < rows.length; at += 4_096) {
    const some = rows.slice(at, at + 4_096);
    await sql`
      INSERT INTO ledger.leaves (idem, leaf)
      SELECT idem, leaf FROM unnest(${sql.array(
        some.map(({ idem }) => idem),
        BYTEA_ARRAY,
      )}, ${sql.array(
        some.map(({ leaf }) => leaf),
        BYTEA_ARRAY,
      )}) AS given (idem, leaf)`;
  }
  // What the product's autovacuum does meanwhile must not fall into one round and not into another.
  await sql`VACUUM (ANALYZE) ledger.leaves, ledger.waiting`;
  await sql`CHECKPOINT`;
}

async function startSequencer(
  sql: Sql,
  aside: Sql,
  folder: string,
  batchEntries: number,
): Promise<Sequencer> {
  const epoch = await takeOverLog(sql);
  const seed = Buffer.alloc(32, 5);
  const sequencer = createSequencer({
    origin: ORIGIN,
    signer: createNoteSigner(ORIGIN, seed, nativeSigner(seed)),
    store: createHeadStore(sql, epoch, aside),
    tiles: createTileStore(join(folder, 'log'), join(folder, 'scratch')),
    now: Date.now,
    epoch,
    batchEntries,
    ahead: true,
    firstEntry: () => encodeUtf8('the first entry of a log that a bench makes'),
  });
  await sequencer.start();
  return sequencer;
}
