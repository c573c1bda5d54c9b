import { expect, it } from 'vitest';
import { barOf } from './verdict-bar.ts';

const sides = { all: '100', participants: '181/3', for: '40', against: '10', abstain: '31/3', unmarked: '0' };
const test = {
  weight: 'area',
  side: 'for',
  base: 'participants',
  have: '40',
  of: '181/3',
  cmp: '>',
  num: 2,
  den: 4,
  need: '181/6',
  margin: '59/6',
  holds: true,
} as const;
const sums = { area: sides, head: sides, unit: sides };

it('sets the sides in a row that makes the whole building, exactly', () => {
  const { parts } = barOf({ sums, tests: [[test]] });
  expect(parts.map(({ part, value }) => [part, value])).toEqual([
    ['for', '40'],
    ['against', '10'],
    ['abstain', '31/3'],
    ['unmarked', '0'],
    ['absent', '119/3'],
  ]);
});

it('puts the line where the need stands among all votes, whatever its base', () => {
  expect(barOf({ sums, tests: [[test]] }).threshold).toEqual({
    need: '181/6',
    fraction: '1/2',
    base: 'participants',
    cmp: '>',
  });
});

it('brings a need in shares of the building to the same scale', () => {
  const share = { ...test, weight: 'share', base: 'all', need: '2/3', num: 2, den: 3, cmp: '>=' } as const;
  expect(barOf({ sums, tests: [[share]] }).threshold?.need).toBe('200/3');
});

it('draws no line where nothing is measured in area', () => {
  expect(barOf({ sums, tests: [[{ ...test, weight: 'head' }]] }).threshold).toBeNull();
});
