import { add, equals, multiply, one, rational, zero } from '@veche/core/rational.ts';
import { encodeHex } from '@veche/ledger/bytes.ts';
import { encodeCanonicalBytes } from '@veche/ledger/jcs.ts';
import { parseRollRecord } from '@veche/ledger/meeting.ts';
import { rootOf } from '@veche/ledger/tree.ts';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeRoll, publishedRecord, weightOf, type Holding } from './roll.ts';

/** Repeats, and never gives the same bytes twice within a test. */
function seeded(): (length: number) => Uint8Array {
  let state = 1;
  return (length) =>
    Uint8Array.from({ length }, () => {
      state = (state * 48_271) % 2_147_483_647;
      return state & 255;
    });
}

const holding = (
  premisesId: string,
  personId: string | null,
  num = 1,
  den = 1,
  areaCm2 = 500_000,
): Holding => ({
  premisesId,
  number: premisesId,
  kind: 'flat',
  entrance: '1',
  areaCm2,
  personId,
  share: rational(num, den),
});

describe('the roll', () => {
  it('gives a person one pseudonym over all their premises, and co-owners one each', () => {
    const { entries, heads } = makeRoll(
      [holding('1', 'anna'), holding('2', 'anna', 1, 3), holding('2', 'boris', 2, 3)],
      seeded(),
    );
    const voterOf = (person: string) =>
      new Set(entries.filter(({ personId }) => personId === person).map(({ voter }) => voter));
    expect(voterOf('anna').size).toBe(1);
    expect(voterOf('boris').size).toBe(1);
    expect(voterOf('anna')).not.toEqual(voterOf('boris'));
    expect(heads).toBe(2);
    expect(new Set(entries.map(({ unit }) => unit)).size).toBe(2);
  });

  it('keeps an unknown owner in the base without a voter, each as a head of their own', () => {
    const { entries, heads, weight } = makeRoll([holding('1', null), holding('2', null)], seeded());
    expect(entries.map(({ voter }) => voter)).toEqual(['', '']);
    expect(heads).toBe(2);
    expect(weight).toEqual(rational(1_000_000));
  });

  it('gives a share that no title covers to an unknown owner', () => {
    const { entries } = makeRoll([holding('1', 'anna', 1, 3)], seeded());
    expect(entries.map(({ voter, share }) => [voter === '', share]).sort()).toEqual([
      [false, '1/3'],
      [true, '2/3'],
    ]);
  });

  it('leaves out premises without area, and refuses shares above one or a register without area', () => {
    expect(makeRoll([holding('1', 'anna'), holding('2', 'boris', 1, 1, 0)], seeded()).entries).toHaveLength(
      1,
    );
    expect(() => makeRoll([holding('1', 'anna'), holding('1', 'boris', 1, 7)], seeded())).toThrow(
      'shares-above-one',
    );
    expect(() => makeRoll([holding('1', 'anna', 1, 1, 0)], seeded())).toThrow('empty-register');
  });

  it('tells nothing by its order, and publishes neither persons nor numbers of premises', () => {
    const { entries } = makeRoll(
      Array.from({ length: 40 }, (_, i) => holding(`flat-${i}`, `person-${i}`)),
      seeded(),
    );
    const ids = entries.map(({ entitlement }) => entitlement);
    expect(ids).toEqual([...ids].sort());
    expect(entries.map(({ premisesId }) => premisesId)).not.toEqual(
      Array.from({ length: 40 }, (_, i) => `flat-${i}`),
    );
    expect(JSON.stringify(entries.map(publishedRecord))).not.toMatch(/person|flat/);
  });

  it('is whole for any register: shares of a unit sum to 1, weights to the area, and the root is RFC 6962', () => {
    const registers = fc.array(
      fc.record({
        areaCm2: fc.integer({ min: 1, max: 5_000_000 }),
        parts: fc.array(fc.tuple(fc.option(fc.integer({ min: 0, max: 9 })), fc.integer({ min: 1, max: 9 })), {
          minLength: 1,
          maxLength: 5,
        }),
        gap: fc.integer({ min: 0, max: 4 }),
      }),
      { minLength: 1, maxLength: 12 },
    );
    fc.assert(
      fc.property(registers, (units) => {
        const holdings = units.flatMap(({ areaCm2, parts, gap }, i) => {
          const whole = parts.reduce((all, [, part]) => all + part, gap);
          return parts.map(([person, part]) =>
            holding(`u${i}`, person === null ? null : `p${person}`, part, whole, areaCm2),
          );
        });
        const roll = makeRoll(holdings, seeded());
        const shares = new Map<string, ReturnType<typeof rational>>();
        for (const entry of roll.entries) {
          parseRollRecord(publishedRecord(entry));
          const weight = weightOf(entry);
          const share = multiply(weight, rational(1, entry.areaCm2));
          shares.set(entry.unit, add(shares.get(entry.unit) ?? zero, share));
        }
        expect([...shares.values()].every((share) => equals(share, one))).toBe(true);
        expect(roll.weight).toEqual(rational(units.reduce((all, { areaCm2 }) => all + areaCm2, 0)));
        expect(encodeHex(roll.root)).toBe(
          encodeHex(rootOf(roll.entries.map((entry) => encodeCanonicalBytes(publishedRecord(entry))))),
        );
      }),
      { numRuns: 60 },
    );
  });
});
