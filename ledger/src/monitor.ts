// A monitor: looks at a log again and again, and tells what goes wrong with it. Reads and hashes every new entry, never
// only roots; keeps what it has verified, so that the log cannot take anything back. Holds a few files and a line for each
// meeting, however long the log is. Loops, clocks and files are the caller's.
import type { LogReader } from './audit.ts';
import { decodeBase64, encodeBase64, equalBytes } from './bytes.ts';
import { checkCheckpoint, parseCheckpoint } from './checkpoint.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { SignatureVerifier } from './ed25519.ts';
import { LedgerFault } from './fault.ts';
import { createMeetingWatch, isEntryFault } from './meeting-watch.ts';
import type { DueCheck, EntryFinding, MeetingWatch, MeetingWatchState } from './meeting-watch.ts';
import { parseNote } from './note.ts';
import type { NoteVerifier } from './note.ts';
import { readCosigned } from './policy.ts';
import type { CosignedCheckpoint, WitnessPolicy } from './policy.ts';
import { TILE_WIDTH, TileFault, createTileReader } from './tile.ts';
import type { TileReader } from './tile.ts';
import {
  checkConsistency,
  createTreeBuilder,
  leafHash,
  peaksOf,
  proveConsistency,
  readRoot,
} from './tree.ts';
import type { TreeBuilder } from './tree.ts';

/** What can be wrong with the log as a whole. */
export type LogFaultCode =
  | 'checkpoint-malformed'
  | 'checkpoint-unsigned'
  | 'checkpoint-signature'
  | 'no-quorum'
  | 'stale'
  | 'log-shrank'
  | 'log-forked'
  | 'file-missing'
  | 'file-wrong';
export type MonitorFinding =
  { readonly code: LogFaultCode; readonly path?: string; readonly seconds?: number } | EntryFinding;
export type MonitorCode = MonitorFinding['code'];

/** What a monitor keeps from one look to the next: JSON, believed when it is given back. */
export type MonitorState = {
  readonly format: 'veche-watch/v1';
  readonly origin: string;
  /** The last checkpoint that followed from all before; verbatim. */
  readonly note: string;
  /** When a checkpoint of this size was first seen, in Unix seconds. */
  readonly seenAt: number;
  /** Entries that were read, hashed and judged. */
  readonly hashed: number;
  /** Base64 of the peaks of the tree over them. */
  readonly peaks: readonly string[];
  readonly meetings: MeetingWatchState;
};

export type Observation = {
  /** No fault was found; what is only worth telling is none. */
  readonly ok: boolean;
  /** The first thousand, in the order they were come upon. */
  readonly findings: readonly MonitorFinding[];
  /** All of them. */
  readonly found: number;
  /** What to keep; as it was given when nothing could be verified. */
  readonly state: MonitorState | null;
  /** The checkpoint that was shown; null when it is not the log's. */
  readonly checkpoint: {
    readonly size: number;
    readonly witnessed: Pick<CosignedCheckpoint, 'cosignatures' | 'quorumTime'> | null;
  } | null;
  /** Entries read and hashed now. */
  readonly newEntries: number;
  /** Two notes of the log that contradict each other; to be kept and shown. */
  readonly evidence: { readonly seen: string; readonly shown: string } | null;
};

export type ObserveOptions = {
  readonly log: LogReader;
  readonly logKeys: readonly NoteVerifier[];
  /** Whose quorum must have cosigned the checkpoint; null where the log asks no witnesses. */
  readonly policy: WitnessPolicy | null;
  /** What an earlier look has kept; null at the first. */
  readonly state: MonitorState | null;
  /** Unix seconds. */
  readonly now: number;
  /** A head older than this is a fault: by the time of the quorum, without a policy since it was first seen. Null: never. */
  readonly staleSeconds: number | null;
  /** Null: signatures are not checked. */
  readonly verifier: SignatureVerifier | null;
  /** Files that are being read at a time; 8 when not given. */
  readonly atOnce?: number;
  /** Told after each bundle of entries; awaited. The state is one to go on from. */
  readonly onProgress?: (hashed: number, size: number, state: () => MonitorState) => void | Promise<void>;
};

const MAX_FINDINGS = 1_000;

