import { expect, it } from 'vitest';
import { parseAreaCm2 } from './area-input.ts';

it.each([
  ['54,3', 543_000],
  ['54.30', 543_000],
  ['24 315,7 м²', 243_157_000],
  ['24\u00a0315', 243_150_000],
  ['0', 0],
  ['', null],
  ['-3', null],
  ['1,23456', null],
  ['пятьдесят', null],
])('reads %j as %j cm²', (typed, cm2) => expect(parseAreaCm2(typed)).toBe(cm2));
