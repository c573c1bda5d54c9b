// Whether somebody in the building answers for a rule that no source confirms.
// What they answered for is the rule of that day: a file that was changed since is another rule.
import { encodeCanonical } from '@veche/ledger/jcs.ts';
import {
  parseDecisionRule,
  entrancesOf,
  nameEntrance,
  type DecisionRule,
} from '@veche/rules/decision-rule.ts';

/** A confirmation in force, as far as it says what was confirmed. */
export type Confirmed = { readonly rule: string; readonly version: number; readonly text: string };

/** Whether the rule, its entrance named or not, is the one that was confirmed. */
export function isSameRule(rule: DecisionRule, confirmed: Confirmed): boolean {
  if (confirmed.rule !== rule.id || confirmed.version !== rule.version) return false;
  const was = parseDecisionRule(JSON.parse(confirmed.text));
  const [entrance] = entrancesOf(rule);
  return (
    encodeCanonical(entrance === undefined ? was : nameEntrance(was, entrance)) === encodeCanonical(rule)
  );
}

/** A confirmation with its time: it may have been taken back. */
export type Word = Confirmed & { readonly confirmedAt: Date; readonly withdrawnAt: Date | null };

/** Whether somebody answered for the rule at the moment, and nobody does any more. */
export function isWithdrawn(rule: DecisionRule, words: readonly Word[], moment: Date): boolean {
  const before = words.filter(
    ({ confirmedAt, withdrawnAt }) => confirmedAt <= moment && (withdrawnAt === null || withdrawnAt > moment),
  );
  return (
    isConfirmedBy(rule, before) &&
    !isConfirmedBy(
      rule,
      words.filter(({ withdrawnAt }) => withdrawnAt === null),
    )
  );
}

/** Whether somebody in the building answers for the rule. */
export const isConfirmedBy = (rule: DecisionRule, confirmations: readonly Confirmed[]): boolean =>
  confirmations.some((one) => isSameRule(rule, one));
