// Moments as the notice and the log write them: RFC 3339, UTC, whole seconds.

/** `2026-12-01T10:00:00Z`; parts of a second are dropped. */
export const formatInstant = (moment: Date): string => moment.toISOString().replace(/\.\d{3}Z$/, 'Z');

/** The same moment in whole seconds, from any ISO 8601 text that names one. */
export const wholeSeconds = (text: string): string => formatInstant(new Date(text));

/** The calendar day in a time zone, `YYYY-MM-DD`: rules are in force by the day of the building. */
export function dayIn(timeZone: string, moment: Date): string {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  }).formatToParts(moment);
  const part = (type: string) => parts.find((one) => one.type === type)!.value;
  return `${part('year')}-${part('month')}-${part('day')}`;
}
