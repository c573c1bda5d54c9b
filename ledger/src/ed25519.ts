// Ed25519 by the strictest rule in use, so that browser, server and auditor accept exactly the same signatures:
// canonical encodings, no point of small order, S below the group order, and the equation without the cofactor.
// What one verifier takes and another refuses would let a vote count here and not there.
import { ed25519 } from '@noble/curves/ed25519.js';
import { sha512 } from '@noble/hashes/sha2.js';
import { concatBytes, decodeHex, equalBytes } from './bytes.ts';
import { LedgerFault } from './fault.ts';

export const KEY_BYTES = 32;
export const SIGNATURE_BYTES = 64;

export type SignatureCheck = {
  /** 32 bytes. */
  readonly key: Uint8Array;
  readonly message: Uint8Array;
  /** 64 bytes. */
  readonly signature: Uint8Array;
};

/** Checks many signatures by the strict rule; the answers come in the order of the checks. */
export type SignatureVerifier = (checks: readonly SignatureCheck[]) => Promise<boolean[]>;

const Point = ed25519.Point;
const GROUP_ORDER = Point.Fn.ORDER;

// y of the eight points of small order, little-endian: 0 and ±1 and the two of order 8. A point of small order as a
// key makes one signature fit any message.
const SMALL_ORDER_Y = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
].map(decodeHex);
const FIELD_PRIME = decodeHex('edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f');
const ORDER = decodeHex('edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010');

const isBelow = (a: Uint8Array, b: Uint8Array): boolean => {
  for (let i = 31; i >= 0; i--) if (a[i] !== b[i]) return a[i]! < b[i]!;
  return false;
};

/** Whether 32 bytes have the shape of an acceptable point: y below the prime and not of small order. */
function hasPointShape(bytes: Uint8Array): boolean {
  const y = bytes.slice();
  y[31]! &= 0x7f;
  return isBelow(y, FIELD_PRIME) && !SMALL_ORDER_Y.some((small) => equalBytes(small, y));
}

/**
 * The part of the strict rule that needs no curve arithmetic: lengths, canonical encodings, no point of small order,
 * S below the order. Together with a native verifier that compares R byte by byte (OpenSSL, BoringSSL) it is the whole
 * rule of {@link checkSignature}.
 * @example isStrictSignatureShape(publicKeyOf(seed), sign(message, seed)) // true
 */
export function isStrictSignatureShape(key: Uint8Array, signature: Uint8Array): boolean {
  return (
    key.length === KEY_BYTES &&
    signature.length === SIGNATURE_BYTES &&
    hasPointShape(key) &&
    hasPointShape(signature.subarray(0, 32)) &&
    isBelow(signature.subarray(32), ORDER)
  );
}

/**
 * Whether the 32 bytes are a key by the strict rule: a canonical point of the curve, not of small order.
 * @example isStrictKey(new Uint8Array(32)) // false
 */
export function isStrictKey(key: Uint8Array): boolean {
  return key.length === KEY_BYTES && hasPointShape(key) && findPoint(key) !== null;
}

function findPoint(key: Uint8Array) {
  try {
    return Point.fromBytes(key, false);
  } catch {
    return null;
  }
}

const littleEndian = (bytes: Uint8Array): bigint => {
  let hex = '';
  for (let i = bytes.length - 1; i >= 0; i--) hex += bytes[i]!.toString(16).padStart(2, '0');
  return BigInt(`0x${hex}`);
};

/**
 * Whether the signature is the key's over the message, by the strict rule. About 1.2 ms by noble, which runs everywhere;
 * see {@link useEd25519} for a faster one.
 *
 * Noble's own verify multiplies by the cofactor even with `zip215: false`; this one compares the bytes of
 * S·B − h·A with R, as OpenSSL does, so it accepts a subset of both.
 * @param key 32 bytes
 * @param signature 64 bytes
 * @example checkSignature(publicKeyOf(seed), message, sign(message, seed)) // true
 */
export const checkSignature: Ed25519Check = (key, message, signature) =>
  isStrictSignatureShape(key, signature) && implementation(key, message, signature);

/** Whether a signature of 64 bytes is the key's over the message. */
export type Ed25519Check = (key: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean;

const checkByNoble: Ed25519Check = (key, message, signature) => {
  const a = findPoint(key);
  if (a === null) return false;
  const r = signature.subarray(0, 32);
  const s = littleEndian(signature.subarray(32));
  const h = littleEndian(sha512(concatBytes(r, key, message))) % GROUP_ORDER;
  return equalBytes(Point.BASE.multiplyUnsafe(s).subtract(a.multiplyUnsafe(h)).toBytes(), r);
};

let implementation = checkByNoble;

/**
 * Puts another Ed25519 in place for the whole process, such as node:crypto's, which is about ten times as fast. What it
 * is asked has passed the strict rule of shapes already, so it must accept what RFC 8032 accepts without the cofactor.
 * @throws RangeError: when it refuses a good signature, or accepts a changed message, a changed signature or no point.
 * @example useEd25519(isSignature) // undefined
 */
export function useEd25519(faster: Ed25519Check): void {
  const seed = new Uint8Array(KEY_BYTES).fill(7);
  const [key, message] = [publicKeyOf(seed), new Uint8Array([1, 2, 3])];
  const signature = sign(message, seed);
  const changed = signature.map((byte, i) => (i === 40 ? byte ^ 1 : byte));
  const noPoint = new Uint8Array(KEY_BYTES).fill(2);
  const wrong =
    !faster(key, message, signature) ||
    faster(key, new Uint8Array([1, 2, 4]), signature) ||
    faster(key, message, changed) ||
    faster(noPoint, message, signature);
  if (wrong) throw new RangeError('expected Ed25519');
  implementation = faster;
}

/**
 * The {@link SignatureVerifier} that needs nothing but this package.
 * @example await nobleVerifier([{ key: publicKeyOf(seed), message, signature: sign(message, seed) }]) // [true]
 */
export const nobleVerifier: SignatureVerifier = async (checks) =>
  checks.map(({ key, message, signature }) => checkSignature(key, message, signature));

/**
 * The signature of RFC 8032, which is deterministic.
 * @param seed the 32-byte private key
 * @returns 64 bytes
 * @example sign(message, seed).length // 64
 */
export const sign = (message: Uint8Array, seed: Uint8Array): Uint8Array =>
  ed25519.sign(message, checkSeed(seed));

/**
 * The 32-byte public key of a 32-byte private key.
 * @example publicKeyOf(seed).length // 32
 */
export const publicKeyOf = (seed: Uint8Array): Uint8Array => ed25519.getPublicKey(checkSeed(seed));

function checkSeed(seed: Uint8Array): Uint8Array {
  if (seed.length !== KEY_BYTES) throw new LedgerFault('signature', 'expected a private key of 32 bytes');
  return seed;
}
