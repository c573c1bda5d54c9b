// What a rule may ask that this house cannot do yet: better no meeting by it than one that is counted wrongly.
// Each line here goes when the house has learnt it; the count itself can do them all.
import type { DecisionRule } from '@veche/rules/decision-rule.ts';

/**
 * `secret-ballot`: ballots carry their voter here. `irrevocable`: a ballot may be replaced here until the end. `marks`:
 * the register does not say who is a debtor, a party to the contract, the developer or the co-owners' representative.
 */
export type Limit = 'secret-ballot' | 'irrevocable' | 'marks';

/** Why a meeting by the rule cannot be held here; null when it can. */
export function limitOf({ secrecy, revote, weightPolicy, coOwners }: DecisionRule): Limit | null {
  if (secrecy === 'secret') return 'secret-ballot';
  if (revote === 'never') return 'irrevocable';
  if (weightPolicy?.exclude || weightPolicy?.reduce || coOwners === 'representative') return 'marks';
  return null;
}
