// Derives a whole log anew from its entry bundles and compares every tile of every level, and the root, with what lies
// there. Streams: it holds one tile for each level and a few files that are being read, however long the log is, and can
// go on from where it stopped. Trusts no file; goes on after a broken one, so that all of them are named in one run.
import { decodeBase64, encodeBase64, equalBytes } from './bytes.ts';
import { LedgerFault } from './fault.ts';
import {
  TILE_WIDTH,
  TileFault,
  createTileReader,
  createTileTree,
  decodeEntryBundle,
  itemsAtLevel,
  partialWidths,
  rootFromEdge,
  tilePath,
} from './tile.ts';
import type { ReadFile, Tile, TileFaultReason, TileTree } from './tile.ts';
import { HASH_BYTES, leafHash } from './tree.ts';

/** Where a run has come to; JSON. Whoever keeps it must keep it from others: it is believed. */
export type FsckState = {
  /** Entries derived so far, whole bundles only: a multiple of 256. */
  readonly entries: number;
  /** Base64 of the tiles that are being filled, from level 1 up. */
  readonly tiles: readonly string[];
};

export type FsckFault = { readonly path: string; readonly reason: TileFaultReason };

export type FsckReport = {
  /** Every file is there and is what the entries and the root say. */
  readonly ok: boolean;
  /** Entries derived, those of earlier runs included. */
  readonly entries: number;
  /** Files compared in this run. */
  readonly files: number;
  /** In the order they were come upon, each path once. */
  readonly faults: readonly FsckFault[];
  /**
   * False when not every fault can be told yet: there were too many, or one hides what lies below it. Once those named are
   * mended, another run tells the rest.
   */
  readonly complete: boolean;
};

export type FsckProgress = {
  readonly entries: number;
  readonly size: number;
  readonly files: number;
  /** So far. A run that goes on from a state with faults behind it would not tell them again. */
  readonly faults: number;
};

export type FsckOptions = {
  /** The tree of a checkpoint whose signature was checked. */
  readonly size: number;
  readonly root: Uint8Array;
  readonly read: ReadFile;
  /** Goes on from here; whatever it holds, only the true log passes. */
  readonly from?: FsckState;
  /** Bundles that are being read at a time; 16 when not given. */
  readonly atOnce?: number;
  /** Is given the leaves of each bundle, in order and before they are compared; awaited. The leaves are views: copy what is kept. */
  readonly onEntries?: (from: number, leaves: readonly Uint8Array[]) => void | Promise<void>;
  /** Told after each bundle; awaited. */
  readonly onProgress?: (progress: FsckProgress, state: () => FsckState) => void | Promise<void>;
};

/** A log with more broken files is not mended file by file. */
const MAX_FAULTS = 1_000;

/**
 * Checks all files that the tree (size, root) implies.
 * @throws LedgerFault `tile`: when `from` is not the state of a run over this log or a shorter one; whatever `read` throws.
 * @example (await fsck({ size, root, read })).ok // true
 */
