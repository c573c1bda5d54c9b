// Verifies a whole meeting from its audit bundle and the public log, trusting nothing but the log's key and, where a policy
// is given, the quorum of witnesses it names.
// Runs in a browser and in Node, reads only what it is given, and stops at the first thing that does not hold.
import { followRoll } from './amendment.ts';
import { decodeBase64, decodeUtf8, encodeUtf8, equalBytes } from './bytes.ts';
import { BundleFault, parseBundle } from './bundle.ts';
import type { BundleLine } from './bundle.ts';
import { checkCheckpoint } from './checkpoint.ts';
import type { Checkpoint } from './checkpoint.ts';
import { makeCommitment } from './commitment.ts';
import { nobleVerifier } from './ed25519.ts';
import type { SignatureCheck, SignatureVerifier } from './ed25519.ts';
import { checkEntrySignature, signatureOfEntry, signatureOfPossession } from './entry.ts';
import type { Entry } from './entry.ts';
import { LedgerFault } from './fault.ts';
import { fraction, order, plus, readFraction, times, writeFraction } from './fraction.ts';
import type { Fraction } from './fraction.ts';
import { sha256 } from './hash.ts';
import { decodeCanonical, encodeCanonical, encodeCanonicalBytes } from './jcs.ts';
import { checkLogFiles } from './log-files.ts';
import { parseLogKeys } from './log-keys.ts';
import { isJoined, parseAmendments, parseBallotPayload, parseNotice, parseTieDecision } from './meeting.ts';
import type { AmendmentsPayload, BallotPayload, MeetingResult, Notice, TieDecision } from './meeting.ts';
import { checkNote, parseNote } from './note.ts';
import type { NoteVerifier } from './note.ts';
import { parsePolicy, readCosigned } from './policy.ts';
import type { CosignedCheckpoint, WitnessPolicy } from './policy.ts';
import { recountMeeting, settleTie } from './recount.ts';
import { TILE_WIDTH, TileFault, createTileReader, tilesOf } from './tile.ts';
import type { TileReader } from './tile.ts';
import { checkConsistency, createTreeBuilder, leafHash, proveConsistency, readRoot } from './tree.ts';

/** The public files of a log: `checkpoint`, `tile/...`. Rejects when the log cannot be reached. */
export type LogReader = {
  checkpoint(): Promise<string>;
  /** Null when there is no such file. */
  read(path: string): Promise<Uint8Array | null>;
  /** Every file there is but `checkpoint`, where that can be known: then each of them is checked. */
  list?(): AsyncIterable<string>;
};

/** The steps, in the order they are taken. */
export const AUDIT_STEPS = [
  'bundle-form',
  'checkpoint',
  'consistency',
  'inclusion',
  'files',
  'signatures',
  'commitments',
  'closing',
  'roll',
  'earlier',
  'one-ballot-per-entitlement',
  'box',
  'recount',
  'verdicts',
  'minutes',
] as const;
export type AuditStepCode = (typeof AUDIT_STEPS)[number];

/** Where the first broken thing is; as much of it as is known. */
export type AuditPlace = {
  /** Line of the bundle, from 1. */
  readonly line?: number;
  /** Index in the log. */
  readonly index?: number;
  /** File of the log, such as `tile/0/000.p/5`. */
  readonly path?: string;
  /** Place in the result, such as `items[3].sums.area.for`; or a field of an entry. */
  readonly field?: string;
};

/** What is broken. */
export type AuditFaultCode =
  | 'malformed-line'
  | 'checkpoint-malformed'
  | 'checkpoint-unsigned'
  | 'checkpoint-extra-lines'
  | 'checkpoint-signature'
  | 'checkpoint-unwitnessed'
  | 'policy-malformed'
  | 'policy-differs'
  | 'witness-lines'
  | 'closing-differs'
  | 'closing-unwitnessed'
  | 'closing-early'
  | 'closing-size'
  | 'wrong-origin'
  | 'log-shrank'
  | 'log-forked'
  | 'file-missing'
  | 'file-wrong'
  | 'file-unknown'
  | 'entry-not-in-log'
  | 'entry-malformed'
  | 'wrong-order'
  | 'wrong-meeting'
  | 'wrong-author'
  | 'wrong-signature'
  | 'key-not-registered'
  | 'possession-unproven'
  | 'ballot-replayed'
  | 'commitment-wrong'
  | 'payload-malformed'
  | 'roll-root'
  | 'roll-size'
  | 'roll-weight'
  | 'roll-duplicate'
  | 'roll-unit-area'
  | 'roll-shares'
  | 'earlier-lines'
  | 'earlier-broken'
  | 'earlier-differs'
  | 'answered-before'
  | 'unknown-entitlement'
  | 'foreign-entitlement'
  | 'amendment-wrong'
  | 'unknown-item'
  | 'box-root'
  | 'box-size'
  | 'entry-left-out'
  | 'result-differs'
  | 'result-hash'
  | 'no-tie'
  | 'minutes-differ'
  | 'minutes-not-logged';

export type AuditStep = {
  readonly code: AuditStepCode;
  /** `skipped`: there was nothing to check, such as no checkpoint seen earlier; `not-run`: something broke before. */
  readonly status: 'passed' | 'failed' | 'skipped' | 'not-run';
  /** What was looked at, by name, such as `{ ballots: 412 }`. */
  readonly numbers: Readonly<Record<string, number>>;
};

/** Who has cosigned a checkpoint and when, in Unix seconds. */
export type Witnessed = Pick<CosignedCheckpoint, 'cosignatures' | 'quorumTime'>;

