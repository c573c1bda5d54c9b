import { findPreset } from '@veche/rules/presets.ts';
import { describe, expect, it } from 'vitest';
import type { Draft } from './call.ts';
import { checkBeforeCall, checkBeforeClose, type Finding, type PreflightInput } from './preflight.ts';

const now = new Date('2026-11-22T09:00:00Z');
const draft: Draft = {
  title: 'Ремонт',
  form: 'absentee',
  openness: 'public',
  // Thirteen days of notice, a vote of nine days.
  opensAt: '2026-12-07T06:00:00Z',
  closesAt: '2026-12-16T17:00:00Z',
  kind: 'extraordinary',
  items: [
    {
      text: 'Провести текущий ремонт подъездов',
      explanation: '',
      ruleId: 'ru.participants',
      clause: 'ru.44-2.4-1',
    },
    { text: 'Сдать подвал мастерской', explanation: '', ruleId: 'ru.two-thirds-all', clause: 'ru.44-2.3' },
  ],
};
const input: PreflightInput = {
  regime: 'ru',
  draft,
  building: { areaCm2: 5_000_000, timeZone: 'Europe/Moscow' },
  register: { areaCm2: '5000000', premises: 60, entrances: ['1', '2'], unevenPremises: 0, unknownShares: 0 },
  marks: {
    stated: { debtor: 0, 'association-owned': 0, 'original-owner': 0, representative: 0 },
    voiceless: 0,
  },
  annexes: new Set([2]),
  others: [],
  findRule: (id) => findPreset(id, '2026-11-22')?.rule ?? null,
  binds: true,
  isUnanswered: () => false,
  holidays: [],
  now,
};
const codes = (findings: readonly Finding[]) =>
  findings.map(({ code, severity, item }) =>
    item === null ? `${severity} ${code}` : `${severity} ${code} ${item}`,
  );
const check = (change: Partial<Draft> = {}, others: Partial<PreflightInput> = {}) =>
  codes(checkBeforeCall({ ...input, ...others, draft: { ...draft, ...change } }));
const item = (change: Partial<Draft['items'][number]>) => ({ items: [{ ...draft.items[0]!, ...change }] });

