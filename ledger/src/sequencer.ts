// The one writer of the log: gives submissions their indexes, extends the tree, signs the head, commits, publishes.
//
// The order of writes, and what a crash after each leaves behind:
//   1  in memory       tiles and root; the root a second time from the bytes to be written; signature   nothing
//   2  store.commit    entries + staging + compare-and-swap of the head, one transaction                replayed at start
//   3  tiles.writeNew  immutable files, then read back                                                  replayed at start
//   4  tiles.replace   the head is shown: only now does anybody see it                                  staging is cleared at start
//   5  onPublished, and partial tiles that a full one replaced are removed                              removed at start
//   6  files that were put lazily are made durable, a few batches together                              put again at start
//   7  staging is forgotten: with the commit of a later batch, or once nothing waits                     cleared at start
// From 2 on any error leaves the outcome unknown. The sequencer then refuses to go on until start() has read what really
// happened. With `ahead`, two further batches may be committed while a head is being shown; batches become public in order
// all the same, and start() replays as many as were committed and not yet public. Nothing signed leaves this process
// before 2, and Ed25519 is deterministic, so no two heads of one size are ever signed. There is no clock, no random and no database here.
import { concatBytes, decodeUtf8, encodeHex, encodeUtf8, equalBytes } from './bytes.ts';
import { checkCheckpoint, signCheckpoint } from './checkpoint.ts';
import type { Checkpoint } from './checkpoint.ts';
import { LedgerFault } from './fault.ts';
import { sha256 } from './hash.ts';
import { parseVerifierKey } from './note.ts';
import type { NoteSigner } from './note.ts';
import {
  MAX_LEAF_BYTES,
  TILE_WIDTH,
  createTileReader,
  createTileTree,
  decodeEntryBundle,
  encodeEntryBundle,
  itemsAtLevel,
  newTilesOf,
  parseTilePath,
  partialWidths,
  rootFromEdge,
  tileOfNode,
  tilePath,
} from './tile.ts';
import type { ReadFile, TileTree } from './tile.ts';
import { leafHash, proveConsistency, proveInclusion, readRoot } from './tree.ts';
import type { HashReader } from './tree.ts';

/** The signed head of the log as the database holds it. */
export type Head = {
  readonly size: number;
  /** 32 bytes. */
  readonly root: Uint8Array;
  /** The signed note. */
  readonly checkpoint: string;
  /** When it was signed, Unix milliseconds; rises from each head to the next. */
  readonly atMs: number;
  /** Counts up with every process that takes the log over. */
  readonly epoch: number;
};

export type Submission = {
  readonly id: string;
  /** 64 lowercase hex digits; two submissions never share one. */
  readonly idem: string;
  readonly leaf: Uint8Array;
  /** The leaf's hash where the store has one of its own: checked against the leaf's bytes before anything is signed. */
  readonly leafHash?: Uint8Array;
};

/** A tile or an entry bundle, such as `tile/0/000.p/5`, `tile/entries/000.p/5`. */
export type LogFile = { readonly path: string; readonly content: Uint8Array };

export type Batch = {
  /** The head that must still be in place; null when the log is created. */
  readonly old: Head | null;
  readonly next: Head;
  readonly entries: readonly (Submission & {
    readonly index: number;
    /** 32 bytes: what the tree was built upon. */
    readonly leafHash: Uint8Array;
  })[];
  /** Kept under the size of `next` until a later batch, or clearStaged, says that the files are written. */
  readonly staged: readonly LogFile[];
  /** The files up to this size are durable and shown: what is staged for it and for the sizes below may go. */
  readonly written: number;
};

/** Heads, entries and staging: a database. */
export type HeadStore = {
  load(): Promise<Head | null>;
  /**
   * Next submissions in order, at most `limit`, not yet logged.
   * @param inFlight - of a batch that is being committed meanwhile: left out. Then it must not wait for that commit.
   */
  pending(limit: number, inFlight?: readonly Submission[]): Promise<Submission[]>;
  /**
   * One transaction: entries, staging, and the swap of the head, which must still have the size, the checkpoint bytes
   * and the epoch of `old`. What can be made again from the entries need not be kept a second time.
   * @throws HeadMovedError: when another head is in place. Any other error means that the outcome is unknown.
   */
  commit(batch: Batch): Promise<void>;
  /**
   * The staged files of every batch that led to a size above `above`, up to and with `size`, in that order; null when
   * there are none of the batch that led to `size`.
   */
  staged(above: number, size: number): Promise<LogFile[] | null>;
  /** Whether nobody has taken the log over: the epoch in force is still the one of this store. */
  holds(): Promise<boolean>;
  /** Forgets what is staged for `size` and for the sizes below it. */
  clearStaged(size: number): Promise<void>;
};