export type AuditReport = {
  readonly ok: boolean;
  readonly steps: readonly AuditStep[];
  /** The first broken thing; null when all holds. */
  readonly broken: {
    readonly step: AuditStepCode;
    readonly fault: AuditFaultCode;
    readonly where: AuditPlace;
  } | null;
  readonly origin: string | null;
  readonly meeting: string | null;
  /** The log's newest checkpoint, verified: to be kept and given as `seenCheckpoint` next time. Null until verified. */
  readonly checkpoint: string | null;
  /** The log's size under it. */
  readonly size: number | null;
  /**
   * The cosignatures of the log's newest checkpoint, by the policy given or else the one of the meeting; null when there is
   * no policy, or until verified.
   */
  readonly witnessed: Witnessed | null;
  /** The closing checkpoint: ballots at or above its size do not count. Null when the meeting has none, or until verified. */
  readonly closing:
    | (Witnessed & {
        readonly size: number;
        readonly quorumTime: number;
        /** When voting ended by the notice, in Unix seconds. */
        readonly announcedEnd: number;
      })
    | null;
  /** The result as recounted here, with the ties that the chair has decided since; null until then. */
  readonly result: MeetingResult | null;
};

export type AuditProgress = { readonly step: AuditStepCode; readonly done: number; readonly total: number };

export type AuditOptions = {
  /** Lines without their newline: see `readLines` in bundle.ts. */
  readonly bundle: AsyncIterable<string> | Iterable<string>;
  readonly log: LogReader;
  /** The log's verifier key; several, or one a line, while it is being replaced. */
  readonly logKey: string | readonly string[];
  /**
   * The text of a witness policy (c2sp.org/tlog-policy) that whoever asks trusts: the log's checkpoint and the closing
   * checkpoint must then meet its quorum. Without one, the closing checkpoint is judged by the policy of the meeting alone.
   */
  readonly policy?: string;
  /** The note of a checkpoint verified earlier: the log must still begin with it. */
  readonly seenCheckpoint?: string;
  /** Noble's when not given; `createWebVerifier()` is many times faster. */
  readonly verifier?: SignatureVerifier;
  /** Awaited, so that a page may draw in between. */
  readonly onProgress?: (progress: AuditProgress) => void | Promise<void>;
  /** `log` reads and hashes every file of the log and finds entries that the box leaves out; `meeting` only what the meeting needs. */
  readonly scan: 'log' | 'meeting';
  /** The file of the minutes, in any of its forms, to be compared with the hashes in the log. */
  readonly minutes?: Uint8Array;
};

type RollLine = Extract<BundleLine, { t: 'roll' }>;
type EntryLine = Extract<BundleLine, { t: 'entry' }>;
type EntryLineOf<Kind extends Entry['kind']> = EntryLine & { readonly entry: Extract<Entry, { kind: Kind }> };

/** The bundle taken apart, with its order checked. */
type Parts = {
  readonly origin: string;
  readonly meeting: string;
  readonly note: string;
  /** Both or neither. */
  readonly policy: Extract<BundleLine, { t: 'policy' }> | null;
  readonly closing: Extract<BundleLine, { t: 'closing' }> | null;
  readonly roll: readonly RollLine[];
  readonly entries: readonly EntryLine[];
  readonly called: EntryLineOf<'meeting.called'>;
  readonly opened: EntryLineOf<'meeting.opened'>;
  readonly closed: EntryLineOf<'meeting.closed'>;
  readonly result: EntryLineOf<'result'>;
  readonly published: Extract<BundleLine, { t: 'result' }>;
  /** The bundle of the vote that this one joins, line by line; empty where it joins none. */
  readonly earlier: readonly Extract<BundleLine, { t: 'earlier' }>[];
};
/** What a meeting has proven, for the vote that joins it. */
type Proven = {
  readonly parts: Parts;
  readonly notice: Notice;
  readonly result: MeetingResult;
  /** Those that count, in log order. */
  readonly counted: readonly BallotPayload[];
};
type OpenedBallot = { readonly line: EntryLineOf<'ballot'>; readonly payload: BallotPayload };
type OpenedAmendments = {
  readonly line: EntryLineOf<'roll.amended'>;
  readonly payload: AmendmentsPayload;
};
type OpenedDecision = { readonly line: EntryLineOf<'tie.decided'>; readonly payload: TieDecision };
type Numbers = Readonly<Record<string, number>>;
type Report = (done: number, total: number) => Promise<void>;

/** Ends the audit: never leaves this file. */
class Broken extends Error {
  readonly fault: AuditFaultCode;
  readonly where: AuditPlace;
  constructor(fault: AuditFaultCode, where: AuditPlace = {}) {
    super(fault);
    this.fault = fault;
    this.where = where;
  }
}

/** So many signatures between two reports of progress. */
const SIGNATURES_AT_ONCE = 256;
/** So many files of the log are asked for at a time. */
const FILES_AT_ONCE = 16;

/**
 * Verifies a meeting.
 * @throws LedgerFault `unreachable`: when the log cannot be read; `note` or `policy`: when `logKey`
 * or `policy` is not one. Whatever is wrong
 * with bundle or log is in the report.
 * @example (await auditMeeting({ bundle: lines, log, logKey, scan: 'log' })).ok // true
 */
export async function auditMeeting(options: AuditOptions): Promise<AuditReport> {
  return (await auditBundle(options)).report;
}

