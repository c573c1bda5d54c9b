import { describe, expect, it } from 'vitest';
import { encodeUtf8 } from './bytes.ts';
import { fsck } from './fsck.ts';
import type { FsckOptions, FsckReport, FsckState } from './fsck.ts';
import { logOfLeaves } from './log.fixture.ts';
import { leafHash, rootOf } from './tree.ts';

type Log = ReturnType<typeof logOfLeaves>;
const leafOf = (i: number): Uint8Array => encodeUtf8(`entry ${i}`);
const logOf = (size: number): Log => logOfLeaves(Array.from({ length: size }, (_, i) => leafOf(i)));
const check = ({ files, size, root }: Log, changed: Partial<FsckOptions> = {}): Promise<FsckReport> =>
  fsck({ size, root, read: async (path) => files.get(path) ?? null, ...changed });

const SIZES = [0, 1, 2, 255, 256, 257, 511, 512, 1_000];
const small = logOf(1_000);

describe('fsck', () => {
  it.each(SIZES)('derives a log of %i entries, and every file of it', async (size) => {
    const log = logOf(size);
    expect(await check(log)).toEqual({
      ok: true,
      entries: size,
      files: log.files.size,
      faults: [],
      complete: true,
    });
  });
  it('gives every leaf once and in order', async () => {
    const seen: string[] = [];
    await check(small, {
      onEntries: (from, leaves) => {
        expect(from).toBe(seen.length);
        seen.push(...leaves.map((leaf) => new TextDecoder().decode(leaf)));
      },
    });
    expect(seen).toEqual(Array.from({ length: 1_000 }, (_, i) => `entry ${i}`));
  });
  it('names every file with a changed byte, and no other', async () => {
    for (const path of small.files.keys())
      for (const at of [0, 0.5, 1]) {
        const content = small.files.get(path)!.slice();
        content[Math.floor(at * (content.length - 1))]! ^= 1;
        const files = new Map([...small.files, [path, content]]);
        const { ok, faults } = await check({ ...small, files });
        expect(ok).toBe(false);
        expect(faults.map((fault) => fault.path)).toEqual([path]);
      }
  });
  it('names a file that is missing, cut short or too long', async () => {
    for (const [path, content] of small.files)
      for (const [other, reason] of [
        [null, 'missing'],
        [content.slice(0, -1), 'wrong-length'],
        [new Uint8Array([...content, 0]), 'wrong-length'],
      ] as const) {
        const files = new Map(small.files);
        if (other) files.set(path, other);
        else files.delete(path);
        expect((await check({ ...small, files })).faults).toEqual([{ path, reason }]);
      }
  });
  it('names all of several broken files in one run', async () => {
    const broken = ['tile/entries/000', 'tile/0/001', 'tile/entries/002'];
    const files = new Map(small.files);
    const breakFile = (path: string) =>
      files.set(
        path,
        files.get(path)!.map((byte, i) => (i === 5 ? byte ^ 4 : byte)),
      );
    broken.forEach(breakFile);
    expect(await check({ ...small, files })).toMatchObject({
      faults: broken.map((path) => ({ path, reason: 'wrong-content' })),
      complete: true,
    });
    // Without the right edge nothing below can be judged: that there may be more is said.
    breakFile('tile/0/003.p/232');
    const { ok, complete, faults } = await check({ ...small, files });
    expect([ok, complete]).toEqual([false, false]);
    expect(faults).toContainEqual({ path: 'tile/0/003.p/232', reason: 'wrong-content' });
  });
  it('finds an entry that was changed together with its own tile', async () => {
    const leaves = Array.from({ length: 1_000 }, (_, i) => leafOf(i === 300 ? 7 : i));
    const forged = logOfLeaves(leaves);
    const files = new Map(small.files);
    for (const path of ['tile/entries/001', 'tile/0/001']) files.set(path, forged.files.get(path)!);
    expect((await check({ ...small, files })).faults.map(({ path }) => path)).toContain('tile/0/001');
    // With all tiles above changed as well, only the root is left to tell.
    const { faults } = await check({ ...forged, root: small.root });
    expect(faults.length).toBeGreaterThan(0);
  });
  it('reads partial tiles that are gone from the full ones that replaced them', async () => {
    const longer = logOf(1_300);
    const files = new Map([...longer.files].filter(([path]) => !path.includes('.p/')));
    const upper = [...small.files].filter(([path]) => path.startsWith('tile/1/'));
    expect((await check({ ...small, files: new Map([...files, ...upper]) })).ok).toBe(true);
  });
  it('goes on from where it stopped, also when the log has grown since', async () => {
    const states: FsckState[] = [];
    await check(small, { onProgress: (_progress, state) => void states.push(state()) });
    expect(states.map(({ entries }) => entries)).toEqual([256, 512, 768, 768]);
    const longer = logOf(1_300);
    for (const log of [small, longer])
      for (const from of JSON.parse(JSON.stringify(states)) as FsckState[]) {
        const { ok, entries, files } = await check(log, { from });
        expect([ok, entries]).toEqual([true, log.size]);
        expect(files).toBeLessThan(log.files.size);
      }
    // What an earlier run had of another log does not lead to this root.
    const other = logOfLeaves(Array.from({ length: 1_000 }, (_, i) => leafOf(i + 1)));
    expect((await check(other, { from: states[2]! })).ok).toBe(false);
    for (const wrong of [
      { entries: 100, tiles: [] },
      { entries: -256, tiles: [] },
      { ...states[1]!, tiles: [] },
      { ...states[1]!, entries: 256 },
      { ...states[1]!, entries: 131_072 },
    ])
      await expect(check(small, { from: wrong })).rejects.toMatchObject({ code: 'tile' });
  });
  it('holds no more files at a time than it was told to', async () => {
    let reading = 0;
    let most = 0;
    const read = async (path: string) => {
      most = Math.max(most, ++reading);
      await Promise.resolve();
      reading--;
      return small.files.get(path) ?? null;
    };
    expect((await check(small, { read, atOnce: 2 })).ok).toBe(true);
    expect(most).toBeLessThanOrEqual(4);
  });
  it('leaves a log out of reach to the caller', async () => {
    const read = async () => Promise.reject(new Error('offline'));
    await expect(check(small, { read })).rejects.toThrow('offline');
  });
});

it('the sample logs have the root of their leaves', () => {
  expect(small.root).toEqual(rootOf(Array.from({ length: 1_000 }, (_, i) => leafOf(i))));
  expect(small.files.get('tile/0/000')!.slice(0, 32)).toEqual(leafHash(leafOf(0)));
});
