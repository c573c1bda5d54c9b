import { describe, expect, it } from 'vitest';
import { findWordingFaults, foldWording, namesAnnex } from './wording.ts';

describe('a wording', () => {
  it.each([
    ['Провести текущий ремонт подъездов стоимостью до 400 000 ₽.'],
    ['Избрать председателем собрания Председателя совета дома, секретарём — члена счётной комиссии.'],
    ['Передать часть двора у северного торца под стоянку с платным въездом.'],
    ['Установить во дворе ограждение с воротами и калиткой.'],
    ['Repair the roof above the second entrance'],
    ['Give the yard a fence with two gates'],
    ['Let the cellar to the bicycle workshop'],
  ])('is left in peace where it asks one thing: %s', (text) => {
    expect(findWordingFaults(text)).toEqual([]);
  });

  it.each([
    ['Избрать совет дома и утвердить его вознаграждение.', 'two-questions'],
    ['Установить шлагбаум; поручить совету дома заключить договор.', 'two-questions'],
    ['Отремонтировать крышу? Когда именно?', 'two-questions'],
    ['Approve the budget and elect the council', 'two-questions'],
    ['Утвердить смету: за / против', 'marks-inside'],
    ['Утвердить смету ☐', 'marks-inside'],
    ['Утвердить смету [ ]', 'marks-inside'],
    ['Провести ремонт до [дата]', 'blank-left'],
    ['Избрать председателем ______', 'blank-left'],
    ['Разное.', 'vague'],
    ['Any other business', 'vague'],
  ])('is pointed at: %s (%s)', (text, fault) => {
    expect(findWordingFaults(text)).toEqual([fault]);
  });

  it('is the same in another case and with other punctuation', () => {
    expect(foldWording('Сдать подвал — «Ёлке»!')).toBe(foldWording('сдать  подвал ЕЛКЕ'));
    expect(foldWording('Сдать подвал')).not.toBe(foldWording('Сдать чердак'));
  });

  it('that names an annex says so', () => {
    expect(namesAnnex('Смета приложена')).toBe(true);
    expect(namesAnnex('The estimate is attached')).toBe(true);
    expect(namesAnnex('Смета у председателя')).toBe(false);
  });
});
