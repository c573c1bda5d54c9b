// Checks a receipt file alone: the record is in the journal, and, where the file holds the vote, the vote is the one
// recorded and signed.
import { parseVerifierKey } from '@veche/ledger/note.ts';
import { checkKeptReceipt } from '@veche/ledger/receipt.ts';
import { LedgerFault } from '@veche/ledger/fault.ts';
import { parseBallotPayload } from '@veche/ledger/meeting.ts';
import type { Choices } from './device-store.ts';

export type ReceiptVerdict =
  | {
      readonly ok: true;
      readonly index: number;
      readonly origin: string;
      /** Null when the file proves a record but does not hold the vote. */
      readonly choices: Choices | null;
    }
  | { readonly ok: false };

/**
 * Whether the file proves what it says. One that does not hold its entry proves nothing by itself and is not good.
 * @throws LedgerFault `note`: when `logKey` is not a verifier key.
 */
export function verifyReceipt(text: string, logKey: string): ReceiptVerdict {
  const log = parseVerifierKey(logKey);
  try {
    const { index, checkpoint, entry, payload } = checkKeptReceipt(text, log);
    const choices = entry.kind === 'ballot' && payload !== null ? parseBallotPayload(payload).choices : null;
    return { ok: true, index, origin: checkpoint.origin, choices };
  } catch (error) {
    if (error instanceof LedgerFault) return { ok: false };
    throw error;
  }
}
