// Dates of meetings as a calendar file (RFC 5545): when voting opens and when it ends. Public facts of the notice only.
import type { Translate } from '@veche/core/messages.ts';
import type { Notice } from '@veche/ledger/meeting.ts';
import ical, { ICalAlarmType, ICalCalendarMethod } from 'ical-generator';

export type CalendarMeeting = {
  readonly notice: Notice;
  readonly buildingId: string;
  /** When the notice was given: the file does not depend on when it is fetched. */
  readonly calledAt: Date;
};

const HOUR_MS = 3_600_000;
const DAY_SECONDS = 86_400;
/** How often a calendar that is subscribed to should look again. */
const REFRESH_SECONDS = 6 * 3_600;

/** @param webOrigin - of the installation, without a trailing slash */
export function writeCalendar(
  name: string,
  meetings: readonly CalendarMeeting[],
  webOrigin: string,
  translate: Translate,
): Uint8Array {
  const host = new URL(webOrigin).hostname;
  const calendar = ical({
    name,
    method: ICalCalendarMethod.PUBLISH,
    prodId: { company: 'Veche', product: 'Meetings' },
    ttl: REFRESH_SECONDS,
  });
  for (const { notice, buildingId, calledAt } of meetings) {
    const url = `${webOrigin}/buildings/${buildingId}/meetings/${notice.meeting}`;
    const facts = { title: notice.title, address: notice.building.address, items: notice.items.length };
    const common = {
      stamp: calledAt,
      location: notice.building.address,
      url,
      description: `${translate('notice.calendar.text', facts)}\n${url}`,
    };
    const opensAt = new Date(notice.opensAt);
    const closesAt = new Date(notice.closesAt);
    calendar.createEvent({
      ...common,
      id: `${notice.meeting}-opens@${host}`,
      summary: translate('notice.calendar.opens', facts),
      start: opensAt,
      end: new Date(opensAt.getTime() + HOUR_MS / 2),
    });
    calendar
      .createEvent({
        ...common,
        id: `${notice.meeting}-closes@${host}`,
        summary: translate('notice.calendar.closes', facts),
        start: new Date(closesAt.getTime() - HOUR_MS),
        end: closesAt,
      })
      .createAlarm({ type: ICalAlarmType.display, triggerBefore: DAY_SECONDS });
    if (notice.gathering) {
      const at = new Date(notice.gathering.at);
      calendar.createEvent({
        ...common,
        id: `${notice.meeting}-gathers@${host}`,
        summary: translate('notice.calendar.gathers', facts),
        location: notice.gathering.place,
        start: at,
        end: new Date(at.getTime() + 2 * HOUR_MS),
      });
    }
  }
  return new TextEncoder().encode(calendar.toString());
}
