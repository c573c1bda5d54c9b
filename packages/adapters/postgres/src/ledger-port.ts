// The public log as modules see it: entries handed over in their transactions, receipts that never change a byte.
// In the process that sequences, a receipt costs no query: it is made from what was just published.
// Nothing is called logged here before its checkpoint is public.
import { parseCheckpoint, type Checkpoint } from '@veche/ledger/checkpoint.ts';
import { parseNote } from '@veche/ledger/note.ts';
import { encodeReceipt } from '@veche/ledger/receipt.ts';
import type { TileStore } from '@veche/ledger/sequencer.ts';
import { createTileReader, type TileReader } from '@veche/ledger/tile.ts';
import { proveInclusion } from '@veche/ledger/tree.ts';
import { microbatch } from '@veche/module-kit/microbatch.ts';
import type { LedgerPort, LoggedEntry, LogReceipt } from '@veche/module-kit/module.ts';
import { sql as statement } from 'drizzle-orm';
import { openSql, type DatabaseAddress, type Sql } from './connect.ts';
import { readLedgerStatus } from './ledger-status.ts';
import { createLogSearch } from './log-search.ts';
import {
  PUBLISHED_CHANNEL,
  WAKE_CHANNEL,
  type Publication,
  type SequencerProcess,
} from './sequencer-process.ts';

export type PostgresLedger = LedgerPort & { stop(): Promise<void> };

export type LedgerPortOptions = {
  readonly sql: Sql;
  readonly address: DatabaseAddress;
  readonly tiles: TileStore;
  readonly origin: string;
  readonly verifierKey: string;
  readonly signEntry: LedgerPort['signEntry'];
  /** Null in a process that never sequences. */
  readonly sequencer: SequencerProcess | null;
};

/** The log cannot take more just now: too much waits, or it was not created yet. Answered with 503 and Retry-After. */
export class LedgerBusyError extends Error {
  override readonly name = 'LedgerBusyError';
  readonly code = 'LEDGER_BUSY';
}

/** More waiting than this is pushed back before anything is stored. */
const MOST_WAITING = 4_096;
/** How many published entries stay in memory for a receipt that is asked for later. */
const KEPT = 20_000;
/** A waiter that heard nothing looks for itself: notifications may be lost, and others may sequence. */
const LOOK_AGAIN_MS = 400;
/** An idem handed over here is forgotten after this, whether its transaction committed or not. */
const FORGET_MS = 60_000;

type Place = { readonly index: number; readonly size: number; readonly checkpoint: string };

