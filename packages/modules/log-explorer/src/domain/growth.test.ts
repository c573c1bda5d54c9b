import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { barsOf } from './growth.ts';

const HOUR = 3_600;

describe('the growth of the log', () => {
  it('counts the entries of each hour, quiet hours too', () => {
    const points = [
      { at: 10 * HOUR, size: 0 },
      { at: 12 * HOUR, size: 2 },
      { at: 15 * HOUR, size: 4 },
    ];
    const bars = barsOf(points, 9, 16.5 * HOUR, HOUR, 8);
    expect(bars.map(({ at, entries }) => [at / HOUR, entries])).toEqual([
      [9, 0],
      [10, 2],
      [11, 0],
      [12, 2],
      [13, 0],
      [14, 0],
      [15, 5],
      [16, 0],
    ]);
  });

  it('leaves out what was there before the span', () => {
    expect(barsOf([{ at: 0, size: 0 }], 7, 100 * HOUR, HOUR, 3).map(({ entries }) => entries)).toEqual([
      0, 0, 0,
    ]);
  });

  it('adds up to every entry when the span begins before the first', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 99 }), fc.integer({ min: 1, max: 50 }))),
        (given) => {
          const hours = [...new Map(given)].sort(([a], [b]) => a - b);
          let size = 0;
          const points = hours.map(([hour, entries]) => {
            const point = { at: hour * HOUR, size };
            size += entries;
            return point;
          });
          const bars = barsOf(points, size, 99.9 * HOUR, 4 * HOUR, 25);
          expect(bars.reduce((sum, { entries }) => sum + entries, 0)).toBe(size);
        },
      ),
    );
  });
});
