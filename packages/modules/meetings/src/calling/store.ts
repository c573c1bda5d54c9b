// All SQL of calling: documents of a meeting and the risks that somebody took; rows become domain values here and nowhere else.
import type { Tx } from '@veche/module-kit/database.ts';
import { and, asc, eq, inArray, ne } from 'drizzle-orm';
import type { OtherMeeting } from '../domain/preflight.ts';
import { meetings } from '../schema.ts';
import { noticeOf, type MeetingKey } from '../store.ts';
import { materials, overrides } from './schema.ts';

export type MaterialRow = typeof materials.$inferSelect;
export type OverrideRow = typeof overrides.$inferSelect;

const isMaterialOf = ({ buildingId, id }: MeetingKey) =>
  and(eq(materials.buildingId, buildingId), eq(materials.meeting, id));

/** In the order in which they were attached. */
export async function listMaterials(tx: Tx, key: MeetingKey): Promise<MaterialRow[]> {
  return tx
    .select()
    .from(materials)
    .where(isMaterialOf(key))
    .orderBy(asc(materials.uploadedAt), asc(materials.id));
}

export async function findMaterial(tx: Tx, key: MeetingKey, id: string): Promise<MaterialRow | null> {
  const [row] = await tx
    .select()
    .from(materials)
    .where(and(isMaterialOf(key), eq(materials.id, id)));
  return row ?? null;
}

export async function insertMaterial(tx: Tx, row: MaterialRow): Promise<void> {
  await tx.insert(materials).values(row);
}

/** False when there is none of this id. */
export async function deleteMaterial(tx: Tx, key: MeetingKey, id: string): Promise<boolean> {
  const rows = await tx
    .delete(materials)
    .where(and(isMaterialOf(key), eq(materials.id, id)))
    .returning({ id: materials.id });
  return rows.length > 0;
}

export async function insertOverrides(tx: Tx, rows: readonly OverrideRow[]): Promise<void> {
  if (rows.length > 0) await tx.insert(overrides).values([...rows]);
}

/** Oldest first. */
export async function listOverrides(tx: Tx, key: MeetingKey): Promise<OverrideRow[]> {
  return tx
    .select()
    .from(overrides)
    .where(and(eq(overrides.buildingId, key.buildingId), eq(overrides.meeting, key.id)))
    .orderBy(asc(overrides.takenAt), asc(overrides.id));
}

const RUNNING = ['called', 'open', 'closing'] as const;

/** How many meetings of the building were called and are not over. */
export const countRunning = (tx: Tx, buildingId: string): Promise<number> =>
  tx.$count(meetings, and(eq(meetings.buildingId, buildingId), inArray(meetings.state, [...RUNNING])));

/** Meetings of the building that were called and are not over, without this one. */
export async function listRunning(tx: Tx, key: MeetingKey): Promise<OtherMeeting[]> {
  const rows = await tx
    .select()
    .from(meetings)
    .where(
      and(
        eq(meetings.buildingId, key.buildingId),
        ne(meetings.id, key.id),
        inArray(meetings.state, [...RUNNING]),
      ),
    )
    .limit(100);
  return rows.map((row) => ({ title: row.title, items: noticeOf(row).items.map(({ text }) => text) }));
}
