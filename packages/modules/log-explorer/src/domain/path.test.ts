import {
  createTreeBuilder,
  leafHash,
  proveInclusion,
  rootFromInclusion,
  rootOf,
} from '@veche/ledger/tree.ts';
import type { HashReader } from '@veche/ledger/tree.ts';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stepsOf } from './path.ts';

const leaves = Array.from({ length: 300 }, (_, i) => new Uint8Array([i & 255, i >> 8]));
const readerOf: HashReader = async (nodes) =>
  nodes.map(({ level, index }) => {
    const builder = createTreeBuilder();
    for (const leaf of leaves.slice(index * 2 ** level, (index + 1) * 2 ** level))
      builder.append(leafHash(leaf));
    return builder.root();
  });

describe('the path of a record', () => {
  it('leads to the root of every tree, through ranges that grow until they cover it all', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 300 }), fc.nat(), async (size, seed) => {
        const index = seed % size;
        const leaf = leafHash(leaves[index]!);
        const proof = await proveInclusion(index, size, readerOf);
        const steps = stepsOf(index, size, leaf, proof);
        const root = steps.at(-1)?.hash ?? leaf;
        expect(root).toEqual(rootOf(leaves.slice(0, size)));
        expect(root).toEqual(rootFromInclusion(proof, index, leaf, size));
        expect(steps.at(-1)?.covers ?? { start: 0, end: 1 }).toEqual({ start: 0, end: size });
        let covered = { start: index, end: index + 1 };
        for (const { side, siblingCovers, covers } of steps) {
          expect(side === 'left' ? siblingCovers.end : covered.end).toBe(
            side === 'left' ? covered.start : siblingCovers.start,
          );
          covered = covers;
        }
      }),
      { numRuns: 60 },
    );
  });

  it('names the neighbours of record 6 among 14', async () => {
    const proof = await proveInclusion(6, 14, readerOf);
    const steps = stepsOf(6, 14, leafHash(leaves[6]!), proof);
    expect(steps.map(({ side, siblingCovers: { start, end } }) => `${side} ${start}..${end - 1}`)).toEqual([
      'right 7..7',
      'left 4..5',
      'left 0..3',
      'right 8..13',
    ]);
  });

  it('refuses an index outside of the tree and a proof of another length', () => {
    expect(() => stepsOf(3, 3, leaves[0]!, [])).toThrow(RangeError);
    expect(() => stepsOf(0, 2, leaves[0]!, [])).toThrow(RangeError);
  });
});
