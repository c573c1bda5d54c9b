import { existsSync, readFileSync } from 'node:fs';
import { isRefusal } from '@veche/core/refusal.ts';
import { describe, expect, it } from 'vitest';
import { parseHouseAddress } from './house-address.ts';
import {
  CLEANING_RULES,
  cleanHouses,
  LEFT_OUT_REASONS,
  REGISTRY_LIMITS,
  type HouseRegistry,
} from './house-registry.ts';
import { readSpreadsheet, type Sheet } from './spreadsheet.ts';
import en from '../messages/en.json' with { type: 'json' };
import ru from '../messages/ru.json' with { type: 'json' };

describe('the address of a house', () => {
  it.each([
    [
      'край. Приморский, г. Владивосток, Проспект. Острякова, д. 4б',
      'Приморский край, г. Владивосток, пр-кт Острякова, д. 4б',
      'Владивосток',
    ],
    [
      'край. Приморский, г. Владивосток, нп. Русский Остров, тер. Поселок Подножье, д. №27',
      'Приморский край, г. Владивосток, нп. Русский Остров, п. Подножье, д. 27',
      'Владивосток',
    ],
    ['г. Артем, ул. Кирова, д. 9 (дубль 1), стр. 6', 'г. Артем, ул. Кирова, д. 9, стр. 6', 'Артем'],
    ["ул.  Кирова, д. 10\\7'", 'ул. Кирова, д. 10/7', null],
    ['ул. Кирова, д. .88', 'ул. Кирова, д. 88', null],
  ])('%s is written %s', (text, written, city) => {
    expect(parseHouseAddress(text)).toMatchObject({ text: written, city });
  });
  it.each([
    ['ул. Кирова, д. 68 а', 'ул. Кирова, д. 68А'],
    ['ул. Кирова, д. 43-а', 'ул. Кирова, д. 43а'],
    ['пр-кт. Острякова, д. 4', 'Проспект. Острякова, д. 4.'],
    ['ул. Зелёная, д. 1', 'ул. Зеленая, д. 1 '],
  ])('%s is the same house as %s', (one, other) => {
    expect(parseHouseAddress(one)!.key).toBe(parseHouseAddress(other)!.key);
  });
  it.each([
    ['ул. Кирова, д. 10, к. а', 'ул. Кирова, д. 10а'],
    ['ул. Кирова, д. 1/2', 'ул. Кирова, д. 12'],
    ['пер. Кирова, д. 1', 'ул. Кирова, д. 1'],
    ['ул. Кирова, д. 13-15', 'ул. Кирова, д. 1315'],
  ])('%s may be another house than %s', (one, other) => {
    expect(parseHouseAddress(one)!.key).not.toBe(parseHouseAddress(other)!.key);
  });
  it('needs the number of a house', () => {
    expect(parseHouseAddress('г. Владивосток, ул. Кирова')).toBeNull();
  });
});

const HEADER =
  'LAT,LON,HOUSE_ID,ADDRESS,YEAR,LASTUPDATE,SERVICEDATE_START,HOUSE_TYPE,MGMT_COMPANY,MGMT_COMPANY_LINK,AVAR,LEVELS_MAX,LEVELS_MIN,DOORS,ROOM_COUNT,ROOM_COUNT_LIVE,ROOM_COUNT_NONLIVE,AREA,AREA_LIVE,AREA_NONLIVE,AREA_GEN,AREA_LAND,AREA_PARK'.split(
    ',',
  );
const sheetOf = (rows: readonly Record<string, string>[]): Sheet => ({
  header: HEADER,
  rows: rows.map((cells, i) =>
    HEADER.map(
      (title) =>
        ({
          HOUSE_ID: String(i),
          ADDRESS: `ул. Кирова, д. ${i + 1}`,
          LASTUPDATE: '20.10.2016 в 08:02',
          ...cells,
        })[title] ?? '',
    ),
  ),
  rowNumbers: rows.map((_, i) => i + 2),
});
const clean = (...rows: Record<string, string>[]): HouseRegistry => {
  const registry = cleanHouses(sheetOf(rows));
  if (isRefusal(registry)) throw new Error(registry.refused);
  return registry;
};
const rules = ({ cleaned }: HouseRegistry) =>
  Object.fromEntries(cleaned.map(({ rule, count }) => [rule, count]));

