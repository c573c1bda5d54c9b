// The Merkle tree of RFC 6962: hashes, roots, and the two proofs, each as a prove/check pair.
//
//   leaf hash  SHA-256(0x00 || leaf)         node hash  SHA-256(0x01 || left || right)
//   a tree of n > 1 leaves splits at the largest power of two below n
//
// Sizes and indexes are JavaScript numbers below 2^53: only Math.floor arithmetic here, as the bit operators cut to 32.
import { decodeHex, equalBytes } from './bytes.ts';
import { LedgerFault } from './fault.ts';
import { sha256 } from './hash.ts';

export const HASH_BYTES = 32;

/** The complete subtree over the leaves `[index * 2^level, (index + 1) * 2^level)`. */
export type TreeNode = { readonly level: number; readonly index: number };

/** Gives the hashes of complete subtrees, in the order asked; rejects when one is missing or not authentic. */
export type HashReader = (nodes: readonly TreeNode[]) => Promise<Uint8Array[]>;

/**
 * SHA-256 of a leaf, tagged so that no leaf can pass for a node.
 * @example encodeBase64(leafHash(encodeUtf8('hello world'))) // 'TszzRgjTG6xce+z2AG31kAXYKBgQVtCSCE40HmuwBb0='
 */
export function leafHash(leaf: Uint8Array): Uint8Array {
  const input =
    leaf.length < leafInput.length ? leafInput.subarray(0, 1 + leaf.length) : new Uint8Array(1 + leaf.length);
  input.set(leaf, 1);
  return sha256(input);
}

/** Room for a usual leaf, used again for each; its first byte stays 0. */
const leafInput = new Uint8Array(4_096);

const nodeInput = new Uint8Array(1 + 2 * HASH_BYTES);
nodeInput[0] = 1;

/**
 * SHA-256 of two children of 32 bytes each.
 * @example nodeHash(leafHash(leaf), leafHash(leaf)).length // 32
 */
export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  nodeInput.set(left, 1);
  nodeInput.set(right, 1 + HASH_BYTES);
  return sha256(nodeInput);
}

const EMPTY_ROOT = decodeHex('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');

/**
 * The root of the tree without leaves: SHA-256 of nothing.
 * @example encodeBase64(emptyRoot()) // '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='
 */
export const emptyRoot = (): Uint8Array => EMPTY_ROOT.slice();

/** Grows a tree leaf by leaf, keeping one hash per set bit of its size. */
export type TreeBuilder = {
  readonly size: number;
  append(leafHash: Uint8Array): void;
  /** The root over what was appended so far; costs one hash per level. */
  root(): Uint8Array;
  /** The hashes of the complete subtrees of {@link peaksOf}`(size)`, left to right: what a builder can start from again. */
  peaks(): Uint8Array[];
};

/**
 * A builder that starts empty, or from the peaks of an earlier tree.
 * @param start `peaks`: the hashes of the complete subtrees of {@link peaksOf}`(size)`, left to right.
 * @example encodeHex(createTreeBuilder().root()) // encodeHex(emptyRoot())
 */
export function createTreeBuilder(start?: { size: number; peaks: readonly Uint8Array[] }): TreeBuilder {
  let size = start?.size ?? 0;
  const peaks = [...(start?.peaks ?? [])];
  if (peaks.length !== peaksOf(size).length)
    throw new RangeError('expected one peak per set bit of the size');
  return {
    get size() {
      return size;
    },
    append(hash) {
      let carried = hash;
      for (let rest = size; rest % 2 === 1; rest = Math.floor(rest / 2))
        carried = nodeHash(peaks.pop()!, carried);
      peaks.push(carried);
      size++;
    },
    root: () => (peaks.length === 0 ? emptyRoot() : foldPeaks(peaks)),
    peaks: () => [...peaks],
  };
}

/** Joins the hashes of adjoining subtrees, left to right and falling in size, into the hash of the whole. */
function foldPeaks(peaks: readonly Uint8Array[]): Uint8Array {
  let hash = peaks.at(-1)!;
  for (let i = peaks.length - 2; i >= 0; i--) hash = nodeHash(peaks[i]!, hash);
  return hash;
}

