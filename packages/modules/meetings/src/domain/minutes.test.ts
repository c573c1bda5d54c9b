import { LOCALES } from '@veche/core/locale.ts';
import { createTranslate } from '@veche/core/messages.ts';
import { explainItem } from '@veche/rules/explain.ts';
import { describe, expect, it } from 'vitest';
import { catalogs } from '../catalogs.ts';
import { renderMinutes } from '../minutes-pdf.ts';
import { arithmeticLines } from './arithmetic.ts';
import { exampleMinutes, exampleNotice, exampleResult } from './example.ts';
import { formatDecimal, formatMoment } from './figures.ts';
import { composeMinutes, type MinutesInput } from './minutes-model.ts';
import { writeMinutes, type Block } from './minutes.ts';

const translateIn = (locale: 'ru' | 'en') => createTranslate(locale, catalogs[locale]);
const plain = (text: string) => text.replaceAll('\u00a0', ' ');

const write = (input: MinutesInput, locale: 'ru' | 'en') =>
  writeMinutes(composeMinutes(input, locale, translateIn(locale)), translateIn(locale));

function wordsOf(blocks: readonly Block[]): string {
  return plain(blocks.map((block) => Object.values(block).flat(3).join('\n')).join('\n'));
}

describe('the minutes', () => {
  it('say in Russian how each verdict was reached, so that it can be redone on paper', () => {
    const item = exampleResult.items[1]!;
    const lines = arithmeticLines(explainItem(item, exampleNotice.items[1]!.rule), 'ru', translateIn('ru'));
    expect(lines.map(plain)).toEqual([
      'Кворум: участвовали ≈ 127,63 м² из ≈ 213,00 м², то есть ≈ 59,92 % всех голосов дома.',
      'Нужно: больше 1/2 всех голосов дома, то есть больше ≈ 106,50 м².',
      'Разница: ≈ 127,63 м² − ≈ 106,50 м² = ≈ 21,13 м² (точно 1267997/60000 м²). Условие выполнено.',
      'Подсчёт: «за» 104,30 м² из ≈ 213,00 м², то есть ≈ 48,97 % всех голосов дома.',
      'Нужно: больше 1/2 всех голосов дома, то есть больше ≈ 106,50 м².',
      'Разница: 104,30 м² − ≈ 106,50 м² = ≈ −2,20 м² (точно −44001/20000 м²). Условие не выполнено.',
      'Итог: решение не принято.',
    ]);
  });

  it.each(LOCALES)('hold everything the law asks for (%s)', (locale) => {
    const document = write(exampleMinutes, locale);
    const words = wordsOf(document.blocks);
    for (const item of exampleNotice.items) expect(words).toContain(item.text);
    expect(words).toContain('ЖК РФ, ст. 46');
    expect(words).toContain(locale === 'ru' ? '№ 1 204' : 'no. 1,204');
    expect(words).toContain(exampleMinutes.logKey);
    expect(words).toContain(`/meetings/${exampleNotice.meeting}/verify`);
    expect(document.blocks.filter(({ kind }) => kind === 'verdict')).toHaveLength(3);
    expect(document.blocks.at(-1)).toMatchObject({ kind: 'signatures', signatories: { length: 4 } });
  });

  it('say who confirmed when the voting ended, and how many ballots came late', () => {
    const result = { ...exampleResult, ballots: { ...exampleResult.ballots, late: 2 } };
    const words = wordsOf(write({ ...exampleMinutes, result }, 'ru').blocks);
    expect(words).toContain('Свидетель «council»');
    expect(words).toMatch(/Свидетелей стало достаточно\n.*22 марта 2026.* 21:00/);
    expect(words).toContain('Опоздавших бюллетеней (не засчитаны)\n2');
    const alone = write({ ...exampleMinutes, closing: null }, 'ru');
    expect(wordsOf(alone.blocks)).not.toMatch(/свидетел|Опоздавших/i);
  });

  it('say so when the notice was short', () => {
    const short = write({ ...exampleMinutes, shortNotice: true }, 'en');
    expect(wordsOf(short.blocks)).toContain('Less than 10 days passed');
  });

  it('say by whom the meeting was convened, what was found against it and let stand, and who voted through others', () => {
    const words = wordsOf(
      write(
        {
          ...exampleMinutes,
          notice: { ...exampleNotice, convener: 'council', kind: 'extraordinary' },
          accepted: [
            { stage: 'call', code: 'vague', item: 2, title: 'Расплывчато', reason: 'Смысл ясен' },
            {
              stage: 'close',
              code: 'register-changed',
              item: null,
              title: 'Реестр изменился',
              reason: 'Опечатка',
            },
          ],
          representation: [
            { basis: 'attorney', ballots: 2, shares: 5 },
            { basis: 'guardian', ballots: 1, shares: 1 },
          ],
        },
        'ru',
      ).blocks,
    );
    expect(words).toContain('Кто созвал\nсовет дома');
    expect(words).toContain('Вид собрания\nвнеочередное');
    expect(words).toContain('До уведомления, вопрос 2: Расплывчато. Причина: Смысл ясен');
    expect(words).toContain('До закрытия: Реестр изменился. Причина: Опечатка');
    expect(words).toContain('доверенность: 2 бюллетеня, 5 долей; опекун: 1 бюллетень, 1 доля');
    expect(wordsOf(write(exampleMinutes, 'ru').blocks)).not.toMatch(/Оговорки|через других лиц/);
  });

  it('say what a decision brings and what the law grants next, in the sentence of the decision', () => {
    const [first, second, third] = exampleResult.items;
    const result = {
      ...exampleResult,
      items: [
        { ...first!, effect: 'costs-on-yes-voters' as const },
        { ...second!, fallback: { kind: 'second-vote' as const, trigger: [], due: true } },
        { ...third!, tie: 'court' as const },
      ],
    };
    const items = exampleNotice.items.map((item, i) => (i === 1 ? { ...item, round: 1 } : item));
    const words = wordsOf(
      write({ ...exampleMinutes, result, notice: { ...exampleNotice, items } }, 'en').blocks,
    );
    expect(words).toContain('the decision is taken. Effect: only those who voted for bear the costs.');
    expect(words).toContain('The law gives a second chance: a second vote by an easier rule.');
    expect(words).toContain('The votes are equal: a court may decide.');
    expect(words).toContain('Vote no. 2 on this question.');
  });

  it('leave the place of the list that those present sign: where people came together, and else say that there is none', () => {
    const gathering = { at: '2026-03-20T16:00:00Z', place: 'Двор дома' };
    const met = wordsOf(write({ ...exampleMinutes, notice: { ...exampleNotice, gathering } }, 'ru').blocks);
    expect(met).toContain('расписываются в отдельном списке на бумаге');
    expect(met).toMatch(/Очное обсуждение\n.*20 марта 2026.*19:00.*Двор дома/);
    expect(wordsOf(write(exampleMinutes, 'ru').blocks)).toContain('лично никто не присутствовал');
  });

  it('name those who called, spoke and sign, once somebody has said who they are', () => {
    const particulars = {
      profile: 'ru-266',
      initiator: 'Совет дома',
      storage: 'Управляющая организация, ул. Лесная, д. 1',
      signatories: [{ role: 'chair', name: 'Иванова А. П.' }],
      heard: { 'item-2': ['Петров Б. И.', 'Сидорова В. К.'] },
    } as const;
    const document = write({ ...exampleMinutes, particulars, edition: 2 }, 'ru');
    const words = wordsOf(document.blocks);
    expect(words).toContain('Инициатор собрания\nСовет дома');
    expect(words).toContain('Слушали: Петров Б. И., Сидорова В. К.');
    expect(words).toContain('Управляющая организация, ул. Лесная, д. 1');
    expect(words).toContain('2-я; заменяет прежние');
    expect(document.blocks.at(-1)).toMatchObject({
      signatories: [{ role: 'Председатель собрания', name: 'Иванова А. П.' }],
    });
  });

  it('list every annex with its file and its SHA-256, those with personal data marked', () => {
    const words = wordsOf(write(exampleMinutes, 'ru').blocks);
    expect(words).toContain(`Файл annex-1-notice.json, 2 345 байт.\nSHA-256 ${'5a'.repeat(32)}`);
    expect(words).toContain(
      'Приложение № 2. Решения собственников по каждому вопросу (персональные данные, хранится отдельно)',
    );
  });

  it('become the same file each time, since its hash stands in the log', async () => {
    const document = write(exampleMinutes, 'ru');
    const [first, second] = [
      await renderMinutes(document, exampleMinutes.closedAt),
      await renderMinutes(document, exampleMinutes.closedAt),
    ];
    expect(Buffer.compare(first, second)).toBe(0);
  });

  it('set numbers and moments in the way of the language and the zone of the building', () => {
    expect(plain(formatDecimal('-12345.60', 'ru'))).toBe('−12 345,60');
    expect(formatDecimal('12345.60', 'en')).toBe('12,345.60');
    expect(plain(formatMoment(new Date('2026-03-01T21:30:00Z'), 'ru', 'Asia/Yekaterinburg'))).toMatch(
      /понедельник, 2 марта 2026.* 02:30 \(Екатеринбург\)$/,
    );
    expect(formatMoment(new Date('2026-03-01T21:30:00Z'), 'en', 'Asia/Kamchatka')).toMatch(
      /Monday, March 2, 2026.* \(Kamchatka time\)$/,
    );
  });
});

describe('the texts', () => {
  it('have the same keys in every language, each readable as a message', () => {
    expect(Object.keys(catalogs.ru).sort()).toEqual(Object.keys(catalogs.en).sort());
    const values = new Proxy({}, { get: () => 1, has: () => true }) as Record<string, number>;
    for (const locale of LOCALES)
      for (const key of Object.keys(catalogs[locale]))
        expect(() => translateIn(locale)(key, values), key).not.toThrow();
  });
});
