// The durable half of the sequencer: the head, the queue, the entries and the staging area in PostgreSQL.
// Only the process that holds the log's epoch may commit; the compare-and-swap in `ledger.commit_batch` decides, not a lock.
import { FIRST_ENTRY_ID, HeadMovedError, type HeadStore, type LogFile } from '@veche/ledger/sequencer.ts';
import { encodeEntryBundle, newTilesOf, tilePath, TILE_WIDTH } from '@veche/ledger/tile.ts';
import type { Sql } from './connect.ts';

type HeadRow = { size: string; root: Uint8Array; checkpoint: string; at_ms: string; epoch: string };

/** The stored log contradicts itself: somebody changed or lost rows. Nothing may be signed over it. */
export class LogDamagedError extends Error {
  override readonly name = 'LogDamagedError';
  readonly code = 'LOG_DAMAGED';
}

/** SQLSTATE of `ledger.commit_batch` when the head is not the one that was built upon. */
const HEAD_MOVED = '40001';
/** The type's number: the driver takes an array of buffers for one buffer. */
const BYTEA_ARRAY = 1001;

/**
 * The store for one holder of `epoch`.
 * @param sql - best the connection that holds the sequencer's lock: losing the lock then loses the right to commit too.
 * @param aside - for what must not wait behind a batch: whether the log is still ours, and what waits to be logged next.
 */
