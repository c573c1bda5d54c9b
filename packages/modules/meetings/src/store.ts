// All SQL of meetings; rows become domain values here and nowhere else. Functions take the transaction first.
// Where two acts could meet, the comment says which lock decides, and in which order locks are taken.
import type { Locale } from '@veche/core/locale.ts';
import { decodeCanonical } from '@veche/ledger/jcs.ts';
import { parseNotice, type Notice } from '@veche/ledger/meeting.ts';
import type { Tx } from '@veche/module-kit/database.ts';
import { actingVersion } from '@veche/people/register/acting-version.ts';
import { and, asc, desc, eq, gt, inArray, isNotNull, isNull, lte, ne, sql } from 'drizzle-orm';
import type { ActingBasis } from './domain/acting-choices.ts';
import type { ActingLine } from './domain/acting.ts';
import type { Draft } from './domain/call.ts';
import type { RollEntry } from './domain/roll.ts';
import { SHORT_DIGITS } from './domain/short-address.ts';
import type { TurnoutPart, TurnoutStep } from './domain/turnout.ts';
import { passings } from './sales/schema.ts';
import { effectiveBallots, entries, keys, meetings, roll } from './schema.ts';

export type MeetingRow = typeof meetings.$inferSelect;
/** Rows that are taken over at a time: of a large building others are answered in between. */
const PAGE = 1_000;

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

