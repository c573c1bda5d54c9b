import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  clearScratch,
  findKey,
  forgetReplacedKey,
  loadOrCreateKey,
  prepareDataDir,
  replaceKey,
} from './data-dir.ts';
import { createFileStore } from './file-store.ts';

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'veche-data-'))));
afterEach(() => rm(folder, { recursive: true, force: true }));

const rights = async (path: string): Promise<number> => (await stat(path)).mode & 0o777;

describe('the data folder', () => {
  it('is made with private permissions', async () => {
    const dataDir = await prepareDataDir(join(folder, 'var'));
    for (const path of [dataDir.root, dataDir.keys, dataDir.log, dataDir.files, dataDir.scratch]) {
      expect(await rights(path)).toBe(0o700);
    }
  });

  it('takes away what others were given by mistake', async () => {
    const dataDir = await prepareDataDir(join(folder, 'var'));
    await chmod(dataDir.keys, 0o755);
    await prepareDataDir(join(folder, 'var'));
    expect(await rights(dataDir.keys)).toBe(0o700);
  });

  it('makes a key once, readable by its owner only, and keeps its name', async () => {
    const dataDir = await prepareDataDir(folder);
    const made = await Promise.all(
      [1, 2, 3].map(() => loadOrCreateKey(dataDir, 'log.key', 'veche.example/log/v1')),
    );
    expect(new Set(made.map(({ seed }) => Buffer.from(seed).toString('hex'))).size).toBe(1);
    expect(await rights(join(dataDir.keys, 'log.key'))).toBe(0o600);
    expect(await readFile(join(dataDir.keys, 'log.key'), 'utf8')).toMatch(
      /^PRIVATE\+KEY\+veche\.example\/log\/v1\+/,
    );
    expect((await loadOrCreateKey(dataDir, 'log.key', 'other.example')).name).toBe('veche.example/log/v1');
  });

  it('refuses a key file that holds something else, without repeating it', async () => {
    const dataDir = await prepareDataDir(folder);
    await writeFile(join(dataDir.keys, 'log.key'), 'PRIVATE+KEY+secret');
    await expect(loadOrCreateKey(dataDir, 'log.key', 'a')).rejects.toThrow(/^(?!.*secret)/);
  });

  it('replaces a key by another of the same name, keeping the old one until it is told to forget it', async () => {
    const dataDir = await prepareDataDir(folder);
    await expect(replaceKey(dataDir, 'log.key')).rejects.toThrow(/no log.key/);
    const old = await loadOrCreateKey(dataDir, 'log.key', 'veche.example/log/v1');
    // Interrupted after the first of its two steps.
    await writeFile(join(dataDir.keys, 'log.key.retiring'), await readFile(join(dataDir.keys, 'log.key')), {
      mode: 0o600,
    });
    await replaceKey(dataDir, 'log.key');
    const made = (await findKey(dataDir, 'log.key'))!;
    expect(made.name).toBe(old.name);
    expect(made.seed).not.toEqual(old.seed);
    expect(await findKey(dataDir, 'log.key.retiring')).toEqual(old);
    expect(await rights(join(dataDir.keys, 'log.key'))).toBe(0o600);
    await expect(replaceKey(dataDir, 'log.key')).rejects.toThrow(/already/);
    expect(await findKey(dataDir, 'log.key')).toEqual(made);
    await forgetReplacedKey(dataDir, 'log.key');
    await forgetReplacedKey(dataDir, 'log.key');
    expect(await findKey(dataDir, 'log.key.retiring')).toBeNull();
    expect(await readdir(dataDir.keys)).toEqual(['log.key']);
  });

  it('forgets unfinished files', async () => {
    const dataDir = await prepareDataDir(folder);
    await writeFile(join(dataDir.scratch, 'half'), 'x');
    await clearScratch(dataDir);
    expect(await readdir(dataDir.scratch)).toEqual([]);
  });
});

describe('a file store', () => {
  it('keeps files privately and replaces them whole', async () => {
    const { files, scratch } = await prepareDataDir(folder);
    const store = createFileStore(files, scratch);
    await store.put('minutes/abc-1.pdf', Buffer.from('one'));
    await store.put('minutes/abc-1.pdf', Buffer.from('two'));
    expect(await store.get('minutes/abc-1.pdf')).toEqual(Buffer.from('two'));
    expect(await rights(join(files, 'minutes/abc-1.pdf'))).toBe(0o600);
    expect(await store.get('minutes/none.pdf')).toBeNull();
  });

  it.each(['../keys/log.key', '/etc/passwd', 'a/../b', 'a//b', '.hidden', 'Ä', ''])(
    'refuses the name %j',
    async (name) => {
      const { files, scratch } = await prepareDataDir(folder);
      await expect(createFileStore(files, scratch).get(name)).rejects.toThrow(RangeError);
    },
  );
});
