// What the page of receipt files and its worker say to each other. Types only.
import type { ReceiptFinding } from './check-file.ts';

export type CheckRequest = {
  /** The texts of receipts, in the order they were chosen. */
  readonly receipts: readonly string[];
  /** Address of the log, without a trailing slash. */
  readonly logUrl: string;
  /** The journal as this device knows it; null when it has seen none. */
  readonly seen: { readonly keys: string; readonly policy: string | null } | null;
};

export type CheckMessage =
  | { readonly kind: 'finding'; readonly position: number; readonly finding: ReceiptFinding }
  /** All are done. `online`: the log was read; else only what the device knew was used. */
  | { readonly kind: 'done'; readonly online: boolean }
  /** `other-journal`: no key that the device knows signed the log; `unreachable`: nothing to check against. */
  | { readonly kind: 'stopped'; readonly code: 'other-journal' | 'unreachable' };
