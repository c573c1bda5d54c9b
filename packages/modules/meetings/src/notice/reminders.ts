// Reminders to those who have not voted, and notices that are sent again. A reminder never says how anyone voted, goes to
// nobody twice a day, and to nobody who has said no to reminders.
import { refuse, type Refusal } from '@veche/core/refusal.ts';
import type { Tx } from '@veche/module-kit/database.ts';
import type { House, Notice } from '@veche/module-kit/module.ts';
import { describeError } from '@veche/module-kit/server.ts';
import { withAgents } from '@veche/people/register/acting-store.ts';
import { findReachable } from '@veche/people/message-store.ts';
import { findLastSent } from '@veche/people/message-proofs.ts';
import { getBuilding } from '@veche/people/store.ts';
import { dayIn } from '../domain/instant.ts';
import { readSettled } from '../follow-ups/settled.ts';
import { noticeValues } from '../opening.ts';
import { listMissingVoters, lockMeeting, noticeOf, type MeetingKey, type MeetingRow } from '../store.ts';
import { keyOf } from '../view.ts';
import { listRecipients, readTold } from './recipients.ts';
import type { Kind } from './standing.ts';
import { findMeetingsEnding } from './store.ts';

const HOUR_MS = 3_600_000;
/** Before the end: when reminders go by themselves. Whoever was reminded within the same span is not reminded again. */
const AUTOMATIC_HOURS = [72, 24] as const;
/** A vote shorter than this many times the span is not reminded of that early. */
const LEAST_SPANS = 2;

const reminder = (row: MeetingRow, once: string): Omit<Notice, 'personId'> => ({
  template: 'meetings.notice.reminder',
  buildingId: row.buildingId,
  about: row.id,
  once: `${row.id}/reminder/${once}`,
  optional: true,
  values: noticeValues(noticeOf(row), keyOf(row)),
});

/** Those on the roll without a ballot for everything they hold, and whoever acts for them, each once. */
const missingPeople = async (tx: Tx, key: MeetingKey, now: Date): Promise<string[]> =>
  withAgents(tx, key.buildingId, await listMissingVoters(tx, key), now);

/** @returns to how many people it goes; once a day by the clock of the building. */
export async function sendReminder(
  house: House,
  key: MeetingKey,
  now: Date,
): Promise<number | Refusal<'not-found' | 'not-open' | 'reminded-today'>> {
  return house.db.transaction(async (tx) => {
    const row = await lockMeeting(tx, key);
    if (!row) return refuse('not-found');
    if (row.state !== 'open' || row.closesAt === null || now >= row.closesAt) return refuse('not-open');
    const { timeZone } = await getBuilding(tx, key.buildingId);
    const last = await findLastSent(tx, key.id, 'meetings.notice.reminder');
    const today = dayIn(timeZone, now);
    if (last && dayIn(timeZone, last) === today) return refuse('reminded-today');
    const people = await missingPeople(tx, key, now);
    await house.notices.send(
      tx,
      people.map((personId) => ({ ...reminder(row, today), personId })),
    );
    const reachable = await findReachable(tx, people);
    return reachable.filter(({ reminders }) => reminders).length;
  });
}

/** Reminds by itself before the end of each vote; one meeting that fails does not hold up the others. */
export async function remindDueMeetings(house: House): Promise<void> {
  const now = house.clock.now();
  const longest = Math.max(...AUTOMATIC_HOURS) * HOUR_MS;
  for (const row of await findMeetingsEnding(house.db, now, new Date(now.getTime() + longest))) {
    try {
      await remindIfDue(house, row, now);
    } catch (error) {
      house.log.error({ meeting: row.id, ...describeError(error) }, 'a reminder could not be sent');
    }
  }
}

async function remindIfDue(house: House, { buildingId, id }: MeetingRow, now: Date): Promise<void> {
  await house.db.transaction(async (tx) => {
    const key = { buildingId, id };
    const row = await lockMeeting(tx, key);
    if (row?.state !== 'open' || row.closesAt === null || row.opensAt === null || now >= row.closesAt) return;
    const leftMs = row.closesAt.getTime() - now.getTime();
    const spanHours = AUTOMATIC_HOURS.findLast((hours) => leftMs <= hours * HOUR_MS);
    if (spanHours === undefined) return;
    const wholeMs = row.closesAt.getTime() - row.opensAt.getTime();
    if (wholeMs < spanHours * HOUR_MS * LEAST_SPANS) return;
    const spanFrom = new Date(row.closesAt.getTime() - spanHours * HOUR_MS);
    const last = await findLastSent(tx, id, 'meetings.notice.reminder');
    if (last && last >= spanFrom) return;
    const people = await missingPeople(tx, key, now);
    await house.notices.send(
      tx,
      people.map((personId) => ({ ...reminder(row, `${spanHours}h`), personId })),
    );
  });
}

/** Which state a notice of a kind is of, and why it cannot be sent before. */
const STATES: Readonly<Record<Exclude<Kind, 'reminder'>, readonly MeetingRow['state'][]>> = {
  called: ['called', 'open', 'closing', 'closed'],
  opened: ['open', 'closing', 'closed'],
  result: ['closed'],
};
const TOO_EARLY = { called: 'not-called', opened: 'not-open', result: 'not-closed' } as const;

/**
 * Sends a notice again: to the people named, or to those whom nothing has reached and who can be written to.
 * @returns to how many people it goes; asked twice within an hour, it goes once.
 */
export async function resendNotice(
  house: House,
  key: MeetingKey,
  input: {
    readonly kind: Exclude<Kind, 'reminder'>;
    readonly persons: readonly string[] | null;
    readonly now: Date;
  },
): Promise<number | Refusal<'not-found' | 'not-called' | 'not-open' | 'not-closed'>> {
  const { kind, now } = input;
  return house.db.transaction(async (tx) => {
    const row = await lockMeeting(tx, key);
    if (!row || row.state === 'draft') return refuse('not-found');
    if (!STATES[kind].includes(row.state)) return refuse(TOO_EARLY[kind]);
    const { known } = await listRecipients(tx, key, row, now);
    const told = await readTold(tx, key);
    const chosen = known.filter((one) =>
      input.persons ? input.persons.includes(one.personId) : told.standingOf(one, kind).next === 'send-again',
    );
    const passed =
      kind === 'result'
        ? (await readSettled(tx, row)).items.filter(({ verdict }) => verdict === 'passed').length
        : 0;
    const hour = Math.floor(now.getTime() / HOUR_MS);
    const persons = [
      ...new Set(
        chosen.flatMap(({ personId, inPlace }) => [personId, ...inPlace.map((one) => one.personId)]),
      ),
    ];
    await house.notices.send(
      tx,
      persons.map((personId) => ({
        personId,
        template: `meetings.notice.${kind}`,
        buildingId: key.buildingId,
        about: key.id,
        once: `${key.id}/${kind}/again/${hour}`,
        // It lies in the owner's pages already.
        channels: ['email', 'sms'],
        values: { ...noticeValues(noticeOf(row), key), passed },
      })),
    );
    return chosen.filter(({ contacts }) => contacts.email === 'good' || contacts.sms === 'good').length;
  });
}
