import { findPreset } from '@veche/rules/presets.ts';
import { describe, expect, it } from 'vitest';
import { isAtLeastAsStrict, type Demands } from './strictness.ts';

const rule = (id: string) => findPreset(id, '2026-11-22')!.rule;
const test = (num: number, den: number, cmp: '>' | '>=' | '==', base: 'all' | 'participants' = 'all') =>
  ({ weight: 'area', side: 'for', base, cmp, num, den }) as const;
const single = (...demand: Parameters<typeof test>): Demands => ({ tests: [[test(...demand)]], quorum: [] });

describe('a rule that is stricter', () => {
  it('is two thirds of all than a half of all, and a half of all than a half of those who came', () => {
    const order = ['ru.two-thirds-all', 'ru.half-all', 'ru.participants'] as const;
    order.forEach((strict, i) =>
      order.forEach((lax, j) =>
        expect(isAtLeastAsStrict(rule(strict), rule(lax)), `${strict} ${lax}`).toBe(i <= j),
      ),
    );
  });

  it('is above a half than at least a half, and not the other way round', () => {
    expect(isAtLeastAsStrict(single(1, 2, '>'), single(2, 4, '>='))).toBe(true);
    expect(isAtLeastAsStrict(single(2, 4, '>='), single(1, 2, '>'))).toBe(false);
    expect(isAtLeastAsStrict(single(1, 1, '=='), single(2, 3, '>='))).toBe(true);
    expect(isAtLeastAsStrict(single(2, 3, '>='), single(1, 1, '=='))).toBe(false);
  });

  it('is one whose every way to pass is a way to pass the other', () => {
    const either: Demands = { tests: [[test(1, 2, '>')], [test(2, 3, '>=', 'participants')]], quorum: [] };
    expect(isAtLeastAsStrict(either, single(1, 2, '>'))).toBe(false);
    expect(isAtLeastAsStrict(single(1, 2, '>'), either)).toBe(true);
  });

  it('is not one in another weight, nor one without the quorum that is asked for', () => {
    const heads: Demands = { tests: [[{ ...test(1, 1, '>='), weight: 'head' }]], quorum: [] };
    expect(isAtLeastAsStrict(heads, single(1, 2, '>'))).toBe(false);
    const quorum = [{ weight: 'area', cmp: '>', num: 1, den: 2 } as const];
    const small: Demands = { tests: [[test(1, 2, '>', 'participants')]], quorum: [] };
    expect(isAtLeastAsStrict(small, { ...small, quorum })).toBe(false);
    expect(isAtLeastAsStrict({ ...small, quorum }, small)).toBe(true);
  });
});
