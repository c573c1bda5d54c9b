// One core's share of checking signatures: the strict rule of ed25519.ts, with node:crypto for the arithmetic.
import { createPublicKey, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { parentPort } from 'node:worker_threads';
import { concatBytes, decodeHex, encodeHex } from '../bytes.ts';
import { isStrictSignatureShape } from '../ed25519.ts';
import type { SignatureCheck } from '../ed25519.ts';
import { decodeAnyEntry, decodeEntry, signatureOfEntry, signatureOfPossession } from '../entry.ts';
import { LedgerFault } from '../fault.ts';
import { useSha256 } from '../hash.ts';
import { decodeEntryBundle } from '../tile.ts';
import { nativeSha256 } from './native-sha256.ts';
import type { SignatureAnswer, SignatureWork, WrongEntry } from './signature-pool.ts';

useSha256(nativeSha256);

/** RFC 8410: what stands before the 32 bytes of an Ed25519 key in DER. */
const SPKI = decodeHex('302a300506032b6570032100');
/** Keys kept ready; few authors write most entries. */
const MAX_KEYS = 4_096;
const keys = new Map<string, KeyObject>();

function holds({ key, message, signature }: SignatureCheck): boolean {
  if (!isStrictSignatureShape(key, signature)) return false;
  const name = encodeHex(key);
  let ready = keys.get(name);
  if (!ready) {
    try {
      ready = createPublicKey({ key: Buffer.from(concatBytes(SPKI, key)), format: 'der', type: 'spki' });
    } catch {
      return false;
    }
    if (keys.size >= MAX_KEYS) keys.delete(keys.keys().next().value!);
    keys.set(name, ready);
  }
  return verify(null, message, ready, signature);
}

function checkBundle({ from, bundle, width }: SignatureWork): SignatureAnswer {
  const wrong: WrongEntry[] = [];
  let checked = 0;
  decodeEntryBundle(bundle, width).forEach((leaf, i) => {
    const index = from + i;
    try {
      const entry = decodeAnyEntry(leaf);
      checked++;
      if (!holds(signatureOfEntry(entry))) wrong.push({ index, code: 'wrong-signature' });
      if (entry.kind !== 'key.registered') return;
      const registered = decodeEntry(leaf);
      checked++;
      if (registered.kind === 'key.registered' && !holds(signatureOfPossession(registered)))
        wrong.push({ index, code: 'possession-unproven' });
    } catch (cause) {
      if (!(cause instanceof LedgerFault)) throw cause;
      wrong.push({ index, code: 'entry-malformed' });
    }
  });
  return { checked, wrong };
}

const port = parentPort!;
port.on('message', (work: SignatureWork) => port.postMessage(checkBundle(work)));
