// Signed notes of c2sp.org/signed-note: a text, an empty line, and signature lines that name who signed.
//
//   <text, ends with a newline>
//   <empty line>
//   — <name> <base64 of: key id (4 bytes) || signature>
//
// Keyed by the algorithm byte of the verifier key, so that a further algorithm is one more row of the table.
import {
  concatBytes,
  decodeBase64,
  decodeHex,
  encodeBase64,
  encodeHex,
  encodeUtf8,
  equalBytes,
} from './bytes.ts';
import { checkSignature, isStrictKey, publicKeyOf, sign as signEd25519 } from './ed25519.ts';
import { LedgerFault } from './fault.ts';
import { sha256 } from './hash.ts';

/** Algorithm bytes of the C2SP registry that this package checks. */
export const ED25519 = 0x01;
export const ED25519_COSIGNATURE = 0x04;

/** Signs note texts. */
export type NoteSigner = {
  readonly name: string;
  /** 4 bytes. */
  readonly keyId: Uint8Array;
  /** The key's text for verifiers. */
  readonly vkey: string;
  /** What follows the key id in the signature line. Must give the same bytes for the same text. */
  sign(text: Uint8Array): Uint8Array;
};

/** Checks the signature lines of one key. */
export type NoteVerifier = {
  readonly name: string;
  /** 4 bytes. */
  readonly keyId: Uint8Array;
  readonly algorithm: number;
  readonly publicKey: Uint8Array;
  /** The text it was parsed from. */
  readonly vkey: string;
  isSignature(text: Uint8Array, signature: Uint8Array): boolean;
};

export type NoteSignature = {
  readonly name: string;
  readonly keyId: Uint8Array;
  /** What follows the key id. */
  readonly signature: Uint8Array;
};

/** A note whose known signatures all hold. */
export type Note = {
  /** Ends with a newline. */
  readonly text: string;
  /** At least one, each by one of the verifiers. */
  readonly verified: readonly NoteSignature[];
  /** By keys that none of the verifiers is: they prove nothing. */
  readonly unknown: readonly NoteSignature[];
};

const isName = (name: string): boolean => name !== '' && !/[+\p{White_Space}]/u.test(name);

const keyIdOf = (name: string, algorithm: number, publicKey: Uint8Array): Uint8Array =>
  sha256(concatBytes(encodeUtf8(`${name}\n`), new Uint8Array([algorithm]), publicKey)).slice(0, 4);

/**
 * The text of a verifier key, `<name>+<key id>+<base64 of algorithm byte and key>`.
 * @throws RangeError: when the name is empty or holds white space or a plus.
 * @example formatVerifierKey(verifier.name, verifier.publicKey) // logKey
 */
export function formatVerifierKey(name: string, publicKey: Uint8Array, algorithm: number = ED25519): string {
  if (!isName(name)) throw new RangeError('expected a name without spaces and plus signs');
  const id = encodeHex(keyIdOf(name, algorithm, publicKey));
  return `${name}+${id}+${encodeBase64(concatBytes(new Uint8Array([algorithm]), publicKey))}`;
}

type Algorithm = (publicKey: Uint8Array) => (text: Uint8Array, signature: Uint8Array) => boolean;

const ALGORITHMS: Readonly<Record<number, Algorithm>> = {
  [ED25519]: (publicKey) => (text, signature) => checkSignature(publicKey, text, signature),
  [ED25519_COSIGNATURE]: (publicKey) => (text, signature) =>
    signature.length === 72 &&
    signature[0]! < 0x80 &&
    checkSignature(publicKey, cosignatureMessage(text, signature), signature.subarray(8)),
};

/** The parts of a verifier key, whether or not its signatures can be checked here. */
export type VerifierKey = Pick<NoteVerifier, 'name' | 'keyId' | 'algorithm' | 'publicKey'>;

/** Timestamped ML-DSA-44 cosignatures: named here because its keys have the usual kind of id, not checked yet. */
const ML_DSA_44 = 0x06;
/** Bytes of the public key, and an id over name, algorithm and key; other algorithms have rules of their own. */
const KEY_LENGTHS: Readonly<Record<number, number>> = {
  [ED25519]: 32,
  [ED25519_COSIGNATURE]: 32,
  [ML_DSA_44]: 1312,
};

const wrongKey = (cause?: unknown) => new LedgerFault('note', 'expected a verifier key', { cause });

/**
 * The parts of a key text of any algorithm. What can be checked of a key that signs nothing here is: the form of the
 * text, and for algorithms whose rule is known the length of the key and its id.
 * @throws LedgerFault `note`
 * @example readVerifierKey(logKey).algorithm // 1
 */
