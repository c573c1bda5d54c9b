// Writes whole files so that a crash or a full disk leaves either the old state or the new one, never a part.
// A file is written under another name, made durable, then given its own name in one step of the file system.
import { randomBytes } from 'node:crypto';
import { link, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errorCode, explainStorageError } from './storage-error.ts';

/**
 * Gives `path` this content unless it exists; durable on return.
 * @param scratch - a folder on the same file system for the unfinished file.
 * @returns false when the name was taken; then nothing has changed.
 */
export async function writeIfAbsent(
  path: string,
  content: Uint8Array,
  mode: number,
  scratch: string,
): Promise<boolean> {
  return viaScratch(path, content, mode, scratch, async (unfinished) => {
    try {
      // A link fails when the name is taken; a rename would replace what is there.
      await link(unfinished, path);
      return true;
    } catch (error) {
      if (errorCode(error) === 'EEXIST') return false;
      throw error;
    } finally {
      await rm(unfinished, { force: true });
    }
  });
}

/** Gives `path` this content in place of what it had; durable on return, atomic for readers. */
export async function writeOver(
  path: string,
  content: Uint8Array,
  mode: number,
  scratch: string,
): Promise<void> {
  await viaScratch(path, content, mode, scratch, (unfinished) => rename(unfinished, path));
}

async function viaScratch<T>(
  path: string,
  content: Uint8Array,
  mode: number,
  scratch: string,
  name: (unfinished: string) => Promise<T>,
): Promise<T> {
  const unfinished = join(scratch, randomBytes(12).toString('hex'));
  try {
    await makeFolder(dirname(path));
    const file = await open(unfinished, 'wx', mode);
    try {
      await file.writeFile(content);
      // The process's umask may have taken bits away.
      await file.chmod(mode);
      await file.sync();
    } finally {
      await file.close();
    }
    const named = await name(unfinished);
    await syncFolder(dirname(path));
    return named;
  } catch (error) {
    await rm(unfinished, { force: true }).catch(() => {});
    throw explainStorageError(error, path);
  }
}

/** Makes the folder, private to us; the names of new folders are made durable too. */
async function makeFolder(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  for (let at = folder; at.length >= first.length; at = dirname(at)) await syncFolder(dirname(at));
}

/** Makes the names in a folder durable: without it a crash may forget a file whose content is safe. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
