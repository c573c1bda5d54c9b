import { checkSignature, publicKeyOf, sign, useEd25519 } from '@veche/ledger/ed25519.ts';
import vectors from '@veche/ledger/vectors/ed25519.json' with { type: 'json' };
import { describe, expect, it } from 'vitest';
import { nativeCheck, nativeSigner } from './native-ed25519.ts';

const seed = new Uint8Array(32).fill(7);
const text = new TextEncoder().encode('log.example\n0\n');

describe("the system's Ed25519", () => {
  it('signs the bytes that the portable code signs', () => {
    expect(nativeSigner(seed)(text)).toEqual(sign(text, seed));
  });
  it('takes a good signature and no other', () => {
    const signature = sign(text, seed);
    const key = publicKeyOf(seed);
    expect(nativeCheck(key, text, signature)).toBe(true);
    for (let i = 0; i < 64; i++) {
      const changed = signature.slice();
      changed[i]! ^= 1;
      expect(nativeCheck(key, text, changed)).toBe(false);
    }
    expect(nativeCheck(key, text, signature.subarray(1))).toBe(false);
    expect(nativeCheck(key.subarray(1), text, signature)).toBe(false);
    expect(nativeCheck(new Uint8Array(32).fill(2), text, signature)).toBe(false);
  });
  it('in the place of the portable code gives the same answer to every edge case', () => {
    const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'));
    const answers = (): boolean[] =>
      vectors.map(({ key, message, signature }) =>
        checkSignature(bytes(key), bytes(message), bytes(signature)),
      );
    const portable = answers();
    useEd25519(nativeCheck);
    expect(answers()).toEqual(portable);
    expect(portable).toEqual(vectors.map(({ accept }) => accept));
  });
});
