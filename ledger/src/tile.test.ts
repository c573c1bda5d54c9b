import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeHex, encodeHex, encodeUtf8 } from './bytes.ts';
import { checkLogFiles } from './log-files.ts';
import {
  TILE_WIDTH,
  TileFault,
  createTileReader,
  createTileTree,
  decodeEntryBundle,
  encodeEntryBundle,
  itemsAtLevel,
  newTilesOf,
  parseTilePath,
  partialWidths,
  rootFromEdge,
  tilePath,
  tilesOf,
} from './tile.ts';
import {
  checkConsistency,
  checkInclusion,
  leafHash,
  proveConsistency,
  proveInclusion,
  readRoot,
  rootOf,
} from './tree.ts';

const leavesOf = (size: number): Uint8Array[] =>
  Array.from({ length: size }, (_, i) => encodeUtf8(`entry ${i}`));

/** The files of a log, made straight from the definition of a tile. */
function filesOf(leaves: readonly Uint8Array[]): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  for (const tile of tilesOf(leaves.length)) {
    const { level, index, width } = tile;
    if (level === 'entries')
      files.set(
        tilePath(tile),
        encodeEntryBundle(leaves.slice(index * TILE_WIDTH, index * TILE_WIDTH + width)),
      );
    else {
      const span = TILE_WIDTH ** level;
      const content = new Uint8Array(width * 32);
      for (let i = 0; i < width; i++) {
        const start = (index * TILE_WIDTH + i) * span;
        content.set(rootOf(leaves.slice(start, start + span)), i * 32);
      }
      files.set(tilePath(tile), content);
    }
  }
  return files;
}

describe('tile paths', () => {
  it.each([
    ['tile/0/000', { level: 0, index: 0, width: 256 }],
    ['tile/0/000.p/1', { level: 0, index: 0, width: 1 }],
    ['tile/3/x123/x456/078', { level: 3, index: 123456078, width: 256 }],
    ['tile/1/x001/x234/067.p/8', { level: 1, index: 1234067, width: 8 }],
    ['tile/entries/x001/000.p/255', { level: 'entries', index: 1000, width: 255 }],
    ['tile/63/000', { level: 63, index: 0, width: 256 }],
  ] as const)('%s', (path, tile) => {
    expect(tilePath(tile)).toBe(path);
    expect(parseTilePath(path)).toEqual(tile);
  });
  it.each([
    'tile/3/5/123/456/078',
    'tile/3/x123/x456/78',
    'tile/3/-1/123/456/078',
    'tile/3/x003/456/x078',
    'tile/0/x000/000',
    'tile/-1/000',
    'tile/64/000',
    'tile/00/000',
    'tile/0/000.p/0',
    'tile/0/000.p/256',
    'tile/0/000.p/01',
    'tile/0/000.p/',
    'tile/0/000.p/1/',
    'tile/0/00',
    'tile/0/0000',
    'tile/data/000',
    '/tile/0/000',
    'tile/0/000\n',
    'checkpoint',
    '',
  ])('refuses %j', (path) => expect(() => parseTilePath(path)).toThrow('expected the path of a tile'));
  it('come back as they went, whatever the tile', () => {
    const level = fc.oneof(fc.nat(63), fc.constant('entries' as const));
    fc.assert(
      fc.property(level, fc.maxSafeNat(), fc.integer({ min: 1, max: 256 }), (l, index, width) => {
        const tile = { level: l, index, width };
        expect(parseTilePath(tilePath(tile))).toEqual(tile);
      }),
    );
  });
});

describe('the tiles of a size', () => {
  it('for 70,000 are those that the specification counts', () => {
    const tiles = [...tilesOf(70_000)].filter(({ level }) => level !== 'entries');
    const ofLevel = (level: number) => tiles.filter((tile) => tile.level === level);
    expect(ofLevel(0).length).toBe(274);
    expect(tilePath(ofLevel(0).at(-1)!)).toBe('tile/0/273.p/112');
    expect(ofLevel(1).map(tilePath)).toEqual(['tile/1/000', 'tile/1/001.p/17']);
    expect(ofLevel(2).map(tilePath)).toEqual(['tile/2/000.p/1']);
    expect(partialWidths(70_000)).toEqual([112, 17, 1]);
  });
  it('from one size to another, step by step, add up to all tiles of the last', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 8 }), (steps) => {
        const last = steps.reduce((a, b) => a + b, 0);
        const seen = new Set<string>();
        let size = 0;
        for (const step of steps) {
          for (const tile of newTilesOf(size, size + step)) seen.add(tilePath(tile));
          size += step;
        }
        for (const tile of tilesOf(last)) expect(seen.has(tilePath(tile))).toBe(true);
      }),
      { numRuns: 50 },
    );
  });
});

describe('entry bundles', () => {
  it('have the bytes of the golden log', () => {
    expect(encodeHex(encodeEntryBundle([encodeUtf8('one'), encodeUtf8('two')]))).toBe('00036f6e65000374776f');
  });
  it('take leaves of 65,535 bytes and refuse longer ones', () => {
    expect(decodeEntryBundle(encodeEntryBundle([new Uint8Array(65_535)]), 1)[0]!.length).toBe(65_535);
    expect(() => encodeEntryBundle([new Uint8Array(65_536)])).toThrow(RangeError);
  });
  it.each([
    ['0003', 1],
    ['00', 1],
    ['00036f6e', 1],
    ['00036f6e6500', 1],
    ['00036f6e65', 2],
    ['00036f6e65', 0],
    ['', 1],
  ])('refuses %j as %i leaves', (hex, width) => {
    expect(() => decodeEntryBundle(decodeHex(hex), width)).toThrow(/entry bundle/);
  });
});

