// All SQL of what follows a vote that did not decide, and of ties that a chair decided.
import type { Tx } from '@veche/module-kit/database.ts';
import { and, asc, eq, inArray, lte, ne, or } from 'drizzle-orm';
import { meetings } from '../schema.ts';
import type { MeetingKey, MeetingRow } from '../store.ts';
import { followUps, tieDecisions } from './schema.ts';

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
        and(eq(followUps.state, 'waiting'), ne(followUps.kind, 'casting-vote'), lte(followUps.dueAt, now)),
        // The chair may act from the close on: what is due is the end of that time.
        and(eq(followUps.state, 'waiting'), eq(followUps.kind, 'casting-vote'), lte(followUps.lastAt, now)),
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

/** What the meeting follows; null where a person called it. */
export async function findFollowed(tx: Tx, key: MeetingKey): Promise<FollowUpRow | null> {
  const [row] = await tx
    .select()
    .from(followUps)
    .where(and(eq(followUps.buildingId, key.buildingId), eq(followUps.next, key.id)));
  return row ?? null;
}

/** Items of the building, as `meeting/item`, that something may still decide by itself or by the chair's vote. */
export async function listOpenItems(tx: Tx, buildingId: string): Promise<ReadonlySet<string>> {
  const rows = await tx
    .select({ meeting: followUps.meeting, items: followUps.items })
    .from(followUps)
    .where(
      and(
        eq(followUps.buildingId, buildingId),
        ne(followUps.kind, 'court'),
        inArray(followUps.state, ['waiting', 'drafted', 'called']),
      ),
    );
  return new Set(rows.flatMap(({ meeting, items }) => items.map(({ item }) => `${meeting}/${item}`)));
}

/** Open votes that join another and whose announced end has come. */
export async function findJoinedEnded(tx: Tx, now: Date): Promise<MeetingRow[]> {
  const rows = await tx
    .select({ meeting: meetings })
    .from(followUps)
    .innerJoin(meetings, and(eq(meetings.buildingId, followUps.buildingId), eq(meetings.id, followUps.next)))
    .where(
      and(
        inArray(followUps.kind, ['silent-assent', 'ask-absent']),
        eq(meetings.state, 'open'),
        lte(meetings.closesAt, now),
      ),
    )
    .limit(100);
  return rows.map(({ meeting }) => meeting);
}

export type TieDecisionRow = typeof tieDecisions.$inferSelect;

/** False when the tie is decided already. */
export async function insertTieDecision(tx: Tx, row: TieDecisionRow): Promise<boolean> {
  const rows = await tx
    .insert(tieDecisions)
    .values(row)
    .onConflictDoNothing()
    .returning({ item: tieDecisions.item });
  return rows.length > 0;
}

export async function listTieDecisions(tx: Tx, key: MeetingKey): Promise<TieDecisionRow[]> {
  return tx
    .select()
    .from(tieDecisions)
    .where(and(eq(tieDecisions.buildingId, key.buildingId), eq(tieDecisions.meeting, key.id)))
    .orderBy(asc(tieDecisions.item));
}