/** The meeting that was called under an id that begins so; null when there is none, or more than one. */
export async function findByShortId(tx: Tx, digits: string): Promise<MeetingKey | null> {
  const rows = await tx
    .select({ buildingId: meetings.buildingId, id: meetings.id })
    .from(meetings)
    .where(
      and(
        sql`left(${meetings.id}, ${sql.raw(String(SHORT_DIGITS))}) = ${digits.slice(0, SHORT_DIGITS)}`,
        sql`starts_with(${meetings.id}, ${digits})`,
        ne(meetings.state, 'draft'),
      ),
    )
    .limit(2);
  return rows.length === 1 ? rows[0]! : null;
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
      area_cm2, share, salt, premises_number, premises_kind, marks)
    select ${key.buildingId}::uuid, ${key.id}::text, entitlement, position, voter, person_id, premises_id, unit, entrance,
      area_cm2, share, salt, premises_number, premises_kind, string_to_array(marks, ' ')
    from unnest(
      ${column('entitlement')}::text[], ${sql.param(rows.map((_, position) => position))}::int[],
      ${column('voter')}::text[], ${column('personId')}::uuid[], ${column('premisesId')}::uuid[],
      ${column('unit')}::text[], ${column('entrance')}::text[], ${column('areaCm2')}::bigint[],
      ${column('share')}::text[], ${column('salt')}::text[], ${column('premisesNumber')}::text[],
      ${column('premisesKind')}::text[], ${sql.param(rows.map(({ marks = [] }) => marks.join(' ')))}::text[]
    ) as given (entitlement, position, voter, person_id, premises_id, unit, entrance, area_cm2, share, salt,
      premises_number, premises_kind, marks)`);
}

/** Tells the database's planner how large the rolls have become: without, each vote is checked against all of a new roll. */
export async function measureRolls(tx: Tx): Promise<void> {
  await tx.execute(sql`select veche.analyze_rolls()`);
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
  marks: roll.marks,
};

/** As it was sealed at the opening: without the parts that shares came apart into since. */
const inSealedRoll = (key: MeetingKey) => and(inRoll(key), isNull(roll.partOf));

/** Who casts a line now that shares have passed; empty: nobody. */
export const nowVoter = sql<string>`coalesce(${roll.nowVoter}, ${roll.voter})`;
/** What of the premises it is now, rational text. */
export const nowShare = sql<string>`coalesce(${roll.nowShare}, ${roll.share})`;
/** The person behind that; null where nobody casts it. */
const nowCaster = sql<string | null>`case
  when ${roll.nowVoter} is null then ${roll.personId} when ${roll.nowVoter} <> '' then ${roll.nowPersonId} end`;

const nowColumns = { ...rollColumns, voter: nowVoter, personId: nowCaster, share: nowShare };

/** The whole roll of the opening in the order of its sealed tree. */
export async function readRoll(tx: Tx, key: MeetingKey): Promise<RollEntry[]> {
  return tx.select(rollColumns).from(roll).where(inSealedRoll(key)).orderBy(asc(roll.position));
}

/**
 * The whole roll of the opening in the order of its sealed tree, page by page; or as it is now, after all that passed during
 * the vote.
 */
export async function* pageRoll(
  tx: Tx,
  key: MeetingKey,
  as: 'sealed' | 'now' = 'sealed',
): AsyncGenerator<RollEntry[]> {
  for (let from = 0; ; from += PAGE) {
    const page = await tx
      .select(as === 'now' ? nowColumns : rollColumns)
      .from(roll)
      .where(and(as === 'now' ? inRoll(key) : inSealedRoll(key), sql`${roll.position} >= ${from}`))
      .orderBy(asc(roll.position))
      .limit(PAGE);
    yield page;
    if (page.length < PAGE) return;
  }
}

/** Whose the entitlements are now, without the rest of the roll; and whose they were, for those that have passed. */
export async function readVoters(tx: Tx, key: MeetingKey): Promise<ActingLine[]> {
  const [now, passed] = await Promise.all([
    tx
      .select({
        personId: nowCaster,
        voter: nowVoter,
        entitlement: roll.entitlement,
        premisesId: roll.premisesId,
      })
      .from(roll)
      .where(and(inRoll(key), isNotNull(nowCaster))),
    tx
      .select({
        personId: passings.fromPerson,
        voter: sql<string>`coalesce(${passings.fromVoter}, '')`,
        entitlement: sql<string>`${passings.entitlement}`,
        premisesId: passings.premisesId,
      })
      .from(passings)
      .where(
        and(
          eq(passings.buildingId, key.buildingId),
          eq(passings.meeting, key.id),
          isNotNull(passings.fromPerson),
          // Of what passed in part the rest is still theirs.
          eq(passings.entitlement, passings.became),
        ),
      ),
  ]);
  return [...now, ...passed.map((line) => ({ ...line, passed: true as const }))];
}

/** By what count it is known who may act in a meeting: of the meeting and of the register. Null: no such meeting. */
export async function readActorsVersion(tx: Tx, { buildingId, id }: MeetingKey): Promise<string | null> {
  const [row] = await tx.execute<{ version: string }>(sql`
    select ${actorsVersion} as version from ${meetings} m
    where m.building_id = ${buildingId}::uuid and m.id = ${id}`);
  return row?.version ?? null;
}

const actorsVersion = sql`m.actors_version::text || '/' || ${actingVersion(sql`m.building_id`)}`;

/** These lines of the roll as they are now, in the order people count premises. */
export async function rollAmong(
  tx: Tx,
  key: MeetingKey,
  entitlements: readonly string[],
): Promise<RollEntry[]> {
  return tx
    .select(nowColumns)
    .from(roll)
    .where(and(inRoll(key), sql`${roll.entitlement} = any(${sql.param([...entitlements])}::text[])`))
    .orderBy(asc(roll.premisesNumber), asc(roll.entitlement));
}

/** Persons on the roll, and those to whom a share passed since, each once. */
export async function listVoters(tx: Tx, key: MeetingKey): Promise<string[]> {
  const rows = await tx
    .selectDistinct({ was: roll.personId, now: roll.nowPersonId })
    .from(roll)
    .where(inRoll(key));
  return [...new Set(rows.flatMap(({ was, now }) => [was, now]))].filter((id) => id !== null);
}

/** Persons on the roll of whom no ballot is there for all that they hold, each once. */
export async function listMissingVoters(tx: Tx, key: MeetingKey): Promise<string[]> {
  const rows = await readMissing(tx, key);
  return [...new Set(rows.flatMap(({ personId }) => personId ?? []))];
}

/** In which of the meetings any of the persons has votes, and in which of these a ballot was cast for any. */
export async function standingOfPersons(
  tx: Tx,
  buildingId: string,
  persons: readonly string[],
): Promise<Map<string, 'to-vote' | 'voted'>> {
  const rows = await tx
    .select({
      meeting: roll.meeting,
      voted: sql<boolean>`bool_or(${effectiveBallots.entitlement} is not null)`,
    })
    .from(roll)
    .leftJoin(effectiveBallots, isSameEntitlement())
    .where(and(eq(roll.buildingId, buildingId), sql`${nowCaster} = any(${sql.param([...persons])}::uuid[])`))
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
      personId: nowCaster,
      areaCm2: roll.areaCm2,
      share: nowShare,
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
      share: nowShare,
      all: sql<string>`sum(${roll.areaCm2})::text`,
      participants: sql<string>`coalesce(sum(${roll.areaCm2}) filter (where ${effectiveBallots.entitlement} is not null), 0)::text`,
    })
    .from(roll)
    .leftJoin(effectiveBallots, isSameEntitlement())
    .where(inRoll(key))
    .groupBy(roll.entrance, nowShare);
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
    .select({ step: step.as('step'), share: nowShare, area: sql<string>`sum(${roll.areaCm2})::text` })
    .from(effectiveBallots)
    .innerJoin(roll, isSameEntitlement())
    .where(and(eq(effectiveBallots.buildingId, key.buildingId), eq(effectiveBallots.meeting, key.id)))
    .groupBy(sql`step`, nowShare);
  return rows.map(({ step: number, share, area }) => ({ step: number, share, areaCm2: BigInt(area) }));
}

/** How many persons have taken part. */
export async function countParticipants(tx: Tx, key: MeetingKey): Promise<number> {
  const [row] = await tx
    .select({ heads: sql<number>`count(distinct ${nowVoter})::int` })
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

export async function insertEntry(tx: Tx, row: Omit<EntryRow, 'castBy' | 'basis'>): Promise<void> {
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

/** All entries of the meeting page by page; what is added meanwhile may be among them or not. */
export async function* pageEntries(tx: Tx, key: MeetingKey): AsyncGenerator<EntryRow[]> {
  for (let after = ''; ;) {
    const page = await tx
      .select()
      .from(entries)
      .where(and(isEntryOf(key), gt(entries.idem, after)))
      .orderBy(asc(entries.idem))
      .limit(PAGE);
    yield page;
    if (page.length < PAGE) return;
    after = page.at(-1)!.idem;
  }
}

/** The idems of all entries of the meeting, page by page. */
export async function* pageIdems(tx: Tx, key: MeetingKey): AsyncGenerator<string[]> {
  for (let after = ''; ;) {
    const page = await tx
      .select({ idem: entries.idem })
      .from(entries)
      .where(and(isEntryOf(key), gt(entries.idem, after)))
      .orderBy(asc(entries.idem))
      .limit(PAGE);
    yield page.map(({ idem }) => idem);
    if (page.length < PAGE) return;
    after = page.at(-1)!.idem;
  }
}

/**
 * What opens the commitments of these entries of the meeting, in no order. Asked for one by one, so that no plan reads the
 * whole meeting each time when its statistics are behind.
 */
export async function readOpenings(
  tx: Tx,
  key: MeetingKey,
  idems: readonly string[],
): Promise<Pick<EntryRow, 'idem' | 'payload' | 'salt'>[]> {
  const rows = await tx.execute<Pick<EntryRow, 'idem' | 'payload' | 'salt'>>(sql`
    select e.idem, e.payload, e.salt from unnest(${sql.param([...idems])}::text[]) as asked (idem)
    cross join lateral (
      select idem, payload, salt from ${entries}
      where building_id = ${key.buildingId}::uuid and meeting = ${key.id} and ${entries}.idem = asked.idem limit 1
    ) e`);
  return [...rows];
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
 * after the closing finds the meeting no longer open. Each with the count of {@link readActorsVersion}, as it stands when
 * the transaction is decided; a register that changes later changes nothing for what was cast before.
 */
export async function holdOpen(tx: Tx, of: readonly MeetingKey[]): Promise<Map<string, string>> {
  const rows = await tx.execute<{ id: string; version: string }>(sql`
    select m.id, ${actorsVersion} as version from ${meetings} m
    where (m.building_id, m.id) in (select * from unnest(
      ${sql.param(of.map(({ buildingId }) => buildingId))}::uuid[], ${sql.param(of.map(({ id }) => id))}::text[]))
      and m.state = 'open'
    order by m.building_id, m.id for share of m`);
  return new Map([...rows].map(({ id, version }) => [id, version]));
}

/** Who cast a ballot for an owner, and on what basis. */
export type CastBy = { readonly personId: string; readonly basis: ActingBasis };

export type BallotRow = {
  readonly buildingId: string;
  readonly meeting: string;
  readonly idem: string;
  readonly voter: string;
  readonly payload: string;
  readonly salt: string;
  readonly entitlements: readonly string[];
  readonly castAt: Date;
  /** Who cast it for the owner; null or absent: the owner in person. */
  readonly castBy?: CastBy | null;
};

/**
 * Keeps ballots that are new; one that is known already, here or in a transaction that commits first, is passed over.
 * In order of idem, so that two batches cannot wait for each other.
 * @returns the idems of the new ones
 */
export async function insertBallots(tx: Tx, ballots: readonly BallotRow[]): Promise<Set<string>> {
  const rows = [...ballots].sort((a, b) => (a.idem < b.idem ? -1 : 1));
  const kept = await tx.execute<{ idem: string }>(sql`
    insert into ${entries} (building_id, meeting, idem, kind, voter, payload, salt, created_at, cast_by, basis)
    select building_id, meeting, idem, 'ballot', voter, payload, salt, created_at, cast_by, basis from unnest(
      ${sql.param(rows.map(({ buildingId }) => buildingId))}::uuid[],
      ${sql.param(rows.map(({ meeting }) => meeting))}::text[],
      ${sql.param(rows.map(({ idem }) => idem))}::text[],
      ${sql.param(rows.map(({ voter }) => voter))}::text[],
      ${sql.param(rows.map(({ payload }) => payload))}::text[],
      ${sql.param(rows.map(({ salt }) => salt))}::text[],
      ${sql.param(rows.map(({ castAt }) => castAt.toISOString()))}::timestamptz[],
      ${sql.param(rows.map(({ castBy }) => castBy?.personId ?? null))}::uuid[],
      ${sql.param(rows.map(({ castBy }) => castBy?.basis ?? null))}::text[]
    ) as given (building_id, meeting, idem, voter, payload, salt, created_at, cast_by, basis)
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

