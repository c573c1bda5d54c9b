// Days as the law counts them: a calendar day in the building's own time zone, never an instant and never a length in
// hours. A title passes on a day, a power of attorney ends on one, and a child comes of age on one.

/** `YYYY-MM-DD`; two of them compare as texts do. */
export type LocalDay = string;

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** Whether the text is a day that there is. */
export const isLocalDay = (text: string): boolean =>
  DAY.test(text) && new Date(`${text}T00:00:00Z`).toJSON()?.slice(0, 10) === text;

const zones = new Map<string, Intl.DateTimeFormat>();

/**
 * The day that it is at a moment in a time zone; on the night of a clock change too.
 * @param timeZone - IANA name
 * @throws RangeError: when there is no such zone.
 */
export function dayIn(at: Date, timeZone: string): LocalDay {
  let format = zones.get(timeZone);
  if (!format) {
    // NOTE: the Swedish way of writing a date is ISO 8601.
    format = new Intl.DateTimeFormat('sv-SE', {
      timeZone,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
    });
    zones.set(timeZone, format);
  }
  return format.format(at);
}

/**
 * The same day some years later. A day that is not there, 29 February, becomes the one before: a term of years that
 * has no such day ends with the month (art. 192(3) of the Russian Civil Code).
 */
export function addYears(day: LocalDay, years: number): LocalDay {
  const year = String(Number(day.slice(0, 4)) + years).padStart(4, '0');
  const moved = `${year}${day.slice(4)}`;
  return isLocalDay(moved) ? moved : `${year}-02-28`;
}

/** The day after. */
export const nextDay = (day: LocalDay): LocalDay =>
  new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);

/**
 * The first day on which somebody has full years: the birthday itself. Whoever was born on 29 February has them on
 * 1 March where there is no such day: the year is not full before.
 */
export function dayOfAge(birthDay: LocalDay, years: number): LocalDay {
  const day = addYears(birthDay, years);
  return day.slice(5) === birthDay.slice(5) ? day : nextDay(day);
}
