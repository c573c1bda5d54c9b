import { assert, constantFrom, integer, property, record } from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addDays,
  countedAs,
  daysFrom,
  earliestEvent,
  isDay,
  latestAct,
  weekdayOf,
  type DayCount,
} from './day-count.ts';

const clear = (days: number, change: Partial<DayCount> = {}): DayCount => ({
  days,
  unit: 'calendar',
  until: 'clear',
  lastDay: 'as-it-is',
  ...change,
});
const always = () => true;
/** Monday to Friday. */
const weekdays = (day: string) => weekdayOf(day) < 6;

describe('counting days', () => {
  it.each<[string, DayCount, string, string]>([
    [
      'ten clear days leave out the day of the notice and the day of the event',
      clear(10),
      '2026-03-01',
      '2026-03-12',
    ],
    [
      'ten days to the last of them come a day sooner',
      clear(10, { until: 'inclusive' }),
      '2026-03-01',
      '2026-03-11',
    ],
    ['over the end of February in a common year', clear(10), '2026-02-20', '2026-03-03'],
    ['over the end of February in a leap year', clear(10), '2028-02-20', '2028-03-02'],
    ['over the new year', clear(21), '2026-12-20', '2027-01-11'],
    [
      'five working days from a Friday skip two weekends',
      clear(5, { unit: 'working' }),
      '2026-03-06',
      '2026-03-14',
    ],
    [
      'a last day on a Sunday moves to Monday where the law says so',
      clear(2, { lastDay: 'next-working' }),
      '2026-03-06',
      '2026-03-10',
    ],
  ])('%s', (_, count, act, event) => {
    expect(earliestEvent(count, act, weekdays)).toBe(event);
  });

  it('takes what is done after the hour as done on the next day', () => {
    const count = clear(3, { cutoff: '12:00' });
    expect(countedAs(count, '2026-03-01', '11:59')).toBe('2026-03-01');
    expect(countedAs(count, '2026-03-01', '12:00')).toBe('2026-03-02');
    expect(countedAs(clear(3), '2026-03-01', '23:59')).toBe('2026-03-01');
  });

  it('finds the latest day of an act from the day of the event, and both ways agree', () => {
    const count = record({
      days: integer({ min: 1, max: 60 }),
      unit: constantFrom('calendar' as const, 'working' as const),
      until: constantFrom('clear' as const, 'inclusive' as const),
      lastDay: constantFrom('as-it-is' as const, 'next-working' as const),
    });
    assert(
      property(count, integer({ min: 0, max: 2000 }), (one, offset) => {
        const event = addDays('2024-01-01', offset);
        const latest = latestAct(one, event, weekdays);
        expect(earliestEvent(one, latest, weekdays) <= event).toBe(true);
        expect(earliestEvent(one, addDays(latest, 1), weekdays) > event).toBe(true);
      }),
    );
  });

  it('counts a night of changed clocks as a day like any other', () => {
    expect(earliestEvent(clear(1), '2026-03-28', always)).toBe('2026-03-30');
    expect(daysFrom('2026-03-28', '2026-03-30')).toBe(2);
  });

  it('knows a day from a text', () => {
    expect(['2026-02-29', '2026-2-1', 'today', '2026-13-01'].filter(isDay)).toEqual([]);
    expect(isDay('2028-02-29')).toBe(true);
    expect(() => addDays('2026-02-29', 1)).toThrow(RangeError);
    expect(() => earliestEvent(clear(1, { unit: 'working' }), '2026-01-01', () => false)).toThrow(
      'working days',
    );
  });
});
