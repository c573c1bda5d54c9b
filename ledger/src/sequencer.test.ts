// Every write of the sequencer fails once in each of its two ways, at the sizes where tiles begin and end; after each
// the log must come up again whole, with no entry lost or doubled.
import { describe, expect, it } from 'vitest';
import { decodeUtf8, encodeHex, encodeUtf8 } from './bytes.ts';
import { checkCheckpoint } from './checkpoint.ts';
import { sha256 } from './hash.ts';
import { checkLogFiles } from './log-files.ts';
import { createMemoryHeadStore, createMemoryTileStore } from './memory-stores.ts';
import type { MemoryHeadStore, MemoryTileStore } from './memory-stores.ts';
import { createNoteSigner, parseVerifierKey } from './note.ts';
import { HeadMovedError, SequencerFault, TileConflictError, createSequencer } from './sequencer.ts';
import type { Head, HeadStore, Published, SequencerOptions, TileStore } from './sequencer.ts';
import { createTileReader, tilePath, tilesOf } from './tile.ts';
import { checkConsistency, checkInclusion, leafHash, proveConsistency } from './tree.ts';

const ORIGIN = 'veche.test/log/v1';
const signer = createNoteSigner(ORIGIN, new Uint8Array(32).fill(9));
const verifier = parseVerifierKey(signer.vkey);
const leafOf = (i: number): Uint8Array => encodeUtf8(`leaf ${i}`);
const submissionOf = (i: number) => ({ id: `s${i}`, idem: encodeHex(sha256(leafOf(i))), leaf: leafOf(i) });

type World = { store: MemoryHeadStore; tiles: MemoryTileStore; now: number };
const createWorld = (): World => ({
  store: createMemoryHeadStore(),
  tiles: createMemoryTileStore(),
  now: 1_000,
});

const sequencerOf = (world: World, changed: Partial<SequencerOptions> = {}) =>
  createSequencer({
    origin: ORIGIN,
    signer,
    store: world.store,
    tiles: world.tiles,
    now: () => ++world.now,
    epoch: 0,
    firstEntry: () => encodeUtf8('registrar'),
    ...changed,
  });

/** A log of so many entries, the registrar's included, in batches of at most 100. */
async function createLog(size: number): Promise<World> {
  const world = createWorld();
  const sequencer = sequencerOf(world, { batchEntries: 100 });
  await sequencer.start();
  for (let i = 1; i < size; i++) world.store.submit(submissionOf(i));
  while ((await sequencer.step()) > 0);
  return world;
}

/** Reads the whole public log and compares it with what the database holds. */
async function checkLog({ store, tiles }: World, size: number): Promise<void> {
  const { root, size: published } = checkCheckpoint(decodeUtf8(tiles.files.get('checkpoint')!), verifier);
  expect(published).toBe(size);
  expect(store.head).toMatchObject({ size, root });
  const reader = createTileReader({ size, root, read: tiles.read });
  const leaves: string[] = [];
  for (const { level, index } of tilesOf(size))
    if (level === 'entries') leaves.push(...(await reader.entries(index)).map(decodeUtf8));
    else await reader.tile(level, index);
  expect(leaves).toEqual(store.entries.map(({ leaf }) => decodeUtf8(leaf)));
  expect(new Set(leaves).size).toBe(size);
  const paths = [...tiles.files.keys()].filter((path) => path !== 'checkpoint');
  expect(await checkLogFiles({ size, root, read: tiles.read, paths })).toEqual({
    checked: paths.length,
    ahead: 0,
  });
  expect(await store.staged(0, size)).toBeNull();
}

