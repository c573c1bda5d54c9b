// The strict rule against OpenSSL, which checks signatures on the server.
import {
  createPrivateKey,
  createPublicKey,
  sign as signNatively,
  verify as verifyNatively,
} from 'node:crypto';
import { describe, expect, it } from 'vitest';
import vectors from '../vectors/ed25519.json' with { type: 'json' };
import { concatBytes, decodeBase64, decodeHex, encodeUtf8 } from './bytes.ts';
import { isStrictSignatureShape, sign } from './ed25519.ts';

const openssl = (key: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean =>
  verifyNatively(
    null,
    message,
    createPublicKey({
      key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(key).toString('base64url') },
      format: 'jwk',
    }),
    signature,
  );

describe('OpenSSL', () => {
  it.each(vectors)('with our rule of shapes is the strict rule: $name', ({ accept, ...texts }) => {
    const [key, message, signature] = [texts.key, texts.message, texts.signature].map((text) =>
      decodeBase64(text),
    ) as [Uint8Array, Uint8Array, Uint8Array];
    expect(isStrictSignatureShape(key, signature) && openssl(key, message, signature)).toBe(accept);
  });
  it('signs as we do', () => {
    const seed = new Uint8Array(32).fill(7);
    const pkcs8 = concatBytes(decodeHex('302e020100300506032b657004220420'), seed);
    const key = createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' });
    expect(sign(encodeUtf8('x'), seed)).toEqual(new Uint8Array(signNatively(null, encodeUtf8('x'), key)));
  });
});
