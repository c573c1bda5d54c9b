// The strict rule of ed25519.ts with the runtime's own Ed25519 doing the arithmetic: many times faster, in browsers
// and in Node. Where the runtime has no Ed25519 the work falls to noble, with the same answers.
import { checkSignature, isStrictSignatureShape } from './ed25519.ts';
import type { SignatureCheck, SignatureVerifier } from './ed25519.ts';

type Subtle = {
  importKey(
    format: 'raw',
    key: Uint8Array,
    algorithm: string,
    extractable: boolean,
    usages: string[],
  ): Promise<object>;
  verify(algorithm: string, key: object, signature: Uint8Array, message: Uint8Array): Promise<boolean>;
};

const findSubtle = (): Subtle | null =>
  (globalThis as unknown as { crypto?: { subtle?: Subtle } }).crypto?.subtle ?? null;

// Enough to keep the runtime's threads busy, few enough to keep memory flat.
const AT_ONCE = 256;

/**
 * Whether the runtime itself can check Ed25519; tried with a real key.
 * @example await hasNativeEd25519() // true
 */
export async function hasNativeEd25519(): Promise<boolean> {
  const subtle = findSubtle();
  if (!subtle) return false;
  try {
    // The base point's own encoding is a valid key.
    const key = new Uint8Array(32).fill(0x66);
    key[0] = 0x58;
    await subtle.importKey('raw', key, 'Ed25519', false, ['verify']);
    return true;
  } catch {
    return false;
  }
}

/**
 * A verifier by the runtime's Ed25519, or by noble where there is none.
 * @example await createWebVerifier()([{ key: publicKeyOf(seed), message, signature: sign(message, seed) }]) // [true]
 */
export function createWebVerifier(): SignatureVerifier {
  let native: Promise<boolean> | undefined;
  return async (checks) => {
    native ??= hasNativeEd25519();
    const subtle = (await native) ? findSubtle() : null;
    if (!subtle) return checks.map(({ key, message, signature }) => checkSignature(key, message, signature));
    const answers: boolean[] = [];
    for (let start = 0; start < checks.length; start += AT_ONCE)
      answers.push(
        ...(await Promise.all(
          checks.slice(start, start + AT_ONCE).map((one) => verifyNatively(subtle, one)),
        )),
      );
    return answers;
  };
}

async function verifyNatively(subtle: Subtle, { key, message, signature }: SignatureCheck): Promise<boolean> {
  if (!isStrictSignatureShape(key, signature)) return false;
  let imported: object;
  try {
    imported = await subtle.importKey('raw', key, 'Ed25519', false, ['verify']);
  } catch {
    // Not a point of the curve: some runtimes notice at import, others at verify.
    return false;
  }
  return subtle.verify('Ed25519', imported, signature, message);
}
