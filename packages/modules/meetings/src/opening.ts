// Calling and opening: the notice goes into the log and to every owner; at the announced moment the roll is taken.
import type { Locale } from '@veche/core/locale.ts';
import { formatRational } from '@veche/core/rational.ts';
import { isRefusal, refuse, type Refusal } from '@veche/core/refusal.ts';
import { encodeBase64, encodeHex, encodeUtf8, decodeBase64 } from '@veche/ledger/bytes.ts';
import { makeCommitment } from '@veche/ledger/commitment.ts';
import { sha256 } from '@veche/ledger/hash.ts';
import { encodeCanonical } from '@veche/ledger/jcs.ts';
import type { Notice } from '@veche/ledger/meeting.ts';
import { parsePolicy } from '@veche/ledger/policy.ts';
import type { House, Notice as OwnerNotice } from '@veche/module-kit/module.ts';
import { describeError } from '@veche/module-kit/server.ts';
import { withAgents } from '@veche/people/register/acting-store.ts';
import { holdBuilding, listOwners } from '@veche/people/store.ts';
import { inspectDraft, rulesAt } from './calling/inspect.ts';
import { operatorOf } from './calling/standing-view.ts';
import { insertOverrides } from './calling/store.ts';
import { callMeeting, itemId, numberOf, type CallRefusal, type Override } from './domain/call.ts';
import { formatMoment } from './domain/figures.ts';
import { findJoined, markAnswered, readCarried, takeRollOver } from './follow-ups/joined.ts';
import { makeRoll } from './domain/roll.ts';
import { findMarkedHoldings } from './marks/marked-holdings.ts';
import { signEntry, submitEntry } from './milestone.ts';
import { textsOf } from './rules/installed.ts';
import {
  findMeetingsToOpen,
  insertRoll,
  listMissingVoters,
  listVoters,
  lockMeeting,
  measureRolls,
  noticeOf,
  updateMeeting,
  type MeetingKey,
} from './store.ts';

/** Pins the notice in the log and tells every owner, all or nothing. */
export async function callDraft(
  house: House,
  key: MeetingKey,
  input: {
    readonly personId: string;
    readonly language: Locale;
    readonly overrides: readonly Override[];
    readonly now: Date;
  },
): Promise<CallRefusal | Refusal<'not-found' | 'already-called'> | null> {
  const { now } = input;
  const refused = await house.db.transaction(async (tx) => {
    const row = await lockMeeting(tx, key);
    if (!row) return refuse('not-found');
    if (row.state !== 'draft') return refuse('already-called');
    const building = await holdBuilding(tx, key.buildingId);
    const { findings, materials } = await inspectDraft(tx, row, building, {
      now,
      locale: input.language,
      operator: operatorOf(house),
    });
    const called = callMeeting({
      id: key.id,
      draft: row.draft,
      building,
      findings,
      overrides: input.overrides,
      materials: materials.map(({ name, type, bytes, sha256: digest, item }) => ({
        name,
        type,
        bytes,
        sha256: digest,
        ...(item === null ? {} : { item: itemId(numberOf(row.draft, item)) }),
      })),
      findRule: rulesAt(building.timeZone, now),
      textsOf,
    });
    if (isRefusal(called)) return called;
    await insertOverrides(
      tx,
      called.accepted.map(({ code, item, reason }) => ({
        buildingId: key.buildingId,
        meeting: key.id,
        id: encodeHex(house.random(12)),
        stage: 'call' as const,
        code,
        item,
        reason: reason.trim(),
        takenBy: input.personId,
        takenAt: now,
      })),
    );
    const notice = encodeCanonical(called.notice);
    const salt = encodeBase64(house.random(32));
    await submitEntry(
      tx,
      house,
      key,
      signEntry(house, key, {
        kind: 'meeting.called',
        notice: encodeBase64(makeCommitment(decodeBase64(salt, 32), encodeUtf8(notice))),
      }),
      now,
      { payload: notice, salt },
    );
    await updateMeeting(tx, key, {
      state: 'called',
      language: input.language,
      opensAt: new Date(called.notice.opensAt),
      closesAt: new Date(called.notice.closesAt),
      calledAt: now,
      calledBy: input.personId,
      notice,
      noticeSalt: salt,
      shortNotice: called.shortNotice,
    });
    const owners = await listOwners(tx, key.buildingId, now);
    const told = await withAgents(
      tx,
      key.buildingId,
      owners.map(({ personId }) => personId),
      now,
    );
    const values = noticeValues(called.notice, key);
    await house.notices.send(
      tx,
      told.map((personId) => ({
        personId,
        template: templateOf('called', called.notice),
        buildingId: key.buildingId,
        about: key.id,
        once: `${key.id}/called`,
        values,
      })),
    );
    await house.events.emit(tx, 'meeting.called', { buildingId: key.buildingId, meetingId: key.id });
    return null;
  });
  if (refused === null) house.ledger.wake();
  return refused;
}

