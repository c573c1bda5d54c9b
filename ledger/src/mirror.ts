// Copies a log to a second place: every file is tied to a checkpoint that the log signed before it is put there, tiles go
// first, the checkpoint last. A mirror never holds a byte that was not verified, never goes back, and never follows a fork:
// then it stops, and the fault carries both notes as evidence. What was copied before an interruption is not fetched again.
import type { LogReader } from './audit.ts';
import { decodeUtf8, encodeUtf8, equalBytes } from './bytes.ts';
import { checkCheckpoint } from './checkpoint.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { ListedTileStore } from './log-store.ts';
import type { NoteVerifier } from './note.ts';
import { checkWitnessed, readCosigned } from './policy.ts';
import type { WitnessPolicy } from './policy.ts';
import { SequencerFault } from './sequencer.ts';
import type { Head } from './sequencer.ts';
import { TILE_WIDTH, TileFault, createTileReader, encodeEntryBundle, newTilesOf, tilePath } from './tile.ts';
import type { ReadFile, Tile, TileReader } from './tile.ts';
import { readRoot } from './tree.ts';

export type MirrorFaultCode =
  /** The source shows less than the mirror holds. */
  | 'shrank'
  /** Source and mirror are two histories of one log. */
  | 'forked'
  /** A note of the mirror is not one that a known key of the log signed. */
  | 'mirror-unsigned'
  /** A file of the mirror is not what the log says; `path` names it. */
  | 'mirror-damaged'
  /** A file of the source is missing or not what the checkpoint says; `path` names it. */
  | 'source-damaged'
  /** A file read back from the mirror is not what was written. */
  | 'read-back';

/** Why a mirror does not follow. Nothing of what it holds has been changed by what the fault is about. */
export class MirrorFault extends Error {
  readonly code: MirrorFaultCode;
  /** The file that is wrong, where it is one. */
  readonly path: string | null;
  /** The notes that contradict each other, or cannot both be true; verbatim, to be kept. */
  readonly evidence: { readonly source: string | null; readonly mirror: string | null };
  constructor(
    code: MirrorFaultCode,
    facts: { path?: string; source?: string; mirror?: string; cause?: unknown } = {},
  ) {
    super(`the mirror stopped: ${code}${facts.path ? ` (${facts.path})` : ''}`, { cause: facts.cause });
    this.name = 'MirrorFault';
    this.code = code;
    this.path = facts.path ?? null;
    this.evidence = { source: facts.source ?? null, mirror: facts.mirror ?? null };
  }
}

export type MirrorOptions = {
  readonly from: LogReader;
  readonly to: ListedTileStore;
  /** The keys of the log. */
  readonly log: readonly NoteVerifier[];
  /** When given, the checkpoint must be witnessed under it. */
  readonly policy?: WitnessPolicy | null;
  /** Files on their way at a time; 16 when not given, which is what bounds the memory. */
  readonly filesAtOnce?: number;
  /** Told after each file: how many of how many are in place. */
  readonly report?: (files: number, ofFiles: number) => void;
};

export type Mirrored = {
  /** Entries that the mirror's checkpoint covers now, and before. */
  readonly size: number;
  readonly sizeBefore: number;
  /** Files that were put. */
  readonly files: number;
  /** The mirror's checkpoint. */
  readonly checkpoint: string;
};

/** A note that a store shows, with what it says. */
export type ShownNote = Checkpoint & { readonly text: string };

/**
 * The notes that a store shows, each signed by a key of the log; null where there is none.
 * @throws LedgerFault: when one is not.
 * @example (await readShownNotes(createMemoryTileStore(), [verifier])).newest // null
 */
export async function readShownNotes(
  store: { read: ReadFile },
  log: readonly NoteVerifier[],
): Promise<{ checkpoint: ShownNote | null; head: ShownNote | null; newest: ShownNote | null }> {
  const [checkpoint, head] = (await Promise.all([store.read('checkpoint'), store.read('head')])).map(
    (note): ShownNote | null => {
      if (!note) return null;
      const text = decodeUtf8(note);
      return { ...checkCheckpoint(text, log), text };
    },
  ) as [ShownNote | null, ShownNote | null];
  const newest = head && (!checkpoint || head.size > checkpoint.size) ? head : checkpoint;
  return { checkpoint, head, newest };
}

/**
 * Brings the mirror up to what the source shows now: its checkpoint, and its head where it shows one. Takes time and
 * reads in proportion to what is new.
 * @throws MirrorFault; LedgerFault when a note of the source is not the log's, or not witnessed as the policy asks; and
 * whatever the stores throw. To be called again after any of them: what was put stays.
 * @example (await mirrorLog({ from: log, to: createMemoryTileStore(), log: [verifier] })).size // size
 */
