import { createTranslate } from '@veche/core/messages.ts';
import { LAWS, usualZone } from '@veche/people/web/laws.ts';
import { describe, expect, it } from 'vitest';
import { catalogs } from '../catalogs.ts';
import { listTerms } from '../domain/terms.ts';
import { listLaws, nameOfLaw } from './law.ts';

describe('the laws a building may stand under', () => {
  it('are those whose rules can be counted, and the operator is offered every one of them', () => {
    expect(Object.keys(LAWS).sort()).toEqual([...listLaws()].sort());
  });
  it('have names in both languages; one that came by file has its code', () => {
    for (const locale of ['ru', 'en'] as const) {
      const translate = createTranslate(locale, catalogs[locale]);
      for (const law of listLaws()) expect(nameOfLaw(law, translate)).not.toMatch(/regime|\(/);
      expect(nameOfLaw('xx', translate)).toContain('(xx)');
    }
  });
  it('are in force somewhere: each has a time zone to begin with', () => {
    for (const [law, zones] of Object.entries(LAWS)) {
      expect(zones, law).toContain(usualZone(law));
      for (const zone of zones)
        expect(() => new Intl.DateTimeFormat('en', { timeZone: zone }), zone).not.toThrow();
    }
    expect(listLaws().filter((law) => listTerms(law).length > 0)).toEqual(
      expect.arrayContaining(['ru', 'de', 'fr', 'es', 'at']),
    );
  });
});
