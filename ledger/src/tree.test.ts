import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeBase64, encodeHex, encodeUtf8, equalBytes } from './bytes.ts';
import { LedgerFault } from './fault.ts';
import { sha256, useSha256 } from './hash.ts';
import {
  checkConsistency,
  checkInclusion,
  createTreeBuilder,
  emptyRoot,
  leafHash,
  nodeHash,
  peaksOf,
  proveConsistency,
  proveInclusion,
  readRoot,
  rootOf,
} from './tree.ts';
import type { HashReader } from './tree.ts';

const leavesOf = (size: number): Uint8Array[] =>
  Array.from({ length: size }, (_, i) => leafHash(encodeUtf8(`leaf ${i}`)));

/** All complete subtrees over known leaf hashes. */
function readerOver(hashes: readonly Uint8Array[]): HashReader {
  const levels = [[...hashes]];
  for (let below = levels[0]!; below.length > 1; below = levels.at(-1)!) {
    const level: Uint8Array[] = [];
    for (let i = 0; i + 1 < below.length; i += 2) level.push(nodeHash(below[i]!, below[i + 1]!));
    levels.push(level);
  }
  return async (nodes) => nodes.map(({ level, index }) => levels[level]![index]!);
}

const rootOfHashes = (hashes: readonly Uint8Array[]): Uint8Array => {
  const builder = createTreeBuilder();
  for (const hash of hashes) builder.append(hash);
  return builder.root();
};

describe('the hashes of RFC 6962', () => {
  it('gives the published leaf and node hashes', () => {
    expect(encodeHex(leafHash(encodeUtf8('L123456')))).toBe(
      '395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56',
    );
    // Children of another length than a hash occur only in this vector.
    expect(encodeHex(sha256(new Uint8Array([1, ...encodeUtf8('N123'), ...encodeUtf8('N456')])))).toBe(
      'aa217fe888e47007fa15edab33c2b492a722cb106c64667fc2b044444de66bbb',
    );
    expect(encodeBase64(leafHash(encodeUtf8('hello world')))).toBe(
      'TszzRgjTG6xce+z2AG31kAXYKBgQVtCSCE40HmuwBb0=',
    );
    expect(encodeBase64(emptyRoot())).toBe('47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=');
  });
  it('takes no other function for a faster SHA-256', () => {
    expect(() => useSha256(() => new Uint8Array(32))).toThrow('expected SHA-256');
    useSha256((bytes) => nobleSha256(bytes));
    expect(encodeHex(rootOf([new Uint8Array()])).slice(0, 8)).toBe('6e340b9c');
  });
});

