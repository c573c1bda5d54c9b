// The keys that this installation signs with: the log's, the one it takes the place of while it is being replaced, and the
// registrar's. They are read once, at the start; nothing of them leaves this file but the means to sign.
import {
  findKey,
  loadOrCreateKey,
  retiringFile,
  type DataDir,
  type StoredKey,
} from '@veche/files/data-dir.ts';
import { encodeBase64 } from '@veche/ledger/bytes.ts';
import { publicKeyOf } from '@veche/ledger/ed25519.ts';
import { encodeEntry, entryMessage, prepareEntry, type AnyEntry } from '@veche/ledger/entry.ts';
import { createNoteSigner, type NoteSigner } from '@veche/ledger/note.ts';
import { nativeSigner } from '@veche/witness/native-ed25519.ts';
import { entryKinds } from './entry-kinds.ts';

export const LOG_KEY = 'log.key';

export type Registrar = {
  readonly leaf: string;
  signEntry(draft: Readonly<Record<string, unknown>>): string;
};

export type LogKeys = {
  readonly signer: NoteSigner;
  /** The key that goes; empty but while a key is being replaced. */
  readonly retiring: readonly NoteSigner[];
  /** Of both, newest first. */
  readonly verifierKeys: readonly string[];
};

/** The log's keys, made at the first start; the name is the log's origin for ever. */
export async function loadLogKeys(dataDir: DataDir, webOrigin: string): Promise<LogKeys> {
  const signer = createSigner(await loadOrCreateKey(dataDir, LOG_KEY, originOf(webOrigin)));
  const old = await findKey(dataDir, retiringFile(LOG_KEY));
  // A replacement that was interrupted at its first step has left the same key twice.
  const retiring = old ? [createSigner(old)].filter(({ vkey }) => vkey !== signer.vkey) : [];
  return { signer, retiring, verifierKeys: [signer, ...retiring].map(({ vkey }) => vkey) };
}

/** The registrar's key, made at the first start. @param origin - of the log */
export async function loadRegistrar(dataDir: DataDir, webOrigin: string, origin: string): Promise<Registrar> {
  const key = await loadOrCreateKey(dataDir, 'registrar.key', `${originOf(webOrigin)}/registrar`);
  const by = encodeBase64(publicKeyOf(key.seed));
  const signMessage = nativeSigner(key.seed);
  const signEntry = (draft: Readonly<Record<string, unknown>>): string => {
    const unsigned = prepareEntry(draft, by, entryKinds);
    const signature = encodeBase64(signMessage(entryMessage(unsigned)));
    return encodeEntry({ ...unsigned, sig: signature } as AnyEntry, entryKinds);
  };
  return { leaf: signEntry({ kind: 'registrar', origin, key: by }), signEntry };
}

const originOf = (webOrigin: string): string => `${webOrigin.replace(/^https?:\/\//, '')}/log/v1`;

const createSigner = (key: StoredKey): NoteSigner =>
  createNoteSigner(key.name, key.seed, nativeSigner(key.seed));
