// Reads a log from a folder, and lists every file in it so that each can be checked.
import { readFile, readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { LogReader } from '../audit.ts';
import { decodeUtf8 } from '../bytes.ts';
import { LedgerFault } from '../fault.ts';

const isAbsent = (cause: unknown): boolean =>
  cause instanceof Error && 'code' in cause && (cause.code === 'ENOENT' || cause.code === 'ENOTDIR');

/** A reader of the log in a folder; its `checkpoint` says whether there is one. */
export function createFolderLogReader(folder: string): LogReader {
  const read = async (path: string): Promise<Uint8Array | null> => {
    try {
      return new Uint8Array(await readFile(join(folder, ...path.split('/'))));
    } catch (cause) {
      if (isAbsent(cause)) return null;
      throw new LedgerFault('unreachable', 'the folder of the log cannot be read', { cause });
    }
  };
  return {
    read,
    async checkpoint() {
      const note = await read('checkpoint');
      if (!note) throw new LedgerFault('unreachable', 'there is no log in this folder');
      return decodeUtf8(note);
    },
    async *list() {
      const files = await readdir(folder, { recursive: true, withFileTypes: true });
      const paths = files
        .filter((file) => !file.isDirectory())
        .map((file) => relative(folder, join(file.parentPath, file.name)).split(sep).join('/'));
      for (const path of paths.sort()) if (path !== 'checkpoint' && path !== 'head') yield path;
    },
  };
}
