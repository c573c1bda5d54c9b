import { describe, expect, it } from 'vitest';
import { listRestrictions, standingOf } from './standing.ts';

describe('votes cast through a service', () => {
  it('are advice in Russia since March 2025 unless a state or regional system holds them', () => {
    expect(standingOf('ru', 'private', 'absentee', '2026-11-22')).toEqual({
      binding: false,
      reason: 'operator-not-allowed',
      allowed: ['gis-zhkh', 'regional-system'],
      legalRef: listRestrictions('ru')[0]!.legalRef,
      confidence: 'secondary',
    });
    expect(standingOf('ru', 'private', 'mixed', '2025-03-01').binding).toBe(false);
  });
  it.each([
    ['by a regional system', 'ru', 'regional-system', 'absentee', '2026-11-22'],
    ['by anyone before that day', 'ru', 'private', 'absentee', '2025-02-28'],
    ['at a meeting in person', 'ru', 'private', 'in-person', '2026-11-22'],
    ['where no such law is known', 'de', 'private', 'absentee', '2026-11-22'],
  ] as const)('bind when held %s', (_, regime, operator, form, day) => {
    expect(standingOf(regime, operator, form, day)).toEqual({ binding: true });
  });
});