/**
 * Looks at the log once.
 * @throws LedgerFault `unreachable`: when it cannot be read, which proves nothing; `tile`: when `state` is not one of this log.
 * @example (await observeLog({ log, logKeys: [verifier], policy: null, state: null, now: 0, staleSeconds: null, verifier: null })).newEntries // size
 */
export async function observeLog(options: ObserveOptions): Promise<Observation> {
  const { log, logKeys, policy, state: old, now, staleSeconds } = options;
  const findings: MonitorFinding[] = [];
  let found = 0;
  let faults = 0;
  const find = (finding: MonitorFinding): void => {
    found++;
    if (!('index' in finding) || isEntryFault(finding)) faults++;
    if (findings.length < MAX_FINDINGS) findings.push(finding);
  };
  const observed = (rest: Partial<Observation>): Observation => ({
    ok: faults === 0,
    findings,
    found,
    state: old,
    checkpoint: null,
    newEntries: 0,
    evidence: null,
    ...rest,
  });

  const shown = await readShown(log, logKeys, policy, find);
  if (!shown) return observed({});
  const { note, checkpoint, witnessed } = shown;
  const facts = { checkpoint: { size: checkpoint.size, witnessed } };
  const seen = old === null ? null : parseCheckpoint(parseNote(old.note).text);
  if (old && old.origin !== checkpoint.origin)
    throw new LedgerFault('tile', 'expected the state of this log: it is of another one');
  const seenAt = old && seen!.size === checkpoint.size ? old.seenAt : now;
  if (witnessed && witnessed.quorumTime === null) find({ code: 'no-quorum' });
  const freshAt = witnessed?.quorumTime || seenAt;
  if (staleSeconds !== null && now - freshAt > staleSeconds) find({ code: 'stale', seconds: now - freshAt });

  const reader = createTileReader({
    size: checkpoint.size,
    root: checkpoint.root,
    read: (path) => log.read(path),
  });
  const history = await checkHistory(reader, seen, find);
  if (history === 'contradicted') return observed({ ...facts, evidence: { seen: old!.note, shown: note } });
  if (history === 'unreadable') return observed(facts);

  const meetings = createMeetingWatch(checkpoint.origin, old?.meetings);
  const builder = createTreeBuilder({
    size: old?.hashed ?? 0,
    peaks: (old?.peaks ?? []).map((hash) => decodeBase64(hash, 32)),
  });
  const state = (): MonitorState => ({
    format: 'veche-watch/v1',
    origin: checkpoint.origin,
    note,
    seenAt,
    hashed: builder.size,
    peaks: builder.peaks().map(encodeBase64),
    meetings: meetings.state(),
  });
  const before = builder.size;
  if (before > 0) await checkPeaks(reader, builder);
  await hashEntries({ ...options, reader, builder, meetings, find, stateNow: state });
  return observed({ ...facts, state: state(), newEntries: builder.size - before });
}

async function readShown(
  log: LogReader,
  logKeys: readonly NoteVerifier[],
  policy: WitnessPolicy | null,
  find: (finding: MonitorFinding) => void,
) {
  try {
    const note = await log.checkpoint();
    if (!policy) return { note, checkpoint: checkCheckpoint(note, logKeys), witnessed: null };
    const { cosignatures, quorumTime, ...checkpoint } = readCosigned(note, logKeys, policy);
    return { note, checkpoint, witnessed: { cosignatures, quorumTime } };
  } catch (cause) {
    if (!(cause instanceof LedgerFault) || cause.code === 'unreachable') throw cause;
    const codes = { signature: 'checkpoint-signature', 'unknown-signer': 'checkpoint-unsigned' } as const;
    const code = cause.code in codes ? codes[cause.code as keyof typeof codes] : 'checkpoint-malformed';
    find({ code, path: 'checkpoint' });
    return null;
  }
}

