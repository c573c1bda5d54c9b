// The public log as modules see it: entries handed over in their transactions, receipts that never change a byte.
// In the process that sequences, a receipt costs no query: it is made from what was just published.
// Nothing is called logged here before its files are public, nor witnessed before the quorum's checkpoint is.
import { parseCheckpoint, type Checkpoint } from '@veche/ledger/checkpoint.ts';
import { parseNote } from '@veche/ledger/note.ts';
import type { WitnessPolicy } from '@veche/ledger/policy.ts';
import { encodeReceipt } from '@veche/ledger/receipt.ts';
import type { TileStore } from '@veche/ledger/sequencer.ts';
import { createTileReader, type TileReader } from '@veche/ledger/tile.ts';
import { proveInclusion } from '@veche/ledger/tree.ts';
import { microbatch } from '@veche/module-kit/microbatch.ts';
import type { LedgerPort, LoggedEntry, LogReceipt, WitnessedCheckpoint } from '@veche/module-kit/module.ts';
import { sql as statement } from 'drizzle-orm';
import { openSql, type DatabaseAddress, type Sql } from './connect.ts';
import { readLedgerStatus } from './ledger-status.ts';
import { createLogSearch } from './log-search.ts';
import {
  PUBLISHED_CHANNEL,
  WAKE_CHANNEL,
  type Publication,
  type PublishedEntry,
  type SequencerProcess,
} from './sequencer-process.ts';
import { findOpenFork, FORK_CHANNEL, REFRESH_CHANNEL, WITNESSED_CHANNEL } from './witness-records.ts';
import type { Witnessing } from './witnessing.ts';

export type PostgresLedger = LedgerPort & {
  /** True while there is evidence of a fork that no operator has cleared; known without asking the database. */
  isForked(): boolean;
  stop(): Promise<void>;
};

export type LedgerPortOptions = {
  readonly sql: Sql;
  readonly address: DatabaseAddress;
  readonly tiles: TileStore;
  readonly origin: string;
  readonly verifierKey: string;
  readonly signEntry: LedgerPort['signEntry'];
  /** Null in a process that never sequences. */
  readonly sequencer: SequencerProcess | null;
  /** Absent: the log asks no witnesses. */
  readonly policy?: WitnessPolicy | null;
  /** In the process that sequences, when there is a policy. */
  readonly witnessing?: Witnessing | null;
};

/** The log cannot take more just now: too much waits, or it was not created yet. Answered with 503 and Retry-After. */
export class LedgerBusyError extends Error {
  override readonly name = 'LedgerBusyError';
  readonly code = 'LEDGER_BUSY';
}

/** There is evidence that the log was forked: it takes nothing more until an operator has seen to it. */
export class LedgerStoppedError extends Error {
  override readonly name = 'LedgerStoppedError';
  readonly code = 'LEDGER_STOPPED';
}

/** More waiting than this is pushed back before anything is stored. */
const MOST_WAITING = 4_096;
/** How many published entries stay in memory for a receipt that is asked for later. */
const KEPT = 20_000;
/** A waiter that heard nothing looks for itself: notifications may be lost, and others may sequence. */
const LOOK_AGAIN_MS = 400;
/** An idem handed over here may be of a transaction that is still open; after this the database is believed about it. */
const OPEN_MS = 5_000;

/** Evidence is told at once; this is for a notification that was lost. */
const LOOK_FOR_FORKS_MS = 5_000;

type Place = {
  readonly index: number;
  readonly size: number;
  readonly checkpoint: string;
  readonly state: LogReceipt['state'];
};

