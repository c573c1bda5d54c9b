// The house's register of decisions: which of them stand, by what was recorded of each later. Decides nothing of a vote.

/** What a later decision does to an earlier one. */
export const DECISION_LINKS = ['repeals', 'amends'] as const;
export type DecisionLinkKind = (typeof DECISION_LINKS)[number];

/** What decided an item: the vote it was put to first, what its rule grants after that, or the chair where votes were equal. */
export const DECIDED_HOW = [
  'vote',
  'second-vote',
  'second-call',
  'silent-assent',
  'ask-absent',
  'casting-vote',
] as const;
export type DecidedHow = (typeof DECIDED_HOW)[number];

export type DecisionLink = {
  readonly from: number;
  readonly to: number;
  readonly kind: DecisionLinkKind;
};

/** How an earlier decision stands today. `not-taken`: it did not pass, and so there is nothing to repeal. */
export type DecisionStanding = 'in-force' | 'amended' | 'repealed' | 'not-taken';

type Known = { readonly number: number; readonly passed: boolean };

/** Why a link cannot be recorded; null when it can. */
export function checkLink(
  link: DecisionLink,
  decisions: ReadonlyMap<number, Known>,
  links: readonly DecisionLink[],
): 'no-such-decision' | 'not-a-later-decision' | 'not-passed' | 'already-linked' | null {
  const [later, earlier] = [decisions.get(link.from), decisions.get(link.to)];
  if (!later || !earlier) return 'no-such-decision';
  if (link.from <= link.to) return 'not-a-later-decision';
  if (!later.passed || !earlier.passed) return 'not-passed';
  return links.some(({ from, to }) => from === link.from && to === link.to) ? 'already-linked' : null;
}

/**
 * By number. A decision is repealed while a decision that repeals it stands: when that one is repealed itself, the earlier
 * one is in force again, until somebody records otherwise.
 */
export function standingOf(
  decisions: readonly Known[],
  links: readonly DecisionLink[],
): Map<number, DecisionStanding> {
  const standing = new Map<number, DecisionStanding>();
  // The latest first: a link always goes to an earlier decision, so what stands later is known already.
  for (const { number, passed } of decisions.toSorted((a, b) => b.number - a.number)) {
    const acts = links.filter(({ from, to }) => to === number && standing.get(from) !== 'repealed');
    standing.set(
      number,
      !passed
        ? 'not-taken'
        : acts.some(({ kind }) => kind === 'repeals')
          ? 'repealed'
          : acts.length > 0
            ? 'amended'
            : 'in-force',
    );
  }
  return standing;
}
