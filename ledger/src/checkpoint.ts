// Checkpoints of c2sp.org/tlog-checkpoint: the signed statement of a log that its tree has this size and this root.
//
//   <origin>
//   <size in decimal>
//   <base64 of the root>
import { decodeBase64, encodeBase64, encodeUtf8, equalBytes } from './bytes.ts';
import { LedgerFault } from './fault.ts';
import { checkNote, signNote } from './note.ts';
import type { Note, NoteSignature, NoteSigner, NoteVerifier } from './note.ts';
import { HASH_BYTES, emptyRoot } from './tree.ts';

export type Checkpoint = {
  /** The log's name: a scheme-less address without a trailing slash. */
  readonly origin: string;
  /** Leaves, below 2^53. */
  readonly size: number;
  /** 32 bytes. */
  readonly root: Uint8Array;
  /** Lines after the root; we write none. */
  readonly extensions: readonly string[];
};

/**
 * The text that is signed.
 * @example formatCheckpoint({ origin: 'a', size: 0, root: emptyRoot() }).split('\n')[1] // '0'
 */
export function formatCheckpoint(
  checkpoint: Omit<Checkpoint, 'extensions'> & { extensions?: readonly string[] },
): string {
  const { origin, size, root, extensions = [] } = checkpoint;
  return [origin, String(size), encodeBase64(root), ...extensions].map((line) => `${line}\n`).join('');
}

/** Longer origins do not fit the length byte of tlog-cosignature's ML-DSA message, so no witness could sign them. */
const MAX_ORIGIN_BYTES = 255;

/**
 * The checkpoint of a note's text; nothing of it is verified.
 * @throws LedgerFault `checkpoint`: also when a tree of size zero has another root than the empty tree.
 * @example parseCheckpoint(formatCheckpoint({ origin: 'a', size, root })) // { origin: 'a', size, root, extensions: [] }
 */
export function parseCheckpoint(text: string): Checkpoint {
  const checkpoint = parseTreeHead(text);
  if (checkpoint.size === 0 && !equalBytes(checkpoint.root, emptyRoot())) throw wrong();
  return checkpoint;
}

const wrong = (cause?: unknown) => new LedgerFault('checkpoint', 'expected a checkpoint', { cause });

/**
 * {@link parseCheckpoint}, but a tree of size zero may claim any root: a witness has an answer of its own to that.
 * @throws LedgerFault `checkpoint`
 * @example parseTreeHead(formatCheckpoint({ origin: 'a', size: 0, root })).size // 0
 */
export function parseTreeHead(text: string): Checkpoint {
  if (!text.endsWith('\n')) throw wrong();
  const [origin = '', sizeText = '', rootText = '', ...extensions] = text.slice(0, -1).split('\n');
  const size = Number(sizeText);
  if (origin === '' || !/^(?:0|[1-9][0-9]*)$/.test(sizeText) || !Number.isSafeInteger(size)) throw wrong();
  if (extensions.includes('')) throw wrong();
  try {
    if (encodeUtf8(origin).length > MAX_ORIGIN_BYTES) throw wrong();
    return { origin, size, root: decodeBase64(rootText, HASH_BYTES), extensions };
  } catch (cause) {
    throw wrong(cause);
  }
}

/**
 * The signed note of a tree. The name of every key of the log must be the origin.
 * @param signers the log's key; while it is being replaced, the one that goes too
 * @example signCheckpoint('veche.test/log/v1', size, root, signer) // checkpoint
 */
export function signCheckpoint(
  origin: string,
  size: number,
  root: Uint8Array,
  ...signers: readonly NoteSigner[]
): string {
  if (signers.some(({ name }) => name !== origin)) throw new RangeError('expected the key of the origin');
  return signNote(formatCheckpoint({ origin, size, root }), signers);
}

/**
 * The checkpoint of a note that a key of the log signed.
 * @param log the log's key, or several of one name while a key is being replaced: one signature is enough
 * @throws LedgerFault `checkpoint` when malformed or of another origin, and those of {@link checkNote}.
 * @example checkCheckpoint(checkpoint, verifier).size // 14
 */
export function checkCheckpoint(
  note: string,
  log: NoteVerifier | readonly NoteVerifier[],
  witnesses: readonly NoteVerifier[] = [],
): Checkpoint & { note: Note } {
  const keys: readonly NoteVerifier[] = 'name' in log ? [log] : log;
  const checked = checkNote(note, [...keys, ...witnesses]);
  const isOfLog = ({ name, keyId }: NoteSignature): boolean =>
    keys.some((key) => key.name === name && equalBytes(key.keyId, keyId));
  if (!checked.verified.some(isOfLog))
    throw new LedgerFault('unknown-signer', 'the checkpoint is not signed by the log');
  const checkpoint = parseCheckpoint(checked.text);
  if (keys.some(({ name }) => name !== checkpoint.origin))
    throw new LedgerFault('checkpoint', 'the checkpoint is of another log');
  return { ...checkpoint, note: checked };
}
