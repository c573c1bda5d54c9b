// The way from a record to the root of the log, step by step, as it is drawn: what stands beside it at each step, which
// records that covers, and what the two make together. Must never show a hash that was not computed here.
import { nodeHash } from '@veche/ledger/tree.ts';

/** Records `[start, end)`. */
export type RecordRange = { readonly start: number; readonly end: number };

export type PathStep = {
  /** Where the neighbour stands. */
  readonly side: 'left' | 'right';
  readonly sibling: Uint8Array;
  readonly siblingCovers: RecordRange;
  /** SHA-256(01 ‖ left ‖ right) of the two. */
  readonly hash: Uint8Array;
  readonly covers: RecordRange;
};

/** The neighbours on the way from `index` to the root of a tree of `size`, nearest first (RFC 9162 section 2.1.3.1). */
function neighboursOf(index: number, size: number): { side: PathStep['side']; covers: RecordRange }[] {
  const found: { side: PathStep['side']; covers: RecordRange }[] = [];
  let [start, end] = [0, size];
  while (end - start > 1) {
    let half = 1;
    while (half * 2 < end - start) half *= 2;
    const middle = start + half;
    if (index < middle) {
      found.push({ side: 'right', covers: { start: middle, end } });
      end = middle;
    } else {
      found.push({ side: 'left', covers: { start, end: middle } });
      start = middle;
    }
  }
  return found.toReversed();
}

/**
 * The steps from a leaf to the root; the last one's hash is the root that the proof leads to.
 * @param leaf hash of the record, 32 bytes
 * @param proof as many hashes as index and size ask for, nearest first
 * @throws RangeError: when the index is not in the tree or the proof has another length.
 */
export function stepsOf(
  index: number,
  size: number,
  leaf: Uint8Array,
  proof: readonly Uint8Array[],
): PathStep[] {
  if (index < 0 || index >= size) throw new RangeError('expected an index in the tree');
  const neighbours = neighboursOf(index, size);
  if (neighbours.length !== proof.length) throw new RangeError('expected a proof of the length of the path');
  let hash = leaf;
  let covers: RecordRange = { start: index, end: index + 1 };
  return neighbours.map(({ side, covers: siblingCovers }, i) => {
    const sibling = proof[i]!;
    hash = side === 'left' ? nodeHash(sibling, hash) : nodeHash(hash, sibling);
    covers = {
      start: Math.min(covers.start, siblingCovers.start),
      end: Math.max(covers.end, siblingCovers.end),
    };
    return { side, sibling, siblingCovers, hash, covers };
  });
}
