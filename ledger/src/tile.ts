// Tiles and entry bundles of c2sp.org/tlog-tiles: how a log lies in files, and how to read a log nobody vouches for.
//
//   tile/<level>/<index>[.p/<width>]     `width` hashes of 32 bytes; item i of tile (L, N) is the root over the leaves
//                                        [(N*256+i) * 256^L, (N*256+i+1) * 256^L)
//   tile/entries/<index>[.p/<width>]     the leaves themselves, each after its length as a big-endian uint16
//
// Nothing read from a tile is given out before it has been tied to the signed root.
import { concatBytes, equalBytes } from './bytes.ts';
import { LedgerFault } from './fault.ts';
import { HASH_BYTES, emptyRoot, leafHash, nodeHash } from './tree.ts';
import type { HashReader, TreeNode } from './tree.ts';

export const TILE_WIDTH = 256;
/** The longest leaf that the length prefix of an entry bundle can carry. */
export const MAX_LEAF_BYTES = 65_535;

/** `level` 0..63, or `entries` for a bundle of leaves; `width` 1..256, where 256 is a full tile. */
export type Tile = { readonly level: number | 'entries'; readonly index: number; readonly width: number };

/** Reads a file of the log by its path; null when there is none. */
export type ReadFile = (path: string) => Promise<Uint8Array | null>;

/**
 * The path of a tile.
 * @example tilePath({ level: 1, index: 1234067, width: 8 }) // 'tile/1/x001/x234/067.p/8'
 */
export function tilePath({ level, index, width }: Tile): string {
  const digits = String(index);
  const padded = digits.padStart(Math.ceil(digits.length / 3) * 3, '0');
  const groups = padded.match(/.{3}/g)!;
  const name = groups.map((group, i) => (i < groups.length - 1 ? `x${group}` : group)).join('/');
  return `tile/${level}/${name}${width === TILE_WIDTH ? '' : `.p/${width}`}`;
}

const TILE_PATH =
  /^tile\/(entries|0|[1-9]|[1-5][0-9]|6[0-3])\/((?:x[0-9]{3}\/){0,5}[0-9]{3})(?:\.p\/([1-9][0-9]{0,2}))?$/;

/**
 * The tile of a path.
 * @throws LedgerFault `tile`: when no tile has that path.
 * @example parseTilePath('tile/entries/000.p/5') // { level: 'entries', index: 0, width: 5 }
 */
export function parseTilePath(path: string): Tile {
  const match = TILE_PATH.exec(path);
  if (match) {
    const tile: Tile = {
      level: match[1] === 'entries' ? 'entries' : Number(match[1]),
      index: Number(match[2]!.replace(/[x/]/g, '')),
      width: match[3] === undefined ? TILE_WIDTH : Number(match[3]),
    };
    if (Number.isSafeInteger(tile.index) && tilePath(tile) === path) return tile;
  }
  throw new LedgerFault('tile', 'expected the path of a tile');
}

/**
 * Hashes at a tile level in a tree of `size` leaves: floor(size / 256^level).
 * @example itemsAtLevel(70_000, 1) // 273
 */
export const itemsAtLevel = (size: number, level: number): number => {
  let items = size;
  for (let l = 0; l < level; l++) items = Math.floor(items / TILE_WIDTH);
  return items;
};

/**
 * The width of the rightmost, partial tile at each level, from level 0 up; 0 where there is none.
 * @example partialWidths(70_000) // [112, 17, 1]
 */
export function partialWidths(size: number): number[] {
  const widths: number[] = [];
  for (let items = size; items > 0; items = Math.floor(items / TILE_WIDTH)) widths.push(items % TILE_WIDTH);
  return widths;
}

/**
 * Every tile and entry bundle that a checkpoint of `size` implies, bundles first, then level by level.
 * @example [...tilesOf(5)].map(tilePath) // ['tile/entries/000.p/5', 'tile/0/000.p/5']
 */
export const tilesOf = (size: number): Generator<Tile> => newTilesOf(0, size);

/**
 * The tiles and bundles of `size` that `oldSize` does not have: what a log must write to grow from one to the other.
 * @example [...newTilesOf(256, 257)].map(tilePath) // ['tile/entries/001.p/1', 'tile/0/001.p/1']
 */
