// The installation's folder: database, keys, the public log, files. Everything in it is private to the account it runs as.
// Keys are made on the first start and never leave their folder; losing them ends the log, so they belong into the backup.
import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { formatSignerKey, parseSignerKey } from '@veche/ledger/note.ts';
import { syncFolder, writeIfAbsent, writeOver } from './durable-write.ts';
import { errorCode } from './storage-error.ts';

export type DataDir = {
  /** Absolute. */
  readonly root: string;
  /** Folder of the embedded database; not made here. */
  readonly postgres: string;
  /** The public log, served as it is: `checkpoint`, `tile/…`. */
  readonly log: string;
  readonly files: string;
  /** Unfinished files; emptied by each start of the one process that owns the folder. */
  readonly scratch: string;
  readonly keys: string;
};

/** An Ed25519 seed of 32 bytes and the name it signs under. */
export type StoredKey = { readonly name: string; readonly seed: Uint8Array };

/**
 * Makes the folder and its parts, each 0700, and takes rights away that others have by mistake.
 * @throws Error: the system's own, when the folder cannot be made or written.
 */
export async function prepareDataDir(path: string): Promise<DataDir> {
  const root = resolve(path);
  const parts = {
    log: join(root, 'log'),
    files: join(root, 'files'),
    scratch: join(root, 'scratch'),
    keys: join(root, 'keys'),
  };
  await makePrivate(root, 0o710);
  for (const folder of Object.values(parts)) await makePrivate(folder, 0o700);
  return { root, postgres: join(root, 'postgres'), ...parts };
}

/** Removes what an earlier process did not finish writing. Only while no other process uses the folder. */
export async function clearScratch({ scratch }: DataDir): Promise<void> {
  for (const name of await readdir(scratch)) await rm(join(scratch, name), { recursive: true, force: true });
}

/**
 * The key of that file name, made under `name` when there is none: Go's text of a note's private key, mode 0600.
 * @param name - the name of a new key; an existing key keeps its own.
 * @throws LedgerFault: when the file does not hold a key.
 */
export async function loadOrCreateKey(dataDir: DataDir, file: string, name: string): Promise<StoredKey> {
  const found = await findKey(dataDir, file);
  if (found) return found;
  // Two processes may start at once: the second takes the key of the first.
  await writeIfAbsent(join(dataDir.keys, file), makeKey(name), 0o600, dataDir.scratch);
  return (await findKey(dataDir, file))!;
}

/**
 * The key of that file name; null when there is none.
 * @throws LedgerFault: when the file does not hold a key.
 */
export async function findKey(dataDir: DataDir, file: string): Promise<StoredKey | null> {
  const text = await readFile(join(dataDir.keys, file), 'utf8').catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  });
  return text === null ? null : parseSignerKey(text.trim());
}

/** The name under which a key is kept that another is taking the place of. */
export const retiringFile = (file: string): string => `${file}.retiring`;

/**
 * Makes a new key of the same name in place of the present one, which stays beside it under {@link retiringFile}. Interrupted
 * between, it leaves the present key under both names, and may be called again.
 * @throws Error: when a key is being replaced already.
 */
export async function replaceKey(dataDir: DataDir, file: string): Promise<void> {
  const present = await findKey(dataDir, file);
  if (!present) throw new Error(`there is no ${file} to be replaced`);
  const text = Buffer.from(`${formatSignerKey(present.name, present.seed)}\n`);
  const retiring = await findKey(dataDir, retiringFile(file));
  if (retiring && Buffer.compare(retiring.seed, present.seed) !== 0)
    throw new Error(`${file} is being replaced already`);
  await writeIfAbsent(join(dataDir.keys, retiringFile(file)), text, 0o600, dataDir.scratch);
  await writeOver(join(dataDir.keys, file), makeKey(present.name), 0o600, dataDir.scratch);
}

/** Destroys a key that has been replaced; does nothing when there is none. */
export async function forgetReplacedKey(dataDir: DataDir, file: string): Promise<void> {
  await rm(join(dataDir.keys, retiringFile(file)), { force: true });
  await syncFolder(dataDir.keys);
}

const makeKey = (name: string): Uint8Array => Buffer.from(`${formatSignerKey(name, randomBytes(32))}\n`);

/** Makes the folder; rights beyond `mode` are taken away, such as those of a careless umask. */
async function makePrivate(folder: string, mode: number): Promise<void> {
  const first = await mkdir(folder, { recursive: true, mode: 0o700 });
  if (first !== undefined) return;
  const present = (await stat(folder)).mode & 0o777;
  if ((present & ~mode) !== 0) await chmod(folder, present & mode);
}
