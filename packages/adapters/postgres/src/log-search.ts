// What the explorer of the log asks of the database: a meeting's entries, an entry by its hash, how the log grew.
// Shows nothing that is not public yet, and never writes on the way of a batch.
import type { LedgerPort, LoggedEntry } from '@veche/module-kit/module.ts';
import type { Sql } from './connect.ts';

export type LogSearch = Pick<
  LedgerPort,
  'entriesOf' | 'findByHash' | 'growth' | 'searchLag' | 'indexEntries'
>;

/** What a question may catch up by itself, so that a fresh entry is found without waiting for the job. */
const AT_ONCE = 5_000;

/** @param publishedSize - entries that the public can see at this moment. */
export function createLogSearch(sql: Sql, publishedSize: () => Promise<number>): LogSearch {
  const indexEntries = async (most: number): Promise<number> => {
    const [row] = await sql<{ done: string }[]>`SELECT ledger.index_entries(${most}::bigint) AS done`;
    return Number(row?.done ?? 0);
  };
  return {
    indexEntries,

    async entriesOf(meeting, from, limit) {
      await indexEntries(AT_ONCE);
      const size = await publishedSize();
      const rows = await sql<{ idem: string; index: string; leaf: string }[]>`
        SELECT encode(e.idem, 'hex') AS idem, e.idx AS index, convert_from(e.leaf, 'UTF8') AS leaf
        FROM ledger.search_entries s JOIN ledger.entries e USING (idx)
        WHERE s.meeting = ${meeting} AND s.idx >= ${from} AND s.idx < ${size}
        ORDER BY s.idx LIMIT ${limit}`;
      return rows.map(({ idem, index, leaf }): LoggedEntry => ({ idem, index: Number(index), leaf }));
    },

    async findByHash(leafHash) {
      await indexEntries(AT_ONCE);
      const size = await publishedSize();
      const hash = Buffer.from(leafHash, 'hex');
      const [row] = await sql<{ idx: string }[]>`
        SELECT e.idx FROM ledger.search_entries s JOIN ledger.entries e USING (idx)
        WHERE s.hash8 = ${hash.subarray(0, 8)} AND e.leaf_hash = ${hash} AND e.idx < ${size}
        ORDER BY e.idx LIMIT 1`;
      return row ? Number(row.idx) : null;
    },

    async searchLag() {
      const [row] = await sql<{ next: string }[]>`SELECT next FROM ledger.search_progress`;
      return Math.max(0, (await publishedSize()) - Number(row!.next));
    },

    async growth(fromUnixSeconds) {
      const hour = Math.floor(fromUnixSeconds / 3_600);
      // The last hour before the span tells how many entries there were when it began.
      const rows = await sql<{ hour: string; size: string }[]>`
        SELECT hour, size FROM ledger.growth
        WHERE hour >= coalesce((SELECT max(hour) FROM ledger.growth WHERE hour <= ${hour}), 0)
        ORDER BY hour`;
      return rows.map((row) => ({ at: Number(row.hour) * 3_600, size: Number(row.size) }));
    },
  };
}
