// Brings the database's log up to a copy that holds more: entries, head and checkpoint, in one transaction. For a database
// that came back from an old backup. Nothing is ever taken away: a database that holds something else is refused.
import type { LogReader } from '@veche/ledger/audit.ts';
import { encodeUtf8, equalBytes } from '@veche/ledger/bytes.ts';
import { encodeEntryBundle, parseTilePath, TILE_WIDTH, type TileReader } from '@veche/ledger/tile.ts';
import { createTreeBuilder, readRoot } from '@veche/ledger/tree.ts';
import { createHash } from 'node:crypto';
import type { Sql } from './connect.ts';

export type RecoveryErrorCode =
  'SEQUENCER_RUNS' | 'DATABASE_LARGER' | 'DATABASE_DAMAGED' | 'OTHER_HISTORY' | 'FORK_OPEN';

/** The database's log cannot be brought up to the copy. `message` is written for the operator. */
export class RecoveryError extends Error {
  override readonly name = 'RecoveryError';
  readonly code: RecoveryErrorCode;
  constructor(code: RecoveryErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}

export type LogImport = {
  /** Of a connection that holds the sequencer's lock: nobody may write the log meanwhile. */
  readonly sql: Sql;
  /** The copy: everything it gives out is tied to its root. */
  readonly copy: TileReader;
  /** Our own note of the copy's size and root. */
  readonly checkpoint: string;
  readonly nowMs: number;
  /** Told after each bundle: how many entries of how many are in place. */
  readonly report?: (entries: number, ofEntries: number) => void;
};

/** SQLSTATE of the trigger that keeps the head where it is while there is evidence of a fork. */
const FORK_OPEN = '55000';
/** Leaf hashes read at a time. */
const PAGE = 10_000;
const BYTEA_ARRAY = 1001;

/**
 * Imports what the copy has beyond the database. All or nothing; to be called again after a failure.
 * @returns the size of the log before, and now; entries in between were imported.
 * @throws RecoveryError; TileFault when a file of the copy is missing or wrong.
 */
export async function importLog(options: LogImport): Promise<{ sizeBefore: number; size: number }> {
  const { sql, copy, report } = options;
  const [head] = await sql<
    { size: string; root: Uint8Array }[]
  >`SELECT size, root FROM ledger.head WHERE id = 1`;
  const sizeBefore = Number(head!.size);
  if (sizeBefore > copy.size)
    throw new RecoveryError(
      'DATABASE_LARGER',
      `the database holds ${sizeBefore} entries, the copy only ${copy.size}: there is nothing to recover from it`,
    );
  if (sizeBefore > 0) {
    const root = await rootOfEntries(sql, sizeBefore);
    if (!equalBytes(root, head!.root))
      throw new RecoveryError(
        'DATABASE_DAMAGED',
        'the entries in the database do not make its own head: restore another backup',
      );
    if (!equalBytes(await readRoot(sizeBefore, copy.hashes), root))
      throw new RecoveryError(
        'OTHER_HISTORY',
        'the log in the database is not the beginning of the copy: they are two histories, keep both',
      );
  }
  if (sizeBefore === copy.size) return { sizeBefore, size: copy.size };
  try {
    await sql.begin(async (tx) => {
      for (let index = Math.floor(sizeBefore / TILE_WIDTH); index * TILE_WIDTH < copy.size; index++) {
        const first = index * TILE_WIDTH;
        const leaves = await copy.entries(index);
        const skipped = Math.max(sizeBefore - first, 0);
        await insertEntries(tx as unknown as Sql, first + skipped, leaves.slice(skipped));
        report?.(first + leaves.length - sizeBefore, copy.size - sizeBefore);
      }
      // What waits in the backup and is long logged, and files that a crash before the backup had left to be written.
      await tx`DELETE FROM ledger.waiting w USING ledger.positions p WHERE p.seq = w.seq`;
      await tx`DELETE FROM ledger.staging`;
      await tx`INSERT INTO ledger.checkpoints (size, note) VALUES (${copy.size}, ${options.checkpoint})`;
      await tx`
        UPDATE ledger.head SET size = ${copy.size}, root = ${Buffer.from(copy.root)},
          checkpoint = ${options.checkpoint}, at_ms = greatest(at_ms + 1, ${options.nowMs}), epoch = epoch + 1
        WHERE id = 1`;
    });
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === FORK_OPEN)
      throw new RecoveryError(
        'FORK_OPEN',
        'the log is stopped over evidence of a fork: an operator must clear it first',
        { cause },
      );
    throw cause;
  }
  return { sizeBefore, size: copy.size };
}

