// Exact fractions of bigints: every share, area, weight and threshold of the product is one of these or an integer.
// Nothing here may ever produce a float that decides anything; `toDecimal` is for display only.

/** A fraction in lowest terms; `den` is always positive. */
export type Rational = { readonly num: bigint; readonly den: bigint };

const gcd = (a: bigint, b: bigint): bigint => {
  while (b !== 0n) [a, b] = [b, a % b];
  return a;
};

/**
 * The fraction num/den in lowest terms.
 * @throws RangeError: when den is zero.
 */
export function rational(num: bigint | number, den: bigint | number = 1n): Rational {
  let n = BigInt(num);
  let d = BigInt(den);
  if (d === 0n) throw new RangeError('expected a non-zero denominator');
  if (d < 0n) [n, d] = [-n, -d];
  const g = gcd(n < 0n ? -n : n, d);
  return g === 0n ? { num: 0n, den: 1n } : { num: n / g, den: d / g };
}

export const zero: Rational = { num: 0n, den: 1n };
export const one: Rational = { num: 1n, den: 1n };

export const add = (a: Rational, b: Rational): Rational =>
  rational(a.num * b.den + b.num * a.den, a.den * b.den);
export const subtract = (a: Rational, b: Rational): Rational =>
  rational(a.num * b.den - b.num * a.den, a.den * b.den);
export const multiply = (a: Rational, b: Rational): Rational => rational(a.num * b.num, a.den * b.den);
/** @throws RangeError: when b is zero. */
export const divide = (a: Rational, b: Rational): Rational => rational(a.num * b.den, a.den * b.num);
export const sum = (values: Iterable<Rational>): Rational => {
  let total = zero;
  for (const value of values) total = add(total, value);
  return total;
};

/** Negative, zero or positive, as a is below, equal to or above b. */
export const compare = (a: Rational, b: Rational): number => {
  const left = a.num * b.den;
  const right = b.num * a.den;
  return left < right ? -1 : left > right ? 1 : 0;
};
export const equals = (a: Rational, b: Rational): boolean => compare(a, b) === 0;

/** `n` when whole, else `n/d` in lowest terms: the one text form, in the log, in JSON and in the database. */
export const formatRational = (value: Rational): string =>
  value.den === 1n ? `${value.num}` : `${value.num}/${value.den}`;

const TEXT = /^(0|-?[1-9][0-9]*)(?:\/([1-9][0-9]*))?$/;

/**
 * Reads the form written by {@link formatRational}; anything else, `2/4` and `3/1` included, is refused.
 * @throws SyntaxError: when the text is not that form.
 */
export function parseRational(text: string): Rational {
  const match = TEXT.exec(text);
  if (match) {
    const value = rational(BigInt(match[1]!), match[2] === undefined ? 1n : BigInt(match[2]));
    if (formatRational(value) === text) return value;
  }
  throw new SyntaxError(
    `expected a fraction in lowest terms such as 3/7, got ${JSON.stringify(text.slice(0, 40))}`,
  );
}

/**
 * The value as decimal digits, rounded half away from zero to `digits` places: for people's eyes only.
 * @returns digits with a point, such as `54.30`; the caller sets it in the reader's locale.
 */
export function toDecimal(value: Rational, digits: number): string {
  const scale = 10n ** BigInt(digits);
  const negative = value.num < 0n;
  const doubled = 2n * (negative ? -value.num : value.num) * scale;
  const rounded = (doubled + value.den) / (2n * value.den);
  const text = rounded.toString().padStart(digits + 1, '0');
  const whole = text.slice(0, text.length - digits);
  return `${negative && rounded > 0n ? '-' : ''}${whole}${digits ? `.${text.slice(-digits)}` : ''}`;
}
