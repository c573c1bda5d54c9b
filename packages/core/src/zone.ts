// How a time zone is called for people: the same name on pages, in notices and in minutes. For eyes only: nothing is
// decided from it, and it never asks what time it is.
import type { Locale } from './locale.ts';

// The zones of Russia by their own name: browsers and servers leave out most cities, each in its own way.
const ZONES: Record<Locale, Readonly<Record<string, string>>> = {
  ru: {
    'Europe/Kaliningrad': 'Калининград',
    'Europe/Moscow': 'Москва',
    'Europe/Samara': 'Самара',
    'Asia/Yekaterinburg': 'Екатеринбург',
    'Asia/Omsk': 'Омск',
    'Asia/Novosibirsk': 'Новосибирск',
    'Asia/Krasnoyarsk': 'Красноярск',
    'Asia/Irkutsk': 'Иркутск',
    'Asia/Yakutsk': 'Якутск',
    'Asia/Vladivostok': 'Владивосток',
    'Asia/Magadan': 'Магадан',
    'Asia/Sakhalin': 'Сахалин',
    'Asia/Kamchatka': 'Камчатка',
  },
  en: {
    'Europe/Kaliningrad': 'Kaliningrad time',
    'Europe/Moscow': 'Moscow time',
    'Europe/Samara': 'Samara time',
    'Asia/Yekaterinburg': 'Yekaterinburg time',
    'Asia/Omsk': 'Omsk time',
    'Asia/Novosibirsk': 'Novosibirsk time',
    'Asia/Krasnoyarsk': 'Krasnoyarsk time',
    'Asia/Irkutsk': 'Irkutsk time',
    'Asia/Yakutsk': 'Yakutsk time',
    'Asia/Vladivostok': 'Vladivostok time',
    'Asia/Magadan': 'Magadan time',
    'Asia/Sakhalin': 'Sakhalin time',
    'Asia/Kamchatka': 'Kamchatka time',
  },
};

/**
 * The name of an IANA zone as of a moment: of the city in Russia, else as the browser or the server has it.
 * @throws RangeError: when there is no such zone.
 */
export const nameOfZone = (locale: Locale, timeZone: string, at: Date): string =>
  ZONES[locale][timeZone] ??
  new Intl.DateTimeFormat(locale === 'ru' ? 'ru-RU' : 'en-GB', { timeZone, timeZoneName: 'shortGeneric' })
    .formatToParts(at)
    .find(({ type }) => type === 'timeZoneName')?.value ??
  timeZone;