/** `proven`: null when something is broken. */
async function auditBundle(
  options: AuditOptions,
): Promise<{ readonly report: AuditReport; readonly proven: Proven | null }> {
  const { log, seenCheckpoint, verifier = nobleVerifier, onProgress, scan } = options;
  const logKeys = parseLogKeys(options.logKey);
  const policy = options.policy === undefined ? null : parsePolicy(options.policy);
  const steps: AuditStep[] = [];
  let broken: AuditReport['broken'] = null;

  /** Runs one step; once something is broken, the later ones are not run. `null` numbers: nothing to check. */
  const take = async <T>(
    code: AuditStepCode,
    run: (report: Report) => Promise<{ numbers: Numbers | null; value: T }>,
  ): Promise<T> => {
    try {
      await onProgress?.({ step: code, done: 0, total: 0 });
      const { numbers, value } = await run(
        async (done, total) => void (await onProgress?.({ step: code, done, total })),
      );
      steps.push({ code, status: numbers ? 'passed' : 'skipped', numbers: numbers ?? {} });
      return value;
    } catch (cause) {
      const found = asBroken(cause);
      if (!found) throw cause;
      steps.push({ code, status: 'failed', numbers: {} });
      broken = { step: code, fault: found.fault, where: found.where };
      throw found;
    }
  };

  const known: {
    parts?: Parts;
    checkpoints?: Checkpoints;
    closing?: AuditReport['closing'];
    result?: MeetingResult;
    proven?: Proven;
  } = {};
  try {
    const parts = (known.parts = await take('bundle-form', (report) => readParts(options.bundle, report)));
    const checkpoints = (known.checkpoints = await take('checkpoint', () =>
      checkCheckpoints(parts, log, logKeys, policy),
    ));
    const { now } = checkpoints;
    const reader = createTileReader({ size: now.size, root: now.root, read: (path) => log.read(path) });
    await take('consistency', () => checkHistory(reader, checkpoints, seenCheckpoint, logKeys));
    const found = await take('inclusion', (report) =>
      scan === 'log'
        ? scanLog(parts, reader, checkpoints.bundle.size, report)
        : checkEntriesInLog(parts, reader, checkpoints.bundle.size, report),
    );
    await take('files', () => checkFiles(log, reader, logKeys));
    await take('signatures', (report) => checkSignatures(parts, verifier, report));
    const opened = await take('commitments', () => openCommitments(parts));
    const { notice, ballots, decisions } = opened;
    const closing = (known.closing = await take('closing', () =>
      checkClosing(parts, checkpoints, notice, ballots),
    ));
    // Whatever stands in the log from here on came too late.
    const end = closing?.size ?? parts.closed.index;
    await take('roll', () => checkRoll(parts));
    const carried = await take('earlier', () => checkEarlier(parts, notice, ballots, options));
    await take('one-ballot-per-entitlement', () => checkEntitlements(parts, opened, end));
    await take('box', () => checkBox(parts, found, checkpoints.bundle.size));
    const result = await take('recount', () => recount(parts, opened, end, carried));
    known.result = await take('verdicts', () => checkResult(parts, result, decisions));
    const counted = ballots.filter(({ line }) => line.index < end).map(({ payload }) => payload);
    known.proven = { parts, notice, result, counted: [...(carried ?? []), ...counted] };
    await take('minutes', () => checkMinutes(parts, options.minutes));
  } catch (cause) {
    if (!(cause instanceof Broken)) throw cause;
  }

  for (const code of AUDIT_STEPS.slice(steps.length)) steps.push({ code, status: 'not-run', numbers: {} });
  const report: AuditReport = {
    ok: broken === null,
    steps,
    broken,
    origin: known.parts?.origin ?? null,
    meeting: known.parts?.meeting ?? null,
    checkpoint: known.checkpoints?.note ?? null,
    size: known.checkpoints?.now.size ?? null,
    witnessed: known.checkpoints?.witnessed ?? null,
    closing: known.closing ?? null,
    result: known.result ?? null,
  };
  return { report, proven: report.ok ? known.proven! : null };
}

/** What a fault of bundle or log means for the report; null for what is neither, such as a log out of reach. */
function asBroken(cause: unknown): Broken | null {
  if (cause instanceof Broken) return cause;
  if (cause instanceof BundleFault) return new Broken('malformed-line', { line: cause.line });
  if (cause instanceof TileFault) {
    const fault = { missing: 'file-missing', unknown: 'file-unknown' } as const;
    return new Broken(cause.reason in fault ? fault[cause.reason as keyof typeof fault] : 'file-wrong', {
      path: cause.path,
    });
  }
  return null;
}

const placeOf = ({ line, index }: EntryLine): AuditPlace => ({ line, index });

async function readParts(
  bundle: AuditOptions['bundle'],
  report: Report,
): Promise<{ numbers: Numbers; value: Parts }> {
  const roll: RollLine[] = [];
  const entries: EntryLine[] = [];
  let header: Extract<BundleLine, { t: 'bundle' }> | undefined;
  let note = '';
  let policy: Parts['policy'] = null;
  let closing: Parts['closing'] = null;
  let published: Parts['published'] | undefined;
  const earlier: Parts['earlier'][number][] = [];
  let lines = 0;
  for await (const line of parseBundle(bundle)) {
    lines = line.line;
    if (line.t === 'bundle') header = line;
    else if (line.t === 'checkpoint') note = line.note;
    else if (line.t === 'policy') policy = line;
    else if (line.t === 'closing') closing = line;
    else if (line.t === 'roll') roll.push(line);
    else if (line.t === 'entry') entries.push(line);
    else if (line.t === 'result') published = line;
    else if (line.t === 'earlier') earlier.push(line);
    if (lines % 1_000 === 0) await report(lines, 0);
  }
  const { origin, meeting } = header!;
  checkOrder(entries, meeting);
  const the = <Kind extends Entry['kind']>(kind: Kind) =>
    entries.find(({ entry }) => entry.kind === kind) as EntryLineOf<Kind>;
  const value: Parts = {
    origin,
    meeting,
    note,
    policy,
    closing,
    roll,
    entries,
    called: the('meeting.called'),
    opened: the('meeting.opened'),
    closed: the('meeting.closed'),
    result: the('result'),
    published: published!,
    earlier,
  };
  // The lines of a policy and of a closing checkpoint are there exactly when the entries say so.
  const { opened, closed } = value;
  if ((opened.entry.policy !== undefined) !== (closed.entry.closing !== undefined))
    throw new Broken('witness-lines', placeOf(closed));
  if ((opened.entry.policy !== undefined) !== (policy !== null))
    throw new Broken('witness-lines', { line: 3 });
  return { numbers: { lines, roll: roll.length, entries: entries.length }, value };
}

/**
 * called, opened, closed and result come once and in this order; ballots only once the meeting is open, and the roll is
 * amended only while it is.
 */
