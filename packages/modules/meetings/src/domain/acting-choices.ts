// On what somebody acts for an owner, and why they may not: the closed lists that contract, pages and texts share. Pure.
import { BASES } from '@veche/people/register/representation.ts';
import { FREEZES } from '@veche/people/register/titles.ts';

/** On what somebody acts for an owner. `joint`: holds the share undivided; the consent of the others is presumed. */
export const ACTING_BASES = ['joint', ...BASES] as const;
export type ActingBasis = (typeof ACTING_BASES)[number];

/**
 * Why somebody who has to do with an entitlement may not cast it: `minor`, `ward`, `organisation`: others act for the owner;
 * the names of freezes; `ended`, `unbegun`: the paper holds no more, or not yet; `office`: an officer who watches over the
 * vote does not vote for the body too, two parts of one body have separate accounts; `passed`: the share was sold, or
 * passed otherwise, while voting went on, and by the notice the vote went with it or is void.
 */
export const NOT_ACTING = [
  'minor',
  'ward',
  'organisation',
  ...FREEZES,
  'ended',
  'unbegun',
  'office',
  'passed',
] as const;
export type NotActing = (typeof NOT_ACTING)[number];