export function* newTilesOf(oldSize: number, size: number): Generator<Tile> {
  for (const level of ['entries', ...partialWidths(size).keys()] as const) {
    const items = itemsAtLevel(size, level === 'entries' ? 0 : level);
    const oldItems = itemsAtLevel(oldSize, level === 'entries' ? 0 : level);
    if (items === oldItems) continue;
    for (let index = Math.floor(oldItems / TILE_WIDTH); index * TILE_WIDTH < items; index++)
      yield { level, index, width: Math.min(TILE_WIDTH, items - index * TILE_WIDTH) };
  }
}

/**
 * The bytes of an entry bundle.
 * @throws RangeError: on a leaf above 65,535 bytes.
 * @example encodeHex(encodeEntryBundle([encodeUtf8('one'), encodeUtf8('two')])) // '00036f6e65000374776f'
 */
export function encodeEntryBundle(leaves: readonly Uint8Array[]): Uint8Array {
  return concatBytes(
    ...leaves.flatMap((leaf) => {
      if (leaf.length > MAX_LEAF_BYTES)
        throw new RangeError(`expected a leaf of at most ${MAX_LEAF_BYTES} bytes`);
      return [new Uint8Array([leaf.length >> 8, leaf.length & 255]), leaf];
    }),
  );
}

/**
 * The leaves of an entry bundle, as views into it.
 * @param width how many it must hold
 * @throws LedgerFault `tile`: when it holds more, fewer, or a cut leaf.
 * @example decodeEntryBundle(encodeEntryBundle([leaf]), 1) // [leaf]
 */
export function decodeEntryBundle(bundle: Uint8Array, width: number): Uint8Array[] {
  const leaves: Uint8Array[] = [];
  let at = 0;
  while (at < bundle.length) {
    const start = at + 2;
    const end = start + bundle[at]! * 256 + (bundle[at + 1] ?? NaN);
    // A cut length makes `end` NaN, which this refuses too.
    if (!(end <= bundle.length)) throw new LedgerFault('tile', 'the entry bundle is cut short');
    leaves.push(bundle.subarray(start, end));
    at = end;
  }
  if (leaves.length !== width) throw new LedgerFault('tile', `expected an entry bundle of ${width} leaves`);
  return leaves;
}

/** `unknown`: no file of a log has that name. */
export type TileFaultReason = 'missing' | 'wrong-length' | 'wrong-content' | 'unknown';

/** A fault in one file of the log. */
export class TileFault extends LedgerFault {
  /** The file, such as `tile/0/000.p/5`. */
  readonly path: string;
  readonly reason: TileFaultReason;
  constructor(path: string, reason: TileFaultReason) {
    super('tile', `${path}: ${reason}`);
    this.name = 'TileFault';
    this.path = path;
    this.reason = reason;
  }
}

/**
 * The hashes inside one tile, every complete subtree computed once. Grows by appending; what it has given out stays.
 */
export type TileTree = {
  readonly width: number;
  append(hash: Uint8Array): void;
  /** The subtree of 2^height items at `index`; height 0..8. */
  node(height: number, index: number): Uint8Array;
  /** The bytes of the tile of this width, at most the present one. */
  bytes(width: number): Uint8Array;
};

/**
 * A tile of the given bytes, or an empty one.
 * @example createTileTree(leafHash(leaf)).node(0, 0) // leafHash(leaf)
 */
export function createTileTree(content?: Uint8Array): TileTree {
  // Heights 0 to 8 one after another: 256 items, 128 pairs, and so on to the root of the tile.
  const hashes = new Uint8Array((2 * TILE_WIDTH - 1) * HASH_BYTES);
  let width = 0;
  const slot = (height: number, index: number): number =>
    (2 * TILE_WIDTH - (2 * TILE_WIDTH) / 2 ** height + index) * HASH_BYTES;
  const node = (height: number, index: number): Uint8Array => {
    if ((index + 1) * 2 ** height > width) throw new RangeError('expected a complete subtree of the tile');
    return hashes.subarray(slot(height, index), slot(height, index) + HASH_BYTES);
  };
  const append = (hash: Uint8Array): void => {
    if (width === TILE_WIDTH) throw new RangeError('expected a tile that is not full');
    hashes.set(hash, slot(0, width));
    width++;
    for (let height = 1, items = width; items % 2 === 0; height++) {
      items /= 2;
      hashes.set(
        nodeHash(node(height - 1, 2 * items - 2), node(height - 1, 2 * items - 1)),
        slot(height, items - 1),
      );
    }
  };
  if (content)
    for (let at = 0; at < content.length; at += HASH_BYTES) append(content.subarray(at, at + HASH_BYTES));
  return {
    get width() {
      return width;
    },
    append,
    node,
    bytes: (wanted) => {
      if (wanted > width) throw new RangeError('expected a width the tile has');
      return hashes.slice(0, wanted * HASH_BYTES);
    },
  };
}