describe('the sequencer', () => {
  it('creates the log with the registrar at index 0, and comes up again with the same head', async () => {
    const world = createWorld();
    const head = await sequencerOf(world).start();
    expect(head.size).toBe(1);
    expect(world.store.entries.map(({ leaf }) => decodeUtf8(leaf))).toEqual(['registrar']);
    expect(await sequencerOf(world).start()).toEqual(head);
    await checkLog(world, 1);
  });
  it('logs submissions in order, publishes what it logged, and does nothing when nothing waits', async () => {
    const world = createWorld();
    const published: Published[] = [];
    const sequencer = sequencerOf(world, { onPublished: (one) => published.push(one) });
    await sequencer.start();
    for (let i = 1; i <= 300; i++) world.store.submit(submissionOf(i));
    world.store.submit(submissionOf(7));
    expect([await sequencer.step(), await sequencer.step(), await sequencer.step()]).toEqual([256, 44, 0]);
    await checkLog(world, 301);
    expect(published.map(({ head, entries }) => [head.size, entries.length])).toEqual([
      [1, 1],
      [257, 256],
      [301, 44],
    ]);
    expect(published[1]!.entries[0]).toEqual({
      idem: submissionOf(1).idem,
      index: 1,
      leafHash: leafHash(leafOf(1)),
    });
  });
  it('proves every entry under every head that was published, fresh and after a restart', async () => {
    const world = createWorld();
    const heads: Head[] = [];
    const sequencer = sequencerOf(world, { batchEntries: 97, onPublished: ({ head }) => heads.push(head) });
    await sequencer.start();
    for (let i = 1; i < 600; i++) world.store.submit(submissionOf(i));
    while ((await sequencer.step()) > 0);
    const restarted = sequencerOf(world);
    await restarted.start();
    for (const { proofAt } of [sequencer, restarted])
      for (const { size, root } of heads)
        for (const index of [0, Math.floor(size / 3), size - 1]) {
          const leaf = index === 0 ? encodeUtf8('registrar') : leafOf(index);
          checkInclusion(await proofAt(index, size), index, leafHash(leaf), size, root);
        }
    await expect(sequencer.proofAt(0, 601)).rejects.toThrow('expected a published size');
  });
  it('keeps what is staged until its files are written, and forgets it with the next batch or when nothing waits', async () => {
    const world = createWorld();
    const sequencer = sequencerOf(world, { batchEntries: 2 });
    await sequencer.start();
    for (let i = 1; i <= 4; i++) world.store.submit(submissionOf(i));
    await sequencer.step();
    expect(await world.store.staged(0, 3)).not.toBeNull();
    await sequencer.step();
    expect([await world.store.staged(0, 3), await world.store.staged(3, 5)]).toMatchObject([
      null,
      [{ path: 'tile/entries/000.p/5' }, { path: 'tile/0/000.p/5' }],
    ]);
    await sequencer.step();
    await checkLog(world, 5);
  });
  it('keeps every head consistent with the ones before', async () => {
    const world = createWorld();
    const heads: Head[] = [];
    const sequencer = sequencerOf(world, { onPublished: ({ head }) => heads.push(head) });
    await sequencer.start();
    for (let i = 1; i < 520; i++) {
      world.store.submit(submissionOf(i));
      if (i % 40 === 0) await sequencer.step();
    }
    await sequencer.step();
    const last = heads.at(-1)!;
    expect(last.size).toBe(520);
    const reader = createTileReader({ size: last.size, root: last.root, read: world.tiles.read });
    for (const { size, root } of heads)
      checkConsistency(
        await proveConsistency(size, last.size, reader.hashes),
        size,
        root,
        last.size,
        last.root,
      );
  });
  it('removes partial tiles once the full one is public, also those of an earlier process', async () => {
    const world = await createLog(200);
    const partialsOf = (prefix: string) =>
      [...world.tiles.files.keys()].filter((path) => path.startsWith(prefix));
    expect(partialsOf('tile/0/000.p/').length).toBeGreaterThan(0);
    const sequencer = sequencerOf(world);
    await sequencer.start();
    for (let i = 200; i < 260; i++) world.store.submit(submissionOf(i));
    await sequencer.step();
    expect(partialsOf('tile/0/000.p/')).toEqual([]);
    expect(partialsOf('tile/entries/000.p/')).toEqual([]);
    expect(await sequencer.step()).toBe(0);
    await checkLog(world, 260);
  });
  it('leaves replaced partial tiles to others when told to, also at a start', async () => {
    const world = await createLog(200);
    const sequencer = sequencerOf(world, { batchEntries: 30, keepReplaced: true });
    await sequencer.start();
    for (let i = 200; i < 260; i++) world.store.submit(submissionOf(i));
    while ((await sequencer.step()) > 0);
    await sequencerOf(world, { keepReplaced: true }).start();
    expect(await world.tiles.read('tile/0/000.p/230')).not.toBeNull();
    await sequencerOf(world).start();
    expect(await world.tiles.read('tile/0/000.p/230')).toBeNull();
    await checkLog(world, 260);
  });
  it('signs with the old key and the new one while the key is being replaced, what is there at once', async () => {
    const world = await createLog(50);
    const signedBy = (note: string): string[] =>
      [signer, next].filter((one) => isSignedBy(note, one.vkey)).map(({ vkey }) => vkey);
    const isSignedBy = (note: string, vkey: string): boolean => {
      try {
        return checkCheckpoint(note, parseVerifierKey(vkey)).size > 0;
      } catch {
        return false;
      }
    };
    const next = createNoteSigner(ORIGIN, new Uint8Array(32).fill(10));
    const shown = () => decodeUtf8(world.tiles.files.get('checkpoint')!);
    expect(signedBy(shown())).toEqual([signer.vkey]);
    const both = { signer: next, retiring: [signer] };
    const overlap = sequencerOf(world, both);
    const head = await overlap.start();
    expect(signedBy(head.checkpoint)).toEqual([signer.vkey, next.vkey]);
    expect(shown()).toBe(head.checkpoint);
    world.store.submit(submissionOf(50));
    await overlap.step();
    expect(signedBy(shown())).toEqual([signer.vkey, next.vkey]);
    await sequencerOf(world, both).start();

    const after = sequencerOf(world, { signer: next });
    await after.start();
    world.store.submit(submissionOf(51));
    await after.step();
    expect(signedBy(shown())).toEqual([next.vkey]);
    // Who knows the old key alone cannot be the log any more.
    await expect(sequencerOf(world).start()).rejects.toMatchObject({ code: 'head-unsigned' });
  });
  it('takes batches larger than its memory of tiles', async () => {
    const world = createWorld();
    const sequencer = sequencerOf(world, { batchEntries: 10_000, keepTiles: 1 });
    await sequencer.start();
    for (let i = 1; i < 7_000; i++) world.store.submit(submissionOf(i));
    expect(await sequencer.step()).toBe(6_999);
    expect(await sequencer.step()).toBe(0);
    await checkLog(world, 7_000);
    const head = world.store.head!;
    for (const index of [1, 3_000, 6_999])
      checkInclusion(
        await sequencer.proofAt(index, head.size),
        index,
        leafHash(leafOf(index)),
        head.size,
        head.root,
      );
  });
  it('gives every head a later time than the one before, also while the clock stands', async () => {
    const world = createWorld();
    const times: number[] = [];
    const sequencer = sequencerOf(world, {
      now: () => world.now,
      batchEntries: 1,
      onPublished: ({ head }) => times.push(head.atMs),
    });
    await sequencer.start();
    for (let i = 1; i <= 3; i++) world.store.submit(submissionOf(i));
    while ((await sequencer.step()) > 0);
    world.now += 10;
    world.store.submit(submissionOf(4));
    await sequencer.step();
    expect(times).toEqual([1_000, 1_001, 1_002, 1_003, 1_010]);
  });
  it('goes on after the waiting could not be read, as nothing was begun', async () => {
    const world = createWorld();
    let down = true;
    const store: HeadStore = {
      ...world.store,
      pending: async (limit) => {
        if (down) throw new Error('connection lost');
        return world.store.pending(limit);
      },
    };
    const sequencer = sequencerOf(world, { store });
    await sequencer.start();
    world.store.submit(submissionOf(1));
    await expect(sequencer.step()).rejects.toThrow('connection lost');
    down = false;
    expect(await sequencer.step()).toBe(1);
    expect(await sequencer.step()).toBe(0);
    await checkLog(world, 2);
  });
});