/**
 * The files of the log as the database's entries make them, for public files that were lost without a mirror. Slow: hashes
 * are computed anew for every tile. Nothing of it is trusted: whoever reads checks it against the signed note.
 * @returns null when the database holds no log
 */
export async function readDatabaseLog(sql: Sql): Promise<(LogReader & { readonly size: number }) | null> {
  const [head] = await sql<{ size: string; checkpoint: string; witnessed: string | null }[]>`
    SELECT size, checkpoint, (SELECT note FROM ledger.witnessed ORDER BY size DESC, quorum_time DESC LIMIT 1) AS witnessed
    FROM ledger.head WHERE id = 1 AND checkpoint <> ''`;
  if (!head) return null;
  const { checkpoint, witnessed } = head;
  return {
    size: Number(head.size),
    checkpoint: async () => witnessed ?? checkpoint,
    async read(path) {
      if (path === 'head') return witnessed === null ? null : encodeUtf8(checkpoint);
      const { level, index, width } = parseTilePath(path);
      const first = index * TILE_WIDTH;
      if (level !== 'entries') return hashesOf(sql, TILE_WIDTH ** level, first, width);
      const rows = await sql<{ leaf: Uint8Array }[]>`
        SELECT leaf FROM ledger.entries WHERE idx >= ${first} AND idx < ${first + width} ORDER BY idx`;
      return encodeEntryBundle(rows.map(({ leaf }) => new Uint8Array(leaf)));
    },
  };
}

/** The roots over so many leaves each, one after the other. */
async function hashesOf(sql: Sql, leavesEach: number, first: number, width: number): Promise<Uint8Array> {
  const hashes = new Uint8Array(width * 32);
  let builder = createTreeBuilder();
  let done = 0;
  const end = (first + width) * leavesEach;
  for (let at = first * leavesEach; at < end;) {
    const rows = await sql<{ leaf_hash: Uint8Array }[]>`
      SELECT leaf_hash FROM ledger.entries WHERE idx >= ${at} AND idx < ${end} ORDER BY idx LIMIT ${PAGE}`;
    if (rows.length === 0) break;
    at += rows.length;
    for (const { leaf_hash: hash } of rows) {
      builder.append(new Uint8Array(hash));
      if (builder.size < leavesEach) continue;
      hashes.set(builder.root(), done++ * 32);
      builder = createTreeBuilder();
    }
  }
  return hashes.subarray(0, done * 32);
}

async function rootOfEntries(sql: Sql, size: number): Promise<Uint8Array> {
  const builder = createTreeBuilder();
  while (builder.size < size) {
    const rows = await sql<{ idx: string; leaf_hash: Uint8Array }[]>`
      SELECT idx, leaf_hash FROM ledger.entries
      WHERE idx >= ${builder.size} AND idx < ${size} ORDER BY idx LIMIT ${PAGE}`;
    for (const row of rows) {
      if (Number(row.idx) !== builder.size) return new Uint8Array();
      builder.append(new Uint8Array(row.leaf_hash));
    }
    if (rows.length === 0) return new Uint8Array();
  }
  return builder.root();
}

async function insertEntries(tx: Sql, first: number, leaves: readonly Uint8Array[]): Promise<void> {
  const byteaArray = (values: Buffer[]) => tx.array(values, BYTEA_ARRAY);
  const idems = byteaArray(leaves.map((leaf, i) => idemOf(first + i, leaf)));
  // Some may wait in the backup.
  await tx`
    INSERT INTO ledger.leaves (idem, leaf)
    SELECT given.idem, given.leaf
    FROM unnest(${idems}, ${byteaArray(leaves.map((leaf) => Buffer.from(leaf)))}) AS given (idem, leaf)
    ON CONFLICT (idem) DO NOTHING`;
  await tx`
    INSERT INTO ledger.positions (idx, seq)
    SELECT ${first}::bigint + given.n - 1, l.seq
    FROM unnest(${idems}) WITH ORDINALITY AS given (idem, n) JOIN ledger.leaves l USING (idem)`;
}

/** By which an entry is known when it is handed over again: the SHA-256 of its leaf; of the first one, which nobody hands over, its own. */
function idemOf(index: number, leaf: Uint8Array): Buffer {
  const hash = createHash('sha256');
  if (index === 0) hash.update('veche/first-entry/v1\n');
  return hash.update(leaf).digest();
}
