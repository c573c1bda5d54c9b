// Shares of title: text of a register into an exact fraction. What is written counts, never what was probably meant.
import { compare, one, rational, zero, type Rational } from '@veche/core/rational.ts';
import { refuse, type Refusal } from '@veche/core/refusal.ts';

export type ShareRefusal = 'share-unreadable' | 'share-is-a-date' | 'share-inexact' | 'share-out-of-range';

export type Share = {
  readonly share: Rational;
  /**
   * Set when a decimal looks like a rounded common fraction: `0.33` is read as 33/100, and this is 1/3. Only for a
   * warning; the share itself stays what is written.
   */
  readonly looksLike: Rational | null;
};

const FRACTION = /^(\d{1,12})\s*[/\\⁄]\s*(\d{1,12})$/;
const DECIMAL = /^(\d{1,12})(?:[.,](\d+))?\s*(%?)$/;
const DATE = /^\d{4}-\d{2}-\d{2}$/;
/** More digits than anybody writes by hand: a computed number that lost its fraction. */
const MOST_DECIMALS = 10;

/**
 * Reads `1/3`, `0,5`, `50%`, `1`; an empty text is the whole.
 * @returns the share in (0, 1], or why the text is not one: `share-is-a-date` when a spreadsheet turned 1/3 into the
 *   first of March, `share-inexact` when it kept 0.333333333333333 in place of 1/3.
 */
export function parseShare(text: string): Share | Refusal<ShareRefusal> {
  const written = text.trim();
  if (written === '') return { share: one, looksLike: null };
  if (DATE.test(written)) return refuse('share-is-a-date');
  const fraction = FRACTION.exec(written);
  if (fraction) {
    if (BigInt(fraction[2]!) === 0n) return refuse('share-unreadable');
    return inRange(rational(BigInt(fraction[1]!), BigInt(fraction[2]!)), null);
  }
  const decimal = DECIMAL.exec(written);
  if (!decimal) return refuse('share-unreadable');
  const digits = (decimal[2] ?? '').replace(/0+$/, '');
  if (digits.length > MOST_DECIMALS) return refuse('share-inexact');
  const scale = 10n ** BigInt(digits.length) * (decimal[3] === '%' ? 100n : 1n);
  const share = rational(BigInt(decimal[1]! + digits), scale);
  return inRange(share, findRoundedFrom(share, scale));
}

function inRange(share: Rational, looksLike: Rational | null): Share | Refusal<'share-out-of-range'> {
  if (compare(share, zero) <= 0 || compare(share, one) > 0) return refuse('share-out-of-range');
  return { share, looksLike };
}

/** Fractions that people share by and that no decimal writes out: thirds, sixths, sevenths, ninths, twelfths. */
const ENDLESS = [3n, 6n, 7n, 9n, 12n];

/** The endless fraction that `share` is when cut or rounded to 1/scale; null when it is none, or has one digit only. */
function findRoundedFrom(share: Rational, scale: bigint): Rational | null {
  if (scale < 100n) return null;
  for (const den of ENDLESS) {
    for (let num = 1n; num < den; num++) {
      const candidate = rational(num, den);
      const distance = (share.num * den - num * share.den) * scale;
      const unit = share.den * den;
      const cutOrRounded = distance > -unit && 2n * distance <= unit;
      if (candidate.den === den && distance !== 0n && cutOrRounded) return candidate;
    }
  }
  return null;
}
