// Whether a receipt proves that our own entry stands in the public journal we know. The tick is shown only after this.
// The journal's key is taken at first sight and never replaced by what the server says later.
import { encodeUtf8 } from '@veche/ledger/bytes.ts';
import { formatCheckpoint, parseCheckpoint } from '@veche/ledger/checkpoint.ts';
import { parseNote, parseVerifierKey } from '@veche/ledger/note.ts';
import { checkReceipt, parseReceipt } from '@veche/ledger/receipt.ts';
import { LOG_KEY, type DeviceStore, type SeenLog } from './device-store.ts';

/** A receipt that must not be believed. */
export class ReceiptBroken extends Error {
  /**
   * `other-journal`: the journal's key is not the one this device saw first; `two-histories`: as long as a journal seen
   * before, with other content; `not-proven`: the record is not shown to be in the journal.
   */
  readonly code: 'unreadable' | 'other-journal' | 'two-histories' | 'not-proven';
  constructor(code: ReceiptBroken['code'], options?: { cause?: unknown }) {
    super(code, options);
    this.name = 'ReceiptBroken';
    this.code = code;
  }
}

/**
 * Checks our entry against its proof and remembers the journal it was found in.
 * @param sent - the entry's text as it was signed here, and what the server answered.
 * @param logKey - the verifier key the server names; taken as ours when this device knows none.
 * @throws ReceiptBroken
 */
export async function checkVoterReceipt(
  store: DeviceStore,
  sent: { readonly entry: string; readonly index: number; readonly proof: string },
  logKey: string,
): Promise<void> {
  const seen = await store.add('logs', LOG_KEY, { key: logKey, checkpoint: null, size: 0 });
  if (seen.key !== logKey) throw new ReceiptBroken('other-journal');
  let next: SeenLog;
  try {
    const { index, checkpoint } = checkReceipt(
      sent.proof,
      encodeUtf8(sent.entry),
      parseVerifierKey(seen.key),
    );
    if (index !== sent.index) throw new ReceiptBroken('not-proven');
    next = { key: seen.key, checkpoint: parseReceipt(sent.proof).checkpoint, size: checkpoint.size };
  } catch (cause) {
    throw cause instanceof ReceiptBroken ? cause : new ReceiptBroken('not-proven', { cause });
  }
  if (seen.checkpoint !== null && seen.size === next.size && textOf(seen) !== textOf(next))
    throw new ReceiptBroken('two-histories');
  if (next.size > seen.size) await store.put('logs', LOG_KEY, next);
}

const textOf = ({ checkpoint }: SeenLog): string =>
  formatCheckpoint(parseCheckpoint(parseNote(checkpoint ?? '').text));
