// The count by which those who keep in memory who acts for whom learn that it has changed. It is read before what is kept,
// never after: what is read later may then only be newer than its count, and is read again.
import type { Tx } from '@veche/module-kit/database.ts';
import { sql, type SQL } from 'drizzle-orm';

/** SQL of the count: to be read with what else a query reads. */
export const actingVersion = (buildingId: SQL): SQL<string> =>
  sql<string>`coalesce((select version from people.acting_versions where building_id = ${buildingId}), 0)::text`;

/** To be called, last, by every act after which somebody else may act for somebody: acts of one building wait here. */
export async function raiseActingVersion(tx: Tx, buildingId: string): Promise<void> {
  await tx.execute(sql`
    insert into people.acting_versions as known (building_id, version) values (${buildingId}::uuid, 1)
    on conflict (building_id) do update set version = known.version + 1`);
}
