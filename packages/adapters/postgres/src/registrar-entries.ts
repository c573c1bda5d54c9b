// The registrar's own entries in the log: who may sign for it, from its first entry on.
import type { LoggedEntry } from '@veche/module-kit/module.ts';
import type { Sql } from './connect.ts';

/** Every registrar entry in log order; empty until the log is created. Found by an index of migration 0005. */
export async function readRegistrarEntries(sql: Sql): Promise<LoggedEntry[]> {
  const rows = await sql<{ idem: string; index: string; leaf: string }[]>`
    SELECT encode(idem, 'hex') AS idem, idx AS index, convert_from(leaf, 'UTF8') AS leaf
    FROM ledger.entries
    WHERE position('"kind":"registrar"'::bytea IN leaf) > 0
    ORDER BY idx`;
  return rows.map(({ idem, index, leaf }) => ({ idem, index: Number(index), leaf }));
}
