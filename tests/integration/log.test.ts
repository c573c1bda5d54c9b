import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StorageFullError } from '@veche/files/storage-error.ts';
import { parseVerifierKey } from '@veche/ledger/note.ts';
import { checkReceipt } from '@veche/ledger/receipt.ts';
import type { TileStore } from '@veche/ledger/sequencer.ts';
import { connect } from '@veche/postgres/connect.ts';
import { startEmbeddedPostgres } from '@veche/postgres/embedded.ts';
import { takeOverLog } from '@veche/postgres/ledger-store.ts';
import { migrate } from '@veche/postgres/migrate.ts';
import { createDatabase } from '@veche/postgres/template.ts';
import { describe, expect, it } from 'vitest';
import { afterwards } from '../support/afterwards.ts';
import { freshAddress } from '../support/database.ts';
import { FIRST_LEAF, signer } from '../support/log-key.ts';
import { freshTiles, leafOf, openLog, readPublicLog, type LogProcess } from '../support/log.ts';

const WAIT_MS = 15_000;

async function submit({ db, ledger }: LogProcess, ...texts: string[]): Promise<string[]> {
  const submissions = texts.map(leafOf);
  await db.transaction((tx) => ledger.submit(tx, submissions));
  ledger.wake();
  return submissions.map(({ idem }) => idem);
}

async function receiptOf({ ledger }: LogProcess, idem: string): Promise<string> {
  const [receipt] = await ledger.receipts([idem], WAIT_MS);
  if (!receipt) throw new Error('no receipt in time');
  return receipt.proof;
}

describe('the log over a real database', () => {
  it('logs what commits, in the order given, and nothing of what rolls back', async () => {
    const tiles = await freshTiles();
    const log = await openLog(await freshAddress(), tiles);
    await log.db
      .transaction(async (tx) => {
        await log.ledger.submit(tx, [leafOf('rolled back')]);
        throw new Error('roll back');
      })
      .catch(() => {});
    const texts = Array.from({ length: 600 }, (_, i) => `"${i}" \\ {строка}`);
    const idems = await submit(log, ...texts);
    const receipts = await log.ledger.receipts(idems, WAIT_MS);
    expect(receipts.map((receipt) => receipt?.index)).toEqual(texts.map((_, i) => i + 1));
    expect((await readPublicLog(tiles)).slice(1)).toEqual(texts.map((text) => leafOf(text).leaf));
    expect((await log.ledger.read(idems.slice(3, 5))).map(({ index, leaf }) => [index, leaf])).toEqual([
      [4, leafOf(texts[3]!).leaf],
      [5, leafOf(texts[4]!).leaf],
    ]);
    expect(await log.ledger.registrarEntries()).toMatchObject([{ index: 0, leaf: FIRST_LEAF }]);
  });

  it('gives one entry and one receipt for a thousand submissions of the same', async () => {
    const tiles = await freshTiles();
    const log = await openLog(await freshAddress(), tiles);
    const idems = await Promise.all(Array.from({ length: 1_000 }, () => submit(log, 'the same')));
    const receipts = await Promise.all(idems.map(([idem]) => receiptOf(log, idem!)));
    expect(new Set(receipts).size).toBe(1);
    expect(await readPublicLog(tiles)).toEqual([FIRST_LEAF, leafOf('the same').leaf]);
    // Once more when it is long logged.
    await submit(log, 'the same', 'another');
    expect(await receiptOf(log, leafOf('another').idem)).not.toBe(receipts[0]);
    expect(await readPublicLog(tiles)).toHaveLength(3);
    expect(await log.sql`SELECT FROM ledger.waiting`).toHaveLength(0);
  });

  it('gives the same receipt from memory, in another process and after a restart; it verifies', async () => {
    const address = await freshAddress();
    const tiles = await freshTiles();
    const first = await openLog(address, tiles);
    const [idem] = await submit(first, 'kept');
    const fromMemory = await receiptOf(first, idem!);
    await submit(first, ...Array.from({ length: 300 }, (_, i) => `later ${i}`));
    await receiptOf(first, leafOf('later 299').idem);

    const reader = await openLog(address, tiles, { sequences: false });
    expect(await receiptOf(reader, idem!)).toBe(fromMemory);
    await first.stop();
    const second = await openLog(address, tiles);
    expect(await receiptOf(second, idem!)).toBe(fromMemory);
    expect(() =>
      checkReceipt(fromMemory, Buffer.from(leafOf('kept').leaf), parseVerifierKey(signer.vkey)),
    ).not.toThrow();
  });

  it('is told to a process that does not sequence', async () => {
    const address = await freshAddress();
    const tiles = await freshTiles();
    await openLog(address, tiles);
    const other = await openLog(address, tiles, { sequences: false });
    const [idem] = await submit(other, 'from afar');
    expect(await receiptOf(other, idem!)).toContain('index 1\n');
  });

  it('has one head while two processes want to sequence, and the second goes on when the first ends', async () => {
    const address = await freshAddress();
    const tiles = await freshTiles();
    const first = await openLog(address, tiles);
    const second = await openLog(address, tiles);
    expect([first.sequencer!.state(), second.sequencer!.state()]).toEqual(['running', 'standby']);
    const through = [first, second, second, first];
    await Promise.all(through.map((process, i) => submit(process, `a${i}`)));
    for (const i of through.keys()) await receiptOf(second, leafOf(`a${i}`).idem);
    await first.stop();
    await submit(second, 'after');
    expect(await receiptOf(second, leafOf('after').idem)).toContain('index 5\n');
    expect(second.sequencer!.state()).toBe('running');
    expect(await readPublicLog(tiles)).toHaveLength(6);
  });

  it('lets nobody commit who was overtaken, and goes on without loss', async () => {
    const address = await freshAddress();
    const tiles = await freshTiles();
    const log = await openLog(address, tiles);
    await submit(log, 'before');
    await receiptOf(log, leafOf('before').idem);
    const other = connect(address, { max: 1 });
    afterwards(() => other.close());
    // Another process becomes the writer while this one still believes it is.
    await takeOverLog(other.sql);
    await submit(log, 'after');
    expect(await receiptOf(log, leafOf('after').idem)).toContain('index 2\n');
    expect(await readPublicLog(tiles)).toHaveLength(3);
  });

  it('waits while the disk is full, then goes on with every entry once', async () => {
    const real = await freshTiles();
    let full = false;
    const refuse = (): void => {
      if (full) throw new StorageFullError('the disk is full');
    };
    const tiles: TileStore = {
      ...real,
      writeNew: async (path, content) => (refuse(), real.writeNew(path, content)),
      replace: async (path, content) => (refuse(), real.replace(path, content)),
    };
    const log = await openLog(await freshAddress(), tiles);
    await submit(log, 'room');
    await receiptOf(log, leafOf('room').idem);
    full = true;
    const idems = await submit(log, 'no room', 'no room either');
    expect(await log.ledger.receipts(idems, 1_500)).toEqual([null, null]);
    expect(log.sequencer!.state()).toBe('failing');
    expect(await readPublicLog(real)).toHaveLength(2);
    full = false;
    expect(await receiptOf(log, idems[1]!)).toContain('index 3\n');
    expect(await readPublicLog(real)).toHaveLength(4);
  });

  it('refuses to sign when entries are missing from the table', async () => {
    const address = await freshAddress();
    const log = await openLog(address, await freshTiles());
    await submit(log, 'one', 'two');
    await receiptOf(log, leafOf('two').idem);
    for (const statement of [
      `DELETE FROM ledger.positions WHERE idx = 2`,
      `UPDATE ledger.positions SET idx = 3 WHERE idx = 2`,
      `TRUNCATE ledger.positions`,
      `DELETE FROM ledger.leaves`,
      `UPDATE ledger.leaves SET leaf = 'x'`,
      `TRUNCATE ledger.leaves`,
    ])
      await expect(log.sql.unsafe(statement), statement).rejects.toMatchObject({ code: '23001' });
    await log.sql`ALTER TABLE ledger.positions DISABLE TRIGGER USER`;
    await log.sql`DELETE FROM ledger.positions WHERE idx = 2`;
    await expect(takeOverLog(log.sql)).rejects.toMatchObject({ code: 'LOG_DAMAGED' });
  });
});

