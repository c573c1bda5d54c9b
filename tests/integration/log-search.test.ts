// The explorer's questions to the database: right answers, nothing that is not public, and no loss when callers meet.
import { randomBytes } from 'node:crypto';
import { encodeHex } from '@veche/ledger/bytes.ts';
import { leafHash } from '@veche/ledger/tree.ts';
import { createLogSearch } from '@veche/postgres/log-search.ts';
import { describe, expect, it } from 'vitest';
import { freshDatabase } from '../support/database.ts';

const HOUR_MS = 3_600_000;
const leafOf = (fields: Record<string, unknown>): Buffer => Buffer.from(JSON.stringify(fields));

async function fill(leaves: readonly Buffer[], hours: readonly number[] = []) {
  const { sql } = await freshDatabase();
  let size = 0;
  const commit = async (batch: readonly Buffer[], atMs: number): Promise<void> => {
    const [head] = await sql<{ size: string; checkpoint: string; epoch: string }[]>`
      SELECT size, checkpoint, epoch FROM ledger.head`;
    const seqs: string[] = [];
    for (const leaf of batch) {
      const [row] = await sql<{ seq: string }[]>`
        INSERT INTO ledger.leaves (idem, leaf) VALUES (${randomBytes(32)}, ${leaf}) RETURNING seq`;
      seqs.push(row!.seq);
    }
    await sql`SELECT ledger.commit_batch(${head!.size}::bigint, ${head!.checkpoint}, ${head!.epoch}::bigint,
      ${Number(head!.size) + batch.length}::bigint, ${randomBytes(32)}::bytea, ${`note ${atMs} ${head!.size}`}, ${atMs}::bigint,
      ${seqs}::bigint[], ${Buffer.concat(batch.map((leaf) => leafHash(leaf)))}::bytea, '{}'::text[], '{}'::bytea[], 0)`;
    size += batch.length;
  };
  if (hours.length === 0) await commit(leaves, HOUR_MS);
  else for (const [i, hour] of hours.entries()) await commit([leaves[i]!], hour * HOUR_MS + i + 1);
  return { sql, search: createLogSearch(sql, async () => size), size };
}

describe('the search of the log', () => {
  const leaves = Array.from({ length: 40 }, (_, i) =>
    leafOf({ by: 'k', kind: 'ballot', meeting: i % 3 === 0 ? 'one' : 'two', n: i }),
  );

  it('finds the entries of a meeting in log order, from an index on', async () => {
    const { search } = await fill(leaves);
    const all = await search.entriesOf('one', 0, 100);
    expect(all.map(({ index }) => index)).toEqual(leaves.map((_, i) => i).filter((i) => i % 3 === 0));
    expect(all[1]!.leaf).toBe(leaves[3]!.toString());
    expect((await search.entriesOf('one', 10, 2)).map(({ index }) => index)).toEqual([12, 15]);
    expect(await search.entriesOf('three', 0, 100)).toEqual([]);
  });

  it('takes no other text for a meeting', async () => {
    const { search } = await fill([
      leafOf({ kind: 'note', text: 'the "meeting":"one" of yesterday' }),
      leafOf({ kind: 'note', text: 'meeting' }),
      leafOf({ kind: 'ballot', meeting: 'one' }),
    ]);
    expect((await search.entriesOf('one', 0, 10)).map(({ index }) => index)).toEqual([2]);
  });

  it('finds an entry by its hash, and the first of two alike', async () => {
    const { search } = await fill([...leaves, leaves[7]!]);
    expect(await search.findByHash(encodeHex(leafHash(leaves[7]!)))).toBe(7);
    expect(await search.findByHash('00'.repeat(32))).toBe(null);
  });

  it('shows nothing that is not public yet', async () => {
    const { sql } = await fill(leaves);
    const search = createLogSearch(sql, async () => 4);
    expect((await search.entriesOf('one', 0, 100)).map(({ index }) => index)).toEqual([0, 3]);
    expect(await search.findByHash(encodeHex(leafHash(leaves[7]!)))).toBe(null);
  });

  it('knows how far it is behind the log', async () => {
    const { search, size } = await fill(leaves);
    expect(await search.searchLag()).toBe(size);
    await search.indexEntries(30);
    expect(await search.searchLag()).toBe(size - 30);
    await search.entriesOf('one', 0, 1);
    expect(await search.searchLag()).toBe(0);
  });

  it('makes every entry findable once when callers meet', async () => {
    const { sql, search, size } = await fill(leaves);
    const done = await Promise.all(Array.from({ length: 12 }, () => search.indexEntries(5)));
    expect(done.reduce((sum, one) => sum + one, 0)).toBe(size);
    expect((await sql`SELECT count(*)::int AS n FROM ledger.search_entries`)[0]!['n']).toBe(size);
    expect(await search.indexEntries(5)).toBe(0);
  });

  it('knows how long the log was at the beginning of each hour', async () => {
    const { search } = await fill(leaves.slice(0, 5), [10, 10, 12, 12, 15]);
    const at = (hour: number, size: number) => ({ at: hour * 3_600, size });
    expect(await search.growth(0)).toEqual([at(10, 0), at(12, 2), at(15, 4)]);
    expect(await search.growth(13 * 3_600)).toEqual([at(12, 2), at(15, 4)]);
  });
});