describe('before the notice', () => {
  it('finds nothing in a meeting that is in order', () => {
    expect(check()).toEqual([]);
  });

  it.each<[string, Partial<Draft>, string[]]>([
    ['an agenda without items', { items: [] }, ['stop no-items']],
    ['no dates', { opensAt: null }, ['stop no-dates']],
    ['an opening in the past', { opensAt: '2026-11-22T08:59:59Z' }, ['stop opens-in-the-past']],
    ['an end before the opening', { closesAt: '2026-12-07T06:00:00Z' }, ['stop closes-before-it-opens']],
    [
      'nine clear days of notice where ten are asked for',
      { opensAt: '2026-12-02T06:00:00Z' },
      ['risk short-notice', 'advice administrator-notice'],
    ],
    [
      'ten clear days, which are enough for owners and not for the administrator of a system',
      {
        opensAt: '2026-12-02T21:00:00Z',
      },
      ['advice administrator-notice'],
    ],
    ['a vote of six days', { closesAt: '2026-12-14T05:59:59Z' }, ['risk voting-too-short']],
    ['a vote of sixty-one days', { closesAt: '2027-02-06T06:00:00Z' }, ['risk voting-too-long']],
    ['a meeting of people without a place', { form: 'in-person' }, ['risk no-gathering']],
    [
      'a gathering before the vote',
      {
        form: 'mixed',
        gathering: { at: '2026-12-06T16:00:00Z', place: 'Двор' },
      },
      ['stop gathering-outside'],
    ],
    ['an annual meeting in December', { kind: 'annual' }, ['advice annual-late']],
    [
      'two questions in one',
      item({ text: 'Провести текущий ремонт и избрать подрядчика' }),
      ['risk two-questions 1'],
    ],
    ['a blank left', item({ text: 'Провести текущий ремонт [чего]' }), ['risk blank-left 1']],
    ['any other business', item({ text: 'Разное' }), ['risk vague 1']],
    ['the same item twice', { items: [draft.items[0]!, draft.items[0]!] }, ['risk repeated-item 2']],
    ['a rule that is not there', item({ ruleId: 'ru.no-such' }), ['stop unknown-rule 1']],
    [
      'a rule weaker than its clause',
      { items: [draft.items[0]!, { ...draft.items[1]!, ruleId: 'ru.half-all' }] },
      ['risk weaker-rule 2'],
    ],
    ['a rule stricter than its clause, which is no risk', item({ ruleId: 'ru.two-thirds-all' }), []],
    [
      'a clause of which nobody knows the majority',
      item({ clause: 'ru.44-2.4-6' }),
      ['risk rule-not-given 1'],
    ],
    [
      'no clause, and a wording that looks like one',
      { items: [{ text: 'Взять кредит', explanation: '', ruleId: 'ru.participants' }] },
      ['advice likely-clause 1'],
    ],
    [
      'no clause at all',
      { items: [{ text: 'Поблагодарить соседей', explanation: '', ruleId: 'ru.participants' }] },
      ['advice no-clause 1'],
    ],
    [
      'an annex that is named and not there',
      item({ explanation: 'Смета прилагается' }),
      ['risk missing-annex 1'],
    ],
  ])('finds %s', (_, change, expected) => {
    expect(check(change)).toEqual(expected);
  });

  it('finds a missing annex where the clause cannot be judged without one, and none where the meeting has one', () => {
    expect(check({}, { annexes: new Set() })).toEqual(['risk missing-annex 2']);
    expect(check({}, { annexes: new Set([0]) })).toEqual([]);
  });

  it('finds a denominator that is missing or not the sum of the register', () => {
    const building = { ...input.building, areaCm2: 0 };
    expect(check({}, { building })).toEqual(['risk denominator-missing']);
    expect(check({}, { register: { ...input.register, areaCm2: '4999999/2' } })).toEqual([
      'risk denominator-differs',
    ]);
  });

  it('finds an empty register, shares that do not add up, and owners nobody knows', () => {
    expect(check({}, { register: { ...input.register, premises: 0 } })).toEqual(['stop register-empty']);
    expect(check({}, { register: { ...input.register, unevenPremises: 2, unknownShares: 1 } })).toEqual([
      'risk shares-differ',
      'advice unknown-owners',
    ]);
  });

  it('stops where votes bind by a rule that nobody answers for, until somebody does', () => {
    const isUnanswered = () => true;
    expect(check({}, { isUnanswered })).toEqual(['stop unconfirmed-rule 1', 'stop unconfirmed-rule 2']);
    expect(check({}, { isUnanswered: () => false })).toEqual([]);
  });

  it('only tells of such a rule where votes are advice', () => {
    expect(check({}, { binds: false, isUnanswered: () => true })).toEqual([
      'advice unconfirmed-rule 1',
      'advice unconfirmed-rule 2',
    ]);
  });

  it('asks for a word for the rule of a second vote as well, which begins by itself', () => {
    const findRule: PreflightInput['findRule'] = (id) => {
      const rule = input.findRule(id);
      if (!rule || id !== 'ru.two-thirds-all') return rule;
      return {
        ...rule,
        fallback: { kind: 'second-vote', on: ['failed'], trigger: [], rule: 'ru.unanimous', maxDepth: 1 },
      };
    };
    const isUnanswered: PreflightInput['isUnanswered'] = ({ id }) => id === 'ru.unanimous';
    const found = checkBeforeCall({ ...input, draft, findRule, isUnanswered });
    expect(found).toMatchObject([
      { code: 'unconfirmed-rule', severity: 'stop', item: 2, facts: { rule: 'ru.unanimous' } },
    ]);
  });

  it('finds an entrance that the rule asks for and the item does not name', () => {
    const findRule: PreflightInput['findRule'] = (id) => {
      const rule = input.findRule(id)!;
      const test = { ...rule.tests[0]![0]!, base: 'entrance:?' } as const;
      return { ...rule, tests: [[...rule.tests[0]!, test]] };
    };
    const items = [{ ...draft.items[0]!, entrance: '3' }];
    expect(check({ items }, { findRule })).toEqual(['stop unknown-entrance 1']);
    expect(check({ items: [{ ...items[0]!, entrance: '2' }] }, { findRule })).toEqual([]);
  });

  it('finds another meeting of the house that is held over the same item', () => {
    const others = [{ title: 'Встречное собрание', items: ['СДАТЬ ПОДВАЛ — мастерской!'] }];
    expect(check({}, { others })).toEqual(['risk same-agenda 2']);
  });

  it('finds a holiday on the last day of a vote, and an hour that the clocks show twice', () => {
    const holidays = [{ day: '2026-12-16', name: 'Праздник' }];
    expect(check({}, { holidays })).toEqual(['advice day-off']);
    const berlin = {
      building: { ...input.building, timeZone: 'Europe/Berlin' },
      now: new Date('2026-09-01T09:00:00Z'),
    };
    expect(check({ opensAt: '2026-10-05T06:00:00Z', closesAt: '2026-10-25T00:30:00Z' }, berlin)).toEqual([
      'advice shown-twice',
    ]);
  });

  it('tells the earliest lawful day with what is short', () => {
    const [found] = checkBeforeCall({ ...input, draft: { ...draft, opensAt: '2026-11-25T06:00:00Z' } });
    expect(found?.facts).toEqual({ days: 10, earliest: { day: '2026-12-03' }, law: 'ЖК РФ, ст. 45 ч. 4' });
  });

  it('takes a term that the law only recommends as advice', () => {
    const change = {
      opensAt: '2026-12-01T06:00:00Z',
      form: 'in-person',
      gathering: { at: '2026-12-01T17:00:00Z', place: 'Saal' },
      items: [{ text: 'Das Treppenhaus streichen', explanation: '', ruleId: 'de.simple' }],
    } as const;
    const found = check(change, { regime: 'de' });
    expect(found).toContain('advice short-notice-should');
    expect(found.some((one) => one.startsWith('risk'))).toBe(false);
  });
});

