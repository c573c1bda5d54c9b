// Ed25519 by the system's library under the ledger's strict rule: ten times as fast as the portable code, and a witness
// has nothing else to do. Only what both rules accept counts.
import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { isStrictSignatureShape } from '@veche/ledger/ed25519.ts';
import { ED25519, parseVerifierKey, type NoteVerifier } from '@veche/ledger/note.ts';
import { LedgerFault } from '@veche/ledger/fault.ts';

/** DER of Ed25519 keys (RFC 8410) up to the 32 bytes of the key. */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

/**
 * The verifier of a log's key.
 * @throws LedgerFault `note`: when the text is not a key of the kind that signs checkpoints.
 */
export function nativeVerifier(vkey: string): NoteVerifier {
  const verifier = parseVerifierKey(vkey);
  if (verifier.algorithm !== ED25519) throw new LedgerFault('note', 'expected the key of a log');
  const der = Buffer.concat([SPKI_PREFIX, verifier.publicKey]);
  const key = createPublicKey({ key: der, format: 'der', type: 'spki' });
  return {
    ...verifier,
    isSignature: (text, signature) =>
      isStrictSignatureShape(verifier.publicKey, signature) && verify(null, text, key, signature),
  };
}

/** The deterministic signature of RFC 8032 by a 32-byte seed. */
export function nativeSigner(seed: Uint8Array): (message: Uint8Array) => Uint8Array {
  const key = createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, seed]), format: 'der', type: 'pkcs8' });
  return (message) => new Uint8Array(sign(null, message, key));
}
