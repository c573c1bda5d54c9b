// Exact fractions of the auditor's own, so that a recount shares no arithmetic with the server whose count it checks.
import { LedgerFault } from './fault.ts';

/** In lowest terms; `den` is positive. */
export type Fraction = { readonly num: bigint; readonly den: bigint };

const divisor = (a: bigint, b: bigint): bigint => (b === 0n ? (a < 0n ? -a : a) : divisor(b, a % b));

/**
 * num/den in lowest terms; den is positive.
 * @example writeFraction(fraction(2n, 6n)) // '1/3'
 */
export function fraction(num: bigint, den: bigint = 1n): Fraction {
  if (den <= 0n) throw new RangeError('expected a positive denominator');
  const common = divisor(num, den);
  return { num: num / common, den: den / common };
}

/**
 * a + b.
 * @example writeFraction(plus(fraction(1n, 2n), fraction(1n, 3n))) // '5/6'
 */
export const plus = (a: Fraction, b: Fraction): Fraction =>
  fraction(a.num * b.den + b.num * a.den, a.den * b.den);
/**
 * a − b.
 * @example writeFraction(minus(fraction(1n, 3n), fraction(1n, 2n))) // '-1/6'
 */
export const minus = (a: Fraction, b: Fraction): Fraction =>
  fraction(a.num * b.den - b.num * a.den, a.den * b.den);
/**
 * a · b.
 * @example writeFraction(times(fraction(2n, 3n), fraction(3n, 4n))) // '1/2'
 */
export const times = (a: Fraction, b: Fraction): Fraction => fraction(a.num * b.num, a.den * b.den);
/**
 * a/b for a positive b.
 * @example writeFraction(over(fraction(1n), fraction(3n))) // '1/3'
 */
export const over = (a: Fraction, b: Fraction): Fraction => fraction(a.num * b.den, a.den * b.num);
/**
 * Below zero, zero or above, as a is below, equal to or above b.
 * @example order(fraction(1n, 3n), fraction(1n, 2n)) // -1
 */
export const order = (a: Fraction, b: Fraction): number =>
  Number(a.num * b.den > b.num * a.den) - Number(a.num * b.den < b.num * a.den);

/**
 * `n` when whole, else `n/d`.
 * @example writeFraction(fraction(6n, 3n)) // '2'
 */
export const writeFraction = ({ num, den }: Fraction): string => (den === 1n ? String(num) : `${num}/${den}`);

/** Longer than any sum of a real roll; beyond it a text is hostile. */
const MAX_DIGITS = 2_000;

/**
 * The fraction, zero or more, that {@link writeFraction} wrote.
 * @throws LedgerFault `payload`: when the text is not in that form, lowest terms included.
 * @example readFraction('1/3') // { num: 1n, den: 3n }
 */
export function readFraction(text: string): Fraction {
  const match = text.length <= MAX_DIGITS ? /^(0|[1-9][0-9]*)(?:\/([1-9][0-9]*))?$/.exec(text) : null;
  if (match) {
    const value = fraction(BigInt(match[1]!), BigInt(match[2] ?? 1));
    if (writeFraction(value) === text) return value;
  }
  throw new LedgerFault('payload', 'expected a fraction in lowest terms');
}

/**
 * Whether {@link readFraction} accepts the text.
 * @example isFractionText('2/6') // false
 */
export function isFractionText(text: string): boolean {
  try {
    readFraction(text);
    return true;
  } catch {
    return false;
  }
}
