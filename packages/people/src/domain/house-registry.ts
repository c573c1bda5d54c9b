// A city's list of houses, cleaned: what each row says in exact types, what was changed on the way by which rule, and
// which rows were left out and why. Nothing is filled in by guess: a value that cannot be right becomes empty.
import { isRefusal, refuse, type Refusal } from '@veche/core/refusal.ts';
import { parseArea } from './area.ts';
import { foldCompanyName } from './company-name.ts';
import { parseHouseAddress } from './house-address.ts';
import type { Sheet, SheetLimits } from './spreadsheet.ts';

export const REGISTRY_LIMITS: SheetLimits = {
  bytes: 20 * 1024 * 1024,
  unpackedBytes: 128 * 1024 * 1024,
  rows: 200_000,
  columns: 60,
};

/** A house of the registry; null where the list does not say, or said what cannot be. */
export type House = {
  /** Row of the file, counted as a person does. */
  readonly row: number;
  /** The list's own id; null when it has none. */
  readonly sourceId: string | null;
  readonly address: string;
  /** Unique in the result. */
  readonly addressKey: string;
  readonly city: string | null;
  /** Decimal degrees as text, exactly as the list has them. */
  readonly latitude: string | null;
  readonly longitude: string | null;
  readonly year: number | null;
  readonly houseType: string | null;
  /** The most frequent spelling of the company's name. */
  readonly company: string | null;
  readonly companyKey: string | null;
  /**
   * Number of the company's page in the registry it comes from. Two pages under one name may be two legal entities:
   * whoever judges a company goes by this, not by the name.
   */
  readonly companyProfile: string | null;
  /** First day of the company's service, `YYYY-MM-DD`. */
  readonly servedSince: string | null;
  /** When the row was last changed, `YYYY-MM-DD`. */
  readonly updatedOn: string | null;
  readonly unsafe: boolean | null;
  readonly levels: number | null;
  readonly levelsLeast: number | null;
  readonly entrances: number | null;
  readonly rooms: number | null;
  readonly roomsLiving: number | null;
  readonly roomsOther: number | null;
  readonly areaCm2: number | null;
  readonly areaLivingCm2: number | null;
  readonly areaOtherCm2: number | null;
  readonly areaCommonCm2: number | null;
  readonly areaLandCm2: number | null;
  readonly areaParkingCm2: number | null;
};

export const CLEANING_RULES = [
  'null-word',
  'extra-spaces',
  'address-spelling',
  'number-signs',
  'company-spelling',
  'spaced-number',
  'unreadable-number',
  'zero-means-unknown',
  'unreadable-area',
  'year-out-of-range',
  'unreadable-date',
  'date-out-of-range',
  'coordinates-out-of-range',
  'coordinates-far-away',
  'coordinates-shared',
] as const;
export type CleaningRule = (typeof CLEANING_RULES)[number];

export const LEFT_OUT_REASONS = [
  'no-address',
  'no-house-number',
  'duplicate-id',
  'duplicate-address',
] as const;
export type LeftOutReason = (typeof LEFT_OUT_REASONS)[number];

export type HouseRegistry = {
  readonly rows: number;
  readonly houses: readonly House[];
  /** Every rule that changed something, in the order of {@link CLEANING_RULES}; `count` is of cells, in all rows. */
  readonly cleaned: readonly {
    readonly rule: CleaningRule;
    readonly count: number;
    /** At most three, none with a person's name. */
    readonly examples: readonly { readonly from: string; readonly to: string }[];
  }[];
  readonly leftOut: readonly {
    readonly reason: LeftOutReason;
    /** `keptRow` is the row of the same house that stays. */
    readonly rows: readonly { readonly row: number; readonly keptRow: number | null }[];
  }[];
  readonly companies: {
    /** Different spellings in the list, different names after folding, and names with more than one page. */
    readonly spellings: number;
    readonly folded: number;
    readonly severalProfiles: number;
  };
  /** How many of the houses have each field. */
  readonly filled: readonly { readonly field: FilledField; readonly count: number }[];
};

const COLUMNS = {
  latitude: 'LAT',
  longitude: 'LON',
  sourceId: 'HOUSE_ID',
  address: 'ADDRESS',
  year: 'YEAR',
  updatedOn: 'LASTUPDATE',
  servedSince: 'SERVICEDATE_START',
  houseType: 'HOUSE_TYPE',
  company: 'MGMT_COMPANY',
  companyProfile: 'MGMT_COMPANY_LINK',
  unsafe: 'AVAR',
  levels: 'LEVELS_MAX',
  levelsLeast: 'LEVELS_MIN',
  entrances: 'DOORS',
  rooms: 'ROOM_COUNT',
  roomsLiving: 'ROOM_COUNT_LIVE',
  roomsOther: 'ROOM_COUNT_NONLIVE',
  areaCm2: 'AREA',
  areaLivingCm2: 'AREA_LIVE',
  areaOtherCm2: 'AREA_NONLIVE',
  areaCommonCm2: 'AREA_GEN',
  areaLandCm2: 'AREA_LAND',
  areaParkingCm2: 'AREA_PARK',
} as const;
export type FilledField = keyof typeof COLUMNS;
const FIELDS = Object.keys(COLUMNS) as FilledField[];

