// Days without an hour, as the register has them, for people's eyes.
import type { Locale } from '@veche/core/locale.ts';

/** `5 Mar 2026`: the day itself, whatever the time zone of whoever reads. */
export const dayText = (day: string, locale: Locale): string =>
  new Intl.DateTimeFormat(locale === 'ru' ? 'ru-RU' : 'en-GB', {
    dateStyle: 'medium',
    timeZone: 'UTC',
  }).format(new Date(`${day}T00:00:00Z`));
