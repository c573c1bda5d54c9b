// What a receipt file proves, found out on this device from the file and the public log alone: which record, where it
// stands, who signed and who has witnessed it, and whether the log of today still holds it.
// Must never call a file good whose every signature and hash was not checked here.
import { encodeUtf8 } from '@veche/ledger/bytes.ts';
import type { LogReader } from '@veche/ledger/audit.ts';
import { checkCheckpoint, type Checkpoint } from '@veche/ledger/checkpoint.ts';
import { decodeEntry, encodeEntry, type Entry } from '@veche/ledger/entry.ts';
import { LedgerFault, type FaultCode } from '@veche/ledger/fault.ts';
import { parseLogKeys } from '@veche/ledger/log-keys.ts';
import { parseBallotPayload } from '@veche/ledger/meeting.ts';
import { parsePolicy, type WitnessPolicy } from '@veche/ledger/policy.ts';
import { checkKeptReceipt, checkReceipt, parseReceipt } from '@veche/ledger/receipt.ts';
import { createTileReader, TILE_WIDTH } from '@veche/ledger/tile.ts';
import { checkConsistency, proveConsistency } from '@veche/ledger/tree.ts';
import type { Choices, Witnessed } from './device-store.ts';

/** The public log as this device has come to trust it. */
export type TrustedLog = {
  /** Verifier keys, one a line. */
  readonly keys: string;
  /** The witness policy; null where the log asks nobody. */
  readonly policy: string | null;
  /** Newest first; each is verified before it is believed. Empty when the log could not be reached. */
  readonly notes: readonly string[];
  readonly read: LogReader['read'];
};

/** What was found out of one receipt. */
export type ReceiptFinding =
  | {
      readonly good: true;
      readonly index: number;
      readonly kind: Entry['kind'];
      readonly origin: string;
      /** Entries of the log when the receipt was given. */
      readonly size: number;
      /** Every witness of the policy that cosigned; times in Unix seconds. */
      readonly cosignatures: Witnessed['by'];
      /** Null while they are not enough. */
      readonly witnessed: Witnessed | null;
      /** Whether the log asks for witnesses. */
      readonly asksWitnesses: boolean;
      /**
       * Whether the log of today holds the record in the same place. `lost`: it does not, though its keeper signed that it
       * would; `unknown`: the log could not be read.
       */
      readonly present: 'held' | 'lost' | 'unknown';
      /** Entries of the log today; null when it could not be read. */
      readonly presentSize: number | null;
      /** Null when the record is no vote or the file does not hold it. */
      readonly choices: Choices | null;
      /** False: the file holds no record, and the one at its place was read from the log. */
      readonly carriesEntry: boolean;
    }
  /** `code`: what did not hold; `unreachable`: a file without its record cannot be checked without the log. */
  | { readonly good: false; readonly code: FaultCode };

/**
 * Checks one receipt.
 * @throws Error: only for a bug of ours; whatever is wrong with the file is in the finding.
 */
export async function checkReceiptFile(text: string, log: TrustedLog): Promise<ReceiptFinding> {
  try {
    return await check(text, log);
  } catch (error) {
    if (error instanceof LedgerFault) return { good: false, code: error.code };
    throw error;
  }
}

async function check(text: string, log: TrustedLog): Promise<ReceiptFinding> {
  const keys = parseLogKeys(log.keys);
  const receipt = parseReceipt(text);
  const today = newestOf(log, keys);
  const policy = log.policy === null ? undefined : parsePolicy(log.policy);
  const found = receipt.extra
    ? checkKeptReceipt(text, keys, policy)
    : { ...(await checkBare(text, log, today, policy)), payload: null };
  const { index, checkpoint, entry, payload } = found;
  const by =
    checkpoint.witnessed?.cosignatures.map(({ witness, time }) => ({ name: witness, at: time })) ?? [];
  const quorumTime = checkpoint.witnessed?.quorumTime ?? null;
  // A policy without a quorum asks for nobody: then nobody has witnessed, whoever may have signed.
  const asksWitnesses = policy !== undefined && policy.quorum !== null;
  const present = await compareWithToday(checkpoint, today, log);
  return {
    good: true,
    index,
    kind: entry.kind,
    origin: checkpoint.origin,
    size: checkpoint.size,
    cosignatures: by,
    witnessed: asksWitnesses && quorumTime !== null ? { at: quorumTime, by } : null,
    asksWitnesses,
    present,
    presentSize: today?.size ?? null,
    choices: entry.kind === 'ballot' && payload !== null ? parseBallotPayload(payload).choices : null,
    carriesEntry: receipt.extra !== undefined,
  };
}

/** The largest of the checkpoints that a key of the log signed; null when there is none to read. */
function newestOf(log: TrustedLog, keys: ReturnType<typeof parseLogKeys>): Checkpoint | null {
  const checkpoints = log.notes.flatMap((note) => {
    try {
      return [checkCheckpoint(note, keys)];
    } catch (error) {
      if (error instanceof LedgerFault) return [];
      throw error;
    }
  });
  return checkpoints.toSorted((one, other) => other.size - one.size)[0] ?? null;
}

/** A receipt as the server gives it: the record is looked up in the public log, and must be the one that is proven. */
async function checkBare(
  text: string,
  log: TrustedLog,
  today: Checkpoint | null,
  policy: WitnessPolicy | undefined,
) {
  const { index } = parseReceipt(text);
  if (!today) throw new LedgerFault('unreachable', 'the log is needed to look the record up');
  if (index >= today.size) throw new LedgerFault('receipt', 'expected a record that the log has');
  const entries = await readerOf(today, log).entries(Math.floor(index / TILE_WIDTH));
  const entry = decodeEntry(entries[index % TILE_WIDTH]!);
  return { ...checkReceipt(text, encodeUtf8(encodeEntry(entry)), parseLogKeys(log.keys), policy), entry };
}

async function compareWithToday(
  then: Checkpoint,
  today: Checkpoint | null,
  log: TrustedLog,
): Promise<'held' | 'lost' | 'unknown'> {
  if (!today) return 'unknown';
  if (today.size < then.size) return 'lost';
  const { hashes } = readerOf(today, log);
  let proof: Uint8Array[];
  try {
    proof = await proveConsistency(then.size, today.size, hashes);
  } catch (error) {
    // Files that are gone or do not fit the signed state leave open what the log holds.
    if (error instanceof LedgerFault) return 'unknown';
    throw error;
  }
  try {
    checkConsistency(proof, then.size, then.root, today.size, today.root);
    return 'held';
  } catch (error) {
    if (error instanceof LedgerFault) return 'lost';
    throw error;
  }
}

const readerOf = ({ size, root }: Checkpoint, { read }: TrustedLog) => createTileReader({ size, root, read });
