import { encodeCanonical } from '@veche/ledger/jcs.ts';
import { parseNotice } from '@veche/ledger/meeting.ts';
import { describe, expect, it } from 'vitest';
import { callMeeting, type Draft } from './call.ts';

const now = new Date('2026-03-01T09:00:00.500Z');
const draft: Draft = {
  title: 'Ремонт',
  form: 'absentee',
  openness: 'public',
  opensAt: '2026-03-11T09:00:01Z',
  closesAt: '2026-03-21T09:00:00Z',
  items: [
    { text: 'Провести ремонт', explanation: '', ruleId: 'ru.participants' },
    { text: 'Сдать подвал', explanation: 'Под мастерскую', ruleId: 'ru.two-thirds-all' },
  ],
};
const building = { address: 'ул. Лесная, д. 5', areaCm2: 5_000_000, timeZone: 'Europe/Moscow' };
const call = (
  change: Partial<Draft> = {},
  options: { accept?: boolean; register?: boolean; at?: Date } = {},
) =>
  callMeeting({
    id: 'm1',
    draft: { ...draft, ...change },
    building,
    hasRegister: options.register ?? true,
    acceptShortNotice: options.accept ?? false,
    now: options.at ?? now,
  });

describe('calling a meeting', () => {
  it('pins agenda, dates and the whole rule of each item in a notice that the auditor can read', () => {
    const called = call();
    if ('refused' in called) throw new Error(called.refused);
    expect(called.shortNotice).toBe(false);
    expect(parseNotice(JSON.parse(encodeCanonical(called.notice)))).toEqual(called.notice);
    expect(called.notice.items.map(({ id, number, rule }) => [id, number, rule.id, rule.version])).toEqual([
      ['item-1', 1, 'ru.participants', 1],
      ['item-2', 2, 'ru.two-thirds-all', 1],
    ]);
    expect(called.notice.opensAt).toBe('2026-03-11T09:00:01Z');
  });

  it.each([
    ['no-items', { items: [] }, {}],
    ['no-dates', { opensAt: null }, {}],
    ['no-dates', { closesAt: null }, {}],
    ['register-empty', {}, { register: false }],
    ['opens-in-the-past', { opensAt: '2026-03-01T09:00:00Z' }, { accept: true }],
    ['closes-before-it-opens', { closesAt: '2026-03-11T09:00:01Z' }, {}],
    ['short-notice', { opensAt: '2026-03-11T09:00:00Z' }, {}],
    ['unknown-rule', { items: [{ text: 'Вопрос', explanation: '', ruleId: 'ru.no-such' }] }, {}],
    ['unknown-rule', {}, { at: new Date('2024-08-31T20:59:59Z') }],
  ] as const)('refuses: %s', (code, change, options) => {
    expect(call(change, options)).toMatchObject({ refused: code });
  });

  it('takes the day of the building, not of the server, for the rules in force', () => {
    // 31 August in Greenwich, already 1 September in Moscow.
    expect(call({}, { at: new Date('2024-08-31T21:00:00Z') })).toHaveProperty('notice');
  });

  it('allows less than ten days when that is accepted, and says so', () => {
    expect(call({ opensAt: '2026-03-01T10:00:00Z' }, { accept: true })).toMatchObject({ shortNotice: true });
  });
});
