import { describe, expect, it } from 'vitest';
import { agoOf } from './ago.ts';

describe('how long ago', () => {
  it.each([
    [-5, 'seconds', 0],
    [0, 'seconds', 0],
    [59.9, 'seconds', 59],
    [60, 'minutes', 1],
    [3_599, 'minutes', 59],
    [3_600, 'hours', 1],
    [172_799, 'hours', 47],
    [172_800, 'days', 2],
  ] as const)('%d seconds are told in %s', (seconds, unit, count) =>
    expect(agoOf(seconds)).toEqual({ unit, count }),
  );
});
