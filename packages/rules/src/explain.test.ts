import { add, compare, equals, multiply, parseRational, rational, sum } from '@veche/core/rational.ts';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countMeeting } from './count.ts';
import { explainItem, quantityOfArea, quantityOfPercent } from './explain.ts';
import { findPreset } from './presets.ts';
import { arbitraryMeeting } from './random-meeting.ts';

describe('an explained verdict', () => {
  const rule = findPreset('ru.two-thirds-all', '2026-01-01')!.rule;
  const roll = [
    { entitlement: 'a', voter: 'a', unit: '1', entrance: '1', areaCm2: 1_000_000, share: '1/3' },
    { entitlement: 'b', voter: 'b', unit: '1', entrance: '1', areaCm2: 1_000_000, share: '2/3' },
    { entitlement: 'c', voter: '', unit: '2', entrance: '1', areaCm2: 543_000, share: '1' },
  ];
  const ballots = [{ voter: 'b', entitlements: ['b'], choices: { i1: 'for' as const } }];
  const item = countMeeting({ meeting: 'm', items: [{ id: 'i1', number: 1, rule }], roll, ballots })
    .items[0]!;

  it('prints areas in m², exact and rounded, and says which is which', () => {
    const { quorum, groups, sides, verdict } = explainItem(item, rule);
    expect(verdict).toBe('no-quorum');
    expect(quorum[0]).toMatchObject({ measured: 'participants', base: 'all', unit: 'm2', holds: false });
    expect(groups[0]!.tests[0]).toEqual({
      unit: 'm2',
      weight: 'area',
      measured: 'for',
      have: { exact: '200/3', decimal: '66.67', rounded: true },
      base: 'all',
      of: { exact: '1543/10', decimal: '154.30', rounded: false },
      addends: [{ part: 'all', value: { exact: '1543/10', decimal: '154.30', rounded: false } }],
      cmp: '>=',
      num: 2,
      den: 3,
      min: null,
      need: { exact: '1543/15', decimal: '102.87', rounded: true },
      margin: { exact: '-181/5', decimal: '-36.20', rounded: false },
      percent: { exact: '200000/4629', decimal: '43.21', rounded: true },
      needPercent: { exact: '200/3', decimal: '66.67', rounded: true },
      holds: false,
    });
    expect(sides[0]).toEqual({
      part: 'for',
      area: { exact: '200/3', decimal: '66.67', rounded: true },
      percentOfAll: { exact: '200000/4629', decimal: '43.21', rounded: true },
    });
  });

  it('is refused for another version of the rule', () => {
    expect(() => explainItem(item, { ...rule, version: 2 })).toThrow(RangeError);
  });

  it('adds up on paper for any meeting: the base from its parts, have from need and margin', () => {
    fc.assert(
      fc.property(arbitraryMeeting(fc), (input) => {
        const result = countMeeting(input);
        result.items.forEach((counted, i) => {
          const { quorum, groups, tiers, fallback } = explainItem(counted, input.items[i]!.rule);
          const tests = [...groups, ...tiers.flatMap((tier) => tier.groups)].flatMap((group) => group.tests);
          for (const test of [...quorum, ...tests, ...(fallback?.trigger ?? [])]) {
            const of = parseRational(test.of.exact);
            expect(equals(sum(test.addends.map(({ value }) => parseRational(value.exact))), of)).toBe(true);
            const part = multiply(of, rational(test.num, test.den));
            const least = rational(test.min ?? 0);
            expect(parseRational(test.need.exact)).toEqual(compare(part, least) < 0 ? least : part);
            const reached = add(parseRational(test.need.exact), parseRational(test.margin.exact));
            expect(equals(reached, parseRational(test.have.exact))).toBe(true);
          }
        });
      }),
    );
  });
});

describe('a quantity', () => {
  it.each([
    [543_000, '543/10', '54.30', false],
    ['505000/3', '101/6', '16.83', true],
    [1, '1/10000', '0.00', true],
    ['0', '0', '0.00', false],
  ])('of %s cm² is %s m², shown as %s', (cm2, exact, decimal, rounded) => {
    expect(quantityOfArea(cm2)).toEqual({ exact, decimal, rounded });
  });

  it('in percent is exact behind its two places: 95 of 2022 is 4.698318…', () => {
    expect(quantityOfPercent('95', '2022')).toEqual({ exact: '4750/1011', decimal: '4.70', rounded: true });
    expect(quantityOfPercent('5296480', '9053100')!.decimal).toBe('58.50');
    expect(quantityOfPercent('0', '0')).toBeNull();
  });
});
