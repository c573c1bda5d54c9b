// A share that changes hands while voting goes on. The law is not clear about it, so the notice says which of three ways
// holds; nobody chooses once it is known who sells. Pure: the register says when a share passed, the box what was cast.

/**
 * - `stays`: the roll of the opening decides to the end; whoever owned then votes, and the vote stands;
 * - `follows-title`: the vote goes with the share: from its day on the new owner casts it, and what the old one cast
 *   counts until then;
 * - `void`: a sold share is cast by nobody any more, and what was cast for it no longer counts; it stays in the base.
 */
export type SaleRule = 'stays' | 'follows-title' | 'void';

/** From a moment on a share has another holder; in the order of time. */
export type Passing = {
  /** The first moment of its day in the building's time zone. */
  readonly at: Date;
  /** Null: an unknown owner, or one whose title is frozen. */
  readonly to: string | null;
};

/**
 * Who may cast an entitlement at a moment of the vote.
 * @param voter - on the roll; null: nobody
 */
export function findCaster(
  rule: SaleRule,
  voter: string | null,
  passings: readonly Passing[],
  at: Date,
): string | null {
  if (rule === 'stays') return voter;
  const last = passings.findLast((passing) => passing.at <= at);
  if (!last) return voter;
  return rule === 'follows-title' ? last.to : null;
}

export type CastVote = { readonly castAt: Date; readonly by: string };

/**
 * Which vote counts for an entitlement at the close, of those cast for it in the order of the log; null: none. A vote by
 * somebody who could not cast it at the time is passed over, whenever it came.
 */
export function findCountedVote<Vote extends CastVote>(
  rule: SaleRule,
  voter: string | null,
  passings: readonly Passing[],
  votes: readonly Vote[],
  closesAt: Date,
): Vote | null {
  const within = passings.filter(({ at }) => at < closesAt);
  if (rule === 'void' && within.length > 0) return null;
  return (
    votes.findLast(({ by, castAt }) => castAt < closesAt && findCaster(rule, voter, within, castAt) === by) ??
    null
  );
}
