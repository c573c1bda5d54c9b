// How far the minutes are: drawn up, signed, sent. Decided from what is kept; nobody sets it by hand.
import type { SignerReport } from './signer-report.ts';
import type { PaperStep } from './deadlines.ts';
import type { SignatoryRole } from './minutes-model.ts';

export const MINUTES_STATES = ['drawn-up', 'signed', 'sent'] as const;
export type MinutesState = (typeof MINUTES_STATES)[number];

/** Without these two nobody has signed the minutes, however many counters have. */
const MUST_SIGN: readonly SignatoryRole[] = ['chair', 'secretary'];

/** Whether a signature stands for what it says: it fits, or it is by an algorithm that we cannot check. */
export const mayStand = (signers: readonly SignerReport[]): boolean =>
  signers.length > 0 && signers.every(({ verdict }) => verdict === 'fits' || verdict === 'not-checked');

/** @param signatures - of the newest edition, without those that were withdrawn */
export function minutesState(
  signatures: readonly { readonly role: SignatoryRole; readonly signers: readonly SignerReport[] }[],
  steps: ReadonlySet<PaperStep>,
): MinutesState {
  const roles = new Set(signatures.filter(({ signers }) => mayStand(signers)).map(({ role }) => role));
  const signed = steps.has('signed-on-paper') || MUST_SIGN.every((role) => roles.has(role));
  if (!signed) return 'drawn-up';
  return steps.has('originals') || steps.has('inspection') ? 'sent' : 'signed';
}
