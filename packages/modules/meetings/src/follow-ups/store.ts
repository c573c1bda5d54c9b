// All SQL of what follows a vote that did not decide.
import type { Tx } from '@veche/module-kit/database.ts';
import { and, asc, eq, inArray, lte, or } from 'drizzle-orm';
import type { MeetingKey } from '../store.ts';
import { followUps } from './schema.ts';

export type FollowUpRow = typeof followUps.$inferSelect;

const isIt = ({ buildingId, meeting, position }: Pick<FollowUpRow, 'buildingId' | 'meeting' | 'position'>) =>
  and(eq(followUps.buildingId, buildingId), eq(followUps.meeting, meeting), eq(followUps.position, position));

/** Those that are planned already stay as they are. */
export async function insertFollowUps(tx: Tx, rows: readonly FollowUpRow[]): Promise<void> {
  if (rows.length > 0)
    await tx
      .insert(followUps)
      .values([...rows])
      .onConflictDoNothing();
}

export async function listFollowUps(tx: Tx, key: MeetingKey): Promise<FollowUpRow[]> {
  return tx
    .select()
    .from(followUps)
    .where(and(eq(followUps.buildingId, key.buildingId), eq(followUps.meeting, key.id)))
    .orderBy(asc(followUps.position));
}

/** Those whose time has come, and those that were left half way. */
export async function findDueFollowUps(tx: Tx, now: Date): Promise<FollowUpRow[]> {
  return tx
    .select()
    .from(followUps)
    .where(
      or(
        and(eq(followUps.state, 'waiting'), lte(followUps.dueAt, now)),
        inArray(followUps.state, ['drafted']),
      ),
    )
    .orderBy(asc(followUps.dueAt))
    .limit(100);
}

/** False when it is not in the state it was found in: another process was quicker. */
export async function moveFollowUp(
  tx: Tx,
  row: FollowUpRow,
  change: Pick<FollowUpRow, 'state'> & Partial<Pick<FollowUpRow, 'next' | 'doneAt'>>,
): Promise<boolean> {
  const rows = await tx
    .update(followUps)
    .set(change)
    .where(and(isIt(row), eq(followUps.state, row.state)))
    .returning({ position: followUps.position });
  return rows.length > 0;
}
