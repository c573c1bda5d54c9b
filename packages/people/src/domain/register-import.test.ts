import { formatRational, rational } from '@veche/core/rational.ts';
import { createTranslate } from '@veche/core/messages.ts';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { reconcileRegister } from './reconciliation.ts';
import { guessMapping, missingFields, parseRegister } from './register-import.ts';
import { formatCsv, sampleRegister } from './register-sample.ts';
import { readSpreadsheet, type Sheet } from './spreadsheet.ts';
import en from '../messages/en.json' with { type: 'json' };
import ru from '../messages/ru.json' with { type: 'json' };

const FIELDS = [
  'premises',
  'kind',
  'entrance',
  'area',
  'owner',
  'ownerKind',
  'taxNumber',
  'share',
  'document',
  'email',
  'phone',
  'validFrom',
] as const;
type Cells = Partial<Record<(typeof FIELDS)[number], string>>;
const MAPPING = Object.fromEntries(FIELDS.map((field, i) => [field, i]));

/** A sheet of these rows, each a flat of 50 m² owned whole by Anna unless told otherwise. */
const sheetOf = (rows: readonly Cells[]): Sheet => ({
  header: FIELDS,
  rows: rows.map((cells) =>
    FIELDS.map(
      (field) => ({ premises: '1', area: '50', owner: 'Белова Анна', ...cells })[field as 'premises'] ?? '',
    ),
  ),
  rowNumbers: rows.map((_, i) => i + 2),
});
const parse = (...rows: Cells[]) => parseRegister(sheetOf(rows), MAPPING);

describe('the meaning of columns', () => {
  it.each([
    [
      [
        '№ п/п',
        'Номер помещения',
        'Тип помещения',
        'Подъезд',
        'Общая площадь, кв.м',
        'ФИО собственника',
        'ИНН',
        'Доля в праве собственности',
        'Документ о праве',
        'Эл. почта',
        'Телефон',
        'Дата регистрации права',
      ],
      {
        premises: 1,
        kind: 2,
        entrance: 3,
        area: 4,
        owner: 5,
        taxNumber: 6,
        share: 7,
        document: 8,
        email: 9,
        phone: 10,
        validFrom: 11,
      },
    ],
    [
      ['Кв.', 'Площадь (м2)', 'Собственник', 'Вид собственника', 'Доля'],
      { premises: 0, area: 1, owner: 2, ownerKind: 3, share: 4 },
    ],
    [['Квартира', 'Правообладатель', 'S кв.м.', 'e-mail'], { premises: 0, owner: 1, area: 2, email: 3 }],
    [
      [
        'Unit',
        'Type',
        'Entrance',
        'Area (sq m)',
        'Owner',
        'Owner type',
        'Share',
        'Title deed',
        'E-mail',
        'Phone',
        'Tax number',
        'Since',
      ],
      {
        premises: 0,
        kind: 1,
        entrance: 2,
        area: 3,
        owner: 4,
        ownerKind: 5,
        share: 6,
        document: 7,
        email: 8,
        phone: 9,
        taxNumber: 10,
        validFrom: 11,
      },
    ],
    [['№', 'Площадь помещения', 'Наименование'], { premises: 0, area: 1, owner: 2 }],
    [['foo', 'bar'], {}],
  ])('is guessed from %j', (header, mapping) => {
    expect(guessMapping(header)).toEqual(mapping);
  });

  it('is incomplete without premises, area and owner, or outside of the sheet', () => {
    const sheet = sheetOf([{}]);
    expect(missingFields(sheet, {})).toEqual(['premises', 'area', 'owner']);
    expect(missingFields(sheet, { premises: 0, area: 3, owner: 12 })).toEqual(['owner']);
    expect(missingFields(sheet, MAPPING)).toEqual([]);
    expect(() => parseRegister(sheet, {})).toThrow(RangeError);
  });
});