describe('cleaning a list of houses', () => {
  it.each<[string, Record<string, string>, string, unknown]>([
    ['null-word', { YEAR: 'Не заполнено' }, 'year', null],
    ['null-word', { AREA: 'Незаполнено' }, 'areaCm2', null],
    ['extra-spaces', { HOUSE_TYPE: 'Жилой  дом' }, 'houseType', 'Жилой дом'],
    ['number-signs', { ADDRESS: 'ул. Кирова, д. №7' }, 'address', 'ул. Кирова, д. 7'],
    ['spaced-number', { ROOM_COUNT: '1 080' }, 'rooms', 1080],
    ['unreadable-number', { DOORS: 'два' }, 'entrances', null],
    ['zero-means-unknown', { LEVELS_MIN: '0' }, 'levelsLeast', null],
    ['zero-means-unknown', { AREA: '0.00' }, 'areaCm2', null],
    ['unreadable-area', { AREA: '12х30' }, 'areaCm2', null],
    ['year-out-of-range', { YEAR: '19' }, 'year', null],
    ['year-out-of-range', { YEAR: '2967' }, 'year', null],
    ['unreadable-date', { SERVICEDATE_START: '31.02.2015' }, 'servedSince', null],
    ['date-out-of-range', { SERVICEDATE_START: '15.02.3013' }, 'servedSince', null],
    ['coordinates-out-of-range', { LAT: '431.15', LON: '13.1' }, 'latitude', null],
    ['coordinates-out-of-range', { LAT: '0', LON: '13.1' }, 'latitude', null],
  ])('by %s', (rule, cells, field, value) => {
    const registry = clean(cells);
    expect(registry.houses[0]).toMatchObject({ [field]: value });
    expect(rules(registry)).toMatchObject({ [rule]: 1 });
  });

  it('takes decimals as exact areas, dates as days, and a zero area of other premises for what it says', () => {
    const [house] = clean({
      AREA: '3625.00',
      AREA_NONLIVE: '0.00',
      SERVICEDATE_START: '01.09.2015',
      AVAR: 'Да',
    }).houses;
    expect(house).toMatchObject({
      areaCm2: 36_250_000,
      areaOtherCm2: 0,
      servedSince: '2015-09-01',
      updatedOn: '2016-10-20',
      unsafe: true,
    });
  });

  it('drops coordinates of another city and of a whole district', () => {
    const near = Array.from({ length: 10 }, (_, i) => ({ LAT: `43.1${i}`, LON: '131.9' }));
    const district = Array.from({ length: 10 }, () => ({ LAT: '43.115141', LON: '131.885341' }));
    const registry = clean(...near, ...district, { LAT: '55.76', LON: '37.64' });
    expect(rules(registry)).toMatchObject({ 'coordinates-far-away': 1, 'coordinates-shared': 10 });
    expect(registry.filled.find(({ field }) => field === 'latitude')!.count).toBe(10);
  });

  it('keeps of two rows of one house the one that says more, then the newer, then the first', () => {
    const address = { ADDRESS: 'ул. Кирова, д. 5' };
    const { houses, leftOut } = clean(
      address,
      { ...address, YEAR: '1960' },
      { ADDRESS: 'ул. Кирова, д. 5.' },
    );
    expect(houses.map(({ row }) => row)).toEqual([3]);
    expect(leftOut).toEqual([
      {
        reason: 'duplicate-address',
        rows: [
          { row: 2, keptRow: 3 },
          { row: 4, keptRow: 3 },
        ],
      },
    ]);
    const newer = clean({ ...address, LASTUPDATE: '20.10.2015 в 08:02' }, address);
    expect(newer.houses.map(({ row }) => row)).toEqual([3]);
    expect(clean({ HOUSE_ID: '7' }, { HOUSE_ID: '7' }).leftOut[0]).toEqual({
      reason: 'duplicate-id',
      rows: [{ row: 3, keptRow: 2 }],
    });
  });

  it('leaves out what has no address, and says so', () => {
    const { houses, leftOut } = clean({ ADDRESS: '' }, { ADDRESS: 'ул. Кирова' }, {});
    expect(houses).toHaveLength(1);
    expect(leftOut).toEqual([
      { reason: 'no-address', rows: [{ row: 2, keptRow: null }] },
      { reason: 'no-house-number', rows: [{ row: 3, keptRow: null }] },
    ]);
  });

  it('gives a company its most frequent spelling, keeps apart its pages, and quotes no trader by name', () => {
    const often = { MGMT_COMPANY: 'ООО "УК Маяк"', MGMT_COMPANY_LINK: 'http://x/profile/1/' };
    const registry = clean(often, often, {
      MGMT_COMPANY: 'ООО «УК «Маяк»',
      MGMT_COMPANY_LINK: 'http://x/profile/2/',
    });
    expect(registry.houses.map(({ company }) => company)).toEqual(Array(3).fill('ООО "УК Маяк"'));
    expect(registry.houses.map(({ companyProfile }) => companyProfile)).toEqual(['1', '1', '2']);
    expect(registry.companies).toEqual({ spellings: 2, folded: 1, severalProfiles: 1 });
    const trader = clean(
      { MGMT_COMPANY: 'ИП Петров' },
      { MGMT_COMPANY: 'ИП Петров' },
      { MGMT_COMPANY: 'ИП «Петров»' },
    );
    expect(trader.cleaned.find(({ rule }) => rule === 'company-spelling')).toEqual({
      rule: 'company-spelling',
      count: 1,
      examples: [],
    });
  });

  it('is refused without the columns it needs, by name', () => {
    const sheet = { header: ['LAT', 'LON'], rows: [['1', '2']], rowNumbers: [2] };
    expect(cleanHouses(sheet)).toMatchObject({
      refused: 'missing-columns',
      facts: { columns: expect.stringContaining('ADDRESS') },
    });
  });

  it('has a text in both languages for every rule and every reason', () => {
    for (const texts of [ru, en] as Record<string, string>[]) {
      for (const rule of CLEANING_RULES) expect(texts[`registry.cleaned.${rule}`]).toBeTruthy();
      for (const reason of LEFT_OUT_REASONS) expect(texts[`registry.left-out.${reason}`]).toBeTruthy();
    }
  });
});

