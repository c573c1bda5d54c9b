// The bodies of law that come with the product, each with the time zones where it is in force; Russia first. A law that an
// operator's own file brings is chosen on the page of the building once it is added.

export const LAWS: Readonly<Record<string, readonly string[]>> = {
  ru: [
    'Europe/Kaliningrad',
    'Europe/Moscow',
    'Europe/Samara',
    'Asia/Yekaterinburg',
    'Asia/Omsk',
    'Asia/Novosibirsk',
    'Asia/Krasnoyarsk',
    'Asia/Irkutsk',
    'Asia/Yakutsk',
    'Asia/Vladivostok',
    'Asia/Magadan',
    'Asia/Kamchatka',
  ],
  at: ['Europe/Vienna'],
  be: ['Europe/Brussels'],
  ch: ['Europe/Zurich'],
  de: ['Europe/Berlin'],
  es: ['Europe/Madrid', 'Atlantic/Canary'],
  fr: ['Europe/Paris'],
  it: ['Europe/Rome'],
  nsw: ['Australia/Sydney', 'Australia/Broken_Hill'],
  on: ['America/Toronto', 'America/Winnipeg'],
  pl: ['Europe/Warsaw'],
  ucioa: [
    'America/New_York',
    'America/Chicago',
    'America/Denver',
    'America/Los_Angeles',
    'America/Anchorage',
  ],
};

/** The zone to begin with. */
export const usualZone = (law: string): string =>
  law === 'ru' ? 'Europe/Moscow' : (LAWS[law]?.[0] ?? 'UTC');
