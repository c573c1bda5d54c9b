// Files beside the database: minutes, uploads. Private: nothing here is served without a route that says who may.
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeOver } from './durable-write.ts';
import { errorCode } from './storage-error.ts';

const NAME = /^[a-z0-9-][a-z0-9.-]*(\/[a-z0-9-][a-z0-9.-]*)*$/;

/** A store of whole files under `root`; names are `/`-separated, of [a-z0-9.-], no part beginning with a dot. */
export type FileStore = {
  put(name: string, content: Uint8Array): Promise<void>;
  get(name: string): Promise<Uint8Array | null>;
};

/**
 * @param scratch - a private folder on the same file system, for unfinished files.
 * @throws RangeError: from any call, when the name is not of the form above.
 * @throws StorageFullError: from put, when the disk is full; the former content stays.
 */
export function createFileStore(root: string, scratch: string): FileStore {
  const locate = (name: string): string => {
    if (name.length > 200 || !NAME.test(name))
      throw new RangeError('expected a file name of [a-z0-9.-] parts');
    return join(root, name);
  };
  return {
    async put(name, content) {
      await mkdir(root, { recursive: true, mode: 0o700 });
      await writeOver(locate(name), content, 0o600, scratch);
    },
    async get(name) {
      try {
        return await readFile(locate(name));
      } catch (error) {
        if (['ENOENT', 'ENOTDIR', 'EISDIR'].includes(errorCode(error))) return null;
        throw error;
      }
    },
  };
}
