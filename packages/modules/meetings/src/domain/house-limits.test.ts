import { builtIn } from '@veche/rules/presets.ts';
import { describe, expect, it } from 'vitest';
import { limitOf } from './house-limits.ts';

const rule = (id: string) => builtIn.versions(id)[0]!.rule;

describe('a meeting by a rule', () => {
  it('can be held by every rule of every law that comes with the product and can be counted', () => {
    const laws = [...new Set(builtIn.presets.map(({ regime }) => regime))];
    expect(laws.length).toBeGreaterThan(10);
    const rules = laws.flatMap((law) => builtIn.list(law, '2026-11-22').map((preset) => preset.rule));
    expect(rules.filter((one) => limitOf(one) !== null).map(({ id }) => id)).toEqual([]);
  });
  it.each(['es.3-5', 'de.simple', 'nsw.special', 'pl.share', 'fr.24', 'it.call1', 'at.any', 'ucioa.default'])(
    'by %s can be held, whatever it asks about those who vote',
    (id) => expect(limitOf(rule(id))).toBeNull(),
  );
  it('is not held in secret, nor with votes that cannot be changed', () => {
    expect(limitOf({ ...rule('ru.half-all'), secrecy: 'secret' })).toBe('secret-ballot');
    expect(limitOf({ ...rule('ru.half-all'), revote: 'never' })).toBe('irrevocable');
  });
});