function checkOrder(entries: readonly EntryLine[], meeting: string): void {
  const milestones = ['meeting.called', 'meeting.opened', 'meeting.closed', 'result'];
  let reached = 0;
  for (const line of entries) {
    const { entry, index } = line;
    if ((index === 0) !== (line === entries[0])) throw new Broken('wrong-order', placeOf(line));
    if (entry.kind === 'registrar') continue;
    if (index === 0) throw new Broken('wrong-order', placeOf(line));
    if (entry.meeting !== meeting) throw new Broken('wrong-meeting', placeOf(line));
    const milestone = milestones.indexOf(entry.kind);
    if (milestone >= 0 && milestone !== reached++) throw new Broken('wrong-order', placeOf(line));
    const least =
      entry.kind === 'ballot' ? 2 : entry.kind === 'minutes' || entry.kind === 'tie.decided' ? 4 : 1;
    if (reached < least || (entry.kind === 'roll.amended' && reached !== 2))
      throw new Broken('wrong-order', placeOf(line));
  }
  const last = entries.at(-1)!;
  if (entries[0]!.index !== 0 || reached < milestones.length) throw new Broken('wrong-order', placeOf(last));
}

/** What the step `checkpoint` has established. */
type Checkpoints = {
  readonly bundle: Checkpoint;
  readonly now: Checkpoint;
  /** The log's newest note. */
  readonly note: string;
  readonly witnessed: Witnessed | null;
  /** The closing checkpoint under the policy of the meeting; `givenTime`: its quorum time under the policy given, if any. */
  readonly closing:
    (Checkpoint & { readonly witnessed: Witnessed; readonly givenTime: number | null | undefined }) | null;
};

async function checkCheckpoints(
  parts: Parts,
  log: LogReader,
  logKeys: readonly NoteVerifier[],
  policy: WitnessPolicy | null,
): Promise<{ numbers: Numbers; value: Checkpoints }> {
  const pinned = readPinnedPolicy(parts);
  // Keys that the policy names for this log may have signed before or after those that were given.
  const named = (pinned?.logs ?? [])
    .map(({ verifier }) => verifier)
    .filter(({ name }) => name === parts.origin);
  const bundle = readCheckpoint(parts.note, logKeys, null, { line: 2 });
  if (parts.origin !== bundle.origin) throw new Broken('wrong-origin', { line: 1 });
  const vouching = [...named, ...(pinned?.witnesses ?? []).map(({ verifier }) => verifier)];
  checkNoFreeLines(parts.note, [...logKeys, ...vouching], { line: 2 });

  let closing: Checkpoints['closing'] = null;
  if (pinned && parts.closing) {
    const { line, note: closingNote } = parts.closing;
    checkPinned(parts.closed, parts.closed.entry.closing!, closingNote, 'closing-differs', line);
    const read = readCheckpoint(closingNote, [...logKeys, ...named], pinned, { line });
    const given = policy ? readCheckpoint(closingNote, [...logKeys, ...named], policy, { line }) : null;
    closing = { ...read, witnessed: read.witnessed!, givenTime: given?.witnessed!.quorumTime };
  }

  let note: string;
  try {
    note = await log.checkpoint();
  } catch (cause) {
    if (cause instanceof LedgerFault && cause.code === 'encoding')
      throw new Broken('checkpoint-malformed', { path: 'checkpoint' });
    throw cause;
  }
  const now = readCheckpoint(note, logKeys, policy ?? pinned, { path: 'checkpoint' });
  if (now.size < bundle.size) throw new Broken('log-shrank', { path: 'checkpoint' });
  if (policy && now.witnessed!.quorumTime === null)
    throw new Broken('checkpoint-unwitnessed', { path: 'checkpoint' });
  const { witnessed } = now;
  const numbers = {
    bundleSize: bundle.size,
    size: now.size,
    ...(witnessed ? { witnesses: witnessed.cosignatures.length } : {}),
    ...(witnessed && witnessed.quorumTime !== null ? { quorumTime: witnessed.quorumTime } : {}),
  };
  return { numbers, value: { bundle, now, note, witnessed, closing } };
}

/** The policy that the opening names. */
function readPinnedPolicy({ policy, opened }: Parts): WitnessPolicy | null {
  if (!policy) return null;
  const { line, text } = policy;
  checkPinned(opened, opened.entry.policy!, text, 'policy-differs', line);
  try {
    return parsePolicy(text);
  } catch (cause) {
    if (!(cause instanceof LedgerFault)) throw cause;
    throw new Broken('policy-malformed', { line });
  }
}

/** Compares a text of the bundle with the hash that an entry holds; blames the entry when its own signature is broken. */
function checkPinned(by: EntryLine, hash: string, text: string, fault: AuditFaultCode, line: number): void {
  if (equalBytes(sha256(encodeUtf8(text)), decodeBase64(hash))) return;
  try {
    checkEntrySignature(by.entry);
  } catch (cause) {
    if (!(cause instanceof LedgerFault)) throw cause;
    throw new Broken('wrong-signature', placeOf(by));
  }
  throw new Broken(fault, { line });
}

/** A line that nobody's key vouches for could be changed by anyone, and so could one that a key signed twice. */
function checkNoFreeLines(note: string, verifiers: readonly NoteVerifier[], where: AuditPlace): void {
  let verified: number;
  try {
    verified = checkNote(note, verifiers).verified.length;
  } catch (cause) {
    if (!(cause instanceof LedgerFault)) throw cause;
    throw new Broken('checkpoint-signature', where);
  }
  if (verified !== parseNote(note).signatures.length) throw new Broken('checkpoint-extra-lines', where);
}

/** The checkpoint of a note, and who cosigned it where there is a policy. */
function readCheckpoint(
  note: string,
  logKeys: readonly NoteVerifier[],
  policy: WitnessPolicy | null,
  where: AuditPlace,
): Checkpoint & { readonly witnessed: Witnessed | null } {
  try {
    if (!policy) return { ...checkCheckpoint(note, logKeys), witnessed: null };
    const { cosignatures, quorumTime, ...checkpoint }: CosignedCheckpoint = readCosigned(
      note,
      logKeys,
      policy,
    );
    return { ...checkpoint, witnessed: { cosignatures, quorumTime } };
  } catch (cause) {
    if (!(cause instanceof LedgerFault)) throw cause;
    const faults = { signature: 'checkpoint-signature', 'unknown-signer': 'checkpoint-unsigned' } as const;
    const fault = cause.code in faults ? faults[cause.code as keyof typeof faults] : 'checkpoint-malformed';
    throw new Broken(fault, where);
  }
}

