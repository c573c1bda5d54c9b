// A vote that joins the one before it, because silence is assent by its rule or because the absent are asked: the roll of the
// first is its roll, the ballots of the first count on, and whoever took part is not asked again.
// Must never be opened over a roll that changed during the first vote: what a sold share has said already, no rule tells.
import { sum } from '@veche/core/rational.ts';
import { encodeHex } from '@veche/ledger/bytes.ts';
import { isJoined, type BallotPayload } from '@veche/ledger/meeting.ts';
import type { Tx } from '@veche/module-kit/database.ts';
import type { House } from '@veche/module-kit/module.ts';
import { sql } from 'drizzle-orm';
import { insertMaterial, listMaterials } from '../calling/store.ts';
import { readBox } from '../closing/box.ts';
import type { BoxThread } from '../closing/box-thread.ts';
import { openBallots } from '../domain/close.ts';
import { rollRoot, weightOf, type Roll } from '../domain/roll.ts';
import { effectiveBallots, entries } from '../schema.ts';
import { findMeeting, insertRoll, noticeOf, readRoll, type MeetingKey, type MeetingRow } from '../store.ts';

const PAGE = 1_000;

/** The vote whose ballots count on in this one; null where this one stands alone. */
export function findJoined(row: MeetingRow): MeetingKey | null {
  if (row.notice === null) return null;
  const notice = noticeOf(row);
  return isJoined(notice) ? { buildingId: row.buildingId, id: notice.follows!.meeting } : null;
}

/** Gives the second vote the roll of the first, line by line and under the same names, so that both have one root. */
export async function takeRollOver(tx: Tx, key: MeetingKey, first: MeetingKey): Promise<Roll> {
  const lines = await readRoll(tx, first);
  await insertRoll(tx, key, lines);
  const voters = new Set(lines.flatMap(({ voter }) => voter || []));
  return {
    entries: lines,
    root: rollRoot(lines),
    weight: sum(lines.map(weightOf)),
    heads: voters.size + lines.filter(({ voter }) => voter === '').length,
  };
}

/** The ballots of the first vote that came in time, in log order. */
export async function readCarried(house: House, first: MeetingKey): Promise<readonly BallotPayload[]> {
  const row = (await findMeeting(house.db, first))!;
  return openBallots(await readBox(house, first), row.closing?.size ?? null).inTime;
}

/** Lays them in the thread that counts; does nothing for a vote that stands alone. */
export async function layCarried(house: House, row: MeetingRow, thread: BoxThread): Promise<void> {
  const first = findJoined(row);
  if (!first) return;
  async function* pages(): AsyncGenerator<BallotPayload[]> {
    const ballots = await readCarried(house, first!);
    for (let from = 0; from < ballots.length; from += PAGE) yield ballots.slice(from, from + PAGE);
  }
  await thread.lay('carried', pages());
}

/**
 * Marks in the second vote whose ballots have come already, so that turnout, reminders and lists of who is missing know of
 * them. The caller has given it its roll.
 */
export async function markAnswered(
  tx: Tx,
  key: MeetingKey,
  first: MeetingKey,
  carried: readonly BallotPayload[],
): Promise<void> {
  const answered = [...new Set(carried.flatMap(({ entitlements }) => entitlements))];
  await tx.execute(sql`
    insert into ${effectiveBallots} (building_id, meeting, entitlement, idem, cast_at, first_cast_at)
    select building_id, ${key.id}::text, entitlement, idem, cast_at, first_cast_at from ${effectiveBallots}
    where building_id = ${first.buildingId}::uuid and meeting = ${first.id}
      and entitlement = any(${sql.param(answered)}::text[])`);
}

/** Entitlements that have answered in the first vote; nobody casts them in this one. Empty for a vote that stands alone. */
export async function readAnswered(tx: Tx, row: MeetingRow): Promise<ReadonlySet<string>> {
  if (!findJoined(row)) return new Set();
  const rows = await tx.execute<{ entitlement: string }>(sql`
    select e.entitlement from ${effectiveBallots} e
    where e.building_id = ${row.buildingId}::uuid and e.meeting = ${row.id} and not exists (
      select from ${entries} own
      where own.building_id = e.building_id and own.meeting = e.meeting and own.idem = e.idem)`);
  return new Set([...rows].map(({ entitlement }) => entitlement));
}

/** Gives the next vote the documents of the first that are of the meeting, or of an item that is voted on again. */
export async function copyMaterials(
  tx: Tx,
  house: House,
  { next, first }: { readonly next: MeetingKey; readonly first: MeetingKey },
  /** The place on the next agenda, by the place on the first. */
  places: ReadonlyMap<number, number>,
): Promise<void> {
  for (const one of await listMaterials(tx, first)) {
    const place = one.item === null ? null : places.get(one.item);
    if (place !== undefined)
      await insertMaterial(tx, { ...one, meeting: next.id, id: encodeHex(house.random(12)), item: place });
  }
}
