// Opens the public log by its files alone and believes none of them: the newest checkpoint must be signed by the log's key,
// cosigned as it says, and go on from what this device has seen before. Everything the pages show follows from it.
import { decodeUtf8 } from '@veche/ledger/bytes.ts';
import { checkCheckpoint, type Checkpoint } from '@veche/ledger/checkpoint.ts';
import { LedgerFault } from '@veche/ledger/fault.ts';
import { createHttpLogReader, type Fetch } from '@veche/ledger/log-reader.ts';
import { parseVerifierKey, type NoteVerifier } from '@veche/ledger/note.ts';
import {
  parsePolicy,
  readCosigned,
  type PolicyCosignature,
  type WitnessPolicy,
} from '@veche/ledger/policy.ts';
import { createTileReader, TileFault, type TileReader } from '@veche/ledger/tile.ts';
import { checkConsistency, proveConsistency } from '@veche/ledger/tree.ts';

/** Why the log must not be believed, or could not be read. */
export class LogBroken extends Error {
  /**
   * `unreachable`: nothing can be said. `other-key`: not signed by the key this device has seen first. `signature`: a
   * signature does not hold. `forked`: what was seen before is not in it any more. `file`: one of its files is wrong.
   */
  readonly code: 'unreachable' | 'other-key' | 'signature' | 'forked' | 'file';
  /** The file, where one is to blame. */
  readonly path: string;
  constructor(code: LogBroken['code'], path = '', options?: { cause?: unknown }) {
    super(code, options);
    this.name = 'LogBroken';
    this.code = code;
    this.path = path;
  }
}

/** What a device has seen of a log. */
export type SeenLog = { readonly keys: readonly string[]; readonly note: string; readonly size: number };
/** Where it is kept; null when nothing was seen. */
export type LogMemory = { load(): SeenLog | null; keep(seen: SeenLog): void };

export type OpenLog = {
  readonly checkpoint: Checkpoint;
  /** The signed note, verbatim. */
  readonly note: string;
  /** `checkpoint`: what everybody sees, cosigned where there is a policy. `head`: signed by the log alone. */
  readonly file: 'checkpoint' | 'head';
  readonly keys: readonly NoteVerifier[];
  readonly policy: WitnessPolicy | null;
  /** By rising time; empty without a policy. */
  readonly cosignatures: readonly PolicyCosignature[];
  readonly quorumTime: number | null;
  readonly reader: TileReader;
  /** Entries it had when this device looked last, all of which are still there; null at the first look. */
  readonly seenSize: number | null;
};

export type OpenLogOptions = {
  /** Such as `/log/v1`. */
  readonly url: string;
  readonly fetch: Fetch;
  /** The policy that the service says is in force. */
  readonly policy: string | null;
  readonly memory: LogMemory;
  readonly file?: 'checkpoint' | 'head';
};

/** @throws LogBroken */
export async function openLog(options: OpenLogOptions): Promise<OpenLog> {
  try {
    return await readLog(options);
  } catch (error) {
    throw toBroken(error);
  }
}

/** What a fault in the log's bytes means to the reader of a page; a bug of ours stays one. */
export function toBroken(error: unknown): unknown {
  if (error instanceof LogBroken || !(error instanceof LedgerFault)) return error;
  if (error instanceof TileFault) return new LogBroken('file', error.path, { cause: error });
  const code =
    error.code === 'unreachable'
      ? 'unreachable'
      : error.code === 'unknown-signer'
        ? 'other-key'
        : 'signature';
  return new LogBroken(code, '', { cause: error });
}

async function readLog({
  url,
  fetch,
  policy,
  memory,
  file = 'checkpoint',
}: OpenLogOptions): Promise<OpenLog> {
  const files = createHttpLogReader(url, fetch);
  const text = async (path: string): Promise<string> => {
    const content = await files.read(path);
    if (!content) throw new LogBroken('unreachable', path);
    return decodeUtf8(content);
  };
  const [note, vkeys] = await Promise.all([
    file === 'head' ? text('head') : files.checkpoint(),
    text('vkey'),
  ]);
  const named = vkeys.trim().split('\n').map(parseVerifierKey);
  const seen = memory.load();
  // The first key seen is ours from then on; a further one must sign beside it.
  const known = seen ? seen.keys.map(parseVerifierKey) : named;
  const parsed = policy === null ? null : parsePolicy(policy);
  const cosigned = parsed
    ? readCosigned(note, known, parsed)
    : { ...checkCheckpoint(note, known), cosignatures: [], quorumTime: null };
  const { origin, size, root, extensions } = cosigned;
  const reader = createTileReader({ size, root, read: files.read });
  await checkSeen(seen, known, reader);
  if (file === 'checkpoint' && size >= (seen?.size ?? 0))
    memory.keep({ keys: keysOf(note, known, named), note, size });
  return {
    checkpoint: { origin, size, root, extensions },
    note,
    file,
    keys: known,
    policy: parsed,
    cosignatures: cosigned.cosignatures,
    quorumTime: cosigned.quorumTime,
    reader,
    seenSize: seen?.size ?? null,
  };
}

/** Whatever was seen before must still be there, byte for byte. */
async function checkSeen(
  seen: SeenLog | null,
  known: readonly NoteVerifier[],
  reader: TileReader,
): Promise<void> {
  if (!seen || seen.size === 0) return;
  const old = checkCheckpoint(seen.note, known);
  if (old.size > reader.size) throw new LogBroken('forked');
  // What is read is authentic already, so that a proof that fails can only mean another history.
  const proof = await proveConsistency(old.size, reader.size, reader.hashes);
  try {
    checkConsistency(proof, old.size, old.root, reader.size, reader.root);
  } catch (cause) {
    throw new LogBroken('forked', '', { cause });
  }
}

/** The keys to know the log by next time: those known, and each further one that signed this note beside them. */
function keysOf(note: string, known: readonly NoteVerifier[], named: readonly NoteVerifier[]): string[] {
  const further = named.filter(({ vkey }) => known.every((one) => one.vkey !== vkey));
  const signed = further.filter((key) => {
    try {
      checkCheckpoint(note, key);
      return true;
    } catch {
      return false;
    }
  });
  return [...signed, ...known].map(({ vkey }) => vkey);
}
