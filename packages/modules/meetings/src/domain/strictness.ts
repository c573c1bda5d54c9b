// Whether one decision rule is at least as strict as another: then no outcome that passes the first fails the second.
// Says yes only where that can be shown from the tests; two rules may each be no stricter than the other.
import type { DecisionRule, Test } from '@veche/rules/decision-rule.ts';

/** From the widest: what is above a part of a wider base is above the same part of a narrower one. */
const BASES: readonly string[] = ['all', 'participants', 'cast', 'expressed'];

/** What of a rule says which outcomes pass. */
export type Demands = Pick<DecisionRule, 'tests' | 'quorum'>;

/** Every way to pass `rule` is a way to pass `required`. */
export const isAtLeastAsStrict = (rule: Demands, required: Demands): boolean =>
  rule.tests.every((group) =>
    required.tests.some((wanted) => wanted.every((test) => group.some((one) => implies(one, test)))),
  ) &&
  required.quorum.every(
    (wanted) =>
      rule.quorum.some((one) => one.weight === wanted.weight && isAbove(one, wanted)) ||
      // Votes for are votes of participants: enough of them are a quorum.
      rule.tests.every((group) =>
        group.some(
          (one) =>
            one.side === 'for' && one.base === 'all' && one.weight === wanted.weight && isAbove(one, wanted),
        ),
      ),
  );

function implies(one: Test, other: Test): boolean {
  if (one.weight !== other.weight || one.side !== other.side) return false;
  if (one.base === other.base && one.cmp === other.cmp && one.num === other.num && one.den === other.den)
    return true;
  if (one.side !== 'for') return false;
  const [wide, narrow] = [BASES.indexOf(one.base), BASES.indexOf(other.base)];
  return wide >= 0 && narrow >= 0 && wide <= narrow && isAbove(one, other);
}

type Threshold = Pick<Test, 'cmp' | 'num' | 'den'>;

/** What meets the first meets the second, of the same amounts. */
function isAbove(one: Threshold, other: Threshold): boolean {
  const isLower = ({ cmp }: Threshold) => cmp === '>' || cmp === '>=' || cmp === '==';
  if (!isLower(one) || other.cmp === '==' || !isLower(other)) return false;
  const [a, b] = [BigInt(one.num) * BigInt(other.den), BigInt(other.num) * BigInt(one.den)];
  return a > b || (a === b && (other.cmp === '>=' || one.cmp === '>'));
}
