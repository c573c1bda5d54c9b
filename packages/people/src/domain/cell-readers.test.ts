import { formatRational, rational } from '@veche/core/rational.ts';
import { isRefusal } from '@veche/core/refusal.ts';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatArea, parseArea } from './area.ts';
import { foldCompanyName, foldPersonName } from './company-name.ts';
import { findContact, findEmail, findPhone } from './contact.ts';
import { findPremisesKind } from './premises-kind.ts';
import { parseShare } from './share.ts';
import { completeTaxNumber, parseTaxNumber } from './tax-number.ts';

describe('an area', () => {
  it.each([
    ['54,3', 543_000],
    ['54.30 м²', 543_000],
    ['54.3 кв. м', 543_000],
    ['0,0001', 1],
    ['1 204,5', 12_045_000],
    ['1\u00a0204.5', 12_045_000],
    ['54.30000', 543_000],
    ['100', 1_000_000],
  ])('%s is %i cm²', (text, cm2) => {
    expect(parseArea(text)).toBe(cm2);
  });
  it.each([
    ['', 'area-missing'],
    ['м²', 'area-missing'],
    ['пятьдесят', 'area-unreadable'],
    ['1,204.5', 'area-unreadable'],
    ['54.3.1', 'area-unreadable'],
    ['-5', 'area-unreadable'],
    ['1e3', 'area-unreadable'],
    ['54,30001', 'area-too-fine'],
    ['0', 'area-out-of-range'],
    ['1000000000', 'area-out-of-range'],
  ])('%j is refused as %s', (text, code) => {
    expect(parseArea(text)).toEqual({ refused: code });
  });
  it('survives being written and read again', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000_000_000 }), (cm2) => parseArea(formatArea(cm2)) === cm2),
    );
    expect(formatArea(543_000)).toBe('54.3');
    expect(formatArea(500_000)).toBe('50.0');
  });
});

describe('a share', () => {
  it.each([
    ['1/3', '1/3'],
    ['2 / 6', '1/3'],
    ['3\\4', '3/4'],
    ['0,5', '1/2'],
    ['0.33', '33/100'],
    ['50%', '1/2'],
    ['12,5 %', '1/8'],
    ['100%', '1'],
    ['1', '1'],
    ['1.0', '1'],
    ['', '1'],
  ])('%j is %s exactly', (text, exact) => {
    const read = parseShare(text);
    expect(isRefusal(read) ? read : formatRational(read.share)).toBe(exact);
  });
  it.each([
    ['0.33', rational(1, 3)],
    ['0.67', rational(2, 3)],
    ['33,3%', rational(1, 3)],
    ['33%', rational(1, 3)],
    ['0.1429', rational(1, 7)],
    ['0.75', null],
    ['0.12', null],
    ['0.45', null],
    ['0.3', null],
    ['100%', null],
    ['0.1667', rational(1, 6)],
    ['0.3333333333', rational(1, 3)],
    ['0.5', null],
    ['0.25', null],
    ['0.125', null],
    ['1/3', null],
    ['0.31', null],
  ])('%s looks like a rounded common fraction, or does not', (text, common) => {
    expect(parseShare(text)).toMatchObject({ looksLike: common });
  });
  it.each([
    ['половина', 'share-unreadable'],
    ['1/0', 'share-unreadable'],
    ['1/2/3', 'share-unreadable'],
    ['2026-03-01', 'share-is-a-date'],
    ['0.333333333333333', 'share-inexact'],
    ['0', 'share-out-of-range'],
    ['0/5', 'share-out-of-range'],
    ['4/3', 'share-out-of-range'],
    ['101%', 'share-out-of-range'],
  ])('%j is refused as %s', (text, code) => {
    expect(parseShare(text)).toEqual({ refused: code });
  });
});

