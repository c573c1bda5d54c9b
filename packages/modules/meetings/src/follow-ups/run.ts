// What follows a vote that did not decide runs by itself: planned in the transaction of the close, begun by a job when its
// time has come. Each step moves a row from one state to the next, so that two processes, or one that died between the
// steps, come to the same end: one second meeting, called once.
//
//   waiting -> drafted        the second meeting is written down, under an id that only this follow-up gives
//   drafted -> called         its notice is in the log and every owner is told
//   waiting -> for-a-person   silence that counts as assent, votes asked of the absent, a court: a person goes on from here
import { isRefusal } from '@veche/core/refusal.ts';
import { encodeHex, encodeUtf8 } from '@veche/ledger/bytes.ts';
import { sha256 } from '@veche/ledger/hash.ts';
import type { Tx } from '@veche/module-kit/database.ts';
import type { House } from '@veche/module-kit/module.ts';
import { describeError } from '@veche/module-kit/server.ts';
import { getBuilding } from '@veche/people/store.ts';
import { listHolidays } from '../calling/holidays.ts';
import { inspectDraft, yearsFrom } from '../calling/inspect.ts';
import { translateIn } from '../catalogs.ts';
import { resultOf } from '../closing/box.ts';
import { workingDays } from '../domain/calendar.ts';
import { followUpsOf } from '../domain/follow-up.ts';
import { wholeSeconds } from '../domain/instant.ts';
import { earliestOpening, findTerm } from '../domain/terms.ts';
import { instantOf, wallTimeOf } from '../domain/zoned-time.ts';
import { callDraft } from '../opening.ts';
import {
  findMeeting,
  insertDraft,
  lockMeeting,
  noticeOf,
  type MeetingKey,
  type MeetingRow,
} from '../store.ts';
import { findDueFollowUps, insertFollowUps, moveFollowUp, type FollowUpRow } from './store.ts';

/** A second vote at the same sitting begins when owners could have read that there is one. */
const SAME_SITTING_MS = 10 * 60_000;

/** Writes down what the rules grant after this close. The caller holds the meeting. */
export async function planFollowUps(tx: Tx, key: MeetingKey, row: MeetingRow): Promise<void> {
  const { items, timeZone } = noticeOf(row);
  const counted = resultOf(row).items.map((result, i) => ({ result, rule: items[i]!.rule }));
  await insertFollowUps(
    tx,
    followUpsOf(counted, row.closedAt!, timeZone).map((one, i) => ({
      buildingId: key.buildingId,
      meeting: key.id,
      position: i + 1,
      kind: one.kind,
      items: one.items,
      dueAt: one.dueAt,
      lastAt: one.lastAt,
      state: 'waiting' as const,
      next: null,
      doneAt: null,
    })),
  );
}

/** Begins every follow-up whose time has come; one that cannot begin does not hold up the others. */
export async function runFollowUps(house: House): Promise<void> {
  for (const row of await findDueFollowUps(house.db, house.clock.now())) {
    try {
      const drafted = row.state === 'waiting' ? await beginFollowUp(house, row) : row;
      if (drafted?.state === 'drafted') await callNext(house, drafted);
    } catch (error) {
      house.log.error({ meeting: row.meeting, ...describeError(error) }, 'a follow-up could not begin');
    }
  }
}

/** @returns the row as it stands now; null when another process was quicker. */
async function beginFollowUp(house: House, row: FollowUpRow): Promise<FollowUpRow | null> {
  const now = house.clock.now();
  return house.db.transaction(async (tx) => {
    const first = await lockMeeting(tx, { buildingId: row.buildingId, id: row.meeting });
    if (!first) return null;
    if (row.kind !== 'second-vote' && row.kind !== 'second-call') {
      await moveFollowUp(tx, row, { state: 'for-a-person', doneAt: now });
      return null;
    }
    const next = { buildingId: row.buildingId, id: idOfNext(row) };
    if (!(await moveFollowUp(tx, row, { state: 'drafted', next: next.id }))) return null;
    await insertDraft(tx, next, await draftNext(tx, row, first, now), first.language, now);
    return { ...row, state: 'drafted', next: next.id };
  });
}

/** 24 hex digits, the same for the same follow-up whoever asks. */
const idOfNext = ({ meeting, position }: FollowUpRow): string =>
  encodeHex(sha256(encodeUtf8(`veche/follow-up/v1\n${meeting}\n${position}`))).slice(0, 24);

async function draftNext(
  tx: Tx,
  row: FollowUpRow,
  first: MeetingRow,
  now: Date,
): Promise<MeetingRow['draft']> {
  const notice = noticeOf(first);
  const building = await getBuilding(tx, row.buildingId);
  const translate = translateIn(first.language);
  const regime = notice.items[0]!.rule.regime;
  const isSameSitting = row.kind === 'second-vote';
  let opensAt = new Date(Math.max(row.dueAt.getTime(), now.getTime() + SAME_SITTING_MS));
  const term = isSameSitting ? null : findTerm(regime, 'notice', first.form);
  if (term) {
    const holidays = await listHolidays(regime, yearsFrom(building.timeZone, now), first.language);
    const day = earliestOpening(term, now, building.timeZone, workingDays(holidays));
    const hour = wallTimeOf(new Date(notice.opensAt), building.timeZone).slice(11);
    const lawful = instantOf(`${day}T${hour}`, building.timeZone)!;
    if (lawful > opensAt) opensAt = lawful;
  }
  const lasts = Date.parse(notice.closesAt) - Date.parse(notice.opensAt);
  return {
    ...first.draft,
    title: translate(`follow-up.title.${row.kind}`, { title: notice.title }).slice(0, 200),
    opensAt: wholeSeconds(opensAt.toISOString()),
    closesAt: wholeSeconds(new Date(opensAt.getTime() + lasts).toISOString()),
    items: row.items.map(({ item, rule }) => {
      const position = notice.items.findIndex(({ id }) => id === item);
      const before = first.draft.items[position]!;
      return { ...before, ruleId: rule ?? before.ruleId, round: (notice.items[position]!.round ?? 0) + 1 };
    }),
  };
}

/** Calls the second meeting in the name of whoever called the first; its risks are those that the rule itself brings. */
async function callNext(house: House, row: FollowUpRow): Promise<void> {
  const now = house.clock.now();
  const next = { buildingId: row.buildingId, id: row.next! };
  const [first, draft] = await Promise.all([
    findMeeting(house.db, { buildingId: row.buildingId, id: row.meeting }),
    findMeeting(house.db, next),
  ]);
  // Thrown away by the chair: then a person goes on from here.
  if (!first || !draft)
    return void (await moveFollowUp(house.db, row, { state: 'for-a-person', doneAt: now }));
  if (draft.state !== 'draft')
    return void (await moveFollowUp(house.db, row, { state: 'called', doneAt: now }));
  const { language } = first;
  const building = await getBuilding(house.db, row.buildingId);
  const { findings } = await inspectDraft(house.db, draft, building, { now, locale: language });
  const reason = translateIn(language)('follow-up.reason', { title: first.title });
  const refused = await callDraft(house, next, {
    personId: first.calledBy!,
    language,
    overrides: findings
      .filter(({ severity }) => severity === 'risk')
      .map(({ code, item }) => ({ code, item, reason })),
    now,
  });
  if (isRefusal(refused) && refused.refused !== 'already-called') {
    house.log.warn({ meeting: row.meeting, refusal: refused.refused }, 'a second meeting waits for a person');
    await moveFollowUp(house.db, row, { state: 'for-a-person', doneAt: now });
    return;
  }
  await moveFollowUp(house.db, row, { state: 'called', doneAt: now });
}