/** The public files of the log. */
export type TileStore = {
  read(path: string): Promise<Uint8Array | null>;
  /**
   * Puts a file that is not there yet; durable on return.
   * @throws TileConflictError: when it is there with other bytes.
   */
  writeNew(path: string, content: Uint8Array): Promise<void>;
  /** Replaces atomically and durably; only for `checkpoint` and `head`. */
  replace(path: string, content: Uint8Array): Promise<void>;
  /** Removes a file, or does nothing when there is none. */
  remove(path: string): Promise<void>;
  /** Absent where every write is made durable by itself. */
  readonly lazily?: LazyWrites;
};

/**
 * The quicker way to put new files for a writer that keeps what they are made of until they are durable: what a machine
 * loses when it fails, the writer puts again.
 */
export type LazyWrites = {
  /**
   * As `writeNew`, but what is put may be gone, or there in part, when the machine fails before the next `sync`. It has
   * been read back when this resolves: where the bytes are written that costs next to nothing.
   */
  writeNew(path: string, content: Uint8Array): Promise<void>;
  /** Makes durable what was put here before the call. */
  sync(): Promise<void>;
  /**
   * Puts a file durably, also in place of the part of it that a failed machine has left: see {@link isTorn}.
   * @throws TileConflictError: when it is there with other bytes.
   */
  restore(path: string, content: Uint8Array): Promise<void>;
};

/**
 * Whether the bytes are what a failed machine may leave of a file: less of it, or zeros in its place.
 * @example isTorn(new Uint8Array(2), encodeUtf8('abc')) // true
 */
export const isTorn = (present: Uint8Array, content: Uint8Array): boolean =>
  present.length <= content.length && present.every((byte, i) => byte === 0 || byte === content[i]);

/** Another writer has moved the head. */
export class HeadMovedError extends Error {
  constructor() {
    super('the head of the log has moved: another sequencer is at work');
    this.name = 'HeadMovedError';
  }
}

/** An immutable file of the log is there with other bytes. */
export class TileConflictError extends Error {
  readonly path: string;
  constructor(path: string) {
    super(`${path} is there with other bytes`);
    this.name = 'TileConflictError';
    this.path = path;
  }
}

export type SequencerFaultCode =
  /** start() has not been called, or a write failed since. */
  | 'not-started'
  /** The clock is behind the last head. */
  | 'clock-behind'
  /** A public checkpoint is there, but the database knows no log. */
  | 'head-missing'
  /** The database knows a log, but its public checkpoint is gone. */
  | 'checkpoint-missing'
  /** The database was set back: the public log is larger. */
  | 'public-larger'
  /** The public log is another history than the database's. */
  | 'forked'
  /** The public log is behind and the files to catch up with are not there. */
  | 'staging-missing'
  /** Another epoch holds the head. */
  | 'epoch-behind'
  /** The tiles do not make the head's root, or do not hold its entries. */
  | 'tiles-broken'
  /** Two ways of computing the new root do not agree. */
  | 'root-mismatch'
  /** A file read back is not what was written. */
  | 'read-back'
  /** The database's head is not one that this key signed. */
  | 'head-unsigned'
  /** A witness has cosigned a larger head: the database and the public files were set back together. */
  | 'witness-larger'
  /** A witness has cosigned another history, or says so: evidence that must be looked at by a person. */
  | 'witness-forked'
  /** The mirror holds a larger log. */
  | 'mirror-larger'
  /** The mirror holds another history. */
  | 'mirror-forked';

/** The log must not go on until a person, or start(), has seen why. */
export class SequencerFault extends Error {
  readonly code: SequencerFaultCode;
  constructor(code: SequencerFaultCode, options?: { cause?: unknown }) {
    super(`the sequencer stopped: ${code}`, options);
    this.name = 'SequencerFault';
    this.code = code;
  }
}

