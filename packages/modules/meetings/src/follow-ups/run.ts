// What follows a vote that did not decide runs by itself: planned in the transaction of the close, begun by a job when its
// time has come. Each step moves a row from one state to the next, so that two processes, or one that died between the
// steps, come to the same end: one second meeting, called once.
//
//   waiting -> drafted        the second meeting is written down, under an id that only this follow-up gives
//   drafted -> called         its notice is in the log and every owner is told
//   waiting -> for-a-person   a court, or what the house cannot begin: a person goes on from here
//   waiting -> lapsed         the chair's time to decide a tie has gone by; what the rule grants besides is planned then
//
// Where silence is assent, and where the absent are asked, the next vote begins at once and joins the first: see joined.ts.
import { isRefusal } from '@veche/core/refusal.ts';
import { encodeBase64, encodeHex, encodeUtf8 } from '@veche/ledger/bytes.ts';
import { sha256 } from '@veche/ledger/hash.ts';
import type { Notice, NoticeItem } from '@veche/ledger/meeting.ts';
import type { Tx } from '@veche/module-kit/database.ts';
import type { House } from '@veche/module-kit/module.ts';
import { describeError } from '@veche/module-kit/server.ts';
import { getBuilding } from '@veche/people/store.ts';
import type { ItemResult } from '@veche/rules/count.ts';
import type { DecisionRule } from '@veche/rules/decision-rule.ts';
import { listHolidays } from '../calling/holidays.ts';
import { inspectDraft, yearsFrom } from '../calling/inspect.ts';
import { operatorOf } from '../calling/standing-view.ts';
import { translateIn } from '../catalogs.ts';
import { resultOf } from '../closing/box.ts';
import { workingDays } from '../domain/calendar.ts';
import { endOf, followUpsOf } from '../domain/follow-up.ts';
import { isJoining } from '../domain/follow-up-kinds.ts';
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
import { copyMaterials } from './joined.ts';
import { findDueFollowUps, insertFollowUps, listFollowUps, moveFollowUp, type FollowUpRow } from './store.ts';

/** A second vote at the same sitting begins when owners could have read that there is one. */
const SAME_SITTING_MS = 10 * 60_000;

/** Writes down what the rules grant after this close. The caller holds the meeting. */
export async function planFollowUps(tx: Tx, key: MeetingKey, row: MeetingRow): Promise<void> {
  await plan(tx, key, row, resultOf(row).items, row.closedAt!);
}

/**
 * Writes down what the rules grant besides, where the chair might have decided a tie and has not, or has against the item.
 * The caller holds the meeting.
 */
export async function planAfterTie(
  tx: Tx,
  key: MeetingKey,
  row: MeetingRow,
  items: readonly string[],
  now: Date,
): Promise<void> {
  const left = resultOf(row)
    .items.filter(({ item }) => items.includes(item))
    .map(({ tie: _tie, ...result }) => result);
  await plan(tx, key, row, left, now);
}

async function plan(
  tx: Tx,
  key: MeetingKey,
  row: MeetingRow,
  results: readonly ItemResult[],
  from: Date,
): Promise<void> {
  const { items, timeZone, form } = noticeOf(row);
  const ruleOf = new Map(items.map(({ id, rule }) => [id, rule]));
  const found = followUpsOf(
    results.map((result) => ({ result, rule: ruleOf.get(result.item)! })),
    from,
    timeZone,
  );
  const lacking = new Set(results.filter(({ verdict }) => verdict === 'no-quorum').map(({ item }) => item));
  const last = (await listFollowUps(tx, key)).at(-1)?.position ?? 0;
  await insertFollowUps(
    tx,
    found.map((one, i) => ({
      buildingId: key.buildingId,
      meeting: key.id,
      position: last + i + 1,
      kind: one.kind,
      items:
        form === 'in-person' && one.kind === 'second-call' && formAfter(one.items, ruleOf) !== undefined
          ? wholeAgenda(items, one.items, lacking)
          : one.items,
      dueAt: one.dueAt,
      lastAt: one.lastAt,
      state: 'waiting' as const,
      next: null,
      doneAt: null,
    })),
  );
}

type Items = FollowUpRow['items'];

/** The form in which a second call is held, where the rules name one. */
const formAfter = (of: Items, ruleOf: ReadonlyMap<string, DecisionRule>): 'absentee' | undefined =>
  of.map(({ item }) => ruleOf.get(item)?.fallback?.form).find((form) => form !== undefined);

/**
 * A gathering that found no quorum goes over to a vote by ballots with the same agenda: what had no quorum comes along by
 * its own rule, whatever that grants by itself.
 */