export async function createLedgerPort(options: LedgerPortOptions): Promise<PostgresLedger> {
  const { sql, tiles, sequencer, policy = null, witnessing = null } = options;
  /** What a receipt becomes in the end. */
  const final: LogReceipt['state'] = policy ? 'witnessed' : 'logged';
  /** Entries handed over here and not yet published, by idem; the value is when. */
  const waiting = new Map<string, number>();
  const places = new Map<string, Place>();
  /** Logged in this process and not yet witnessed, in log order. */
  const unwitnessed: PublishedEntry[] = [];
  const waiters = new Map<string, Set<(place: Place) => void>>();
  let reader: TileReader | null = null;
  let forked = (await findOpenFork(sql)) !== null;

  const tell = (idem: string, place: Place): void => {
    const found = waiters.get(idem);
    if (!found) return;
    waiters.delete(idem);
    for (const resolve of found) resolve(place);
  };
  const remember = (idem: string, place: Place): void => {
    places.set(idem, place);
    if (place.state === final) tell(idem, place);
  };
  sequencer?.onPublished(({ head, entries }: Publication): void => {
    for (const { idem, index } of entries) {
      waiting.delete(idem);
      remember(idem, { index, size: head.size, checkpoint: head.checkpoint, state: 'logged' });
    }
    if (policy) unwitnessed.push(...entries);
    if (unwitnessed.length > KEPT) unwitnessed.splice(0, unwitnessed.length - KEPT);
    for (const idem of places.keys()) {
      if (places.size <= KEPT) break;
      places.delete(idem);
    }
  });
  // In the order in which they were kept, so the first one that covers an entry is the one of its receipt for ever.
  witnessing?.onWitnessed(({ size, note }: WitnessedCheckpoint): void => {
    const first = unwitnessed.findIndex(({ index }) => index >= size);
    const covered = unwitnessed.splice(0, first < 0 ? unwitnessed.length : first);
    for (const { idem, index } of covered)
      remember(idem, { index, size, checkpoint: note, state: 'witnessed' });
  });

  /** Size of the tree whose files the public can read: never more than what is written. */
  const publishedSize = async (): Promise<number> => {
    const head = sequencer?.published();
    if (head) return head.size;
    // With a policy the newest is shown beside the checkpoint; until the first start under one there is no such file.
    const notes = await Promise.all((policy ? ['head', 'checkpoint'] : ['checkpoint']).map(tiles.read));
    return Math.max(0, ...notes.map((note) => (note ? readCheckpoint(decoder.decode(note)).size : 0)));
  };

  /** Where entries stand in the public log, asked of the database for many waiters at once. */
  const find = microbatch<string, Place | null>(async (idems) => {
    const size = await publishedSize();
    const rows = await sql<PlaceRow[]>`
      SELECT encode(e.idem, 'hex') AS idem, e.idx AS index, c.size, c.note, w.size AS witnessed_size,
        w.note AS witnessed_note
      FROM ledger.entries e
      CROSS JOIN LATERAL (SELECT size, note FROM ledger.checkpoints WHERE size > e.idx ORDER BY size LIMIT 1) c
      LEFT JOIN LATERAL (
        SELECT size, note FROM ledger.witnessed WHERE size > e.idx AND ${policy !== null}
        ORDER BY size, quorum_time LIMIT 1
      ) w ON true
      WHERE e.idem = ANY (SELECT decode(i, 'hex') FROM unnest(${idems}::text[]) i) AND c.size <= ${size}`;
    const found = new Map(rows.map((row) => [row.idem, toPlace(row)]));
    for (const idem of found.keys()) waiting.delete(idem);
    return idems.map((idem) => found.get(idem) ?? null);
  }, 1_000);

  const receiptAt = async (place: Place): Promise<LogReceipt> => {
    const proof = (await sequencer?.proofAt(place.index, place.size)) ?? (await proveFromTiles(place));
    return {
      index: place.index,
      proof: encodeReceipt({ index: place.index, proof, checkpoint: place.checkpoint }),
      state: place.state,
    };
  };
  const proveFromTiles = async (place: Place): Promise<Uint8Array[]> => {
    if (reader?.size !== place.size) {
      const { size, root } = readCheckpoint(place.checkpoint);
      reader = createTileReader({ size, root, read: tiles.read });
    }
    return proveInclusion(place.index, place.size, reader!.hashes);
  };

  /** Waits until an entry is where it can get to; at the end of the time where it is, null when it is not public. */
  const awaitPlace = async (idem: string, timeoutMs: number): Promise<Place | null> => {
    let place = places.get(idem) ?? null;
    if (place?.state === final) return place;
    const end = performance.now() + timeoutMs;
    // What was handed over here a moment ago is surely not in the database's log yet: the sequencer will tell.
    if (!place && (!waiting.has(idem) || !sequencer?.published())) place = await find(idem);
    while (place?.state !== final) {
      const left = end - performance.now();
      if (left <= 0 || (place && witnessing?.isQuorumMissing())) break;
      place =
        (await hear(idem, Math.min(left, LOOK_AGAIN_MS))) ?? places.get(idem) ?? (await find(idem)) ?? place;
    }
    return place;
  };
  const hear = (idem: string, milliseconds: number): Promise<Place | null> =>
    new Promise((resolve) => {
      const present = places.get(idem);
      if (present?.state === final) return resolve(present);
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

  /** Leaves out of the count what was rolled back, and what other processes have logged meanwhile. */
  const forgetGone = shareRuns(async () => {
    const before = performance.now() - OPEN_MS;
    const old = [...waiting].filter(([, since]) => since < before).map(([idem]) => idem);
    if (old.length === 0) return;
    const rows = await sql<{ idem: string }[]>`
      SELECT encode(l.idem, 'hex') AS idem FROM ledger.leaves l JOIN ledger.waiting w USING (seq)
      WHERE l.idem = ANY (SELECT decode(i, 'hex') FROM unnest(${old}::text[]) i)`;
    const there = new Set(rows.map(({ idem }) => idem));
    for (const idem of old) if (!there.has(idem)) waiting.delete(idem);
  });

  // In a process that does not sequence, waiters look as soon as something new is told.
  const listener = openSql(options.address, {
    max: 1,
    permanent: true,
    applicationName: 'veche-ledger-listen',
  });
  const lookForWaiters = (): void => {
    if (sequencer?.published() || waiters.size === 0) return;
    const idems = [...waiters.keys()];
    void Promise.all(idems.map(find)).then(
      (found) => found.forEach((place, i) => place?.state === final && tell(idems[i]!, place)),
      () => {}, // The waiters look for themselves in a moment.
    );
  };
  const lookForForks = (): void =>
    void findOpenFork(sql).then(
      (kind) => void (forked = kind !== null),
      () => {}, // A database that is away takes nothing in anyway.
    );
  await listener.listen(policy ? WITNESSED_CHANNEL : PUBLISHED_CHANNEL, lookForWaiters);
  await listener.listen(FORK_CHANNEL, lookForForks);
  if (witnessing) await listener.listen(REFRESH_CHANNEL, witnessing.refresh);
  const forksTimer = setInterval(lookForForks, LOOK_FOR_FORKS_MS).unref();

  return {
    origin: options.origin,
    verifierKey: options.verifierKey,
    policy: policy?.text ?? null,
    status: () => readLedgerStatus(sql, sequencer, policy),
    isForked: () => forked,
    ...createLogSearch(sql, publishedSize),
    signEntry: options.signEntry,

    async submit(tx, submissions) {
      if (submissions.length === 0) return;
      if (forked) throw new LedgerStoppedError('there is evidence that the log was forked');
      const now = performance.now();
      if (waiting.size + submissions.length > MOST_WAITING) {
        await forgetGone();
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
        INSERT INTO ledger.leaves (idem, leaf)
        SELECT decode(given.idem, 'hex'), convert_to(given.leaf, 'UTF8')
        FROM unnest(${idems}::text[], ${leaves}::text[]) WITH ORDINALITY AS given (idem, leaf, n)
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
      // Asked for one by one, and planned anew each time: a plan made while the log was small would read all of it.
      const rows = await sql.unsafe<{ idem: string; index: string; leaf: string }[]>(
        `SELECT encode(l.idem, 'hex') AS idem, p.idx AS index, convert_from(l.leaf, 'UTF8') AS leaf
        FROM (SELECT DISTINCT decode(i, 'hex') AS idem FROM unnest($1::text[]) i) asked
        CROSS JOIN LATERAL (
          SELECT seq, idem, leaf FROM ledger.leaves WHERE leaves.idem = asked.idem LIMIT 1
        ) l
        CROSS JOIN LATERAL (SELECT idx FROM ledger.positions WHERE positions.seq = l.seq LIMIT 1) p
        ORDER BY p.idx`,
        [[...idems]],
      );
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
      const head = policy ? null : sequencer?.published();
      if (head) return head.checkpoint;
      const note = await tiles.read('checkpoint');
      if (!note) throw new LedgerBusyError('no checkpoint is public yet');
      return decoder.decode(note);
    },

    async witnessedFrom(unixSeconds, size) {
      if (!policy) return null;
      // In the order in which they were kept: sizes never fall, and times rise where sizes are equal.
      const [row] = await sql<{ size: string; quorum_time: string; note: string }[]>`
        SELECT size, quorum_time, note FROM ledger.witnessed
        WHERE size >= ${size} AND quorum_time >= ${unixSeconds} ORDER BY size, quorum_time LIMIT 1`;
      if (row) return { size: Number(row.size), quorumTime: Number(row.quorum_time), note: row.note };
      // Nothing may be logged for minutes: the witnesses are asked anew, so that their time is after the one wanted.
      if (witnessing && sequencer?.published()) witnessing.refresh();
      else await sql`SELECT pg_notify(${REFRESH_CHANNEL}, '')`;
      return null;
    },

    async stop() {
      clearInterval(forksTimer);
      await listener.end({ timeout: 1 });
    },
  };
}

/** Callers that come while a run is under way share it; those that come within a tenth of a second find it done. */
function shareRuns(run: () => Promise<void>): () => Promise<void> {
  let last: Promise<void> = Promise.resolve();
  let ended = -Infinity;
  let running = false;
  return () => {
    if (running || performance.now() - ended < 100) return last;
    running = true;
    last = run().finally(() => {
      running = false;
      ended = performance.now();
    });
    return last;
  };
}

type PlaceRow = {
  idem: string;
  index: string;
  size: string;
  note: string;
  witnessed_size: string | null;
  witnessed_note: string | null;
};

const toPlace = (row: PlaceRow): Place => ({
  index: Number(row.index),
  ...(row.witnessed_size !== null && row.witnessed_note !== null
    ? { size: Number(row.witnessed_size), checkpoint: row.witnessed_note, state: 'witnessed' }
    : { size: Number(row.size), checkpoint: row.note, state: 'logged' }),
});

/** Our own checkpoint, from our own disk or database: its signature was made here and is not checked again. */
const readCheckpoint = (note: string): Checkpoint => parseCheckpoint(parseNote(note).text);

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const toLoggedEntry = (row: { idem: string; index: string; leaf: string }): LoggedEntry => ({
  idem: row.idem,
  index: Number(row.index),
  leaf: row.leaf,
});
