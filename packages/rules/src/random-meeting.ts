// Random meetings for tests of any count, this package's and the auditor's own. It must never run outside of tests; the
// library that makes the randomness is handed in, so that nothing here depends on it.
import type * as FastCheck from 'fast-check';
import type { Ballot, Choice, CountInput, RollRecord } from './count.ts';
import type { DecisionRule, QuorumTest, Test } from './decision-rule.ts';

/** How a premises may be shared: numerators over their sum. */
const SPLITS = [[1], [1, 1], [1, 1, 1], [3, 1], [2, 3], [1, 2, 4], [5, 7], [1, 1, 1, 1, 1, 1]];

/**
 * Meetings of 1 to 12 premises, co-owners, unknown owners, owners of several premises, full and partial revotes, and
 * rules of the whole shape.
 */
export function arbitraryMeeting(fc: typeof FastCheck): FastCheck.Arbitrary<CountInput> {
  const comparison = {
    weight: fc.constantFrom('area' as const, 'share' as const, 'head' as const, 'unit' as const),
    cmp: fc.constantFrom('>' as const, '>=' as const, '<=' as const, '<' as const, '==' as const),
    num: fc.integer({ min: 0, max: 5 }),
    den: fc.integer({ min: 1, max: 5 }),
  };
  const quorumTest: FastCheck.Arbitrary<QuorumTest> = fc.record(comparison);
  const test: FastCheck.Arbitrary<Test> = fc.record({
    ...comparison,
    side: fc.constantFrom('for' as const, 'against' as const),
    base: fc.constantFrom('all' as const, 'participants' as const, 'cast' as const, 'expressed' as const),
  });
  const rule: FastCheck.Arbitrary<DecisionRule> = fc.record({
    id: fc.constant('test.random'),
    version: fc.integer({ min: 1, max: 9 }),
    regime: fc.constant('test'),
    effectiveFrom: fc.constant('2020-01-01'),
    legalRef: fc.constant('none'),
    confidence: fc.constant('unconfirmed' as const),
    tests: fc.array(fc.array(test, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 3 }),
    quorum: fc.array(quorumTest, { maxLength: 2 }),
    quorumScope: fc.constantFrom('meeting' as const, 'item' as const),
    abstain: fc.constantFrom('in-base' as const, 'out-of-base' as const),
  });
  const premises = fc.record({
    areaCm2: fc.integer({ min: 1, max: 2_000_000 }),
    split: fc.constantFrom(...SPLITS),
    // Few voters for many premises, so that some own several; 0 is an unknown owner.
    owners: fc.array(fc.integer({ min: 0, max: 7 }), { minLength: 6, maxLength: 6 }),
  });
  const vote = fc.record({
    voter: fc.integer({ min: 1, max: 7 }),
    /** Which of the voter's entitlements the ballot lists. */
    mask: fc.integer({ min: 1, max: 0xffff }),
    marks: fc.array(fc.constantFrom<Choice | null>('for', 'against', 'abstain', null), {
      minLength: 3,
      maxLength: 3,
    }),
  });
  return fc
    .record({
      premises: fc.array(premises, { minLength: 1, maxLength: 12 }),
      rules: fc.array(rule, { minLength: 1, maxLength: 3 }),
      votes: fc.array(vote, { maxLength: 20 }),
    })
    .map(({ premises: units, rules, votes }) => {
      const roll: RollRecord[] = units.flatMap(({ areaCm2, split, owners }, u) =>
        split.map((part, o) => ({
          entitlement: `e${u}-${o}`,
          voter: owners[o] === 0 ? '' : `v${owners[o]}`,
          unit: `u${u}`,
          entrance: String(1 + (u % 3)),
          areaCm2,
          share: shareText(part, split),
        })),
      );
      const items = rules.map((itemRule, i) => ({ id: `i${i + 1}`, number: i + 1, rule: itemRule }));
      const ballots = votes.flatMap(({ voter, mask, marks }): Ballot[] => {
        const held = roll.filter((record) => record.voter === `v${voter}`);
        const entitlements = held
          .filter((_, i) => ((mask >> (i % 16)) & 1) === 1)
          .map(({ entitlement }) => entitlement)
          .sort();
        if (entitlements.length === 0) return [];
        const choices = items.flatMap(({ id }, i) => (marks[i] ? [[id, marks[i]] as const] : []));
        return [{ voter: `v${voter}`, entitlements, choices: Object.fromEntries(choices) }];
      });
      return { meeting: 'm1', items, roll, ballots };
    });
}

function shareText(part: number, split: readonly number[]): string {
  const whole = split.reduce((sum, one) => sum + one, 0);
  const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b));
  const common = divisor(whole, part);
  return whole === part ? '1' : `${part / common}/${whole / common}`;
}
