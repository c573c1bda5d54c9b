// Sums of votes that know what they weigh: square metres, heads and premises never meet in one comparison.
// The compiler refuses to mix them; at run time an amount is a plain fraction.
import { add, compare, multiply, subtract, type Rational } from '@veche/core/rational.ts';
import type { Weight } from './decision-rule.ts';

declare const weightOfAmount: unique symbol;

/** A fraction in one weight: `area` in cm², `share` of the base `all`, `head` and `unit` in persons and premises. */
export type Amount<W extends Weight> = Rational & {
  /** Never there; in both positions, so that an amount of one weight is no amount of "some weight". */
  readonly [weightOfAmount]: (weight: W) => W;
};

/** Says what a fraction weighs: only where it is measured, never to make a comparison compile. */
export const amountOf = <W extends Weight>(_weight: W, value: Rational): Amount<W> => value as Amount<W>;

export const addAmounts = <W extends Weight>(a: Amount<W>, b: Amount<W>): Amount<W> => add(a, b) as Amount<W>;
export const subtractAmounts = <W extends Weight>(a: Amount<W>, b: Amount<W>): Amount<W> =>
  subtract(a, b) as Amount<W>;
/** A part of an amount. */
export const timesAmount = <W extends Weight>(amount: Amount<W>, factor: Rational): Amount<W> =>
  multiply(amount, factor) as Amount<W>;
/** Negative, zero or positive, as a is below, equal to or above b. */
export const compareAmounts = <W extends Weight>(a: Amount<W>, b: Amount<W>): number => compare(a, b);
