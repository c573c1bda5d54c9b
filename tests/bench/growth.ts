// What an entry costs in a log of a thousand, of a hundred thousand and of ten million entries: handed over, sequenced,
// durable, shown. The log is made by the bench itself through the same sequencer, database and files as the product's; only
// while it is being made batches are larger and commits are not waited for. Needs about 10 GB for ten million, removed after.
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp, readlink, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type Connection, type DatabaseAddress } from '@veche/postgres/connect.ts';
import { startEmbeddedPostgres } from '@veche/postgres/embedded.ts';
import { migrate } from '@veche/postgres/migrate.ts';
import { copyDatabase, createDatabase, dropDatabase } from '@veche/postgres/template.ts';
import { median, type Figure } from './figures.ts';
import type { GrowthFigures, GrowthTask } from './growth-sequencer.ts';

/** As a ballot's, rounded down: ten million of them still fit on a small disk. */
const LEAF_BYTES = 300;
/** A window is measured from here on: sixteen batches of the product's size. */
const WINDOW = 4_096;
const ROUNDS = 7;
const WORST_ROUNDS = 3;
const BATCH = 256;
const LARGE_BATCH = 8_192;
const CHUNK = 98_304;

export type GrowthOptions = {
  /** The largest size, 10^7 when not given. */
  readonly to?: number;
};

type Log = { readonly address: DatabaseAddress; readonly folder: string; readonly sql: Connection['sql'] };
type Measured = {
  readonly handOver: number;
  readonly figures: GrowthFigures;
  /** What the database wrote into its journal. */
  readonly journalBytes: number;
};
type Point = {
  readonly size: number;
  readonly startMs: number;
  readonly rounds: readonly Measured[];
  /** The same right after a checkpoint of the database, when each page that is touched first is written whole. */
  readonly worst: readonly Measured[];
};

export async function benchGrowth(
  say: (text: string) => void,
  { to = 10_000_000 }: GrowthOptions = {},
): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'veche-growth-'));
  const server = await startEmbeddedPostgres({ directory: join(folder, 'postgres') });
  const connections: Connection[] = [];
  const openLog = async (name: string): Promise<Log> => {
    const address = await copyDatabase(server.address, 'growth');
    const files = join(folder, name);
    await mkdir(join(files, 'log'), { recursive: true });
    await mkdir(join(files, 'scratch'), { recursive: true });
    const connection = connect(address, { max: 1, statementTimeoutMs: 3_600_000 });
    connections.push(connection);
    return { address, folder: files, sql: connection.sql };
  };
  try {
    await makeTemplate(server.address);
    const sizes = [1_000, 100_000, 10_000_000].filter((size) => size < to).concat(to);
    const points: Point[] = [];

    // The smallest log is soon no longer small: a new one for each round.
    const smallest = sizes.shift()!;
    const small: Point[] = [];
    for (let round = 0; round <= ROUNDS; round++) {
      const log = await openLog(`small-${round}`);
      await grow(log, smallest, () => {});
      const point = await measure(log, smallest, 1, 1);
      // The first round warms the machine up.
      if (round > 0) small.push(point);
      await connections.pop()!.close();
      await dropDatabase(log.address);
      await rm(log.folder, { recursive: true });
    }
    points.push({
      size: smallest,
      startMs: median(small.map(({ startMs }) => startMs)),
      rounds: small.flatMap(({ rounds }) => rounds),
      worst: small.flatMap(({ worst }) => worst),
    });
    sayPoint(say, points[0]!);

    const log = await openLog('large');
    for (const size of sizes) {
      await grow(log, size, say);
      points.push(await measure(log, size, ROUNDS, WORST_ROUNDS));
      sayPoint(say, points.at(-1)!);
    }
    return figuresOf(points);
  } finally {
    for (const connection of connections) await connection.close().catch(() => {});
    await server.stop();
    const elsewhere = await readlink(join(folder, 'postgres')).catch(() => null);
    if (elsewhere !== null) await rm(elsewhere, { recursive: true, force: true });
    await rm(folder, { recursive: true, force: true });
  }
}

async function makeTemplate(server: DatabaseAddress): Promise<void> {
  const template = { ...server, database: 'growth' };
  await createDatabase(template);
  const connection = connect(template, { max: 1 });
  await migrate(connection.sql, join(import.meta.dirname, '../../migrations'));
  await connection.close();
}

/** Brings the log to about that size, in large batches. */
async function grow(log: Log, size: number, say: (text: string) => void): Promise<void> {
  const large = size > LARGE_BATCH;
  const sequencer = await startSequencer(log, large ? LARGE_BATCH : BATCH, !large);
  let at = sequencer.size;
  const began = performance.now();
  const first = at;
  for (let told = at; at < size;) {
    const more = Math.min(size - at, CHUNK);
    await handOver(log, more);
    await sequencer.sequence(more);
    at += more;
    if (at - told >= 1_000_000) {
      const perSecond = (at - first) / ((performance.now() - began) / 1000);
      say(`growing: ${at} of ${size} entries, ${perSecond.toFixed(0)}/s`);
      told = at;
    }
  }
  await sequencer.stop();
}

