// Whether a receipt proves that our own entry stands in the public journal we know, and who has witnessed it. The tick is
// shown only after this. The journal's keys are taken at first sight and never replaced by what the server says alone.
import { encodeUtf8 } from '@veche/ledger/bytes.ts';
import { formatCheckpoint, parseCheckpoint } from '@veche/ledger/checkpoint.ts';
import { parseLogKeys } from '@veche/ledger/log-keys.ts';
import { parseNote } from '@veche/ledger/note.ts';
import { checkReceipt, parseReceipt } from '@veche/ledger/receipt.ts';
import { LOG_KEY, type DeviceStore, type SeenLog, type Witnessed } from './device-store.ts';
import { readWitnessed, takePolicy, trustKeys, type ToldLog } from './known-journal.ts';

/** A receipt that must not be believed. */
export class ReceiptBroken extends Error {
  /**
   * `other-journal`: no key that this device knows signed it; `two-histories`: as long as a journal seen before, with other
   * content; `not-proven`: the record is not shown to be in the journal.
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
 * @param told - the journal as the server names it; taken as ours when this device knows none.
 * @returns who has witnessed it; null while too few have, or where nobody is asked
 * @throws ReceiptBroken
 */
export async function checkVoterReceipt(
  store: DeviceStore,
  sent: { readonly entry: string; readonly index: number; readonly proof: string },
  told: ToldLog,
): Promise<Witnessed | null> {
  const first: SeenLog = { key: told.keys, policy: told.policy, checkpoint: null, size: 0 };
  const seen = await store.add('logs', LOG_KEY, first);
  let next: SeenLog;
  let witnessed: Witnessed | null;
  try {
    const { checkpoint: note } = parseReceipt(sent.proof);
    const key = trustKeys(seen.key, told.keys, note);
    if (key === null) throw new ReceiptBroken('other-journal');
    const { index, checkpoint } = checkReceipt(sent.proof, encodeUtf8(sent.entry), parseLogKeys(key));
    if (index !== sent.index) throw new ReceiptBroken('not-proven');
    witnessed = readWitnessed(note, key, told.policy);
    next = takePolicy({ ...seen, key, checkpoint: note, size: checkpoint.size }, told.policy);
  } catch (cause) {
    throw cause instanceof ReceiptBroken ? cause : new ReceiptBroken('not-proven', { cause });
  }
  if (seen.checkpoint !== null && seen.size === next.size && textOf(seen) !== textOf(next))
    throw new ReceiptBroken('two-histories');
  if (next.size > seen.size) await store.put('logs', LOG_KEY, next);
  else if (next.key !== seen.key || next.policy !== seen.policy)
    await store.put('logs', LOG_KEY, { ...next, checkpoint: seen.checkpoint, size: seen.size });
  return witnessed;
}

const textOf = ({ checkpoint }: SeenLog): string =>
  formatCheckpoint(parseCheckpoint(parseNote(checkpoint ?? '').text));
