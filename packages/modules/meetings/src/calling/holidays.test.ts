import { describe, expect, it } from 'vitest';
import { listHolidays } from './holidays.ts';

describe('public holidays', () => {
  it('are those of the country, in the reader’s language, in order', async () => {
    const holidays = await listHolidays('ru', [2026, 2027], 'ru');
    expect(holidays.find(({ day }) => day === '2026-11-04')).toEqual({
      day: '2026-11-04',
      name: 'День народного единства',
    });
    const days = holidays.map(({ day }) => day);
    expect(days).toEqual([...new Set(days)].toSorted());
    expect(days.filter((day) => day.startsWith('2027-01')).length).toBeGreaterThan(3);
    expect((await listHolidays('ru', [2026], 'en')).find(({ day }) => day === '2026-11-04')?.name).toMatch(
      /Unity/,
    );
  });
  it('know the states whose law is their own, and moving feasts', async () => {
    const easter = (regime: string) =>
      listHolidays(regime, [2026], 'en').then((all) => all.map(({ day }) => day));
    expect(await easter('de')).toContain('2026-04-06');
    expect(await easter('nsw')).toContain('2026-01-26');
    expect(await easter('nowhere')).toEqual([]);
  });
});