export function readVerifierKey(vkey: string): VerifierKey {
  const match = vkey.length <= MAX_KEY_CHARACTERS ? /^([^+]+)\+([0-9a-f]{8})\+(.+)$/s.exec(vkey) : null;
  const [, name = '', id = '', text = ''] = match ?? [];
  if (!isName(name)) throw wrongKey();
  let key: Uint8Array;
  try {
    key = decodeBase64(text);
  } catch (cause) {
    throw wrongKey(cause);
  }
  const [algorithm, publicKey] = [key[0], key.slice(1)];
  if (algorithm === undefined || publicKey.length === 0) throw wrongKey();
  const length = Object.hasOwn(KEY_LENGTHS, algorithm) ? KEY_LENGTHS[algorithm] : undefined;
  const keyId = decodeHex(id);
  if (
    length !== undefined &&
    (publicKey.length !== length || !equalBytes(keyId, keyIdOf(name, algorithm, publicKey)))
  )
    throw wrongKey();
  return { name, keyId, algorithm, publicKey };
}

/** Longer texts are not read; the longest key of the registry has 1,800 characters and its name. */
const MAX_KEY_CHARACTERS = 8_192;

/**
 * The verifier of a key text.
 * @throws LedgerFault `note`: when the text is not a key, its id does not fit, or its algorithm is not one of ours.
 * @example parseVerifierKey(logKey).name // 'veche.test/log/v1'
 */
export function parseVerifierKey(vkey: string): NoteVerifier {
  const key = readVerifierKey(vkey);
  const create = Object.hasOwn(ALGORITHMS, key.algorithm) ? ALGORITHMS[key.algorithm] : undefined;
  if (!create || !isStrictKey(key.publicKey)) throw wrongKey();
  return { ...key, vkey, isSignature: create(key.publicKey) };
}

/**
 * The text of a private key as Go writes it: `PRIVATE+KEY+<name>+<key id>+<base64 of 0x01 and seed>`.
 * @param seed 32 random bytes
 * @example formatSignerKey('a', seed).slice(0, 22) // 'PRIVATE+KEY+a+6a868d12'
 */
export function formatSignerKey(name: string, seed: Uint8Array): string {
  if (!isName(name)) throw new RangeError('expected a name without spaces and plus signs');
  const id = encodeHex(keyIdOf(name, ED25519, publicKeyOf(seed)));
  return `PRIVATE+KEY+${name}+${id}+${encodeBase64(concatBytes(new Uint8Array([ED25519]), seed))}`;
}

/**
 * The name and the 32-byte seed of a private key text.
 * @throws LedgerFault `note`: without any part of the text in the message.
 * @example parseSignerKey(formatSignerKey('a', seed)) // { name: 'a', seed }
 */
export function parseSignerKey(text: string): { name: string; seed: Uint8Array } {
  const wrong = () => new LedgerFault('note', 'expected a private key');
  const match = /^PRIVATE\+KEY\+([^+]+)\+([0-9a-f]{8})\+(.+)$/s.exec(text);
  if (!match || !isName(match[1]!)) throw wrong();
  const [, name = '', id = '', encoded = ''] = match;
  let key: Uint8Array;
  try {
    key = decodeBase64(encoded, 33);
  } catch {
    throw wrong();
  }
  const seed = key.slice(1);
  if (key[0] !== ED25519 || encodeHex(keyIdOf(name, ED25519, publicKeyOf(seed))) !== id) throw wrong();
  return { name, seed };
}

/**
 * A signer of the name by the 32-byte seed.
 * @param sign another implementation of deterministic Ed25519 by the same seed, such as node:crypto's
 * @example createNoteSigner('a', seed).keyId.length // 4
 */
export function createNoteSigner(
  name: string,
  seed: Uint8Array,
  sign: (message: Uint8Array) => Uint8Array = (message) => signEd25519(message, seed),
): NoteSigner {
  const publicKey = publicKeyOf(seed);
  const vkey = formatVerifierKey(name, publicKey);
  return { name, keyId: keyIdOf(name, ED25519, publicKey), vkey, sign };
}

/** What a cosigner signs (c2sp.org/tlog-cosignature): the time it gives and the whole text. */
function cosignatureMessage(text: Uint8Array, timestamp: Uint8Array): Uint8Array {
  const seconds = timestamp.subarray(0, 8).reduce((value, byte) => value * 256n + BigInt(byte), 0n);
  return concatBytes(encodeUtf8(`cosignature/v1\ntime ${seconds}\n`), text);
}

/** Signs checkpoints as seen at one moment. */
export type Cosigner = NoteSigner & {
  /** The same cosigner at another moment, without the work of deriving its key again. */
  at(unixSeconds: number): Cosigner;
};

/**
 * A cosigner of checkpoints at the given moment.
 * @param unixSeconds when the tree was seen
 * @param sign another implementation of deterministic Ed25519 by the same seed, such as node:crypto's
 * @example createCosigner('w', seed, 1_700_000_000).sign(message).length // 72
 */
export function createCosigner(
  name: string,
  seed: Uint8Array,
  unixSeconds: number,
  sign: (message: Uint8Array) => Uint8Array = (message) => signEd25519(message, seed),
): Cosigner {
  const publicKey = publicKeyOf(seed);
  const keyId = keyIdOf(name, ED25519_COSIGNATURE, publicKey);
  const vkey = formatVerifierKey(name, publicKey, ED25519_COSIGNATURE);
  const at = (seconds: number): Cosigner => {
    if (!Number.isSafeInteger(seconds) || seconds < 0) throw new RangeError('expected whole seconds');
    const timestamp = decodeHex(seconds.toString(16).padStart(16, '0'));
    return {
      name,
      keyId,
      vkey,
      sign: (text) => concatBytes(timestamp, sign(cosignatureMessage(text, timestamp))),
      at,
    };
  };
  return at(unixSeconds);
}

