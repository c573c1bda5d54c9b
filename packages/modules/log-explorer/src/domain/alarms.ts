// When an operator must be told, and of what. The same limits stand in docs/alarm-rules.yml for Prometheus.

/** What the alarms look at. Ages are in seconds; null: there is none. */
export type Readings = {
  readonly state: 'running' | 'starting' | 'failing' | 'forked' | 'absent';
  readonly fault: string | null;
  readonly hasPolicy: boolean;
  readonly headSize: number;
  readonly witnessedSize: number;
  readonly witnessedAge: number | null;
  readonly waiting: number;
  readonly staged: number;
  readonly witnesses: readonly {
    readonly name: string;
    readonly age: number | null;
    readonly failures: number;
    readonly badCosignatures: number;
  }[];
  /** Where the database was found to differ from what was signed, as the ledger port tells it; null: nowhere. */
  readonly changed: { readonly kind: 'entry' | 'head' | 'checkpoint'; readonly at: number } | null;
  /** The second copy that is kept: since when it was not as new as the log; null: none is kept. */
  readonly mirrorAge: number | null;
  /** Messages and jobs that wait for their turn; empty where they could not be read. */
  readonly queues: readonly {
    readonly name: string;
    readonly overdueSeconds: number;
    readonly failed: number;
  }[];
  readonly disk: { readonly freeBytes: number; readonly totalBytes: number } | null;
  /** Answers of the last five minutes that were our own fault, and all of them. */
  readonly recentFailures: number;
};

export const ALARM_CODES = [
  'forked',
  'database-changed',
  'failing',
  'absent',
  'quorum-late',
  'witness-late',
  'witness-bad-signature',
  'queue-long',
  'staged-many',
  'mirror-late',
  'queue-late',
  'queue-failed',
  'disk-low',
  'failures',
] as const;
export type AlarmCode = (typeof ALARM_CODES)[number];
export type Alarm = {
  readonly code: AlarmCode;
  /** Votes are not being taken, or soon will not be. */
  readonly urgent: boolean;
  readonly facts: Readonly<Record<string, string | number>>;
};

/** An unchanged head is shown to witnesses again every ten minutes; half as long again is late. */
const QUORUM_LATE_SECONDS = 900;
/** With new entries waiting for witnesses, a minute is long: a round takes a second. */
const BEHIND_LATE_SECONDS = 60;
/** One of several may be away for an hour before somebody is called. */
const WITNESS_LATE_SECONDS = 3_600;
/** Beyond 4,096 votes are turned away. */
const QUEUE_LONG = 1_000;
/** In order, batches are staged for milliseconds. */
const STAGED_MANY = 50;
/** The mirror is brought up to date every 15 seconds; what stops votes is not its being late. */
const MIRROR_LATE_SECONDS = 900;
/** Work is taken up within seconds of being due, a large building's letters within minutes. */
const QUEUE_LATE_SECONDS = 900;
/** An address that is wrong is the owner's affair; many at once are a carrier's, or ours. */
const QUEUE_FAILED_MANY = 20;
/** A tenth, or a gigabyte. */
const DISK_LOW_SHARE = { part: 1, of: 10 };
const DISK_LOW_BYTES = 1_000_000_000;
const FAILURES_MANY = 5;

/** Everything that is wrong at this moment, the worst first; empty when nothing is. */
export function alarmsOf(now: Readings): Alarm[] {
  const alarms: Alarm[] = [];
  const raise = (code: AlarmCode, urgent: boolean, facts: Alarm['facts'] = {}): void =>
    void alarms.push({ code, urgent, facts });

  if (now.state === 'forked') raise('forked', true);
  if (now.changed) raise('database-changed', true, { ...now.changed });
  if (now.state === 'failing') raise('failing', true, { fault: now.fault ?? '-' });
  if (now.state === 'absent') raise('absent', true);
  const behind = now.headSize - now.witnessedSize;
  const age = now.witnessedAge;
  if (now.hasPolicy && now.state !== 'forked') {
    const limit = behind > 0 ? BEHIND_LATE_SECONDS : QUORUM_LATE_SECONDS;
    if (age === null ? behind > 0 : age > limit)
      raise('quorum-late', true, { entries: behind, minutes: Math.floor((age ?? 0) / 60) });
  }
  for (const { name, age: seen, failures, badCosignatures } of now.witnesses) {
    if (badCosignatures > 0) raise('witness-bad-signature', false, { witness: name, count: badCosignatures });
    if (seen === null ? failures > 0 : seen > WITNESS_LATE_SECONDS)
      raise('witness-late', false, { witness: name, failures, hours: Math.floor((seen ?? 0) / 3_600) });
  }
  if (now.waiting > QUEUE_LONG) raise('queue-long', true, { entries: now.waiting });
  if (now.staged > STAGED_MANY) raise('staged-many', true, { batches: now.staged });
  if (now.mirrorAge !== null && now.mirrorAge > MIRROR_LATE_SECONDS)
    raise('mirror-late', false, { minutes: Math.floor(now.mirrorAge / 60) });
  for (const { name: queue, overdueSeconds, failed } of now.queues) {
    if (overdueSeconds > QUEUE_LATE_SECONDS)
      raise('queue-late', false, { queue, minutes: Math.floor(overdueSeconds / 60) });
    if (failed > QUEUE_FAILED_MANY) raise('queue-failed', false, { queue, count: failed });
  }
  if (now.disk && isLow(now.disk))
    raise('disk-low', true, { gigabytes: Math.floor(now.disk.freeBytes / 1_000_000_000) });
  if (now.recentFailures >= FAILURES_MANY) raise('failures', false, { count: now.recentFailures });
  return alarms.sort((a, b) => Number(b.urgent) - Number(a.urgent));
}

const isLow = ({ freeBytes, totalBytes }: { freeBytes: number; totalBytes: number }): boolean =>
  freeBytes < DISK_LOW_BYTES || freeBytes * DISK_LOW_SHARE.of < totalBytes * DISK_LOW_SHARE.part;