/**
 * The root over leaves that are all known: the roll of a meeting, its closed box.
 * @example encodeHex(rootOf([new Uint8Array()])) // '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d'
 */
export function rootOf(leaves: Iterable<Uint8Array>): Uint8Array {
  const builder = createTreeBuilder();
  for (const leaf of leaves) builder.append(leafHash(leaf));
  return builder.root();
}

/**
 * The complete subtrees that make up `[0, size)`, left to right.
 * @example peaksOf(6) // [{ level: 2, index: 0 }, { level: 1, index: 2 }]
 */
export const peaksOf = (size: number): TreeNode[] => subtreesOf(0, size);

/** The complete subtrees that make up `[start, end)`, left to right; `start` is aligned as RFC 6962 splits. */
function subtreesOf(start: number, end: number): TreeNode[] {
  const nodes: TreeNode[] = [];
  for (let at = start; at < end;) {
    let level = 0;
    let width = 1;
    while (at % (2 * width) === 0 && at + 2 * width <= end) {
      width *= 2;
      level++;
    }
    nodes.push({ level, index: at / width });
    at += width;
  }
  return nodes;
}

/** The largest power of two below n; n is at least 2. */
function splitOf(n: number): number {
  let width = 1;
  while (2 * width < n) width *= 2;
  return width;
}

/** Reads a list of ranges, each joined from its complete subtrees, in one call of the reader. */
async function readRanges(
  ranges: readonly (readonly [number, number])[],
  reader: HashReader,
): Promise<Uint8Array[]> {
  const parts = ranges.map(([start, end]) => subtreesOf(start, end));
  const hashes = await reader(parts.flat());
  let at = 0;
  return parts.map((nodes) => foldPeaks(hashes.slice(at, (at += nodes.length))));
}

/**
 * The root of the tree of `size` leaves.
 * @throws whatever the reader throws
 * @example await readRoot(size, hashes) // root
 */
export async function readRoot(size: number, reader: HashReader): Promise<Uint8Array> {
  checkNumber(size, 'a size');
  return size === 0 ? emptyRoot() : (await readRanges([[0, size]], reader))[0]!;
}

/** The ranges whose hashes prove the leaf, nearest sibling first (RFC 9162 section 2.1.3.1). */
function inclusionRanges(index: number, size: number): [number, number][] {
  const ranges: [number, number][] = [];
  let [start, end] = [0, size];
  while (end - start > 1) {
    const middle = start + splitOf(end - start);
    if (index < middle) {
      ranges.push([middle, end]);
      end = middle;
    } else {
      ranges.push([start, middle]);
      start = middle;
    }
  }
  return ranges.reverse();
}

/**
 * The proof that the leaf at `index` is in the tree of `size` leaves: at most 53 hashes, nearest sibling first.
 * @throws RangeError: unless 0 <= index < size.
 * @example await proveInclusion(index, size, hashes) // proof
 */
export async function proveInclusion(index: number, size: number, reader: HashReader): Promise<Uint8Array[]> {
  checkNumber(size, 'a size');
  if (!Number.isSafeInteger(index) || index < 0 || index >= size)
    throw new RangeError('expected an index in the tree');
  return readRanges(inclusionRanges(index, size), reader);
}

const proofFault = () => new LedgerFault('proof', 'the proof does not hold');

/**
 * The root that a proof of inclusion leads to (RFC 9162 section 2.1.3.2).
 * @throws LedgerFault `proof`: when the proof has not the length that index and size ask for.
 * @example rootFromInclusion(proof, index, leafHash(leaf), size) // root
 */
export function rootFromInclusion(
  proof: readonly Uint8Array[],
  index: number,
  leaf: Uint8Array,
  size: number,
): Uint8Array {
  if (!Number.isSafeInteger(index) || !Number.isSafeInteger(size) || index < 0 || index >= size)
    throw proofFault();
  if (leaf.length !== HASH_BYTES) throw proofFault();
  let at = index;
  let last = size - 1;
  let hash = leaf;
  for (const sibling of proof) {
    if (last === 0 || sibling.length !== HASH_BYTES) throw proofFault();
    if (at % 2 === 1 || at === last) {
      hash = nodeHash(sibling, hash);
      while (at % 2 === 0 && at !== 0) {
        at = Math.floor(at / 2);
        last = Math.floor(last / 2);
      }
    } else hash = nodeHash(hash, sibling);
    at = Math.floor(at / 2);
    last = Math.floor(last / 2);
  }
  if (last !== 0) throw proofFault();
  return hash;
}

