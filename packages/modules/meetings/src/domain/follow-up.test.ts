import type { ItemResult } from '@veche/rules/count.ts';
import type { DecisionRule } from '@veche/rules/decision-rule.ts';
import { describe, expect, it } from 'vitest';
import { keepFollowing, numberOf, type Draft } from './call.ts';
import { after, endOf, followUpsOf } from './follow-up.ts';

const closedAt = new Date('2026-03-22T18:20:30Z');
const one = (
  item: string,
  fallback: { kind: 'second-call' | 'silent-assent' | 'ask-absent' | 'court'; due: boolean; rule?: string },
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

  it('begins the wait for silence at once: the rule’s delay is how long it lasts', () => {
    const [silence] = followUpsOf(
      [one('item-1', { kind: 'silent-assent', due: true, rule: 'x.silent' }, { minDelay: 'P30D' })],
      closedAt,
      'Europe/Madrid',
    );
    expect(silence).toMatchObject({ dueAt: closedAt, lastAt: null });
  });

  it('is the chair’s vote first where the chair may decide a tie, and the rest only when the chair has not', () => {
    const { result, rule } = one('item-1', { kind: 'second-call', due: true, rule: 'x.second' });
    const tied = { ...result, tie: 'chair-casts' as const };
    expect(followUpsOf([{ result: tied, rule }], closedAt, 'Europe/Moscow')).toEqual([
      {
        kind: 'casting-vote',
        items: [{ item: 'item-1', rule: null }],
        dueAt: closedAt,
        lastAt: new Date('2026-03-25T18:20:30Z'),
      },
    ]);
    expect(followUpsOf([{ result, rule }], closedAt, 'Europe/Moscow')).toMatchObject([
      { kind: 'second-call' },
    ]);
  });

  it('is a court where a court decides a tie, and the absent have been asked', () => {
    const { result, rule } = one('item-1', { kind: 'ask-absent', due: true, rule: 'x' });
    const tied = { ...result, tie: 'court' as const };
    expect(followUpsOf([{ result: tied, rule }], closedAt, 'Europe/Vienna')).toMatchObject([
      { kind: 'ask-absent' },
    ]);
    const asked = { ...tied, fallback: { ...result.fallback!, due: false } };
    expect(followUpsOf([{ result: asked, rule }], closedAt, 'Europe/Vienna')).toMatchObject([
      { kind: 'court', items: [{ item: 'item-1', rule: null }], lastAt: null },
    ]);
  });
});

describe('the end of a vote that follows', () => {
  const opensAt = new Date('2026-03-23T10:00:00Z');
  const first = { opensAt: new Date('2026-03-01T00:00:00Z'), closesAt: new Date('2026-03-11T00:00:00Z') };
  it.each([
    ['second-vote', [undefined], '2026-04-02T10:00:00.000Z'],
    ['second-call', ['P10D'], '2026-04-02T10:00:00.000Z'],
    // The clocks of Madrid go forward meanwhile: a month of silence ends at the same time on the wall.
    ['silent-assent', ['P30D'], '2026-04-22T09:00:00.000Z'],
    ['ask-absent', [undefined], '2026-04-06T09:00:00.000Z'],
  ] as const)('by %s is as the rule or the first vote has it', (kind, terms, end) => {
    expect(endOf(kind, opensAt, first, terms, 'Europe/Madrid').toISOString()).toBe(end);
  });
  it('asks the absent for as long as the first vote lasted, where that was longer', () => {
    const long = { opensAt: first.opensAt, closesAt: new Date('2026-03-31T00:00:00Z') };
    expect(endOf('ask-absent', opensAt, long, [], 'Europe/Madrid').toISOString()).toBe(
      '2026-04-22T10:00:00.000Z',
    );
  });
});

describe('the draft of a vote that follows', () => {
  const follows = { meeting: 'm1', kind: 'silent-assent', result: `${'A'.repeat(43)}=` } as const;
  const draft = (fields: Partial<Draft>): Draft => ({
    title: 'Ремонт',
    form: 'absentee',
    openness: 'public',
    opensAt: null,
    closesAt: null,
    items: [{ text: 'Починить крышу', explanation: '', ruleId: 'x.silent', round: 1, number: 3 }],
    ...fields,
  });

  it('lets a person choose the dates, and nothing that the first vote has settled', () => {
    const edited = draft({ title: 'Другое', opensAt: '2026-04-01T09:00:00Z', form: 'mixed', items: [] });
    expect(keepFollowing(draft({ follows, sale: 'stays' }), edited)).toEqual({
      ...draft({ follows, sale: 'stays' }),
      title: 'Другое',
      opensAt: '2026-04-01T09:00:00Z',
    });
    expect(keepFollowing(draft({}), edited)).toBe(edited);
  });

  it('keeps the numbers that its items had in the vote before', () => {
    expect(numberOf(draft({}), 1)).toBe(3);
    expect(numberOf({ items: [{ text: '', explanation: '', ruleId: 'x' }] }, 1)).toBe(1);
  });
});
