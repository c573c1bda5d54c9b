// What a bench gives back: named figures with units, and ratios held against a limit stated beside them.

export type Figure = {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** A promise: the value must be at least, or at most, this. */
  readonly limit?: { readonly atLeast: number } | { readonly atMost: number };
};

export const holds = ({ value, limit }: Figure): boolean =>
  !limit || ('atLeast' in limit ? value >= limit.atLeast : value <= limit.atMost);

export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
};

export const lineOf = (figure: Figure): string => {
  const { name, value, unit, limit } = figure;
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  const promise = limit
    ? 'atLeast' in limit
      ? `  (at least ${limit.atLeast})`
      : `  (at most ${limit.atMost})`
    : '';
  return `  ${holds(figure) ? ' ' : '!'} ${name.padEnd(64)} ${value.toFixed(digits).padStart(10)} ${unit}${promise}`;
};
