// Receipts in the form of c2sp.org/tlog-proof: an entry's index, its path to the root, and the signed checkpoint.
// Whoever holds one can show, without asking anybody, that the log took the entry in.
//
//   c2sp.org/tlog-proof@v1
//   extra <base64>              what the voter's own device adds: the entry, and what opens its commitment
//   index <n>
//   <base64 of a hash>          nearest sibling first
//   <empty line>
//   <checkpoint>
import { decodeBase64, decodeUtf8, encodeBase64, encodeUtf8 } from './bytes.ts';
import { checkCheckpoint } from './checkpoint.ts';
import type { Checkpoint } from './checkpoint.ts';
import { checkEntrySignature, checkOpening, decodeEntry, encodeEntry } from './entry.ts';
import type { Entry } from './entry.ts';
import { LedgerFault } from './fault.ts';
import { decodeCanonical, encodeCanonicalBytes } from './jcs.ts';
import type { Note, NoteVerifier } from './note.ts';
import { readCosigned } from './policy.ts';
import type { CosignedCheckpoint, WitnessPolicy } from './policy.ts';
import { HASH_BYTES, checkInclusion, leafHash } from './tree.ts';

export const RECEIPT_SUFFIX = '.tlog-proof';
const HEADER = 'c2sp.org/tlog-proof@v1';
const MAX_PROOF_HASHES = 63;

export type Receipt = {
  readonly index: number;
  /** 32 bytes each, nearest sibling first. */
  readonly proof: readonly Uint8Array[];
  /** The signed note, verbatim. */
  readonly checkpoint: string;
  /** Not covered by any signature of the log. */
  readonly extra?: Uint8Array;
};

/**
 * The text of a receipt.
 * @example encodeReceipt({ index, proof, checkpoint }) // receipt
 */
export function encodeReceipt({ index, proof, checkpoint, extra }: Receipt): string {
  return [
    `${HEADER}\n`,
    ...(extra ? [`extra ${encodeBase64(extra)}\n`] : []),
    `index ${index}\n`,
    ...proof.map((hash) => `${encodeBase64(hash)}\n`),
    '\n',
    checkpoint,
  ].join('');
}

/**
 * The receipt of a text; nothing of it is verified.
 * @throws LedgerFault `receipt`
 * @example parseReceipt(receipt) // { index, proof, checkpoint }
 */
export function parseReceipt(text: string): Receipt {
  const wrong = (cause?: unknown) => new LedgerFault('receipt', 'expected a receipt', { cause });
  const split = text.indexOf('\n\n');
  if (split < 0) throw wrong();
  const lines = text.slice(0, split).split('\n');
  const checkpoint = text.slice(split + 2);
  if (lines.shift() !== HEADER) throw wrong();
  try {
    const extra = lines[0]?.startsWith('extra ')
      ? decodeBase64(lines.shift()!.slice('extra '.length))
      : undefined;
    const indexText = /^index (0|[1-9][0-9]*)$/.exec(lines.shift() ?? '')?.[1];
    const index = Number(indexText);
    if (indexText === undefined || !Number.isSafeInteger(index) || lines.length > MAX_PROOF_HASHES)
      throw wrong();
    const proof = lines.map((line) => decodeBase64(line, HASH_BYTES));
    return { index, proof, checkpoint, ...(extra ? { extra } : {}) };
  } catch (cause) {
    throw wrong(cause);
  }
}

/** The checkpoint that a receipt stands under. */
export type ReceiptCheckpoint = Checkpoint & {
  readonly note: Note;
  /** Who of the policy cosigned it and when; null where no policy was given. */
  readonly witnessed: Pick<CosignedCheckpoint, 'cosignatures' | 'quorumTime'> | null;
};

/**
 * Checks that the log took in this very leaf. Fewer cosignatures than the quorum are no fault: such a receipt is _logged_,
 * one with a `quorumTime` is _witnessed_.
 * @param log the log's key, or several of one name
 * @param policy whose witnesses are looked for
 * @returns the checkpoint it stands under
 * @throws LedgerFault `receipt` or `proof`, and those of {@link readCosigned}.
 * @example checkReceipt(receipt, leaf, verifier).index // 6
 */
