// The public log as files: tiles and entry bundles that never change, and the two that do: `checkpoint` and `head`.
// Whatever is under `root` is published as it is; unfinished files live elsewhere.
import { opendir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { checkLogPath, type ListedTileStore } from '@veche/ledger/log-store.ts';
import { equalBytes } from '@veche/ledger/bytes.ts';
import { isTorn, TileConflictError, type LazyWrites } from '@veche/ledger/sequencer.ts';
import { removeFile, syncFiles, writeIfAbsent, writeOver, writeSoon } from './durable-write.ts';
import { errorCode } from './storage-error.ts';

const READ_ONLY = 0o444;
/** How long files that were put lazily wait for others before they are made durable. */
const GATHER_MS = 100;

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
  const restore = async (path: string, content: Uint8Array): Promise<void> => {
    const present = await read(path);
    if (present && !equalBytes(present, content) && !isTorn(present, content))
      throw new TileConflictError(path);
    // Also where the same bytes are: they may be in memory only, and not on the disk.
    await writeOver(locate(path), content, READ_ONLY, scratch);
  };
  /** Put lazily and not made durable yet. */
  let volatile = new Set<string>();
  const lazily: LazyWrites = {
    async writeNew(path, content) {
      if (!(await writeSoon(locate(path), content, READ_ONLY, scratch))) throw new TileConflictError(path);
      volatile.add(locate(path));
    },
    async sync() {
      // A few batches together: the disk does as much for one file as for many of one folder.
      await new Promise((resolve) => setTimeout(resolve, GATHER_MS).unref());
      const paths = [...volatile];
      volatile = new Set();
      await syncFiles(paths, root);
    },
    restore,
  };
  return {
    lazily,
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
