import { formatRational, multiply, parseRational, rational, sum } from '@veche/core/rational.ts';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shareRooms } from './communal.ts';
import { findDuplicates, type PersonOnRegister } from './duplicates.ts';
import { addYears, dayIn, dayOfAge, isLocalDay, nextDay } from './local-day.ts';
import { reviewRegister, type Base } from './review.ts';
import { NO_DOCUMENT, readDocument } from './title-document.ts';
import type { TitleVersion } from './titles.ts';

const flat = { id: 'f', number: '12', kind: 'flat', areaCm2: 543_000 } as const;
let ids = 0;
const title = (personId: string | null, share: string, more: Partial<TitleVersion> = {}): TitleVersion => ({
  id: `t${++ids}`,
  premisesId: 'f',
  personId,
  jointWith: [],
  share: parseRational(share),
  room: '',
  document: readDocument('№ 1'),
  heldFrom: null,
  heldTo: null,
  freeze: null,
  arrested: false,
  usufructuaryId: null,
  recordedAt: new Date(0),
  supersededAt: null,
  ...more,
});
const TODAY = '2026-03-05';
const base: Base = { areaCm2: 543_000, source: 'Технический паспорт', documentDate: '2020-01-01' };
const review = (versions: TitleVersion[], of: Base | null = base) =>
  reviewRegister([flat], versions, of, TODAY);
const codes = (versions: TitleVersion[], of: Base | null = base) =>
  review(versions, of).findings.map(({ severity, code }) => `${severity} ${code}`);

describe('the reconciliation of the register in use', () => {
  it('finds nothing where everything adds up', () => {
    expect(codes([title('anna', '1/3'), title('boris', '2/3')])).toEqual([]);
  });
  it('finds a gap, keeps it in the base, and says what is missing', () => {
    const { findings, owned, unknown } = review([title('anna', '1/3')]);
    expect(findings).toMatchObject([{ code: 'gap', premises: '12', facts: { sum: '1/3', gap: '2/3' } }]);
    expect([formatRational(owned), formatRational(unknown)]).toEqual(['181000', '362000']);
  });
  it('finds an over-full premises, and one that will be so on a later day', () => {
    expect(codes([title('anna', '2/3'), title('boris', '1/2')])).toEqual(['error over-full']);
    const later = [title('anna', '1'), title('boris', '1/2', { heldFrom: '2026-04-01' })];
    expect(review(later).findings).toMatchObject([
      { code: 'over-full', facts: { over: '1/2', day: '2026-04-01' } },
      { code: 'begins-later' },
    ]);
  });
  it('finds the days between two owners that nobody stands for', () => {
    const hole = [
      title('anna', '1', { heldTo: '2026-01-10' }),
      title('boris', '1', { heldFrom: '2026-02-01' }),
    ];
    expect(review(hole).findings).toMatchObject([{ code: 'gap-in-time', facts: { day: '2026-01-10' } }]);
  });
  it('finds one title written twice, frozen ones, arrested ones, and those without a paper', () => {
    expect(codes([title('anna', '1/2'), title('anna', '1/2')])).toEqual(['warning same-owner-twice']);
    expect(codes([title('anna', '1', { freeze: 'death' })])).toEqual(['warning frozen']);
    expect(codes([title('anna', '1', { arrested: true })])).toEqual(['note arrested']);
    expect(codes([title('anna', '1', { document: NO_DOCUMENT })])).toEqual(['note no-document']);
    expect(codes([title(null, '1')])).toEqual(['note unknown-owner']);
  });
  it('compares the base with the sum, and asks for its paper', () => {
    const all = [title('anna', '1')];
    expect(codes(all, null)).toEqual(['warning base-missing']);
    expect(codes(all, { ...base, source: '' })).toEqual(['warning base-without-source']);
    expect(review(all, { ...base, areaCm2: 600_000 }).findings).toMatchObject([
      { code: 'base-differs', facts: { register: '54.3', base: '60.0', difference: '5.7', sign: 'less' } },
    ]);
    expect(reviewRegister([], [], null, TODAY).findings[0]).toMatchObject({
      severity: 'error',
      code: 'no-premises',
    });
  });
});

