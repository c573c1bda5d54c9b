// A mirror over logs that grow, shrink, fork, lie and break off; whatever happens it holds one whole, verified log.
import { describe, expect, it } from 'vitest';
import { concatBytes, decodeUtf8, encodeHex, encodeUtf8 } from './bytes.ts';
import type { LogReader } from './audit.ts';
import { checkCheckpoint, signCheckpoint } from './checkpoint.ts';
import { sha256 } from './hash.ts';
import { checkLogFiles } from './log-files.ts';
import { createMemoryHeadStore, createMemoryTileStore } from './memory-stores.ts';
import type { MemoryTileStore } from './memory-stores.ts';
import { checkAgainstMirror, mirrorLog, removeReplacedPartials } from './mirror.ts';
import { createCosigner, createNoteSigner, parseVerifierKey, signatureLine } from './note.ts';
import { parsePolicy } from './policy.ts';
import { SequencerFault, createSequencer } from './sequencer.ts';
import { createTileReader, tilePath, tilesOf } from './tile.ts';
import { proveInclusion } from './tree.ts';

const ORIGIN = 'veche.test/log/v1';
const signer = createNoteSigner(ORIGIN, new Uint8Array(32).fill(7));
const other = createNoteSigner(ORIGIN, new Uint8Array(32).fill(8));
const log = [parseVerifierKey(signer.vkey)];

type Source = {
  tiles: MemoryTileStore;
  reader: LogReader;
  growTo(size: number): Promise<void>;
};

/** A log that can grow; logs of different `history` share nothing after the first entry. */
async function createSource(
  size: number,
  { history = '', publishTo = 'checkpoint' as 'checkpoint' | 'head' } = {},
): Promise<Source> {
  const store = createMemoryHeadStore();
  const tiles = createMemoryTileStore();
  let now = 0;
  const sequencer = createSequencer({
    origin: ORIGIN,
    signer,
    store,
    tiles,
    now: () => ++now,
    epoch: 0,
    batchEntries: 300,
    firstEntry: () => encodeUtf8('registrar'),
    publishTo,
  });
  await sequencer.start();
  const growTo = async (wanted: number): Promise<void> => {
    for (let i = store.entries.length; i < wanted; i++) {
      const leaf = encodeUtf8(`leaf ${i} ${history}`);
      store.submit({ id: `s${i}`, idem: encodeHex(sha256(leaf)), leaf });
    }
    while ((await sequencer.step()) > 0);
  };
  await growTo(size);
  return { tiles, reader: readerOf(tiles), growTo };
}

const readerOf = (tiles: Pick<MemoryTileStore, 'read'>): LogReader => ({
  checkpoint: async () => decodeUtf8((await tiles.read('checkpoint'))!),
  read: (path) => tiles.read(path),
});

/** Reads the mirror as a stranger would, and looks at every file in it. */
async function checkMirror(mirror: MemoryTileStore, size: number): Promise<void> {
  const shown = checkCheckpoint(decodeUtf8((await mirror.read('checkpoint'))!), log);
  expect(shown.size).toBe(size);
  const reader = createTileReader({ size, root: shown.root, read: mirror.read });
  for (let i = 0; i * 256 < size; i++) await reader.entries(i);
  const paths = [...mirror.files.keys()].filter((path) => path.startsWith('tile/'));
  await checkLogFiles({ size, root: shown.root, read: mirror.read, paths });
}

