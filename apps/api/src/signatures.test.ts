import { decodeBase64 } from '@veche/ledger/bytes.ts';
import { publicKeyOf, sign } from '@veche/ledger/ed25519.ts';
import vectors from '@veche/ledger/vectors/ed25519.json' with { type: 'json' };
import { describe, expect, it } from 'vitest';
import { createSignatureCheck } from './signatures.ts';

const seed = new Uint8Array(32).fill(7);
const message = new TextEncoder().encode('for');
const good = { key: publicKeyOf(seed), message, signature: sign(message, seed) };
const flip = (bytes: Uint8Array, at: number): Uint8Array =>
  bytes.map((byte, i) => (i === at ? byte ^ 1 : byte));

describe('a signature', () => {
  const check = createSignatureCheck();

  it('holds over its own message by its own key', async () => {
    expect(await check(good)).toBe(true);
  });

  it.each([
    ['another message', { ...good, message: flip(message, 0) }],
    ['another key', { ...good, key: publicKeyOf(new Uint8Array(32).fill(8)) }],
    ['a changed R', { ...good, signature: flip(good.signature, 0) }],
    ['a changed S', { ...good, signature: flip(good.signature, 32) }],
    ['a key that is no point', { ...good, key: new Uint8Array(32).fill(2) }],
    ['a short key', { ...good, key: good.key.subarray(1) }],
    ['a short signature', { ...good, signature: good.signature.subarray(1) }],
    ['nothing at all', { key: new Uint8Array(), message: new Uint8Array(), signature: new Uint8Array() }],
    [
      'the neutral point, which signs anything',
      {
        key: Uint8Array.of(1, ...new Uint8Array(31)),
        message,
        signature: Uint8Array.of(1, ...new Uint8Array(63)),
      },
    ],
  ])('does not hold with %s', async (_, changed) => {
    expect(await check(changed)).toBe(false);
  });

  it.each(vectors)("is what the ledger's strict rule says of: $name", async ({ accept, ...texts }) => {
    const [key, signed, signature] = [texts.key, texts.message, texts.signature].map((text) =>
      decodeBase64(text),
    ) as [Uint8Array, Uint8Array, Uint8Array];
    expect(await check({ key, message: signed, signature })).toBe(accept);
  });
});
