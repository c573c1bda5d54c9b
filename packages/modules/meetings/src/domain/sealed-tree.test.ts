import { encodeHex, encodeUtf8 } from '@veche/ledger/bytes.ts';
import { leafHash, rootOf } from '@veche/ledger/tree.ts';
import { describe, expect, it } from 'vitest';
import { sealedRoot } from './sealed-tree.ts';

describe('a sealed tree', () => {
  it('has the root of RFC 6962 for every size up to 130', () => {
    const leaves = Array.from({ length: 130 }, (_, i) => encodeUtf8(`leaf ${i}`));
    for (let size = 0; size <= leaves.length; size++)
      expect(encodeHex(sealedRoot(leaves.slice(0, size)))).toBe(encodeHex(rootOf(leaves.slice(0, size))));
  });

  it('does not take a node for a leaf', () => {
    const [a, b] = [encodeUtf8('a'), encodeUtf8('b')];
    const node = new Uint8Array([...leafHash(a), ...leafHash(b)]);
    expect(encodeHex(sealedRoot([node]))).not.toBe(encodeHex(sealedRoot([a, b])));
  });
});
