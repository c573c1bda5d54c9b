import { rational } from '@veche/core/rational.ts';
import { expect, expectTypeOf, it } from 'vitest';
import { addAmounts, amountOf, compareAmounts, subtractAmounts, timesAmount, type Amount } from './amount.ts';

const metres = amountOf('area', rational(543_000));
const heads = amountOf('head', rational(3));

it('adds, subtracts and compares what weighs the same', () => {
  expect(addAmounts(metres, metres)).toEqual(rational(1_086_000));
  expect(subtractAmounts(heads, timesAmount(heads, rational(1, 3)))).toEqual(rational(2));
  expect(compareAmounts(heads, heads)).toBe(0);
});

it('does not compile where square metres would meet heads', () => {
  // @ts-expect-error heads are no square metres
  compareAmounts(metres, heads);
  // @ts-expect-error nor may they be added
  addAmounts(metres, heads);
  // @ts-expect-error and an amount of something is not an amount of whatever
  expect((metres satisfies Amount<'area' | 'head'>).den).toBe(1n);
  expectTypeOf<Amount<'share'>>().not.toExtend<Amount<'area'>>();
});
