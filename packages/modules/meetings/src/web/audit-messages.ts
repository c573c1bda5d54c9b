// What the page and its worker say to each other about an audit. Types only.
import type { OwnRecord, OwnRecordFate } from './own-records.ts';
import type { AuditProgress, AuditReport } from '@veche/ledger/audit.ts';

export type AuditRequest = {
  /** The bundle: fetched from this site, or a file of the person's own, which stays on the device. */
  readonly bundle: { readonly url: string } | { readonly file: Blob };
  /** The minutes, to be compared with their record; null where there are none to fetch. */
  readonly minutesUrl: string | null;
  /** Address of the log, without a trailing slash. */
  readonly logUrl: string;
  /** The log's verifier key as this device saw it first: another one is not believed. Null when it saw none. */
  readonly logKey: string | null;
  /** The newest checkpoint this device has verified. */
  readonly seenCheckpoint: string | null;
  /** The records whose receipts this device keeps, of any meeting. */
  readonly own: readonly OwnRecord[];
};

export type AuditMessage =
  | { readonly kind: 'progress'; readonly progress: AuditProgress }
  | {
      readonly kind: 'report';
      readonly report: AuditReport;
      readonly logKey: string;
      /** What became of the device's own records; of this meeting alone. */
      readonly own: readonly OwnRecordFate[];
      readonly seconds: number;
    }
  /**
   * `other-journal`: the log's key is not the one seen first; else the bundle was refused with this problem code, or a file
   * or the log could not be read. Says nothing of the meeting.
   */
  | { readonly kind: 'stopped'; readonly code: string };