describe('a mirror', () => {
  it('copies a log of any size, and what is new of it later', async () => {
    for (const size of [1, 2, 255, 256, 257, 600]) {
      const source = await createSource(size);
      const mirror = createMemoryTileStore();
      const first = await mirrorLog({ from: source.reader, to: mirror, log });
      expect(first).toMatchObject({ size, sizeBefore: 0 });
      await checkMirror(mirror, size);
      expect(await mirrorLog({ from: source.reader, to: mirror, log })).toMatchObject({ files: 0, size });
      await source.growTo(size + 300);
      const second = await mirrorLog({ from: source.reader, to: mirror, log });
      expect(second).toMatchObject({ size: size + 300, sizeBefore: size });
      await checkMirror(mirror, size + 300);
    }
  });

  it('reads of a log that grew only what is new', async () => {
    const source = await createSource(2_000);
    const mirror = createMemoryTileStore();
    await mirrorLog({ from: source.reader, to: mirror, log });
    await source.growTo(2_100);
    const asked: string[] = [];
    const from: LogReader = { ...source.reader, read: (path) => (asked.push(path), source.tiles.read(path)) };
    await mirrorLog({ from, to: mirror, log });
    expect(asked.filter((path) => path.startsWith('tile/entries/')).sort()).toEqual([
      'tile/entries/007',
      'tile/entries/008.p/52',
    ]);
  });

  it('puts tiles first and the checkpoint last, and goes on where it was interrupted', async () => {
    const source = await createSource(1_500);
    const files = createMemoryTileStore();
    let left = 0;
    const mirror: MemoryTileStore = {
      ...files,
      async writeNew(path, content) {
        if (left-- <= 0) throw new Error('the line is cut');
        await files.writeNew(path, content);
      },
    };
    let rounds = 0;
    for (; ; rounds++) {
      left = 3;
      const before = files.files.size;
      const ended = await mirrorLog({ from: source.reader, to: mirror, log, filesAtOnce: 2 }).then(
        () => true,
        () => false,
      );
      if (ended) break;
      expect(files.files.has('checkpoint')).toBe(false);
      expect(files.files.size).toBeGreaterThan(before);
    }
    expect(rounds).toBeGreaterThan(2);
    await checkMirror(files, 1_500);
  });

  it('copies the head besides, and the checkpoint follows it', async () => {
    const source = await createSource(300, { publishTo: 'head' });
    const mirror = createMemoryTileStore();
    // The first entries have been witnessed, the rest not yet.
    await source.tiles.replace('checkpoint', (await source.tiles.read('head'))!);
    await source.growTo(700);
    await mirrorLog({ from: source.reader, to: mirror, log });
    await checkMirror(mirror, 300);
    const head = checkCheckpoint(decodeUtf8((await mirror.read('head'))!), log);
    expect(head.size).toBe(700);
    const reader = createTileReader({ size: 700, root: head.root, read: mirror.read });
    for (const index of [0, 299, 300, 699]) await proveInclusion(index, 700, reader.hashes);
    await source.tiles.replace('checkpoint', (await source.tiles.read('head'))!);
    await mirrorLog({ from: source.reader, to: mirror, log });
    await checkMirror(mirror, 700);
  });

  it('takes a younger note of the same tree, and under a policy never an older one', async () => {
    const source = await createSource(10);
    const mirror = createMemoryTileStore();
    const witness = (seconds: number) => createCosigner('w.test', new Uint8Array(32).fill(3), seconds);
    const policy = parsePolicy(`log ${signer.vkey}\nwitness w ${witness(1).vkey}\nquorum w\n`);
    const plain = await source.reader.checkpoint();
    const cosigned = (seconds: number): LogReader => ({
      ...source.reader,
      checkpoint: async () =>
        plain + signatureLine(witness(seconds), encodeUtf8(plain.slice(0, plain.lastIndexOf('\n\n') + 1))),
    });
    await expect(mirrorLog({ from: source.reader, to: mirror, log, policy })).rejects.toMatchObject({
      code: 'no-quorum',
    });
    expect(mirror.files.size).toBe(0);
    for (const [seconds, kept] of [
      [100, 100],
      [200, 200],
      [150, 200],
    ] as const) {
      await mirrorLog({ from: cosigned(seconds), to: mirror, log, policy });
      expect(decodeUtf8((await mirror.read('checkpoint'))!)).toBe(await cosigned(kept).checkpoint());
    }
  });

  it('tells how far it is', async () => {
    const source = await createSource(600);
    const told: [number, number][] = [];
    await mirrorLog({
      from: source.reader,
      to: createMemoryTileStore(),
      log,
      report: (done, total) => told.push([done, total]),
    });
    expect(told.at(-1)).toEqual([7, 7]);
    expect(told).toHaveLength(7);
  });
});

