// What the server counts of itself, as OpenMetrics at /metrics and as figures for the operator's page.
// Labels are of closed lists: never a path, a person, a building or a meeting.
import { timingSafeEqual, hash } from 'node:crypto';
import { statfs } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '@veche/core/clock.ts';
import type { LedgerPort, LedgerStatus } from '@veche/module-kit/module.ts';
import type { ProblemKind, QueueVitals, Vitals } from '@veche/module-kit/vitals.ts';
import {
  collectDefaultMetrics,
  Counter,
  Gauge,
  Histogram,
  openMetricsContentType,
  Registry,
  type OpenMetricsContentType,
} from 'prom-client';

export const METRICS_PATH = '/metrics';

/** Which part of the server answered; `service`: what programs ask that watch over it. */
export type Area = 'api' | 'log' | 'pages' | 'service';

export type Counters = {
  onAnswer(area: Area, status: number, milliseconds: number): void;
  onProblem(code: string, kind: ProblemKind): void;
  vitals(): Promise<Vitals>;
  readonly registry: Registry<OpenMetricsContentType>;
};

type Minute = { minute: number; requests: number; problems: number; failures: number; slowestMs: number };

const MINUTES = 60;
const MINUTE_MS = 60_000;

/**
 * @param folder - the disk it lies on is watched
 * @param now - the machine's own time in milliseconds
 * @param mirror - how the second copy of the log does that this process keeps
 * @param queues - how what waits for its turn does
 */
export function createCounters(
  folder: string,
  now: () => number,
  mirror: () => Vitals['mirror'] = () => null,
  queues: () => Promise<readonly QueueVitals[]> = () => Promise.resolve([]),
): Counters {
  const registry = new Registry<OpenMetricsContentType>();
  registry.setContentType(openMetricsContentType);
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const requests = new Counter({
    name: 'veche_http_requests',
    help: 'Requests that were answered.',
    labelNames: ['area', 'status'],
    registers,
  });
  const durations = new Histogram({
    name: 'veche_http_request_duration_seconds',
    help: 'From the first byte of a request to the last of its answer.',
    labelNames: ['area'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10],
    registers,
  });
  const problems = new Counter({
    name: 'veche_problems',
    help: 'Requests that were answered with a problem: refusals of the law or the state, rejects of malformed or forbidden requests, failures of ours.',
    labelNames: ['kind', 'code'],
    registers,
  });

  const sinceMs = now();
  const counted = new Map<string, { code: string; kind: ProblemKind; count: number }>();
  const minutes: Minute[] = [];
  const emptyMinute = (minute: number): Minute => ({
    minute,
    requests: 0,
    problems: 0,
    failures: 0,
    slowestMs: 0,
  });
  const thisMinute = (): Minute => {
    const minute = Math.floor(now() / MINUTE_MS);
    const found = minutes.at(-1);
    if (found && found.minute >= minute) return found;
    const next = emptyMinute(minute);
    minutes.push(next);
    if (minutes.length > MINUTES) minutes.shift();
    return next;
  };

  return {
    registry,
    onAnswer(area, status, milliseconds) {
      requests.inc({ area, status: `${Math.floor(status / 100)}xx` });
      durations.observe({ area }, milliseconds / 1_000);
      const minute = thisMinute();
      minute.requests += 1;
      minute.slowestMs = Math.max(minute.slowestMs, Math.round(milliseconds));
    },
    onProblem(code, kind) {
      problems.inc({ kind, code });
      const one = counted.get(code) ?? { code, kind, count: 0 };
      one.count += 1;
      counted.set(code, one);
      const minute = thisMinute();
      minute.problems += 1;
      if (kind === 'failure') minute.failures += 1;
    },
    async vitals() {
      const last = Math.floor(now() / MINUTE_MS);
      const byMinute = new Map(minutes.map((minute) => [minute.minute, minute]));
      // The rest is worth knowing most of all when the database is away.
      const [disk, waiting] = await Promise.all([measureDisk(folder), queues().catch(() => null)]);
      return {
        nowMs: now(),
        sinceMs,
        disk,
        queues: waiting,
        memoryBytes: process.memoryUsage.rss(),
        mirror: mirror(),
        problems: [...counted.values()].sort((a, b) => b.count - a.count),
        minutes: Array.from({ length: MINUTES }, (_, i) => {
          const { minute, ...figures } =
            byMinute.get(last - MINUTES + 1 + i) ?? emptyMinute(last - MINUTES + 1 + i);
          return { atMs: minute * MINUTE_MS, ...figures };
        }),
      };
    },
  };
}

