// Work that happens later: reactions to events and jobs of every so many seconds, kept by pg-boss in the same database.
// An event is written in the transaction it tells of; it is delivered at least once, so every job must be idempotent.
import type { EventName } from '@veche/core/events.ts';
import type { EventPort, Job, Logger } from '@veche/module-kit/module.ts';
import type { QueueVitals } from '@veche/module-kit/vitals.ts';
import { sql as statement } from 'drizzle-orm';
import { fromDrizzle, PgBoss } from 'pg-boss';
import type { DatabaseAddress } from './connect.ts';

export type NamedJob = { readonly module: string; readonly job: Job };

export type JobQueue = {
  readonly events: EventPort;
  /** How each queue does, in the whole installation. */
  figures(): Promise<QueueVitals[]>;
  /** Runs the jobs in this process from now on. Call once. */
  work(jobs: readonly NamedJob[]): Promise<void>;
  /** Waits for the runs under way, a few seconds at most. */
  stop(): Promise<void>;
};

export type JobQueueOptions = {
  readonly address: DatabaseAddress;
  /** Which jobs react to which event: known before any event is emitted. */
  readonly reactions: readonly { readonly queue: string; readonly on: EventName }[];
  /** All queues, so that a process that only emits can make them too. */
  readonly queues: readonly string[];
  readonly log: Logger;
};

const SCHEMA = 'jobs';
/** A run that takes longer is given to another worker. */
const LONGEST_RUN_SECONDS = 300;
const STOP_MS = 5_000;
/** New work is told at once; polling finds what is to be tried again. */
const POLLING = { pollingIntervalSeconds: 2, notifyPollingIntervalSeconds: 2 };

/** What failed for good is counted by pg-boss itself, once a minute: it is kept for a day. */
const FIGURES = `
  SELECT q.name, q.failed_count::int AS failed, coalesce(w.waiting, 0) AS waiting, coalesce(w.overdue, 0) AS overdue
  FROM ${SCHEMA}.queue q LEFT JOIN (
    SELECT name, count(*)::int AS waiting, extract(epoch FROM now() - min(start_after))::float8 AS overdue
    FROM ${SCHEMA}.job WHERE state < 'active' GROUP BY name
  ) w ON w.name = q.name`;
type FigureRow = Readonly<{ name: string; waiting: number; overdue: number; failed: number }>;

/** The queue of a job: its own name where that begins with the module's, else both. */
export const queueOf = ({ module, job }: NamedJob): string =>
  job.name.startsWith(`${module}.`) ? job.name : `${module}.${job.name}`;

/** Opens the queues; nothing runs in this process until `work`. */
export async function openJobQueue(options: JobQueueOptions): Promise<JobQueue> {
  const { address, log } = options;
  const boss = new PgBoss({
    host: address.host,
    port: address.port,
    user: address.user,
    password: address.password,
    database: address.database,
    ...(address.ssl ? { ssl: address.ssl === 'verify-full' ? true : { rejectUnauthorized: false } } : {}),
    schema: SCHEMA,
    application_name: 'veche-jobs',
    max: 4,
    schedule: false,
    supervise: true,
    useListenNotify: true,
  });
  // The database may be away for a while; pg-boss goes on by itself, and says so here each time.
  boss.on('error', (error) =>
    log.warn({ error: error.name, code: codeOf(error) }, 'the job queue met an error'),
  );
  await boss.start();
  const present = new Set((await boss.getQueues()).map(({ name }) => name));
  for (const name of options.queues) {
    if (present.has(name)) continue;
    await boss.createQueue(name, {
      policy: 'standard',
      retryLimit: 12,
      retryDelay: 2,
      retryBackoff: true,
      retryDelayMax: 300,
      expireInSeconds: LONGEST_RUN_SECONDS,
      deleteAfterSeconds: 24 * 3600,
      notify: true,
    });
  }

  const timers: NodeJS.Timeout[] = [];
  const runNamed = async (named: NamedJob, run: () => Promise<void>): Promise<void> => {
    try {
      await run();
    } catch (error) {
      log.error(
        { job: queueOf(named), error: nameOf(error), code: codeOf(error) },
        'a job failed and will run again',
      );
      // What pg-boss keeps of a failure must not hold what the error's text, or its cause, may hold.
      // oxlint-disable-next-line preserve-caught-error
      throw new Error(`${nameOf(error)} ${codeOf(error) ?? ''}`.trim());
    }
  };

  return {
    events: {
      async emit(tx, name, event) {
        for (const { queue, on } of options.reactions) {
          if (on === name)
            await boss.send(queue, event, { db: fromDrizzle(tx as never, statement as never) });
        }
      },
    },

    async figures() {
      const { rows } = await boss.getDb().executeSql(FIGURES);
      const found = new Map((rows as FigureRow[]).map((row) => [row.name, row]));
      return options.queues.map((name) => {
        const { waiting = 0, overdue = 0, failed = 0 } = found.get(name) ?? {};
        return { name, waiting, overdueSeconds: Math.max(0, Math.floor(overdue)), failed };
      });
    },

    async work(jobs) {
      for (const named of jobs) {
        const queue = queueOf(named);
        const { job } = named;
        if ('on' in job) {
          const run = job.run as (event: unknown) => Promise<void>;
          await boss.work(queue, POLLING, async ([given]) => {
            if (given) await runNamed(named, () => run(given.data));
          });
          continue;
        }
        await boss.work(queue, POLLING, () => runNamed(named, () => job.run()));
        // Every process asks; one run per slot of time is kept, whoever asked first.
        const ask = (): void => {
          boss
            .send(queue, null, { singletonSeconds: job.everySeconds, retryLimit: 0 })
            .catch((error: unknown) =>
              log.warn({ job: queue, code: codeOf(error) }, 'a job could not be asked for'),
            );
        };
        ask();
        timers.push(setInterval(ask, job.everySeconds * 1_000));
      }
    },

    async stop() {
      timers.forEach(clearInterval);
      await boss.stop({ graceful: true, timeout: STOP_MS, close: true });
    },
  };
}

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : typeof error);
const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error ? String(error.code) : undefined;
