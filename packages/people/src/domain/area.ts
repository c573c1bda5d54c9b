// Areas: text of a register into whole square centimetres, exactly. No float is made on the way.
import { refuse, type Refusal } from '@veche/core/refusal.ts';

const NUMBER = /^(\d{1,3}(?:[ \u00a0\u202f]\d{3})+|\d+)(?:[.,](\d+))?$/;
const UNIT = /\s*(кв\.?\s*м\.?|м\s*кв\.?|м2|м²|m2|m²|sq\.?\s*m\.?)$/i;
/** 1 km²: no building has more; also keeps every sum far inside the safe integers. */
const MOST_CM2 = 10_000_000_000n;

/**
 * Reads `54,3`, `54.30 м²`, `1 204.5`: square metres as written in a register.
 * @returns cm², a positive integer; or why the text is not one: `area-too-fine` when there are digits below 1 cm²
 *   (four decimals of a square metre).
 */
export function parseArea(
  text: string,
): number | Refusal<'area-missing' | 'area-unreadable' | 'area-too-fine' | 'area-out-of-range'> {
  const digits = text.trim().replace(UNIT, '');
  if (digits === '') return refuse('area-missing');
  const match = NUMBER.exec(digits);
  if (!match) return refuse('area-unreadable');
  const fraction = (match[2] ?? '').replace(/0+$/, '');
  if (fraction.length > 4) return refuse('area-too-fine');
  const cm2 = BigInt(match[1]!.replace(/\D/g, '')) * 10_000n + BigInt(fraction.padEnd(4, '0'));
  if (cm2 <= 0n || cm2 > MOST_CM2) return refuse('area-out-of-range');
  return Number(cm2);
}

/** cm² as square metres with a point and at least one decimal, exactly: 543000 is `54.3`. */
export function formatArea(areaCm2: number): string {
  const cm2 = BigInt(areaCm2);
  const fraction = (cm2 % 10_000n).toString().padStart(4, '0').replace(/0+$/, '');
  return `${cm2 / 10_000n}.${fraction || '0'}`;
}
