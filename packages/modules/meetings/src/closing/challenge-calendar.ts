// By when the decisions of a meeting may be challenged, as a calendar file (RFC 5545): whole days, each with its source and how
// sure we are of it. Public facts only.
import type { Translate } from '@veche/core/messages.ts';
import ical, { ICalAlarmType, ICalCalendarMethod } from 'ical-generator';
import type { ChallengeKind, Deadline } from '../domain/deadlines.ts';

/** Reminded of a week before: a suit is not written in a day. */
const REMIND_SECONDS = 7 * 86_400;

export function writeChallengeCalendar(
  meeting: {
    readonly meeting: string;
    readonly title: string;
    readonly address: string;
    /** Of the result. */
    readonly page: string;
    readonly closedAt: Date;
  },
  terms: readonly (Deadline & { readonly what: ChallengeKind })[],
  translate: Translate,
): Uint8Array {
  const { title, address, page } = meeting;
  const calendar = ical({
    name: translate('challenge.calendar', { title }),
    method: ICalCalendarMethod.PUBLISH,
    prodId: { company: 'Veche', product: 'Meetings' },
  });
  for (const { what, day, provisional, legalRef, confidence } of terms) {
    // Noon, so that no zone makes another day of it.
    const start = new Date(`${day}T12:00:00Z`);
    calendar
      .createEvent({
        id: `${meeting.meeting}-${what}@${new URL(page).hostname}`,
        stamp: meeting.closedAt,
        summary: translate(`challenge.event.${what}`, { title }),
        start,
        allDay: true,
        location: address,
        url: page,
        description: [
          legalRef,
          translate(`challenge.sure.${confidence}`),
          ...(provisional ? [translate('challenge.sure.provisional')] : []),
          page,
        ].join('\n'),
      })
      .createAlarm({ type: ICalAlarmType.display, triggerBefore: REMIND_SECONDS });
  }
  return new TextEncoder().encode(calendar.toString());
}