/**
 * Where a complete subtree is found: the tile, and the place in it.
 * @example tileOfNode({ level: 9, index: 3 }) // { level: 1, index: 0, height: 1, at: 3 }
 */
export function tileOfNode({ level, index }: TreeNode): {
  level: number;
  index: number;
  height: number;
  at: number;
} {
  const tileLevel = Math.floor(level / 8);
  const height = level % 8;
  const perTile = TILE_WIDTH / 2 ** height;
  return { level: tileLevel, index: Math.floor(index / perTile), height, at: index % perTile };
}

/**
 * The root over a log from the partial tiles of its right edge, level 0 first; null where a level has none.
 * @example rootFromEdge([createTileTree(leafHash(leaf))]) // leafHash(leaf)
 */
export function rootFromEdge(edge: readonly (TileTree | null)[]): Uint8Array {
  let root: Uint8Array | null = null;
  for (const tile of edge) {
    if (!tile) continue;
    // The bits of the width are the complete subtrees of the tile, the smallest rightmost.
    let end = tile.width;
    for (let height = 0; end > 0; height++) {
      const width = 2 ** height;
      if (end % (2 * width) === 0) continue;
      const hash = tile.node(height, end / width - 1);
      root = root === null ? hash : nodeHash(hash, root);
      end -= width;
    }
  }
  return root === null ? emptyRoot() : root;
}

/** Reads a log's tiles, giving out nothing that does not follow from the root it was made with. */
export type TileReader = {
  readonly size: number;
  readonly root: Uint8Array;
  readonly hashes: HashReader;
  /** The authentic hashes of a tile; `width` is that of this tree. */
  tile(level: number, index: number): Promise<TileTree>;
  /** The authentic leaves of an entry bundle: those of the level-0 tile of the same index. */
  entries(index: number): Promise<Uint8Array[]>;
};

/**
 * A reader of the tree (size, root) over the files of a log.
 *
 * The partial tiles of the right edge are checked together against the root, every full tile against its hash in the
 * tile above. A partial tile that is gone is read from the full one that replaced it.
 * @param keepTiles how many full tiles stay in memory
 * @throws TileFault: from its functions, naming the first file that is missing or wrong. When only the whole right edge
 * can be said not to fit the root, that is its lowest tile.
 * @example (await createTileReader({ size, root, read }).entries(0))[index] // leaf
 */
