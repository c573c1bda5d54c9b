import { createTranslate } from '@veche/core/messages.ts';
import { describe, expect, it } from 'vitest';
import { catalogs } from '../catalogs.ts';
import { standingView } from './standing-view.ts';

const building = { regime: 'ru', timeZone: 'Europe/Moscow' };
const now = new Date('2026-11-22T09:00:00Z');
const view = (
  operator: string,
  form: 'absentee' | 'mixed' | 'in-person',
  opensAt: string | null = null,
  regime = building.regime,
) =>
  standingView(
    operator,
    { form, opensAt: opensAt === null ? null : new Date(opensAt) },
    { ...building, regime },
    now,
    createTranslate('en', catalogs.en),
  );

describe('whether votes bind here', () => {
  it('is no for an absentee vote in a private service, with the law and the systems where it would be yes', () => {
    const { binding, why } = view('private', 'absentee');
    expect(binding).toBe(false);
    expect(why).toContain('463-ФЗ');
    expect(why).toContain('GIS ZhKKh');
  });
  it('is yes in a regional system, and for people who meet in a room', () => {
    expect(view('regional-system', 'mixed').binding).toBe(true);
    expect(view('private', 'in-person').binding).toBe(true);
  });
  it('goes by the law of the building', () => {
    expect(view('private', 'absentee', null, 'es').binding).toBe(true);
  });
  it('goes by the first day of the vote in the building', () => {
    expect(view('private', 'absentee', '2025-02-28T20:59:59Z').binding).toBe(true);
    expect(view('private', 'absentee', '2025-02-28T21:00:00Z').binding).toBe(false);
  });
});