/** Measures windows from the present size on, in the middle of the database's work and then right after its checkpoint. */
async function measure(log: Log, size: number, rounds: number, worstRounds: number): Promise<Point> {
  for (const table of ['leaves', 'waiting', 'positions', 'checkpoints', 'staging', 'head'])
    await log.sql.unsafe(`VACUUM (ANALYZE) ledger.${table}`);
  const began = performance.now();
  const sequencer = await startSequencer(log, BATCH, true);
  const startMs = performance.now() - began;
  const window = async (): Promise<Measured> => {
    const before = await journalOf(log);
    const handOverSeconds = await handOver(log, WINDOW);
    const figures = await sequencer.sequence(WINDOW);
    return { handOver: handOverSeconds, figures, journalBytes: (await journalOf(log)) - before };
  };
  const measured: Measured[] = [];
  for (let round = 0; round < rounds; round++) measured.push(await window());
  await log.sql`CHECKPOINT`;
  const worst: Measured[] = [];
  for (let round = 0; round < worstRounds; round++) worst.push(await window());
  await sequencer.stop();
  return { size, startMs, rounds: measured, worst };
}

/** How far the database's journal is, in bytes. */
async function journalOf({ sql }: Log): Promise<number> {
  const [row] = await sql<{ at: string }[]>`SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn AS at`;
  return Number(row!.at);
}

/** Submissions made by the database itself, checked as `submit` checks them. @returns seconds */
async function handOver({ sql }: Log, count: number): Promise<number> {
  const began = performance.now();
  await sql`
    INSERT INTO ledger.leaves (idem, leaf)
    SELECT made.idem, convert_to(rpad(encode(made.idem, 'hex'), ${LEAF_BYTES}, encode(sha256(made.idem), 'hex')), 'UTF8')
    FROM (SELECT sha256(uuid_send(gen_random_uuid())) AS idem FROM generate_series(1, ${count})) AS made
    ON CONFLICT (idem) DO NOTHING`;
  return (performance.now() - began) / 1000;
}

async function startSequencer({ address, folder }: Log, batchEntries: number, durable: boolean) {
  const task: GrowthTask = { address, folder, batchEntries, durable };
  const child = spawn(
    process.execPath,
    ['--expose-gc', join(import.meta.dirname, 'growth-sequencer.ts'), JSON.stringify(task)],
    { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] },
  );
  const { size } = (await nextMessage(child)) as { size: number };
  return {
    size,
    async sequence(entries: number): Promise<GrowthFigures> {
      child.send(entries);
      return (await nextMessage(child)) as GrowthFigures;
    },
    async stop(): Promise<void> {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.disconnect();
      await ended;
    },
  };
}

const nextMessage = (child: ChildProcess): Promise<unknown> =>
  new Promise((found, failed) => {
    const ended = (code: number | null): void => failed(new Error(`the sequencer ended with ${code}`));
    child.once('exit', ended);
    child.once('message', (message) => {
      child.off('exit', ended);
      found(message);
    });
  });

const perEntry = (seconds: number): number => (seconds / WINDOW) * 1e6;
const of = (point: Point, figure: (round: Measured) => number): number => median(point.rounds.map(figure));
const costOfRound = ({ handOver, figures }: Measured): number => perEntry(handOver + figures.seconds);
const costOf = (point: Point): number => of(point, costOfRound);
const heldOf = (point: Point): number => of(point, ({ figures }) => figures.heldBytes);

function sayPoint(say: (text: string) => void, point: Point): void {
  const list = (rounds: readonly Measured[]) =>
    rounds.map((round) => costOfRound(round).toFixed(0)).join(' ');
  say(
    `at ${point.size} entries: µs an entry, round by round: ${list(point.rounds)}; after a checkpoint: ${list(point.worst)}`,
  );
}

function figuresOf(points: readonly Point[]): Figure[] {
  const base = points[0]!;
  return points.flatMap((point): Figure[] => {
    const at = `at ${point.size} entries`;
    return [
      { name: `${at}: an entry handed over, sequenced, durable, shown`, value: costOf(point), unit: 'µs' },
      {
        name: '  of that sequencing',
        value: of(point, ({ figures }) => perEntry(figures.seconds)),
        unit: 'µs',
      },
      {
        name: "  the sequencer's own processor time",
        value: of(point, ({ figures }) => perEntry(figures.cpuSeconds)),
        unit: 'µs',
      },
      {
        name: '  journal of the database, bytes an entry',
        value: of(point, ({ journalBytes }) => journalBytes / WINDOW),
        unit: 'B',
      },
      {
        name: '  the whole cost right after a checkpoint of the database',
        value: median(point.worst.map(costOfRound)),
        unit: 'µs',
      },
      {
        name: '  its journal then, bytes an entry',
        value: median(point.worst.map(({ journalBytes }) => journalBytes / WINDOW)),
        unit: 'B',
      },
      { name: '  memory that the sequencer holds', value: heldOf(point) / 2 ** 20, unit: 'MiB' },
      {
        name: '  resident memory of its process',
        value: of(point, ({ figures }) => figures.residentBytes) / 2 ** 20,
        unit: 'MiB',
      },
      { name: '  start of the sequencer', value: point.startMs, unit: 'ms' },
      ...(point === base
        ? []
        : [
            {
              name: `  cost, beside the log of ${base.size}`,
              value: costOf(point) / costOf(base),
              unit: '',
              limit: { atMost: 1.2 },
            },
            {
              name: `  memory held, beside the log of ${base.size}`,
              value: heldOf(point) / heldOf(base),
              unit: '',
              limit: { atMost: 1.2 },
            },
          ]),
    ];
  });
}
