// Many signatures as one block of bytes, so that handing them to another thread costs one message and no copy.
// Both ends are this process: nothing here reads what a stranger wrote the lengths of.
import { KEY_BYTES, SIGNATURE_BYTES } from '@veche/ledger/ed25519.ts';
import type { SignatureCheck } from '@veche/module-kit/module.ts';

const LENGTH_BYTES = 4;
const HEADER_BYTES = KEY_BYTES + SIGNATURE_BYTES + LENGTH_BYTES;

/**
 * One after the other: the key, the signature, the length of the message (uint32, little-endian), the message.
 * @param checks with keys of 32 and signatures of 64 bytes
 */
export function packChecks(checks: readonly SignatureCheck[]): Uint8Array<ArrayBuffer> {
  const length = checks.reduce((sum, { message }) => sum + HEADER_BYTES + message.length, 0);
  const packed = new Uint8Array(length);
  const lengths = new DataView(packed.buffer);
  let at = 0;
  for (const { key, signature, message } of checks) {
    packed.set(key, at);
    packed.set(signature, at + KEY_BYTES);
    lengths.setUint32(at + KEY_BYTES + SIGNATURE_BYTES, message.length, true);
    packed.set(message, at + HEADER_BYTES);
    at += HEADER_BYTES + message.length;
  }
  return packed;
}

/** What was packed, in the same order, as views of the block. */
export function unpackChecks(packed: Uint8Array<ArrayBuffer>): SignatureCheck[] {
  const lengths = new DataView(packed.buffer);
  const checks: SignatureCheck[] = [];
  for (let at = 0; at < packed.length;) {
    const signatureAt = at + KEY_BYTES;
    const messageAt = at + HEADER_BYTES;
    const end = messageAt + lengths.getUint32(messageAt - LENGTH_BYTES, true);
    checks.push({
      key: packed.subarray(at, signatureAt),
      signature: packed.subarray(signatureAt, messageAt - LENGTH_BYTES),
      message: packed.subarray(messageAt, end),
    });
    at = end;
  }
  return checks;
}

/** One bit an answer, the lowest of each byte first. */
export function packAnswers(answers: readonly boolean[]): Uint8Array<ArrayBuffer> {
  const packed = new Uint8Array(Math.ceil(answers.length / 8));
  answers.forEach((answer, i) => {
    if (answer) packed[i >> 3]! |= 1 << (i & 7);
  });
  return packed;
}

/** @param count how many were packed */
export const unpackAnswers = (packed: Uint8Array, count: number): boolean[] =>
  Array.from({ length: count }, (_, i) => ((packed[i >> 3]! >> (i & 7)) & 1) === 1);
