// All SQL of the notice centre: hand deliveries, calendars, and who voted (never how).
import type { Tx } from '@veche/module-kit/database.ts';
import { and, asc, desc, eq, gt, inArray, isNotNull, isNull, lte, sql } from 'drizzle-orm';
import { calendarFeeds, effectiveBallots, handDeliveries, meetings, roll } from '../schema.ts';
import { nowShare, nowVoter, type MeetingKey, type MeetingRow } from '../store.ts';

export type HandDelivery = typeof handDeliveries.$inferSelect;

const isOf = (key: MeetingKey) =>
  and(eq(handDeliveries.buildingId, key.buildingId), eq(handDeliveries.meeting, key.id));

export async function insertHandDeliveries(tx: Tx, rows: readonly HandDelivery[]): Promise<void> {
  if (rows.length > 0) await tx.insert(handDeliveries).values([...rows]);
}

/** All of a meeting, withdrawn ones too, oldest first. */
export const listHandDeliveries = (tx: Tx, key: MeetingKey): Promise<HandDelivery[]> =>
  tx
    .select()
    .from(handDeliveries)
    .where(isOf(key))
    .orderBy(asc(handDeliveries.happenedAt), asc(handDeliveries.id));

export async function findHandDelivery(tx: Tx, key: MeetingKey, id: string): Promise<HandDelivery | null> {
  const [row] = await tx
    .select()
    .from(handDeliveries)
    .where(and(isOf(key), eq(handDeliveries.id, id)));
  return row ?? null;
}

/** False when it has a proof already: a proof is never replaced. */
export async function putProof(
  tx: Tx,
  key: MeetingKey,
  id: string,
  proof: { proofFile: string; proofType: string; proofHash: string },
): Promise<boolean> {
  const rows = await tx
    .update(handDeliveries)
    .set(proof)
    .where(and(isOf(key), eq(handDeliveries.id, id), isNull(handDeliveries.proofFile)))
    .returning({ id: handDeliveries.id });
  return rows.length > 0;
}

/** False when it was withdrawn before. */
export async function withdraw(
  tx: Tx,
  key: MeetingKey,
  id: string,
  withdrawal: { withdrawnAt: Date; withdrawnBy: string; withdrawnWhy: string },
): Promise<boolean> {
  const rows = await tx
    .update(handDeliveries)
    .set(withdrawal)
    .where(and(isOf(key), eq(handDeliveries.id, id), isNull(handDeliveries.withdrawnAt)))
    .returning({ id: handDeliveries.id });
  return rows.length > 0;
}

// ---- votes -----------------------------------------------------------------------------------------------------------

/** Every entitlement of the roll as it is now, with whether a ballot was cast for it. */
export const readTakenPart = (tx: Tx, key: MeetingKey) =>
  tx
    .select({
      entrance: roll.entrance,
      areaCm2: roll.areaCm2,
      share: nowShare,
      voter: nowVoter,
      hasVoted: sql<boolean>`${effectiveBallots.entitlement} is not null`,
    })
    .from(roll)
    .leftJoin(
      effectiveBallots,
      and(
        eq(effectiveBallots.buildingId, roll.buildingId),
        eq(effectiveBallots.meeting, roll.meeting),
        eq(effectiveBallots.entitlement, roll.entitlement),
      ),
    )
    .where(and(eq(roll.buildingId, key.buildingId), eq(roll.meeting, key.id)));

/** Open meetings that end after `now` and not after `until`. */
export const findMeetingsEnding = (tx: Tx, now: Date, until: Date): Promise<MeetingRow[]> =>
  tx
    .select()
    .from(meetings)
    .where(and(eq(meetings.state, 'open'), gt(meetings.closesAt, now), lte(meetings.closesAt, until)))
    .limit(500);

// ---- calendars -------------------------------------------------------------------------------------------------------

export async function putCalendarFeed(tx: Tx, personId: string, tokenHash: string, now: Date): Promise<void> {
  await tx
    .insert(calendarFeeds)
    .values({ personId, tokenHash, createdAt: now })
    .onConflictDoUpdate({ target: calendarFeeds.personId, set: { tokenHash, createdAt: now } });
}

export async function deleteCalendarFeed(tx: Tx, personId: string): Promise<void> {
  await tx.delete(calendarFeeds).where(eq(calendarFeeds.personId, personId));
}

/** Null: there is no address. */
export async function findFeedSince(tx: Tx, personId: string): Promise<Date | null> {
  const [row] = await tx
    .select({ createdAt: calendarFeeds.createdAt })
    .from(calendarFeeds)
    .where(eq(calendarFeeds.personId, personId));
  return row?.createdAt ?? null;
}

export async function findFeedPerson(tx: Tx, tokenHash: string): Promise<string | null> {
  const [row] = await tx
    .select({ personId: calendarFeeds.personId })
    .from(calendarFeeds)
    .where(eq(calendarFeeds.tokenHash, tokenHash));
  return row?.personId ?? null;
}

/** Called meetings of these buildings, the newest first. */
export const listCalledIn = async (
  tx: Tx,
  buildingIds: readonly string[],
  limit: number,
): Promise<MeetingRow[]> =>
  buildingIds.length === 0
    ? []
    : tx
        .select()
        .from(meetings)
        .where(and(inArray(meetings.buildingId, [...buildingIds]), isNotNull(meetings.calledAt)))
        .orderBy(desc(meetings.calledAt))
        .limit(limit);