async function measureDisk(folder: string): Promise<Vitals['disk']> {
  try {
    const { bavail, blocks, bsize } = await statfs(folder);
    return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
  } catch {
    return null;
  }
}

export type MetricsOptions = {
  readonly counters: Counters;
  readonly ledger: Pick<LedgerPort, 'status' | 'policy'>;
  /** The clock that the witnesses' times are compared with. */
  readonly clock: Clock;
  /** Who shows it may read from anywhere; null: only this machine may. */
  readonly token: string | null;
};

/** Answers {@link METRICS_PATH}: to this machine itself, and to whoever shows the token. */
export function createMetrics({ counters, ledger, clock, token }: MetricsOptions) {
  const setGauges = createGauges(counters);
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return end(response, 405, 'only GET and HEAD\n', { allow: 'GET, HEAD' });
    if (!isFromHere(request) && !showsToken(request, token))
      return end(response, 401, 'a token is needed\n', { 'www-authenticate': 'Bearer' });
    const [status, vitals] = await Promise.all([
      // The rest is worth reading most of all when the database is away.
      ledger.status().catch(() => null),
      counters.vitals(),
    ]);
    setGauges(status, vitals, ledger.policy !== null, clock.now().getTime());
    const text = await counters.registry.metrics();
    response.writeHead(200, {
      'content-type': openMetricsContentType,
      'cache-control': 'no-store',
      'content-length': Buffer.byteLength(text),
    });
    response.end(request.method === 'HEAD' ? undefined : text);
  };
}

const STATES = [
  'running',
  'starting',
  'failing',
  'forked',
  'absent',
] as const satisfies readonly LedgerStatus['state'][];