export async function mirrorLog(options: MirrorOptions): Promise<Mirrored> {
  const { from, to, log, policy } = options;
  const before = await readMirror(to, log);
  const note = await from.checkpoint();
  const checkpoint = policy ? checkWitnessed(note, log, policy) : checkCheckpoint(note, log);
  let files = await follow(options, 'checkpoint', { ...checkpoint, text: note });
  const head = await from.read('head');
  if (head) {
    const text = decodeUtf8(head);
    files += await follow(options, 'head', { ...checkCheckpoint(text, log), text });
  }
  const after = await readMirror(to, log);
  return {
    size: after.checkpoint!.size,
    sizeBefore: before.checkpoint?.size ?? 0,
    files,
    checkpoint: after.checkpoint!.text,
  };
}

async function readMirror(
  to: ListedTileStore,
  log: readonly NoteVerifier[],
): ReturnType<typeof readShownNotes> {
  try {
    return await readShownNotes(to, log);
  } catch (cause) {
    if (!(cause instanceof Error && cause.name === 'LedgerFault')) throw cause;
    throw new MirrorFault('mirror-unsigned', { cause });
  }
}

/** Brings one note of the mirror, and all files it implies, up to the source's. @returns how many files were put */
async function follow(
  options: MirrorOptions,
  path: 'checkpoint' | 'head',
  shown: ShownNote,
): Promise<number> {
  const { from, to, log } = options;
  const mine = await readMirror(to, log);
  const present = mine[path];
  const evidence = { source: shown.text, ...(mine.newest ? { mirror: mine.newest.text } : {}) };
  if (present && shown.size < present.size) throw new MirrorFault('shrank', evidence);
  // What the mirror has is read there, so that nothing is fetched twice; what is there and wrong is found out here too.
  const there = new Set<string>();
  const read: ReadFile = async (file) => {
    const own = await to.read(file);
    if (!own) return from.read(file);
    there.add(file);
    return own;
  };
  const blame = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (cause) {
      if (!(cause instanceof TileFault)) throw cause;
      const code = (await to.read(cause.path).catch(() => null)) ? 'mirror-damaged' : 'source-damaged';
      throw new MirrorFault(code, { path: cause.path, cause });
    }
  };

  if (mine.newest) {
    // The smaller of the two must be the beginning of the larger; the tiles of the source alone are asked where they must be.
    const [small, large] = mine.newest.size <= shown.size ? [mine.newest, shown] : [shown, mine.newest];
    const reader = createTileReader({
      size: large.size,
      root: large.root,
      read: large === shown ? (file) => from.read(file) : (file) => to.read(file),
    });
    const root = await blame(readRoot(small.size, reader.hashes));
    if (!equalBytes(root, small.root)) throw new MirrorFault('forked', evidence);
  }
  const reader = createTileReader({ size: shown.size, root: shown.root, read });
  const put = present?.size === shown.size ? 0 : await blame(copyFiles(options, reader, present, there));
  if (!present || isNewer(shown, present, options)) await to.replace(path, encodeUtf8(shown.text));
  return put;
}

/** Of two notes of one tree, the one whose cosignatures are younger; without a policy nobody can tell, and any other will do. */
function isNewer(shown: ShownNote, present: ShownNote, { log, policy }: MirrorOptions): boolean {
  if (shown.text === present.text || shown.size !== present.size) return shown.size > present.size;
  if (!policy) return true;
  const timeOf = ({ text }: ShownNote): number => readCosigned(text, log, policy).quorumTime ?? 0;
  return timeOf(shown) >= timeOf(present);
}

async function copyFiles(
  options: MirrorOptions,
  reader: TileReader,
  present: ShownNote | null,
  there: Set<string>,
): Promise<number> {
  const { to, report, filesAtOnce = 16 } = options;
  const oldSize = present?.size ?? 0;
  let total = 0;
  for (const _ of newTilesOf(oldSize, reader.size)) total++;
  let done = 0;
  let written = 0;
  const putFile = async (tile: Tile, content: Uint8Array): Promise<void> => {
    const path = tilePath(tile);
    if (!there.delete(path)) {
      await to.writeNew(path, content);
      const back = await to.read(path);
      if (!back || !equalBytes(back, content)) throw new MirrorFault('read-back', { path });
      written++;
    } else {
      // It was read from the mirror and fits the log as far as it was used; a file of the same beginning is not the same file.
      const own = await to.read(path);
      if (!own || !equalBytes(own, content)) throw new MirrorFault('mirror-damaged', { path });
    }
    report?.(++done, total);
  };
  const copy = async (tile: Tile): Promise<void> => {
    const { level, index, width } = tile;
    if (level !== 'entries') return putFile(tile, (await reader.tile(level, index)).bytes(width));
    // A bundle and its tile of hashes together: the one is needed to check the other.
    const leaves = await reader.entries(index);
    await putFile(tile, encodeEntryBundle(leaves));
    await putFile({ level: 0, index, width }, (await reader.tile(0, index)).bytes(width));
  };
  const tiles = newTilesOf(oldSize, reader.size);
  const work = async (): Promise<void> => {
    for (let next = tiles.next(); !next.done; next = tiles.next())
      if (next.value.level !== 0) await copy(next.value);
  };
  // All writes end before a failure is told.
  for (const outcome of await Promise.allSettled(Array.from({ length: filesAtOnce }, work)))
    if (outcome.status === 'rejected') throw outcome.reason;
  return written;
}

