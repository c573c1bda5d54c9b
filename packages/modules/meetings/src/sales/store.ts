// All SQL of shares that change hands while a meeting is open. What was sealed is never changed: the columns beside it say who
// casts a line now. The caller holds the meeting, against casting too, so that nothing here meets a ballot half way.
import { formatRational, parseRational } from '@veche/core/rational.ts';
import type { Tx } from '@veche/module-kit/database.ts';
import { and, asc, eq, isNotNull, lte, sql } from 'drizzle-orm';
import type { HeldLine, Passed } from '../domain/sale.ts';
import { effectiveBallots, meetings, roll } from '../schema.ts';
import type { MeetingKey } from '../store.ts';
import { passings } from './schema.ts';

export type PassingRow = typeof passings.$inferSelect;

const isPassingOf = (key: MeetingKey) =>
  and(eq(passings.buildingId, key.buildingId), eq(passings.meeting, key.id));

/** In the order in which they took effect. */
export const listPassings = (tx: Tx, key: MeetingKey): Promise<PassingRow[]> =>
  tx.select().from(passings).where(isPassingOf(key)).orderBy(asc(passings.position));

/** How many times a share passed during the vote. */
export const countPassings = (tx: Tx, key: MeetingKey): Promise<number> =>
  tx.$count(passings, isPassingOf(key));

export async function insertPassings(tx: Tx, rows: readonly PassingRow[]): Promise<void> {
  if (rows.length > 0) await tx.insert(passings).values([...rows]);
}

/** Meetings where votes are being cast; of one building only, where one is given. */
export const findOpenMeetings = (tx: Tx, now: Date, buildingId?: string): Promise<MeetingKey[]> =>
  tx
    .select({ buildingId: meetings.buildingId, id: meetings.id })
    .from(meetings)
    .where(
      and(
        eq(meetings.state, 'open'),
        lte(meetings.opensAt, now),
        ...(buildingId === undefined ? [] : [eq(meetings.buildingId, buildingId)]),
      ),
    )
    .orderBy(asc(meetings.opensAt));

/** The lines of one premises as they are now. */
export async function readHeldLines(tx: Tx, key: MeetingKey, premisesId: string): Promise<HeldLine[]> {
  const rows = await tx
    .select()
    .from(roll)
    .where(
      and(eq(roll.buildingId, key.buildingId), eq(roll.meeting, key.id), eq(roll.premisesId, premisesId)),
    );
  return rows.map(({ entitlement, voter, personId, share, nowVoter, nowPersonId, nowShare }) => ({
    entitlement,
    share: parseRational(nowShare ?? share),
    voter: nowVoter ?? voter,
    holder: nowVoter === null ? personId : nowPersonId,
  }));
}

/** The pseudonyms that persons had in the meeting, whatever they hold of it now. */
export async function readPseudonyms(tx: Tx, key: MeetingKey): Promise<Map<string, string>> {
  const inMeeting = and(eq(roll.buildingId, key.buildingId), eq(roll.meeting, key.id));
  const known = [
    ...(await tx
      .selectDistinct({ personId: roll.personId, voter: roll.voter })
      .from(roll)
      .where(and(inMeeting, isNotNull(roll.personId)))),
    ...(await tx
      .selectDistinct({ personId: roll.nowPersonId, voter: roll.nowVoter })
      .from(roll)
      .where(and(inMeeting, isNotNull(roll.nowPersonId)))),
    ...(await tx
      .selectDistinct({ personId: passings.fromPerson, voter: passings.fromVoter })
      .from(passings)
      .where(and(isPassingOf(key), isNotNull(passings.fromPerson)))),
  ];
  return new Map(
    known.flatMap(({ personId, voter }) => (personId && voter ? [[personId, voter] as const] : [])),
  );
}

/**
 * Writes onto the roll what passed, and lets the ballots that count follow: a part begins with the vote of the whole, and
 * what is void has none any more.
 */
export async function passOnRoll(
  tx: Tx,
  key: MeetingKey,
  { to, share, line }: Passed,
  isVoid: boolean,
): Promise<void> {
  if (!line) return;
  const { entitlement, became, rest, toVoter } = line;
  const isLine = and(
    eq(roll.buildingId, key.buildingId),
    eq(roll.meeting, key.id),
    eq(roll.entitlement, entitlement),
  );
  const ofMeeting = sql`building_id = ${key.buildingId}::uuid and meeting = ${key.id}`;
  if (rest === null) {
    await tx.update(roll).set({ nowVoter: toVoter, nowPersonId: to }).where(isLine);
    if (isVoid)
      await tx.execute(
        sql`delete from ${effectiveBallots} where ${ofMeeting} and entitlement = ${entitlement}`,
      );
    return;
  }
  await tx
    .update(roll)
    .set({ nowShare: formatRational(rest) })
    .where(isLine);
  await tx.execute(sql`
    insert into ${roll} (building_id, meeting, entitlement, position, voter, person_id, premises_id, unit, entrance,
      area_cm2, share, salt, premises_number, premises_kind, marks, part_of, now_voter, now_person_id)
    select building_id, meeting, ${became}::text, (select max(position) + 1 from ${roll} where ${ofMeeting}), ${toVoter}::text,
      ${to}::uuid, premises_id, unit, entrance, area_cm2, ${formatRational(share)}::text, salt, premises_number,
      premises_kind, marks, entitlement, ${toVoter}::text, ${to}::uuid
    from ${roll} where ${ofMeeting} and entitlement = ${entitlement}`);
  if (!isVoid)
    await tx.execute(sql`
      insert into ${effectiveBallots} (building_id, meeting, entitlement, idem, cast_at, first_cast_at)
      select building_id, meeting, ${became}::text, idem, cast_at, first_cast_at
      from ${effectiveBallots} where ${ofMeeting} and entitlement = ${entitlement}`);
}

/** Heads on the roll as it is now: each voter, and each line that nobody casts. */
export async function countHeadsNow(tx: Tx, key: MeetingKey): Promise<number> {
  const [row] = await tx.execute<{ heads: number }>(sql`
    select (count(distinct voter) filter (where voter <> '') + count(*) filter (where voter = ''))::int as heads
    from (select coalesce(now_voter, voter) as voter from ${roll}
      where building_id = ${key.buildingId}::uuid and meeting = ${key.id}) as line`);
  return row!.heads;
}