async function checkHistory(
  reader: TileReader,
  { bundle, closing }: Checkpoints,
  seenNote: string | undefined,
  logKeys: readonly NoteVerifier[],
) {
  const seen =
    seenNote === undefined ? null : readCheckpoint(seenNote, logKeys, null, { field: 'seenCheckpoint' });
  if (seen && seen.size > reader.size) throw new Broken('log-shrank', { path: 'checkpoint' });
  if (closing && closing.size > bundle.size) throw new Broken('closing-size', { line: 4 });
  // Every leaf under a root is read under it: a wrong file is told as such before it can look like a fork.
  if (reader.size > 0) await readRoot(reader.size, reader.hashes);
  for (const [older, where] of [
    [seen, { field: 'seenCheckpoint' }],
    [bundle, { line: 2 }],
    [closing, { line: 4 }],
  ] as const) {
    if (!older || older.size === 0) continue;
    const proof = await proveConsistency(older.size, reader.size, reader.hashes);
    try {
      checkConsistency(proof, older.size, older.root, reader.size, reader.root);
    } catch (cause) {
      if (cause instanceof LedgerFault && cause.code === 'proof') throw new Broken('log-forked', where);
      throw cause;
    }
  }
  const numbers = { bundleSize: bundle.size, size: reader.size, ...(seen ? { seenSize: seen.size } : {}) };
  return { numbers, value: null };
}

/** What a scan of the log has found of the meeting; null when the log was not scanned. */
type Found = {
  readonly meetingIndexes: readonly number[];
  readonly registrarIndexes: readonly number[];
} | null;

/** Compares entries with the authentic hashes at their indexes. */
async function checkEntriesInLog(
  parts: Parts,
  reader: TileReader,
  bundleSize: number,
  report: Report,
): Promise<{ numbers: Numbers; value: Found }> {
  const byTile = new Map<number, EntryLine[]>();
  for (const line of parts.entries) {
    const tile = Math.floor(line.index / TILE_WIDTH);
    const lines = byTile.get(tile);
    if (lines) lines.push(line);
    else byTile.set(tile, [line]);
  }
  const tiles = [...byTile];
  for (let start = 0; start < tiles.length; start += FILES_AT_ONCE) {
    await report(start, tiles.length);
    await inOrder(
      tiles.slice(start, start + FILES_AT_ONCE).map(async ([tile, lines]) => {
        for (const line of lines) {
          if (line.index >= bundleSize) throw new Broken('entry-not-in-log', placeOf(line));
          const hashes = await reader.tile(0, tile);
          if (!equalBytes(hashes.node(0, line.index % TILE_WIDTH), line.leafHash))
            throw new Broken('entry-not-in-log', placeOf(line));
        }
      }),
    );
  }
  return { numbers: { entries: parts.entries.length, tiles: tiles.length, size: reader.size }, value: null };
}

/** Reads and hashes all the log has, and notes every entry of this meeting and of the registrar. */
async function scanLog(
  parts: Parts,
  reader: TileReader,
  bundleSize: number,
  report: Report,
): Promise<{ numbers: Numbers; value: Found }> {
  const meetingIndexes: number[] = [];
  const registrarIndexes: number[] = [];
  const builder = createTreeBuilder();
  const files = [...tilesOf(reader.size)];
  for (let start = 0; start < files.length; start += FILES_AT_ONCE) {
    await report(start, files.length);
    const some = files.slice(start, start + FILES_AT_ONCE);
    const bundles = await inOrder(
      some.map(async ({ level, index }) => {
        if (level === 'entries') return reader.entries(index);
        await reader.tile(level, index);
        return [];
      }),
    );
    some.forEach(({ index }, n) =>
      bundles[n]!.forEach((leaf, i) => {
        const at = index * TILE_WIDTH + i;
        builder.append(leafHash(leaf));
        const { kind, meeting } = readLeaf(leaf, at);
        if (kind === 'registrar') registrarIndexes.push(at);
        else if (meeting === parts.meeting) meetingIndexes.push(at);
      }),
    );
  }
  if (!equalBytes(builder.root(), reader.root)) throw new Broken('file-wrong', { path: 'checkpoint' });
  const { numbers } = await checkEntriesInLog(parts, reader, bundleSize, report);
  return {
    numbers: { ...numbers, files: files.length },
    value: { meetingIndexes, registrarIndexes },
  };
}

/** Kinds of other modules are not ours to judge, but every leaf is one canonical object that says what it is. */
function readLeaf(leaf: Uint8Array, index: number): { kind: unknown; meeting: unknown } {
  try {
    const value = decodeCanonical(decodeUtf8(leaf));
    if (typeof value === 'object' && value !== null && 'kind' in value)
      return { kind: value.kind, meeting: 'meeting' in value ? value.meeting : undefined };
  } catch (cause) {
    if (!(cause instanceof LedgerFault)) throw cause;
  }
  throw new Broken('entry-malformed', { index });
}

/** Waits for all; the first failure in the order given is the one that counts, so that reports are repeatable. */
async function inOrder<T>(work: readonly Promise<T>[]): Promise<T[]> {
  return (await Promise.allSettled(work)).map((outcome) => {
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value;
  });
}

async function checkFiles(log: LogReader, now: TileReader, logKeys: readonly NoteVerifier[]) {
  if (!log.list) return { numbers: null, value: null };
  await checkHead(log, now, logKeys);
  const { checked, ahead } = await checkLogFiles({
    size: now.size,
    root: now.root,
    read: (path) => log.read(path),
    paths: log.list(),
  });
  return { numbers: { files: checked, ahead }, value: null };
}

/**
 * The file `head`, which a log with witnesses has besides: what it has signed and they have not yet. It too must be of the
 * one history.
 */
