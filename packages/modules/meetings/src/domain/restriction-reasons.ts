// Why a vote may count for less than its share says, or for nothing. Read by the contract, and so by every page: words only.

/**
 * The first three take the vote. `other-speaks`: of several co-owners another one speaks for the premises, or nobody was
 * named. `original-owner` and `sum-of-others` cut the weight.
 */
export const RESTRICTIONS = [
  'conflict',
  'debtor',
  'association-owned',
  'other-speaks',
  'original-owner',
  'sum-of-others',
] as const;
export type RestrictionReason = (typeof RESTRICTIONS)[number];

/** Whether the rule may treat two entitlements of the same share differently: without it nobody need look at the roll. */
export const isRestricting = ({
  weightPolicy,
  coOwners,
}: {
  readonly weightPolicy?: object | undefined;
  readonly coOwners?: string | undefined;
}): boolean => weightPolicy !== undefined || coOwners === 'representative';
