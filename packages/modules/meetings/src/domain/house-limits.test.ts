import { builtIn } from '@veche/rules/presets.ts';
import { describe, expect, it } from 'vitest';
import { limitOf } from './house-limits.ts';

const rule = (id: string) => builtIn.versions(id)[0]!.rule;

describe('a meeting by a rule', () => {
  it('can be held by every rule of Russian law that can be counted', () => {
    const russian = builtIn.list('ru', '2026-11-22');
    expect(russian.map((preset) => limitOf(preset.rule))).toEqual(russian.map(() => null));
  });
  it.each([
    ['es.3-5', 'marks'],
    ['de.simple', 'marks'],
    ['nsw.special', 'marks'],
    ['pl.share', 'marks'],
    ['fr.24', null],
    ['it.call1', null],
  ])('by %s is limited by %s', (id, limit) => expect(limitOf(rule(id))).toBe(limit));
  it('is not held in secret, nor with votes that cannot be changed', () => {
    expect(limitOf({ ...rule('ru.half-all'), secrecy: 'secret' })).toBe('secret-ballot');
    expect(limitOf({ ...rule('ru.half-all'), revote: 'never' })).toBe('irrevocable');
  });
});