/** Entitlements with the idem of the ballot that counts for each, page by page. */
export async function* pageEffective(
  tx: Tx,
  key: MeetingKey,
): AsyncGenerator<(readonly [entitlement: string, idem: string])[]> {
  for (let after = ''; ;) {
    const page = await tx
      .select({ entitlement: effectiveBallots.entitlement, idem: effectiveBallots.idem })
      .from(effectiveBallots)
      .where(
        and(
          eq(effectiveBallots.buildingId, key.buildingId),
          eq(effectiveBallots.meeting, key.id),
          gt(effectiveBallots.entitlement, after),
        ),
      )
      .orderBy(asc(effectiveBallots.entitlement))
      .limit(PAGE);
    yield page.map(({ entitlement, idem }) => [entitlement, idem] as const);
    if (page.length < PAGE) return;
    after = page.at(-1)!.entitlement;
  }
}

/** Entitlement → idem of the ballot that counts for it, of these entitlements. */
export async function effectiveAmong(
  tx: Tx,
  key: MeetingKey,
  entitlements: readonly string[],
): Promise<Map<string, string>> {
  const rows = await tx
    .select({ entitlement: effectiveBallots.entitlement, idem: effectiveBallots.idem })
    .from(effectiveBallots)
    .where(
      and(
        eq(effectiveBallots.buildingId, key.buildingId),
        eq(effectiveBallots.meeting, key.id),
        sql`${effectiveBallots.entitlement} = any(${sql.param([...entitlements])}::text[])`,
      ),
    );
  return new Map(rows.map(({ entitlement, idem }) => [entitlement, idem]));
}