describe('rooms of a communal flat', () => {
  it('have the room and its part of what is common, exactly (art. 42)', () => {
    // 90 m²: rooms of 20, 15 and 25 m², 30 m² of kitchen and corridor.
    const rooms = [200_000, 150_000, 250_000].map((areaCm2, i) => ({ room: `${i + 1}`, areaCm2 }));
    expect(
      shareRooms(900_000, rooms).map(({ share, weight }) => [formatRational(share), formatRational(weight)]),
    ).toEqual([
      ['1/3', '300000'],
      ['1/4', '225000'],
      ['5/12', '375000'],
    ]);
  });
  it('always make up their flat to the last cm²', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 400_000 }), { minLength: 1, maxLength: 9 }),
        fc.nat(900_000),
        (areas, common) => {
          const whole = areas.reduce((a, b) => a + b, 0) + common;
          const shared = shareRooms(
            whole,
            areas.map((areaCm2, i) => ({ room: `${i}`, areaCm2 })),
          );
          expect(formatRational(sum(shared.map(({ weight }) => weight)))).toBe(`${whole}`);
          for (const { areaCm2, weight } of shared)
            expect(weight).toEqual(
              multiply(
                rational(whole),
                rational(
                  areaCm2,
                  areas.reduce((a, b) => a + b, 0),
                ),
              ),
            );
        },
      ),
    );
  });
  it('cannot be more than their flat, and need an area', () => {
    expect(() => shareRooms(100, [{ room: '1', areaCm2: 101 }])).toThrow(RangeError);
    expect(() => shareRooms(100, [{ room: '1', areaCm2: 0 }])).toThrow(RangeError);
    expect(() => shareRooms(100, [])).toThrow(RangeError);
  });
});

describe('persons who may be one', () => {
  const person = (id: string, name: string, more: Partial<PersonOnRegister> = {}): PersonOnRegister => ({
    id,
    kind: 'natural',
    name,
    taxNumber: null,
    email: null,
    phone: null,
    birthDay: null,
    premisesIds: [id],
    ...more,
  });
  it('are found by name however it is typed, and by initials', () => {
    expect(
      findDuplicates([person('1', 'Королёва Анна  Петровна'), person('2', 'королева АННА петровна')]),
    ).toEqual([{ ids: ['1', '2'], reason: 'same-name' }]);
    expect(
      findDuplicates([
        person('1', 'Королёва А. П.'),
        person('2', 'Королёва Анна Петровна'),
        person('3', 'Королёв А. П.'),
      ]),
    ).toEqual([{ ids: ['1', '2'], reason: 'initials' }]);
    expect(
      findDuplicates([
        person('1', 'ООО «Ромашка»', { kind: 'legal' }),
        person('2', 'Общество с ограниченной ответственностью "Ромашка"', { kind: 'legal' }),
      ]),
    ).toMatchObject([{ reason: 'same-name' }]);
  });
  it('are two where tax numbers or birth days differ: father and son of one name', () => {
    const father = person('1', 'Белов Иван Ильич', { birthDay: '1960-01-01' });
    expect(findDuplicates([father, person('2', 'Белов Иван Ильич', { birthDay: '1990-01-01' })])).toEqual([]);
    const one = person('1', 'Белов Иван Ильич', { taxNumber: '1' });
    expect(findDuplicates([one, person('2', 'Белов Иван Ильич', { taxNumber: '2' })])).toEqual([]);
  });
  it('are more suspect in one premises', () => {
    expect(
      findDuplicates([
        person('1', 'Белов Иван', { premisesIds: ['f'] }),
        person('2', 'Белов Иван', { premisesIds: ['f'] }),
      ]),
    ).toMatchObject([{ reason: 'same-premises' }]);
  });
});

describe('a document', () => {
  it.each([
    [
      'Выписка ЕГРН № 16:50:011234:17-16/001/2019-3 от 12.03.2019',
      'registry-extract',
      '16:50:011234:17-16/001/2019-3',
      '2019-03-12',
    ],
    ['Свидетельство о праве на наследство № 7 от 1.2.2020', 'inheritance', '7', '2020-02-01'],
    [
      'договор купли-продажи 16-16-01/234/2011-456, 2011-05-06',
      'sale',
      '16-16-01/234/2011-456',
      '2011-05-06',
    ],
    ['Решение суда № 2-345/2020', 'court', '2-345/2020', null],
    ['Title deed from grandmother', null, '', null],
    ['gift № 4 dated 31.02.2020', 'gift', '4', null],
    ['', null, '', null],
  ])('%s', (text, kind, number, date) => {
    expect(readDocument(text)).toEqual({ kind, number, date, text });
  });
});

describe('days', () => {
  it('are those of the time zone, on the nights when clocks change too', () => {
    expect(dayIn(new Date('2026-10-24T21:30:00Z'), 'Europe/Berlin')).toBe('2026-10-24');
    expect(dayIn(new Date('2026-10-24T22:00:00Z'), 'Europe/Berlin')).toBe('2026-10-25');
    expect(dayIn(new Date('2026-10-25T22:59:59Z'), 'Europe/Berlin')).toBe('2026-10-25');
    expect(dayIn(new Date('2026-10-25T23:00:00Z'), 'Europe/Berlin')).toBe('2026-10-26');
  });
  it('are added as the law adds them', () => {
    expect(addYears('2024-02-29', 1)).toBe('2025-02-28');
    expect(dayOfAge('2008-02-29', 18)).toBe('2026-03-01');
    expect(nextDay('2026-12-31')).toBe('2027-01-01');
    expect([isLocalDay('2026-02-29'), isLocalDay('2024-02-29'), isLocalDay('24-2-29')]).toEqual([
      false,
      true,
      false,
    ]);
  });
});
