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
import { InstallationError } from './installation.ts';

export const LOG_KEY = 'log.key';
export const REGISTRAR_KEY = 'registrar.key';

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

/** A key of the registrar's: as entries name it, base64, and what signs with it. */
export type RegistrarKey = { readonly key: string; readonly sign: (message: Uint8Array) => Uint8Array };

/** The registrar's key, made at the first start, and after it the one it takes the place of while the office is handed over. */
export async function loadRegistrarKeys(
  dataDir: DataDir,
  webOrigin: string,
): Promise<readonly RegistrarKey[]> {
  const present = await loadOrCreateKey(dataDir, REGISTRAR_KEY, `${originOf(webOrigin)}/registrar`);
  const old = await findKey(dataDir, retiringFile(REGISTRAR_KEY));
  const keys = [present, ...(old ? [old] : [])].map(({ seed }) => ({
    key: encodeBase64(publicKeyOf(seed)),
    sign: nativeSigner(seed),
  }));
  // A replacement that was interrupted at its first step has left the same key twice.
  return keys.filter(({ key }, i) => i === 0 || key !== keys[0]!.key);
}

/**
 * Whoever of the keys holds the office.
 * @param origin - of the log
 * @param inOffice - the key that the log names; null before it was begun
 * @throws InstallationError `OTHER_KEYS`: when it is none of the keys.
 */
export function chooseRegistrar(
  keys: readonly RegistrarKey[],
  origin: string,
  inOffice: string | null,
): Registrar {
  const holder = inOffice === null ? keys[0] : keys.find(({ key }) => key === inOffice);
  if (!holder)
    throw new InstallationError(
      'OTHER_KEYS',
      "the registrar's key in VECHE_DATA_DIR is not the one that this database's log names: start with the keys that belong to it, or bring an old database up to date by npm run recover",
    );
  const signEntry = (draft: Readonly<Record<string, unknown>>): string => signAsRegistrar(holder, draft);
  return { leaf: signEntry({ kind: 'registrar', origin, key: holder.key }), signEntry };
}

/** The leaf of an entry by that key. */
export function signAsRegistrar(
  { key, sign }: RegistrarKey,
  draft: Readonly<Record<string, unknown>>,
): string {
  const unsigned = prepareEntry(draft, key, entryKinds);
  const signature = encodeBase64(sign(entryMessage(unsigned)));
  return encodeEntry({ ...unsigned, sig: signature } as AnyEntry, entryKinds);
}

const originOf = (webOrigin: string): string => `${webOrigin.replace(/^https?:\/\//, '')}/log/v1`;

const createSigner = (key: StoredKey): NoteSigner =>
  createNoteSigner(key.name, key.seed, nativeSigner(key.seed));
