import * as fc from 'fast-check';
import { ed25519 } from '@noble/curves/ed25519.js';
import { describe, expect, it, vi } from 'vitest';
import vectors from '../vectors/ed25519.json' with { type: 'json' };
import { concatBytes, decodeBase64, decodeHex, encodeUtf8 } from './bytes.ts';
import { checkSignature, isStrictKey, isStrictSignatureShape, publicKeyOf, sign } from './ed25519.ts';
import { createWebVerifier, hasNativeEd25519 } from './webcrypto.ts';

const EDGE = vectors.map(({ key, message, signature, ...others }) => ({
  ...others,
  key: decodeBase64(key),
  message: decodeBase64(message),
  signature: decodeBase64(signature),
}));

describe('the strict rule', () => {
  it('takes the vectors of RFC 8032', () => {
    const seed = decodeHex('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60');
    expect(publicKeyOf(seed)).toEqual(
      decodeHex('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a'),
    );
    const signature = decodeHex(
      'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
    );
    expect(sign(new Uint8Array(), seed)).toEqual(signature);
    expect(checkSignature(publicKeyOf(seed), new Uint8Array(), signature)).toBe(true);
  });
  it('takes of all edge cases only what the runtime and noble take too', async () => {
    // The runtime alone, asked without our rule.
    const subtle = globalThis.crypto.subtle;
    const native = async ({ key, message, signature }: (typeof EDGE)[number]): Promise<boolean> => {
      try {
        const imported = await subtle.importKey('raw', key.slice(), 'Ed25519', false, ['verify']);
        return await subtle.verify('Ed25519', imported, signature.slice(), message.slice());
      } catch {
        return false;
      }
    };
    const lenient = ({ key, message, signature }: (typeof EDGE)[number]): boolean => {
      try {
        return ed25519.verify(signature, message, key, { zip215: true });
      } catch {
        return false;
      }
    };
    const ours = EDGE.filter(({ key, message, signature }) => checkSignature(key, message, signature));
    expect(ours).toEqual(EDGE.filter(({ accept }) => accept));
    expect(await Promise.all(ours.map(native))).toEqual(ours.map(() => true));
    expect(ours.map(lenient)).toEqual(ours.map(() => true));
    // By ZIP-215, which noble follows unless told otherwise, more than these would be signatures.
    expect(EDGE.filter(lenient).length).toBeGreaterThan(2 * ours.length);
  });
  it('agrees with the web verifier on good and damaged signatures', async () => {
    expect(await hasNativeEd25519()).toBe(true);
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        fc.uint8Array({ maxLength: 80 }),
        fc.nat(64 * 8 + 32 * 8),
        async (seed, message, bit) => {
          const key = publicKeyOf(seed);
          const both = concatBytes(sign(message, seed), key);
          if (bit < both.length * 8) both[bit >> 3]! ^= 1 << (bit & 7);
          const check = { key: both.slice(64), message, signature: both.slice(0, 64) };
          const ours = checkSignature(check.key, check.message, check.signature);
          expect(ours).toBe(bit === both.length * 8);
          expect(await createWebVerifier()([check])).toEqual([ours]);
        },
      ),
      { numRuns: 40 },
    );
  });
  it('is the same where the runtime has no Ed25519', async () => {
    vi.stubGlobal('crypto', {});
    try {
      expect(await hasNativeEd25519()).toBe(false);
      expect(await createWebVerifier()(EDGE)).toEqual(EDGE.map(({ accept }) => accept));
    } finally {
      vi.unstubAllGlobals();
    }
  });
  it('refuses S plus the group order, which some verifiers take for the same signature', () => {
    const seed = new Uint8Array(32).fill(1);
    const message = encodeUtf8('once');
    const signature = sign(message, seed);
    let s = 0n;
    for (let i = 63; i >= 32; i--) s = s * 256n + BigInt(signature[i]!);
    s += ed25519.Point.Fn.ORDER;
    for (let i = 32; i < 64; i++, s >>= 8n) signature[i] = Number(s & 255n);
    expect(checkSignature(publicKeyOf(seed), message, signature)).toBe(false);
    expect(isStrictSignatureShape(publicKeyOf(seed), signature)).toBe(false);
  });
  it('has no keys of small order, off the curve, or written in two ways', () => {
    for (const hex of [
      '0000000000000000000000000000000000000000000000000000000000000000',
      '0100000000000000000000000000000000000000000000000000000000000000',
      '0100000000000000000000000000000000000000000000000000000000000080',
      'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
      'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
      'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
      'ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
      '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
      'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa',
      '0200000000000000000000000000000000000000000000000000000000000000',
    ])
      expect(isStrictKey(decodeHex(hex))).toBe(false);
    expect(isStrictKey(new Uint8Array(31))).toBe(false);
    expect(isStrictKey(publicKeyOf(new Uint8Array(32)))).toBe(true);
  });
});
