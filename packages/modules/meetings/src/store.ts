// All SQL of meetings; rows become domain values here and nowhere else. Functions take the transaction first.
// Where two acts could meet, the comment says which lock decides, and in which order locks are taken.
import type { Locale } from '@veche/core/locale.ts';
import { decodeCanonical } from '@veche/ledger/jcs.ts';
import { parseNotice, type Notice } from '@veche/ledger/meeting.ts';
import type { Tx } from '@veche/module-kit/database.ts';
import { and, asc, desc, eq, inArray, isNotNull, lte, ne, sql } from 'drizzle-orm';
import type { Draft } from './domain/call.ts';
import type { RollEntry } from './domain/roll.ts';
import type { TurnoutPart, TurnoutStep } from './domain/turnout.ts';
import { effectiveBallots, entries, keys, meetings, roll } from './schema.ts';

export type MeetingRow = typeof meetings.$inferSelect;
/** A meeting is named by its building and its id together. */
export type MeetingKey = { readonly buildingId: string; readonly id: string };

const isMeeting = ({ buildingId, id }: MeetingKey) =>
  and(eq(meetings.buildingId, buildingId), eq(meetings.id, id));

// ---- meetings ----------------------------------------------------------------------------------------------------

export async function insertDraft(
  tx: Tx,
  key: MeetingKey,
  draft: Draft,
  language: Locale,
  now: Date,
): Promise<void> {
  await tx.insert(meetings).values({
    ...key,
    title: draft.title,
    form: draft.form,
    openness: draft.openness,
    state: 'draft',
    language,
    opensAt: draft.opensAt ? new Date(draft.opensAt) : null,
    closesAt: draft.closesAt ? new Date(draft.closesAt) : null,
    createdAt: now,
    draft,
  });
}

/** Saves a draft; false when the meeting is no draft any more, or is not there. */
export async function updateDraft(tx: Tx, key: MeetingKey, draft: Draft): Promise<boolean> {
  const rows = await tx
    .update(meetings)
    .set({
      title: draft.title,
      form: draft.form,
      openness: draft.openness,
      opensAt: draft.opensAt ? new Date(draft.opensAt) : null,
      closesAt: draft.closesAt ? new Date(draft.closesAt) : null,
      draft,
    })
    .where(and(isMeeting(key), eq(meetings.state, 'draft')))
    .returning({ id: meetings.id });
  return rows.length > 0;
}

/** False when the meeting is no draft any more, or is not there. */
export async function deleteDraft(tx: Tx, key: MeetingKey): Promise<boolean> {
  const rows = await tx
    .delete(meetings)
    .where(and(isMeeting(key), eq(meetings.state, 'draft')))
    .returning({ id: meetings.id });
  return rows.length > 0;
}

export async function findMeeting(tx: Tx, key: MeetingKey): Promise<MeetingRow | null> {
  const [row] = await tx.select().from(meetings).where(isMeeting(key));
  return row ?? null;
}

/** The meeting, held against every other change of its state, and against casting, until the transaction ends. */
export async function lockMeeting(tx: Tx, key: MeetingKey): Promise<MeetingRow | null> {
  const [row] = await tx.select().from(meetings).where(isMeeting(key)).for('update');
  return row ?? null;
}

export async function updateMeeting(
  tx: Tx,
  key: MeetingKey,
  change: Partial<Omit<MeetingRow, 'buildingId' | 'id'>>,
): Promise<void> {
  await tx.update(meetings).set(change).where(isMeeting(key));
}

/** The notice as it was pinned. @throws RangeError: when the meeting was not called. */
export function noticeOf(row: MeetingRow): Notice {
  if (row.notice === null) throw new RangeError('expected a called meeting');
  return parseNotice(decodeCanonical(row.notice));
}

/** Meetings of a building, newest first; without drafts unless asked. */
export async function listMeetings(tx: Tx, buildingId: string, withDrafts: boolean): Promise<MeetingRow[]> {
  return tx
    .select()
    .from(meetings)
    .where(and(eq(meetings.buildingId, buildingId), ...(withDrafts ? [] : [ne(meetings.state, 'draft')])))
    .orderBy(desc(meetings.createdAt))
    .limit(500);
}

/**
 * Called meetings of all buildings, newest first, with the address and the time zone of their notice.
 * @param before - the last one of those listed already; null: from the newest on
 */
