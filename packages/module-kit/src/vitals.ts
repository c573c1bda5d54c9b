// What a process counts of itself for those who run it: requests, refusals, disk, memory. Never who asked, nor for what.

export type Vitals = {
  /** The machine's own time, which the clock of a demonstration may run ahead of. */
  readonly nowMs: number;
  /** When this process began to count. */
  readonly sinceMs: number;
  /** The disk of the data folder; null where the system does not tell. */
  readonly disk: { readonly freeBytes: number; readonly totalBytes: number } | null;
  readonly memoryBytes: number;
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

/**
 * `refusal`: the law or the state says no. `reject`: the request was malformed, or not permitted. `failure`: it was our
 * fault, or something we need is away.
 */
export type ProblemKind = 'refusal' | 'reject' | 'failure';

type Problems = { readonly code: string; readonly kind: ProblemKind; readonly count: number };