/**
 * The moment, in Unix seconds, that a cosignature names; above 2^53 not to the second.
 * @example cosignatureSeconds(parseSignatureLine(signatureLine(createCosigner('w', seed, 1_700_000_000), message))) // 1_700_000_000
 */
export function cosignatureSeconds({ signature }: NoteSignature): number {
  return Number(signature.subarray(0, 8).reduce((value, byte) => value * 256n + BigInt(byte), 0n));
}

// All control characters but the newline: bytes below 0x20.
// oxlint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u0009\u000b-\u001f]/;

/**
 * The note of a text and one signature line per signer.
 * @param text ends with a newline and holds no other control character
 * @throws RangeError: when it is not such a text.
 * @example checkNote(signNote('text\n', [signer]), [verifier]).text // 'text\n'
 */
export function signNote(text: string, signers: readonly NoteSigner[]): string {
  if (!text.endsWith('\n') || CONTROL.test(text))
    throw new RangeError('expected a text that ends with a newline');
  const bytes = encodeUtf8(text);
  return `${text}\n${signers.map((signer) => signatureLine(signer, bytes)).join('')}`;
}

/**
 * One signature line of a text, newline included: what a witness answers with.
 * @example signatureLine(signer, message).startsWith('— veche.test/log/v1 ') // true
 */
export function signatureLine(signer: NoteSigner, text: Uint8Array): string {
  return `— ${signer.name} ${encodeBase64(concatBytes(signer.keyId, signer.sign(text)))}\n`;
}

/**
 * The parts of one signature line, newline included: the way back from {@link signatureLine}.
 * @throws LedgerFault `note`
 * @example parseSignatureLine(signatureLine(signer, message)).name // 'veche.test/log/v1'
 */
export function parseSignatureLine(line: string): NoteSignature {
  const match = /^— ([^ \n]+) ([^ \n]+)\n$/.exec(line);
  if (!match || !isName(match[1]!)) throw wrongNote();
  let blob: Uint8Array;
  try {
    encodeUtf8(line);
    blob = decodeBase64(match[2]!);
  } catch (cause) {
    throw wrongNote(cause);
  }
  if (blob.length < 5) throw wrongNote();
  return { name: match[1]!, keyId: blob.slice(0, 4), signature: blob.slice(4) };
}

const wrongNote = (cause?: unknown) => new LedgerFault('note', 'expected a signed note', { cause });

/** More are refused, as Go's note package does. */
const MAX_SIGNATURES = 100;
const MAX_NOTE_BYTES = 1_000_000;

/**
 * The parts of a note of at most 1,000,000 bytes and 100 signatures, nothing of it verified.
 * @throws LedgerFault `note`
 * @example parseNote(checkpoint).signatures.length // 1
 */
export function parseNote(note: string): { text: string; signatures: NoteSignature[] } {
  // The text may hold empty lines, signatures cannot: the last one divides them.
  const split = note.lastIndexOf('\n\n');
  if (note.length > MAX_NOTE_BYTES || split < 0 || !note.endsWith('\n') || CONTROL.test(note))
    throw wrongNote();
  try {
    if (encodeUtf8(note).length > MAX_NOTE_BYTES) throw wrongNote();
  } catch (cause) {
    throw wrongNote(cause);
  }
  const lines = note.slice(split + 2, -1).split('\n');
  if (lines.length > MAX_SIGNATURES) throw wrongNote();
  return { text: note.slice(0, split + 1), signatures: lines.map((line) => parseSignatureLine(`${line}\n`)) };
}

/**
 * The note, when every signature by a known key holds and there is at least one.
 * Signatures by unknown keys are set apart; of a key that signed twice both must hold, and the first is kept.
 * @throws LedgerFault `note` when malformed, `signature` when a known key's does not hold, `unknown-signer` when
 * none is by a known key.
 * @example checkNote(checkpoint, [verifier]).unknown // []
 */
export function checkNote(note: string, verifiers: readonly NoteVerifier[]): Note {
  const { text, signatures } = parseNote(note);
  const bytes = encodeUtf8(text);
  const verified = new Map<string, NoteSignature>();
  const unknown = new Map<string, NoteSignature>();
  for (const signature of signatures) {
    const known = verifiers.find(
      ({ name, keyId }) => name === signature.name && equalBytes(keyId, signature.keyId),
    );
    const key = `${signature.name} ${encodeHex(signature.keyId)}`;
    if (!known) unknown.set(`${key} ${encodeHex(signature.signature)}`, signature);
    else {
      if (!known.isSignature(bytes, signature.signature))
        throw new LedgerFault('signature', 'the signature of a known key does not hold');
      if (!verified.has(key)) verified.set(key, signature);
    }
  }
  if (verified.size === 0) throw new LedgerFault('unknown-signer', 'the note is not signed by a known key');
  return { text, verified: [...verified.values()], unknown: [...unknown.values()] };
}