const NULL_WORD = /^(не\s?заполнено|нет данных|null|n\/a|-)$/i;
/** Older buildings stand in lists with the year of a guess; nothing lived in today is older than this. */
const FIRST_YEAR = 1_500;
/** About 110 km north or south: no city reaches farther from its middle. */
const FAR_MICRODEGREES = 1_000_000;
/** So many addresses at one point are a geocoder's answer for a district, not a house. */
const SHARED_BY = 10;

/**
 * Cleans a list of houses in the columns of the «Реформа ЖКХ» open data. Cost: linear in the rows.
 * @returns the houses with the report, or a refusal that names the columns that are not there.
 */
export function cleanHouses(sheet: Sheet): HouseRegistry | Refusal<'missing-columns'> {
  const columnOf = new Map(sheet.header.map((title, i) => [title.toUpperCase(), i]));
  const missing = FIELDS.map((field) => COLUMNS[field]).filter((title) => !columnOf.has(title));
  if (missing.length > 0) return refuse('missing-columns', { columns: missing.join(', ') });
  const cleaning = new Cleaning();
  const read = sheet.rows.map((cells, i) => {
    const row = new RawRow(cells, columnOf, cleaning);
    return { number: sheet.rowNumbers[i]!, row };
  });
  const lastUpdate = lastDay(read.map(({ row }) => row.peek('updatedOn')));
  const leftOut = new LeftOut();
  const houses: Draft[] = [];
  for (const { number, row } of read) {
    const written = row.text('address');
    if (written === null) leftOut.put('no-address', number, null);
    else {
      const address = parseHouseAddress(written);
      if (!address) leftOut.put('no-house-number', number, null);
      else {
        if (address.text !== written) cleaning.note('address-spelling', written, address.text);
        for (const { from, to } of address.cleanedNumbers) cleaning.note('number-signs', from, to);
        houses.push(readHouse(number, row, address, lastUpdate, cleaning));
      }
    }
  }
  // Wrong places go first, so that they do not speak for the wrong one of two duplicates.
  clearWrongPlaces(houses, cleaning);
  const companies = foldCompanies(houses, cleaning);
  const kept = dropDuplicates(houses, leftOut);
  return {
    rows: sheet.rows.length,
    houses: kept,
    cleaned: cleaning.report(),
    leftOut: leftOut.report(),
    companies,
    filled: FIELDS.map((field) => ({ field, count: kept.filter((house) => house[field] !== null).length })),
  };
}

type Draft = { -readonly [Field in keyof House]: House[Field] };

function readHouse(
  number: number,
  row: RawRow,
  address: NonNullable<ReturnType<typeof parseHouseAddress>>,
  lastUpdate: string | null,
  cleaning: Cleaning,
): Draft {
  const year = row.count('year');
  const lastYear = lastUpdate === null ? null : Number(lastUpdate.slice(0, 4));
  const yearIsWrong = year !== null && (year < FIRST_YEAR || (lastYear !== null && year > lastYear + 1));
  if (yearIsWrong) cleaning.note('year-out-of-range', String(year), '');
  const company = row.text('company');
  return {
    row: number,
    sourceId: row.text('sourceId'),
    address: address.text,
    addressKey: address.key,
    city: address.city,
    latitude: row.degrees('latitude', 90),
    longitude: row.degrees('longitude', 180),
    year: yearIsWrong ? null : year,
    houseType: row.text('houseType'),
    company,
    companyKey: company === null ? null : foldCompanyName(company),
    companyProfile: /(\d+)\/?$/.exec(row.text('companyProfile') ?? '')?.[1] ?? null,
    servedSince: row.day('servedSince', lastUpdate),
    updatedOn: row.day('updatedOn', null),
    unsafe: { да: true, нет: false }[row.text('unsafe')?.toLowerCase() ?? ''] ?? null,
    levels: row.countAboveZero('levels'),
    levelsLeast: row.countAboveZero('levelsLeast'),
    entrances: row.countAboveZero('entrances'),
    rooms: row.countAboveZero('rooms'),
    roomsLiving: row.count('roomsLiving'),
    roomsOther: row.count('roomsOther'),
    areaCm2: row.areaAboveZero('areaCm2'),
    areaLivingCm2: row.area('areaLivingCm2'),
    areaOtherCm2: row.area('areaOtherCm2'),
    areaCommonCm2: row.area('areaCommonCm2'),
    areaLandCm2: row.area('areaLandCm2'),
    areaParkingCm2: row.area('areaParkingCm2'),
  };
}

