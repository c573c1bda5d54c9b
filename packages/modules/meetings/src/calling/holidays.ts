// Public holidays of a country, for the calendar and for terms that ask for working days. On the server only: the data
// behind them weighs megabytes, and is loaded when the first calendar is drawn. Days off that a decree moves are not known.
import type { Locale } from '@veche/core/locale.ts';
import type { Holiday } from '../domain/calendar.ts';

/** Where a regime's holidays are looked up: country, and state where the law is one of a state. */
const COUNTRIES: Readonly<Record<string, readonly [country: string, state?: string]>> = {
  ru: ['RU'],
  de: ['DE'],
  fr: ['FR'],
  es: ['ES'],
  it: ['IT'],
  at: ['AT'],
  be: ['BE'],
  nsw: ['AU', 'NSW'],
  ca: ['US', 'CA'],
};

/** The holidays of these years in order, each day once, in the reader's language where the data has it; none for an unknown regime. */
export async function listHolidays(
  regime: string,
  years: readonly number[],
  locale: Locale,
): Promise<Holiday[]> {
  const country = COUNTRIES[regime];
  if (!country) return [];
  const { default: Holidays } = await import('date-holidays');
  const calendar = new Holidays(country[0], country[1] ?? '', { types: ['public'] });
  const named = new Map<string, string>();
  for (const year of years)
    for (const { date, name } of calendar.getHolidays(year, locale)) {
      const day = date.slice(0, 10);
      if (!named.has(day)) named.set(day, name);
    }
  return [...named].map(([day, name]) => ({ day, name })).sort((a, b) => (a.day < b.day ? -1 : 1));
}
