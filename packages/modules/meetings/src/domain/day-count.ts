// Counting days as laws do: whole days of a calendar, from the day after an act to the day of an event.
// Knows neither clock nor time zone: whoever asks says which day it is in the building, and which days are worked.

/** A day of the calendar, `YYYY-MM-DD`; such texts sort as days do. */
export type Day = string;

/** How the days of a term are counted. The day of the act itself is never one of them. */
export type DayCount = {
  /** Whole number of days, one or more. */
  readonly days: number;
  readonly unit: 'calendar' | 'working';
  /** `clear`: the event comes after the last of the days; `inclusive`: on the last of them at the earliest. */
  readonly until: 'clear' | 'inclusive';
  /** `HH:MM`: what is done at or after this hour counts as done on the next day. Absent: the whole day is good. */
  readonly cutoff?: string;
  /** What becomes of a last day on which nobody works. */
  readonly lastDay: 'as-it-is' | 'next-working';
};

/** Whether people work on that day; asked for terms in working days and for those that move their last day. */
export type IsWorkingDay = (day: Day) => boolean;

const DAY = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/;
const DAY_MS = 86_400_000;
/** No law has a year without a working day: a calendar that says so is broken. */
const MOST_IDLE_DAYS = 366;

/** Whether the text is a day that exists. */
export const isDay = (text: string): boolean =>
  DAY.test(text) && new Date(`${text}T00:00:00Z`).toISOString().startsWith(text);

/** @throws RangeError: when it is no day. */
export function addDays(day: Day, days: number): Day {
  if (!isDay(day)) throw new RangeError('expected a day');
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

/** Days from one to the other; negative when the other comes first. */
export const daysFrom = (from: Day, to: Day): number =>
  Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / DAY_MS);

/** 1 for Monday to 7 for Sunday. */
export const weekdayOf = (day: Day): number => new Date(`${day}T00:00:00Z`).getUTCDay() || 7;

/** The day an act counts for: a late hour makes it the next. `time` is `HH:MM` on the clocks of the building. */
export const countedAs = (count: DayCount, day: Day, time: string): Day =>
  count.cutoff !== undefined && time >= count.cutoff ? addDays(day, 1) : day;

/** The earliest day the event may come on after an act that counts for `act`. */
export function earliestEvent(count: DayCount, act: Day, isWorking: IsWorkingDay): Day {
  let last = act;
  for (let counted = 0; counted < count.days; counted++) {
    last = addDays(last, 1);
    if (count.unit === 'working') last = firstWorking(last, isWorking);
  }
  if (count.lastDay === 'next-working') last = firstWorking(last, isWorking);
  return count.until === 'clear' ? addDays(last, 1) : last;
}

/** The latest day an act may count for before an event on `event`: the other side of {@link earliestEvent}. */
export function latestAct(count: DayCount, event: Day, isWorking: IsWorkingDay): Day {
  let act = addDays(event, -count.days);
  while (earliestEvent(count, act, isWorking) > event) act = addDays(act, -1);
  return act;
}

function firstWorking(from: Day, isWorking: IsWorkingDay): Day {
  for (let idle = 0; idle <= MOST_IDLE_DAYS; idle++) {
    const day = addDays(from, idle);
    if (isWorking(day)) return day;
  }
  throw new RangeError('expected a calendar with working days');
}
