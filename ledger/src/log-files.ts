// Checks every file that lies in a log's folder, those included that a checkpoint no longer implies: a partial tile that
// a longer one replaced must be its beginning.
import { equalBytes } from './bytes.ts';
import { LedgerFault } from './fault.ts';
import {
  TILE_WIDTH,
  TileFault,
  createTileReader,
  encodeEntryBundle,
  itemsAtLevel,
  parseTilePath,
} from './tile.ts';
import type { ReadFile, Tile } from './tile.ts';

export type LogFilesCheck = {
  /** Files that are what the tree says. */
  readonly checked: number;
  /** Files of entries after this checkpoint, which nothing vouches for yet. */
  readonly ahead: number;
};

/**
 * Checks the files of the tree (size, root).
 * @param paths every file of the folder but `checkpoint`
 * @throws TileFault: at the first file that is wrong, or that is no file of a log (`unknown`).
 * @example await checkLogFiles({ size, root, read, paths: ['tile/0/000.p/14'] }) // { checked: 1, ahead: 0 }
 */
export async function checkLogFiles(options: {
  size: number;
  root: Uint8Array;
  read: ReadFile;
  paths: AsyncIterable<string> | Iterable<string>;
}): Promise<LogFilesCheck> {
  const { size, read, paths } = options;
  const reader = createTileReader(options);
  let checked = 0;
  let ahead = 0;
  for await (const path of paths) {
    const { level, index, width } = parsePath(path);
    const items = itemsAtLevel(size, level === 'entries' ? 0 : level);
    // As much of the file as the tree covers; a file written after the checkpoint was read may be longer.
    const covered = Math.min(width, items - index * TILE_WIDTH);
    if (covered <= 0) {
      ahead++;
      continue;
    }
    const content = await read(path);
    // Removed since it was listed, as a full tile replaced it: what the checkpoint needs is read below anyway.
    if (!content) continue;
    const expected =
      level === 'entries'
        ? encodeEntryBundle((await reader.entries(index)).slice(0, covered))
        : (await reader.tile(level, index)).bytes(covered);
    const isExact = covered === width;
    if (isExact ? content.length !== expected.length : content.length <= expected.length)
      throw new TileFault(path, 'wrong-length');
    if (!equalBytes(content.subarray(0, expected.length), expected))
      throw new TileFault(path, 'wrong-content');
    checked++;
  }
  return { checked, ahead };
}

function parsePath(path: string): Tile {
  try {
    return parseTilePath(path);
  } catch (cause) {
    if (cause instanceof LedgerFault) throw new TileFault(path, 'unknown');
    throw cause;
  }
}