export function createHeadStore(sql: Sql, epoch: number, aside: Sql = sql): HeadStore {
  const byteaArray = (values: Buffer[]) => sql.array(values, BYTEA_ARRAY);
  return {
    async load() {
      const [row] = await sql<
        HeadRow[]
      >`SELECT size, root, checkpoint, at_ms, epoch FROM ledger.head WHERE id = 1`;
      if (!row || row.checkpoint === '') return null;
      return {
        size: Number(row.size),
        root: new Uint8Array(row.root),
        checkpoint: row.checkpoint,
        atMs: Number(row.at_ms),
        epoch: Number(row.epoch),
      };
    },

    async pending(limit, inFlight = []) {
      const reader = inFlight.length > 0 ? aside : sql;
      // What waits is numbered first, so that no plan reads leaves that are long logged.
      const rows = await reader<{ seq: string; idem: Uint8Array; leaf: Uint8Array; leaf_hash: Uint8Array }[]>`
        SELECT l.seq, l.idem, l.leaf, l.leaf_hash
        FROM (
          SELECT seq FROM ledger.waiting
          WHERE seq <> ALL (${inFlight.map(({ id }) => id)}::bigint[])
          ORDER BY seq LIMIT ${limit}
        ) w
        CROSS JOIN LATERAL (SELECT seq, idem, leaf, leaf_hash FROM ledger.leaves WHERE leaves.seq = w.seq LIMIT 1) l
        ORDER BY w.seq`;
      return rows.map((row) => ({
        id: row.seq,
        idem: toHex(row.idem),
        leaf: row.leaf,
        leafHash: row.leaf_hash,
      }));
    },

    async commit({ old, next, entries, staged, written }) {
      // A bundle is nothing but the entries, which this very transaction keeps: it is made from them when it is needed.
      const kept = staged.filter(({ path }) => !isBundle(path));
      const commitBatch = (tx: Sql, seqs: readonly string[]) => tx`
        SELECT ledger.commit_batch(
          ${old?.size ?? 0}::bigint, ${old?.checkpoint ?? ''}::text, ${epoch}::bigint,
          ${next.size}::bigint, ${toBuffer(next.root)}::bytea, ${next.checkpoint}::text, ${next.atMs}::bigint,
          ${seqs}::bigint[], ${Buffer.concat(entries.map(({ leafHash }) => leafHash))}::bytea,
          ${kept.map(({ path }) => path)}::text[],
          ${byteaArray(kept.map(({ content }) => toBuffer(content)))}, ${written}::bigint)`;
      try {
        const [first] = entries;
        if (first?.id !== FIRST_ENTRY_ID) {
          await commitBatch(
            sql,
            entries.map(({ id }) => id),
          );
          return;
        }
        // The registrar's entry was handed over by nobody.
        await sql.begin(async (tx) => {
          const [row] = await tx<{ seq: string }[]>`
            INSERT INTO ledger.leaves (idem, leaf)
            VALUES (${Buffer.from(first.idem, 'hex')}, ${toBuffer(first.leaf)}) RETURNING seq`;
          await commitBatch(tx as unknown as Sql, [row!.seq]);
        });
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === HEAD_MOVED)
          throw new HeadMovedError();
        throw error;
      }
    },

    async staged(above, size) {
      const rows = await sql<(LogFile & { size: string })[]>`
        SELECT size, path, content FROM ledger.staging
        WHERE size > ${above} AND size <= ${size} ORDER BY size, path`;
      if (!rows.some((row) => Number(row.size) === size)) return null;
      const staged = new Set(rows.map((row) => Number(row.size)));
      // With the head before the first that is staged: a batch's files are those that it had and this one had not.
      const first = Math.min(...staged);
      const heads = await sql<{ size: string }[]>`
        SELECT size FROM ledger.checkpoints
        WHERE size <= ${size}
          AND size >= (SELECT coalesce(max(size), 0) FROM ledger.checkpoints WHERE size < ${first})
        ORDER BY size`;
      const files: LogFile[] = [];
      let before = 0;
      for (const next of heads.map((row) => Number(row.size))) {
        if (staged.has(next)) {
          for (const { path, content } of rows.filter((row) => Number(row.size) === next))
            files.push({ path, content: new Uint8Array(content) });
          for (const tile of newTilesOf(before, next)) {
            if (tile.level !== 'entries') continue;
            const first = tile.index * TILE_WIDTH;
            const leaves = await sql<{ leaf: Uint8Array }[]>`
              SELECT leaf FROM ledger.entries WHERE idx >= ${first} AND idx < ${first + tile.width} ORDER BY idx`;
            files.push({
              path: tilePath(tile),
              content: encodeEntryBundle(leaves.map(({ leaf }) => new Uint8Array(leaf))),
            });
          }
        }
        before = next;
      }
      return files;
    },

    async holds() {
      const [row] = await aside<{ epoch: string }[]>`SELECT epoch FROM ledger.head WHERE id = 1`;
      return Number(row?.epoch) === epoch;
    },

    async clearStaged(size) {
      if (!Number.isSafeInteger(size)) throw new RangeError('expected a size');
      // Not worth a wait for the disk on the way of every receipt: what a crash brings back, the next start clears.
      await sql
        .unsafe(
          `BEGIN; SET LOCAL synchronous_commit = off; DELETE FROM ledger.staging WHERE size <= ${size}; COMMIT`,
        )
        .simple();
    },
  };
}

/**
 * Becomes the writer: every commit of an earlier writer fails from now on.
 * @returns the new epoch.
 * @throws LogDamagedError: when entries and head disagree about how many entries there are.
 */
export async function takeOverLog(sql: Sql): Promise<number> {
  const [head] = await sql<{ epoch: string; size: string; entries: string }[]>`
    UPDATE ledger.head SET epoch = epoch + 1 WHERE id = 1
    RETURNING epoch, size, (SELECT coalesce(max(idx) + 1, 0) FROM ledger.positions) AS entries`;
  if (!head) throw new LogDamagedError('the head of the log is missing');
  if (head.size !== head.entries) {
    throw new LogDamagedError(`the head counts ${head.size} entries, the table holds ${head.entries}`);
  }
  return Number(head.epoch);
}

const isBundle = (path: string): boolean => path.startsWith('tile/entries/');
const toBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const toHex = (bytes: Uint8Array): string => toBuffer(bytes).toString('hex');
