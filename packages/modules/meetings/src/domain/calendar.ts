// The months around a meeting as a wall calendar shows them: which days are too soon, which are free of work, and which
// hours the clocks show twice. Draws from what it is given; which day it is today and what is a holiday it is told.
import { addDays, weekdayOf, type Day, type IsWorkingDay } from './day-count.ts';
import { wallTimeOf } from './zoned-time.ts';

export type Holiday = { readonly day: Day; readonly name: string };

export type CalendarDay = {
  readonly day: Day;
  /** `past`: before today; `too-soon`: today or later, and earlier than the notice allows. */
  readonly stands: 'past' | 'too-soon' | 'free';
  readonly isWeekend: boolean;
  /** Its name; null on other days. */
  readonly holiday: string | null;
  readonly isToday: boolean;
  readonly isEarliest: boolean;
  readonly isOpening: boolean;
  readonly isClosing: boolean;
  /** A day of the vote, the first and the last included. */
  readonly isVoting: boolean;
};

export type CalendarMonth = {
  /** `YYYY-MM`. */
  readonly month: string;
  /** Seven places each, Monday first; null outside the month. */
  readonly weeks: readonly (readonly (CalendarDay | null)[])[];
};

/** Monday to Friday without the holidays. */
export function workingDays(holidays: readonly Holiday[]): IsWorkingDay {
  const free = new Set(holidays.map(({ day }) => day));
  return (day) => weekdayOf(day) < 6 && !free.has(day);
}

/** Whole months, from that of today on. */
export function drawMonths(input: {
  readonly today: Day;
  readonly earliest: Day;
  readonly opens: Day | null;
  readonly closes: Day | null;
  readonly holidays: readonly Holiday[];
  readonly months: number;
}): readonly CalendarMonth[] {
  const { today, earliest, opens, closes } = input;
  const names = new Map(input.holidays.map(({ day, name }) => [day, name]));
  const drawDay = (day: Day): CalendarDay => ({
    day,
    stands: day < today ? 'past' : day < earliest ? 'too-soon' : 'free',
    isWeekend: weekdayOf(day) > 5,
    holiday: names.get(day) ?? null,
    isToday: day === today,
    isEarliest: day === earliest,
    isOpening: day === opens,
    isClosing: day === closes,
    isVoting: opens !== null && closes !== null && opens <= day && day <= closes,
  });
  const months: CalendarMonth[] = [];
  let first = `${today.slice(0, 7)}-01`;
  for (let count = 0; count < input.months; count++) {
    const month = first.slice(0, 7);
    const places: (CalendarDay | null)[] = Array.from({ length: weekdayOf(first) - 1 }, () => null);
    let day = first;
    for (; day.startsWith(month); day = addDays(day, 1)) places.push(drawDay(day));
    while (places.length % 7 > 0) places.push(null);
    months.push({
      month,
      weeks: Array.from({ length: places.length / 7 }, (_, week) => places.slice(week * 7, week * 7 + 7)),
    });
    first = day;
  }
  return months;
}

/** How far clocks have ever been set back in one night, and more. */
const WIDEST_CHANGE_MINUTES = 180;

/** Whether the clocks of the zone show the time of this instant twice on its day: an announcement of it says too little. */
export function isShownTwice(at: Date, timeZone: string): boolean {
  const shown = wallTimeOf(at, timeZone);
  for (let minutes = 15; minutes <= WIDEST_CHANGE_MINUTES; minutes += 15)
    for (const sign of [-1, 1])
      if (wallTimeOf(new Date(at.getTime() + sign * minutes * 60_000), timeZone) === shown) return true;
  return false;
}
