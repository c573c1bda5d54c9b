import { LOCALES } from '@veche/core/locale.ts';
import { describe, expect, it } from 'vitest';
import { translateIn } from '../catalogs.ts';
import { exampleNotice, exampleResult } from '../domain/example.ts';
import { writePaper } from './paper.ts';

const plain = (text: string) => text.replaceAll('\u00a0', ' ');
const write = (locale: 'ru' | 'en', result: typeof exampleResult | null = exampleResult) =>
  writePaper(
    { notice: exampleNotice, webOrigin: 'https://veche.example', result },
    locale,
    translateIn(locale),
  );

describe('the result for the board in the entrance', () => {
  it('has every item with what became of it and the votes in area and percent', () => {
    const { lead, items, facts, agendaHeading } = write('ru');
    expect(lead).toContain('Решений принято: 1 из 3.');
    expect(agendaHeading).toBe('Решения');
    expect(items.map(({ text }) => text)).toEqual(exampleNotice.items.map(({ text }) => text));
    expect(plain(items[1]!.rule)).toBe(
      'По вопросу 2 решение не принято. За: 104,30 м² (≈ 48,97 %), против: 0,00 м² (0,00 %), воздержались: ≈ 23,33 м² (≈ 10,95 %) от всех голосов дома.',
    );
    expect(facts.map(([label]) => label)).not.toContain('Материалы');
    expect(plain(facts.at(-1)!.join(': '))).toBe(
      'Участвовали, от всех голосов дома: ≈ 127,63 м² (≈ 59,92 %)',
    );
  });

  it.each(LOCALES)(
    'leads to the result, while the call leads to the meeting and says what each item needs (%s)',
    (locale) => {
      expect(write(locale).url).toMatch(/\/result$/);
      const called = write(locale, null);
      expect(called.url).not.toMatch(/\/result$/);
      expect(called.items[2]!.rule).toBe(translateIn(locale)('rule.ru.two-thirds-all.name'));
    },
  );
});