/**
 * Refuses to go on from a head when a mirror holds more, or something else: the database was set back, or is another one.
 * @param head null when a log is about to be created
 * @throws SequencerFault `mirror-larger`, `mirror-forked`
 * @example await checkAgainstMirror(createMemoryTileStore(), [verifier], null) // undefined
 */
export async function checkAgainstMirror(
  mirror: { read: ReadFile },
  log: readonly NoteVerifier[],
  head: Pick<Head, 'size' | 'root'> | null,
  own: ReadFile = mirror.read,
): Promise<void> {
  let newest: ShownNote | null;
  try {
    ({ newest } = await readShownNotes(mirror, log));
  } catch (cause) {
    if (!(cause instanceof Error && cause.name === 'LedgerFault')) throw cause;
    throw new SequencerFault('mirror-forked', { cause });
  }
  if (!newest) return;
  if (!head || newest.size > head.size) throw new SequencerFault('mirror-larger');
  const reader = createTileReader({ size: head.size, root: head.root, read: own });
  if (!equalBytes(await readRoot(newest.size, reader.hashes), newest.root))
    throw new SequencerFault('mirror-forked');
}

/**
 * Removes partial tiles and bundles that a full one has replaced, from every store, once all of the stores hold that full
 * one, proven against a checkpoint that all of them show. A reader of an older checkpoint takes the full one instead.
 * @param since full tiles below this size have been looked after already
 * @returns the size up to which they now have, and how many files were removed
 * @example await removeReplacedPartials({ stores: [createMemoryTileStore()], log: [verifier], since: 0 }) // { size: 0, removed: 0 }
 */
export async function removeReplacedPartials(options: {
  stores: readonly ListedTileStore[];
  log: readonly NoteVerifier[];
  since: number;
}): Promise<{ size: number; removed: number }> {
  const { stores, log, since } = options;
  const shown = await Promise.all(
    stores.map(async (store) => ({ store, note: (await readShownNotes(store, log)).checkpoint })),
  );
  const size = Math.min(...shown.map(({ note }) => note?.size ?? 0));
  if (size < since + TILE_WIDTH - (since % TILE_WIDTH)) return { size: since, removed: 0 };
  const readers = shown.map(({ store, note }) =>
    createTileReader({ size: note!.size, root: note!.root, read: (path) => store.read(path) }),
  );
  // A first look lists everything once instead of asking for every tile there ever was.
  const all = since === 0 ? await Promise.all(stores.map(listAllPartials)) : null;
  let removed = 0;
  for (const tile of newTilesOf(since, size)) {
    const { level, index, width } = tile;
    if (width < TILE_WIDTH) continue;
    const full = tilePath(tile);
    const partials = all
      ? all.map((found) => found.get(full) ?? [])
      : await Promise.all(stores.map((store) => listBelow(store, `${full}.p`)));
    if (partials.every((paths) => paths.length === 0)) continue;
    // Each store proves its own: throws, and removes nothing, where the full one is missing or wrong.
    for (const reader of readers)
      await (level === 'entries' ? reader.entries(index) : reader.tile(level, index));
    for (const [i, paths] of partials.entries())
      for (const path of paths) {
        await stores[i]!.remove(path);
        removed++;
      }
  }
  return { size, removed };
}

async function listBelow(store: ListedTileStore, folder: string): Promise<string[]> {
  const paths: string[] = [];
  for await (const path of store.list(folder)) paths.push(path);
  return paths;
}

/** The partial tiles of a store by the path of the full one. */
async function listAllPartials(store: ListedTileStore): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>();
  for (const path of await listBelow(store, '')) {
    const [full = '', width] = path.split('.p/');
    if (width !== undefined) found.set(full, [...(found.get(full) ?? []), path]);
  }
  return found;
}
