import { describe, expect, it } from 'vitest';
import { findRules, readSquareMetres, type LibraryRule } from './library.ts';

const rule = (id: string, rest: Partial<LibraryRule> = {}): LibraryRule => ({
  id,
  version: 1,
  regime: id.slice(0, 2),
  name: 'Больше половины',
  explanation: 'Решение принято…',
  note: null,
  legalRef: 'ЖК РФ, ст. 46',
  confidence: 'confirmed',
  doubts: [],
  needsConfirmation: false,
  effectiveFrom: '2024-09-01',
  effectiveTo: null,
  dates: 'in-force',
  lacks: null,
  needs: [],
  quorum: [],
  after: [],
  besides: [],
  ...rest,
});
const all = [rule('ru.half'), rule('fr.24', { legalRef: 'Loi 65-557', confidence: 'secondary' })];
const nothing = { words: '', regime: '', confidence: '' };
const idsOf = (wanted: Partial<typeof nothing>) =>
  findRules(all, { ...nothing, ...wanted }).map(({ id }) => id);

describe('a rule is found', () => {
  it('by nothing asked: all of them', () => expect(idsOf({})).toEqual(['ru.half', 'fr.24']));
  it('by words in any order and case, of its name or its article', () => {
    expect(idsOf({ words: ' 46  БОЛЬШЕ ' })).toEqual(['ru.half']);
    expect(idsOf({ words: 'больше loi' })).toEqual(['fr.24']);
    expect(idsOf({ words: 'унанимо' })).toEqual([]);
  });
  it('by its country and by how sure we are', () => {
    expect(idsOf({ regime: 'fr' })).toEqual(['fr.24']);
    expect(idsOf({ confidence: 'confirmed' })).toEqual(['ru.half']);
    expect(idsOf({ regime: 'fr', confidence: 'confirmed' })).toEqual([]);
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
