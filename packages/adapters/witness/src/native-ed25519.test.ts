import { createCosigner, createNoteSigner } from '@veche/ledger/note.ts';
import { sign } from '@veche/ledger/ed25519.ts';
import { describe, expect, it } from 'vitest';
import { nativeSigner, nativeVerifier } from './native-ed25519.ts';

const seed = new Uint8Array(32).fill(7);
const text = new TextEncoder().encode('log.example\n0\n');
const { vkey } = createNoteSigner('log.example', seed);

describe("the system's Ed25519", () => {
  it('signs the bytes that the portable code signs', () => {
    expect(nativeSigner(seed)(text)).toEqual(sign(text, seed));
  });
  it('takes a good signature and no other', () => {
    const verifier = nativeVerifier(vkey);
    const signature = sign(text, seed);
    expect(verifier.isSignature(text, signature)).toBe(true);
    for (let i = 0; i < 64; i++) {
      const changed = signature.slice();
      changed[i]! ^= 1;
      expect(verifier.isSignature(text, changed)).toBe(false);
    }
    expect(verifier.isSignature(text, signature.subarray(1))).toBe(false);
  });
  it('refuses a signature whose S is not canonical, which the curve equation would take', () => {
    const signature = sign(text, seed);
    const order = Buffer.from('edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010', 'hex');
    let carry = 0;
    for (let i = 0; i < 32; i++) {
      const sum = signature[32 + i]! + order[i]! + carry;
      signature[32 + i] = sum & 255;
      carry = sum >> 8;
    }
    expect(nativeVerifier(vkey).isSignature(text, signature)).toBe(false);
  });
  it('takes no key of a cosigner for the key of a log', () => {
    expect(() => nativeVerifier(createCosigner('w.example', seed, 1).vkey)).toThrow('the key of a log');
  });
});