// Counted independently with a CSV reader and regular expressions of another language.
const FILE = new URL(
  '../../../../../shared/data/reforma/houses_vladivostok_2016-12-24.csv.gz',
  import.meta.url,
);
const present = existsSync(FILE);
describe(`the list of 4,051 houses of Vladivostok${present ? '' : ' (not on this machine, so not checked)'}`, () => {
  it.runIf(present)('is cleaned with every row accounted for', async () => {
    const registry = cleanHouses(await readSpreadsheet(readFileSync(FILE), REGISTRY_LIMITS));
    if (isRefusal(registry)) throw new Error(registry.refused);
    expect([registry.rows, registry.houses.length]).toEqual([4_051, 3_865]);
    expect(registry.leftOut.map(({ reason, rows }) => [reason, rows.length])).toEqual([
      ['duplicate-address', 186],
    ]);
    expect(new Set(registry.houses.map(({ addressKey }) => addressKey)).size).toBe(3_865);
    expect(rules(registry)).toEqual({
      'null-word': 14_417,
      'extra-spaces': 119,
      'address-spelling': 4_051,
      'number-signs': 66,
      'company-spelling': 23,
      'spaced-number': 1,
      'zero-means-unknown': 567 + 19 + 2,
      'date-out-of-range': 1,
      'coordinates-far-away': 59,
      'coordinates-shared': 29 + 13 + 11 + 10,
    });
    expect(registry.companies).toEqual({ spellings: 331, folded: 325, severalProfiles: 8 });
    expect(registry.houses.find(({ sourceId }) => sourceId === '6938121')).toMatchObject({
      row: 4,
      address: 'Приморский край, г. Владивосток, пр-кт 100-летия Владивостока, д. 14',
      latitude: '43.143078',
      year: 1967,
      company: 'МУПВ "Центральный"',
      servedSince: '2015-09-01',
      levels: 9,
      rooms: 54,
      areaCm2: 36_250_000,
      areaLivingCm2: 22_504_000,
      areaOtherCm2: 0,
    });
  });
});