export async function createLedgerPort(options: LedgerPortOptions): Promise<PostgresLedger> {
  const { sql, tiles, sequencer } = options;
  /** Entries handed over here and not yet published, by idem; the value is when. */
  const waiting = new Map<string, number>();
  const places = new Map<string, Place>();
  const waiters = new Map<string, Set<(place: Place) => void>>();
  let reader: TileReader | null = null;

  const tell = (idem: string, place: Place): void => {
    const found = waiters.get(idem);
    if (!found) return;
    waiters.delete(idem);
    for (const resolve of found) resolve(place);
  };
  const onPublished = ({ head, entries }: Publication): void => {
    for (const { idem, index } of entries) {
      const place = { index, size: head.size, checkpoint: head.checkpoint };
      places.set(idem, place);
      waiting.delete(idem);
      tell(idem, place);
    }
    for (const idem of places.keys()) {
      if (places.size <= KEPT) break;
      places.delete(idem);
    }
  };
  sequencer?.onPublished(onPublished);

  /** Size of the tree that the public can see: never more than what is written. */
  const publishedSize = async (): Promise<number> => {
    const head = sequencer?.published();
    if (head) return head.size;
    const note = await tiles.read('checkpoint');
    return note ? readCheckpoint(decoder.decode(note)).size : 0;
  };

  /** Where entries stand in the public log, asked of the database for many waiters at once. */
  const find = microbatch<string, Place | null>(async (idems) => {
    const size = await publishedSize();
    const rows = await sql<{ idem: string; index: string; size: string; checkpoint: string }[]>`
      SELECT encode(e.idem, 'hex') AS idem, e.idx AS index, c.size, c.note AS checkpoint
      FROM ledger.entries e
      CROSS JOIN LATERAL (SELECT size, note FROM ledger.checkpoints WHERE size > e.idx ORDER BY size LIMIT 1) c
      WHERE e.idem = ANY (SELECT decode(i, 'hex') FROM unnest(${idems}::text[]) i) AND c.size <= ${size}`;
    const found = new Map(
      rows.map((row) => [
        row.idem,
        { index: Number(row.index), size: Number(row.size), checkpoint: row.checkpoint },
      ]),
    );
    return idems.map((idem) => found.get(idem) ?? null);
  }, 1_000);

  const receiptAt = async (place: Place): Promise<LogReceipt> => {
    const proof = (await sequencer?.proofAt(place.index, place.size)) ?? (await proveFromTiles(place));
    return {
      index: place.index,
      proof: encodeReceipt({ index: place.index, proof, checkpoint: place.checkpoint }),
      state: 'logged',
    };
  };
  const proveFromTiles = async (place: Place): Promise<Uint8Array[]> => {
    if (reader?.size !== place.size) {
      const { size, root } = readCheckpoint(place.checkpoint);
      reader = createTileReader({ size, root, read: tiles.read });
    }
    return proveInclusion(place.index, place.size, reader!.hashes);
  };

  /** Waits for the place of an entry; null when it is not public within the time. */
  const awaitPlace = async (idem: string, timeoutMs: number): Promise<Place | null> => {
    const known = places.get(idem);
    if (known) return known;
    const end = performance.now() + timeoutMs;
    // What was handed over here a moment ago is surely not in the database's log yet: the sequencer will tell.
    if (!waiting.has(idem) || !sequencer?.published()) {
      const found = await find(idem);
      if (found) return found;
    }
    for (;;) {
      const left = end - performance.now();
      if (left <= 0) return null;
      const told = await hear(idem, Math.min(left, LOOK_AGAIN_MS));
      if (told) return told;
      const found = await find(idem);
      if (found) return found;
    }
  };
  const hear = (idem: string, milliseconds: number): Promise<Place | null> =>
    new Promise((resolve) => {
      const present = places.get(idem);
      if (present) return resolve(present);
      const set = waiters.get(idem) ?? new Set();
      waiters.set(idem, set);
      const told = (place: Place): void => {
        clearTimeout(timer);
        resolve(place);
      };
      const timer = setTimeout(() => {
        set.delete(told);
        if (set.size === 0 && waiters.get(idem) === set) waiters.delete(idem);
        resolve(null);
      }, milliseconds);
      set.add(told);
    });

  const forgetOld = (now: number): void => {
    for (const [idem, since] of waiting) {
      if (now - since < FORGET_MS) break;
      waiting.delete(idem);
    }
  };

  // In a process that does not sequence, waiters look as soon as a new head is told.
  const listener = openSql(options.address, {
    max: 1,
    permanent: true,
    applicationName: 'veche-ledger-listen',
  });
  await listener.listen(PUBLISHED_CHANNEL, () => {
    if (sequencer?.published() || waiters.size === 0) return;
    const idems = [...waiters.keys()];
    void Promise.all(idems.map(find)).then(
      (found) => found.forEach((place, i) => place && tell(idems[i]!, place)),
      () => {}, // The waiters look for themselves in a moment.
    );
  });

  return {
    origin: options.origin,
    verifierKey: options.verifierKey,
    policy: null,
    witnessedFrom: async () => null,
    status: () => readLedgerStatus(sql, sequencer, null),
    ...createLogSearch(sql, publishedSize),
    signEntry: options.signEntry,

    async submit(tx, submissions) {
      if (submissions.length === 0) return;
      const now = performance.now();
      if (waiting.size + submissions.length > MOST_WAITING) {
        forgetOld(now);
        if (waiting.size > 0 && waiting.size + submissions.length > MOST_WAITING) {
          throw new LedgerBusyError('too many entries wait to be logged');
        }
      }
      for (const { idem } of submissions) {
        if (!/^[0-9a-f]{64}$/.test(idem)) throw new RangeError('expected an idem of 64 lowercase hex digits');
      }
      const idems = statement.param(submissions.map(({ idem }) => idem));
      const leaves = statement.param(submissions.map(({ leaf }) => leaf));
      const rows = (await tx.execute(statement`
        INSERT INTO ledger.submissions (idem, leaf)
        SELECT decode(given.idem, 'hex'), convert_to(given.leaf, 'UTF8')
        FROM unnest(${idems}::text[], ${leaves}::text[]) WITH ORDINALITY AS given (idem, leaf, n)
        WHERE NOT EXISTS (SELECT FROM ledger.entries e WHERE e.idem = decode(given.idem, 'hex'))
        ORDER BY given.n
        ON CONFLICT (idem) DO NOTHING
        RETURNING encode(idem, 'hex') AS idem`)) as unknown as { idem: string }[];
      for (const { idem } of rows) {
        waiting.delete(idem);
        waiting.set(idem, now);
      }
    },

    wake() {
      if (sequencer?.published()) sequencer.wake();
      else sql`SELECT pg_notify(${WAKE_CHANNEL}, '')`.catch(() => {}); // The sequencer polls besides.
    },

    receipts: (idems, timeoutMs) =>
      Promise.all(
        idems.map(async (idem) => {
          const place = await awaitPlace(idem, timeoutMs);
          return place && receiptAt(place);
        }),
      ),

    async read(idems) {
      const rows = await sql<{ idem: string; index: string; leaf: string }[]>`
        SELECT encode(idem, 'hex') AS idem, idx AS index, convert_from(leaf, 'UTF8') AS leaf
        FROM ledger.entries
        WHERE idem = ANY (SELECT decode(i, 'hex') FROM unnest(${[...idems]}::text[]) i)
        ORDER BY idx`;
      return rows.map(toLoggedEntry);
    },

    async registrarEntries() {
      // The very words of an index in the ledger's schema: a few entries among millions.
      const rows = await sql<{ idem: string; index: string; leaf: string }[]>`
        SELECT encode(idem, 'hex') AS idem, idx AS index, convert_from(leaf, 'UTF8') AS leaf
        FROM ledger.entries
        WHERE position('"kind":"registrar"'::bytea IN leaf) > 0
        ORDER BY idx`;
      return rows.map(toLoggedEntry);
    },

    async checkpoint() {
      const head = sequencer?.published();
      if (head) return head.checkpoint;
      const note = await tiles.read('checkpoint');
      if (!note) throw new LedgerBusyError('the log was not created yet');
      return decoder.decode(note);
    },

    async stop() {
      await listener.end({ timeout: 1 });
    },
  };
}

/** Our own checkpoint, from our own disk or database: its signature was made here and is not checked again. */
const readCheckpoint = (note: string): Checkpoint => parseCheckpoint(parseNote(note).text);

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const toLoggedEntry = (row: { idem: string; index: string; leaf: string }): LoggedEntry => ({
  idem: row.idem,
  index: Number(row.index),
  leaf: row.leaf,
});
