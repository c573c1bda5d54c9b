// The public log as files: tiles and entry bundles that never change, and the two that do: `checkpoint` and `head`.
// Whatever is under `root` is published as it is; unfinished files live elsewhere.
import { opendir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { checkLogPath, type ListedTileStore } from '@veche/ledger/log-store.ts';
import { TileConflictError } from '@veche/ledger/sequencer.ts';
import { removeFile, writeIfAbsent, writeOver } from './durable-write.ts';
import { errorCode } from './storage-error.ts';

const READ_ONLY = 0o444;

/**
 * A store of log files under `root`.
 * @param scratch - a private folder on the same file system, for unfinished files.
 * @throws StorageFullError: from a write, when the disk is full; nothing half written stays behind.
 * @throws RangeError: from any call, when the path is not one of a log.
 */
export function createTileStore(root: string, scratch: string): ListedTileStore {
  const locate = (path: string): string => {
    checkLogPath(path);
    return join(root, path);
  };
  const read = async (path: string): Promise<Uint8Array | null> => {
    try {
      return await readFile(locate(path));
    } catch (error) {
      // A folder `000.p` beside a file `000` may be gone already, or not there yet.
      if (['ENOENT', 'ENOTDIR'].includes(errorCode(error))) return null;
      throw error;
    }
  };
  return {
    read,
    async writeNew(path, content) {
      if (!(await writeIfAbsent(locate(path), content, READ_ONLY, scratch)))
        throw new TileConflictError(path);
    },
    replace: (path, content) => writeOver(locate(path), content, READ_ONLY, scratch),
    remove: async (path) => removeFile(locate(path)),
    async *list(folder) {
      try {
        for await (const file of await opendir(join(root, folder), { recursive: true }))
          if (!file.isDirectory())
            yield relative(root, join(file.parentPath, file.name)).split(sep).join('/');
      } catch (error) {
        // A folder may go while it is read, with the last file in it.
        if (!['ENOENT', 'ENOTDIR'].includes(errorCode(error))) throw error;
      }
    },
  };
}