describe('the log when the database goes away and comes back', () => {
  it('loses nothing, doubles nothing, and answers again within seconds', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'veche-away-'));
    const directory = join(folder, 'postgres');
    let server = await startEmbeddedPostgres({ directory });
    afterwards(async () => {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    });
    await createDatabase(server.address);
    const setup = connect(server.address, { max: 1 });
    await migrate(setup.sql, join(import.meta.dirname, '../../migrations'));
    await setup.close();
    const tiles = await freshTiles();
    const log = await openLog(server.address, tiles, { sequences: true, batchEntries: 7 });

    const committed = new Set<string>();
    const stop = new AbortController();
    const writer = async (name: number): Promise<void> => {
      for (let i = 0; !stop.signal.aborted; i += 1) {
        const [idem] = await submit(log, `${name}/${i}`).catch(() => []);
        if (idem) committed.add(idem);
        else await new Promise((resolve) => setTimeout(resolve, 50));
      }
    };
    const writers = [1, 2, 3, 4].map(writer);
    await new Promise((resolve) => setTimeout(resolve, 500));
    await server.stop();
    await new Promise((resolve) => setTimeout(resolve, 700));
    const before = committed.size;
    server = await startEmbeddedPostgres({ directory });
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    stop.abort();
    await Promise.all(writers);
    expect(before).toBeGreaterThan(0);
    expect(committed.size).toBeGreaterThan(before);

    const receipts = await log.ledger.receipts([...committed], WAIT_MS);
    expect(receipts.every((receipt) => receipt !== null)).toBe(true);
    const leaves = await readPublicLog(tiles);
    // A transaction whose answer was lost may have committed: it may be there once, never twice.
    expect(new Set(leaves).size).toBe(leaves.length);
    expect(leaves.length).toBeGreaterThanOrEqual(committed.size + 1);
    expect(await log.sql`SELECT count(*)::int AS n FROM ledger.entries`).toEqual([{ n: leaves.length }]);
  });
});
