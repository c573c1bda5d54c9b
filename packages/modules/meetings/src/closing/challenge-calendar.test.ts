import { LOCALES } from '@veche/core/locale.ts';
import { decodeUtf8 } from '@veche/ledger/bytes.ts';
import { describe, expect, it } from 'vitest';
import { catalogs, translateIn } from '../catalogs.ts';
import { challengesAmong, deadlinesOf, regimesWithChallenge } from '../domain/deadlines.ts';
import terms from '../domain/deadlines.json' with { type: 'json' };
import { writeChallengeCalendar } from './challenge-calendar.ts';

const meeting = {
  meeting: 'a1b2',
  title: 'Ремонт; совет, дом',
  address: 'ул. Лесная, д. 5',
  page: 'https://veche.example/buildings/b/meetings/a1b2/result',
  closedAt: new Date('2026-03-22T18:20:00Z'),
};
const write = (regime: string, locale: 'ru' | 'en' = 'en') =>
  decodeUtf8(
    writeChallengeCalendar(
      meeting,
      challengesAmong(deadlinesOf(new Set([regime]), '2026-03-22', {})),
      translateIn(locale),
    ),
  ).replaceAll('\r\n ', '');

describe('the days by which a decision may be challenged', () => {
  it('stand in a calendar as whole days, with their source, how sure it is and a word a week before', () => {
    const calendar = write('de');
    expect(calendar).toContain('DTSTART;VALUE=DATE:20260422');
    expect(calendar).toContain('DTSTART;VALUE=DATE:20260522');
    expect(calendar).toMatch(/DESCRIPTION:WEG § 45\\nRead in the law itself\./);
    expect(calendar.match(/BEGIN:VALARM/g)).toHaveLength(2);
    expect(calendar).toContain('TRIGGER:-P7D');
  });

  it('say that they are the latest where the term runs from a day that is not marked yet, and what is not confirmed', () => {
    expect(write('ru')).toContain('At the latest: the term runs from a day that is not marked yet.');
    expect(write('fr')).toContain('Not confirmed');
  });

  it('are the same file whenever it is fetched', () => {
    expect(write('es')).toBe(write('es'));
  });

  it('have words on how to challenge for every law of which a term is known', () => {
    const regimes = regimesWithChallenge(terms.map(({ regime }) => regime));
    expect(regimes).toHaveLength(new Set(terms.map(({ regime }) => regime)).size);
    for (const locale of LOCALES)
      for (const regime of regimes) expect(catalogs[locale][`challenge.how.${regime}`], regime).toBeTruthy();
    expect(regimesWithChallenge(['xx'])).toEqual([]);
  });
});
