import { describe, expect, it } from 'vitest';
import { createFormat, toProportion } from './format.ts';

const ru = createFormat('ru');
const en = createFormat('en');
/** Spaces that do not break are told from plain ones by nobody who reads a failing test. */
const plain = (text: string): string => text.replace(/[\u00a0\u202f]/g, ' ');

describe('areas', () => {
  it.each([
    [543_000, '54,30 м²', '54.30 m²'],
    ['543000/7', '7,76 м²', '7.76 m²'],
    [24_315_700_00n, '243 157,00 м²', '243,157.00 m²'],
    [0, '0,00 м²', '0.00 m²'],
  ])('sets %s cm² in square metres', (cm2, inRussian, inEnglish) => {
    expect(plain(ru.area(cm2))).toBe(inRussian);
    expect(plain(en.area(cm2))).toBe(inEnglish);
  });
  it('loses no digit of an area that no float could hold', () => {
    expect(plain(ru.area(90_071_992_547_409_930_000n))).toBe('9 007 199 254 740 993,00 м²');
  });
  it('gives the exact fraction only where two decimals do not say it all', () => {
    expect(ru.exactArea(543_000)).toBeNull();
    expect(ru.exactArea('543000/7')).toBe('543/70');
    expect(ru.exactArea(543_050)).toBe('10861/200');
  });
});

describe('shares of a whole', () => {
  it('rounds a percentage once, from the exact value', () => {
    expect(plain(ru.percent('2', '3'))).toBe('66,67 %');
    expect(en.percent('1/3', 1)).toBe('33.33%');
  });
  it('writes a dash where there is no whole', () => {
    expect(ru.percent(0, 0)).toBe('–');
    expect(toProportion(1, 0)).toBe(0);
  });
  it('sets the server’s own decimals in the reader’s way', () => {
    expect(ru.digits('66.06')).toBe('66,06');
    expect(en.digits('66.06')).toBe('66.06');
  });
});

describe('moments', () => {
  it('name the weekday and the zone of the place', () => {
    expect(plain(ru.dateTime('2026-11-24T15:00:00Z', 'Europe/Moscow'))).toBe(
      'вторник, 24 ноября 2026 г. в 18:00 (Москва)',
    );
    expect(plain(en.dateTime('2026-11-24T15:00:00Z', 'Asia/Vladivostok'))).toBe(
      'Wednesday, 25 November 2026 at 01:00 (Vladivostok time)',
    );
    expect(ru.zone('2026-11-24T15:00:00Z', 'Asia/Kamchatka')).toBe('Камчатка');
    expect(en.zone('2026-11-24T15:00:00Z', 'Asia/Almaty')).toMatch(/\S/);
    expect(() => ru.zone('2026-11-24T15:00:00Z', 'Europe/Nowhere')).toThrow(RangeError);
    expect(plain(ru.shortDateTime('2026-11-24T15:00:00Z', 'Europe/Moscow'))).toBe('вт, 24.11.2026, 18:00');
  });
});
