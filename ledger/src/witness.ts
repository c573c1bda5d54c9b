// The witness protocol of c2sp.org/tlog-witness, pure: what a log asks, what a witness answers, what the log makes of it.
//
//   old <size>
//   <base64 of a hash>            0 to 63: how the tree of the old size grew into that of the checkpoint
//   <empty line>
//   <checkpoint>
//
// Keeps nothing and sends nothing. A witness must check and store as one step, or two requests at once roll it back.
import { decodeBase64, encodeBase64, equalBytes } from './bytes.ts';
import { parseTreeHead } from './checkpoint.ts';
import { LedgerFault } from './fault.ts';
import { checkNote, parseNote, parseSignatureLine } from './note.ts';
import type { NoteVerifier } from './note.ts';
import { HASH_BYTES, checkConsistency, emptyRoot } from './tree.ts';

/** What a log asks of a witness. */
export type AddCheckpoint = {
  /** The size the witness is thought to have cosigned last; 0 for none. */
  readonly oldSize: number;
  /** From the tree of `oldSize` to that of the checkpoint, 32 bytes each; empty when `oldSize` is 0. */
  readonly proof: readonly Uint8Array[];
  /** The signed note, verbatim. */
  readonly checkpoint: string;
};

const MAX_PROOF_HASHES = 63;
/** 63 hashes and the longest note that is read. */
const MAX_BODY_CHARACTERS = 1_010_000;
const SIZE = /^(?:0|[1-9][0-9]*)$/;

/**
 * The body of `POST <submission prefix>/add-checkpoint`.
 * @throws RangeError: on more hashes than the protocol allows.
 * @example encodeAddCheckpoint({ oldSize: 0, proof: [], checkpoint }) // `old 0\n\n${checkpoint}`
 */
export function encodeAddCheckpoint({ oldSize, proof, checkpoint }: AddCheckpoint): string {
  if (proof.length > MAX_PROOF_HASHES) throw new RangeError(`expected at most ${MAX_PROOF_HASHES} hashes`);
  return `old ${oldSize}\n${proof.map((hash) => `${encodeBase64(hash)}\n`).join('')}\n${checkpoint}`;
}

/**
 * The request of a body; the checkpoint in it is not looked at.
 * @throws LedgerFault `witness-request`
 * @example parseAddCheckpoint(encodeAddCheckpoint({ oldSize: 8, proof, checkpoint })) // { oldSize: 8, proof, checkpoint }
 */
export function parseAddCheckpoint(body: string): AddCheckpoint {
  const wrong = (cause?: unknown) =>
    new LedgerFault('witness-request', 'expected a request for a cosignature', { cause });
  const split = body.indexOf('\n\n');
  if (body.length > MAX_BODY_CHARACTERS || split < 0) throw wrong();
  const [first = '', ...hashes] = body.slice(0, split).split('\n');
  const sizeText = first.startsWith('old ') ? first.slice('old '.length) : '';
  const oldSize = Number(sizeText);
  if (!SIZE.test(sizeText) || !Number.isSafeInteger(oldSize) || hashes.length > MAX_PROOF_HASHES)
    throw wrong();
  try {
    const proof = hashes.map((hash) => decodeBase64(hash, HASH_BYTES));
    return { oldSize, proof, checkpoint: body.slice(split + 2) };
  } catch (cause) {
    throw wrong(cause);
  }
}

/** What a witness knows of a log. */
export type WitnessedLog = {
  /** One that signed is enough; a bad signature by any of them is refused. */
  readonly keys: readonly NoteVerifier[];
  /** What it cosigned last; null for nothing yet. */
  readonly head: { readonly size: number; readonly root: Uint8Array } | null;
};

/**
 * How a witness answers, by HTTP status. 200: store the new head, and only then cosign `text`. 409: the body is the size
 * of the head, as `text/x.tlog.size`.
 */
export type WitnessAnswer =
  | {
      readonly status: 200;
      readonly origin: string;
      readonly size: number;
      /** 32 bytes. */
      readonly root: Uint8Array;
      /** The note's text, which the cosignature covers. */
      readonly text: string;
    }
  | { readonly status: 409; readonly size: number }
  | { readonly status: 400 | 403 | 404 | 422 };

/**
 * The answer to the body of a request. Synchronous, so that the caller can make finding the log, this, and storing the
 * new head one transaction.
 * @param find what the witness knows of the log of this origin; null when it does not serve it
 * @example answerAddCheckpoint(encodeAddCheckpoint({ oldSize: 0, proof: [], checkpoint }), () => null) // { status: 404 }
 */
