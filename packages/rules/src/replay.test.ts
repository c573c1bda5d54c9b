import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CountInput } from './ballot-box.ts';
import { findPreset } from './presets.ts';
import { arbitraryMeeting } from './random-meeting.ts';
import { replay } from './replay.ts';

const rule = (id: string) => findPreset(id, '2026-11-22')!.rule;
/** 5296.48 m² took part of 9053.10 m² of premises; the building has 10,600 m² with its common parts. */
const disputed: CountInput = {
  meeting: 'm',
  items: [{ id: 'i1', number: 1, rule: rule('ru.participants') }],
  roll: [
    { entitlement: 'a', voter: 'a', unit: 'u1', entrance: '1', areaCm2: 52_964_800, share: '1' },
    { entitlement: 'b', voter: 'b', unit: 'u2', entrance: '1', areaCm2: 90_531_000 - 52_964_800, share: '1' },
  ],
  ballots: [{ voter: 'a', entitlements: ['a'], choices: { i1: 'for' } }],
};

describe('the closed box replayed', () => {
  it('over the whole building loses the quorum that it has over the premises', () => {
    const [item] = replay(disputed, { denominatorCm2: 106_000_000 });
    expect(item!.asPinned.verdict).toBe('passed');
    expect(item!.replayed.verdict).toBe('no-quorum');
    expect(item!.differences).toContainEqual({ at: 'quorum.0.of', was: '90531000', is: '106000000' });
    expect(item!.differences).toContainEqual({ at: 'verdict', was: 'passed', is: 'no-quorum' });
  });

  it('under the older rule for the same question fails where the newer passes', () => {
    const [item] = replay(
      { ...disputed, items: [{ ...disputed.items[0]!, rule: rule('ru.half-all') }] },
      { rule: rule('ru.two-thirds-all') },
    );
    expect([item!.asPinned.verdict, item!.replayed.verdict]).toEqual(['passed', 'failed']);
    expect(item!.differences.find(({ at }) => at === 'tests.0.0.margin')).toEqual({
      at: 'tests.0.0.margin',
      was: '7699300',
      is: '-7389200',
    });
  });

  it('refuses a base that is less than what took part', () => {
    expect(() => replay(disputed, { denominatorCm2: 52_964_799 })).toThrow(RangeError);
  });

  it('under its own rule and over its own base differs in nothing', () => {
    fc.assert(
      fc.property(
        arbitraryMeeting(fc, [rule('fr.26'), rule('es.ordinary.1'), rule('ru.half-all')]),
        (input) => {
          for (const { differences } of replay(input, {})) expect(differences).toEqual([]);
          const areaOfUnit = new Map(input.roll.map(({ unit, areaCm2 }) => [unit, areaCm2]));
          const denominatorCm2 = [...areaOfUnit.values()].reduce((all, one) => all + one, 0);
          for (const { differences } of replay(input, { denominatorCm2 })) expect(differences).toEqual([]);
        },
      ),
      { numRuns: 50 },
    );
  });
});