describe('before the notice, about people', () => {
  const marked = (change: Partial<PreflightInput['marks']['stated']>, voiceless = 0) => ({
    stated: { ...input.marks.stated, ...change },
    voiceless,
  });
  const by = (regime: string, ruleId: string, others: Partial<PreflightInput> = {}, parties?: string[]) =>
    check(
      {
        opensAt: '2027-02-01T06:00:00Z',
        closesAt: '2027-02-10T17:00:00Z',
        items: [{ text: 'Arreglar el portal', explanation: '', ruleId, parties }],
      },
      { regime, ...others },
    ).filter((found) => found !== 'advice no-clause 1');

  it('finds that nobody has said who is in debt, where the law takes the vote for it, until somebody has', () => {
    expect(by('es', 'es.1-3')).toEqual(['risk no-debtors']);
    expect(by('es', 'es.1-3', { marks: marked({ debtor: 1 }) })).toEqual([]);
  });

  it('tells of premises of several owners whom nobody speaks for, where the law wants one who does', () => {
    expect(by('pl', 'pl.share', { marks: marked({}, 3) })).toEqual(['advice no-representatives']);
    expect(by('de', 'de.simple', { marks: marked({}, 3) }, ['anna'])).toEqual([]);
  });

  it('asks whose own matter an item is, and who the developer and the association are, where the rule looks at it', () => {
    expect(by('de', 'de.simple')).toEqual(['advice no-parties 1']);
    expect(by('de', 'de.simple', {}, ['anna'])).toEqual([]);
    expect(by('nsw', 'nsw.special')).toEqual(['advice no-original-owner']);
    expect(by('nsw', 'nsw.special', { marks: marked({ 'original-owner': 1 }) })).toEqual([]);
    expect(by('ucioa', 'ucioa.default')).toEqual(['advice no-association-owned']);
  });

  it('finds a rule of another country’s law', () => {
    expect(check(item({ ruleId: 'fr.24', clause: undefined }))).toContain('risk other-law 1');
  });

  it('tells until when a French letter has to be brought first, since the term runs from the day after that', () => {
    const found = checkBeforeCall({
      ...input,
      regime: 'fr',
      building: { ...input.building, timeZone: 'Europe/Paris' },
      draft: {
        ...draft,
        opensAt: '2027-02-01T09:00:00Z',
        closesAt: '2027-02-10T17:00:00Z',
        items: [{ text: 'Voter', explanation: '', ruleId: 'fr.24' }],
      },
    });
    // Brought on 10 January: 21 full days from the 11th to the 31st.
    expect(found.find(({ code }) => code === 'first-presented')?.facts).toEqual({
      days: 21,
      latest: { day: '2027-01-10' },
      law: 'Décret 67-223',
    });
  });
});

describe('before the close', () => {
  const close = (change: Partial<Parameters<typeof checkBeforeClose>[0]> = {}) =>
    codes(
      checkBeforeClose({
        draft,
        isNoticeWhole: true,
        brokenAnnexes: [],
        building: input.building,
        rollAreaCm2: '5000000',
        register: input.register,
        rules: draft.items.map(({ ruleId }) => input.findRule(ruleId)!),
        binds: true,
        isWithdrawn: () => false,
        others: [],
        ...change,
      }),
    );

  it('finds nothing in a meeting that went as it was announced', () => {
    expect(close()).toEqual([]);
  });
  it('stops where the agenda is another than the log was told of', () => {
    expect(close({ isNoticeWhole: false })).toEqual(['stop agenda-changed']);
  });
  it('lets a meeting stand whose rule nobody answers for any more, for a person who says why', () => {
    expect(close({ isWithdrawn: ({ id }) => id === 'ru.two-thirds-all' })).toEqual(['risk word-withdrawn 2']);
    expect(close({ isWithdrawn: () => true, binds: false })).toEqual([]);
  });
  it('finds documents that are gone, another base, a register that has moved on, a rival meeting', () => {
    expect(
      close({
        brokenAnnexes: [2, null],
        building: { areaCm2: 5_000_001 },
        register: { ...input.register, areaCm2: '5000001' },
        others: [{ title: 'Другое', items: ['Сдать подвал мастерской'] }],
      }),
    ).toEqual([
      'risk annex-changed 2',
      'risk annex-changed',
      'risk denominator-differs',
      'advice register-changed',
      'advice same-agenda 2',
    ]);
  });
});