describe('the reader of tiles', () => {
  it('proves leaves and history from authenticated tiles, at the edges of tiles', async () => {
    for (const size of [1, 2, 255, 256, 257, 511, 512, 513, 700]) {
      const leaves = leavesOf(size);
      const files = filesOf(leaves);
      const root = rootOf(leaves);
      const reader = createTileReader({ size, root, read: async (path) => files.get(path) ?? null });
      expect(await readRoot(size, reader.hashes)).toEqual(root);
      for (const index of [0, Math.floor(size / 2), size - 1]) {
        checkInclusion(
          await proveInclusion(index, size, reader.hashes),
          index,
          leafHash(leaves[index]!),
          size,
          root,
        );
        const at = Math.floor(index / TILE_WIDTH);
        expect((await reader.entries(at))[index % TILE_WIDTH]).toEqual(leaves[index]);
        const old = rootOf(leaves.slice(0, index + 1));
        checkConsistency(await proveConsistency(index + 1, size, reader.hashes), index + 1, old, size, root);
      }
      expect(
        rootFromEdge(
          partialWidths(size).map((width, level) => {
            const index = Math.floor(itemsAtLevel(size, level) / TILE_WIDTH);
            return width === 0 ? null : createTileTree(files.get(tilePath({ level, index, width }))!);
          }),
        ),
      ).toEqual(root);
    }
  });
  it('takes the full tile when the partial one is gone', async () => {
    const leaves = leavesOf(300);
    const files = filesOf(leaves);
    const root = rootOf(leaves.slice(0, 100));
    const reader = createTileReader({ size: 100, root, read: async (path) => files.get(path) ?? null });
    expect(await readRoot(100, reader.hashes)).toEqual(root);
    expect((await reader.entries(0)).length).toBe(100);
  });
  it('names the file in which a byte was flipped, whichever it is', async () => {
    const leaves = leavesOf(600);
    const clean = filesOf(leaves);
    const root = rootOf(leaves);
    for (const path of clean.keys())
      for (const at of [0, Math.floor(clean.get(path)!.length / 2), clean.get(path)!.length - 1]) {
        const files = new Map(clean);
        const content = files.get(path)!.slice();
        content[at]! ^= 1;
        files.set(path, content);
        const fault = await readAll(600, root, files).catch((thrown: unknown) => thrown);
        expect(fault).toBeInstanceOf(TileFault);
        expect((fault as TileFault).path).toBe(path);
      }
  });
  it('names the file that is missing, cut or longer', async () => {
    const leaves = leavesOf(600);
    const clean = filesOf(leaves);
    const root = rootOf(leaves);
    for (const [path, content] of clean)
      for (const changed of [null, content.slice(1), content.slice(0, -1), new Uint8Array([...content, 0])]) {
        const files = new Map(clean);
        if (changed) files.set(path, changed);
        else files.delete(path);
        const fault = await readAll(600, root, files).catch((thrown: unknown) => thrown);
        expect(fault).toBeInstanceOf(TileFault);
        expect((fault as TileFault).path).toBe(path);
        expect((fault as TileFault).reason === 'missing').toBe(changed === null);
      }
  });
  it('reads a file again after a failure that passed', async () => {
    const leaves = leavesOf(300);
    const files = filesOf(leaves);
    let broken = true;
    const read = async (path: string) => (broken && path === 'tile/0/000' ? null : (files.get(path) ?? null));
    const reader = createTileReader({ size: 300, root: rootOf(leaves), read });
    await expect(reader.tile(0, 0)).rejects.toThrow('tile/0/000: missing');
    broken = false;
    expect((await reader.tile(0, 0)).width).toBe(256);
  });
});

async function readAll(size: number, root: Uint8Array, files: Map<string, Uint8Array>): Promise<void> {
  const reader = createTileReader({ size, root, read: async (path) => files.get(path) ?? null });
  for (const { level, index } of tilesOf(size))
    if (level === 'entries') await reader.entries(index);
    else await reader.tile(level, index);
}

describe('the check of a folder', () => {
  const leaves = leavesOf(600);
  const root = rootOf(leaves);
  const filesWithOld = () =>
    new Map([...filesOf(leaves.slice(0, 520)), ...filesOf(leaves.slice(0, 40)), ...filesOf(leaves)]);
  const check = (files: Map<string, Uint8Array>) =>
    checkLogFiles({ size: 600, root, read: async (path) => files.get(path) ?? null, paths: files.keys() });

  it('takes superseded partial tiles that begin the present ones', async () => {
    const files = filesWithOld();
    expect(await check(files)).toEqual({ checked: files.size, ahead: 0 });
  });
  it('names a flipped byte in a superseded tile, and files of other names', async () => {
    for (const path of [
      'tile/0/000.p/40',
      'tile/entries/000.p/40',
      'tile/0/002.p/8',
      'tile/entries/002.p/8',
    ]) {
      const files = filesWithOld();
      const content = files.get(path)!.slice();
      content[content.length - 1]! ^= 1;
      await expect(check(files.set(path, content))).rejects.toMatchObject({ path, reason: 'wrong-content' });
    }
    await expect(check(filesWithOld().set('notes.txt', new Uint8Array()))).rejects.toMatchObject({
      path: 'notes.txt',
      reason: 'unknown',
    });
  });
  it('counts files that are ahead of the checkpoint, and checks the part it covers', async () => {
    const more = filesOf(leavesOf(900));
    const files = new Map([...filesWithOld(), ...more]);
    const { ahead } = await check(files);
    expect(ahead).toBeGreaterThan(0);
    const content = files.get('tile/0/002')!.slice();
    content[0]! ^= 1;
    await expect(check(files.set('tile/0/002', content))).rejects.toMatchObject({ path: 'tile/0/002' });
  });
});