export async function listNewestCalled(
  tx: Tx,
  limit: number,
  before: { readonly calledAt: Date; readonly id: string } | null,
) {
  const rows = await tx
    .select()
    .from(meetings)
    .where(
      before
        ? sql`(${meetings.calledAt}, ${meetings.id}) < (${before.calledAt.toISOString()}::timestamptz, ${before.id}::text)`
        : isNotNull(meetings.calledAt),
    )
    .orderBy(desc(meetings.calledAt), desc(meetings.id))
    .limit(limit);
  return rows.map((row) => {
    const { building, timeZone } = noticeOf(row);
    return { ...row, address: building.address, timeZone };
  });
}

export async function findMeetingsToOpen(tx: Tx, now: Date): Promise<MeetingKey[]> {
  return tx
    .select({ buildingId: meetings.buildingId, id: meetings.id })
    .from(meetings)
    .where(and(eq(meetings.state, 'called'), lte(meetings.opensAt, now)))
    .orderBy(asc(meetings.opensAt))
    .limit(100);
}

export async function findMeetingsClosing(tx: Tx): Promise<MeetingKey[]> {
  return tx
    .select({ buildingId: meetings.buildingId, id: meetings.id })
    .from(meetings)
    .where(eq(meetings.state, 'closing'))
    .limit(100);
}

/** The number of a meeting among those called in the building, from 1. */
export async function numberOfMeeting(tx: Tx, buildingId: string, calledAt: Date): Promise<number> {
  return tx.$count(meetings, and(eq(meetings.buildingId, buildingId), lte(meetings.calledAt, calledAt)));
}

// ---- the roll ------------------------------------------------------------------------------------------------------

export async function insertRoll(tx: Tx, key: MeetingKey, rows: readonly RollEntry[]): Promise<void> {
  const column = <K extends keyof RollEntry>(name: K) => sql.param(rows.map((row) => row[name]));
  await tx.execute(sql`
    insert into ${roll} (building_id, meeting, entitlement, position, voter, person_id, premises_id, unit, entrance,
      area_cm2, share, salt, premises_number, premises_kind)
    select ${key.buildingId}::uuid, ${key.id}::text, * from unnest(
      ${column('entitlement')}::text[], ${sql.param(rows.map((_, position) => position))}::int[],
      ${column('voter')}::text[], ${column('personId')}::uuid[], ${column('premisesId')}::uuid[],
      ${column('unit')}::text[], ${column('entrance')}::text[], ${column('areaCm2')}::bigint[],
      ${column('share')}::text[], ${column('salt')}::text[], ${column('premisesNumber')}::text[],
      ${column('premisesKind')}::text[])`);
}

const inRoll = (key: MeetingKey) => and(eq(roll.buildingId, key.buildingId), eq(roll.meeting, key.id));

const rollColumns = {
  entitlement: roll.entitlement,
  voter: roll.voter,
  unit: roll.unit,
  entrance: roll.entrance,
  areaCm2: roll.areaCm2,
  share: roll.share,
  salt: roll.salt,
  personId: roll.personId,
  premisesId: roll.premisesId,
  premisesNumber: roll.premisesNumber,
  premisesKind: roll.premisesKind,
};

/** The whole roll in the order of its sealed tree. */
export async function readRoll(tx: Tx, key: MeetingKey): Promise<RollEntry[]> {
  return tx.select(rollColumns).from(roll).where(inRoll(key)).orderBy(asc(roll.position));
}

/** Part of the roll, from a position on. */
export async function readRollPage(
  tx: Tx,
  key: MeetingKey,
  from: number,
  limit: number,
): Promise<RollEntry[]> {
  return tx
    .select(rollColumns)
    .from(roll)
    .where(and(inRoll(key), sql`${roll.position} >= ${from}`))
    .orderBy(asc(roll.position))
    .limit(limit);
}

/** Who may vote with what, without the rest of the roll. */
export async function readVoters(tx: Tx, key: MeetingKey) {
  return tx
    .select({ personId: roll.personId, voter: roll.voter, entitlement: roll.entitlement })
    .from(roll)
    .where(and(inRoll(key), isNotNull(roll.personId)));
}

