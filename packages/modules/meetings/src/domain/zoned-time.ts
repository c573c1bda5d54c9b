// Dates as people of the building mean them: what a form says in the building's time zone, as an instant and back.
// The clock is never read here.

/** `YYYY-MM-DDTHH:MM` on the clocks of `timeZone`, as a datetime-local input takes it. */
export function wallTimeOf(instant: Date, timeZone: string): string {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  }).formatToParts(instant);
  const part = (type: string) => parts.find((one) => one.type === type)?.value ?? '';
  return `${part('year').padStart(4, '0')}-${part('month')}-${part('day')}T${part('hour')}:${part('minute')}`;
}

const WALL = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/;

/**
 * The instant at which the clocks of `timeZone` show that time. Of a time that comes twice, the first; a time that the
 * clocks jump over is moved past the jump.
 * @returns null when the text is no such time.
 */
export function instantOf(wallTime: string, timeZone: string): Date | null {
  if (!WALL.test(wallTime)) return null;
  const asUtc = Date.parse(`${wallTime}:00Z`);
  if (Number.isNaN(asUtc)) return null;
  // The offset of the zone is looked up on both sides of a possible change; the earlier instant that fits is meant.
  const offsets = [asUtc - DAY_MS, asUtc + DAY_MS].map((near) => offsetMs(new Date(near), timeZone));
  const candidates = offsets.map((offset) => asUtc - offset).sort((a, b) => a - b);
  const fitting = candidates.find((one) => wallTimeOf(new Date(one), timeZone) === wallTime);
  return new Date(fitting ?? candidates[1]!);
}

const DAY_MS = 86_400_000;

const offsetMs = (instant: Date, timeZone: string): number =>
  Date.parse(`${wallTimeOf(instant, timeZone)}:00Z`) - Math.floor(instant.getTime() / 60_000) * 60_000;

/** The wall time `days` later on the calendar, at `hour`:00. */
export function wallTimeAfter(from: Date, timeZone: string, days: number, hour: number): string {
  const day = new Date(`${wallTimeOf(from, timeZone).slice(0, 10)}T00:00:00Z`);
  const moved = new Date(day.getTime() + days * DAY_MS).toISOString().slice(0, 10);
  return `${moved}T${String(hour).padStart(2, '0')}:00`;
}
