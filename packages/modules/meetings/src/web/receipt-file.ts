// The receipt as a file a voter keeps: the proof with the vote itself inside, so that it can be checked alone, by us or
// by any program that reads tlog-proof.
import { decodeEntry } from '@veche/ledger/entry.ts';
import { RECEIPT_SUFFIX, withExtra } from '@veche/ledger/receipt.ts';
import type { KeptReceipt } from './device-store.ts';

/** The text of the file. */
export const receiptText = ({ entry, salt, payload, proof }: KeptReceipt): string =>
  withExtra(proof, { entry: decodeEntry(entry), salt, payload: JSON.parse(payload) });

export const receiptFileName = ({ meeting, index }: KeptReceipt): string =>
  `veche-${meeting}-${index}${RECEIPT_SUFFIX}`;
