// What whoever calls a meeting chooses once for the whole of it. Read by the contract, and so by every page: words only.

/** A meeting every year, or one for a reason of its own. */
export const KINDS = ['annual', 'extraordinary'] as const;
export type MeetingKind = (typeof KINDS)[number];

/**
 * Who calls: an owner; owners of a tenth of all votes, through the managing company; that company; the council of the
 * house.
 */
export const CONVENERS = ['owner', 'tenth', 'management', 'council'] as const;
export type Convener = (typeof CONVENERS)[number];

/**
 * What becomes of the vote of a share that passes to somebody else while voting goes on. `stays`: the roll of the opening
 * decides to the end; `follows-title`: the new owner votes, and what the old one cast counts until then; `void`: nobody
 * votes with it any more.
 */
export const SALE_POLICIES = ['stays', 'follows-title', 'void'] as const;
export type SalePolicy = (typeof SALE_POLICIES)[number];
