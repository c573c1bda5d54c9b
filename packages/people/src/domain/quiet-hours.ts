// When a phone may not ring with a message that can wait. By the wall clock of the building, whatever its zone does that
// night; the moment is passed in.

/** No SMS that may wait from 22:00 until 9:00. */
export const QUIET_HOURS = { fromHour: 22, untilHour: 9 } as const;

const HOUR_MS = 3_600_000;
/** Zones keep to quarters of an hour. */
const STEP_MS = HOUR_MS / 4;
/** An evening, a night and a morning, with an hour more where clocks go back. */
const LONGEST_MS = 13 * HOUR_MS;

/**
 * The first moment at which a phone in this time zone may ring again; null when it may now. The moment is that of the
 * wall clock: on a night that loses or gains an hour the wait is an hour shorter or longer.
 * @throws RangeError: when there is no such zone.
 */
export function findQuietEnd(now: Date, timeZone: string): Date | null {
  const hourOf = createHourReader(timeZone);
  if (!isQuiet(hourOf(now))) return null;
  const firstStep = Math.ceil((now.getTime() + 1) / STEP_MS) * STEP_MS;
  for (let at = firstStep; at <= now.getTime() + LONGEST_MS; at += STEP_MS)
    if (!isQuiet(hourOf(new Date(at)))) return new Date(at);
  throw new RangeError(`no morning comes in ${timeZone}`);
}

const isQuiet = (hour: number): boolean => hour >= QUIET_HOURS.fromHour || hour < QUIET_HOURS.untilHour;

const readers = new Map<string, Intl.DateTimeFormat>();
function createHourReader(timeZone: string): (moment: Date) => number {
  let format = readers.get(timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', hourCycle: 'h23' });
    readers.set(timeZone, format);
  }
  return (moment) => Number(format.format(moment));
}
