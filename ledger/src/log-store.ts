// What a place that keeps the files of a log must offer beyond what the sequencer needs, and which names are files of a log.
// A store asks this before it touches anything: no other name is ever read, written or removed.
import { LedgerFault } from './fault.ts';
import type { TileStore } from './sequencer.ts';
import { parseTilePath } from './tile.ts';

/** A store that can also tell what it holds. */
export type ListedTileStore = TileStore & {
  /**
   * The paths of all files below a folder such as `tile/0/000.p`, in no particular order; all there are for the empty
   * text. A file that comes or goes meanwhile may be told or not.
   */
  list(folder: string): AsyncIterable<string>;
};

/** The files that change: the newest checkpoint for the world, and the newest signed head beside it. */
const NOTES: readonly string[] = ['checkpoint', 'head'];

/**
 * Whether a file of a log has this path: a tile, a bundle, `checkpoint` or `head`.
 * @example isLogPath('tile/entries/000.p/5') // true
 */
export function isLogPath(path: string): boolean {
  if (NOTES.includes(path)) return true;
  try {
    parseTilePath(path);
    return true;
  } catch (cause) {
    if (cause instanceof LedgerFault) return false;
    throw cause;
  }
}

/**
 * Refuses every path that is not one of a log, so that no store can be led out of its folder.
 * @throws RangeError
 * @example checkLogPath('tile/0/000') // undefined
 */
export function checkLogPath(path: string): void {
  if (!isLogPath(path))
    throw new RangeError(`expected a path of the log, got ${JSON.stringify(path.slice(0, 80))}`);
}
