// Ed25519 by the system's library: ten times as fast as the portable code. By itself it is not the ledger's strict rule:
// only what passes the rule of shapes there as well counts.
import { createPrivateKey, createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import type { Ed25519Check } from '@veche/ledger/ed25519.ts';

/** DER of Ed25519 keys (RFC 8410) up to the 32 bytes of the key. */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

/** Keys met lately, ready for use: a voter's signs several times, a log's for ever. */
const KEPT_KEYS = 10_000;
const keys = new Map<string, KeyObject>();

function keyOf(publicKey: Uint8Array): KeyObject {
  const name = Buffer.from(publicKey).toString('latin1');
  let key = keys.get(name);
  if (!key) {
    key = createPublicKey({ key: Buffer.concat([SPKI_PREFIX, publicKey]), format: 'der', type: 'spki' });
    keys.set(name, key);
    if (keys.size > KEPT_KEYS) keys.delete(keys.keys().next().value!);
  }
  return key;
}

/** The check for `useEd25519` of the ledger: whatever OpenSSL cannot take for a key or a signature does not hold. */
export const nativeCheck: Ed25519Check = (publicKey, message, signature) => {
  try {
    return verify(null, message, keyOf(publicKey), signature);
  } catch {
    return false;
  }
};

/** The deterministic signature of RFC 8032 by a 32-byte seed. */
export function nativeSigner(seed: Uint8Array): (message: Uint8Array) => Uint8Array {
  const key = createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, seed]), format: 'der', type: 'pkcs8' });
  return (message) => new Uint8Array(sign(null, message, key));
}
