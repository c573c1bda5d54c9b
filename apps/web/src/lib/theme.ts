// Light, dark, or as the device is set: kept in a cookie, so that the first paint is already right.

export const THEMES = ['auto', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];
export const THEME_COOKIE = 'veche_theme';
export const LOCALE_COOKIE = 'veche_locale';

export const isTheme = (value: unknown): value is Theme => THEMES.includes(value as Theme);