const wholeAgenda = (agenda: readonly NoticeItem[], granted: Items, lacking: ReadonlySet<string>): Items =>
  agenda.flatMap(
    ({ id }) => granted.find(({ item }) => item === id) ?? (lacking.has(id) ? { item: id, rule: null } : []),
  );

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
    if (row.kind === 'casting-vote') {
      if (await moveFollowUp(tx, row, { state: 'lapsed', doneAt: now }))
        await planAfterTie(tx, { buildingId: row.buildingId, id: row.meeting }, first, itemsOf(row), now);
      return null;
    }
    if (row.kind === 'court' || (isJoining(row.kind) && hasOpenRoll(first))) {
      await moveFollowUp(tx, row, { state: 'for-a-person', doneAt: now });
      return null;
    }
    const next = { buildingId: row.buildingId, id: idOfNext(row) };
    if (!(await moveFollowUp(tx, row, { state: 'drafted', next: next.id }))) return null;
    const draft = await draftNext(tx, row, first, now);
    await insertDraft(tx, next, draft, first.language, now);
    const agenda = noticeOf(first).items.map(({ id }) => id);
    const places = new Map(row.items.map(({ item }, i) => [agenda.indexOf(item) + 1, i + 1]));
    await copyMaterials(tx, house, { next, first: { buildingId: row.buildingId, id: row.meeting } }, places);
    return { ...row, state: 'drafted', next: next.id };
  });
}

const itemsOf = ({ items }: FollowUpRow): string[] => items.map(({ item }) => item);

/** Whether a share that was sold may have changed the roll during the vote. */
const hasOpenRoll = (row: MeetingRow): boolean => {
  const { sale } = noticeOf(row);
  return sale !== undefined && sale !== 'stays';
};

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
  const joins = isJoining(row.kind);
  const isSameSitting = row.kind === 'second-vote' || joins;
  const rules = row.items.map(({ item }) => notice.items.find(({ id }) => id === item)!.rule);
  const form = rules.map(({ fallback }) => fallback?.form).find((one) => one !== undefined) ?? first.form;
  let opensAt = new Date(Math.max(row.dueAt.getTime(), now.getTime() + SAME_SITTING_MS));
  const term = isSameSitting ? null : findTerm(regime, 'notice', form);
  if (term) {
    const holidays = await listHolidays(regime, yearsFrom(building.timeZone, now), first.language);
    const day = earliestOpening(term, now, building.timeZone, workingDays(holidays));
    const hour = wallTimeOf(new Date(notice.opensAt), building.timeZone).slice(11);
    const lawful = instantOf(`${day}T${hour}`, building.timeZone)!;
    if (lawful > opensAt) opensAt = lawful;
  }
  const closesAt = endOf(
    row.kind,
    opensAt,
    { opensAt: new Date(notice.opensAt), closesAt: new Date(notice.closesAt) },
    rules.map(({ fallback }) => fallback?.minDelay),
    building.timeZone,
  );
  const { gathering, ...before } = first.draft;
  return {
    ...before,
    ...(form === 'absentee' || !gathering ? {} : { gathering: moveGathering(gathering, notice, opensAt) }),
    form,
    ...(joins ? { sale: 'stays' as const } : {}),
    follows: {
      meeting: row.meeting,
      kind: row.kind as Exclude<FollowUpRow['kind'], 'court' | 'casting-vote'>,
      result: encodeBase64(sha256(encodeUtf8(first.result!))),
    },
    title: translate(`follow-up.title.${row.kind}`, { title: notice.title }).slice(0, 200),
    opensAt: wholeSeconds(opensAt.toISOString()),
    closesAt: wholeSeconds(closesAt.toISOString()),
    items: row.items.map(({ item, rule }) => {
      const position = notice.items.findIndex(({ id }) => id === item);
      const earlier = first.draft.items[position]!;
      const { round = 0, number } = notice.items[position]!;
      return {
        ...earlier,
        ruleId: rule ?? earlier.ruleId,
        round: round + 1,
        ...(joins ? { number } : {}),
      };
    }),
  };
}

/** People come together as long after the opening as the first time. */
const moveGathering = (
  { at, place }: NonNullable<MeetingRow['draft']['gathering']>,
  { opensAt }: Pick<Notice, 'opensAt'>,
  next: Date,
) => ({
  at: wholeSeconds(new Date(next.getTime() + Date.parse(at) - Date.parse(opensAt)).toISOString()),
  place,
});

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
  const { findings } = await inspectDraft(house.db, draft, building, {
    now,
    locale: language,
    operator: operatorOf(house),
  });
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
