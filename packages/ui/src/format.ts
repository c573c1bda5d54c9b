// How numbers, areas, shares and moments are written for people, in their language. Only for eyes: nothing may be
// decided from a text made here. Exact fractions are rounded once, from the exact value.
import type { Locale } from '@veche/core/locale.ts';
import { divide, multiply, parseRational, rational, toDecimal, type Rational } from '@veche/core/rational.ts';
import { nameOfZone } from '@veche/core/zone.ts';

/** An exact value: a count, or a fraction as text (`543000/7`). */
export type Exact = string | number | bigint | Rational;

export type Format = ReturnType<typeof createFormat>;

const CM2_PER_M2 = rational(10_000);

/** Any exact form as a fraction. @throws SyntaxError: when a text is not a fraction in lowest terms. */
export const toRational = (value: Exact): Rational =>
  typeof value === 'string' ? parseRational(value) : typeof value === 'object' ? value : rational(value);

/** How far `part` is of `whole`, from 0 to 1, for drawing; 0 where the whole is nothing. */
export function toProportion(part: Exact, whole: Exact): number {
  const all = toRational(whole);
  if (all.num === 0n) return 0;
  return Number(toDecimal(divide(toRational(part), all), 6));
}

export function createFormat(locale: Locale) {
  const tag = locale === 'ru' ? 'ru-RU' : 'en-GB';
  const decimals = new Map<number, Intl.NumberFormat>();
  const decimal = (value: Rational, digits: number): string => {
    let format = decimals.get(digits);
    if (!format) {
      format = new Intl.NumberFormat(tag, { minimumFractionDigits: digits, maximumFractionDigits: digits });
      decimals.set(digits, format);
    }
    // NOTE: a decimal text is formatted exactly, where a number would first become a float.
    return format.format(toDecimal(value, digits) as `${number}`);
  };
  const moment = (options: Intl.DateTimeFormatOptions) => {
    const byZone = new Map<string, Intl.DateTimeFormat>();
    return (at: string | Date, timeZone: string): string => {
      let format = byZone.get(timeZone);
      if (!format) {
        format = new Intl.DateTimeFormat(tag, { ...options, timeZone });
        byZone.set(timeZone, format);
      }
      return format.format(typeof at === 'string' ? new Date(at) : at);
    };
  };
  const day = { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' } as const;

  const dayAndTime = moment({ ...day, hour: '2-digit', minute: '2-digit' });
  const zone = (at: string | Date, timeZone: string): string => nameOfZone(locale, timeZone, new Date(at));

  return {
    /** A count with its thousands apart. */
    number: (value: number | bigint): string => decimal(rational(value), 0),
    /** An area given in cm², as square metres with two decimals and the unit. */
    area: (cm2: Exact): string =>
      `${decimal(divide(toRational(cm2), CM2_PER_M2), 2)}\u00a0${locale === 'ru' ? 'м²' : 'm²'}`,
    /** `part` of `whole` in percent, two decimals; a dash where the whole is nothing. */
    percent: (part: Exact, whole: Exact = 1): string => {
      const all = toRational(whole);
      if (all.num === 0n) return '–';
      const text = decimal(multiply(divide(toRational(part), all), rational(100)), 2);
      return locale === 'ru' ? `${text}\u00a0%` : `${text}%`;
    },
    /** Decimal digits with a point, as the server writes them (`66.06`), in the reader's way. */
    digits: (text: string): string => {
      const places = text.split('.')[1]?.length ?? 0;
      return new Intl.NumberFormat(tag, {
        minimumFractionDigits: places,
        maximumFractionDigits: places,
      }).format(text as `${number}`);
    },
    /** A share as it stands in a title: `1/3`, or `1` for the whole. */
    share: (value: Exact): string => {
      const { num, den } = toRational(value);
      return den === 1n ? `${num}` : `${num}/${den}`;
    },
    /** The exact square metres of an area in cm², as a fraction where two decimals do not say it all; else null. */
    exactArea: (cm2: Exact): string | null => {
      const metres = divide(toRational(cm2), CM2_PER_M2);
      return 100n % metres.den === 0n ? null : `${metres.num}/${metres.den}`;
    },
    /** Tuesday, 24 November 2026 - in the building's time zone. */
    date: moment(day),
    /** The day, the time and the name of the zone. */
    dateTime: (at: string | Date, timeZone: string): string =>
      `${dayAndTime(at, timeZone)} (${zone(at, timeZone)})`,
    /** The name of a time zone as of a moment: of the city in Russia, else as the browser has it. */
    zone,
    /** Short, for tables. */
    shortDateTime: moment({
      weekday: 'short',
      day: '2-digit',
      month: '2-digit',
      year: 'numeric',
      hour: '2-digit',
      minute: '2-digit',
    }),
    time: moment({ hour: '2-digit', minute: '2-digit' }),
  };
}