describe('a row', () => {
  it('is one title, exactly as written', () => {
    const { premises, titles, persons, problems } = parse({
      premises: '12а',
      kind: 'квартира',
      entrance: '2',
      area: '54,3',
      owner: 'Белова  Анна ',
      taxNumber: '500100732259',
      share: '2/6',
      document: 'Выписка 77-1',
      email: 'Anna@Example.org',
      phone: '8 916 123-45-67',
      validFrom: '03.02.2021',
    });
    expect(problems).toEqual([]);
    expect(premises).toEqual([{ number: '12а', kind: 'flat', entrance: '2', areaCm2: 543_000 }]);
    expect(persons).toEqual([
      {
        ref: 'p1',
        kind: 'natural',
        name: 'Белова Анна',
        taxNumber: '500100732259',
        email: 'anna@example.org',
        phone: '+79161234567',
      },
    ]);
    expect(titles).toEqual([
      {
        premisesNumber: '12а',
        person: 'p1',
        share: rational(1, 3),
        document: 'Выписка 77-1',
        validFrom: '2021-02-03',
        row: 2,
      },
    ]);
  });

  it.each<[string, Cells, string, Record<string, unknown>?]>([
    ['premises-missing', { premises: '' }, 'premises'],
    ['premises-too-long', { premises: '1'.repeat(41) }, 'premises', { most: 40 }],
    ['kind-unknown', { kind: 'чердак' }, 'kind'],
    ['area-missing', { area: '' }, 'area'],
    ['area-unreadable', { area: '54,3,1' }, 'area'],
    ['area-too-fine', { area: '54.12345' }, 'area'],
    ['area-out-of-range', { area: '0' }, 'area'],
    ['entrance-too-long', { entrance: 'второй от ворот подъезд' }, 'entrance', { most: 20 }],
    ['owner-kind-unknown', { ownerKind: 'марсианин' }, 'ownerKind'],
    ['owner-missing', { owner: '', email: 'a@example.org' }, 'owner'],
    ['tax-number-malformed', { taxNumber: '123' }, 'taxNumber'],
    ['tax-number-check-digit', { taxNumber: '7707083894' }, 'taxNumber'],
    [
      'tax-number-of-other-kind',
      { taxNumber: '7707083893', ownerKind: 'физ. лицо' },
      'taxNumber',
      { digits: 10 },
    ],
    ['share-unreadable', { share: 'треть' }, 'share'],
    ['share-is-a-date', { share: '2026-03-01' }, 'share'],
    ['share-inexact', { share: '0.333333333333333' }, 'share'],
    ['share-out-of-range', { share: '3/2' }, 'share'],
    ['email-malformed', { email: 'anna@' }, 'email'],
    ['phone-malformed', { phone: '123' }, 'phone'],
    ['date-unreadable', { validFrom: '31.02.2021' }, 'validFrom'],
    ['date-unreadable', { validFrom: '1799-01-01' }, 'validFrom'],
    ['cell-error', { share: '#REF!' }, 'share'],
    ['cell-error', { share: '#Н/Д' }, 'share'],
  ])('with %s says where, what stands there and what was expected', (code, cells, field, facts) => {
    const { problems, unread } = parse({}, { premises: '2', ...cells });
    const got = (cells[field as keyof Cells] ?? '').slice(0, 60);
    expect(problems).toEqual([{ row: 3, column: field, field, got, code, ...(facts ? { facts } : {}) }]);
    expect([...unread]).not.toContain('1');
  });

  it('tells all of its problems at once', () => {
    const { problems } = parse({ area: 'x', share: 'y', email: 'z' });
    expect(problems.map(({ code }) => code)).toEqual([
      'area-unreadable',
      'email-malformed',
      'share-unreadable',
    ]);
  });

  it.each(['', '—', 'нет данных', 'Не установлен', 'unknown'])(
    'with the owner %j keeps the share under nobody',
    (owner) => {
      const { titles, persons, problems } = parse({ owner });
      expect(problems).toEqual([]);
      expect(persons).toEqual([]);
      expect(titles).toMatchObject([{ person: null, share: rational(1) }]);
    },
  );

  it.each([
    ['ООО «Аптека»', '', 'legal'],
    ['Аптека', '7707083893', 'legal'],
    ['ИП Петров Пётр', '500100732259', 'natural'],
    ['Администрация г. Артёма', '', 'public'],
    ['Российская Федерация', '', 'public'],
    ['Городской округ Вечевой', '', 'public'],
    ['Банк Виктор Олегович', '', 'legal'],
    ['Белова Анна', '', 'natural'],
  ])('knows what %s is when nobody says', (owner, taxNumber, kind) => {
    expect(parse({ owner, taxNumber }).persons[0]!.kind).toBe(kind);
  });

  it.each([
    ['15', 'flat'],
    ['3-Н', 'nonresidential'],
    ['пом. 2Н', 'nonresidential'],
    ['м/м 4', 'parking'],
    ['кв. 7', 'flat'],
  ])('knows the kind of premises %s by its number when nobody says', (premises, kind) => {
    expect(parse({ premises }).premises[0]!.kind).toBe(kind);
  });
});