describe('proofs', () => {
  it('prove every leaf of every tree up to 40, and of any up to 200', async () => {
    const check = async (size: number) => {
      const hashes = leavesOf(size);
      const root = rootOfHashes(hashes);
      const reader = readerOver(hashes);
      expect(await readRoot(size, reader)).toEqual(root);
      for (let index = 0; index < size; index++) {
        const proof = await proveInclusion(index, size, reader);
        checkInclusion(proof, index, hashes[index]!, size, root);
      }
    };
    for (let size = 1; size <= 40; size++) await check(size);
    await fc.assert(fc.asyncProperty(fc.integer({ min: 41, max: 200 }), check), { numRuns: 20 });
  });
  it('prove every tree to begin with every smaller one', async () => {
    const hashes = leavesOf(70);
    const reader = readerOver(hashes);
    const roots = hashes.map((_, i) => rootOfHashes(hashes.slice(0, i + 1)));
    for (let size = 1; size <= 70; size++)
      for (let oldSize = 1; oldSize <= size; oldSize++) {
        const proof = await proveConsistency(oldSize, size, reader);
        const check = () => checkConsistency(proof, oldSize, roots[oldSize - 1]!, size, roots[size - 1]!);
        expect(check).not.toThrow();
      }
  });

  const fails = (check: () => void): boolean => {
    try {
      check();
      return false;
    } catch (fault) {
      return fault instanceof LedgerFault && fault.code === 'proof';
    }
  };
  const flipped = (bytes: Uint8Array, bit: number): Uint8Array =>
    bytes.map((byte, i) => (i === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));

  it('fail for inclusion at every flipped bit, other index, other size, and cut or longer proof', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 200 }).chain((size) => fc.tuple(fc.constant(size), fc.nat(size - 1))),
        async ([size, index]) => {
          const hashes = leavesOf(size);
          const root = rootOfHashes(hashes);
          const leaf = hashes[index]!;
          const proof = await proveInclusion(index, size, readerOver(hashes));
          for (let bit = 0; bit < 256; bit++) {
            expect(fails(() => checkInclusion(proof, index, flipped(leaf, bit), size, root))).toBe(true);
            expect(fails(() => checkInclusion(proof, index, leaf, size, flipped(root, bit)))).toBe(true);
          }
          proof.forEach((hash, i) => {
            for (let bit = 0; bit < 256; bit += 17)
              expect(
                fails(() => checkInclusion(proof.with(i, flipped(hash, bit)), index, leaf, size, root)),
              ).toBe(true);
          });
          const others = Array.from({ length: size + 2 }, (_, other) => other).filter(
            (other) => other !== index,
          );
          for (const other of [...others, index - size, -1, 0.5, NaN, 2 ** 53])
            expect(fails(() => checkInclusion(proof, other, leaf, size, root))).toBe(true);
          const wrongProofs = [
            [...proof, root],
            [leaf, ...proof],
            ...(proof.length === 0
              ? []
              : [proof.slice(1), proof.slice(0, -1), proof.with(0, root.slice(0, 31))]),
          ];
          for (const wrong of wrongProofs)
            expect(fails(() => checkInclusion(wrong, index, leaf, size, root))).toBe(true);
        },
      ),
      { numRuns: 20 },
    );
  });
  it('fail for consistency at every flipped bit, other size, and cut or longer proof', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc
          .integer({ min: 1, max: 200 })
          .chain((size) => fc.tuple(fc.constant(size), fc.integer({ min: 1, max: size }))),
        async ([size, oldSize]) => {
          const hashes = leavesOf(size);
          const root = rootOfHashes(hashes);
          const oldRoot = rootOfHashes(hashes.slice(0, oldSize));
          const proof = await proveConsistency(oldSize, size, readerOver(hashes));
          const check = (
            changed: Partial<{
              proof: Uint8Array[];
              oldSize: number;
              oldRoot: Uint8Array;
              size: number;
              root: Uint8Array;
            }>,
          ) => {
            const all = { proof, oldSize, oldRoot, size, root, ...changed };
            return fails(() => checkConsistency(all.proof, all.oldSize, all.oldRoot, all.size, all.root));
          };
          expect(check({})).toBe(false);
          for (let bit = 0; bit < 256; bit += 3) {
            expect(check({ oldRoot: flipped(oldRoot, bit) })).toBe(true);
            expect(check({ root: flipped(root, bit) })).toBe(true);
            proof.forEach((hash, i) =>
              expect(check({ proof: proof.with(i, flipped(hash, bit)) })).toBe(true),
            );
          }
          for (const other of [0, -1, size + 1, 0.5]) expect(check({ oldSize: other })).toBe(true);
          expect(check({ proof: [...proof, root] })).toBe(true);
          expect(proof.length === 0 || check({ proof: proof.slice(0, -1) })).toBe(true);
          expect(equalBytes(oldRoot, root) || check({ oldRoot: root, root: oldRoot })).toBe(true);
        },
      ),
      { numRuns: 20 },
    );
  });
  it('work beyond 32 bits, on a tree of equal leaves', async () => {
    // Of a tree whose leaves are all alike the complete subtrees are known without the tree.
    const byLevel = [leafHash(encodeUtf8('same'))];
    for (let level = 1; level < 53; level++) byLevel.push(nodeHash(byLevel[level - 1]!, byLevel[level - 1]!));
    const reader: HashReader = async (nodes) => nodes.map(({ level }) => byLevel[level]!);
    const size = 2 ** 40 + 12_345;
    const oldSize = 2 ** 33 + 7;
    const root = await readRoot(size, reader);
    for (const index of [0, 2 ** 32 + 1, 2 ** 40, size - 1])
      checkInclusion(await proveInclusion(index, size, reader), index, byLevel[0]!, size, root);
    checkConsistency(
      await proveConsistency(oldSize, size, reader),
      oldSize,
      await readRoot(oldSize, reader),
      size,
      root,
    );
    expect(peaksOf(size).length).toBe(size.toString(2).replaceAll('0', '').length);
  });
});
