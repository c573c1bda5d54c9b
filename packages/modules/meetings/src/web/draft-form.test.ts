import { describe, expect, it } from 'vitest';
import { emptyDraft, faultsOf, isShortNotice, usualDates, WIZARD_STEPS } from './draft-form.ts';
import { instantOf } from '../domain/zoned-time.ts';
import type { Draft } from './views.ts';

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
  ])('names %s', (_, change, step, place) => {
    expect(Object.keys(faultsOf({ ...draft, ...change }, step, now))).toEqual([place]);
  });
});

describe('dates', () => {
  it('are lawful to begin with: more than ten days of notice, more than seven of voting', () => {
    const { opens, closes } = usualDates(now, 'Asia/Kamchatka');
    const opensAt = instantOf(opens, 'Asia/Kamchatka')!;
    const closesAt = instantOf(closes, 'Asia/Kamchatka')!;
    expect(isShortNotice({ ...draft, opensAt: opensAt.toISOString() }, now)).toBe(false);
    expect(closesAt.getTime() - opensAt.getTime()).toBeGreaterThan(7 * 86_400_000);
  });
  it('are short when the opening is a second under ten days away', () => {
    expect(isShortNotice({ ...draft, opensAt: '2026-12-01T12:00:00Z' }, now)).toBe(false);
    expect(isShortNotice({ ...draft, opensAt: '2026-12-01T11:59:59Z' }, now)).toBe(true);
  });
});
