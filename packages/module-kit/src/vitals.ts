// What a process counts of itself for those who run it: requests, refusals, disk, memory. Never who asked, nor for what.

export type Vitals = {
  /** The machine's own time, which the clock of a demonstration may run ahead of. */
  readonly nowMs: number;
  /** When this process began to count. */
  readonly sinceMs: number;
  /** The disk of the data folder; null where the system does not tell. */
  readonly disk: { readonly freeBytes: number; readonly totalBytes: number } | null;
  readonly memoryBytes: number;
  /** The second copy of the log; null when this process keeps none. */
  readonly mirror: MirrorVitals | null;
  /** Of the whole installation; null when the database could not be asked. */
  readonly queues: readonly QueueVitals[] | null;
  /** Every "no" that was answered since, the most frequent first. */
  readonly problems: readonly Problems[];
  /** The last sixty minutes, oldest first, quiet ones included. */
  readonly minutes: readonly {
    readonly atMs: number;
    readonly requests: number;
    readonly problems: number;
    /** Those of the problems that were our own fault. */
    readonly failures: number;
    /** The longest answer of the minute. */
    readonly slowestMs: number;
  }[];
};

export type MirrorVitals = {
  /** When this process began to copy. */
  readonly sinceMs: number;
  /** The entries the copy covered when it was last as new as the public log, and when that was; null: not yet. */
  readonly last: { readonly size: number; readonly atMs: number } | null;
  /** Rounds in a row that failed. */
  readonly failures: number;
};

/** Work that waits for its turn: messages of a channel, or runs of a job. */
export type QueueVitals = {
  /** Of a closed list: `messages.email`, `meetings.follow-ups`. */
  readonly name: string;
  /** What is due, and what waits for its next try. */
  readonly waiting: number;
  /** For how long the oldest of it has been due; 0 while nothing is. */
  readonly overdueSeconds: number;
  /** Given up within the last day. */
  readonly failed: number;
};

/**
 * `refusal`: the law or the state says no. `reject`: the request was malformed, or not permitted. `failure`: it was our
 * fault, or something we need is away.
 */
export type ProblemKind = 'refusal' | 'reject' | 'failure';

type Problems = { readonly code: string; readonly kind: ProblemKind; readonly count: number };
