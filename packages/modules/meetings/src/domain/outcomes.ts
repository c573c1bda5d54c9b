// The words for what an item has come to, shared by contract and pages. Decides nothing.

/** `undecided-…`: the count did not pass the item, and by its rule the chair, a court or a further vote may. */
export const OUTCOMES = [
  'passed',
  'failed',
  'no-quorum',
  'undecided-chair',
  'undecided-court',
  'undecided-vote',
] as const;
export type Outcome = (typeof OUTCOMES)[number];