function createGauges({ registry }: Counters) {
  const gauge = <const Label extends string = never>(name: string, help: string, labelNames: Label[] = []) =>
    new Gauge<Label>({ name, help, labelNames, registers: [registry] });
  const readable = gauge(
    'veche_log_readable',
    '1 when the state of the log could be read from the database.',
  );
  const log = {
    headSize: gauge('veche_log_head_size', 'Entries of the newest head that is committed.'),
    headAge: gauge('veche_log_head_age_seconds', 'Since the newest head was signed.'),
    policy: gauge('veche_log_policy', '1 when a witness policy is in force.'),
    witnessedSize: gauge(
      'veche_log_witnessed_size',
      'Entries of the newest checkpoint that a quorum cosigned.',
    ),
    witnessedAge: gauge(
      'veche_log_witnessed_age_seconds',
      'Since the quorum of the newest witnessed checkpoint.',
    ),
    waiting: gauge('veche_log_waiting_entries', 'Entries handed over and not yet logged.'),
    staged: gauge('veche_log_staged_batches', 'Batches committed and not yet public.'),
    epoch: gauge('veche_log_epoch', 'How many times a process became the writer of the log.'),
    forked: gauge('veche_log_forked', '1 when the log stands still over evidence of a fork.'),
    changed: gauge(
      'veche_log_database_changed',
      '1 when the database was found to differ from what was signed and published.',
    ),
  };
  const labelled = {
    state: gauge('veche_log_state', '1 for the state that the log is in.', ['state']),
    witnessSize: gauge('veche_witness_size', 'The largest size a witness has cosigned.', ['witness']),
    witnessLag: gauge('veche_witness_lag_entries', 'Entries that a witness has not cosigned yet.', [
      'witness',
    ]),
    witnessAge: gauge('veche_witness_age_seconds', 'Since the last cosignature of a witness.', ['witness']),
    witnessFailures: gauge(
      'veche_witness_failures',
      'Answers of a witness in a row that were no cosignature.',
      ['witness'],
    ),
    witnessBad: gauge(
      'veche_witness_bad_cosignatures',
      'Cosignatures of a witness that did not verify, ever.',
      ['witness'],
    ),
  };
  const disk = {
    free: gauge('veche_disk_free_bytes', 'Free on the disk of the data folder.'),
    size: gauge('veche_disk_size_bytes', 'Size of the disk of the data folder.'),
  };

  const mirror = {
    size: gauge('veche_mirror_size', 'Entries that the second copy of the log covers.'),
    lag: gauge('veche_mirror_lag_entries', 'Public entries that the second copy does not cover yet.'),
    age: gauge(
      'veche_mirror_age_seconds',
      'Since the second copy was last as new as the public log, or since it was begun.',
    ),
    failures: gauge('veche_mirror_failures', 'Rounds of copying in a row that failed.'),
  };

  const queue = {
    waiting: gauge('veche_queue_waiting', 'Work of a queue that is due or waits for its next try.', [
      'queue',
    ]),
    overdue: gauge('veche_queue_overdue_seconds', 'For how long the oldest work of a queue has been due.', [
      'queue',
    ]),
    failed: gauge('veche_queue_failed', 'Work of a queue that was given up within the last day.', ['queue']),
  };

  return (status: LedgerStatus | null, vitals: Vitals, hasPolicy: boolean, clockMs: number): void => {
    const ageOf = (unixSeconds: number): number => Math.max(0, Math.floor(clockMs / 1_000) - unixSeconds);
    // What cannot be read this time is left out: never an old figure in its place.
    for (const one of [...Object.values(log), ...Object.values(disk), ...Object.values(mirror)]) one.remove();
    for (const one of [...Object.values(labelled), ...Object.values(queue)]) one.reset();
    readable.set(status ? 1 : 0);
    for (const { name, waiting, overdueSeconds, failed } of vitals.queues ?? []) {
      queue.waiting.set({ queue: name }, waiting);
      queue.overdue.set({ queue: name }, overdueSeconds);
      queue.failed.set({ queue: name }, failed);
    }
    if (vitals.disk) {
      disk.free.set(vitals.disk.freeBytes);
      disk.size.set(vitals.disk.totalBytes);
    }
    if (vitals.mirror) {
      const { last, sinceMs, failures } = vitals.mirror;
      mirror.size.set(last?.size ?? 0);
      mirror.age.set(Math.max(0, (vitals.nowMs - (last?.atMs ?? sinceMs)) / 1_000));
      mirror.failures.set(failures);
      const shown = hasPolicy ? status?.witnessed : status?.head;
      if (shown) mirror.lag.set(Math.max(0, shown.size - (last?.size ?? 0)));
    }
    if (!status) return;
    log.policy.set(hasPolicy ? 1 : 0);
    log.headSize.set(status.head?.size ?? 0);
    if (status.head) log.headAge.set(Math.max(0, (vitals.nowMs - status.head.atMs) / 1_000));
    log.witnessedSize.set(status.witnessed?.size ?? 0);
    if (status.witnessed) log.witnessedAge.set(ageOf(status.witnessed.quorumTime));
    log.waiting.set(status.waiting);
    log.staged.set(status.staged);
    log.epoch.set(status.epoch);
    log.forked.set(status.state === 'forked' ? 1 : 0);
    log.changed.set(status.audit?.broken ? 1 : 0);
    for (const state of STATES) labelled.state.set({ state }, status.state === state ? 1 : 0);
    for (const { name: witness, cosigned, failures, badCosignatures } of status.witnesses) {
      labelled.witnessSize.set({ witness }, cosigned?.size ?? 0);
      labelled.witnessLag.set({ witness }, (status.head?.size ?? 0) - (cosigned?.size ?? 0));
      if (cosigned) labelled.witnessAge.set({ witness }, ageOf(cosigned.time));
      labelled.witnessFailures.set({ witness }, failures);
      labelled.witnessBad.set({ witness }, badCosignatures);
    }
  };
}

/** From this machine, and not passed on by a proxy that runs on it. */
function isFromHere({ socket, headers }: IncomingMessage): boolean {
  const isLocal = /^(127\.|::1$|::ffff:127\.)/.test(socket.remoteAddress ?? '');
  return isLocal && headers['x-forwarded-for'] === undefined && headers['forwarded'] === undefined;
}

function showsToken({ headers }: IncomingMessage, token: string | null): boolean {
  if (token === null) return false;
  const digest = (text: string): Buffer => hash('sha256', text, 'buffer');
  return timingSafeEqual(digest(headers.authorization ?? ''), digest(`Bearer ${token}`));
}

function end(
  response: ServerResponse,
  status: number,
  text: string,
  headers: Readonly<Record<string, string>>,
): void {
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    'cache-control': 'no-store',
    ...headers,
  });
  response.end(text);
}