export type PublishedEntry = { readonly idem: string; readonly index: number; readonly leafHash: Uint8Array };
export type Published = { readonly head: Head; readonly entries: readonly PublishedEntry[] };

export type SequencerOptions = {
  readonly origin: string;
  /** The log's key; its name is the origin. */
  readonly signer: NoteSigner;
  /** A key that is being replaced: it signs beside the new one until everybody has the new one. */
  readonly retiring?: readonly NoteSigner[];
  readonly store: HeadStore;
  readonly tiles: TileStore;
  /** Unix milliseconds. */
  readonly now: () => number;
  readonly epoch: number;
  /** Entries to a batch; 256 when not given. */
  readonly batchEntries?: number;
  /**
   * Lets {@link Sequencer.step} resolve when its batch is committed, so that the next ones are committed while the files of
   * this one are being written. What fails then is told by one of the next two steps.
   */
  readonly ahead?: boolean;
  /** The registrar's leaf, logged at creation as index 0. */
  readonly firstEntry: () => Uint8Array;
  /**
   * Where a new head is shown. `checkpoint`, when not given: to the whole world at once. `head`: beside it, for a log
   * with witnesses, whose `checkpoint` somebody else replaces once enough of them have cosigned.
   */
  readonly publishTo?: 'checkpoint' | 'head';
  /**
   * Asks others what they know of the log before it goes on, such as witnesses or a mirror: called by start() with the
   * head that the database and the files agree on, before anything of it is shown; null when a log is about to be created.
   * It throws a {@link SequencerFault} to keep the log from going on.
   */
  readonly checkStart?: (head: Head | null) => Promise<void>;
  /** Leaves partial tiles that a full one has replaced: where there is a mirror, they may go only when it has the full one. */
  readonly keepReplaced?: boolean;
  /** Called once a head is public, with what it added; batches replayed at start are not told again. */
  readonly onPublished?: (published: Published) => void;
  /** Full tiles kept in memory for proofs; 64 when not given, about 1 MB. */
  readonly keepTiles?: number;
};

export type Sequencer = {
  /**
   * Reads head and public files, finishes what was interrupted, and creates the log when there is none.
   * To be called first, and again after any error of {@link Sequencer.step} other than one of `store.pending`.
   * @throws SequencerFault: when the log must not go on.
   */
  start(): Promise<Head>;
  /**
   * Sequences one batch and publishes it; with `ahead` it is public at the latest when the next step but one resolves.
   * @returns how many entries; 0 when nothing was waiting, and then everything is public.
   * @throws whatever failed; `not-started` when a start() is due.
   */
  step(): Promise<number>;
  /**
   * The proof that the entry at `index` is in the tree of `size`, any published size up to the present one.
   * From memory for recent entries; otherwise from the tiles, each authenticated.
   */
  proofAt(index: number, size: number): Promise<Uint8Array[]>;
  /** The proof that the tree of `size` begins with the one of `oldSize`; both at least 1 and published. */
  consistencyOf(oldSize: number, size: number): Promise<Uint8Array[]>;
  /** Waits for the batch that is being published; rejects when that fails. */
  settle(): Promise<void>;
};

/** The id of the registrar's entry, which nobody submitted. */
export const FIRST_ENTRY_ID = '00000000-0000-0000-0000-000000000000';

/** The growing tree in memory: the right edge, and full tiles that proofs have lately asked for. */
type Growth = {
  /** By level, the tile that is being filled; may be empty. */
  readonly edge: { index: number; tile: TileTree }[];
  /** Leaves of the entry bundle that is being filled. */
  leaves: Uint8Array[];
  readonly full: Map<string, TileTree>;
  /** Widths under which the partial tile of a level is public; null when it was begun before this start. */
  readonly partials: Map<number | 'entries', Set<number> | null>;
};

type PreparedBatch = Pick<Batch, 'old' | 'next' | 'entries' | 'staged'> & {
  readonly submissions: readonly Submission[];
};

/** Whatever the setting: the tiles of the last batch stay, as their receipts are made next. */
const LEAST_KEPT_TILES = 16;

