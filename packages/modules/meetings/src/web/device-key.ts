// The key with which this device signs the ballots of one voter in one meeting. It must never leave the device; what
// leaves is the public half and a proof that we hold the other.
import { voterKey, type DeviceKey, type DeviceSecret, type DeviceStore } from './device-store.ts';
import { encodeBase64 } from '@veche/ledger/bytes.ts';
import { possessionMessage } from '@veche/ledger/entry.ts';
import type { RandomBytes } from '@veche/core/random.ts';

/** What the browser lends: WebCrypto is missing on pages without https. */
export type KeyMaker = { readonly subtle: SubtleCrypto | undefined; readonly random: RandomBytes };

/** The key of this device for the voter, made at the first call. Two tabs that ask at once get the same one. */
export async function ensureDeviceKey(
  store: DeviceStore,
  maker: KeyMaker,
  meeting: string,
  voter: string,
): Promise<DeviceKey> {
  const kept = await store.find('keys', voterKey(meeting, voter));
  if (kept) return kept;
  const { publicKey, secret } = (await makeWebCryptoKey(maker.subtle)) ?? (await makeBytesKey(maker.random));
  return store.add('keys', voterKey(meeting, voter), {
    meeting,
    voter,
    publicKey: encodeBase64(publicKey),
    secret,
  });
}

type MadeKey = { readonly publicKey: Uint8Array; readonly secret: DeviceSecret };

/** Null where the browser has no Ed25519. */
async function makeWebCryptoKey(subtle: SubtleCrypto | undefined): Promise<MadeKey | null> {
  if (!subtle) return null;
  try {
    const pair = (await subtle.generateKey({ name: 'Ed25519' }, false, ['sign', 'verify'])) as CryptoKeyPair;
    return {
      publicKey: new Uint8Array(await subtle.exportKey('raw', pair.publicKey)),
      secret: { kind: 'webcrypto', key: pair.privateKey },
    };
  } catch {
    return null;
  }
}

async function makeBytesKey(random: RandomBytes): Promise<MadeKey> {
  const { publicKeyOf } = await import('@veche/ledger/ed25519.ts');
  const bytes = random(32);
  return { publicKey: publicKeyOf(bytes), secret: { kind: 'bytes', bytes } };
}

/** Signs with the device's key: 64 bytes, Ed25519. */
export async function signWithDevice(key: DeviceKey, message: Uint8Array): Promise<Uint8Array> {
  if (key.secret.kind === 'webcrypto')
    return new Uint8Array(
      await crypto.subtle.sign('Ed25519', key.secret.key, message as Uint8Array<ArrayBuffer>),
    );
  const { sign } = await import('@veche/ledger/ed25519.ts');
  return sign(message, key.secret.bytes);
}

/** Proof, for the registration, that this device holds the secret half: base64 of a signature over meeting and voter. */
export async function provePossession(key: DeviceKey): Promise<string> {
  return encodeBase64(await signWithDevice(key, possessionMessage(key.meeting, key.voter)));
}

/** A name under which people find their own device in a list: browser and system, nothing more exact. */
export function nameDevice(userAgent: string): string {
  const browser = /Edg\//.test(userAgent)
    ? 'Edge'
    : /YaBrowser\//.test(userAgent)
      ? 'Yandex Browser'
      : /OPR\//.test(userAgent)
        ? 'Opera'
        : /Firefox\/|FxiOS\//.test(userAgent)
          ? 'Firefox'
          : /Chrome\/|CriOS\//.test(userAgent)
            ? 'Chrome'
            : /Safari\//.test(userAgent)
              ? 'Safari'
              : 'Browser';
  const system = /iPhone|iPad/.test(userAgent)
    ? 'iOS'
    : /Android/.test(userAgent)
      ? 'Android'
      : /Windows/.test(userAgent)
        ? 'Windows'
        : /Mac OS X/.test(userAgent)
          ? 'macOS'
          : /Linux/.test(userAgent)
            ? 'Linux'
            : '';
  return system ? `${browser}, ${system}` : browser;
}
