// Who says what on an item: which ballot counts for an entitlement, and how co-owners of one premises become one voice.
// It must never weigh anything: a voice is a mark, whatever stands behind it.
import { add, compare, rational, zero, type Rational } from '@veche/core/rational.ts';
import { CHOICES, CountFault, type Ballot, type CountInput, type Mark } from './ballot-box.ts';
import type { DecisionRule } from './decision-rule.ts';
import type { Entitlement, Group } from './electorate.ts';
import { passThrough } from './passing.ts';

/** The positions in log order of the ballots that count, by entitlement: the last that lists it, or the first. */
export type Choosing = {
  readonly ballots: readonly Ballot[];
  readonly last: ReadonlyMap<string, number>;
  readonly first: ReadonlyMap<string, number>;
};

/** @throws CountFault: when a ballot could not have been accepted. */
export function chooseBallots(input: CountInput): Choosing {
  const { ballots: own, carried = [], items } = input;
  const itemIds = new Set(items.map(({ id }) => id));
  const ballots = [...carried, ...own];
  const last = new Map<string, number>();
  const first = new Map<string, number>();
  const passage = passThrough(input, [last, first]);
  ballots.forEach((ballot, index) => {
    passage.reach(index - carried.length);
    for (const [item, choice] of Object.entries(ballot.choices)) {
      if (!itemIds.has(item) && index >= carried.length) throw new CountFault('unknown-item');
      if (!CHOICES.includes(choice)) throw new CountFault('unknown-choice');
    }
    for (const entitlement of ballot.entitlements) {
      const holder = passage.holderOf(entitlement);
      if (holder === undefined) throw new CountFault('unknown-entitlement');
      if (holder === '' || holder !== ballot.voter) throw new CountFault('not-the-voter');
      if (index >= carried.length && (last.get(entitlement) ?? index) < carried.length)
        throw new CountFault('answered-before');
      last.set(entitlement, index);
      if (!first.has(entitlement)) first.set(entitlement, index);
    }
  });
  passage.reach(own.length);
  return { ballots, last, first };
}

/** Which of them count under the rule. */
export const countingUnder = (choosing: Choosing, { revote }: DecisionRule): ReadonlyMap<string, number> =>
  revote === 'never' ? choosing.first : choosing.last;

/** How many ballots count for at least one entitlement on at least one item. */
export function effectiveCount(choosing: Choosing, rules: readonly DecisionRule[]): number {
  const ways = rules.length === 0 ? [choosing.last] : rules.map((rule) => countingUnder(choosing, rule));
  return new Set([...new Set(ways)].flatMap((way) => [...way.values()])).size;
}

/** `mark` null: took no part. `at`: position of the ballot it rests on, the latest of several; −1 for silence. */
export type Voice = { readonly mark: Mark | null; readonly at: number };
const SILENT: Voice = { mark: null, at: -1 };

/**
 * The voice of a group on an item.
 * @param mayVote - whether the weight policy leaves the member a vote
 */
export function voiceOf(
  { members }: Group,
  item: string,
  rule: DecisionRule,
  choosing: Choosing,
  mayVote: (member: Entitlement) => boolean,
): Voice {
  const counting = countingUnder(choosing, rule);
  const [only] = members;
  if (only && members.length === 1) {
    // Nearly everybody: what follows says the same of one, only slower.
    const at = mayVote(only) ? counting.get(only.id) : undefined;
    if (at !== undefined) return { mark: markOf(choosing.ballots[at]!, item), at };
    return rule.silent === 'for' && only.voter !== '' && mayVote(only) ? { mark: 'for', at: -1 } : SILENT;
  }
  const speakers = members.filter(
    (member) =>
      mayVote(member) &&
      (rule.coOwners !== 'representative' || members.length === 1 || member.marks.includes('representative')),
  );
  const said = speakers.flatMap((member) => {
    const at = counting.get(member.id);
    return at === undefined ? [] : [{ at, mark: markOf(choosing.ballots[at]!, item), share: member.share }];
  });
  if (said.length === 0)
    return rule.silent === 'for' && speakers.some(({ voter }) => voter !== '')
      ? { mark: 'for', at: -1 }
      : SILENT;
  const at = Math.max(...said.map((one) => one.at));
  // Whoever leaves the item blank leaves it to the others.
  const marked = said.filter(({ mark }) => mark !== 'unmarked');
  const marks = new Set(marked.map(({ mark }) => mark));
  if (marks.size === 0) return { mark: 'unmarked', at };
  if (marks.size === 1) return { mark: marked[0]!.mark, at };
  return { mark: (rule.coOwners === 'majority-in-interest' && findMajority(marked)) || 'spoiled', at };
}

const HALF = rational(1, 2);

/** The mark of more than half of the whole premises. */
function findMajority(marked: readonly { readonly mark: Mark; readonly share: Rational }[]): Mark | null {
  const shares = new Map<Mark, Rational>();
  for (const { mark, share } of marked) shares.set(mark, add(shares.get(mark) ?? zero, share));
  return [...shares].find(([, share]) => compare(share, HALF) > 0)?.[0] ?? null;
}

const markOf = (ballot: Ballot, item: string): Mark =>
  (Object.hasOwn(ballot.choices, item) ? ballot.choices[item] : undefined) ?? 'unmarked';