async function checkHead(log: LogReader, now: TileReader, logKeys: readonly NoteVerifier[]): Promise<void> {
  const where = { path: 'head' };
  const content = await log.read('head');
  if (!content) return;
  let note: string;
  try {
    note = decodeUtf8(content);
  } catch {
    throw new Broken('checkpoint-malformed', where);
  }
  const head = readCheckpoint(note, logKeys, null, where);
  checkNoFreeLines(note, logKeys, where);
  const ahead =
    head.size > now.size
      ? createTileReader({ size: head.size, root: head.root, read: (path) => log.read(path) })
      : now;
  const older = ahead === now ? head : now;
  if (older.size === 0) return;
  try {
    const proof = await proveConsistency(older.size, ahead.size, ahead.hashes);
    checkConsistency(proof, older.size, older.root, ahead.size, ahead.root);
  } catch (cause) {
    if (cause instanceof LedgerFault && cause.code === 'proof') throw new Broken('log-forked', where);
    throw cause;
  }
}

/** Who may have written what, then all signatures at once. */
async function checkSignatures(parts: Parts, verifier: SignatureVerifier, report: Report) {
  let registrar = '';
  let registrars = 0;
  const keysOf = new Map<string, Set<string>>();
  const nonces = new Set<string>();
  const checks: { check: SignatureCheck; line: EntryLine; fault: AuditFaultCode }[] = [];
  for (const line of parts.entries) {
    const { entry, index } = line;
    checks.push({ check: signatureOfEntry(entry), line, fault: 'wrong-signature' });
    if (entry.kind === 'ballot') {
      if (!keysOf.get(entry.voter)?.has(entry.by)) throw new Broken('key-not-registered', placeOf(line));
      // The same ballot logged again would take back what its voter changed since.
      const nonce = `${entry.voter} ${entry.nonce}`;
      if (nonces.has(nonce)) throw new Broken('ballot-replayed', placeOf(line));
      nonces.add(nonce);
      continue;
    }
    if (entry.kind === 'registrar') {
      if (entry.origin !== parts.origin) throw new Broken('wrong-origin', placeOf(line));
      if (index === 0) registrar = entry.key;
    }
    if (entry.by !== registrar) throw new Broken('wrong-author', placeOf(line));
    if (entry.kind === 'registrar') {
      registrar = entry.key;
      registrars++;
    } else if (entry.kind === 'key.registered') {
      checks.push({ check: signatureOfPossession(entry), line, fault: 'possession-unproven' });
      keysOf.set(entry.voter, (keysOf.get(entry.voter) ?? new Set()).add(entry.key));
    }
  }
  for (let start = 0; start < checks.length; start += SIGNATURES_AT_ONCE) {
    await report(start, checks.length);
    const some = checks.slice(start, start + SIGNATURES_AT_ONCE);
    const answers = await verifier(some.map(({ check }) => check));
    some.forEach(({ line, fault }, i) => {
      if (answers[i] !== true) throw new Broken(fault, placeOf(line));
    });
  }
  const keys = [...keysOf.values()].reduce((count, set) => count + set.size, 0);
  return { numbers: { signatures: checks.length, registrars, keys, ballots: nonces.size }, value: null };
}

/** What the commitments open to, in log order. */
type Opened = {
  readonly notice: Notice;
  readonly ballots: readonly OpenedBallot[];
  readonly amendments: readonly OpenedAmendments[];
  readonly decisions: readonly OpenedDecision[];
};

async function openCommitments(parts: Parts): Promise<{ numbers: Numbers; value: Opened }> {
  const notice = openPayload(parts.called, parts.called.entry.notice, parseNotice);
  if (notice.meeting !== parts.meeting) throw new Broken('wrong-meeting', placeOf(parts.called));
  const items = new Set(notice.items.map(({ id }) => id));
  const ballots = parts.entries.filter(isBallot).map((line): OpenedBallot => {
    const payload = openPayload(line, line.entry.ballot, parseBallotPayload);
    if (payload.meeting !== parts.meeting || payload.voter !== line.entry.voter)
      throw new Broken('payload-malformed', placeOf(line));
    if (!Object.keys(payload.choices).every((item) => items.has(item)))
      throw new Broken('unknown-item', placeOf(line));
    return { line, payload };
  });
  const decisions = parts.entries.filter(isTieDecided).map((line): OpenedDecision => {
    const payload = openPayload(line, line.entry.decision, parseTieDecision);
    if (payload.meeting !== parts.meeting) throw new Broken('payload-malformed', placeOf(line));
    return { line, payload };
  });
  const amendments = parts.entries.filter(isAmended).map((line): OpenedAmendments => {
    const payload = openPayload(line, line.entry.amendments, parseAmendments);
    if (payload.meeting !== parts.meeting) throw new Broken('payload-malformed', placeOf(line));
    return { line, payload };
  });
  const value = { notice, ballots, amendments, decisions };
  const commitments = 1 + ballots.length + amendments.length + decisions.length;
  return { numbers: { commitments, items: items.size, ballots: ballots.length }, value };
}

const isBallot = (line: EntryLine): line is EntryLineOf<'ballot'> => line.entry.kind === 'ballot';
const isAmended = (line: EntryLine): line is EntryLineOf<'roll.amended'> =>
  line.entry.kind === 'roll.amended';
const isTieDecided = (line: EntryLine): line is EntryLineOf<'tie.decided'> =>
  line.entry.kind === 'tie.decided';

function openPayload<T>(line: EntryLine, commitment: string, parse: (payload: unknown) => T): T {
  let salt: Uint8Array;
  try {
    salt = decodeBase64(line.salt!, 32);
  } catch {
    throw new Broken('malformed-line', placeOf(line));
  }
  if (!equalBytes(makeCommitment(salt, encodeCanonicalBytes(line.payload)), decodeBase64(commitment)))
    throw new Broken('commitment-wrong', placeOf(line));
  try {
    return parse(line.payload);
  } catch (cause) {
    if (!(cause instanceof LedgerFault)) throw cause;
    throw new Broken('payload-malformed', placeOf(line));
  }
}

