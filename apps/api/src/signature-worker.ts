// The thread that checks signatures: the strict rule of the ledger, with the system's library for the arithmetic. Whatever
// the bytes are, the answer is true or false; it keeps nothing but the keys it met.
import { createPublicKey, verify, type KeyObject } from 'node:crypto';
import { parentPort } from 'node:worker_threads';
import { isStrictSignatureShape } from '@veche/ledger/ed25519.ts';
import type { SignatureCheck } from '@veche/module-kit/module.ts';
import { packAnswers, unpackChecks } from './signature-batch.ts';

/** The DER of an Ed25519 public key (RFC 8410) up to the 32 bytes of the key. */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');
/** Keys met lately, ready for use: a voter's key signs several times. */
const KEPT_KEYS = 10_000;
/** Null: 32 bytes that the library takes for no key. */
const keys = new Map<string, KeyObject | null>();

function keyOf(bytes: Uint8Array): KeyObject | null {
  const name = Buffer.from(bytes).toString('latin1');
  const known = keys.get(name);
  if (known !== undefined) return known;
  const made = findKey(bytes);
  keys.set(name, made);
  if (keys.size > KEPT_KEYS) keys.delete(keys.keys().next().value!);
  return made;
}

function findKey(bytes: Uint8Array): KeyObject | null {
  try {
    return createPublicKey({ key: Buffer.concat([SPKI_PREFIX, bytes]), format: 'der', type: 'spki' });
  } catch {
    return null;
  }
}

function holds({ key, message, signature }: SignatureCheck): boolean {
  if (!isStrictSignatureShape(key, signature)) return false;
  const ready = keyOf(key);
  return ready !== null && verify(null, message, ready, signature);
}

const port = parentPort!;
port.on('message', (packed: Uint8Array<ArrayBuffer>) => {
  const answers = packAnswers(unpackChecks(packed).map(holds));
  port.postMessage(answers, [answers.buffer]);
});
