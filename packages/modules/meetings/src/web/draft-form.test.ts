import { describe, expect, it } from 'vitest';
import { instantOf } from '../domain/zoned-time.ts';
import { emptyDraft, faultsOf, itemFrom, needsEntrance, usualDates, WIZARD_STEPS } from './draft-form.ts';
import type { Draft, LibraryChoice } from './views.ts';

const now = new Date('2026-11-21T12:00:00Z');
const draft: Draft = {
  ...emptyDraft,
  title: 'Yard',
  opensAt: '2026-12-02T06:00:00Z',
  closesAt: '2026-12-10T06:00:00Z',
  items: [{ text: 'Repair the roof', explanation: '', ruleId: 'ru.half-all' }],
};

describe('what is missing in a draft', () => {
  it('is nothing when every step is filled in', () => {
    for (const step of WIZARD_STEPS) expect(faultsOf(draft, step, now)).toEqual({});
  });
  it.each<[string, Partial<Draft>, 'what' | 'items' | 'dates', string]>([
    ['a title of two letters', { title: ' ab ' }, 'what', 'title'],
    ['no item', { items: [] }, 'items', 'items'],
    [
      'an item without wording',
      { items: [{ text: 'abc', explanation: '', ruleId: 'x' }] },
      'items',
      'text-0',
    ],
    [
      'an item without a rule',
      { items: [{ text: 'Repair', explanation: '', ruleId: '' }] },
      'items',
      'rule-0',
    ],
    ['no opening', { opensAt: null }, 'dates', 'opensAt'],
    ['an opening in the past', { opensAt: '2026-11-20T06:00:00Z' }, 'dates', 'opensAt'],
    ['a close before the opening', { closesAt: '2026-12-01T06:00:00Z' }, 'dates', 'closesAt'],
    [
      'a gathering without a place',
      { gathering: { at: '2026-12-03T06:00:00Z', place: ' ' } },
      'dates',
      'place',
    ],
  ])('names %s', (_, change, step, place) => {
    expect(Object.keys(faultsOf({ ...draft, ...change }, step, now))).toEqual([place]);
  });
});

describe('dates to begin with', () => {
  it('are the first lawful day and eight days of voting', () => {
    expect(usualDates(now, 'Asia/Kamchatka', '2026-12-03')).toEqual({
      opens: '2026-12-03T09:00',
      closes: '2026-12-11T20:00',
    });
  });
  it('leave eleven days where no term is known', () => {
    const { opens, closes } = usualDates(now, 'Asia/Kamchatka', null);
    const opensAt = instantOf(opens, 'Asia/Kamchatka')!;
    expect(opensAt.getTime() - now.getTime()).toBeGreaterThan(10 * 86_400_000);
    expect(instantOf(closes, 'Asia/Kamchatka')!.getTime() - opensAt.getTime()).toBeGreaterThan(
      7 * 86_400_000,
    );
  });
});

describe('an item from the library', () => {
  const choice = { id: 'ru.44-2.4', wording: 'Choose', rules: ['ru.half-all'] } as unknown as LibraryChoice;
  it('has the rule of its clause where there is one, and none where there are several', () => {
    expect(itemFrom(choice)).toEqual({
      text: 'Choose',
      explanation: '',
      ruleId: 'ru.half-all',
      clause: 'ru.44-2.4',
    });
    expect(itemFrom({ ...choice, rules: ['a', 'b'] }).ruleId).toBe('');
  });
  it('names an entrance where its rule measures one', () => {
    expect(needsEntrance({ tests: [[{ base: 'all' }]], quorum: [{}] })).toBe(false);
    expect(needsEntrance({ tests: [[{ base: 'entrance:?' }]], quorum: [] })).toBe(true);
    expect(needsEntrance({ tests: [], quorum: [{ entrance: '?' }] })).toBe(true);
  });
});
