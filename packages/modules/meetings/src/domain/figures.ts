// Numbers and moments as people read them, in their language. For display only: nothing here decides anything.
import type { Locale } from '@veche/core/locale.ts';
import type { Translate } from '@veche/core/messages.ts';
import { nameOfZone } from '@veche/core/zone.ts';
import type { Quantity, Unit } from '@veche/rules/explain.ts';

/** Digits with a point (`2648.24`) set in the locale's way (`2 648,24`); a minus is a true minus. */
export function formatDecimal(decimal: string, locale: Locale): string {
  const digits = decimal.split('.')[1]?.length ?? 0;
  const format = new Intl.NumberFormat(locale, {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  // The text form keeps every digit: no float comes in between.
  return format.format(decimal as `${number}`).replace(/^-/, '−');
}

/** A quantity with its unit; one that was rounded for display is marked with ≈. */
export function formatQuantity(quantity: Quantity, unit: Unit, locale: Locale, translate: Translate): string {
  return translate(`figure.${unit}`, {
    value: `${quantity.rounded ? '≈\u00a0' : ''}${formatDecimal(quantity.decimal, locale)}`,
  });
}

/** A moment with weekday, date and time in the building's time zone, and the zone's name as the pages have it. */
export function formatMoment(moment: Date, locale: Locale, timeZone: string): string {
  const format = new Intl.DateTimeFormat(locale, {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    timeZone,
  });
  return `${format.format(moment)} (${nameOfZone(locale, timeZone, moment)})`;
}

/** A calendar day in the building's time zone. */
export const formatDay = (moment: Date, locale: Locale, timeZone: string): string =>
  new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'long', year: 'numeric', timeZone }).format(
    moment,
  );
