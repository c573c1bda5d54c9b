// Verifies a whole meeting from its audit bundle and the public log, trusting nothing but the log's key.
// Runs in a browser and in Node, reads only what it is given, and stops at the first thing that does not hold.
import type { SignatureVerifier } from './ed25519.ts';
import type { MeetingResult } from './meeting.ts';

/** The public files of a log: `checkpoint`, `tile/...`. Rejects when the log cannot be reached. */
export type LogReader = {
  checkpoint(): Promise<string>;
  /** Null when there is no such file. */
  read(path: string): Promise<Uint8Array | null>;
};

/** The steps, in the order they are taken. */
export const AUDIT_STEPS = [
  'bundle-form',
  'checkpoint',
  'consistency',
  'inclusion',
  'signatures',
  'commitments',
  'roll',
  'one-ballot-per-entitlement',
  'box',
  'recount',
  'verdicts',
  'minutes',
] as const;
export type AuditStepCode = (typeof AUDIT_STEPS)[number];

/** Where the first broken thing is; as much of it as is known. */
export type AuditPlace = {
  /** Line of the bundle, from 1. */
  readonly line?: number;
  /** Index in the log. */
  readonly index?: number;
  /** File of the log, such as `tile/0/000.p/5`. */
  readonly path?: string;
  /** Place in the result, such as `items[3].sums.area.for`; or a field of an entry. */
  readonly field?: string;
};

/** What is broken. */
export type AuditFaultCode =
  | 'malformed-line'
  | 'checkpoint-malformed'
  | 'checkpoint-unsigned'
  | 'checkpoint-extra-lines'
  | 'wrong-origin'
  | 'log-shrank'
  | 'log-forked'
  | 'file-missing'
  | 'file-wrong'
  | 'entry-not-in-log'
  | 'entry-malformed'
  | 'wrong-order'
  | 'wrong-meeting'
  | 'wrong-author'
  | 'wrong-signature'
  | 'key-not-registered'
  | 'possession-unproven'
  | 'ballot-replayed'
  | 'commitment-missing'
  | 'commitment-wrong'
  | 'payload-malformed'
  | 'roll-root'
  | 'roll-size'
  | 'roll-weight'
  | 'roll-duplicate'
  | 'roll-unit-area'
  | 'roll-shares'
  | 'unknown-entitlement'
  | 'foreign-entitlement'
  | 'unknown-item'
  | 'box-root'
  | 'box-size'
  | 'entry-left-out'
  | 'result-differs'
  | 'result-hash'
  | 'minutes-differ'
  | 'minutes-not-logged';

export type AuditStep = {
  readonly code: AuditStepCode;
  /** `skipped`: there was nothing to check, such as no checkpoint seen earlier; `not-run`: something broke before. */
  readonly status: 'passed' | 'failed' | 'skipped' | 'not-run';
  /** What was looked at, by name, such as `{ ballots: 412 }`. */
  readonly numbers: Readonly<Record<string, number>>;
};

export type AuditReport = {
  readonly ok: boolean;
  readonly steps: readonly AuditStep[];
  /** The first broken thing; null when all holds. */
  readonly broken: {
    readonly step: AuditStepCode;
    readonly fault: AuditFaultCode;
    readonly where: AuditPlace;
  } | null;
  readonly origin: string | null;
  readonly meeting: string | null;
  /** The log's newest checkpoint, verified: to be kept and given as `seenCheckpoint` next time. Null until verified. */
  readonly checkpoint: string | null;
  /** The log's size under it. */
  readonly size: number | null;
  /** The result as recounted here; null until then. */
  readonly result: MeetingResult | null;
};

export type AuditProgress = { readonly step: AuditStepCode; readonly done: number; readonly total: number };

export type AuditOptions = {
  /** Lines without their newline: see `readLines` in bundle.ts. */
  readonly bundle: AsyncIterable<string> | Iterable<string>;
  readonly log: LogReader;
  /** The log's verifier key. */
  readonly logKey: string;
  /** The note of a checkpoint verified earlier: the log must still begin with it. */
  readonly seenCheckpoint?: string;
  /** Noble's when not given; `createWebVerifier()` is many times faster. */
  readonly verifier?: SignatureVerifier;
  readonly onProgress?: (progress: AuditProgress) => void;
  /** `log` reads and hashes every file of the log and finds entries that the box leaves out; `meeting` only what the meeting needs. */
  readonly scan: 'log' | 'meeting';
  /** The file of the minutes, to be compared with the hash in the log. */
  readonly minutes?: Uint8Array;
};

/**
 * Verifies a meeting.
 * @throws LedgerFault `unreachable`: when the log cannot be read; `note`: when `logKey` is not a key. Whatever is wrong
 * with bundle or log is in the report.
 */
export async function auditMeeting(options: AuditOptions): Promise<AuditReport> {
  void options;
  throw new Error('not yet');
}
