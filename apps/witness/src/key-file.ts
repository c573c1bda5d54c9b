// The key of a witness on disk: made once, readable by its account alone, and under one name for ever. Who reads the file
// can sign as the witness; who loses it is another witness.
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { writeIfAbsent } from '@veche/files/durable-write.ts';
import { formatSignerKey, parseSignerKey } from '@veche/ledger/note.ts';

/** Why there is no key to work with; `code` is a closed list that the program has words for. */
export class KeyFileError extends Error {
  override readonly name = 'KeyFileError';
  readonly code: 'name-missing' | 'name-malformed' | 'other-name' | 'not-private';
  constructor(code: KeyFileError['code']) {
    super(`the key of the witness: ${code}`);
    this.code = code;
  }
}

export type WitnessKey = {
  readonly name: string;
  /** 32 bytes. */
  readonly seed: Uint8Array;
  /** Whether it was made just now. */
  readonly isNew: boolean;
};

const KEY_FILE = 'witness.key';

/**
 * The key in the folder, which is made together with the folder when there is none.
 * @param name of a new key; null or the same for one that is there
 * @throws KeyFileError
 * @throws LedgerFault `note`: when the file holds no key.
 */
export async function loadOrCreateKey(folder: string, name: string | null): Promise<WitnessKey> {
  const path = join(folder, KEY_FILE);
  const present = await readKey(path);
  if (present) {
    if (name !== null && name !== present.name) throw new KeyFileError('other-name');
    return { ...present, isNew: false };
  }
  if (name === null) throw new KeyFileError('name-missing');
  // What C2SP asks of a name: an address without a scheme, which no white space and no plus sign can be part of.
  if (!/^[^\s+/]+(\/[^\s+/]+)*$/u.test(name) || name.includes(':')) throw new KeyFileError('name-malformed');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const text = `${formatSignerKey(name, randomBytes(32))}\n`;
  const made = await writeIfAbsent(path, Buffer.from(text), 0o600, folder);
  // Of two that start at once the second takes the key of the first.
  return made ? { ...parseSignerKey(text.trim()), isNew: true } : loadOrCreateKey(folder, name);
}

async function readKey(path: string): Promise<{ name: string; seed: Uint8Array } | null> {
  let text: string;
  try {
    if (((await stat(path)).mode & 0o077) !== 0) throw new KeyFileError('not-private');
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
  return parseSignerKey(text.trim());
}