describe('rows of one premises', () => {
  it('are joined by the number however it is typed, and need the area only once', () => {
    const { premises, titles, problems } = parse(
      { premises: '12 А', share: '1/2' },
      { premises: '12а', share: '1/2', area: '', owner: 'Гусев Лев' },
    );
    expect(problems).toEqual([]);
    expect(premises).toHaveLength(1);
    expect(titles.map(({ premisesNumber }) => premisesNumber)).toEqual(['12 А', '12 А']);
  });

  it('may not differ in area, kind or entrance', () => {
    const { problems } = parse(
      { share: '1/2', kind: 'квартира', entrance: '1' },
      { share: '1/2', kind: 'паркинг', entrance: '2', area: '51', owner: 'Гусев Лев' },
    );
    expect(problems.map(({ row, code, facts }) => [row, code, facts?.['first']])).toEqual([
      [3, 'area-differs', 2],
      [3, 'kind-differs', 2],
      [3, 'entrance-differs', 2],
    ]);
  });
});

describe('persons', () => {
  const persons = (...owners: Cells[]) => {
    const parsed = parse(...owners.map((cells, i) => ({ premises: String(i + 1), ...cells })));
    return {
      refs: parsed.titles.map(({ person }) => person),
      remarks: parsed.remarks.map(({ code }) => code),
      all: parsed.persons,
    };
  };

  it('with one tax number are one under two spellings, and the report says so', () => {
    const tax = { taxNumber: '500100732259' };
    const { refs, remarks, all } = persons(
      { owner: 'Белова Анна Ивановна', ...tax },
      { owner: 'Белова А. И.', ...tax, phone: '9161234567' },
    );
    expect(refs).toEqual(['p1', 'p1']);
    expect(all).toMatchObject([{ name: 'Белова Анна Ивановна', phone: '+79161234567' }]);
    expect(remarks).toEqual(['two-spellings']);
  });

  it('with one name in another case or with е for ё are one', () => {
    expect(persons({ owner: 'Ковалёва Анна' }, { owner: 'КОВАЛЕВА АННА' }).refs).toEqual(['p1', 'p1']);
    expect(
      persons({ owner: 'ООО УК "Влад-Дом"' }, { owner: 'ООО «Управляющая компания «Влад Дом»' }).refs,
    ).toEqual(['p1', 'p1']);
  });

  it('with one name and different contacts are namesakes, and a row without any joins neither', () => {
    const { refs, remarks } = persons(
      { email: 'a@example.org' },
      { email: 'b@example.org' },
      {},
      { email: 'a@example.org' },
    );
    expect(refs).toEqual(['p1', 'p2', 'p3', 'p1']);
    expect(remarks).toEqual(['namesakes']);
  });

  it('with one contact and different names are two, and the report says so', () => {
    const { refs, remarks } = persons(
      { phone: '9161234567' },
      { owner: 'Белов Олег', phone: '+7 916 123-45-67' },
    );
    expect(refs).toEqual(['p1', 'p2']);
    expect(remarks).toEqual(['shared-contact']);
  });
});