describe('a write that fails', () => {
  type Write = 'commit' | 'entries' | 'level-0' | 'level-1' | 'checkpoint' | 'clearStaged' | 'remove';
  const writes: Write[] = ['commit', 'entries', 'level-0', 'level-1', 'checkpoint', 'clearStaged', 'remove'];

  /** Stores of which one write fails once, before or after it took effect. */
  function failing(world: World, write: Write, stored: boolean): { store: HeadStore; tiles: TileStore } {
    let due = true;
    const run = async (name: Write, effect: () => Promise<void>): Promise<void> => {
      if (name !== write || !due) return effect();
      due = false;
      if (stored) await effect();
      throw new Error(`${write} failed`);
    };
    const writeOf = (path: string): Write =>
      path.startsWith('tile/entries/') ? 'entries' : path.startsWith('tile/0/') ? 'level-0' : 'level-1';
    return {
      store: {
        ...world.store,
        commit: (batch) => run('commit', () => world.store.commit(batch)),
        clearStaged: (size) => run('clearStaged', () => world.store.clearStaged(size)),
      },
      tiles: {
        ...world.tiles,
        writeNew: (path, content) => run(writeOf(path), () => world.tiles.writeNew(path, content)),
        replace: (path, content) => run('checkpoint', () => world.tiles.replace(path, content)),
        remove: (path) => run('remove', () => world.tiles.remove(path)),
      },
    };
  }

  const cases = [254, 255, 256, 257, 258].flatMap((size) =>
    writes.flatMap((write) => [false, true].map((stored) => ({ size, write, stored }))),
  );
  it.each(cases)('at $size entries: $write, stored: $stored', async ({ size, write, stored }) => {
    const world = await createLog(size);
    const before = checkCheckpoint(decodeUtf8(world.tiles.files.get('checkpoint')!), verifier);
    const sequencer = sequencerOf(world);
    await sequencer.start();
    for (let i = size; i < size + 3; i++) world.store.submit(submissionOf(i));

    const unsteady = sequencerOf(world, failing(world, write, stored));
    await unsteady.start().catch(() => null);
    const first = await unsteady.step().catch(() => 'failed');
    const second = await unsteady.step().catch((thrown: SequencerFault) => thrown.code);
    expect(second).toBe(first === 'failed' ? 'not-started' : 0);

    // Whatever is public now is whole, and a new process finishes the work.
    const between = checkCheckpoint(decodeUtf8(world.tiles.files.get('checkpoint')!), verifier);
    const reader = createTileReader({ size: between.size, root: between.root, read: world.tiles.read });
    for (const { level, index } of tilesOf(between.size))
      if (level === 'entries') await reader.entries(index);
      else await reader.tile(level, index);
    const proof = await proveConsistency(before.size, between.size, reader.hashes);
    checkConsistency(proof, before.size, before.root, between.size, between.root);

    const recovered = sequencerOf(world);
    await recovered.start();
    while ((await recovered.step()) > 0);
    await checkLog(world, size + 3);
  });

  it.each(cases)(
    'with a batch ahead, at $size entries: $write, stored: $stored',
    async ({ size, write, stored }) => {
      const world = await createLog(size);
      for (let i = size; i < size + 6; i++) world.store.submit(submissionOf(i));
      const unsteady = sequencerOf(world, { ...failing(world, write, stored), ahead: true, batchEntries: 2 });
      await unsteady.start().catch(() => null);
      // Three batches may be committed when the files of the first one fail.
      for (let steps = 0; steps < 4; steps++) await unsteady.step().catch(() => null);
      await unsteady.settle().catch(() => null);

      const between = checkCheckpoint(decodeUtf8(world.tiles.files.get('checkpoint')!), verifier);
      expect(between.size).toBeGreaterThanOrEqual(size);
      const reader = createTileReader({ size: between.size, root: between.root, read: world.tiles.read });
      for (const { level, index } of tilesOf(between.size))
        if (level === 'entries') await reader.entries(index);
        else await reader.tile(level, index);

      const recovered = sequencerOf(world, { ahead: true });
      await recovered.start();
      while ((await recovered.step()) > 0);
      await checkLog(world, size + 6);
    },
  );

  it('with batches ahead, commits two while files are being written, shows them in order and then no third', async () => {
    const world = await createLog(10);
    const written: string[] = [];
    const shown: number[] = [];
    const release = Promise.withResolvers<void>();
    const slow: TileStore = {
      ...world.tiles,
      async writeNew(path, content) {
        // Those of a later batch are there before.
        if (path.endsWith('/11')) await release.promise;
        written.push(path);
        await world.tiles.writeNew(path, content);
      },
      async replace(path, content) {
        shown.push(checkCheckpoint(decodeUtf8(content), verifier).size);
        await world.tiles.replace(path, content);
      },
    };
    const sequencer = sequencerOf(world, { tiles: slow, ahead: true, batchEntries: 1 });
    await sequencer.start();
    for (let i = 10; i < 14; i++) world.store.submit(submissionOf(i));
    await sequencer.step();
    await sequencer.step();
    let isThird = false;
    const third = sequencer.step().then(() => (isThird = true));
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(world.store.head!.size).toBe(13);
    expect(isThird).toBe(false);
    expect(shown).toEqual([]);
    expect(written.some((path) => path.endsWith('/12'))).toBe(true);
    release.resolve();
    await third;
    expect([await sequencer.step(), await sequencer.step()]).toEqual([1, 0]);
    expect(shown).toEqual([11, 12, 13, 14]);
    await checkLog(world, 14);
  });

  it('with a batch ahead, reads the next full batch while one is committed, and nothing twice', async () => {
    const world = await createLog(10);
    const asked: [limit: number, inFlight: number, during: boolean][] = [];
    let committing = false;
    let down = false;
    const store: HeadStore = {
      ...world.store,
      pending: async (limit, inFlight = []) => {
        asked.push([limit, inFlight.length, committing]);
        if (down && inFlight.length > 0) throw new Error('connection lost');
        return world.store.pending(limit, inFlight);
      },
      commit: async (batch) => {
        committing = true;
        await new Promise((resolve) => setTimeout(resolve, 2));
        await world.store.commit(batch);
        committing = false;
      },
    };
    const sequencer = sequencerOf(world, { store, ahead: true, batchEntries: 3 });
    await sequencer.start();
    for (let i = 10; i < 17; i++) world.store.submit(submissionOf(i));
    expect([await sequencer.step(), await sequencer.step()]).toEqual([3, 3]);
    // What came since is in the batch too: one that is not full is read again.
    world.store.submit(submissionOf(17));
    expect([await sequencer.step(), await sequencer.step()]).toEqual([2, 0]);
    expect(asked).toEqual([
      [3, 0, false],
      [3, 3, true],
      [3, 3, true],
      [3, 0, false],
      [3, 0, false],
    ]);
    await checkLog(world, 18);

    // What cannot be read ahead is read when it is due.
    down = true;
    for (let i = 18; i < 24; i++) world.store.submit(submissionOf(i));
    expect([await sequencer.step(), await sequencer.step(), await sequencer.step()]).toEqual([3, 3, 0]);
    await checkLog(world, 24);
  });

  it('with a batch ahead, refuses to start when a file of a batch in between is gone', async () => {
    const world = await createLog(254);
    const stuck: TileStore = {
      ...world.tiles,
      writeNew: () => Promise.reject(new Error('the disk is away')),
    };
    const sequencer = sequencerOf(world, { tiles: stuck, ahead: true, batchEntries: 2 });
    await sequencer.start();
    for (let i = 254; i < 258; i++) world.store.submit(submissionOf(i));
    await sequencer.step();
    await sequencer.step().catch(() => null);
    expect(world.store.head!.size).toBe(258);
    const store: HeadStore = {
      ...world.store,
      staged: async (above, size) =>
        (await world.store.staged(above, size))!.filter(({ path }) => path !== 'tile/entries/000'),
    };
    await expect(sequencerOf(world, { store }).start()).rejects.toMatchObject({ code: 'staging-missing' });
    await sequencerOf(world).start();
    await checkLog(world, 258);
  });

  it.each(cases.filter(({ size, write }) => size === 254 && write !== 'remove'))(
    'at the creation of the log: $write, stored: $stored',
    async ({ write, stored }) => {
      const world = createWorld();
      await sequencerOf(world, failing(world, write, stored))
        .start()
        .catch(() => null);
      expect((await sequencerOf(world).start()).size).toBe(1);
      await checkLog(world, 1);
    },
  );

  it('is not made good by the next step, only by start', async () => {
    const world = await createLog(10);
    const sequencer = sequencerOf(world, failing(world, 'level-0', false));
    await sequencer.start();
    world.store.submit(submissionOf(10));
    await expect(sequencer.step()).rejects.toThrow('level-0 failed');
    await expect(sequencer.step()).rejects.toMatchObject({ code: 'not-started' });
    await sequencer.start();
    expect(await sequencer.step()).toBe(0);
    await checkLog(world, 11);
  });
});