export async function rollOfPerson(tx: Tx, key: MeetingKey, personId: string): Promise<RollEntry[]> {
  return tx
    .select(rollColumns)
    .from(roll)
    .where(and(inRoll(key), eq(roll.personId, personId)))
    .orderBy(asc(roll.premisesNumber), asc(roll.entitlement));
}

/** Persons on the roll, each once. */
export async function listVoters(tx: Tx, key: MeetingKey): Promise<string[]> {
  const rows = await tx.selectDistinct({ personId: roll.personId }).from(roll).where(inRoll(key));
  return rows.flatMap(({ personId }) => (personId === null ? [] : [personId]));
}

/** Which of the meetings the person may vote in, and in which a ballot was cast. */
export async function standingOfPerson(
  tx: Tx,
  buildingId: string,
  personId: string,
): Promise<Map<string, 'to-vote' | 'voted'>> {
  const rows = await tx
    .select({
      meeting: roll.meeting,
      voted: sql<boolean>`bool_or(${effectiveBallots.entitlement} is not null)`,
    })
    .from(roll)
    .leftJoin(effectiveBallots, isSameEntitlement())
    .where(and(eq(roll.buildingId, buildingId), eq(roll.personId, personId)))
    .groupBy(roll.meeting);
  return new Map(rows.map(({ meeting, voted }) => [meeting, voted ? 'voted' : 'to-vote']));
}

const isSameEntitlement = () =>
  and(
    eq(effectiveBallots.buildingId, roll.buildingId),
    eq(effectiveBallots.meeting, roll.meeting),
    eq(effectiveBallots.entitlement, roll.entitlement),
  );

/** Entitlements without a ballot, by entrance and premises. Never how anyone voted. */
export async function readMissing(tx: Tx, key: MeetingKey) {
  return tx
    .select({
      entrance: roll.entrance,
      number: roll.premisesNumber,
      personId: roll.personId,
      areaCm2: roll.areaCm2,
      share: roll.share,
    })
    .from(roll)
    .leftJoin(effectiveBallots, isSameEntitlement())
    .where(and(inRoll(key), sql`${effectiveBallots.entitlement} is null`));
}

// ---- turnout ---------------------------------------------------------------------------------------------------------

/** Areas by entrance and share: exact sums, since equal shares add up as integers. */
export async function readTurnoutParts(tx: Tx, key: MeetingKey): Promise<TurnoutPart[]> {
  const rows = await tx
    .select({
      entrance: roll.entrance,
      share: roll.share,
      all: sql<string>`sum(${roll.areaCm2})::text`,
      participants: sql<string>`coalesce(sum(${roll.areaCm2}) filter (where ${effectiveBallots.entitlement} is not null), 0)::text`,
    })
    .from(roll)
    .leftJoin(effectiveBallots, isSameEntitlement())
    .where(inRoll(key))
    .groupBy(roll.entrance, roll.share);
  return rows.map(({ entrance, share, all, participants }) => ({
    entrance,
    share,
    allCm2: BigInt(all),
    participantsCm2: BigInt(participants),
  }));
}

/** Areas that first took part in each step of `stepSeconds` since `start`. */
export async function readTurnoutSteps(
  tx: Tx,
  key: MeetingKey,
  start: Date,
  stepSeconds: number,
): Promise<TurnoutStep[]> {
  const step = sql<number>`greatest(0, floor(extract(epoch from ${effectiveBallots.firstCastAt} - ${start.toISOString()}::timestamptz) / ${stepSeconds}::int))::int`;
  const rows = await tx
    .select({ step: step.as('step'), share: roll.share, area: sql<string>`sum(${roll.areaCm2})::text` })
    .from(effectiveBallots)
    .innerJoin(roll, isSameEntitlement())
    .where(and(eq(effectiveBallots.buildingId, key.buildingId), eq(effectiveBallots.meeting, key.id)))
    .groupBy(sql`step`, roll.share);
  return rows.map(({ step: number, share, area }) => ({ step: number, share, areaCm2: BigInt(area) }));
}

/** How many persons have taken part. */
export async function countParticipants(tx: Tx, key: MeetingKey): Promise<number> {
  const [row] = await tx
    .select({ heads: sql<number>`count(distinct ${roll.voter})::int` })
    .from(effectiveBallots)
    .innerJoin(roll, isSameEntitlement())
    .where(and(eq(effectiveBallots.buildingId, key.buildingId), eq(effectiveBallots.meeting, key.id)));
  return row!.heads;
}