/** Opens every meeting whose time has come; one that cannot be opened does not hold up the others. */
export async function openDueMeetings(house: House): Promise<void> {
  for (const key of await findMeetingsToOpen(house.db, house.clock.now())) {
    try {
      await openMeeting(house, key);
    } catch (error) {
      house.log.error({ meeting: key.id, ...describeError(error) }, 'a meeting could not be opened');
    }
  }
}

/** The policy to pin; null where it asks for nobody's cosignature, and so for nobody's time. */
const findJudges = (policy: string | null): string | null =>
  policy !== null && parsePolicy(policy).quorum !== null ? policy : null;

/** Takes the roll at this moment and opens the voting; does nothing when that is done already. */
export async function openMeeting(house: House, key: MeetingKey): Promise<void> {
  const now = house.clock.now();
  const opened = await house.db.transaction(async (tx) => {
    const row = await lockMeeting(tx, key);
    if (row?.state !== 'called' || row.opensAt === null || now < row.opensAt) return false;
    // The register of the announced moment, as it is known now that the roll is taken: both moments stay with the meeting,
    // so that the same roll can be derived again whatever is corrected later.
    const moment = { at: row.opensAt, known: now };
    const first = findJoined(row);
    const roll = first
      ? await takeRollOver(tx, key, first)
      : makeRoll(await findMarkedHoldings(tx, row, moment), house.random);
    if (first) await markAnswered(tx, key, first, await readCarried(house, first));
    else await insertRoll(tx, key, roll.entries);
    const rollWeight = formatRational(roll.weight);
    // The close will be judged by the witnesses of today: nobody may choose others once the votes are in.
    const policy = findJudges(house.ledger.policy);
    await submitEntry(
      tx,
      house,
      key,
      signEntry(house, key, {
        kind: 'meeting.opened',
        rollRoot: encodeBase64(roll.root),
        rollSize: roll.entries.length,
        rollWeight,
        ...(policy === null ? {} : { policy: encodeBase64(sha256(encodeUtf8(policy))) }),
      }),
      now,
    );
    await updateMeeting(tx, key, {
      state: 'open',
      openedAt: now,
      rollSize: roll.entries.length,
      rollWeight,
      rollHeads: roll.heads,
      policy,
    });
    const notice = noticeOf(row);
    // Of a vote that joins another only those are asked who have not answered yet.
    const asked = first ? await listMissingVoters(tx, key) : await listVoters(tx, key);
    const voters = await withAgents(tx, key.buildingId, asked, now);
    const values = noticeValues(notice, key);
    await house.notices.send(
      tx,
      voters.map((personId) => ({
        personId,
        template: templateOf('opened', notice),
        buildingId: key.buildingId,
        about: key.id,
        once: `${key.id}/opened`,
        values,
      })),
    );
    await house.events.emit(tx, 'meeting.opened', { buildingId: key.buildingId, meetingId: key.id });
    return true;
  });
  if (!opened) return;
  house.ledger.wake();
  // A roll that is not measured yet makes votes slow and none of them wrong: the database does it by itself in a minute.
  await measureRolls(house.db).catch((error: unknown) =>
    house.log.warn({ meeting: key.id, ...describeError(error) }, 'the roll could not be measured'),
  );
}

/** The text of a notice: where silence is assent, or the absent are asked, it says so. */
const templateOf = (kind: 'called' | 'opened', { follows }: Notice): string => {
  const asks = {
    'silent-assent': '-silent',
    'ask-absent': '-absent',
    'second-vote': '',
    'second-call': '',
  } as const;
  return `meetings.notice.${kind}${follows ? asks[follows.kind] : ''}`;
};

/** What the texts to owners are made of. */
export function noticeValues(notice: Notice, key: MeetingKey): NonNullable<OwnerNotice['values']> {
  const moment = (at: string) => ({
    ru: formatMoment(new Date(at), 'ru', notice.timeZone),
    en: formatMoment(new Date(at), 'en', notice.timeZone),
  });
  return {
    title: notice.title,
    items: notice.items.length,
    building: key.buildingId,
    meeting: key.id,
    opensAt: moment(notice.opensAt),
    closesAt: moment(notice.closesAt),
  };
}