/**
 * The one writer of a log. Nothing happens before its start().
 * @example (await createSequencer({ origin: signer.name, signer, store: createMemoryHeadStore(), tiles: createMemoryTileStore(), now: () => 1, epoch: 0, firstEntry: () => leaf }).start()).size // 1
 */
export function createSequencer(options: SequencerOptions): Sequencer {
  const {
    origin,
    signer,
    store,
    tiles,
    now,
    epoch,
    batchEntries = TILE_WIDTH,
    ahead = false,
    publishTo = 'checkpoint',
    checkStart,
    keepReplaced = false,
    onPublished,
  } = options;
  const signers = [signer, ...(options.retiring ?? [])];
  const keepTiles = Math.max(options.keepTiles ?? 64, LEAST_KEPT_TILES);
  const logKeys = signers.map(({ vkey }) => parseVerifierKey(vkey));
  let head: Head | null = null;
  let growth: Growth | null = null;
  // False before start(), during a batch, and after a batch that failed.
  let ready = false;
  // The latest time the clock has shown. Heads may be ahead of it by the milliseconds in which it showed the same.
  let clockMs = 0;
  // The batch that was committed last, on its way to the public files, one after the other; and the one before it.
  let publishing: Promise<void> = Promise.resolve();
  let shownBefore: Promise<void> = publishing;
  // The size that is shown, the one whose files are durable too, and the one up to which staging was cleared.
  let shownSize = 0;
  let written = 0;
  let cleared = 0;
  // What was put lazily, on its way to be durable.
  let syncing: Promise<void> = Promise.resolve();
  let isSyncing = false;
  let syncFailed: { readonly cause: unknown } | null = null;
  // The batch after the one that is being committed, made meanwhile; and what is being removed, in nobody's way.
  let prepared: Promise<PreparedBatch | null> | null = null;
  let removing: Promise<void> = Promise.resolve();

  async function start(): Promise<Head> {
    ready = false;
    // What an earlier life still writes must not land after what this one reads.
    await publishing.catch(() => {});
    publishing = shownBefore = Promise.resolve();
    await removing;
    await syncing;
    syncFailed = null;
    // What is still being prepared must not grow the tree that is read below.
    await prepared?.catch(() => {});
    prepared = null;
    const [found, ...notes] = await Promise.all([store.load(), tiles.read('checkpoint'), tiles.read('head')]);
    if (found) await resume(found, notes);
    else if (notes.some((note) => note !== null)) throw new SequencerFault('head-missing');
    else await create();
    ready = true;
    return signedByAll(head!);
  }

  /** The keys in force may have changed since the head was signed: it is shown with the signatures of all of them. */
  const signedByAll = (one: Head): Head => ({
    ...one,
    checkpoint: signCheckpoint(origin, one.size, one.root, ...signers),
  });

  async function create(): Promise<void> {
    head = null;
    growth = emptyGrowth();
    shownSize = written = cleared = 0;
    await checkStart?.(null);
    const leaf = options.firstEntry();
    const idem = encodeHex(sha256(concatBytes(encodeUtf8('veche/first-entry/v1\n'), leaf)));
    await commit(prepare([{ id: FIRST_ENTRY_ID, idem, leaf }], null));
    await settle();
    await clearStaged();
  }

  async function resume(found: Head, notes: readonly (Uint8Array | null)[]): Promise<void> {
    checkHead(found);
    const [atCheckpoint = null, atHead = null] = notes.map((note) => note && readPublished(note));
    const shown = [atCheckpoint, atHead].filter((one) => one !== null);
    const published = shown.reduce<Checkpoint | null>(
      (largest, one) => (largest && largest.size >= one.size ? largest : one),
      null,
    );
    // The first batch is one entry: only of that one the checkpoint may never have become public.
    if (!published && found.size > 1) throw new SequencerFault('checkpoint-missing');
    if (published && published.size > found.size) throw new SequencerFault('public-larger');
    if (published?.size === found.size && !equalBytes(published.root, found.root))
      throw new SequencerFault('forked');
    const behind = !published || published.size < found.size;
    // What is staged was perhaps shown and is not durable yet: a machine that failed may have lost any part of it.
    const staged = await store.staged(0, found.size);

    // What is staged is looked at together with what is public before any of it is written.
    const files = new Map(staged?.map(({ path, content }) => [path, content]));
    const read: ReadFile = async (path) => files.get(path) ?? tiles.read(path);
    // Several batches may have been committed since: none of the files between may be missing. Where nothing is staged they
    // were written, and a writer that had been overtaken has shown an older head after that.
    if (behind)
      for (const tile of newTilesOf(published?.size ?? 0, found.size))
        if (!(await read(tilePath(tile)))) throw new SequencerFault('staging-missing');
    const loaded = await loadGrowth(found, read);
    const reader = createTileReader({ size: found.size, root: found.root, read });
    // A full tile or bundle is never written again: each is tied to the signed root before it is.
    if (behind)
      for (const { level, index } of newTilesOf(published?.size ?? 0, found.size))
        await orBroken<unknown>(level === 'entries' ? reader.entries(index) : reader.tile(level, index));
    for (const { size, root } of shown)
      if (!equalBytes(await orBroken(readRoot(size, reader.hashes)), root))
        throw new SequencerFault('forked');
    await checkStart?.(found);
    cleared = 0;
    if (staged) {
      await putFiles(staged, tiles.lazily?.restore ?? tiles.writeNew);
      await showHead(signedByAll(found));
    } else {
      // Where heads are shown, or who signs them, may have been changed since the last start.
      const present = publishTo === 'head' ? atHead : atCheckpoint;
      if (present?.size !== found.size || present.note.verified.length < signers.length)
        await tiles.replace(publishTo, encodeUtf8(signedByAll(found).checkpoint));
    }
    shownSize = written = found.size;
    await clearStaged();
    head = found;
    growth = loaded;
    await removeSupersededPartials(
      [...loaded.partials.keys()].map((level) => ({
        level,
        index: Math.floor(itemsAtLevel(found.size, level === 'entries' ? 0 : level) / TILE_WIDTH) - 1,
        widths: null,
      })),
    );
  }

  function checkHead(found: Head): void {
    if (found.epoch > epoch) throw new SequencerFault('epoch-behind');
    clockMs = now();
    if (clockMs < found.atMs) throw new SequencerFault('clock-behind');
    let signed: Checkpoint;
    try {
      signed = checkCheckpoint(found.checkpoint, logKeys);
    } catch (cause) {
      throw new SequencerFault('head-unsigned', { cause });
    }
    if (signed.size !== found.size || !equalBytes(signed.root, found.root))
      throw new SequencerFault('head-unsigned');
  }

  function readPublished(note: Uint8Array): ReturnType<typeof checkCheckpoint> {
    try {
      return checkCheckpoint(decodeUtf8(note), logKeys);
    } catch (cause) {
      throw new SequencerFault('forked', { cause });
    }
  }

  async function loadGrowth(found: Head, read: ReadFile): Promise<Growth> {
    const reader = createTileReader({ size: found.size, root: found.root, read });
    const loaded = emptyGrowth();
    const widths = partialWidths(found.size);
    for (const [level, width] of widths.entries()) {
      const index = Math.floor(itemsAtLevel(found.size, level) / TILE_WIDTH);
      const tile = width === 0 ? createTileTree() : await orBroken(reader.tile(level, index));
      loaded.edge[level] = { index, tile: width === 0 ? tile : createTileTree(tile.bytes(width)) };
      loaded.partials.set(level, null);
    }
    loaded.partials.set('entries', null);
    // The last bundle is hashed against its tile even when it is full: nothing is built on leaves that are not there.
    const leaves = await orBroken(reader.entries(Math.floor((found.size - 1) / TILE_WIDTH)));
    loaded.leaves = found.size % TILE_WIDTH === 0 ? [] : leaves.map((leaf) => leaf.slice());
    return loaded;
  }

  async function step(): Promise<number> {
    if (!ready) throw new SequencerFault('not-started');
    ready = false;
    let batch = await prepared;
    prepared = null;
    if (!batch) {
      // A failure to read what is waiting changes nothing, so it may be tried again.
      ready = true;
      const waiting = await store.pending(batchEntries);
      if (waiting.length === 0) {
        ready = false;
        await publishing;
        await removing;
        if (syncFailed) throw syncFailed.cause;
        // What is not durable yet is cleared by a later call.
        if (written === shownSize) await clearStaged();
        ready = true;
        return 0;
      }
      checkLeaves(waiting);
      ready = false;
      batch = prepare(waiting, head);
    }
    await commit(batch);
    ready = true;
    return batch.submissions.length;
  }

  function checkLeaves(submissions: readonly Submission[]): void {
    if (submissions.some(({ leaf }) => leaf.length > MAX_LEAF_BYTES))
      throw new RangeError(`expected leaves of at most ${MAX_LEAF_BYTES} bytes`);
  }

  /** Everything of a batch that needs no store: indexes, tree, files, root and signature. Grows the tree in memory. */
  function prepare(submissions: readonly Submission[], old: Head | null): PreparedBatch {
    const oldSize = old?.size ?? 0;
    const nowMs = now();
    if (nowMs < clockMs) throw new SequencerFault('clock-behind');
    clockMs = nowMs;
    // Every head is later than the one before, also when batches are quicker than the clock's tick.
    const atMs = Math.max(nowMs, (old?.atMs ?? 0) + 1);

    const hashes = submissions.map((one) => one.leafHash ?? leafHash(one.leaf));
    const size = oldSize + submissions.length;
    const staged = grow(oldSize, size, hashes, submissions);
    const root = rootFromEdge(growth!.edge.map(({ tile }) => tile));
    if (!equalBytes(root, rootFromFiles(staged, size))) throw new SequencerFault('root-mismatch');
    const checkpoint = signCheckpoint(origin, size, root, ...signers);
    const entries = submissions.map(({ id, idem, leaf }, i) => ({
      id,
      idem,
      leaf,
      index: oldSize + i,
      leafHash: hashes[i]!,
    }));
    return { submissions, old, next: { size, root, checkpoint, atMs, epoch }, entries, staged };
  }

  async function commit(batch: PreparedBatch): Promise<void> {
    const { submissions, old, next, entries, staged } = batch;
    const forgotten = written;
    const committing = store.commit({ old, next, entries, staged, written });
    // While the database writes this batch, a full one that follows is read and prepared; a smaller one may still grow.
    // A failure to read is met again, and told, when there is nothing prepared.
    if (ahead && submissions.length === batchEntries)
      prepared = store.pending(batchEntries, submissions).then(
        (following) => {
          if (following.length < batchEntries) return null;
          checkLeaves(following);
          return prepare(following, next);
        },
        () => null,
      );
    // Told by the step that takes it.
    prepared?.catch(() => {});
    await committing;
    head = next;
    cleared = forgotten;
    // Files that no head tells of harm nobody: they are written while the batch before is still being shown.
    const putting = tiles.lazily ? writeAll(staged, tiles.lazily.writeNew) : putFiles(staged, tiles.writeNew);
    putting.catch(() => {});
    const before = publishing;
    const show = async (): Promise<void> => {
      await allOrFirstFailure([before, putting]);
      if (syncFailed) throw syncFailed.cause;
      await showHead(next);
      shownSize = next.size;
      makeDurable();
      const filled = notePartials(old?.size ?? 0, next.size);
      onPublished?.({
        head: next,
        entries: entries.map(({ idem, index, leafHash: hashed }) => ({ idem, index, leafHash: hashed })),
      });
      removing = removing.then(() => removeSupersededPartials(filled));
    };
    publishing = show();
    // Told by whoever waits for it next: a rejection that nobody waits for yet must not end the process.
    publishing.catch(() => {});
    if (!ahead) return settle();
    // No more than two are committed and not shown; the failure of the one before the last is found here.
    await shownBefore;
    shownBefore = before;
  }

  /** Appends to the tree in memory. @returns every tile and bundle that the new size has and the old one had not */
  function grow(
    oldSize: number,
    size: number,
    hashes: readonly Uint8Array[],
    submissions: readonly Submission[],
  ): LogFile[] {
    const { edge, full } = growth!;
    for (const hash of hashes) {
      for (let level = 0, item = hash; ; level++) {
        const place = (edge[level] ??= { index: 0, tile: createTileTree() });
        place.tile.append(item);
        if (place.tile.width < TILE_WIDTH) break;
        item = place.tile.node(8, 0);
        full.set(`${level}/${place.index}`, place.tile);
        edge[level] = { index: place.index + 1, tile: createTileTree() };
      }
    }
    const firstBundle = Math.floor(oldSize / TILE_WIDTH);
    const leaves = [...growth!.leaves, ...submissions.map(({ leaf }) => leaf)];
    growth!.leaves = leaves.slice((Math.floor(size / TILE_WIDTH) - firstBundle) * TILE_WIDTH);
    const files = [...newTilesOf(oldSize, size)].map((tile) => {
      const { level, index, width } = tile;
      if (level === 'entries') {
        const first = (index - firstBundle) * TILE_WIDTH;
        return { path: tilePath(tile), content: encodeEntryBundle(leaves.slice(first, first + width)) };
      }
      const content = edge[level]?.index === index ? edge[level].tile : full.get(`${level}/${index}`)!;
      return { path: tilePath(tile), content: content.bytes(width) };
    });
    while (full.size > keepTiles) full.delete(full.keys().next().value!);
    return files;
  }

  /**
   * The root once more, from nothing but the bytes that are to be written. A flipped bit in memory would otherwise
   * be signed and leave a log that nobody can extend (DigiCert Yeti 2022).
   */
  function rootFromFiles(files: readonly LogFile[], size: number): Uint8Array {
    const edge: (TileTree | null)[] = partialWidths(size).map((width, level) =>
      width === 0 ? null : growth!.edge[level]!.tile,
    );
    const written = new Map<string, TileTree>();
    for (const { path, content } of files) {
      const { level, index, width } = parseTilePath(path);
      if (level === 'entries') {
        const tile = createTileTree();
        for (const leaf of decodeEntryBundle(content, width)) tile.append(leafHash(leaf));
        written.set(`entries/${index}`, tile);
      } else written.set(`${level}/${index}`, createTileTree(content));
    }
    for (const [key, tile] of written) {
      const [level = '', index = ''] = key.split('/');
      if (level === 'entries') {
        const hashes = written.get(`0/${index}`);
        if (!hashes || !equalBytes(hashes.bytes(hashes.width), tile.bytes(tile.width)))
          throw new SequencerFault('root-mismatch');
      } else if (tile.width === TILE_WIDTH) {
        const above = written.get(`${Number(level) + 1}/${Math.floor(Number(index) / TILE_WIDTH)}`);
        if (!above || !equalBytes(above.node(0, Number(index) % TILE_WIDTH), tile.node(8, 0)))
          throw new SequencerFault('root-mismatch');
      } else edge[Number(level)] = tile;
    }
    return rootFromEdge(edge);
  }

  /** Used for a new batch and for one that a crash interrupted: both must leave the same files behind. */
  async function putFiles(staged: readonly LogFile[], write: TileStore['writeNew']): Promise<void> {
    await writeAll(staged, write);
    await allOrFirstFailure(
      staged.map(async ({ path, content }) => {
        const back = await tiles.read(path);
        if (!back || !equalBytes(back, content)) throw new SequencerFault('read-back');
      }),
    );
  }

  /** All writes end before a failure is told: none may land later, under a file of the same name. */
  const writeAll = (staged: readonly LogFile[], write: TileStore['writeNew']): Promise<void> =>
    allOrFirstFailure(staged.map(({ path, content }) => write(path, content)));

  async function showHead(next: Head): Promise<void> {
    // A process that was held up may be the last to hear that another one writes: it must not show an older head again.
    if (!(await store.holds())) throw new HeadMovedError();
    await tiles.replace(publishTo, encodeUtf8(next.checkpoint));
  }

  /**
   * Makes durable what is shown, in nobody's way: until then it can be made again from what is staged. One after the
   * other, each for all that was shown meanwhile; a failure is told by the next batch.
   */
  function makeDurable(): void {
    const { lazily } = tiles;
    if (!lazily) {
      written = shownSize;
      return;
    }
    if (isSyncing) return;
    isSyncing = true;
    const run = async (): Promise<void> => {
      try {
        while (written < shownSize) {
          const size = shownSize;
          await lazily.sync();
          written = size;
        }
      } catch (cause) {
        syncFailed = { cause };
      } finally {
        isSyncing = false;
      }
    };
    syncing = run();
  }

  /** A batch forgets the staging of those before it; this is for the last one, when no further batch is in sight. */
  async function clearStaged(): Promise<void> {
    if (cleared === written) return;
    await store.clearStaged(written);
    cleared = written;
  }

  type Superseded = { level: number | 'entries'; index: number; widths: Set<number> | null };

  /** Notes which partial tiles are public now. @returns those that a full tile has replaced */
  function notePartials(oldSize: number, size: number): Superseded[] {
    const { partials } = growth!;
    const filled: Superseded[] = [];
    for (const { level, index, width } of newTilesOf(oldSize, size)) {
      const known = partials.get(level);
      if (width < TILE_WIDTH) {
        if (known === undefined) partials.set(level, new Set([width]));
        else known?.add(width);
      } else {
        if (known !== undefined) filled.push({ level, index, widths: known });
        partials.delete(level);
      }
    }
    return filled;
  }

  /**
   * Removes partial tiles once the full one is public: a reader of an older checkpoint takes the full one instead.
   * Leaving one behind harms nobody, so a failure here is left to the next start.
   */
  async function removeSupersededPartials(superseded: readonly Superseded[]): Promise<void> {
    if (keepReplaced) return;
    for (const { level, index, widths } of superseded) {
      if (index < 0) continue;
      const candidates = widths ?? Array.from({ length: TILE_WIDTH - 1 }, (_, i) => i + 1);
      await Promise.allSettled(
        [...candidates].map(async (width) => {
          const path = tilePath({ level, index, width });
          if (widths || (await tiles.read(path))) await tiles.remove(path);
        }),
      );
    }
  }

  async function settle(): Promise<void> {
    await publishing;
    await removing;
    await syncing;
    if (syncFailed) throw syncFailed.cause;
  }

  async function proofAt(index: number, size: number): Promise<Uint8Array[]> {
    if (!head || !growth) throw new SequencerFault('not-started');
    if (size > head.size) throw new RangeError('expected a published size');
    return proveInclusion(index, size, readHashes);
  }

  async function consistencyOf(oldSize: number, size: number): Promise<Uint8Array[]> {
    if (!head || !growth) throw new SequencerFault('not-started');
    if (size > head.size) throw new RangeError('expected a published size');
    return proveConsistency(oldSize, size, readHashes);
  }

  // Complete subtrees never change, so those of an older size are found in the present tiles.
  const readHashes: HashReader = async (nodes) => {
    const hashes: Uint8Array[] = [];
    for (const node of nodes) {
      const { level, index, height, at } = tileOfNode(node);
      const tile = tileInMemory(level, index) ?? (await loadFullTile(level, index));
      hashes.push(tile.node(height, at));
    }
    return hashes;
  };

  function tileInMemory(level: number, index: number): TileTree | null {
    const place = growth!.edge[level];
    return place?.index === index ? place.tile : (growth!.full.get(`${level}/${index}`) ?? null);
  }

  async function loadFullTile(level: number, index: number): Promise<TileTree> {
    const { full } = growth!;
    const content = await tiles.read(tilePath({ level, index, width: TILE_WIDTH }));
    const aboveIndex = Math.floor(index / TILE_WIDTH);
    const above = tileInMemory(level + 1, aboveIndex) ?? (await loadFullTile(level + 1, aboveIndex));
    const tile = content?.length === TILE_WIDTH * 32 ? createTileTree(content) : null;
    if (!tile || !equalBytes(tile.node(8, 0), above.node(0, index % TILE_WIDTH)))
      throw new SequencerFault('tiles-broken');
    full.set(`${level}/${index}`, tile);
    while (full.size > keepTiles) full.delete(full.keys().next().value!);
    return tile;
  }

  return { start, step, proofAt, consistencyOf, settle };
}

const emptyGrowth = (): Growth => ({
  edge: [],
  leaves: [],
  full: new Map(),
  partials: new Map(),
});

/** Waits for all; then throws what failed first in order, if anything did. */
async function allOrFirstFailure(work: readonly Promise<void>[]): Promise<void> {
  for (const outcome of await Promise.allSettled(work))
    if (outcome.status === 'rejected') throw outcome.reason;
}

/** What is wrong with the log's own files is a reason to stop; a store that cannot be read is told as it is. */
async function orBroken<T>(reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (cause) {
    if (cause instanceof LedgerFault) throw new SequencerFault('tiles-broken', { cause });
    throw cause;
  }
}
