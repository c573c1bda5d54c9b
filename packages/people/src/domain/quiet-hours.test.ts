import { assert, constantFrom, date, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findQuietEnd } from './quiet-hours.ts';

const end = (now: string, zone: string): string | null =>
  findQuietEnd(new Date(now), zone)?.toISOString() ?? null;

describe('quiet hours', () => {
  it.each([
    ['at noon a phone may ring', '2026-11-22T09:00:00Z', 'Europe/Moscow', null],
    ['at 21:59 it still may', '2026-11-22T18:59:59.999Z', 'Europe/Moscow', null],
    [
      'from 22:00 it waits for the morning',
      '2026-11-22T19:00:00Z',
      'Europe/Moscow',
      '2026-11-23T06:00:00.000Z',
    ],
    ['at 8:59 it waits a minute', '2026-11-23T05:59:00Z', 'Europe/Moscow', '2026-11-23T06:00:00.000Z'],
    ['at 9:00 it may again', '2026-11-23T06:00:00Z', 'Europe/Moscow', null],
    [
      'by the clock of the building, not of the server',
      '2026-11-22T19:00:00Z',
      'Asia/Kamchatka',
      '2026-11-22T21:00:00.000Z',
    ],
    [
      'where the zone is off by three quarters of an hour',
      '2026-11-22T17:00:00Z',
      'Asia/Kathmandu',
      '2026-11-23T03:15:00.000Z',
    ],
  ])('%s', (_, now, zone, expected) => {
    expect(end(now, zone)).toBe(expected);
  });

  it('end at nine by the wall clock on the night that loses an hour, and on the night that gains one', () => {
    // Berlin: clocks go forward on 29 March 2026 and back on 25 October 2026.
    expect(end('2026-03-28T21:00:00Z', 'Europe/Berlin')).toBe('2026-03-29T07:00:00.000Z');
    expect(end('2026-10-24T20:00:00Z', 'Europe/Berlin')).toBe('2026-10-25T08:00:00.000Z');
    // 2:30 comes twice; both wait for the same morning.
    expect(end('2026-10-25T00:30:00Z', 'Europe/Berlin')).toBe('2026-10-25T08:00:00.000Z');
    expect(end('2026-10-25T01:30:00Z', 'Europe/Berlin')).toBe('2026-10-25T08:00:00.000Z');
  });

  it('always end, within half a day and an hour, at a moment that is not quiet', () => {
    assert(
      property(
        date({ min: new Date('2020-01-01'), max: new Date('2040-01-01'), noInvalidDate: true }),
        constantFrom(
          'Europe/Moscow',
          'Europe/Berlin',
          'America/New_York',
          'Australia/Lord_Howe',
          'Asia/Kathmandu',
        ),
        (now, zone) => {
          const until = findQuietEnd(now, zone);
          if (!until) return;
          expect(until.getTime()).toBeGreaterThan(now.getTime());
          expect(until.getTime() - now.getTime()).toBeLessThanOrEqual(12 * 3_600_000);
          expect(findQuietEnd(until, zone)).toBeNull();
        },
      ),
    );
  });
});
