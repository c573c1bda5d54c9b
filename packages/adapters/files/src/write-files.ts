// Writes whole files so that a crash or a full disk leaves either the old state or the new one, never a part.
// A file is written under another name, made durable, then given its own name in one step of the file system; of a batch,
// the names are made durable together. Blocks the thread it runs on.
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fchmodSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmdirSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { errorCode, isFull } from './storage-error.ts';

/**
 * One file. `new`: gives the path this content unless it exists; `soon`: the same, but not made durable before a `sync` of
 * it, read back instead, and there in part when the process or the machine dies meanwhile; `over`: in place of what it had.
 * `gone`: removes it, and its folder when it was the last in it; not made durable.
 * `sync`: makes the file durable, if it is still there, and the names of the folders that lead to it from `root`.
 */
export type FileTask =
  | {
      readonly act: 'new' | 'soon' | 'over';
      readonly path: string;
      readonly content: Uint8Array;
      readonly mode: number;
      /** A folder on the same file system for the unfinished file. */
      readonly scratch: string;
    }
  | { readonly act: 'gone'; readonly path: string }
  | { readonly act: 'sync'; readonly path: string; readonly root: string };

/** `other`: the name was taken by other bytes. What failed has changed nothing. */
export type FileOutcome = 'done' | 'other' | { readonly code: string; readonly full: boolean };

/** Does all tasks, in order; what fails holds up no other. What is `done` is durable on return, but for `soon` and `gone`. */
export function writeFiles(tasks: readonly FileTask[]): FileOutcome[] {
  const folders = new Set<string>();
  const unfinished: string[] = [];
  const outcomes = tasks.map((task): FileOutcome => {
    try {
      if (task.act === 'gone') return removeFile(task.path);
      if (task.act === 'sync') {
        ignoring(['ENOENT', 'ENOTDIR'], () => syncPath(task.path));
        for (const folder of foldersTo(task.path, task.root)) folders.add(folder);
        return 'done';
      }
      if (task.act === 'soon') return inFolder(task.path, false, () => writeInPlace(task));
      const temporary = join(task.scratch, randomBytes(12).toString('hex'));
      unfinished.push(temporary);
      write(temporary, task, true);
      const outcome = inFolder(task.path, true, () =>
        task.act === 'over' ? rename(temporary, task.path) : link(temporary, task.path, task.content),
      );
      folders.add(dirname(task.path));
      return outcome;
    } catch (error) {
      return { code: errorCode(error), full: isFull(error) };
    }
  });
  for (const path of unfinished) ignoring(['ENOENT'], () => unlinkSync(path));
  try {
    for (const folder of folders) ignoring(['ENOENT'], () => syncPath(folder));
  } catch (error) {
    // Which of the names a crash would forget is not known.
    const failed = { code: errorCode(error), full: isFull(error) };
    return outcomes.map((outcome, i) => (['gone', 'soon'].includes(tasks[i]!.act) ? outcome : failed));
  }
  return outcomes;
}

function write(
  path: string,
  { content, mode }: { readonly content: Uint8Array; readonly mode: number },
  durable: boolean,
): void {
  const file = openSync(path, 'wx', mode);
  try {
    for (let at = 0; at < content.length;) at += writeSync(file, content, at);
    // The process's umask may have taken bits away.
    fchmodSync(file, mode);
    if (durable) fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** At once under its own name: whoever puts a file so can tell a part of it, and puts it again. */
function writeInPlace(task: {
  readonly path: string;
  readonly content: Uint8Array;
  readonly mode: number;
}): FileOutcome {
  try {
    write(task.path, task, false);
    if (!readFileSync(task.path).equals(task.content)) throw new ReadBackError();
    return 'done';
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return readFileSync(task.path).equals(task.content) ? 'done' : 'other';
    ignoring(['ENOENT', 'ENOTDIR'], () => unlinkSync(task.path));
    throw error;
  }
}

/** The disk gives back other bytes than it was given. */
class ReadBackError extends Error {
  readonly code = 'EREADBACK';
}

const rename = (from: string, to: string): FileOutcome => (renameSync(from, to), 'done');

/** A link fails when the name is taken; a rename would replace what is there. */
function link(from: string, to: string, content: Uint8Array): FileOutcome {
  try {
    linkSync(from, to);
    return 'done';
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
    return readFileSync(to).equals(content) ? 'done' : 'other';
  }
}

/** Nearly always the folder is there: it is made, private to us, when the naming says that it is not. */
function inFolder(path: string, durable: boolean, name: () => FileOutcome): FileOutcome {
  try {
    return name();
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
    const folder = dirname(path);
    const first = mkdirSync(folder, { recursive: true, mode: 0o700 });
    if (first !== undefined && durable)
      for (let at = folder; at.length >= first.length; at = dirname(at)) syncPath(dirname(at));
    return name();
  }
}

function removeFile(path: string): FileOutcome {
  ignoring(['ENOENT', 'ENOTDIR'], () => unlinkSync(path));
  // The last partial tile takes its folder with it, so that a full log holds nothing but the log.
  // Not made durable: what a lost machine brings back is removed at some later start, and harms nobody till then.
  ignoring(['ENOENT', 'ENOTDIR', 'ENOTEMPTY', 'EEXIST'], () => rmdirSync(dirname(path)));
  return 'done';
}

/** The folders from the one of the file up to `root`, which is the last. */
function foldersTo(path: string, root: string): string[] {
  const folders: string[] = [];
  for (let at = dirname(path); at.length >= root.length; at = dirname(at)) folders.push(at);
  return folders;
}

/** Makes a file durable, or the names in a folder: without these a crash may forget a file whose content is safe. */
function syncPath(path: string): void {
  const file = openSync(path, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function ignoring(codes: readonly string[], act: () => void): void {
  try {
    act();
  } catch (error) {
    if (!codes.includes(errorCode(error))) throw error;
  }
}
