// Writes whole files so that a crash or a full disk leaves either the old state or the new one, never a part.
// A file is written under another name, made durable, then given its own name in one step of the file system.
import { randomBytes } from 'node:crypto';
import { link, mkdir, open, rename, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errorCode, explainStorageError } from './storage-error.ts';

/** Asked once: what the process was started with decides. */
const UMASK = process.umask();

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
  await viaScratch(path, content, mode, scratch, async (unfinished) => {
    await rename(unfinished, path);
    return true;
  });
}

async function viaScratch(
  path: string,
  content: Uint8Array,
  mode: number,
  scratch: string,
  name: (unfinished: string) => Promise<boolean>,
): Promise<boolean> {
  const unfinished = join(scratch, randomBytes(12).toString('hex'));
  try {
    const file = await open(unfinished, 'wx', mode);
    try {
      await file.writeFile(content);
      // The process's umask may have taken bits away.
      if ((mode & UMASK) !== 0) await file.chmod(mode);
      await file.sync();
    } finally {
      await file.close();
    }
    const named = await nameInFolder(path, () => name(unfinished));
    await Promise.all([syncFolder(dirname(path)), removeIfThere(unfinished)]);
    return named;
  } catch (error) {
    await removeIfThere(unfinished).catch(() => {});
    throw explainStorageError(error, path);
  }
}

/** A rename has taken it away already. */
async function removeIfThere(path: string): Promise<void> {
  await unlink(path).catch((error: unknown) => {
    if (errorCode(error) !== 'ENOENT') throw error;
  });
}

/** Nearly always the folder is there: it is made when the naming says that it is not. */
async function nameInFolder(path: string, name: () => Promise<boolean>): Promise<boolean> {
  try {
    return await name();
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
    await makeFolder(dirname(path));
    return name();
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
