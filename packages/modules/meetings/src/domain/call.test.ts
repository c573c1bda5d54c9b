import { encodeCanonical } from '@veche/ledger/jcs.ts';
import { parseNotice } from '@veche/ledger/meeting.ts';
import type { DecisionRule } from '@veche/rules/decision-rule.ts';
import { findPreset } from '@veche/rules/presets.ts';
import { describe, expect, it } from 'vitest';
import { callMeeting, type Draft, type Override } from './call.ts';
import { dayIn } from './instant.ts';
import { checkBeforeCall, type RegisterMeasure } from './preflight.ts';

const now = new Date('2026-03-01T09:00:00.500Z');
const draft: Draft = {
  title: 'Ремонт',
  form: 'absentee',
  openness: 'public',
  opensAt: '2026-03-12T09:00:01Z',
  closesAt: '2026-03-22T09:00:01Z',
  items: [
    { text: 'Провести текущий ремонт', explanation: '', ruleId: 'ru.participants' },
    { text: 'Сдать подвал', explanation: 'Под мастерскую', ruleId: 'ru.two-thirds-all' },
  ],
};
const building = { address: 'ул. Лесная, д. 5', areaCm2: 5_000_000, timeZone: 'Europe/Moscow' };
const measured: RegisterMeasure = {
  areaCm2: '5000000',
  premises: 10,
  entrances: ['1'],
  unevenPremises: 0,
  unknownShares: 0,
};
const call = (
  change: Partial<Draft> = {},
  options: { overrides?: Override[]; register?: Partial<RegisterMeasure>; at?: Date; binds?: boolean } = {},
) => {
  const at = options.at ?? now;
  const full = { ...draft, ...change };
  const findRule = (id: string): DecisionRule | null => {
    const found = findPreset(id.replace(/ in secret$/, ''), dayIn(building.timeZone, at))?.rule ?? null;
    return found && id.endsWith(' in secret') ? { ...found, secrecy: 'secret' } : found;
  };
  const findings = checkBeforeCall({
    regime: 'ru',
    draft: full,
    building,
    register: { ...measured, ...options.register },
    marks: {
      stated: { debtor: 0, 'association-owned': 0, 'original-owner': 0, representative: 0 },
      voiceless: 0,
    },
    annexes: new Set(),
    others: [],
    findRule,
    binds: options.binds ?? false,
    isUnanswered: () => options.binds ?? false,
    holidays: [],
    now: at,
  });
  return callMeeting({
    id: 'm1',
    draft: full,
    building,
    findings,
    overrides: options.overrides ?? [],
    materials: [],
    findRule,
    textsOf: ({ id }) => (id === 'ru.participants' ? texts : null),
  });
};
const texts = { ru: { name: 'Больше половины', explanation: 'Решение принято, если…' } };
const short = { code: 'short-notice', item: null, reason: ' Протечка не ждёт ' };

describe('calling a meeting', () => {
  it('pins agenda, dates and the whole rule of each item in a notice that the auditor can read', () => {
    const called = call();
    if ('refused' in called) throw new Error(called.refused);
    expect(called.shortNotice).toBe(false);
    expect(parseNotice(JSON.parse(encodeCanonical(called.notice)))).toEqual(called.notice);
    expect(called.notice.items.map(({ id, number, rule }) => [id, number, rule.id, rule.version])).toEqual([
      ['item-1', 1, 'ru.participants', 2],
      ['item-2', 2, 'ru.two-thirds-all', 1],
    ]);
    expect(called.notice.items.map(({ ruleTexts }) => ruleTexts)).toEqual([texts, undefined]);
    expect(called.notice.opensAt).toBe('2026-03-12T09:00:01Z');
  });

  it('pins who calls, where people gather, what becomes of a sale, and the competence of an item', () => {
    const [first] = draft.items;
    const called = call({
      form: 'mixed',
      kind: 'annual',
      convener: 'management',
      sale: 'stays',
      gathering: { at: '2026-03-20T15:00:00.000Z', place: 'Двор, у второго подъезда' },
      materialsPlace: 'У председателя',
      items: [{ ...first!, clause: 'ru.44-2.4-1' }],
    });
    if ('refused' in called) throw new Error(called.refused);
    expect(called.notice).toMatchObject({
      kind: 'annual',
      convener: 'management',
      sale: 'stays',
      gathering: { at: '2026-03-20T15:00:00Z', place: 'Двор, у второго подъезда' },
      materialsPlace: 'У председателя',
      items: [{ clause: 'ru.44-2.4-1' }],
    });
    expect(parseNotice(JSON.parse(encodeCanonical(called.notice)))).toEqual(called.notice);
  });

  it.each([
    ['no-items', { items: [] }, {}],
    ['no-dates', { opensAt: null }, {}],
    ['no-dates', { closesAt: null }, {}],
    ['register-empty', {}, { register: { premises: 0 } }],
    ['opens-in-the-past', { opensAt: '2026-03-01T09:00:00Z' }, { overrides: [short] }],
    ['closes-before-it-opens', { closesAt: '2026-03-12T09:00:01Z' }, {}],
    ['findings-open', { opensAt: '2026-03-11T09:00:00Z' }, {}],
    ['findings-open', { opensAt: '2026-03-11T09:00:00Z' }, { overrides: [{ ...short, reason: ' ' }] }],
    ['findings-open', { opensAt: '2026-03-11T09:00:00Z' }, { overrides: [{ ...short, item: 1 }] }],
    ['unknown-rule', { items: [{ text: 'Вопрос', explanation: '', ruleId: 'ru.no-such' }] }, {}],
    ['rule-not-held', { items: [{ text: 'Вопрос', explanation: '', ruleId: 'ru.half-all in secret' }] }, {}],
    ['unknown-rule', {}, { at: new Date('2024-08-31T20:59:59Z') }],
  ] as const)('refuses: %s', (code, change, options) => {
    const late = 'at' in options ? { opensAt: '2024-10-01T09:00:00Z', closesAt: '2024-10-11T09:00:00Z' } : {};
    expect(call({ ...late, ...change }, options as unknown as Parameters<typeof call>[1])).toMatchObject({
      refused: code,
    });
  });

  it('takes the day of the building, not of the server, for the rules in force', () => {
    // 31 August in Greenwich, already 1 September in Moscow.
    const dates = { opensAt: '2024-10-01T09:00:00Z', closesAt: '2024-10-11T09:00:00Z' };
    expect(call(dates, { at: new Date('2024-08-31T21:00:00Z') })).toHaveProperty('notice');
  });

  it('is refused where votes bind by a rule that nobody answers for, whatever reason is given', () => {
    const overrides = [{ code: 'unconfirmed-rule', item: 1, reason: 'Так считают все соседи' }];
    expect(call({}, { binds: true, overrides })).toEqual({ refused: 'unconfirmed-rule', facts: { item: 1 } });
  });

  it('allows a short notice to whoever says why, and tells everybody the reason', () => {
    const called = call({ opensAt: '2026-03-01T10:00:00Z' }, { overrides: [short] });
    expect(called).toMatchObject({
      shortNotice: true,
      notice: { accepted: [{ code: 'short-notice', reason: 'Протечка не ждёт' }] },
    });
  });
});