export async function fsck(options: FsckOptions): Promise<FsckReport> {
  const { size, root, read, from, atOnce = 16, onEntries, onProgress } = options;
  const widths = partialWidths(size);
  const reader = createTileReader({ size, root, read, keepTiles: 16 });
  const faults = new Map<string, FsckFault>();
  const upper = restore(from, size);
  let entries = from?.entries ?? 0;
  let files = 0;
  // Whether a broken tile above keeps one below from being judged.
  let hidden = false;

  const fault = (path: string, reason: TileFaultReason): void => {
    if (!faults.has(path)) faults.set(path, { path, reason });
  };
  /** The file, or for a partial one that is gone the full one that replaced it. */
  const readFile = async (
    tile: Tile,
  ): Promise<{ path: string; content: Uint8Array | null; cut: boolean }> => {
    const path = tilePath(tile);
    const content = await read(path);
    if (content || tile.width === TILE_WIDTH) return { path, content, cut: false };
    const full = tilePath({ ...tile, width: TILE_WIDTH });
    const replacement = await read(full);
    return replacement
      ? { path: full, content: replacement, cut: true }
      : { path, content: null, cut: false };
  };

  /** Compares a derived tile with the file; gives the one to go on with. */
  const check = async (
    level: number,
    index: number,
    derived: TileTree,
    reading = readFile({ level, index, width: derived.width }),
  ): Promise<TileTree> => {
    const { path, content, cut } = await reading;
    files++;
    if (!content) fault(path, 'missing');
    else if (content.length !== (cut ? TILE_WIDTH : derived.width) * HASH_BYTES) fault(path, 'wrong-length');
    else if (!equalBytes(content.subarray(0, derived.width * HASH_BYTES), derived.bytes(derived.width)))
      return blame(level, index, derived);
    return derived;
  };
  /** The file and what was derived differ: what the root vouches for says which of them is wrong. */
  const blame = async (level: number, index: number, derived: TileTree): Promise<TileTree> => {
    let authentic: TileTree;
    try {
      authentic = await reader.tile(level, index);
    } catch (cause) {
      if (!(cause instanceof TileFault)) throw cause;
      fault(cause.path, cause.reason);
      if (cause.path !== tilePath({ level, index, width: derived.width })) hidden = true;
      return derived;
    }
    for (let i = 0; i < derived.width; i++) {
      if (equalBytes(authentic.node(0, i), derived.node(0, i))) continue;
      const below = index * TILE_WIDTH + i;
      const tile = tilePath({ level: level - 1, index: below, width: TILE_WIDTH });
      if (level === 0) fault(bundlePath(index), 'wrong-content');
      else if (level === 1 && faults.has(tile)) fault(bundlePath(below), 'wrong-content');
      else fault(tile, 'wrong-content');
    }
    return createTileTree(authentic.bytes(derived.width));
  };
  const bundleWidth = (index: number): number => Math.min(TILE_WIDTH, size - index * TILE_WIDTH);
  const bundlePath = (index: number): string =>
    tilePath({ level: 'entries', index, width: bundleWidth(index) });

  /** Adds the hash of a full tile of the level below. */
  const append = async (level: number, hash: Uint8Array): Promise<void> => {
    const growing = (upper[level] ??= { tile: createTileTree(), index: 0 });
    growing.tile.append(hash);
    if (growing.tile.width < TILE_WIDTH) return;
    const tile = await check(level, growing.index, growing.tile);
    await append(level + 1, tile.node(8, 0));
    upper[level] = { tile: createTileTree(), index: growing.index + 1 };
  };
  const state = (): FsckState => ({
    entries,
    tiles: upper.slice(1).map((one) => encodeBase64(one!.tile.bytes(one!.tile.width))),
  });

  /** The leaf hashes of a bundle; null when it cannot be read. */
  const derive = async (index: number, reading: ReturnType<typeof readFile>): Promise<TileTree | null> => {
    const width = bundleWidth(index);
    const { path, content, cut } = await reading;
    files++;
    if (!content) {
      fault(path, 'missing');
      return null;
    }
    let leaves: Uint8Array[];
    try {
      leaves = decodeEntryBundle(content, cut ? TILE_WIDTH : width).slice(0, width);
    } catch (cause) {
      if (!(cause instanceof LedgerFault)) throw cause;
      fault(path, 'wrong-length');
      return null;
    }
    await onEntries?.(index * TILE_WIDTH, leaves);
    const tile = createTileTree();
    for (const leaf of leaves) tile.append(leafHash(leaf));
    return tile;
  };
  /** The tile as the root vouches for it, where the bundle does not give it. */
  const authenticTile = async (index: number): Promise<TileTree | null> => {
    try {
      const tile = await reader.tile(0, index);
      return createTileTree(tile.bytes(bundleWidth(index)));
    } catch (cause) {
      if (!(cause instanceof TileFault)) throw cause;
      fault(cause.path, cause.reason);
      return null;
    }
  };

  const bundles = Math.ceil(size / TILE_WIDTH);
  let edge: TileTree | null = null;
  let complete = true;
  type Reading = { bundle: ReturnType<typeof readFile>; tile: ReturnType<typeof readFile> };
  const readings: Reading[] = [];
  let asked = entries / TILE_WIDTH;
  for (let index = asked; index < bundles && complete; index++) {
    for (; asked < bundles && asked < index + atOnce; asked++) {
      const width = bundleWidth(asked);
      const bundle = readFile({ level: 'entries', index: asked, width });
      const tile = readFile({ level: 0, index: asked, width });
      // Awaited in turn; until then a failure is nobody's.
      for (const reading of [bundle, tile]) reading.catch(() => {});
      readings.push({ bundle, tile });
    }
    const reading = readings.shift()!;
    const derived = await derive(index, reading.bundle);
    const tile = derived ? await check(0, index, derived, reading.tile) : await authenticTile(index);
    // Nothing can be derived above a hole that nobody vouches for.
    if (!tile || faults.size >= MAX_FAULTS) complete = false;
    else if (tile.width === TILE_WIDTH) {
      await append(1, tile.node(8, 0));
      entries += TILE_WIDTH;
    } else edge = tile;
    if (complete)
      await onProgress?.({ entries: edge ? size : entries, size, files, faults: faults.size }, state);
  }
  await Promise.allSettled(readings.flatMap(({ bundle, tile }) => [bundle, tile]));

  if (complete) {
    const tiles: (TileTree | null)[] = [edge];
    for (let level = 1; level < widths.length; level++) {
      const growing = upper[level];
      tiles.push(growing && growing.tile.width > 0 ? await check(level, growing.index, growing.tile) : null);
    }
    if (faults.size === 0 && !equalBytes(rootFromEdge(tiles), root)) fault('checkpoint', 'wrong-content');
  }
  return {
    ok: faults.size === 0 && complete,
    entries: complete ? size : entries,
    files,
    faults: [...faults.values()],
    complete: complete && !hidden,
  };
}

type Growing = { readonly tile: TileTree; readonly index: number };

/** The tiles that were being filled; index 0 stays empty, as whole bundles leave nothing there. */
function restore(from: FsckState | undefined, size: number): (Growing | undefined)[] {
  const upper: (Growing | undefined)[] = [undefined];
  if (!from) return upper;
  const wrong = (cause?: unknown) =>
    new LedgerFault('tile', 'expected the state of an earlier run over this log', { cause });
  const { entries, tiles } = from;
  if (!Number.isSafeInteger(entries) || entries < 0 || entries % TILE_WIDTH !== 0 || entries > size)
    throw wrong();
  const levels = partialWidths(entries).length;
  if (!Array.isArray(tiles) || tiles.length !== Math.max(0, levels - 1)) throw wrong();
  tiles.forEach((text: unknown, i) => {
    const items = itemsAtLevel(entries, i + 1);
    let content: Uint8Array;
    try {
      content = decodeBase64(String(text), (items % TILE_WIDTH) * HASH_BYTES);
    } catch (cause) {
      throw wrong(cause);
    }
    upper.push({ tile: createTileTree(content), index: Math.floor(items / TILE_WIDTH) });
  });
  return upper;
}
