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
 * One file. `new`: gives the path this content unless it exists. `over`: in place of what it had. `gone`: removes it, and
 * its folder when it was the last in it; not made durable.
 */
export type FileTask =
  | {
      readonly act: 'new' | 'over';
      readonly path: string;
      readonly content: Uint8Array;
      readonly mode: number;
      /** A folder on the same file system for the unfinished file. */
      readonly scratch: string;
    }
  | { readonly act: 'gone'; readonly path: string };

/** `other`: the name was taken by other bytes. What failed has changed nothing. */
export type FileOutcome = 'done' | 'other' | { readonly code: string; readonly full: boolean };

/** Does all tasks, in order; what fails holds up no other. Everything that is `done` is durable on return. */
export function writeFiles(tasks: readonly FileTask[]): FileOutcome[] {
  const folders = new Set<string>();
  const unfinished: string[] = [];
  const outcomes = tasks.map((task): FileOutcome => {
    try {
      if (task.act === 'gone') return removeFile(task.path);
      const temporary = join(task.scratch, randomBytes(12).toString('hex'));
      unfinished.push(temporary);
      writeDurably(temporary, task.content, task.mode);
      const outcome = inFolder(task.path, () =>
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
    for (const folder of folders) syncFolder(folder);
  } catch (error) {
    // Which of the names a crash would forget is not known.
    const failed = { code: errorCode(error), full: isFull(error) };
    return outcomes.map((outcome, i) => (tasks[i]!.act === 'gone' ? outcome : failed));
  }
  return outcomes;
}

function writeDurably(path: string, content: Uint8Array, mode: number): void {
  const file = openSync(path, 'wx', mode);
  try {
    for (let at = 0; at < content.length;) at += writeSync(file, content, at);
    // The process's umask may have taken bits away.
    fchmodSync(file, mode);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
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
function inFolder(path: string, name: () => FileOutcome): FileOutcome {
  try {
    return name();
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
    const folder = dirname(path);
    const first = mkdirSync(folder, { recursive: true, mode: 0o700 });
    if (first !== undefined)
      for (let at = folder; at.length >= first.length; at = dirname(at)) syncFolder(dirname(at));
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

/** Makes the names in a folder durable: without it a crash may forget a file whose content is safe. */
function syncFolder(folder: string): void {
  const file = openSync(folder, 'r');
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
