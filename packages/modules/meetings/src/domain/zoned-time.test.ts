import { describe, expect, it } from 'vitest';
import { instantOf, wallTimeAfter, wallTimeOf } from './zoned-time.ts';

describe('wall time and instant', () => {
  it.each([
    ['2026-12-01T09:00', 'Europe/Moscow', '2026-12-01T06:00:00.000Z'],
    ['2026-12-01T00:00', 'Asia/Kamchatka', '2026-11-30T12:00:00.000Z'],
    ['2026-07-01T09:00', 'Europe/Berlin', '2026-07-01T07:00:00.000Z'],
    ['2026-12-01T09:00', 'America/New_York', '2026-12-01T14:00:00.000Z'],
    ['2026-12-01T09:00', 'Asia/Kathmandu', '2026-12-01T03:15:00.000Z'],
  ])('%s in %s is %s, and back', (wall, zone, instant) => {
    expect(instantOf(wall, zone)?.toISOString()).toBe(instant);
    expect(wallTimeOf(new Date(instant), zone)).toBe(wall);
  });

  it('takes the first of a time that comes twice', () => {
    expect(instantOf('2026-10-25T02:30', 'Europe/Berlin')?.toISOString()).toBe('2026-10-25T00:30:00.000Z');
  });

  it('moves a time that the clocks jump over past the jump', () => {
    expect(wallTimeOf(instantOf('2026-03-29T02:30', 'Europe/Berlin')!, 'Europe/Berlin')).toBe(
      '2026-03-29T03:30',
    );
  });

  it('refuses what is no time', () => {
    for (const text of ['', '2026-12-01', '2026-13-01T09:00', 'tomorrow'])
      expect(instantOf(text, 'UTC')).toBeNull();
  });

  it('counts days on the calendar of the building', () => {
    // 22:30 in UTC is already the next day in Moscow.
    expect(wallTimeAfter(new Date('2026-11-21T22:30:00Z'), 'Europe/Moscow', 11, 9)).toBe('2026-12-03T09:00');
  });
});