describe('a machine that fails', () => {
  const lazyWorld = (): World => ({ ...createWorld(), tiles: createMemoryTileStore({ lazy: true }) });
  it.each([
    ['all of it', () => null],
    ['all but the names', () => 0],
    ['the ends of files', (_path: string, length: number) => Math.floor(length / 2)],
  ] as const)(
    'and loses %s of what is not durable yet: the next start puts it again',
    async (_what, kept) => {
      for (const size of [2, 254, 256, 257, 600]) {
        const world = lazyWorld();
        let durable = true;
        const tiles: TileStore = {
          ...world.tiles,
          lazily: {
            ...world.tiles.lazily!,
            sync: async () => (durable ? world.tiles.lazily!.sync() : new Promise<void>(() => {})),
          },
        };
        const sequencer = sequencerOf(world, { batchEntries: 100, ahead: true, tiles });
        await sequencer.start();
        durable = false;
        for (let i = 1; i < size; i++) world.store.submit(submissionOf(i));
        while ((await sequencer.step()) > 0);
        expect(world.store.head?.size).toBe(size);
        world.tiles.losePower(kept);
        await sequencerOf(world).start();
        await checkLog(world, size);
      }
    },
  );

  it('is no excuse for other bytes than were lost', async () => {
    const world = lazyWorld();
    const tiles: TileStore = {
      ...world.tiles,
      lazily: { ...world.tiles.lazily!, sync: () => new Promise<void>(() => {}) },
    };
    const first = sequencerOf(world);
    await first.start();
    await first.settle();
    const sequencer = sequencerOf(world, { ahead: true, tiles });
    await sequencer.start();
    world.store.submit(submissionOf(1));
    while ((await sequencer.step()) > 0);
    const path = tilePath({ level: 0, index: 0, width: 2 });
    world.tiles.files.set(
      path,
      world.tiles.files.get(path)!.map((byte) => byte ^ 1),
    );
    await expect(sequencerOf(world).start()).rejects.toBeInstanceOf(TileConflictError);
  });

  it('is told of files that cannot be made durable, and puts them again', async () => {
    const world = lazyWorld();
    let fails = false;
    const tiles: TileStore = {
      ...world.tiles,
      lazily: {
        ...world.tiles.lazily!,
        sync: async () => {
          if (fails) throw new Error('the disk does not answer');
          return world.tiles.lazily!.sync();
        },
      },
    };
    const sequencer = sequencerOf(world, { ahead: true, tiles });
    await sequencer.start();
    fails = true;
    world.store.submit(submissionOf(1));
    await sequencer.step();
    await expect(sequencer.settle()).rejects.toThrow('does not answer');
    await expect(sequencer.step()).rejects.toThrow('does not answer');
    await expect(sequencer.step()).rejects.toMatchObject({ code: 'not-started' });
    world.tiles.losePower(() => null);
    fails = false;
    await sequencer.start();
    await checkLog(world, 2);
  });
});

