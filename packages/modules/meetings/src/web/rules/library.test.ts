import { describe, expect, it } from 'vitest';
import { answerFor, comparing, readSquareMetres, readWanted, waitingFor } from './library.ts';

describe('the address of a list of rules', () => {
  const read = (query: string) => readWanted(new URLSearchParams(query));

  it('asks for nothing when it is bare', () => {
    expect(read('')).toEqual({ words: '', regime: '', confidence: '', compared: [] });
  });
  it('names the last three of those that are put side by side, each once', () => {
    expect(read('with=ru.a&with=ru.b&with=ru.a&with=ru.c&with=ru.d').compared).toEqual([
      'ru.b',
      'ru.c',
      'ru.d',
    ]);
  });
  it('leaves out what nobody could mean', () => {
    expect(read('sure=very&with=<b>&country=ru')).toEqual({
      words: '',
      regime: 'ru',
      confidence: '',
      compared: [],
    });
  });
  it('is written as it is read', () => {
    const wanted = read('search=две трети&country=ru&sure=confirmed&with=ru.a');
    const address = comparing('/rules', wanted, ['ru.a', 'fr.b']);
    expect(readWanted(new URL(address, 'https://example.org').searchParams)).toEqual({
      ...wanted,
      compared: ['ru.a', 'fr.b'],
    });
    expect(comparing('/rules', read(''), [])).toBe('/rules');
  });
});

describe('square metres as typed', () => {
  it.each([
    ['10600', 106_000_000],
    ['10 600,5', 106_005_000],
    ['54.3', 543_000],
    ['0', null],
    ['-5', null],
    ['1e9', null],
    ['десять', null],
    ['1,23456', null],
  ])('%s is %s cm²', (text, cm2) => expect(readSquareMetres(text)).toBe(cm2));
});

describe('the way from a meeting to a rule that waits for an answer', () => {
  const backFrom = (address: string) =>
    waitingFor('b1', new URL(address, 'https://example.org').searchParams);

  it('leads back to the check of the draft, or to the meeting', () => {
    expect(backFrom(answerFor('b1', 'ru.unanimous', { id: 'm1', isDraft: true }))).toBe(
      '/buildings/b1/meetings/m1/edit?step=review',
    );
    expect(backFrom(answerFor('b1', 'ru.unanimous', { id: 'm1', isDraft: false }))).toBe(
      '/buildings/b1/meetings/m1',
    );
  });
  it('leads nowhere that the address makes up', () => {
    expect(backFrom('/buildings/b1/rules/ru.unanimous')).toBeNull();
    expect(backFrom('/rules?draft=//evil.example')).toBeNull();
  });
});
