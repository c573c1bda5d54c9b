// The files of a log made in one go from its leaves, for tests of who reads logs. The sequencer makes the same ones.
import { concatBytes } from './bytes.ts';
import { TILE_WIDTH, createTileTree, encodeEntryBundle, rootFromEdge, tilePath, tilesOf } from './tile.ts';
import { leafHash } from './tree.ts';

/** The tiles and bundles that a checkpoint over the leaves implies, without the checkpoint. */
export function logOfLeaves(leaves: readonly Uint8Array[]): {
  readonly files: Map<string, Uint8Array>;
  readonly size: number;
  readonly root: Uint8Array;
} {
  const size = leaves.length;
  const levels: Uint8Array[][] = [leaves.map(leafHash)];
  for (let level = 0; levels[level]!.length >= TILE_WIDTH; level++) {
    const above: Uint8Array[] = [];
    for (let at = 0; at + TILE_WIDTH <= levels[level]!.length; at += TILE_WIDTH)
      above.push(
        createTileTree(concatBytes(...levels[level]!.slice(at, at + TILE_WIDTH)))
          .node(8, 0)
          .slice(),
      );
    levels.push(above);
  }
  const files = new Map<string, Uint8Array>();
  for (const tile of tilesOf(size)) {
    const start = tile.index * TILE_WIDTH;
    files.set(
      tilePath(tile),
      tile.level === 'entries'
        ? encodeEntryBundle(leaves.slice(start, start + tile.width))
        : concatBytes(...levels[tile.level]!.slice(start, start + tile.width)),
    );
  }
  const edge = levels.map((hashes) =>
    createTileTree(concatBytes(...hashes.slice(hashes.length - (hashes.length % TILE_WIDTH)))),
  );
  return { files, size, root: rootFromEdge(edge) };
}