export function createTileReader(options: {
  size: number;
  root: Uint8Array;
  read: ReadFile;
  keepTiles?: number;
}): TileReader {
  const { size, root, read, keepTiles = 64 } = options;
  const widths = partialWidths(size);
  const kept = new Map<string, Promise<TileTree>>();
  let edge: Promise<(TileTree | null)[]> | undefined;

  const readTile = async (level: number | 'entries', index: number, width: number) => {
    const path = tilePath({ level, index, width });
    const content = await read(path);
    if (content || width === TILE_WIDTH) return { path, content, full: width === TILE_WIDTH };
    const fullPath = tilePath({ level, index, width: TILE_WIDTH });
    const full = await read(fullPath);
    return full ? { path: fullPath, content: full, full: true } : { path, content: null, full: false };
  };
  const readHashes = async (level: number, index: number, width: number): Promise<Uint8Array> => {
    const { path, content, full } = await readTile(level, index, width);
    if (!content) throw new TileFault(path, 'missing');
    if (content.length !== (full ? TILE_WIDTH : width) * HASH_BYTES)
      throw new TileFault(path, 'wrong-length');
    return content.subarray(0, width * HASH_BYTES);
  };
  const readEdge = async (): Promise<(TileTree | null)[]> => {
    const tiles = await Promise.all(
      widths.map(async (width, level) =>
        width === 0
          ? null
          : createTileTree(
              await readHashes(level, Math.floor(itemsAtLevel(size, level) / TILE_WIDTH), width),
            ),
      ),
    );
    if (!equalBytes(rootFromEdge(tiles), root)) throw await blameEdge(tiles);
    return tiles;
  };
  // The root alone says that the edge is wrong, not which tile of it. What lies below each tile tells: the tile that
  // makes the root come true when it is rebuilt from below is the broken one.
  const blameEdge = async (tiles: readonly (TileTree | null)[]): Promise<TileFault> => {
    const levels = [...widths.keys()].filter((level) => widths[level]! > 0);
    for (const level of levels) {
      const rebuilt = await rebuildFromBelow(level).catch(() => null);
      if (rebuilt && equalBytes(rootFromEdge(tiles.map((tile, l) => (l === level ? rebuilt : tile))), root))
        return new TileFault(edgePath(level), 'wrong-content');
    }
    return new TileFault(levels.length === 0 ? 'checkpoint' : edgePath(levels[0]!), 'wrong-content');
  };
  const edgeIndex = (level: number): number => Math.floor(itemsAtLevel(size, level) / TILE_WIDTH);
  const edgePath = (level: number): string =>
    tilePath({ level, index: edgeIndex(level), width: widths[level]! });
  const rebuildFromBelow = async (level: number): Promise<TileTree> => {
    const rebuilt = createTileTree();
    if (level === 0) {
      const { content, full } = await readTile('entries', edgeIndex(0), widths[0]!);
      const leaves = decodeEntryBundle(content!, full ? TILE_WIDTH : widths[0]!).slice(0, widths[0]!);
      for (const leaf of leaves) rebuilt.append(leafHash(leaf));
    } else
      for (let i = 0; i < widths[level]!; i++) {
        const below = await readHashes(level - 1, edgeIndex(level) * TILE_WIDTH + i, TILE_WIDTH);
        rebuilt.append(createTileTree(below).node(8, 0));
      }
    return rebuilt;
  };
  const readFull = async (level: number, index: number): Promise<TileTree> => {
    const content = createTileTree(await readHashes(level, index, TILE_WIDTH));
    const above = await tile(level + 1, Math.floor(index / TILE_WIDTH));
    if (!equalBytes(content.node(8, 0), above.node(0, index % TILE_WIDTH)))
      throw new TileFault(tilePath({ level, index, width: TILE_WIDTH }), 'wrong-content');
    return content;
  };
  const tile = async (level: number, index: number): Promise<TileTree> => {
    const items = itemsAtLevel(size, level);
    if (index * TILE_WIDTH >= items) throw new RangeError('expected a tile of the tree');
    if ((index + 1) * TILE_WIDTH > items) {
      edge ??= readEdge();
      return (await edge)[level]!;
    }
    const key = `${level}/${index}`;
    const found = kept.get(key);
    if (found) return found;
    const reading = readFull(level, index);
    kept.set(key, reading);
    // A failed read is forgotten, so that it can be tried again; the oldest tile makes room.
    reading.catch(() => kept.delete(key));
    if (kept.size > keepTiles) kept.delete(kept.keys().next().value!);
    return reading;
  };

  return {
    size,
    root,
    tile,
    hashes: (nodes) =>
      Promise.all(
        nodes.map(async (node) => {
          const place = tileOfNode(node);
          return (await tile(place.level, place.index)).node(place.height, place.at);
        }),
      ),
    async entries(index) {
      const hashes = await tile(0, index);
      const { path, content, full } = await readTile('entries', index, Math.min(hashes.width, TILE_WIDTH));
      if (!content) throw new TileFault(path, 'missing');
      return checkEntryBundle(path, content, hashes, full);
    },
  };
}

/** The leaves of the bundle that the tile holds the hashes of; of a full bundle over a partial tile, the first. */
function checkEntryBundle(path: string, content: Uint8Array, hashes: TileTree, full: boolean): Uint8Array[] {
  let leaves: Uint8Array[];
  try {
    leaves = decodeEntryBundle(content, full ? TILE_WIDTH : hashes.width).slice(0, hashes.width);
  } catch (cause) {
    if (!(cause instanceof LedgerFault)) throw cause;
    throw new TileFault(path, 'wrong-length');
  }
  leaves.forEach((leaf, i) => {
    if (!equalBytes(leafHash(leaf), hashes.node(0, i))) throw new TileFault(path, 'wrong-content');
  });
  return leaves;
}
