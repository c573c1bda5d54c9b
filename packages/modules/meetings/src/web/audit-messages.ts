// What the page and its worker say to each other about an audit. Types only.
import type { Witnessed } from './device-store.ts';
import type { OwnRecord, OwnRecordFate } from './own-records.ts';
import type { AuditProgress, AuditReport } from '@veche/ledger/audit.ts';

export type AuditRequest = {
  /** The bundle: fetched from this site, or a file of the person's own, which stays on the device. */
  readonly bundle: { readonly url: string } | { readonly file: Blob };
  /** The minutes, to be compared with their record; null where there are none to fetch. */
  readonly minutesUrl: string | null;
  /** Address of the log, without a trailing slash. */
  readonly logUrl: string;
  /** The log's verifier keys as this device knows them, one a line: others alone are not believed. Null when it saw none. */
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
      /** The keys to remember. */
      readonly logKey: string;
      /** The witness policy that the log names now; null where it asks nobody. */
      readonly policy: string | null;
      /** Who of the policy has cosigned the log as it stands now; null while too few have, or nobody is asked. */
      readonly witnessed: Witnessed | null;
      /** What became of the device's own records; of this meeting alone. */
      readonly own: readonly OwnRecordFate[];
      readonly seconds: number;
    }
  /**
   * `other-journal`: no key that the device knows signed the log; else the bundle was refused with this problem code, or a file
   * or the log could not be read. Says nothing of the meeting.
   */
  | { readonly kind: 'stopped'; readonly code: string };