describe('the reconciliation report', () => {
  const report = (rows: Cells[], buildingAreaCm2 = 0) => reconcileRegister(parse(...rows), buildingAreaCm2);
  const codes = (rows: Cells[], area = 0) =>
    report(rows, area).findings.map(({ severity, code }) => `${severity} ${code}`);

  it('finds shares of more than the whole', () => {
    const { errors, findings } = report([{ share: '2/3' }, { share: '1/2', owner: 'Гусев Лев' }]);
    expect(errors).toBe(1);
    expect(findings[0]).toMatchObject({
      code: 'shares-over',
      premises: '1',
      row: 2,
      facts: { sum: '7/6', over: '1/6' },
    });
  });

  it('keeps a gap in the base under an unknown owner', () => {
    const { errors, register, findings, unknownOwners } = report([
      { share: '1/3' },
      { share: '0.33', owner: 'Гусев Лев' },
    ]);
    expect(errors).toBe(0);
    expect(findings).toContainEqual(
      expect.objectContaining({ code: 'shares-gap', facts: { sum: '199/300', gap: '101/300' } }),
    );
    expect(findings).toContainEqual(
      expect.objectContaining({ code: 'share-rounded', row: 3, facts: { written: '33/100', common: '1/3' } }),
    );
    expect(register.titles.at(-1)).toEqual({
      premisesNumber: '1',
      person: null,
      share: rational(101, 300),
      document: '',
      validFrom: null,
      row: null,
    });
    expect(unknownOwners).toBe(1);
  });

  it('compares the areas exactly', () => {
    expect(codes([{}], 500_000)).not.toContain('warning area-differs');
    expect(report([{ area: '50,01' }], 500_000).findings).toContainEqual(
      expect.objectContaining({
        code: 'area-differs',
        facts: { register: '50.01', building: '50.0', difference: '0.01', sign: 'more' },
      }),
    );
    expect(codes([{}])).toContain('note building-area-unknown');
  });

  it('writes areas in the reader’s way, every digit of them', () => {
    const plain = (text: string): string => text.replace(/[\u00a0\u202f]/g, ' ');
    const told = (rows: Cells[], buildingAreaCm2: number, locale: 'ru' | 'en') => {
      const translate = createTranslate(locale, locale === 'ru' ? ru : en);
      return report(rows, buildingAreaCm2).findings.map(({ key, facts }) => plain(translate(key, facts)));
    };
    const rows = [{ area: '1682,4401' }];
    expect(told(rows, 10_000_000, 'ru')).toContain(
      'Площадь помещений по реестру — 1 682,4401 м², по документам дома — 1 000,00 м². В реестре больше на 682,4401 м².',
    );
    expect(told(rows, 0, 'ru').join()).toContain('По реестру — 1 682,4401 м².');
    expect(told(rows, 10_000_000, 'en').join()).toContain('add up to 1,682.4401 m²;');
    const twice = [
      { area: '54,3', share: '1/2' },
      { area: '54,5', share: '1/2', owner: 'Гусев Лев' },
    ];
    expect(told(twice, 543_000, 'ru').join()).toContain(
      'Площадь «54,5», а в строке 2 у этого же помещения — 54,30 м².',
    );
    const most = { register: '9007199254740993.4321' };
    expect(plain(createTranslate('ru', ru)('reconciliation.building-area-unknown', most))).toContain(
      '9 007 199 254 740 993,4321 м²',
    );
  });

  it('finds a row given twice, and not two documents of one owner', () => {
    const half = { share: '1/2', document: 'A' };
    expect(codes([half, half])).toContain('warning duplicate-row');
    expect(codes([half, { ...half, document: 'B' }])).not.toContain('warning duplicate-row');
  });

  it('counts owners without contact, legal entities and the premises of public bodies', () => {
    const city = {
      owner: 'Администрация города',
      ownerKind: 'муниципальное образование',
      email: 'city@example.org',
    };
    const { findings, byOwner, byKind } = report([
      { premises: '1', ...city },
      { premises: '2', ...city },
      { premises: '3', owner: 'ООО «Маяк»' },
      { premises: '4', owner: '', kind: 'м/м', area: '13,25' },
    ]);
    expect(findings).toContainEqual(
      expect.objectContaining({ code: 'public-owner', facts: { premises: 2 } }),
    );
    expect(findings).toContainEqual(expect.objectContaining({ code: 'legal-entities', facts: { count: 1 } }));
    expect(findings).toContainEqual(expect.objectContaining({ code: 'no-contact', facts: { count: 1 } }));
    expect(byKind).toEqual([
      { kind: 'flat', premises: 3, areaCm2: 1_500_000 },
      { kind: 'parking', premises: 1, areaCm2: 132_500 },
    ]);
    expect(byOwner.map(({ kind, titles, area }) => [kind, titles, formatRational(area)])).toEqual([
      ['legal', 1, '500000'],
      ['public', 2, '1000000'],
      ['unknown', 1, '132500'],
    ]);
  });

  it('passes on every problem as an error and does not blame the shares of a premises with an unread row', () => {
    const { errors, findings } = report([{ share: '1/2' }, { share: 'половина', owner: 'Гусев Лев' }]);
    expect(errors).toBe(1);
    expect(findings[0]).toMatchObject({
      severity: 'error',
      key: 'register.problem.share-unreadable',
      row: 3,
      column: 'share',
    });
    expect(findings.map(({ code }) => code)).not.toContain('shares-gap');
  });

  it('is an error without a single premises', () => {
    expect(codes([{ area: 'x' }])).toContain('error no-premises');
  });

  it('has a text in both languages for each finding it can make', () => {
    const half = { share: '1/2' };
    const { findings } = report(
      [
        { premises: '1', ...half },
        { premises: '1', ...half },
        { premises: '2', share: '4/5' },
        { premises: '2', share: '0.33', owner: 'ООО «Маяк»' },
        { premises: '3', share: '1/4', owner: '' },
        { premises: '4', owner: 'Гусев Лев', phone: '9161234567', taxNumber: '500100732259' },
        { premises: '5', owner: 'Гусева Нина', phone: '9161234567', taxNumber: '500100732259' },
        { premises: '6', owner: 'Администрация города' },
        { premises: '7', owner: 'Юдин Лев', email: 'a@example.org' },
        { premises: '8', owner: 'Юдин Лев', email: 'b@example.org' },
        { premises: '9', owner: 'Юдин Олег', email: 'b@example.org', area: '-' },
      ],
      1,
    );
    for (const [locale, texts] of [
      ['ru', ru],
      ['en', en],
    ] as const) {
      const translate = createTranslate(locale, texts);
      for (const { key, facts, premises = '' } of findings)
        expect(translate(key, { ...facts, premises })).not.toMatch(/[{}]/);
    }
    expect(new Set(findings.map(({ code }) => code)).size).toBeGreaterThan(10);
  });
});

