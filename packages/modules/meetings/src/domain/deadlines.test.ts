import { assert, integer, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addMonths, deadlinesOf } from './deadlines.ts';

const RU = new Set(['ru']);

describe('what the law wants after a meeting', () => {
  it('is in Russia ten days for minutes, notice and originals, five more for the inspection, and half a year for the court', () => {
    const days = deadlinesOf(RU, '2026-03-22', {}).map(({ what, day, provisional }) => [
      what,
      day,
      provisional,
    ]);
    expect(days).toEqual([
      ['minutes', '2026-04-01', false],
      ['owners-told', '2026-04-01', false],
      ['originals', '2026-04-01', false],
      ['inspection', '2026-04-06', true],
      ['challenge', '2026-10-01', true],
      ['challenge-last', '2028-04-01', true],
      ['kept', '2029-04-06', true],
    ]);
  });

  it('runs from the day a thing was done once it was: the inspection from the originals, the court from the notice', () => {
    const done = { 'owners-told': '2026-03-23', originals: '2026-03-25' };
    const found = deadlinesOf(RU, '2026-03-22', done);
    expect(found.find(({ what }) => what === 'inspection')).toMatchObject({
      day: '2026-03-30',
      provisional: false,
    });
    expect(found.find(({ what }) => what === 'challenge')).toMatchObject({
      day: '2026-09-23',
      provisional: false,
    });
    expect(found.find(({ what }) => what === 'owners-told')!.doneOn).toBe('2026-03-23');
  });

  it('is marked for how sure we are: the ten and five days for originals are not confirmed', () => {
    const marks = new Map(
      deadlinesOf(RU, '2026-03-22', {}).map(({ what, confidence }) => [what, confidence]),
    );
    expect(marks.get('minutes')).toBe('confirmed');
    expect([marks.get('originals'), marks.get('inspection')]).toEqual(['unconfirmed', 'unconfirmed']);
  });

  it.each([
    ['de', 'challenge', '2026-02-28'],
    ['it', 'challenge', '2026-03-02'],
    ['es', 'challenge-last', '2027-01-31'],
    ['pl', 'challenge', '2026-03-14'],
  ])('is the law of the items: %s, %s', (regime, what, day) => {
    const found = deadlinesOf(new Set([regime]), '2026-01-31', { 'owners-told': '2026-01-31' });
    expect(found.find((one) => one.what === what)!.day).toBe(day);
  });

  it('is nothing where we know no term', () => {
    expect(deadlinesOf(new Set(['xx']), '2026-01-31', {})).toEqual([]);
  });

  it('counts months to a day that exists, never past the end of a month', () => {
    expect(addMonths('2026-08-31', 6)).toBe('2027-02-28');
    expect(addMonths('2027-08-31', 6)).toBe('2028-02-29');
    assert(
      property(integer({ min: 0, max: 20_000 }), integer({ min: 0, max: 60 }), (offset, months) => {
        const day = new Date(offset * 86_400_000).toISOString().slice(0, 10);
        const later = addMonths(day, months);
        const apart =
          Number(later.slice(0, 4)) * 12 + Number(later.slice(5, 7)) - Number(day.slice(0, 4)) * 12;
        expect(apart - Number(day.slice(5, 7))).toBe(months);
        expect(Number(later.slice(8))).toBeLessThanOrEqual(Number(day.slice(8)));
      }),
    );
  });
});