// ---- device keys -------------------------------------------------------------------------------------------------------

export type KeyRow = typeof keys.$inferSelect;

const isKeyOf = (key: MeetingKey) => and(eq(keys.buildingId, key.buildingId), eq(keys.meeting, key.id));

export async function findKey(tx: Tx, meeting: MeetingKey, key: string): Promise<KeyRow | null> {
  const [row] = await tx
    .select()
    .from(keys)
    .where(and(isKeyOf(meeting), eq(keys.key, key)));
  return row ?? null;
}

export async function listKeys(tx: Tx, meeting: MeetingKey, voter: string): Promise<KeyRow[]> {
  return tx
    .select()
    .from(keys)
    .where(and(isKeyOf(meeting), eq(keys.voter, voter)))
    .orderBy(asc(keys.registeredAt), asc(keys.key));
}

export async function readKeys(tx: Tx, meeting: MeetingKey): Promise<{ voter: string; key: string }[]> {
  return tx.select({ voter: keys.voter, key: keys.key }).from(keys).where(isKeyOf(meeting));
}

/** False when the key is registered in this meeting already, by whomever. */
export async function insertKey(tx: Tx, row: KeyRow): Promise<boolean> {
  const rows = await tx.insert(keys).values(row).onConflictDoNothing().returning({ key: keys.key });
  return rows.length > 0;
}

// ---- entries -----------------------------------------------------------------------------------------------------------

export type EntryRow = typeof entries.$inferSelect;

const isEntryOf = (key: MeetingKey) =>
  and(eq(entries.buildingId, key.buildingId), eq(entries.meeting, key.id));

/** The meeting's own acts, each logged once. */
export const MILESTONES = [
  'meeting.called',
  'meeting.opened',
  'meeting.closed',
  'result',
  'minutes',
] as const;
export type Milestone = (typeof MILESTONES)[number];

export async function insertEntry(tx: Tx, row: EntryRow): Promise<void> {
  await tx.insert(entries).values(row).onConflictDoNothing();
}

/** The milestones reached so far, without payloads; of several minutes the first. */
export async function readMilestones(tx: Tx, key: MeetingKey): Promise<Map<Milestone, string>> {
  const rows = await tx
    .select({ kind: entries.kind, idem: entries.idem })
    .from(entries)
    .where(and(isEntryOf(key), inArray(entries.kind, [...MILESTONES])))
    .orderBy(desc(entries.createdAt), desc(entries.idem));
  return new Map(rows.map(({ kind, idem }) => [kind as Milestone, idem]));
}

/** All entries of the meeting, in no order: that is the log's. */
export async function readEntries(tx: Tx, key: MeetingKey): Promise<EntryRow[]> {
  return tx.select().from(entries).where(isEntryOf(key));
}

export async function findEntry(tx: Tx, key: MeetingKey, idem: string): Promise<EntryRow | null> {
  const [row] = await tx
    .select()
    .from(entries)
    .where(and(isEntryOf(key), eq(entries.idem, idem)));
  return row ?? null;
}

export async function listBallots(tx: Tx, key: MeetingKey, voter: string): Promise<EntryRow[]> {
  return tx
    .select()
    .from(entries)
    .where(and(isEntryOf(key), eq(entries.voter, voter), eq(entries.kind, 'ballot')))
    .orderBy(asc(entries.createdAt), asc(entries.idem));
}

// ---- casting -------------------------------------------------------------------------------------------------------------

/**
 * Of these meetings the ones that are open, held open until the transaction ends: closing waits for it, and everyone
 * after the closing finds the meeting no longer open.
 */
export async function holdOpen(tx: Tx, of: readonly MeetingKey[]): Promise<Set<string>> {
  const rows = await tx.execute<{ id: string }>(sql`
    select id from ${meetings}
    where (building_id, id) in (select * from unnest(
      ${sql.param(of.map(({ buildingId }) => buildingId))}::uuid[], ${sql.param(of.map(({ id }) => id))}::text[]))
      and state = 'open'
    order by building_id, id for share`);
  return new Set([...rows].map(({ id }) => id));
}