export function checkReceipt(
  text: string,
  leaf: Uint8Array,
  log: NoteVerifier | readonly NoteVerifier[],
  policy?: WitnessPolicy,
): { index: number; checkpoint: ReceiptCheckpoint } {
  const { index, proof, checkpoint: note } = parseReceipt(text);
  const checkpoint = policy ? withWitnesses(readCosigned(note, log, policy)) : checkCheckpoint(note, log);
  checkInclusion(proof, index, leafHash(leaf), checkpoint.size, checkpoint.root);
  return { index, checkpoint: { witnessed: null, ...checkpoint } };
}

const withWitnesses = ({ cosignatures, quorumTime, ...checkpoint }: CosignedCheckpoint) => ({
  ...checkpoint,
  witnessed: { cosignatures, quorumTime },
});

/** What a kept receipt carries beside the proof, so that it can be checked alone. */
export type ReceiptExtra = {
  readonly entry: Entry;
  /** Base64 of the 32-byte salt that opens the entry's commitment, with the payload it opens to. */
  readonly salt?: string;
  readonly payload?: unknown;
};

/**
 * The receipt with the entry, and what opens it, in its `extra` line.
 * @example withExtra(receipt, { entry, salt, payload }) // keptReceipt
 */
export function withExtra(text: string, { entry, salt, payload }: ReceiptExtra): string {
  return encodeReceipt({ ...parseReceipt(text), extra: encodeCanonicalBytes({ entry, salt, payload }) });
}

/**
 * What the `extra` line of a receipt holds; nothing of it is verified.
 * @throws LedgerFault `receipt`
 * @example parseReceiptExtra(parseReceipt(keptReceipt).extra) // { entry, salt, payload }
 */
export function parseReceiptExtra(extra: Uint8Array): ReceiptExtra {
  const wrong = (cause?: unknown) =>
    new LedgerFault('receipt', 'expected an entry in the receipt', { cause });
  try {
    const value = decodeCanonical(decodeUtf8(extra)) as Record<string, unknown>;
    const { entry: entryValue, salt, payload, ...others } = value;
    const entry = decodeEntry(encodeCanonicalBytes(entryValue));
    if (Object.keys(others).length > 0 || (salt === undefined) !== (payload === undefined)) throw wrong();
    if (salt === undefined) return { entry };
    if (typeof salt !== 'string') throw wrong();
    decodeBase64(salt, 32);
    return { entry, salt, payload };
  } catch (cause) {
    throw wrong(cause);
  }
}

/** A receipt that was checked with everything it carries. */
export type CheckedReceipt = {
  readonly index: number;
  readonly checkpoint: ReceiptCheckpoint;
  readonly entry: Entry;
  /** Null when the receipt does not carry what opens the commitment. */
  readonly payload: unknown;
};

/**
 * Checks a kept receipt alone: the entry in its `extra` line is in the log, is signed by its author, and its commitment
 * opens to the payload shown.
 * @throws LedgerFault: the first thing that does not hold; `receipt` also when it carries no entry.
 * @example checkKeptReceipt(keptReceipt, verifier).payload // payload
 */
export function checkKeptReceipt(
  text: string,
  log: NoteVerifier | readonly NoteVerifier[],
  policy?: WitnessPolicy,
): CheckedReceipt {
  const { extra } = parseReceipt(text);
  if (!extra) throw new LedgerFault('receipt', 'expected a receipt that carries its entry');
  const { entry, salt, payload } = parseReceiptExtra(extra);
  const { index, checkpoint } = checkReceipt(text, encodeUtf8(encodeEntry(entry)), log, policy);
  checkEntrySignature(entry);
  if (salt === undefined) return { index, checkpoint, entry, payload: null };
  checkOpening(entry, { salt, payload });
  return { index, checkpoint, entry, payload };
}
