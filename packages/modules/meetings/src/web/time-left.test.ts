import { createTranslate } from '@veche/core/messages.ts';
import { expect, it } from 'vitest';
import en from './messages/en.json' with { type: 'json' };
import ru from './messages/ru.json' with { type: 'json' };
import { writeTimeLeft } from './time-left.ts';

const from = new Date('2026-11-21T12:00:00Z');
const leftIn = (milliseconds: number, locale: 'ru' | 'en' = 'en') =>
  writeTimeLeft(
    createTranslate(locale, locale === 'ru' ? ru : en),
    new Date(from.getTime() + milliseconds),
    from,
  );

it.each([
  [3 * 86_400_000 + 4 * 3_600_000, '3 days 4 hours'],
  [86_400_000, '1 day'],
  [2 * 3_600_000 + 60_000, '2 hours 1 minute'],
  [90_000, '2 minutes'],
  [1, '1 minute'],
])('writes %i milliseconds as %s', (milliseconds, text) => expect(leftIn(milliseconds)).toBe(text));

it('says nothing of a moment that is past', () => expect(leftIn(0)).toBeNull());

it('counts in Russian', () => expect(leftIn(22 * 86_400_000 + 5 * 3_600_000, 'ru')).toBe('22 дня 5 часов'));

it('has the same keys in both languages', () => expect(Object.keys(ru)).toEqual(Object.keys(en)));