export type BallotRow = {
  readonly buildingId: string;
  readonly meeting: string;
  readonly idem: string;
  readonly voter: string;
  readonly payload: string;
  readonly salt: string;
  readonly entitlements: readonly string[];
  readonly castAt: Date;
};

/**
 * Keeps ballots that are new; one that is known already, here or in a transaction that commits first, is passed over.
 * In order of idem, so that two batches cannot wait for each other.
 * @returns the idems of the new ones
 */
export async function insertBallots(tx: Tx, ballots: readonly BallotRow[]): Promise<Set<string>> {
  const rows = [...ballots].sort((a, b) => (a.idem < b.idem ? -1 : 1));
  const kept = await tx.execute<{ idem: string }>(sql`
    insert into ${entries} (building_id, meeting, idem, kind, voter, payload, salt, created_at)
    select building_id, meeting, idem, 'ballot', voter, payload, salt, created_at from unnest(
      ${sql.param(rows.map(({ buildingId }) => buildingId))}::uuid[],
      ${sql.param(rows.map(({ meeting }) => meeting))}::text[],
      ${sql.param(rows.map(({ idem }) => idem))}::text[],
      ${sql.param(rows.map(({ voter }) => voter))}::text[],
      ${sql.param(rows.map(({ payload }) => payload))}::text[],
      ${sql.param(rows.map(({ salt }) => salt))}::text[],
      ${sql.param(rows.map(({ castAt }) => castAt.toISOString()))}::timestamptz[]
    ) as given (building_id, meeting, idem, voter, payload, salt, created_at)
    on conflict do nothing returning idem`);
  return new Set([...kept].map(({ idem }) => idem));
}

/**
 * Makes each ballot count for its entitlements; of several in the list the last one. Takes the row locks of the
 * entitlements in one order. The caller hands the ballots to the log after this, in the same transaction: whoever waited
 * here comes later in the log too, so that what counts here is what counts there.
 */
export async function putEffective(tx: Tx, ballots: readonly BallotRow[]): Promise<void> {
  const last = new Map<string, { ballot: BallotRow; entitlement: string }>();
  for (const ballot of ballots)
    for (const entitlement of ballot.entitlements)
      last.set(`${ballot.meeting}/${entitlement}`, { ballot, entitlement });
  const rows = [...last.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
  await tx.execute(sql`
    insert into ${effectiveBallots} as known (building_id, meeting, entitlement, idem, cast_at, first_cast_at)
    select building_id, meeting, entitlement, idem, cast_at, cast_at from unnest(
      ${sql.param(rows.map(({ ballot }) => ballot.buildingId))}::uuid[],
      ${sql.param(rows.map(({ ballot }) => ballot.meeting))}::text[],
      ${sql.param(rows.map(({ entitlement }) => entitlement))}::text[],
      ${sql.param(rows.map(({ ballot }) => ballot.idem))}::text[],
      ${sql.param(rows.map(({ ballot }) => ballot.castAt.toISOString()))}::timestamptz[]
    ) as given (building_id, meeting, entitlement, idem, cast_at)
    on conflict (building_id, meeting, entitlement)
    do update set idem = excluded.idem, cast_at = excluded.cast_at`);
}

/** Entitlement → idem of the ballot that counts for it. */
export async function readEffective(tx: Tx, key: MeetingKey): Promise<Map<string, string>> {
  const rows = await tx
    .select({ entitlement: effectiveBallots.entitlement, idem: effectiveBallots.idem })
    .from(effectiveBallots)
    .where(and(eq(effectiveBallots.buildingId, key.buildingId), eq(effectiveBallots.meeting, key.id)));
  return new Map(rows.map(({ entitlement, idem }) => [entitlement, idem]));
}

/** Idems of the ballots that count for any of the entitlements. */
export async function effectiveAmong(
  tx: Tx,
  key: MeetingKey,
  entitlements: readonly string[],
): Promise<Set<string>> {
  const rows = await tx
    .selectDistinct({ idem: effectiveBallots.idem })
    .from(effectiveBallots)
    .where(
      and(
        eq(effectiveBallots.buildingId, key.buildingId),
        eq(effectiveBallots.meeting, key.id),
        sql`${effectiveBallots.entitlement} = any(${sql.param([...entitlements])}::text[])`,
      ),
    );
  return new Set(rows.map(({ idem }) => idem));
}
