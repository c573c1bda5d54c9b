import { describe, expect, it } from 'vitest';
import { drawMonths, isShownTwice, workingDays } from './calendar.ts';

const holidays = [
  { day: '2026-11-04', name: 'День народного единства' },
  { day: '2027-01-01', name: 'Новый год' },
];

describe('the calendar of a meeting', () => {
  const months = drawMonths({
    today: '2026-11-22',
    earliest: '2026-12-03',
    opens: '2026-12-03',
    closes: '2026-12-12',
    holidays,
    months: 3,
  });
  const days = months.flatMap(({ weeks }) => weeks.flat()).filter((day) => day !== null);
  const dayOf = (wanted: string) => days.find(({ day }) => day === wanted)!;

  it('has whole weeks from Monday and every day of its months once', () => {
    expect(months.map(({ month }) => month)).toEqual(['2026-11', '2026-12', '2027-01']);
    expect(days).toHaveLength(30 + 31 + 31);
    for (const { weeks } of months) for (const week of weeks) expect(week).toHaveLength(7);
    // 1 November 2026 is a Sunday, 1 December a Tuesday.
    expect(months.map(({ weeks }) => weeks[0]!.findIndex((day) => day !== null))).toEqual([6, 1, 4]);
  });

  it('draws the past, the days that are too soon, and the earliest lawful one', () => {
    expect(dayOf('2026-11-21').stands).toBe('past');
    expect(dayOf('2026-11-22')).toMatchObject({ stands: 'too-soon', isToday: true, isWeekend: true });
    expect(dayOf('2026-12-02').stands).toBe('too-soon');
    expect(dayOf('2026-12-03')).toMatchObject({ stands: 'free', isEarliest: true, isOpening: true });
  });

  it('draws the days of the vote and the holidays with their names', () => {
    expect(days.filter(({ isVoting }) => isVoting)).toHaveLength(10);
    expect(dayOf('2026-12-12').isClosing).toBe(true);
    expect(dayOf('2027-01-01').holiday).toBe('Новый год');
    expect(dayOf('2026-12-13').holiday).toBeNull();
  });
});

describe('working days', () => {
  it('are Monday to Friday but for holidays', () => {
    const isWorking = workingDays(holidays);
    expect(['2026-11-03', '2026-11-04', '2026-11-07', '2026-11-08'].map(isWorking)).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });
});

describe('a night of changed clocks', () => {
  it('shows an hour twice where clocks are set back, and none where they are not', () => {
    expect(isShownTwice(new Date('2026-10-25T00:30:00Z'), 'Europe/Berlin')).toBe(true);
    expect(isShownTwice(new Date('2026-10-25T01:30:00Z'), 'Europe/Berlin')).toBe(true);
    expect(isShownTwice(new Date('2026-10-25T02:30:00Z'), 'Europe/Berlin')).toBe(false);
    expect(isShownTwice(new Date('2026-03-29T01:30:00Z'), 'Europe/Berlin')).toBe(false);
    expect(isShownTwice(new Date('2026-10-25T00:30:00Z'), 'Europe/Moscow')).toBe(false);
    // Half an hour on Lord Howe Island.
    expect(isShownTwice(new Date('2026-04-04T14:45:00Z'), 'Australia/Lord_Howe')).toBe(true);
  });
});
