// What a rule may ask that this house cannot do yet: better no meeting by it than one that is counted wrongly.
// Each line here goes when the house has learnt it; the count itself can do them all.
import type { DecisionRule } from '@veche/rules/decision-rule.ts';

/** `secret-ballot`: ballots carry their voter here. `irrevocable`: a ballot may be replaced here until the end. */
export type Limit = 'secret-ballot' | 'irrevocable';

/** Why a meeting by the rule cannot be held here; null when it can. */
export function limitOf({ secrecy, revote }: DecisionRule): Limit | null {
  if (secrecy === 'secret') return 'secret-ballot';
  if (revote === 'never') return 'irrevocable';
  return null;
}