describe('a tax number', () => {
  it.each(['7707083893', '7736207543', '500100732259', '77 0708 3893'])(
    '%s has right check digits',
    (text) => {
      expect(parseTaxNumber(text)).toBe(text.replaceAll(' ', ''));
    },
  );
  it.each([
    ['7707083894', 'tax-number-check-digit'],
    ['500100732258', 'tax-number-check-digit'],
    ['770708389', 'tax-number-malformed'],
    ['77070838930', 'tax-number-malformed'],
    ['0000000000', 'tax-number-malformed'],
    ['77О7083893', 'tax-number-malformed'],
  ])('%s is refused as %s', (text, code) => {
    expect(parseTaxNumber(text)).toEqual({ refused: code });
  });
  it('is accepted with its check digits and with no other', () => {
    const body = fc.stringMatching(/^[1-9][0-9]{8,9}$/);
    fc.assert(
      fc.property(body, fc.integer({ min: 1, max: 9 }), (digits, by) => {
        const whole = completeTaxNumber(digits);
        expect(parseTaxNumber(whole)).toBe(whole);
        const wrong = whole.slice(0, -1) + String((Number(whole.at(-1)) + by) % 10);
        expect(parseTaxNumber(wrong)).toEqual({ refused: 'tax-number-check-digit' });
      }),
    );
    expect(() => completeTaxNumber('12')).toThrow(RangeError);
  });
});

describe('a contact', () => {
  it.each([
    ['8 (916) 123-45-67', '+79161234567'],
    ['+7 916 123 45 67', '+79161234567'],
    ['9161234567', '+79161234567'],
    ['+49 30 901820', '+4930901820'],
  ])('%s is the phone %s', (text, phone) => {
    expect(findPhone(text)).toBe(phone);
    expect(findContact(text)).toEqual({ channel: 'sms', address: phone });
  });
  it.each(['12345', 'позвоните мне', '+7 916 123', '', 'кв. 9161234567'])('%j is no phone', (text) => {
    expect(findPhone(text)).toBeNull();
  });
  it.each([
    [' Anna.Ivanova@Example.ORG ', 'anna.ivanova@example.org'],
    ['почта@пример.рф', 'почта@пример.рф'],
    ['a+b@sub.example.org', 'a+b@sub.example.org'],
  ])('%j is the mailbox %s', (text, email) => {
    expect(findEmail(text)).toBe(email);
    expect(findContact(text)).toEqual({ channel: 'email', address: email });
  });
  it.each([
    'anna@',
    '@example.org',
    'a b@example.org',
    'a@b',
    'a..b@example.org',
    'a@example.org, b@example.org',
    'a@-x.org',
  ])('%j is no mailbox', (text) => {
    expect(findEmail(text)).toBeNull();
    expect(findContact(text)).toBeNull();
  });
});

describe('a kind of premises', () => {
  it.each([
    ['Квартира', 'flat'],
    ['жилое помещение', 'flat'],
    ['Нежилое', 'nonresidential'],
    ['нежилое помещение (магазин)', 'nonresidential'],
    ['машино-место', 'parking'],
    ['М/М', 'parking'],
    ['комната', 'room'],
    ['Apartment', 'flat'],
    ['storage of boats', null],
  ])('%s is %s', (text, kind) => {
    expect(findPremisesKind(text)).toBe(kind);
  });
});

describe('a name', () => {
  it('of a company has one key under all its spellings', () => {
    const keys = [
      'ООО УК "Влад Дом"',
      'ООО  "Управляющая компания "Влад-Дом"',
      'ООО Управляющая компания "Влад-Дом"',
      'Общество с ограниченной ответственностью «УК «Влад-Дом»',
      'OOO «УК Влад-Дом»',
    ].map(foldCompanyName);
    expect(new Set(keys)).toEqual(new Set(['ооо ук влад дом']));
    expect(foldCompanyName('НО ТСЖ "Альянс"')).toBe(foldCompanyName('ТСЖ «Альянс»'));
    expect(foldCompanyName('ЖСК № 50 г.Владивостока')).toBe(foldCompanyName('ЖСК-50'));
  });
  it('of another company has another key', () => {
    const names = [
      'ООО УК "Заря"',
      'ТСЖ "Заря"',
      'ТСН "Заря"',
      'ООО УК "Заря-2"',
      'ООО "Заря"',
      'ООО УО "Заря"',
    ];
    expect(new Set(names.map(foldCompanyName)).size).toBe(names.length);
  });
  it('of a person is the same with ё or е, in any case and spacing', () => {
    expect(foldPersonName('КОВАЛЁВА  Анна-Мария')).toBe(foldPersonName('Ковалева Анна Мария'));
    expect(foldPersonName('Иванов И.И.')).not.toBe(foldPersonName('Иванов Иван Иванович'));
  });
});
