// Roots of the sealed trees of a meeting, whose leaves are all known: its roll and its closed ballot box.
// Made by merkletreejs in the one configuration that equals RFC 6962; never used for a tree that still grows.
import { concatBytes } from '@veche/ledger/bytes.ts';
import { sha256 } from '@veche/ledger/hash.ts';
import { emptyRoot } from '@veche/ledger/tree.ts';
import { MerkleTree } from 'merkletreejs';

const LEAF = new Uint8Array([0]);
const NODE = new Uint8Array([1]);

/**
 * The root over the leaves in their order: leaves hash as SHA-256(00 ‖ x), nodes as SHA-256(01 ‖ left ‖ right), so that
 * no node can pass for a leaf (RFC 6962 section 2.1). 32 bytes.
 */
export function sealedRoot(leaves: readonly Uint8Array[]): Uint8Array {
  if (leaves.length === 0) return emptyRoot();
  const tree = new MerkleTree(
    leaves.map((leaf) => sha256(concatBytes(LEAF, leaf))),
    (pair: Uint8Array) => sha256(concatBytes(NODE, pair)),
    // NOTE: the defaults would hash again, sort, or copy the odd leaf: each gives another tree.
    { hashLeaves: false, sortLeaves: false, sortPairs: false, duplicateOdd: false },
  );
  return new Uint8Array(tree.getRoot());
}