export function answerAddCheckpoint(
  body: string,
  find: (origin: string) => WitnessedLog | null,
): WitnessAnswer {
  let request: AddCheckpoint;
  let head: ReturnType<typeof parseTreeHead>;
  let text: string;
  try {
    request = parseAddCheckpoint(body);
    text = parseNote(request.checkpoint).text;
    head = parseTreeHead(text);
  } catch (cause) {
    if (!(cause instanceof LedgerFault)) throw cause;
    return { status: 400 };
  }
  const { oldSize, proof } = request;
  const { origin, size, root } = head;
  const log = find(origin);
  if (!log) return { status: 404 };
  try {
    checkNote(request.checkpoint, log.keys);
  } catch (cause) {
    if (!(cause instanceof LedgerFault)) throw cause;
    return { status: 403 };
  }
  if (oldSize > size) return { status: 400 };
  const known = log.head ?? { size: 0, root: emptyRoot() };
  if (oldSize !== known.size) return { status: 409, size: known.size };
  return growsInto(known, proof, size, root) ? { status: 200, origin, size, root, text } : { status: 422 };
}

/** Whether the proof shows that the tree goes on from the head; anything goes on from the empty one. */
function growsInto(
  head: { readonly size: number; readonly root: Uint8Array },
  proof: readonly Uint8Array[],
  size: number,
  root: Uint8Array,
): boolean {
  if (size === 0 && !equalBytes(root, emptyRoot())) return false;
  if (head.size === 0) return proof.length === 0;
  try {
    checkConsistency(proof, head.size, head.root, size, root);
    return true;
  } catch (cause) {
    if (!(cause instanceof LedgerFault)) throw cause;
    return false;
  }
}

/**
 * What a witness's reply means to the log.
 *
 * `cosigned`: signature lines, newline included, none of them checked. `conflict`: the witness cosigned another size
 * last; prove from there, and where it is above one's own, stop. `fork`: stop for good, two histories were signed.
 * `unknown-log`: it does not serve this log. `refused`: it does not know the key. `malformed`: it could not read us.
 * `busy`: later. `unintelligible`: not the protocol.
 */
export type WitnessReply =
  | { readonly reply: 'cosigned'; readonly lines: readonly string[] }
  | { readonly reply: 'conflict'; readonly size: number }
  | { readonly reply: 'fork' | 'unknown-log' | 'refused' | 'malformed' | 'busy' | 'unintelligible' };

/** More characters are not read: a hundred signatures of the longest kind. */
const MAX_REPLY_CHARACTERS = 400_000;

/**
 * The meaning of an HTTP answer, with what servers in use do beside the specification: a 409 that does not carry a size
 * says that the roots differ, and a 403 may say that the log is unknown.
 * @example readWitnessReply({ status: 409, contentType: 'text/x.tlog.size', body: '3\n' }) // { reply: 'conflict', size: 3 }
 */
export function readWitnessReply(answer: {
  readonly status: number;
  readonly contentType: string | null;
  readonly body: string;
}): WitnessReply {
  const { status, body } = answer;
  const contentType = (answer.contentType ?? '').split(';')[0]!.trim().toLowerCase();
  switch (status) {
    case 200: {
      const lines = readLines(body);
      return lines ? { reply: 'cosigned', lines } : { reply: 'unintelligible' };
    }
    case 400:
      return { reply: 'malformed' };
    case 403:
      return { reply: /unknown log/i.test(body) ? 'unknown-log' : 'refused' };
    case 404:
      return { reply: 'unknown-log' };
    case 409: {
      if (contentType !== 'text/x.tlog.size') return { reply: 'fork' };
      const size = body.endsWith('\n') && SIZE.test(body.slice(0, -1)) ? Number(body) : NaN;
      return Number.isSafeInteger(size) ? { reply: 'conflict', size } : { reply: 'unintelligible' };
    }
    case 422:
      return { reply: 'fork' };
    case 429:
    case 503:
      return { reply: 'busy' };
    default:
      return { reply: 'unintelligible' };
  }
}

/** The signature lines of a reply; null when it is anything else. */
function readLines(body: string): string[] | null {
  if (body.length > MAX_REPLY_CHARACTERS || !body.endsWith('\n')) return null;
  const lines = body.match(/[^\n]*\n/g) ?? [];
  try {
    for (const line of lines) parseSignatureLine(line);
    return lines;
  } catch (cause) {
    if (!(cause instanceof LedgerFault)) throw cause;
    return null;
  }
}
