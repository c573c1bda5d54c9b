import { mkdir, mkdtemp, readdir, rm, stat, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TileConflictError } from '@veche/ledger/sequencer.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTileStore } from './tile-store.ts';
import { explainStorageError, StorageFullError } from './storage-error.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
let folder: string;
let root: string;
let scratch: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'veche-tiles-'));
  root = join(folder, 'log');
  scratch = join(folder, 'scratch');
  await mkdir(scratch);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('a tile store on files', () => {
  it('gives back what was put, and null for what was not', async () => {
    const store = createTileStore(root, scratch);
    await store.writeNew('tile/0/x001/234.p/5', bytes('five'));
    expect(await store.read('tile/0/x001/234.p/5')).toEqual(Buffer.from('five'));
    expect(await store.read('tile/0/000')).toBeNull();
    // The folder of partial tiles is no tile.
    expect(await store.read('tile/0/x001/234')).toBeNull();
  });

  it('makes files that nobody may write, and leaves nothing unfinished behind', async () => {
    const store = createTileStore(root, scratch);
    await store.writeNew('tile/0/000', bytes('tile'));
    expect((await stat(join(root, 'tile/0/000'))).mode & 0o777).toBe(0o444);
    expect(await readdir(scratch)).toEqual([]);
  });

  it('accepts the same bytes again and refuses others', async () => {
    const store = createTileStore(root, scratch);
    await store.writeNew('tile/0/000', bytes('tile'));
    await store.writeNew('tile/0/000', bytes('tile'));
    await expect(store.writeNew('tile/0/000', bytes('Tile'))).rejects.toThrow(TileConflictError);
    expect(await store.read('tile/0/000')).toEqual(Buffer.from('tile'));
    expect(await readdir(scratch)).toEqual([]);
  });

  it('lets one of many writers of a name win, and tells the others', async () => {
    const store = createTileStore(root, scratch);
    const writes = await Promise.allSettled(
      ['a', 'b', 'c', 'd', 'e', 'f'].map((text) => store.writeNew('tile/entries/000', bytes(text))),
    );
    expect(writes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('replaces the checkpoint', async () => {
    const store = createTileStore(root, scratch);
    await store.replace('checkpoint', bytes('one'));
    await store.replace('checkpoint', bytes('two'));
    expect(await store.read('checkpoint')).toEqual(Buffer.from('two'));
  });

  it('removes the last partial tile together with its folder, and nothing beside it', async () => {
    const store = createTileStore(root, scratch);
    await store.writeNew('tile/0/000.p/1', bytes('1'));
    await store.writeNew('tile/0/000.p/2', bytes('2'));
    await store.writeNew('tile/0/000', bytes('full'));
    await store.remove('tile/0/000.p/1');
    expect(await readdir(join(root, 'tile/0'))).toEqual(['000', '000.p']);
    await store.remove('tile/0/000.p/2');
    await store.remove('tile/0/000.p/2');
    expect(await readdir(join(root, 'tile/0'))).toEqual(['000']);
  });

  it.each(['../checkpoint', 'tile/0/../../x', '/etc/passwd', 'tile/0/0', 'tile//000', 'checkpoint.bak', ''])(
    'refuses the path %j',
    async (path) => {
      const store = createTileStore(root, scratch);
      await expect((async () => store.read(path))()).rejects.toThrow(RangeError);
      await expect((async () => store.writeNew(path, bytes('x')))()).rejects.toThrow(RangeError);
    },
  );

  it('leaves nothing half written when a write fails', async () => {
    // A link that leads nowhere in place of the folder: making it fails after the file could have been begun.
    await mkdir(root);
    await symlink(join(folder, 'nowhere', 'deeper'), join(root, 'tile'));
    const store = createTileStore(root, scratch);
    await expect(store.writeNew('tile/0/000', bytes('tile'))).rejects.toThrow(/tile/);
    expect(await readdir(scratch)).toEqual([]);
  });

  it('tells a full disk from other faults', () => {
    const full = Object.assign(new Error('no space'), { code: 'ENOSPC' });
    expect(explainStorageError(full, 'tile/0/000')).toBeInstanceOf(StorageFullError);
    const other = Object.assign(new Error('denied'), { code: 'EACCES' });
    expect(explainStorageError(other, 'tile/0/000')).toBe(other);
  });
});
