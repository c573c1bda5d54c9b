import type { ItemResult } from '@veche/rules/count.ts';
import type { DecisionRule } from '@veche/rules/decision-rule.ts';
import { describe, expect, it } from 'vitest';
import { after, followUpsOf } from './follow-up.ts';

const closedAt = new Date('2026-03-22T18:20:30Z');
const one = (
  item: string,
  fallback: { kind: 'second-call' | 'silent-assent' | 'court'; due: boolean; rule?: string },
  delays: { minDelay?: string; maxDelay?: string } = {},
) => ({
  result: { item, fallback: { ...fallback, trigger: [] } } as unknown as ItemResult,
  rule: { fallback: { ...fallback, ...delays } } as unknown as DecisionRule,
});

describe('what follows a vote that did not decide', () => {
  it('is what the count found due, and nothing else', () => {
    const counted = [
      one('item-1', { kind: 'second-call', due: true, rule: 'x.second' }),
      one('item-2', { kind: 'second-call', due: false, rule: 'x.second' }),
      { result: { item: 'item-3' } as ItemResult, rule: {} as DecisionRule },
    ];
    expect(followUpsOf(counted, closedAt, 'Europe/Moscow')).toEqual([
      { kind: 'second-call', items: [{ item: 'item-1', rule: 'x.second' }], dueAt: closedAt, lastAt: null },
    ]);
  });

  it('takes the items of one kind and one delay together, and keeps others apart', () => {
    const counted = [
      one('item-1', { kind: 'second-call', due: true, rule: 'x.a' }, { minDelay: 'PT30M', maxDelay: 'P10D' }),
      one('item-2', { kind: 'silent-assent', due: true, rule: 'x.silent' }, { minDelay: 'P30D' }),
      one('item-3', { kind: 'second-call', due: true, rule: 'x.b' }, { minDelay: 'PT30M', maxDelay: 'P10D' }),
      one('item-4', { kind: 'court', due: true }),
    ];
    const found = followUpsOf(counted, closedAt, 'Europe/Madrid');
    expect(found.map(({ kind, items }) => [kind, items.map(({ item, rule }) => `${item} ${rule}`)])).toEqual([
      ['second-call', ['item-1 x.a', 'item-3 x.b']],
      ['silent-assent', ['item-2 x.silent']],
      ['court', ['item-4 null']],
    ]);
    expect(found[0]).toMatchObject({
      dueAt: new Date('2026-03-22T18:50:30Z'),
      lastAt: new Date('2026-04-01T17:20:30Z'),
    });
  });

  it.each([
    ['PT30M', '2026-03-28T18:50:30.000Z'],
    ['PT24H', '2026-03-29T18:20:30.000Z'],
    // The clocks of Madrid go forward in that night: a day is 23 hours, and ends at the same time on the wall.
    ['P1D', '2026-03-29T17:20:30.000Z'],
    ['P30D', '2026-04-27T17:20:30.000Z'],
    ['P1M', '2026-04-28T17:20:30.000Z'],
    ['P1Y', '2027-03-28T17:20:30.000Z'],
  ])('comes %s later by the calendar and the clocks of the building', (duration, at) => {
    expect(after(new Date('2026-03-28T18:20:30Z'), duration, 'Europe/Madrid').toISOString()).toBe(at);
  });

  it('refuses what is no duration', () => {
    expect(() => after(closedAt, '30 days', 'Europe/Madrid')).toThrow(RangeError);
  });
});
