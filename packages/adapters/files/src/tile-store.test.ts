import { mkdir, mkdtemp, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testTileStore } from '@veche/ledger/tile-store.conformance.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTileStore } from './tile-store.ts';
import { isFull } from './storage-error.ts';

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

testTileStore('a folder', async () => {
  const open = () => createTileStore(root, scratch);
  return { store: open(), other: open() };
});

describe('a tile store on files', () => {
  it('makes files that nobody may write, and leaves nothing unfinished behind', async () => {
    const store = createTileStore(root, scratch);
    await store.writeNew('tile/0/000', bytes('tile'));
    await store.writeNew('tile/0/000', bytes('Tile')).catch(() => {});
    expect((await stat(join(root, 'tile/0/000'))).mode & 0o777).toBe(0o444);
    expect(await readdir(scratch)).toEqual([]);
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

  it('leaves nothing half written when a write fails', async () => {
    // A link that leads nowhere in place of the folder: making it fails after the file could have been begun.
    await mkdir(root);
    await symlink(join(folder, 'nowhere', 'deeper'), join(root, 'tile'));
    const store = createTileStore(root, scratch);
    await expect(store.writeNew('tile/0/000', bytes('tile'))).rejects.toThrow(/tile/);
    expect(await readdir(scratch)).toEqual([]);
  });

  it('tells a full disk from other faults', () => {
    expect(isFull(Object.assign(new Error('no space'), { code: 'ENOSPC' }))).toBe(true);
    expect(isFull(Object.assign(new Error('denied'), { code: 'EACCES' }))).toBe(false);
  });

  it('rejects, of files that are asked for together, only those that fail', async () => {
    await mkdir(join(root, 'tile'), { recursive: true });
    await writeFile(join(root, 'tile/0'), 'a file in place of a folder');
    const store = createTileStore(root, scratch);
    const outcomes = await Promise.allSettled([
      store.writeNew('tile/0/000', bytes('tile')),
      store.writeNew('tile/1/000', bytes('tile')),
      store.writeNew('tile/1/000', bytes('tile')),
      store.writeNew('tile/1/000', bytes('Tile')),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled', 'rejected']);
    expect(await readdir(scratch)).toEqual([]);
  });
});