describe('the sequencer stops', () => {
  const faultOf = async (run: Promise<unknown>): Promise<string> => {
    const thrown = await run.then(() => null).catch((cause: unknown) => cause);
    if (thrown instanceof SequencerFault) return thrown.code;
    throw thrown ?? new Error('nothing was thrown');
  };
  it('when another one has moved the head', async () => {
    const world = await createLog(10);
    const [a, b] = [sequencerOf(world), sequencerOf(world)];
    await a.start();
    await b.start();
    world.store.submit(submissionOf(10));
    await a.step();
    world.store.submit(submissionOf(11));
    await expect(b.step()).rejects.toBeInstanceOf(HeadMovedError);
    await expect(b.step()).rejects.toMatchObject({ code: 'not-started' });
    await a.step();
    expect(await a.step()).toBe(0);
    await checkLog(world, 12);
  });
  it('when its epoch is behind the head', async () => {
    const world = await createLog(10);
    const next = sequencerOf(world, { epoch: 1 });
    await next.start();
    world.store.submit(submissionOf(10));
    await next.step();
    expect(await faultOf(sequencerOf(world).start())).toBe('epoch-behind');
  });
  it('when the clock is behind the head, at start and in between', async () => {
    const world = await createLog(10);
    const sequencer = sequencerOf(world);
    await sequencer.start();
    world.store.submit(submissionOf(10));
    world.now = 0;
    expect(await faultOf(sequencer.step())).toBe('clock-behind');
    expect(await faultOf(sequencerOf(world).start())).toBe('clock-behind');
  });
  it('when the database was set back behind the public log', async () => {
    const old = await createLog(100);
    const world = await createLog(150);
    expect(await faultOf(sequencerOf({ ...world, store: old.store }).start())).toBe('public-larger');
  });
  it('when public log and database are two histories', async () => {
    const world = await createLog(50);
    const other = createWorld();
    const sequencer = sequencerOf(other, { firstEntry: () => encodeUtf8('another registrar') });
    await sequencer.start();
    for (let i = 1; i < 50; i++) other.store.submit(submissionOf(i));
    await sequencer.step();
    expect(await faultOf(sequencerOf({ ...world, tiles: other.tiles }).start())).toBe('forked');
  });
  it('when somebody who is asked at the start knows better, before anything is shown', async () => {
    const world = await createLog(50);
    const stuck = sequencerOf(world, {
      tiles: { ...world.tiles, writeNew: () => Promise.reject(new Error('the disk is away')) },
    });
    await stuck.start();
    world.store.submit(submissionOf(50));
    await stuck.step().catch(() => null);
    const shown = decodeUtf8(world.tiles.files.get('checkpoint')!);
    const asked: (number | null)[] = [];
    const refused = sequencerOf(world, {
      checkStart: async (head) => {
        asked.push(head && head.size);
        throw new SequencerFault('witness-larger');
      },
    });
    expect(await faultOf(refused.start())).toBe('witness-larger');
    await expect(refused.step()).rejects.toMatchObject({ code: 'not-started' });
    expect(decodeUtf8(world.tiles.files.get('checkpoint')!)).toBe(shown);
    expect(asked).toEqual([51]);

    const empty = createWorld();
    const lost = sequencerOf(empty, {
      checkStart: async (head) => {
        if (head === null) throw new SequencerFault('witness-larger');
      },
    });
    expect(await faultOf(lost.start())).toBe('witness-larger');
    expect(empty.store.head).toBeNull();
    expect(empty.tiles.files.size).toBe(0);
  });
  it('when a bit flips in its memory, before anything is committed', async () => {
    for (const size of [10, 255, 256]) {
      const world = await createLog(size);
      const { leaf, ...rest } = submissionOf(size);
      let reads = 0;
      // Its length is looked at, then it is hashed, and then it is no longer what it was.
      const unsteady = {
        ...rest,
        get leaf() {
          return reads++ < 2 ? leaf : encodeUtf8('flipped');
        },
      };
      const store: HeadStore = { ...world.store, pending: async () => [unsteady] };
      const sequencer = sequencerOf(world, { store });
      await sequencer.start();
      expect(await faultOf(sequencer.step())).toBe('root-mismatch');
      expect(world.store.head!.size).toBe(size);
      await checkLog(world, size);
    }
  });
  it('when one of the stores has lost the log', async () => {
    const world = await createLog(50);
    expect(await faultOf(sequencerOf({ ...world, store: createMemoryHeadStore() }).start())).toBe(
      'head-missing',
    );
    world.tiles.files.delete('checkpoint');
    expect(await faultOf(sequencerOf(world).start())).toBe('checkpoint-missing');
  });
  it('when the public log is behind and the staged files are gone', async () => {
    const world = await createLog(50);
    const older = world.tiles.files.get('checkpoint')!;
    const sequencer = sequencerOf(world);
    await sequencer.start();
    world.store.submit(submissionOf(50));
    while ((await sequencer.step()) > 0);
    world.tiles.files.set('checkpoint', older);
    const file = tilePath({ level: 'entries', index: 0, width: 51 });
    const content = world.tiles.files.get(file)!;
    world.tiles.files.delete(file);
    expect(await faultOf(sequencerOf(world).start())).toBe('staging-missing');
    // With every file there, an older head was shown by a writer that had been overtaken: it is put right.
    world.tiles.files.set(file, content);
    await sequencerOf(world).start();
    await checkLog(world, 51);
  });
  it('when a tile or bundle of the right edge has a flipped byte, or is gone', async () => {
    for (const path of ['tile/0/001.p/44', 'tile/1/000.p/1', 'tile/entries/001.p/44'])
      for (const change of ['flip', 'remove']) {
        const world = await createLog(300);
        const content = world.tiles.files.get(path)!;
        if (change === 'flip') content[5]! ^= 1;
        else world.tiles.files.delete(path);
        expect(await faultOf(sequencerOf(world).start())).toBe('tiles-broken');
      }
  });
  it('when the head in the database is not one it signed', async () => {
    const world = await createLog(10);
    const head = world.store.head!;
    const store: HeadStore = { ...world.store, load: async () => ({ ...head, size: 9 }) };
    expect(await faultOf(sequencerOf(world, { store }).start())).toBe('head-unsigned');
  });
  it('when a tile is there with other bytes, or comes back with other bytes', async () => {
    const world = await createLog(10);
    world.tiles.files.set(tilePath({ level: 0, index: 0, width: 11 }), new Uint8Array(352));
    const sequencer = sequencerOf(world);
    await sequencer.start();
    world.store.submit(submissionOf(10));
    await expect(sequencer.step()).rejects.toBeInstanceOf(TileConflictError);

    const lying = await createLog(10);
    let written = false;
    const tiles: TileStore = {
      ...lying.tiles,
      writeNew: async (path, content) => {
        written = true;
        await lying.tiles.writeNew(path, content);
      },
      read: async (path) => {
        const content = await lying.tiles.read(path);
        if (written && content && path.startsWith('tile/0/')) content[0]! ^= 1;
        return content;
      },
    };
    const believing = sequencerOf(lying, { tiles });
    await believing.start();
    lying.store.submit(submissionOf(10));
    expect(await faultOf(believing.step())).toBe('read-back');
    expect(checkCheckpoint(decodeUtf8(lying.tiles.files.get('checkpoint')!), verifier).size).toBe(10);
  });
});
