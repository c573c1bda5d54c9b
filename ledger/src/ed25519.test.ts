import {
  createPrivateKey,
  createPublicKey,
  sign as signNatively,
  verify as verifyNatively,
} from 'node:crypto';
import { ed25519 } from '@noble/curves/ed25519.js';
import * as fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { concatBytes, decodeHex, encodeUtf8 } from './bytes.ts';
import { checkSignature, isStrictKey, isStrictSignatureShape, publicKeyOf, sign } from './ed25519.ts';
import { createWebVerifier, hasNativeEd25519 } from './webcrypto.ts';

const nodeKey = (key: Uint8Array) =>
  createPublicKey({
    key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(key).toString('base64url') },
    format: 'jwk',
  });
const openssl = (key: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean =>
  verifyNatively(null, message, nodeKey(key), signature);

// "Taming the many EdDSAs" (Chalkias, Garillot, Nikolaenko, SSR 2020), table 6: twelve edge cases.
const EDGE = (
  [
    [
      '8c93255d71dcab10e8f379c26200f3c7bd5f09d9bc3068d3ef4edeb4853022b6',
      'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa',
      'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a0000000000000000000000000000000000000000000000000000000000000000',
    ],
    [
      '9bd9f44f4dcc75bd531b56b2cd280b0bb38fc1cd6d1230e14861d861de092e79',
      'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa',
      'f7badec5b8abeaf699583992219b7b223f1df3fbbea919844e3f7c554a43dd43a5bb704786be79fc476f91d3f3f89b03984d8068dcf1bb7dfc6637b45450ac04',
    ],
    [
      'aebf3f2601a0c8c5d39cc7d8911642f740b78168218da8471772b35f9d35b9ab',
      'f7badec5b8abeaf699583992219b7b223f1df3fbbea919844e3f7c554a43dd43',
      'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa8c4bd45aecaca5b24fb97bc10ac27ac8751a7dfe1baff8b953ec9f5833ca260e',
    ],
    [
      '9bd9f44f4dcc75bd531b56b2cd280b0bb38fc1cd6d1230e14861d861de092e79',
      'cdb267ce40c5cd45306fa5d2f29731459387dbf9eb933b7bd5aed9a765b88d4d',
      '9046a64750444938de19f227bb80485e92b83fdb4b6506c160484c016cc1852f87909e14428a7a1d62e9f22f3d3ad7802db02eb2e688b6c52fcd6648a98bd009',
    ],
    [
      'e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec4011eaccd55b53f56c',
      'cdb267ce40c5cd45306fa5d2f29731459387dbf9eb933b7bd5aed9a765b88d4d',
      '160a1cb0dc9c0258cd0a7d23e94d8fa878bcb1925f2c64246b2dee1796bed5125ec6bc982a269b723e0668e540911a9a6a58921d6925e434ab10aa7940551a09',
    ],
    [
      'e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec4011eaccd55b53f56c',
      'cdb267ce40c5cd45306fa5d2f29731459387dbf9eb933b7bd5aed9a765b88d4d',
      '21122a84e0b5fca4052f5b1235c80a537878b38f3142356b2c2384ebad4668b7e40bc836dac0f71076f9abe3a53f9c03c1ceeeddb658d0030494ace586687405',
    ],
    [
      '85e241a07d148b41e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec40',
      '442aad9f089ad9e14647b1ef9099a1ff4798d78589e66f28eca69c11f582a623',
      'e96f66be976d82e60150baecff9906684aebb1ef181f67a7189ac78ea23b6c0e547f7690a0e2ddcd04d87dbc3490dc19b3b3052f7ff0538cb68afb369ba3a514',
    ],
    [
      '85e241a07d148b41e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec40',
      '442aad9f089ad9e14647b1ef9099a1ff4798d78589e66f28eca69c11f582a623',
      '8ce5b96c8f26d0ab6c47958c9e68b937104cd36e13c33566acd2fe8d38aa19427e71f98a473474f2f13f06f97c20d58cc3f54b8bd0d272f42b695dd7e89a8c22',
    ],
    [
      '9bedc267423725d473888631ebf45988bad3db83851ee85c85e241a07d148b41',
      'f7badec5b8abeaf699583992219b7b223f1df3fbbea919844e3f7c554a43dd43',
      'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff03be9678ac102edcd92b0210bb34d7428d12ffc5df5f37e359941266a4e35f0f',
    ],
    [
      '9bedc267423725d473888631ebf45988bad3db83851ee85c85e241a07d148b41',
      'f7badec5b8abeaf699583992219b7b223f1df3fbbea919844e3f7c554a43dd43',
      'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffca8c5b64cd208982aa38d4936621a4775aa233aa0505711d8fdcfdaa943d4908',
    ],
    [
      'e96b7021eb39c1a163b6da4e3093dcd3f21387da4cc4572be588fafae23c155b',
      'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
      'a9d55260f765261eb9b84e106f665e00b867287a761990d7135963ee0a7d59dca5bb704786be79fc476f91d3f3f89b03984d8068dcf1bb7dfc6637b45450ac04',
    ],
    [
      '39a591f5321bbe07fd5a23dc2f39d025d74526615746727ceefd6e82ae65c06f',
      'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
      'a9d55260f765261eb9b84e106f665e00b867287a761990d7135963ee0a7d59dca5bb704786be79fc476f91d3f3f89b03984d8068dcf1bb7dfc6637b45450ac04',
    ],
  ] as const
).map(([message, key, signature]) => ({
  message: decodeHex(message),
  key: decodeHex(key),
  signature: decodeHex(signature),
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
  it('takes of twelve edge cases only the one that no rule refuses, everywhere alike', async () => {
    const ours = EDGE.map(({ key, message, signature }) => checkSignature(key, message, signature));
    expect(ours).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11].map((i) => i === 3));
    expect(await createWebVerifier()(EDGE)).toEqual(ours);
    EDGE.forEach(({ key, message, signature }, i) => {
      expect(isStrictSignatureShape(key, signature) && openssl(key, message, signature)).toBe(ours[i]);
      expect(!ours[i] || ed25519.verify(signature, message, key, { zip215: false })).toBe(true);
    });
  });
  it('agrees with OpenSSL and the web verifier on good and damaged signatures', async () => {
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
      expect(await createWebVerifier()(EDGE)).toEqual(EDGE.map((_, i) => i === 3));
    } finally {
      vi.unstubAllGlobals();
    }
  });
  it('signs as node:crypto does', () => {
    const seed = new Uint8Array(32).fill(7);
    const pkcs8 = concatBytes(decodeHex('302e020100300506032b657004220420'), seed);
    const key = createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' });
    expect(sign(encodeUtf8('x'), seed)).toEqual(new Uint8Array(signNatively(null, encodeUtf8('x'), key)));
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
