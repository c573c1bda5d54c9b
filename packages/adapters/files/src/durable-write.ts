// Durable writes of whole files: after a crash or on a full disk there is the old state or the new one, never a part.
// The work is done by a thread of its own: see write-files.ts.
import { open } from 'node:fs/promises';
import { doFileTask, doFileTaskAside } from './file-thread.ts';
import { StorageFullError } from './storage-error.ts';
import type { FileOutcome, FileTask } from './write-files.ts';

/**
 * Gives `path` this content unless it exists; durable on return.
 * @param scratch - a folder on the same file system for the unfinished file.
 * @returns false when the name was taken by other bytes; then nothing has changed.
 * @throws StorageFullError
 */
export async function writeIfAbsent(
  path: string,
  content: Uint8Array,
  mode: number,
  scratch: string,
): Promise<boolean> {
  return (await doTask({ act: 'new', path, content, mode, scratch })) === 'done';
}

/** Gives `path` this content in place of what it had; durable on return, atomic for readers. */
export async function writeOver(
  path: string,
  content: Uint8Array,
  mode: number,
  scratch: string,
): Promise<void> {
  await doTask({ act: 'over', path, content, mode, scratch });
}

/** As {@link writeIfAbsent}, but a lost machine may forget it, or a part of it, until {@link syncFiles} has made it durable. */
export async function writeSoon(
  path: string,
  content: Uint8Array,
  mode: number,
  scratch: string,
): Promise<boolean> {
  return (await doTask({ act: 'soon', path, content, mode, scratch })) === 'done';
}

/** Makes the files durable that are still there, and the names of the folders that lead to them from `root`. */
export async function syncFiles(paths: readonly string[], root: string): Promise<void> {
  await Promise.all(paths.map((path) => doTask({ act: 'sync', path, root }, doFileTaskAside)));
}

/** Removes the file, and its folder when it was the last in it; whether they were there or not. Not made durable. */
export async function removeFile(path: string): Promise<void> {
  await doTask({ act: 'gone', path }, doFileTaskAside);
}

/** A file could not be written or removed; `code` is the system's, such as EACCES. */
export class FileError extends Error {
  override readonly name = 'FileError';
  readonly code: string;
  constructor(path: string, code: string) {
    super(`${path}: ${code}`);
    this.code = code;
  }
}

async function doTask(
  task: FileTask,
  lane: typeof doFileTask = doFileTask,
): Promise<Extract<FileOutcome, string>> {
  const outcome = await lane(task);
  if (typeof outcome === 'string') return outcome;
  if (outcome.full) throw new StorageFullError(`the disk is full: ${task.path} was not written`);
  throw new FileError(task.path, outcome.code);
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