/**
 * Checks that a leaf with this hash is at `index` of the tree.
 * @throws LedgerFault `proof`: when it does not follow from the proof, whatever the reason.
 * @example checkInclusion(proof, index, leafHash(leaf), size, root) // undefined
 */
export function checkInclusion(
  proof: readonly Uint8Array[],
  index: number,
  leaf: Uint8Array,
  size: number,
  root: Uint8Array,
): void {
  if (!equalBytes(rootFromInclusion(proof, index, leaf, size), root)) throw proofFault();
}

/** The ranges that prove one tree to begin with another (RFC 9162 section 2.1.4.1). */
function consistencyRanges(oldSize: number, size: number): [number, number][] {
  const ranges: [number, number][] = [];
  let [start, end] = [0, size];
  let wholeOld = true;
  while (end > oldSize) {
    const middle = start + splitOf(end - start);
    if (oldSize <= middle) {
      ranges.push([middle, end]);
      end = middle;
    } else {
      ranges.push([start, middle]);
      start = middle;
      wholeOld = false;
    }
  }
  // When the old tree is a subtree of its own its root is known to the checker and left out.
  if (!wholeOld) ranges.push([start, end]);
  return ranges.reverse();
}

/**
 * The proof that the tree of `size` leaves begins with the tree of `oldSize`; empty when they are equal.
 * @throws RangeError: unless 1 <= oldSize <= size.
 * @example (await proveConsistency(8, size, hashes)).length // 1
 */
export async function proveConsistency(
  oldSize: number,
  size: number,
  reader: HashReader,
): Promise<Uint8Array[]> {
  checkNumber(size, 'a size');
  if (!Number.isSafeInteger(oldSize) || oldSize < 1 || oldSize > size)
    throw new RangeError('expected an old size from 1 to the size');
  return readRanges(consistencyRanges(oldSize, size), reader);
}

/**
 * Checks that the tree (size, root) begins with the tree (oldSize, oldRoot) (RFC 9162 section 2.1.4.2).
 * Size zero is no tree to be consistent with: who starts from nothing has nothing to check and must say so itself.
 * @throws LedgerFault `proof`: when it does not follow from the proof, whatever the reason.
 * @example checkConsistency(await proveConsistency(8, size, hashes), 8, await readRoot(8, hashes), size, root) // undefined
 */
export function checkConsistency(
  proof: readonly Uint8Array[],
  oldSize: number,
  oldRoot: Uint8Array,
  size: number,
  root: Uint8Array,
): void {
  if (!Number.isSafeInteger(oldSize) || !Number.isSafeInteger(size) || oldSize < 1 || oldSize > size)
    throw proofFault();
  if ([oldRoot, root, ...proof].some((hash) => hash.length !== HASH_BYTES)) throw proofFault();
  if (oldSize === size) {
    if (proof.length !== 0 || !equalBytes(oldRoot, root)) throw proofFault();
    return;
  }
  let at = oldSize - 1;
  let last = size - 1;
  while (at % 2 === 1) {
    at = Math.floor(at / 2);
    last = Math.floor(last / 2);
  }
  const hashes = at === 0 ? [oldRoot, ...proof] : [...proof];
  const first = hashes.shift();
  if (!first) throw proofFault();
  let oldHash = first;
  let hash = first;
  for (const sibling of hashes) {
    if (last === 0) throw proofFault();
    if (at % 2 === 1 || at === last) {
      oldHash = nodeHash(sibling, oldHash);
      hash = nodeHash(sibling, hash);
      while (at % 2 === 0 && at !== 0) {
        at = Math.floor(at / 2);
        last = Math.floor(last / 2);
      }
    } else hash = nodeHash(hash, sibling);
    at = Math.floor(at / 2);
    last = Math.floor(last / 2);
  }
  if (last !== 0 || !equalBytes(oldHash, oldRoot) || !equalBytes(hash, root)) throw proofFault();
}

function checkNumber(value: number, what: string): void {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`expected ${what} of 0 or more`);
}
