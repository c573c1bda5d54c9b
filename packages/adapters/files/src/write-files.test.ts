// A disk that keeps other bytes than it was given: found before anybody is told that the file is there.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it, vi } from 'vitest';
import { writeFiles } from './write-files.ts';

const disk = vi.hoisted(() => ({ isFaulty: false }));
vi.mock('node:fs', async (importOriginal) => {
  const real = await importOriginal<typeof import('node:fs')>();
  return {
    ...real,
    writeSync: (file: number, content: Uint8Array, at: number) =>
      real.writeSync(file, disk.isFaulty ? content.map((byte) => byte ^ 1) : content, at),
  };
});

const folder = mkdtempSync(join(tmpdir(), 'veche-write-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('reads back what is put soon, and leaves nothing of what the disk has changed', () => {
  const task = {
    act: 'soon',
    path: join(folder, 'tile'),
    content: new Uint8Array([1, 2, 3]),
    mode: 0o444,
    scratch: folder,
  } as const;
  disk.isFaulty = true;
  expect(writeFiles([task])).toEqual([{ code: 'EREADBACK', full: false }]);
  expect(existsSync(task.path)).toBe(false);
  disk.isFaulty = false;
  expect(writeFiles([task])).toEqual(['done']);
});
