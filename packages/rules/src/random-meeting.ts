// Random meetings for tests of any count, this package's and the auditor's own. It must never run outside of tests; the
// library that makes the randomness is handed in, so that nothing here depends on it.
import type * as FastCheck from 'fast-check';
import type { Ballot, Choice, CountInput, RollRecord } from './ballot-box.ts';
import type {
  Base,
  DecisionRule,
  Fallback,
  QuorumTest,
  RuleOptions,
  Test,
  WeightPolicy,
} from './decision-rule.ts';

/** How a premises may be shared: numerators over their sum. */
const SPLITS = [[1], [1, 1], [1, 1, 1], [3, 1], [2, 3], [1, 2, 4], [5, 7], [1, 1, 1, 1, 1, 1]];

const MARKS = [
  'association-owned',
  'conflict:i1',
  'conflict:i2',
  'debtor',
  'original-owner',
  'representative',
];

/**
 * Meetings of 1 to 12 premises, co-owners, unknown owners, owners of several premises, full and partial revotes, marks
 * on the roll, and rules of the whole shape.
 * @param rules - only by these, instead of random ones
 */
export function arbitraryMeeting(
  fc: typeof FastCheck,
  rules?: readonly DecisionRule[],
): FastCheck.Arbitrary<CountInput> {
  const comparison = {
    weight: fc.constantFrom('area' as const, 'share' as const, 'head' as const, 'unit' as const),
    cmp: fc.constantFrom('>' as const, '>=' as const, '<=' as const, '<' as const, '==' as const),
    num: fc.integer({ min: 0, max: 5 }),
    den: fc.integer({ min: 1, max: 5 }),
  };
  const optional = <T extends object>(shape: { [K in keyof T]: FastCheck.Arbitrary<T[K]> }) =>
    fc.record(shape, { requiredKeys: [] }) as FastCheck.Arbitrary<Partial<T>>;
  const inBase = fc.constantFrom('in-base' as const, 'out-of-base' as const);
  const entrance = fc.constantFrom('1', '2', '9');
  const quorumTest: FastCheck.Arbitrary<QuorumTest> = fc
    .tuple(fc.record(comparison), optional({ min: fc.integer({ min: 1, max: 3 }), entrance }))
    .map(([required, { min, entrance: where }]) => ({
      ...required,
      ...(min !== undefined && (required.weight === 'head' || required.weight === 'unit') ? { min } : {}),
      ...(where === undefined ? {} : { entrance: where }),
    }));
  const test: FastCheck.Arbitrary<Test> = fc.record({
    ...comparison,
    side: fc.constantFrom('for' as const, 'against' as const),
    base: fc.oneof(
      fc.constantFrom<Base>('all', 'participants', 'cast', 'expressed'),
      entrance.map((name): Base => `entrance:${name}`),
    ),
  });
  const groups = (minLength: number) =>
    fc.array(fc.array(test, { minLength: 1, maxLength: 3 }), { minLength, maxLength: 3 });
  const fallback: FastCheck.Arbitrary<Fallback> = fc.record({
    kind: fc.constantFrom('second-vote' as const, 'ask-absent' as const),
    on: fc.constantFrom(['failed'] as const, ['no-quorum'] as const, ['failed', 'no-quorum'] as const),
    trigger: fc.array(test, { maxLength: 2 }),
    rule: fc.constant('test.second'),
    maxDepth: fc.constant(1 as const),
  });
  const weightPolicy: FastCheck.Arbitrary<WeightPolicy> = fc
    .tuple(
      fc.boolean(),
      optional<Required<Omit<WeightPolicy, 'excludeFromBase'>>>({
        cap: fc.constant('sum-of-others' as const),
        exclude: fc.subarray(['conflict', 'debtor', 'association-owned'] as const, { minLength: 1 }),
        reduce: fc.record({
          who: fc.constant('original-owner' as const),
          num: fc.constant(1),
          den: fc.integer({ min: 1, max: 3 }),
          holding: fc.record({ num: fc.integer({ min: 0, max: 1 }), den: fc.constant(2) }),
          unitsAbove: fc.nat(3),
        }),
      }),
    )
    .map(([excludeFromBase, rest]) => ({ excludeFromBase, ...rest }));
  const options: FastCheck.Arbitrary<RuleOptions> = optional<Required<RuleOptions>>({
    coOwners: fc.constantFrom('fractional', 'one-voice', 'majority-in-interest', 'representative'),
    tie: fc.constantFrom('fails', 'chair-casts', 'court'),
    secrecy: fc.constantFrom('named', 'secret'),
    blank: inBase,
    spoiled: inBase,
    revote: fc.constantFrom('never', 'until-close', 'until-all-heard'),
    quorumMode: fc.constantFrom('all', 'any'),
    quorumAt: fc.constantFrom('opening', 'each-vote', 'close'),
    silent: fc.constant('for'),
    fallback,
    tier: fc.array(
      fc.record({ effect: fc.constantFrom('costs-on-all', 'costs-on-yes-voters'), tests: groups(0) }),
      { minLength: 1, maxLength: 2 },
    ),
    weightPolicy,
  });
  const plainRule = fc.record({
    id: fc.constant('test.random'),
    version: fc.integer({ min: 1, max: 9 }),
    regime: fc.constant('test'),
    effectiveFrom: fc.constant('2020-01-01'),
    legalRef: fc.constant('none'),
    confidence: fc.constant('unconfirmed' as const),
    tests: groups(1),
    quorum: fc.array(quorumTest, { maxLength: 2 }),
    quorumScope: fc.constantFrom('meeting' as const, 'item' as const),
    abstain: inBase,
  });
  const rule: FastCheck.Arbitrary<DecisionRule> = rules
    ? fc.constantFrom(...rules)
    : fc.tuple(plainRule, options).map(([plain, rest]) => ({ ...plain, ...rest }));
  const premises = fc.record({
    areaCm2: fc.integer({ min: 1, max: 2_000_000 }),
    split: fc.constantFrom(...SPLITS),
    // Few voters for many premises, so that some own several; 0 is an unknown owner.
    owners: fc.array(fc.integer({ min: 0, max: 7 }), { minLength: 6, maxLength: 6 }),
    marks: fc.array(fc.subarray(MARKS, { maxLength: 2 }), { minLength: 6, maxLength: 6 }),
  });
  const vote = fc.record({
    voter: fc.integer({ min: 1, max: 7 }),
    /** Which of the voter's entitlements the ballot lists. */
    mask: fc.integer({ min: 1, max: 0xffff }),
    marks: fc.array(fc.constantFrom<Choice | null>('for', 'against', 'abstain', 'spoiled', null), {
      minLength: 3,
      maxLength: 3,
    }),
  });
  return fc
    .record({
      premises: fc.array(premises, { minLength: 1, maxLength: 12 }),
      rules: fc.array(fc.tuple(rule, fc.constantFrom(undefined, 1)), { minLength: 1, maxLength: 3 }),
      votes: fc.array(vote, { maxLength: 20 }),
    })
    .map(({ premises: units, rules: itemRules, votes }) => {
      const roll: RollRecord[] = units.flatMap(({ areaCm2, split, owners, marks }, u) =>
        split.map((part, o) => ({
          entitlement: `e${u}-${o}`,
          voter: owners[o] === 0 ? '' : `v${owners[o]}`,
          unit: `u${u}`,
          entrance: String(1 + (u % 3)),
          areaCm2,
          share: shareText(part, split),
          ...(marks[o]!.length === 0 ? {} : { marks: [...marks[o]!].sort() }),
        })),
      );
      const items = itemRules.map(([itemRule, round], i) => ({
        id: `i${i + 1}`,
        number: i + 1,
        rule: itemRule,
        ...(round === undefined ? {} : { round }),
      }));
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
