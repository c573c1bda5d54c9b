// A second opinion on roots and paths, by a library that shares no code with ours and needs Node.
import { createHash } from 'node:crypto';
import { MerkleTree } from 'merkletreejs';
import { describe, expect, it } from 'vitest';
import { encodeHex, encodeUtf8 } from './bytes.ts';
import { useSha256 } from './hash.ts';
import { checkInclusion, leafHash, rootFromInclusion, rootOf } from './tree.ts';

describe('the tree', () => {
  it('agrees with merkletreejs for 1 to 300 leaves, roots and paths', () => {
    const node = (bytes: Buffer) =>
      createHash('sha256')
        .update(Buffer.concat([Buffer.from([1]), bytes]))
        .digest();
    const leaves = Array.from({ length: 300 }, (_, i) => encodeUtf8(`leaf ${i}`));
    for (let size = 1; size <= 300; size++) {
      const hashes = leaves.slice(0, size).map(leafHash);
      const other = new MerkleTree(
        hashes.map((hash) => Buffer.from(hash)),
        node,
      );
      const root = rootOf(leaves.slice(0, size));
      expect(encodeHex(root)).toBe(other.getRoot().toString('hex'));
      for (const at of new Set([0, Math.floor(size / 3), size - 1])) {
        const path = other.getProof(Buffer.from(hashes[at]!), at).map(({ data }) => new Uint8Array(data));
        checkInclusion(path, at, hashes[at]!, size, root);
        expect(rootFromInclusion(path, at, hashes[at]!, size)).toEqual(root);
      }
    }
  });
  it("gives the same with Node's own SHA-256 in place", () => {
    useSha256((bytes) => createHash('sha256').update(bytes).digest());
    expect(encodeHex(rootOf([new Uint8Array()])).slice(0, 8)).toBe('6e340b9c');
  });
});