/** One row of the list, read field by field; every change is noted. */
class RawRow {
  readonly #cells: readonly string[];
  readonly #columnOf: ReadonlyMap<string, number>;
  readonly #cleaning: Cleaning;
  constructor(cells: readonly string[], columnOf: ReadonlyMap<string, number>, cleaning: Cleaning) {
    this.#cells = cells;
    this.#columnOf = columnOf;
    this.#cleaning = cleaning;
  }

  /** The cell as it stands, noting nothing. */
  peek(field: FilledField): string {
    return this.#cells[this.#columnOf.get(COLUMNS[field])!] ?? '';
  }

  /** Null for an empty cell and for a word that means nothing. */
  text(field: FilledField): string | null {
    const cell = this.peek(field);
    if (NULL_WORD.test(cell)) {
      this.#cleaning.note('null-word', cell, '');
      return null;
    }
    const text = cell.replace(/\s+/g, ' ');
    if (text !== cell) this.#cleaning.note('extra-spaces', cell, text);
    return text === '' ? null : text;
  }

  count(field: FilledField): number | null {
    const text = this.text(field);
    if (text === null) return null;
    const digits = text.replaceAll(' ', '');
    if (!/^\d{1,7}$/.test(digits)) {
      this.#cleaning.note('unreadable-number', text, '');
      return null;
    }
    if (digits !== text) this.#cleaning.note('spaced-number', text, digits);
    return Number(digits);
  }

  /** For what every house has: a 0 says that somebody had to type something. */
  countAboveZero(field: FilledField): number | null {
    const count = this.count(field);
    if (count === 0) this.#cleaning.note('zero-means-unknown', this.peek(field), '');
    return count || null;
  }

  area(field: FilledField): number | null {
    const text = this.text(field);
    if (text === null) return null;
    if (/^0+([.,]0+)?$/.test(text)) return 0;
    const area = parseArea(text);
    if (!isRefusal(area)) return area;
    this.#cleaning.note('unreadable-area', text, '');
    return null;
  }

  areaAboveZero(field: FilledField): number | null {
    const area = this.area(field);
    if (area === 0) this.#cleaning.note('zero-means-unknown', this.peek(field), '');
    return area || null;
  }

  /** `dd.mm.yyyy`, with or without a time behind it, as `YYYY-MM-DD`; not later than a year after `last`. */
  day(field: FilledField, last: string | null): string | null {
    const text = this.text(field);
    if (text === null) return null;
    const day = findDay(text);
    if (day === null) this.#cleaning.note('unreadable-date', text, '');
    else if (last !== null && Number(day.slice(0, 4)) > Number(last.slice(0, 4)) + 1) {
      this.#cleaning.note('date-out-of-range', text, '');
      return null;
    }
    return day;
  }

  degrees(field: 'latitude' | 'longitude', most: number): string | null {
    const text = this.text(field);
    if (text === null) return null;
    const match = /^-?(\d{1,3})(?:\.\d{1,15})?$/.exec(text);
    const microdegrees = match ? microdegreesOf(text) : null;
    if (microdegrees !== null && microdegrees !== 0 && Math.abs(microdegrees) <= most * 1_000_000)
      return text;
    this.#cleaning.note('coordinates-out-of-range', text, '');
    return null;
  }
}

function findDay(text: string): string | null {
  const match = /^(\d{2})\.(\d{2})\.(\d{4})(?: в \d{2}:\d{2})?$/.exec(text);
  if (!match) return null;
  const [, day, month, year] = match.map(Number) as [number, number, number, number];
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day
    ? date.toISOString().slice(0, 10)
    : null;
}

const lastDay = (texts: readonly string[]): string | null =>
  texts
    .map(findDay)
    .reduce((last, day) => (day !== null && (last === null || day > last) ? day : last), null);

/** Integer millionths of a degree, cut off: enough to tell houses apart, and no float decides. */
function microdegreesOf(text: string): number {
  const [whole = '', fraction = ''] = text.replace('-', '').split('.');
  const size = Number(whole + fraction.slice(0, 6).padEnd(6, '0'));
  return text.startsWith('-') ? -size : size;
}

