// ИНН, the Russian tax number: 10 digits for a legal entity, 12 for a person, with check digits (order of the Federal
// Tax Service on the structure of the number). It is personal data: never in logs or error texts.
import { refuse, type Refusal } from '@veche/core/refusal.ts';

const WEIGHTS_10 = [2, 4, 10, 3, 5, 9, 4, 6, 8];
const WEIGHTS_11 = [7, 2, 4, 10, 3, 5, 9, 4, 6, 8];
const WEIGHTS_12 = [3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8];

const checkDigit = (digits: string, weights: readonly number[]): string =>
  String((weights.reduce((total, weight, i) => total + weight * Number(digits[i]), 0) % 11) % 10);

/**
 * Reads a tax number; spaces are allowed.
 * @returns the bare digits, or why it is not one.
 */
export function parseTaxNumber(
  text: string,
): string | Refusal<'tax-number-malformed' | 'tax-number-check-digit'> {
  const digits = text.replace(/[\s\u00a0]/g, '');
  if (!/^(\d{10}|\d{12})$/.test(digits) || /^0+$/.test(digits)) return refuse('tax-number-malformed');
  return completeTaxNumber(digits.slice(0, digits.length === 10 ? 9 : 10)) === digits
    ? digits
    : refuse('tax-number-check-digit');
}

/**
 * The number with its check digits: of 9 digits a legal entity's, of 10 digits a person's.
 * @throws RangeError: when `digits` is neither.
 */
export function completeTaxNumber(digits: string): string {
  if (/^\d{9}$/.test(digits)) return digits + checkDigit(digits, WEIGHTS_10);
  if (!/^\d{10}$/.test(digits)) throw new RangeError('expected 9 or 10 digits');
  const eleven = digits + checkDigit(digits, WEIGHTS_11);
  return eleven + checkDigit(eleven, WEIGHTS_12);
}