/** Whether the log still begins with the tree that was seen last. */
async function checkHistory(
  reader: TileReader,
  seen: Checkpoint | null,
  find: (finding: MonitorFinding) => void,
): Promise<'holds' | 'contradicted' | 'unreadable'> {
  if (seen && reader.size < seen.size) {
    find({ code: 'log-shrank', path: 'checkpoint' });
    return 'contradicted';
  }
  if (seen && reader.size === seen.size && !equalBytes(reader.root, seen.root)) {
    find({ code: 'log-forked', path: 'checkpoint' });
    return 'contradicted';
  }
  try {
    // A wrong file is told as such before it can look like a fork.
    if (reader.size > 0) await readRoot(reader.size, reader.hashes);
    if (seen && seen.size > 0) {
      const proof = await proveConsistency(seen.size, reader.size, reader.hashes);
      checkConsistency(proof, seen.size, seen.root, reader.size, reader.root);
    }
    return 'holds';
  } catch (cause) {
    if (cause instanceof TileFault) {
      find(fileFinding(cause));
      return 'unreadable';
    }
    if (!(cause instanceof LedgerFault) || cause.code !== 'proof') throw cause;
    find({ code: 'log-forked', path: 'checkpoint' });
    return 'contradicted';
  }
}

const fileFinding = ({ path, reason }: TileFault): MonitorFinding => ({
  code: reason === 'missing' ? 'file-missing' : 'file-wrong',
  path,
});

/** What was hashed earlier must be the beginning of this log: a state that somebody changed would hide entries. */
async function checkPeaks(reader: TileReader, builder: TreeBuilder): Promise<void> {
  const wrong = () => new LedgerFault('tile', 'expected the state of this log: it says something else');
  if (builder.size > reader.size) throw wrong();
  const hashes = await reader.hashes(peaksOf(builder.size));
  if (!builder.peaks().every((peak, i) => equalBytes(peak, hashes[i]!))) throw wrong();
}

async function hashEntries(
  work: ObserveOptions & {
    readonly reader: TileReader;
    readonly builder: TreeBuilder;
    readonly meetings: MeetingWatch;
    readonly find: (finding: MonitorFinding) => void;
    readonly stateNow: () => MonitorState;
  },
): Promise<void> {
  const { reader, builder, meetings, find, verifier, atOnce = 8, onProgress, stateNow } = work;
  const bundles = Math.ceil(reader.size / TILE_WIDTH);
  const readings: Promise<Uint8Array[]>[] = [];
  let asked = Math.floor(builder.size / TILE_WIDTH);
  try {
    for (let index = asked; index < bundles; index++) {
      for (; asked < bundles && asked < index + atOnce; asked++) {
        const reading = reader.entries(asked);
        reading.catch(() => {});
        readings.push(reading);
      }
      const leaves = await readings.shift()!;
      const due: DueCheck[] = [];
      for (let i = builder.size - index * TILE_WIDTH; i < leaves.length; i++) {
        const leaf = leaves[i]!;
        const { findings, checks } = meetings.take(builder.size, leaf);
        findings.forEach(find);
        due.push(...checks);
        builder.append(leafHash(leaf));
      }
      if (verifier) {
        const answers = await verifier(due.map(({ check }) => check));
        due.forEach(({ finding }, i) => answers[i] === true || find(finding));
      }
      await onProgress?.(builder.size, reader.size, stateNow);
    }
  } catch (cause) {
    if (!(cause instanceof TileFault)) throw cause;
    // The next look goes on from here.
    find(fileFinding(cause));
  } finally {
    await Promise.allSettled(readings);
  }
}

/**
 * The state of a text.
 * @throws LedgerFault `tile`: when it is not one that a monitor kept.
 * @example parseMonitorState(JSON.stringify(monitorState)) // monitorState
 */
export function parseMonitorState(text: string): MonitorState {
  const wrong = (cause?: unknown) => new LedgerFault('tile', 'expected the state of a monitor', { cause });
  let state: MonitorState;
  try {
    state = JSON.parse(text) as MonitorState;
    if (state.format !== 'veche-watch/v1') throw wrong();
    parseCheckpoint(parseNote(state.note).text);
    const { hashed, peaks, meetings } = state;
    createTreeBuilder({ size: hashed, peaks: peaks.map((hash) => decodeBase64(hash, 32)) });
    createMeetingWatch(state.origin, meetings);
  } catch (cause) {
    throw cause instanceof LedgerFault && cause.code === 'tile' ? cause : wrong(cause);
  }
  return state;
}
