import { describe, expect, it } from 'vitest';
import { searchRules, type Wanted } from './search-rules.ts';

const all = [
  {
    id: 'ru.half',
    regime: 'ru',
    legalRef: 'ЖК РФ, ст. 46',
    confidence: 'confirmed',
    said: ['Больше половины', '«за»: больше 1/2'],
  },
  { id: 'fr.24', regime: 'fr', legalRef: 'Loi 65-557', confidence: 'secondary', said: ['Больше половины'] },
];
const idsOf = (wanted: Partial<Wanted>) =>
  searchRules(all, { words: '', regime: '', ...wanted }, ({ said }) => said).map(({ id }) => id);

describe('a rule is found', () => {
  it('by nothing asked: all of them', () => expect(idsOf({})).toEqual(['ru.half', 'fr.24']));
  it('by words in any order and case, of its name, its article or what it asks', () => {
    expect(idsOf({ words: ' 46  БОЛЬШЕ ' })).toEqual(['ru.half']);
    expect(idsOf({ words: 'больше loi' })).toEqual(['fr.24']);
    expect(idsOf({ words: '1/2' })).toEqual(['ru.half']);
    expect(idsOf({ words: 'унанимо' })).toEqual([]);
  });
  it('by its country and by how sure we are', () => {
    expect(idsOf({ regime: 'fr' })).toEqual(['fr.24']);
    expect(idsOf({ confidence: 'confirmed' })).toEqual(['ru.half']);
    expect(idsOf({ regime: 'fr', confidence: 'confirmed' })).toEqual([]);
  });
});