/** Of several rows with one id or one address the one that says most stays; of those, the newest; of those, the first. */
function dropDuplicates(houses: readonly Draft[], leftOut: LeftOut): Draft[] {
  let kept = [...houses];
  const rules = [
    ['duplicate-id', (house: Draft) => house.sourceId],
    ['duplicate-address', (house: Draft) => house.addressKey],
  ] as const;
  for (const [reason, keyOf] of rules) {
    const best = new Map<string, Draft>();
    for (const house of kept) {
      const key = keyOf(house);
      const rival = key === null ? undefined : best.get(key);
      if (key !== null && (!rival || isBetter(house, rival))) best.set(key, house);
    }
    kept = kept.filter((house) => {
      const key = keyOf(house);
      const winner = key === null ? house : best.get(key)!;
      if (winner !== house) leftOut.put(reason, house.row, winner.row);
      return winner === house;
    });
  }
  return kept;
}

function isBetter(house: Draft, rival: Draft): boolean {
  const said = (draft: Draft): number => FIELDS.filter((field) => draft[field] !== null).length;
  const more = said(house) - said(rival);
  return more > 0 || (more === 0 && (house.updatedOn ?? '') > (rival.updatedOn ?? ''));
}

/** Empties coordinates that belong to another city or to a whole district. */
function clearWrongPlaces(houses: readonly Draft[], cleaning: Cleaning): void {
  const placed = houses.filter(({ latitude, longitude }) => latitude !== null && longitude !== null);
  if (placed.length === 0) return;
  const clear = (house: Draft, rule: CleaningRule): void => {
    cleaning.note(rule, `${house.latitude}, ${house.longitude}`, '');
    house.latitude = house.longitude = null;
  };
  const middle = (field: 'latitude' | 'longitude'): number => {
    const sorted = placed.map((house) => microdegreesOf(house[field]!)).sort((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 2)]!;
  };
  const [latitude, longitude] = [middle('latitude'), middle('longitude')];
  const isFar = (house: Draft): boolean =>
    Math.abs(microdegreesOf(house.latitude!) - latitude) > FAR_MICRODEGREES ||
    Math.abs(microdegreesOf(house.longitude!) - longitude) > FAR_MICRODEGREES;
  for (const house of placed.filter(isFar)) clear(house, 'coordinates-far-away');
  const near = placed.filter((house) => house.latitude !== null);
  for (const group of Map.groupBy(near, (house) => `${house.latitude} ${house.longitude}`).values()) {
    if (group.length >= SHARED_BY) for (const house of group) clear(house, 'coordinates-shared');
  }
}

/** Gives every house the most frequent spelling of its company; of equally frequent ones the first by alphabet. */
function foldCompanies(houses: readonly Draft[], cleaning: Cleaning): HouseRegistry['companies'] {
  const served = houses.filter(({ company }) => company !== null);
  const byKey = Map.groupBy(served, ({ companyKey }) => companyKey!);
  const spellings = new Set(served.map(({ company }) => company)).size;
  let severalProfiles = 0;
  for (const [key, group] of byKey) {
    const counts = Map.groupBy(group, ({ company }) => company!);
    const [chosen] = [...counts].sort(([a, x], [b, y]) => y.length - x.length || (a < b ? -1 : 1))[0]!;
    if (new Set(group.map(({ companyProfile }) => companyProfile)).size > 1) severalProfiles++;
    for (const house of group) {
      if (house.company === chosen) continue;
      // A sole trader's company is the trader's own name, which no report repeats.
      if (key.startsWith('ип ')) cleaning.note('company-spelling');
      else cleaning.note('company-spelling', house.company!, chosen);
      house.company = chosen;
    }
  }
  return { spellings, folded: byKey.size, severalProfiles };
}

/** Counts what each rule changed and keeps a few different examples. */
class Cleaning {
  readonly #byRule = new Map<CleaningRule, { count: number; examples: Map<string, string> }>();
  note(rule: CleaningRule, from?: string, to = ''): void {
    const entry = this.#byRule.get(rule) ?? { count: 0, examples: new Map() };
    entry.count++;
    if (from !== undefined && entry.examples.size < 3) entry.examples.set(from, to);
    this.#byRule.set(rule, entry);
  }
  report(): HouseRegistry['cleaned'] {
    return CLEANING_RULES.flatMap((rule) => {
      const entry = this.#byRule.get(rule);
      if (!entry) return [];
      return [
        { rule, count: entry.count, examples: [...entry.examples].map(([from, to]) => ({ from, to })) },
      ];
    });
  }
}

class LeftOut {
  readonly #byReason = new Map<LeftOutReason, { row: number; keptRow: number | null }[]>();
  put(reason: LeftOutReason, row: number, keptRow: number | null): void {
    this.#byReason.set(reason, [...(this.#byReason.get(reason) ?? []), { row, keptRow }]);
  }
  report(): HouseRegistry['leftOut'] {
    return LEFT_OUT_REASONS.flatMap((reason) => {
      const rows = this.#byReason.get(reason);
      return rows ? [{ reason, rows }] : [];
    });
  }
}
