import { describe, expect, it } from 'vitest';
import { parseDecisionRule, RuleFault, type Test } from './decision-rule.ts';
import { findPreset } from './presets.ts';

const sound = findPreset('ru.two-thirds-all', '2026-01-01')!.rule;

/** Everything that a rule may say. */
const full = {
  ...sound,
  effectiveTo: '2030-01-01',
  quorum: [{ weight: 'head', cmp: '>=', num: 1, den: 2, min: 2, entrance: '3' }],
  coOwners: 'majority-in-interest',
  tie: 'court',
  secrecy: 'secret',
  blank: 'out-of-base',
  spoiled: 'in-base',
  revote: 'never',
  quorumMode: 'any',
  quorumAt: 'each-vote',
  silent: 'for',
  fallback: {
    kind: 'second-call',
    on: ['no-quorum', 'failed'],
    trigger: [{ weight: 'share', side: 'for', base: 'entrance:3', cmp: '>=', num: 1, den: 3 }],
    rule: 'test.second',
    minDelay: 'PT30M',
    maxDelay: 'P1M10DT2H',
    maxDepth: 1,
  },
  tier: [
    { effect: 'costs-on-all', tests: sound.tests },
    { effect: 'costs-on-yes-voters', tests: [] },
  ],
  weightPolicy: {
    cap: 'sum-of-others',
    reduce: { who: 'original-owner', num: 1, den: 3, holding: { num: 1, den: 2 }, unitsAbove: 2 },
    exclude: ['conflict', 'debtor', 'association-owned'],
    excludeFromBase: true,
  },
};

describe('a decision rule read from JSON', () => {
  it('comes back as it was', () => {
    expect(parseDecisionRule(JSON.parse(JSON.stringify(sound)))).toEqual(sound);
    expect(parseDecisionRule(full)).toEqual(full);
  });

  const test = sound.tests[0]![0]!;
  it.each([
    ['rule', null],
    ['rule', [sound]],
    ['rule.surprise', { ...sound, surprise: 1 }],
    ['rule.tests', Object.fromEntries(Object.entries(sound).filter(([field]) => field !== 'tests'))],
    ['id', { ...sound, id: 'Two thirds' }],
    ['version', { ...sound, version: 0 }],
    ['version', { ...sound, version: 1.5 }],
    ['effectiveFrom', { ...sound, effectiveFrom: '1.9.2024' }],
    ['confidence', { ...sound, confidence: 'sure' }],
    ['tests', { ...sound, tests: [] }],
    ['tests.0', { ...sound, tests: [[]] }],
    ['tests.0.0.base', { ...sound, tests: [[{ ...test, base: 'everybody' }]] }],
    ['tests.0.0.side', { ...sound, tests: [[{ ...test, side: 'abstain' }]] }],
    ['tests.0.0.cmp', { ...sound, tests: [[{ ...test, cmp: '=>' }]] }],
    ['tests.0.0.den', { ...sound, tests: [[{ ...test, den: 0 }]] }],
    ['tests.0.0.num', { ...sound, tests: [[{ ...test, num: 0.5 }]] }],
    ['quorum.0.side', { ...sound, quorum: [{ ...sound.quorum[0]!, side: 'for' }] }],
    ['quorumScope', { ...sound, quorumScope: 'house' }],
    ['tests.0.0.base', { ...sound, tests: [[{ ...test, base: 'entrance:' }]] }],
    ['quorum.0.min', { ...sound, quorum: [{ ...sound.quorum[0]!, min: 2 }] }],
    ['quorum.0.entrance', { ...sound, quorum: [{ ...sound.quorum[0]!, entrance: 2 }] }],
    ['coOwners', { ...sound, coOwners: 'together' }],
    ['secrecy', { ...sound, secrecy: 'half' }],
    ['tie', { ...sound, tie: 'passes' }],
    ['blank', { ...sound, blank: true }],
    ['silent', { ...sound, silent: 'against' }],
    ['fallback.on', { ...full, fallback: { ...full.fallback, on: [] } }],
    ['fallback.trigger.0.den', { ...full, fallback: { ...full.fallback, trigger: [{ ...test, den: 0 }] } }],
    ['fallback.minDelay', { ...full, fallback: { ...full.fallback, minDelay: '10 days' } }],
    ['fallback.maxDepth', { ...full, fallback: { ...full.fallback, maxDepth: 2 } }],
    ['fallback.until', { ...full, fallback: { ...full.fallback, until: 'P1D' } }],
    ['tier.0.effect', { ...full, tier: [{ effect: 'fireworks', tests: [] }] }],
    ['tier.1.tests.0', { ...full, tier: [full.tier[1], { effect: 'costs-on-all', tests: [[]] }] }],
    ['weightPolicy.exclude.0', { ...full, weightPolicy: { excludeFromBase: true, exclude: ['noisy'] } }],
    ['weightPolicy.excludeFromBase', { ...full, weightPolicy: { cap: 'sum-of-others' } }],
    [
      'weightPolicy.reduce.den',
      {
        ...full,
        weightPolicy: { excludeFromBase: false, reduce: { who: 'original-owner', num: 1, den: 0 } },
      },
    ],
  ])('is refused at %s', (at, value) => {
    expect(() => parseDecisionRule(value)).toThrowError(new RuleFault(at));
  });
});

describe('a test of a rule', () => {
  const test = sound.tests[0]![0]!;

  it('has one weight for both of its sides: heads measured against square metres do not compile', () => {
    // @ts-expect-error the base has no weight of its own
    const mixed: Test = { ...test, weight: 'head', of: 'area' };
    // @ts-expect-error nor are two weights one
    const both: Test = { ...test, weight: ['head', 'area'] };
    expect([mixed, both]).toHaveLength(2);
  });

  it.each([
    ['tests.0.0.of', { of: 'area' }],
    ['tests.0.0.baseWeight', { baseWeight: 'area' }],
    ['tests.0.0.weight', { weight: ['head', 'area'] }],
    ['tests.0.0.weight', { weight: 'head/area' }],
    ['tests.0.0.base', { base: { weight: 'area', of: 'all' } }],
  ])('read from JSON is refused at %s when it mixes them', (at, change) => {
    expect(() => parseDecisionRule({ ...sound, tests: [[{ ...test, ...change }]] })).toThrowError(
      new RuleFault(at),
    );
    expect(() => parseDecisionRule({ ...sound, quorum: [{ ...sound.quorum[0]!, ...change }] })).toThrow(
      RuleFault,
    );
  });
});
