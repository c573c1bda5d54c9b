// The sequencer's ports in memory, with the behaviour their contracts promise: for tests and for trying things out.
// Nothing here survives the process.
import { equalBytes } from './bytes.ts';
import { checkLogPath } from './log-store.ts';
import type { ListedTileStore } from './log-store.ts';
import { HeadMovedError, TileConflictError, isTorn } from './sequencer.ts';
import type { Batch, Head, HeadStore, LogFile, Submission, LazyWrites } from './sequencer.ts';

export type MemoryHeadStore = HeadStore & {
  /** Queues a submission; one whose idem is known already is left out. */
  submit(submission: Submission): void;
  readonly entries: readonly (Submission & { readonly index: number })[];
  readonly head: Head | null;
};

/**
 * The head, the queue and the entries, in memory.
 * @example await createMemoryHeadStore().load() // null
 */
export function createMemoryHeadStore(): MemoryHeadStore {
  let head: Head | null = null;
  let waiting: Submission[] = [];
  const entries: (Submission & { index: number })[] = [];
  const idems = new Set<string>();
  const stagedFiles = new Map<number, readonly LogFile[]>();
  return {
    entries,
    get head() {
      return head;
    },
    submit(submission) {
      if (idems.has(submission.idem)) return;
      idems.add(submission.idem);
      waiting.push(submission);
    },
    load: async () => head,
    pending: async (limit, inFlight = []) => {
      const left = new Set(inFlight.map(({ id }) => id));
      return waiting.filter(({ id }) => !left.has(id)).slice(0, limit);
    },
    async commit(batch: Batch) {
      const same =
        batch.old === null || head === null
          ? batch.old === head
          : head.size === batch.old.size &&
            head.checkpoint === batch.old.checkpoint &&
            head.epoch === batch.old.epoch;
      if (!same) throw new HeadMovedError();
      const logged = new Set(batch.entries.map(({ id }) => id));
      waiting = waiting.filter(({ id }) => !logged.has(id));
      for (const entry of batch.entries) {
        if (entry.index !== entries.length) throw new RangeError('expected indexes without gaps');
        idems.add(entry.idem);
        entries.push(entry);
      }
      for (const one of stagedFiles.keys()) if (one <= batch.written) stagedFiles.delete(one);
      stagedFiles.set(batch.next.size, batch.staged);
      head = batch.next;
    },
    staged: async (above, size) => {
      if (!stagedFiles.has(size)) return null;
      const sizes = [...stagedFiles.keys()].filter((one) => one > above && one <= size).sort((a, b) => a - b);
      return sizes.flatMap((one) => [...stagedFiles.get(one)!]);
    },
    holds: async () => true,
    async clearStaged(size) {
      for (const one of stagedFiles.keys()) if (one <= size) stagedFiles.delete(one);
    },
  };
}

export type MemoryTileStore = ListedTileStore & {
  readonly files: Map<string, Uint8Array>;
  /** What happens to files that were put lazily and not made durable: `kept` says how many of its bytes each keeps. */
  losePower(kept: (path: string, length: number) => number | null): void;
};

/**
 * The public files, in memory.
 * @param options `lazy` offers lazy writes, which {@link MemoryTileStore.losePower} then loses
 * @example await createMemoryTileStore().read('checkpoint') // null
 */
export function createMemoryTileStore(options: { readonly lazy?: boolean } = {}): MemoryTileStore {
  const files = new Map<string, Uint8Array>();
  let volatile = new Set<string>();
  const put = (path: string, content: Uint8Array, mayReplace: (present: Uint8Array) => boolean): void => {
    checkLogPath(path);
    const present = files.get(path);
    if (present && !equalBytes(present, content) && !mayReplace(present)) throw new TileConflictError(path);
    files.set(path, content.slice());
  };
  const lazily: LazyWrites = {
    async writeNew(path, content) {
      if (!files.has(path)) volatile.add(path);
      put(path, content, () => false);
    },
    async sync() {
      volatile = new Set();
    },
    async restore(path, content) {
      put(path, content, (present) => isTorn(present, content));
      volatile.delete(path);
    },
  };
  return {
    files,
    ...(options.lazy ? { lazily } : {}),
    losePower(kept) {
      for (const path of volatile) {
        const length = kept(path, files.get(path)?.length ?? 0);
        if (length === null) files.delete(path);
        else if (files.has(path)) files.set(path, files.get(path)!.slice(0, length));
      }
      volatile = new Set();
    },
    async read(path) {
      checkLogPath(path);
      return files.get(path)?.slice() ?? null;
    },
    writeNew: async (path, content) => put(path, content, () => false),
    async replace(path, content) {
      checkLogPath(path);
      files.set(path, content.slice());
    },
    async remove(path) {
      checkLogPath(path);
      files.delete(path);
    },
    async *list(folder) {
      for (const path of files.keys()) if (folder === '' || path.startsWith(`${folder}/`)) yield path;
    },
  };
}