/**
 * The closing checkpoint: witnessed at or after the announced end, and before the close that names it. Witnesses only ever
 * cosign the largest tree they saw, so that none of them will vouch for a shorter one at a later time.
 */
async function checkClosing(
  { closed, closing: shown }: Parts,
  { closing }: Checkpoints,
  notice: Notice,
  ballots: readonly OpenedBallot[],
): Promise<{ numbers: Numbers | null; value: AuditReport['closing'] }> {
  if (!closing || !shown) return { numbers: null, value: null };
  const where = { line: shown.line };
  const { quorumTime, cosignatures } = closing.witnessed;
  const { givenTime } = closing;
  const announcedEnd = Math.floor(Date.parse(notice.closesAt) / 1_000);
  for (const time of givenTime === undefined ? [quorumTime] : [quorumTime, givenTime]) {
    if (time === null) throw new Broken('closing-unwitnessed', where);
    if (!(time >= announcedEnd)) throw new Broken('closing-early', where);
  }
  if (closing.size > closed.index) throw new Broken('closing-size', where);
  const value = { size: closing.size, quorumTime: quorumTime!, cosignatures, announcedEnd };
  const late = ballots.filter(({ line }) => line.index >= closing.size).length;
  const numbers = {
    size: closing.size,
    witnesses: cosignatures.length,
    quorumTime: value.quorumTime,
    announcedEnd,
    late,
  };
  return { numbers, value };
}

async function checkRoll({ roll, opened }: Parts) {
  const { entry } = opened;
  if (entry.rollSize !== roll.length) throw new Broken('roll-size', placeOf(opened));
  const builder = createTreeBuilder();
  for (const line of roll) builder.append(line.leafHash);
  if (!equalBytes(builder.root(), decodeBase64(entry.rollRoot)))
    throw new Broken('roll-root', placeOf(opened));

  const entitlements = new Set<string>();
  const units = new Map<string, { line: number; areaCm2: number; shares: Fraction }>();
  let weight = fraction(0n);
  for (const { line, record } of roll) {
    if (entitlements.has(record.entitlement)) throw new Broken('roll-duplicate', { line });
    entitlements.add(record.entitlement);
    const unit = units.get(record.unit) ?? { line, areaCm2: record.areaCm2, shares: fraction(0n) };
    if (unit.areaCm2 !== record.areaCm2) throw new Broken('roll-unit-area', { line });
    const share = readFraction(record.share);
    units.set(record.unit, { ...unit, shares: plus(unit.shares, share) });
    weight = plus(weight, times(fraction(BigInt(record.areaCm2)), share));
  }
  for (const { line, shares } of units.values())
    if (order(shares, fraction(1n)) !== 0) throw new Broken('roll-shares', { line });
  if (writeFraction(weight) !== entry.rollWeight) throw new Broken('roll-weight', placeOf(opened));
  return { numbers: { entitlements: roll.length, units: units.size }, value: null };
}

/**
 * The vote that this one joins, audited whole from the lines that the bundle holds of it: the same log, the result that the
 * notice names, a rule that grants this kind of vote over these items, the same roll, and nobody asked twice.
 * @returns its ballots that count on here; null where this vote joins none
 */
async function checkEarlier(
  parts: Parts,
  notice: Notice,
  ballots: readonly OpenedBallot[],
  options: AuditOptions,
): Promise<{ numbers: Numbers | null; value: readonly BallotPayload[] | null }> {
  const { follows } = notice;
  const [first] = parts.earlier;
  if (!follows || !isJoined(notice)) {
    if (first) throw new Broken('earlier-lines', { line: first.line });
    return { numbers: null, value: null };
  }
  if (!first) throw new Broken('earlier-lines', { line: parts.published.line });
  const { log, logKey, policy, verifier } = options;
  const { report, proven } = await auditBundle({
    bundle: parts.earlier.map(({ holds }) => holds),
    log,
    logKey,
    ...(policy === undefined ? {} : { policy }),
    ...(verifier ? { verifier } : {}),
    scan: 'meeting',
  });
  if (!proven) {
    const { line = 1 } = report.broken!.where;
    throw new Broken('earlier-broken', { line: first.line + line - 1 });
  }
  const differs = (where: AuditPlace) => new Broken('earlier-differs', where);
  const called = placeOf(parts.called);
  if (proven.parts.origin !== parts.origin || proven.parts.meeting !== follows.meeting)
    throw differs({ ...called, field: 'follows.meeting' });
  if (proven.parts.result.entry.result !== follows.result)
    throw differs({ ...called, field: 'follows.result' });
  // A roll that was amended is another roll, whatever its opening said.
  const isAmendedRoll = [...proven.parts.entries, ...parts.entries].some(isAmended);
  if (isAmendedRoll || parts.opened.entry.rollRoot !== proven.parts.opened.entry.rollRoot)
    throw differs({ ...placeOf(parts.opened), field: 'rollRoot' });
  for (const { id, number, rule, round } of notice.items) {
    const fallback = proven.result.items.find(({ item }) => item === id)?.fallback;
    const isGranted =
      fallback?.due === true &&
      fallback.kind === follows.kind &&
      fallback.rule === rule.id &&
      round !== undefined;
    if (!isGranted) throw differs({ ...called, field: `items[${number}]` });
  }
  const answered = new Set(proven.counted.flatMap(({ entitlements }) => entitlements));
  for (const { line, payload } of ballots)
    if (payload.entitlements.some((entitlement) => answered.has(entitlement)))
      throw new Broken('answered-before', placeOf(line));
  return { numbers: { ballots: proven.counted.length, answered: answered.size }, value: proven.counted };
}

