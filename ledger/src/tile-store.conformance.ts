// What every store of log files must do, run against each of them: memory, a folder, S3. A store that passes may hold a log.
// For tests only; nothing that is shipped imports it.
import { describe, expect, it } from 'vitest';
import { encodeUtf8, equalBytes } from './bytes.ts';
import type { ListedTileStore } from './log-store.ts';
import { TileConflictError } from './sequencer.ts';
import { tilePath } from './tile.ts';

/** A new, empty store, and a second client of the same place, as another process would have it. */
export type OpenStores = () => Promise<{
  readonly store: ListedTileStore;
  readonly other: ListedTileStore;
}>;

const bytes = encodeUtf8;

async function listAll(store: ListedTileStore, folder = ''): Promise<string[]> {
  const paths: string[] = [];
  for await (const path of store.list(folder)) paths.push(path);
  return paths.sort();
}

export function testTileStore(name: string, open: OpenStores): void {
  describe(`${name} as a store of log files`, () => {
    it('gives back what was put, to every client, and null for what was not', async () => {
      const { store, other } = await open();
      await store.writeNew('tile/0/x001/234.p/5', bytes('five'));
      for (const one of [store, other]) {
        expect(equalBytes((await one.read('tile/0/x001/234.p/5'))!, bytes('five'))).toBe(true);
        expect(await one.read('tile/0/000')).toBeNull();
        // A folder of partial tiles is no tile.
        expect(await one.read('tile/0/x001/234')).toBeNull();
        expect(await one.read('checkpoint')).toBeNull();
      }
    });

    it('accepts the same bytes again and refuses others, whoever wrote the first', async () => {
      const { store, other } = await open();
      await store.writeNew('tile/0/000', bytes('tile'));
      await store.writeNew('tile/0/000', bytes('tile'));
      await other.writeNew('tile/0/000', bytes('tile'));
      for (const wrong of ['Tile', 'til', 'tile ', ''])
        await expect(other.writeNew('tile/0/000', bytes(wrong))).rejects.toThrow(TileConflictError);
      expect(equalBytes((await store.read('tile/0/000'))!, bytes('tile'))).toBe(true);
    });

    it('keeps a partial tile as it was first written, however late another write of its name comes', async () => {
      const { store, other } = await open();
      await store.writeNew('tile/entries/000.p/3', bytes('abc'));
      await store.writeNew('tile/entries/000.p/4', bytes('abcd'));
      await store.writeNew('tile/entries/000', bytes('abcdef'));
      // The attempt of a writer that was overtaken, repeated with the bytes of another history.
      await expect(other.writeNew('tile/entries/000.p/3', bytes('abX'))).rejects.toThrow(TileConflictError);
      await other.writeNew('tile/entries/000.p/3', bytes('abc'));
      expect(equalBytes((await store.read('tile/entries/000.p/3'))!, bytes('abc'))).toBe(true);
      expect(equalBytes((await store.read('tile/entries/000'))!, bytes('abcdef'))).toBe(true);
    });

    it('puts new files lazily as it puts them at once, where it offers to', async () => {
      const { store, other } = await open();
      const lazily = store.lazily ?? { writeNew: store.writeNew, sync: async () => {} };
      await lazily.writeNew('tile/0/000.p/1', bytes('1'));
      await lazily.writeNew('tile/0/000.p/1', bytes('1'));
      await expect(lazily.writeNew('tile/0/000.p/1', bytes('2'))).rejects.toThrow(TileConflictError);
      expect(equalBytes((await other.read('tile/0/000.p/1'))!, bytes('1'))).toBe(true);
      await lazily.sync();
      await store.remove('tile/0/000.p/1');
      await lazily.writeNew('tile/0/000.p/2', bytes('12'));
      await store.remove('tile/0/000.p/2');
      // What was removed meanwhile need not be made durable any more.
      await lazily.sync();
      expect(await listAll(other)).toEqual([]);
    });

    it('restores what a failed machine has left in part, and nothing else', async () => {
      const { store } = await open();
      const restore = store.lazily?.restore ?? store.writeNew;
      const torn = store.lazily ? ['', 'ti', '\0\0\0\0', 'til\0'] : [];
      for (const [i, left] of torn.entries()) {
        await store.writeNew(`tile/0/00${i}`, bytes(left));
        await restore(`tile/0/00${i}`, bytes('tile'));
        expect(equalBytes((await store.read(`tile/0/00${i}`))!, bytes('tile'))).toBe(true);
      }
      await restore('tile/0/009', bytes('tile'));
      await restore('tile/0/009', bytes('tile'));
      for (const wrong of ['Tile', 'til!', 'tale'])
        await expect(restore('tile/0/009', bytes(wrong))).rejects.toThrow(TileConflictError);
      expect(equalBytes((await store.read('tile/0/009'))!, bytes('tile'))).toBe(true);
    });

    it('lets one of many writers of a name win, and tells the others', async () => {
      const { store, other } = await open();
      const texts = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
      const writes = await Promise.allSettled(
        texts.map((text, i) => [store, other][i % 2]!.writeNew('tile/entries/000', bytes(text))),
      );
      const winners = texts.filter((_, i) => writes[i]!.status === 'fulfilled');
      expect(winners).toHaveLength(1);
      expect(equalBytes((await other.read('tile/entries/000'))!, bytes(winners[0]!))).toBe(true);
      const refusals = writes.flatMap((write) => (write.status === 'rejected' ? [write.reason] : []));
      expect(refusals.every((reason) => reason instanceof TileConflictError)).toBe(true);
    });

    it('lets all of many writers of the same bytes go on', async () => {
      const { store, other } = await open();
      const again = Array.from({ length: 8 }, (_, i) =>
        [store, other][i % 2]!.writeNew('tile/1/000.p/1', bytes('same')),
      );
      expect(await Promise.all(again)).toHaveLength(8);
    });

    it('replaces the checkpoint and the head whole, and shows the last of a hundred', async () => {
      const { store, other } = await open();
      for (const path of ['checkpoint', 'head']) {
        for (let i = 0; i < 99; i++) await store.replace(path, bytes(`${path} ${i}\n`));
        expect(equalBytes((await other.read(path))!, bytes(`${path} 98\n`))).toBe(true);
        await store.replace(path, bytes(`${path} 99\n`));
        expect(equalBytes((await other.read(path))!, bytes(`${path} 99\n`))).toBe(true);
      }
    });

    it('never shows half of a replacement', async () => {
      const { store, other } = await open();
      const whole = ['a', 'b'].map((letter) => bytes(letter.repeat(50_000)));
      await store.replace('checkpoint', whole[0]!);
      const writing = (async () => {
        for (let i = 1; i < 12; i++) await store.replace('checkpoint', whole[i % 2]!);
      })();
      const seen: Uint8Array[] = [];
      for (let i = 0; i < 40; i++) seen.push((await other.read('checkpoint'))!);
      await writing;
      expect(seen.every((one) => whole.some((content) => equalBytes(one, content)))).toBe(true);
    });

    it('removes what it is told, and nothing beside it; twice is once', async () => {
      const { store, other } = await open();
      await store.writeNew('tile/0/000.p/1', bytes('1'));
      await store.writeNew('tile/0/000.p/2', bytes('2'));
      await store.writeNew('tile/0/000', bytes('full'));
      await store.remove('tile/0/000.p/1');
      await store.remove('tile/0/000.p/1');
      await other.remove('tile/0/000.p/7');
      expect(await listAll(other)).toEqual(['tile/0/000', 'tile/0/000.p/2']);
      await store.remove('tile/0/000.p/2');
      expect(await listAll(store)).toEqual(['tile/0/000']);
    });

    it('holds the largest entry bundle, to the byte', async () => {
      const { store, other } = await open();
      const bundle = new Uint8Array(256 * (2 + 65_535)).map((_, i) => (i * 31) % 251);
      await store.writeNew('tile/entries/000', bundle);
      expect(equalBytes((await other.read('tile/entries/000'))!, bundle)).toBe(true);
      const changed = bundle.slice();
      changed[changed.length - 1]! ^= 1;
      await expect(other.writeNew('tile/entries/000', changed)).rejects.toThrow(TileConflictError);
    });

    it('holds an empty file apart from none', async () => {
      const { store } = await open();
      await store.writeNew('tile/0/000', new Uint8Array());
      expect(await store.read('tile/0/000')).toHaveLength(0);
    });

    it('lists every file there is, or those of a folder', async () => {
      const { store, other } = await open();
      const folder = Array.from({ length: 40 }, (_, i) =>
        tilePath({ level: 0, index: 1_000, width: i + 1 }),
      ).sort();
      const rest = ['tile/0/000', 'tile/0/x001/000', 'tile/0/x001/001.p/1', 'tile/entries/000'];
      await Promise.all([...folder, ...rest].map((path) => store.writeNew(path, bytes(path))));
      expect(await listAll(other)).toEqual([...folder, ...rest].sort());
      await store.replace('checkpoint', bytes('note'));
      expect(await listAll(other)).toEqual(['checkpoint', ...[...folder, ...rest].sort()]);
      expect(await listAll(other, 'tile/0/x001/000.p')).toEqual(folder);
      expect(await listAll(other, 'tile/0/x001/001.p')).toEqual(['tile/0/x001/001.p/1']);
      expect(await listAll(other, 'tile/0/x001/002.p')).toEqual([]);
    });

    it.each([
      '../checkpoint',
      'tile/0/../../x',
      '/etc/passwd',
      'tile/0/0',
      'tile/0/000.p/256',
      'tile/0/000.p/0',
      'tile/64/000',
      'tile//000',
      'checkpoint.bak',
      'checkpoint/',
      'tile/0/000?x',
      'evidence',
      '',
    ])('refuses the path %j', async (path) => {
      const { store } = await open();
      await expect((async () => store.read(path))()).rejects.toThrow(RangeError);
      await expect((async () => store.writeNew(path, bytes('x')))()).rejects.toThrow(RangeError);
      await expect((async () => store.replace(path, bytes('x')))()).rejects.toThrow(RangeError);
      await expect((async () => store.remove(path))()).rejects.toThrow(RangeError);
      expect(await listAll(store)).toEqual([]);
    });

    it('takes other bytes of the caller’s array for what they were when it was called', async () => {
      const { store } = await open();
      const content = bytes('mine');
      const writing = store.writeNew('tile/0/000', content);
      await writing;
      content.fill(0);
      expect(equalBytes((await store.read('tile/0/000'))!, bytes('mine'))).toBe(true);
    });
  });
}
