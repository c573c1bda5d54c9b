import { describe, expect, it } from 'vitest';
import { isDay, weekdayOf } from './day-count.ts';
import { earliestOpening, findTerm, lawfulEnd, listTerms } from './terms.ts';
import { wallTimeOf } from './zoned-time.ts';

const REGIMES = ['ru', 'de', 'fr', 'es', 'it', 'at', 'be', 'nsw', 'ca'];
const notice = (regime: string) => findTerm(regime, 'notice', 'mixed')!;
const working = (day: string) => weekdayOf(day) < 6;
const earliest = (regime: string, at: string, timeZone: string) =>
  earliestOpening(notice(regime), new Date(at), timeZone, working);

describe('the terms of the law', () => {
  it('carry a source, a mark for the number and a mark for the way of counting', () => {
    for (const term of REGIMES.flatMap(listTerms)) {
      expect(term.id.startsWith(`${term.regime}.`), term.id).toBe(true);
      expect(term.legalRef.length, term.id).toBeGreaterThan(2);
      for (const mark of [term.confidence, term.counting])
        expect(['confirmed', 'secondary', 'unconfirmed'], term.id).toContain(mark);
      expect(['calendar', 'working'], term.id).toContain(term.unit);
      expect(['clear', 'inclusive'], term.id).toContain(term.until);
      expect(['as-it-is', 'next-working'], term.id).toContain(term.lastDay);
      expect(Number.isSafeInteger(term.days) && term.days > 0, term.id).toBe(true);
    }
    const ids = REGIMES.flatMap(listTerms).map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it.each([
    ['ru', 'Europe/Moscow', '2026-03-12'],
    ['de', 'Europe/Berlin', '2026-03-23'],
    ['fr', 'Europe/Paris', '2026-03-23'],
    ['es', 'Europe/Madrid', '2026-03-08'],
    ['it', 'Europe/Rome', '2026-03-07'],
    ['at', 'Europe/Vienna', '2026-03-16'],
    ['be', 'Europe/Brussels', '2026-03-17'],
    ['nsw', 'Australia/Sydney', '2026-03-09'],
    ['ca', 'America/Los_Angeles', '2026-03-31'],
  ])('in %s, for a notice of 1 March 2026, open voting on %s at the earliest', (regime, timeZone, day) => {
    // Noon in Greenwich is 1 March everywhere on the list.
    expect(earliest(regime, '2026-03-01T12:00:00Z', timeZone)).toBe(day);
    expect(isDay(day)).toBe(true);
  });

  it('count the day of the building, not of the server: late in the evening it is tomorrow in Kamchatka', () => {
    expect(earliest('ru', '2026-03-01T11:59:00Z', 'Asia/Kamchatka')).toBe('2026-03-12');
    expect(earliest('ru', '2026-03-01T12:00:00Z', 'Asia/Kamchatka')).toBe('2026-03-13');
  });

  it('are the same over a night in which the clocks change', () => {
    // 29 March 2026 has 23 hours in Berlin, 25 October has 25.
    expect(earliest('de', '2026-03-20T22:30:00Z', 'Europe/Berlin')).toBe('2026-04-11');
    expect(earliest('de', '2026-10-20T21:30:00Z', 'Europe/Berlin')).toBe('2026-11-11');
  });

  it('ask for a vote of 7 to 60 days in a system, and of no length in a room', () => {
    const term = findTerm('ru', 'voting', 'absentee')!;
    const { earliest: first, latest } = lawfulEnd(term, new Date('2026-12-02T06:00:00Z'), 'Europe/Moscow');
    expect([first.toISOString(), latest?.toISOString()]).toEqual([
      '2026-12-09T06:00:00.000Z',
      '2027-01-31T06:00:00.000Z',
    ]);
    expect(findTerm('ru', 'voting', 'in-person')).toBeNull();
    expect(findTerm('xx', 'notice', 'mixed')).toBeNull();
  });

  it('measure the length of a vote by the clocks of the building over a changed night', () => {
    const opensAt = new Date('2026-03-25T08:00:00Z');
    const end = lawfulEnd({ ...findTerm('ru', 'voting', 'absentee')! }, opensAt, 'Europe/Berlin').earliest;
    expect(wallTimeOf(opensAt, 'Europe/Berlin')).toBe('2026-03-25T09:00');
    expect(wallTimeOf(end, 'Europe/Berlin')).toBe('2026-04-01T09:00');
    // An hour less has passed.
    expect(end.getTime() - opensAt.getTime()).toBe(7 * 86_400_000 - 3_600_000);
  });
});