describe('a mirror stops, changes nothing, and keeps the evidence', () => {
  const unchanged = async (mirror: MemoryTileStore, act: () => Promise<unknown>): Promise<void> => {
    const before = new Map(mirror.files);
    await act();
    expect(mirror.files).toEqual(before);
  };

  it('when the source shows less than before', async () => {
    const source = await createSource(500);
    const mirror = createMemoryTileStore();
    await mirrorLog({ from: source.reader, to: mirror, log });
    const set = await createSource(400);
    await unchanged(mirror, () =>
      expect(mirrorLog({ from: set.reader, to: mirror, log })).rejects.toMatchObject({
        code: 'shrank',
        evidence: {
          source: decodeUtf8(set.tiles.files.get('checkpoint')!),
          mirror: decodeUtf8(source.tiles.files.get('checkpoint')!),
        },
      }),
    );
  });

  it.each([300, 301, 900])('when the source is another history of %i entries', async (size) => {
    const mirror = createMemoryTileStore();
    await mirrorLog({ from: (await createSource(300)).reader, to: mirror, log });
    const fork = await createSource(size, { history: 'b' });
    await unchanged(mirror, () =>
      expect(mirrorLog({ from: fork.reader, to: mirror, log })).rejects.toMatchObject({
        code: 'forked',
        evidence: {
          source: decodeUtf8(fork.tiles.files.get('checkpoint')!),
          mirror: decodeUtf8(mirror.files.get('checkpoint')!),
        },
      }),
    );
  });

  it('when the head of the source is another history than its checkpoint', async () => {
    const mirror = createMemoryTileStore();
    const source = await createSource(300);
    const fork = await createSource(310, { history: 'b', publishTo: 'head' });
    const read = (path: string) => (path === 'head' ? fork.tiles.read(path) : source.tiles.read(path));
    await expect(mirrorLog({ from: { ...source.reader, read }, to: mirror, log })).rejects.toMatchObject({
      name: 'MirrorFault',
    });
    expect(mirror.files.has('head')).toBe(false);
    await checkMirror(mirror, 300);
  });

  it('when another key signed the source, or the mirror', async () => {
    const source = await createSource(300);
    const mirror = createMemoryTileStore();
    const { root } = checkCheckpoint(await source.reader.checkpoint(), log);
    const forged = signCheckpoint(ORIGIN, 300, root, other);
    await unchanged(mirror, () =>
      expect(
        mirrorLog({ from: { ...source.reader, checkpoint: async () => forged }, to: mirror, log }),
      ).rejects.toMatchObject({ code: 'unknown-signer' }),
    );
    await mirror.replace('checkpoint', encodeUtf8(forged));
    await expect(mirrorLog({ from: source.reader, to: mirror, log })).rejects.toMatchObject({
      code: 'mirror-unsigned',
    });
  });

  it('at every file of the source with a flipped byte, cut short, or gone; nothing of it is stored', async () => {
    const source = await createSource(600);
    for (const path of [...tilesOf(600)].map(tilePath)) {
      const whole = source.tiles.files.get(path)!;
      const flipped = whole.slice();
      flipped[flipped.length >> 1]! ^= 1;
      for (const wrong of [flipped, whole.slice(0, -1), concatBytes(whole, new Uint8Array([0])), null]) {
        const mirror = createMemoryTileStore();
        const read = async (file: string) => (file === path ? wrong : source.tiles.read(file));
        await expect(mirrorLog({ from: { ...source.reader, read }, to: mirror, log })).rejects.toMatchObject({
          code: 'source-damaged',
        });
        for (const [file, content] of mirror.files) expect(content).toEqual(source.tiles.files.get(file));
        expect(mirror.files.has('checkpoint')).toBe(false);
      }
    }
  });

  it('at a file of its own that is wrong, and never puts the right one over it', async () => {
    const source = await createSource(600);
    const mirror = createMemoryTileStore();
    await mirror.writeNew('tile/entries/000', encodeUtf8('rot'));
    await expect(mirrorLog({ from: source.reader, to: mirror, log })).rejects.toMatchObject({
      code: 'mirror-damaged',
      path: 'tile/entries/000',
    });
    expect(mirror.files.get('tile/entries/000')).toEqual(encodeUtf8('rot'));
  });

  it('when what it wrote does not read back', async () => {
    const source = await createSource(600);
    const files = createMemoryTileStore();
    const mirror = { ...files, writeNew: async () => {} };
    await expect(mirrorLog({ from: source.reader, to: mirror, log })).rejects.toMatchObject({
      code: 'read-back',
    });
    expect(files.files.size).toBe(0);
  });
});

