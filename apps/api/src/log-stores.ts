// Opens the places where a log may lie: a folder of this machine, object storage, another server's public address.
import { mkdir, readdir, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { createTileStore } from '@veche/files/tile-store.ts';
import type { LogReader } from '@veche/ledger/audit.ts';
import { decodeUtf8 } from '@veche/ledger/bytes.ts';
import { LedgerFault } from '@veche/ledger/fault.ts';
import { createHttpLogReader, type Fetch } from '@veche/ledger/log-reader.ts';
import type { ListedTileStore } from '@veche/ledger/log-store.ts';
import { errorCode } from '@veche/files/storage-error.ts';

export type OpenLogStore = {
  readonly store: ListedTileStore;
  /** For people: never a secret. */
  readonly name: string;
  close(): void;
};

/** One answer of another server must be whole within this, and no file of a log is larger: 256 entries of 64 KiB. */
const FETCH_MS = 30_000;
const LARGEST_FILE = 256 * (2 + 65_535);

/**
 * A store of log files: `s3://bucket/prefix`, or a folder, which is made. Unfinished files of a folder are kept beside it.
 * @throws ObjectStoreError, RangeError: when the storage cannot keep a log; the system's error when the folder cannot be made.
 */
export async function openLogStore(place: string): Promise<OpenLogStore> {
  if (place.startsWith('s3://')) {
    // Loaded only where it is used: the client is the size of the rest of the server.
    const { createS3TileStore, parseS3Url } = await import('@veche/s3/tile-store.ts');
    const store = createS3TileStore(parseS3Url(place));
    await store.proveConditionalWrites();
    return { store, name: place, close: () => store.close() };
  }
  const root = resolve(place);
  const scratch = join(dirname(root), `.${basename(root)}.unfinished`);
  await mkdir(root, { recursive: true, mode: 0o755 });
  await mkdir(scratch, { recursive: true, mode: 0o700 });
  return { store: createTileStore(root, scratch), name: root, close: () => {} };
}

/** Removes what an earlier process left unfinished beside a folder. Only while no other process writes there. */
export async function clearUnfinished(place: string): Promise<void> {
  if (place.startsWith('s3://')) return;
  const root = resolve(place);
  const scratch = join(dirname(root), `.${basename(root)}.unfinished`);
  for (const name of await readdir(scratch)) await rm(join(scratch, name), { force: true });
}

/** A log to be read: `https://…/log/v1`, `s3://bucket/prefix`, or a folder. Nothing of it is trusted. */
export async function openLogSource(
  place: string,
): Promise<{ readonly log: LogReader; readonly name: string; close(): void }> {
  if (/^https?:\/\//.test(place))
    return { log: createHttpLogReader(place, boundedFetch), name: place, close: () => {} };
  if (!place.startsWith('s3://')) {
    const root = resolve(place);
    await readdir(root).catch((error: unknown) => {
      if (['ENOENT', 'ENOTDIR'].includes(errorCode(error)))
        throw new LedgerFault('unreachable', 'there is no log in this folder', { cause: error });
      throw error;
    });
    // It is only read: there will be nothing unfinished.
    return { log: readerOf(createTileStore(root, root)), name: root, close: () => {} };
  }
  const { createS3TileStore, parseS3Url } = await import('@veche/s3/tile-store.ts');
  const store = createS3TileStore(parseS3Url(place));
  return { log: readerOf(store), name: place, close: () => store.close() };
}

/** The log of a store, as whoever checks it reads it. */
export const readerOf = (store: Pick<ListedTileStore, 'read'>): LogReader => ({
  async checkpoint() {
    const note = await store.read('checkpoint');
    if (!note) throw new LedgerFault('unreachable', 'there is no checkpoint of a log');
    return decodeUtf8(note);
  },
  read: (path) => store.read(path),
});

/** The web's fetch, with an end: neither a silent server nor one that never stops talking holds us. */
const boundedFetch: Fetch = async (url, init) => {
  const response = await fetch(url, {
    ...init,
    redirect: 'error',
    headers: { 'accept-encoding': 'identity' },
    signal: AbortSignal.timeout(FETCH_MS),
  });
  return {
    ok: response.ok,
    status: response.status,
    async arrayBuffer() {
      const parts: Uint8Array[] = [];
      let length = 0;
      for await (const part of response.body ?? []) {
        length += (part as Uint8Array).length;
        if (length > LARGEST_FILE) throw new RangeError('expected a file of a log');
        parts.push(part as Uint8Array);
      }
      return new Uint8Array(Buffer.concat(parts)).buffer;
    },
  };
};