describe('a sample register', () => {
  it.each([10, 11, 60, 600])(
    'of %i owners has exactly so many persons and reconciles without an error or a warning',
    (owners) => {
      const { sheet, mapping, buildingAreaCm2 } = sampleRegister({ owners, seed: 1 });
      const report = reconcileRegister(parseRegister(sheet, mapping), buildingAreaCm2);
      expect(report.register.persons).toHaveLength(owners);
      expect([report.errors, report.warnings]).toEqual([0, 0]);
      expect(report.register.persons.every(({ email }) => email)).toBe(true);
      expect(report.byKind.map(({ kind }) => kind)).toEqual(['flat', 'nonresidential', 'parking']);
      expect(report.byOwner.map(({ kind }) => kind)).toEqual(['natural', 'legal', 'public', 'unknown']);
      expect(guessMapping(sheet.header)).toEqual(mapping);
    },
  );

  it('is the same for the same seed and another for another', () => {
    expect(sampleRegister({ owners: 40, seed: 7 })).toEqual(sampleRegister({ owners: 40, seed: 7 }));
    expect(sampleRegister({ owners: 40, seed: 7 }).sheet).not.toEqual(
      sampleRegister({ owners: 40, seed: 8 }).sheet,
    );
  });

  it('comes back from CSV cell by cell', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 10, max: 80 }), fc.integer(), async (owners, seed) => {
        const { sheet } = sampleRegister({ owners, seed });
        expect(await readSpreadsheet(new TextEncoder().encode(formatCsv(sheet)))).toEqual(sheet);
      }),
      { numRuns: 20 },
    );
  });

  it('is refused for fewer owners than its kinds need', () => {
    expect(() => sampleRegister({ owners: 9, seed: 1 })).toThrow(RangeError);
  });
});