/** Each ballot is by whoever holds the share at its place in the log: the roll is followed through its amendments. */
async function checkEntitlements(parts: Parts, { notice, ballots, amendments }: Opened, end: number) {
  const roll = followRoll(
    parts.roll.map(({ record }) => record),
    notice.sale,
  );
  const voted = new Set<string>();
  let amended = 0;
  for (const { line, payload } of [...ballots, ...amendments].sort((a, b) => a.line.index - b.line.index)) {
    if ('amendments' in payload) {
      for (const amendment of payload.amendments) takeAmendment(() => roll.amend(amendment), line);
      if (line.index < end) amended += payload.amendments.length;
      continue;
    }
    for (const entitlement of payload.entitlements) {
      const voter = roll.holderOf(entitlement);
      if (voter === null) throw new Broken('unknown-entitlement', placeOf(line));
      if (voter !== payload.voter) throw new Broken('foreign-entitlement', placeOf(line));
      if (line.index < end) voted.add(entitlement);
    }
  }
  const counted = ballots.filter(({ line }) => line.index < end).length;
  const numbers = {
    ballots: counted,
    late: ballots.length - counted,
    voted: voted.size,
    ...(amended > 0 ? { amended } : {}),
  };
  return { numbers, value: null };
}

function takeAmendment(amend: () => void, line: EntryLine): void {
  try {
    amend();
  } catch (cause) {
    if (!(cause instanceof LedgerFault)) throw cause;
    throw new Broken('amendment-wrong', placeOf(line));
  }
}

async function checkBox({ entries, closed, meeting }: Parts, found: Found, bundleSize: number) {
  const builder = createTreeBuilder();
  for (const { entry, index, leafHash: hash } of entries)
    if (entry.kind !== 'registrar' && entry.meeting === meeting && index < closed.index) builder.append(hash);
  if (builder.size !== closed.entry.boxSize) throw new Broken('box-size', placeOf(closed));
  if (!equalBytes(builder.root(), decodeBase64(closed.entry.boxRoot)))
    throw new Broken('box-root', placeOf(closed));
  if (!found) return { numbers: { box: builder.size }, value: null };

  const shown = new Set(entries.map(({ index }) => index));
  const last = entries.at(-1)!.index;
  const mustBeShown = [
    ...found.meetingIndexes.filter((index) => index < bundleSize),
    ...found.registrarIndexes.filter((index) => index < last),
  ].sort((a, b) => a - b);
  const leftOut = mustBeShown.find((index) => !shown.has(index));
  if (leftOut !== undefined) throw new Broken('entry-left-out', { index: leftOut });
  const later = found.meetingIndexes.filter((index) => index >= bundleSize).length;
  return { numbers: { box: builder.size, later }, value: null };
}

async function recount(
  parts: Parts,
  { notice, ballots, amendments }: Opened,
  end: number,
  carried: readonly BallotPayload[] | null,
) {
  const box = ballots.filter(({ line }) => line.index < parts.closed.index);
  const counted = box.filter(({ line }) => line.index < end);
  const value = recountMeeting({
    meeting: parts.meeting,
    items: notice.items,
    roll: parts.roll.map(({ record }) => record),
    ballots: counted.map(({ payload }) => payload),
    ...(notice.sale === undefined ? {} : { sale: notice.sale }),
    amendments: amendments
      .filter(({ line }) => line.index < end)
      .flatMap(({ line, payload }) => {
        const before = counted.filter((ballot) => ballot.line.index < line.index).length;
        return payload.amendments.map((amendment) => ({ ...amendment, before }));
      }),
    ...(parts.closing ? { late: box.length - counted.length } : {}),
    ...(carried ? { carried } : {}),
  });
  return { numbers: { items: value.items.length, ...value.ballots }, value };
}

/** @returns the result with the ties that the chair has decided since it was published */
async function checkResult(
  { published, result }: Parts,
  recounted: MeetingResult,
  decisions: readonly OpenedDecision[],
) {
  const field = findDifference(published.result, recounted, '');
  if (field !== null) throw new Broken('result-differs', { line: published.line, field });
  if (!equalBytes(sha256(encodeCanonicalBytes(recounted)), decodeBase64(result.entry.result)))
    throw new Broken('result-hash', placeOf(result));
  let { items } = recounted;
  for (const { line, payload } of decisions) {
    const position = items.findIndex(({ item }) => item === payload.item);
    const tied = items[position];
    const isOpen = tied?.tie === 'chair-casts' && tied.castingVote === undefined;
    if (!isOpen || payload.result !== result.entry.result) throw new Broken('no-tie', placeOf(line));
    items = items.with(position, settleTie(tied, payload.choice));
  }
  const verdicts = items.map(({ verdict }) => verdict);
  const numbers = {
    items: verdicts.length,
    passed: verdicts.filter((verdict) => verdict === 'passed').length,
    failed: verdicts.filter((verdict) => verdict === 'failed').length,
    noQuorum: verdicts.filter((verdict) => verdict === 'no-quorum').length,
  };
  return { numbers, value: { ...recounted, items } };
}

/** The first place where two JSON values differ, such as `items[3].sums.area.for`; null when they are the same. */
function findDifference(a: unknown, b: unknown, at: string): string | null {
  if (encodeCanonical(a) === encodeCanonical(b)) return null;
  const isObject = (value: unknown): value is Record<string, unknown> =>
    typeof value === 'object' && value !== null;
  if (!isObject(a) || !isObject(b) || Array.isArray(a) !== Array.isArray(b)) return at;
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const place = Array.isArray(a) ? `${at}[${key}]` : at === '' ? key : `${at}.${key}`;
    if (!Object.hasOwn(a, key) || !Object.hasOwn(b, key)) return place;
    const difference = findDifference(a[key], b[key], place);
    if (difference !== null) return difference;
  }
  return at;
}

async function checkMinutes({ entries }: Parts, file: Uint8Array | undefined) {
  const logged = entries.map(({ entry }) => entry).filter((entry) => entry.kind === 'minutes');
  if (!file) return { numbers: null, value: null };
  const last = entries.findLast(({ entry }) => entry.kind === 'minutes');
  if (!last) throw new Broken('minutes-not-logged');
  const hash = sha256(file);
  const isIts = (known: string | undefined) => known !== undefined && equalBytes(decodeBase64(known), hash);
  if (!logged.some(({ pdf, xml, json }) => isIts(pdf) || isIts(xml) || isIts(json)))
    throw new Broken('minutes-differ', placeOf(last));
  return { numbers: { minutes: logged.length }, value: null };
}