describe('a head is held against the mirror before a log goes on', () => {
  it('and refused when the mirror holds more, or something else', async () => {
    const [source, fork] = [await createSource(300), await createSource(280, { history: 'b' })];
    const mirror = createMemoryTileStore();
    const headOf = async ({ reader }: Source) => checkCheckpoint(await reader.checkpoint(), log);
    await expect(checkAgainstMirror(mirror, log, null)).resolves.toBeUndefined();
    await mirrorLog({ from: source.reader, to: mirror, log });
    const check = async (of: Source) => checkAgainstMirror(mirror, log, await headOf(of), of.tiles.read);
    await expect(check(source)).resolves.toBeUndefined();
    await expect(checkAgainstMirror(mirror, log, null)).rejects.toThrow(new SequencerFault('mirror-larger'));
    await expect(check(await createSource(299))).rejects.toThrow(new SequencerFault('mirror-larger'));
    await fork.growTo(400);
    await expect(check(fork)).rejects.toThrow(new SequencerFault('mirror-forked'));
    await source.growTo(900);
    await expect(check(source)).resolves.toBeUndefined();
    await mirror.replace('checkpoint', encodeUtf8('nonsense\n'));
    await expect(check(source)).rejects.toThrow(new SequencerFault('mirror-forked'));
  });
});

describe('partial tiles that a full one replaced', () => {
  const partialsOf = ({ files }: MemoryTileStore) => [...files.keys()].filter((path) => path.includes('.p/'));

  /** A log whose sequencer removed none of its partial tiles, and a mirror of it that has its own. */
  async function twoStores() {
    const source = await createSource(200);
    const primary = createMemoryTileStore();
    const mirror = createMemoryTileStore();
    for (const size of [200, 230, 250]) {
      await source.growTo(size);
      await mirrorLog({ from: source.reader, to: primary, log });
      await mirrorLog({ from: source.reader, to: mirror, log });
    }
    const old = checkCheckpoint(await source.reader.checkpoint(), log);
    await source.growTo(300);
    await mirrorLog({ from: source.reader, to: primary, log });
    return { source, primary, mirror, old };
  }

  it('stay until both stores hold the full one and show a newer checkpoint; then a reader of an old one still finds all', async () => {
    const { source, primary, mirror, old } = await twoStores();
    const stores = [primary, mirror];
    expect(partialsOf(primary)).toHaveLength(9);
    expect(await removeReplacedPartials({ stores, log, since: 0 })).toEqual({ size: 0, removed: 0 });
    expect(partialsOf(primary)).toHaveLength(9);

    await mirrorLog({ from: source.reader, to: mirror, log });
    expect(await removeReplacedPartials({ stores, log, since: 0 })).toEqual({ size: 300, removed: 12 });
    for (const store of stores) {
      // What remains are the partial tiles of the newest checkpoint.
      expect(partialsOf(store).sort()).toEqual([
        'tile/0/001.p/44',
        'tile/1/000.p/1',
        'tile/entries/001.p/44',
      ]);
      await checkMirror(store, 300);
      const reader = createTileReader({ size: old.size, root: old.root, read: store.read });
      for (let index = 0; index < old.size; index++) await proveInclusion(index, old.size, reader.hashes);
      expect(await reader.entries(0)).toHaveLength(250);
    }
    await source.growTo(520);
    for (const store of stores) await mirrorLog({ from: source.reader, to: store, log });
    expect(await removeReplacedPartials({ stores, log, since: 300 })).toEqual({ size: 520, removed: 4 });
  });

  it('stay when a full one is missing or wrong in one of the stores', async () => {
    for (const path of ['tile/0/000', 'tile/entries/000'])
      for (const wrong of [encodeUtf8('rot'), null]) {
        const { source, primary, mirror } = await twoStores();
        await mirrorLog({ from: source.reader, to: mirror, log });
        if (wrong) mirror.files.set(path, wrong);
        else mirror.files.delete(path);
        await expect(
          removeReplacedPartials({ stores: [primary, mirror], log, since: 0 }),
        ).rejects.toMatchObject({ name: 'TileFault' });
        expect(partialsOf(primary)).toContain(`${path}.p/250`);
        expect(partialsOf(mirror)).toContain(`${path}.p/250`);
      }
  });
});
