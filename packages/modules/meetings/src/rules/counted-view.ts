// What an item was counted to, in the shape of the contract. Nothing is computed here.
import type { ItemResult, TestOutcome } from '@veche/rules/count.ts';
import type { z } from 'zod';
import { outcomeOf } from '../domain/outcome.ts';
import type { countedItem } from './shapes.ts';

/** The contract types it without `readonly`, though nobody writes to it. */
export type CountedView = z.output<typeof countedItem>;

const groupsOf = (groups: readonly (readonly TestOutcome[])[]) => groups.map((group) => [...group]);

export function countedView(item: ItemResult): CountedView {
  const { verdict, sums, entrances, adjusted, quorum, tests, tiers, effect, tie, castingVote, fallback } =
    item;
  return {
    verdict,
    outcome: outcomeOf(item),
    sums,
    ...(entrances ? { entrances: { ...entrances } } : {}),
    ...(adjusted ? { adjusted: [...adjusted] } : {}),
    quorum: quorum.map((test) => ({ ...test, side: 'participants' as const })),
    tests: groupsOf(tests),
    ...(tiers ? { tiers: tiers.map((tier) => ({ ...tier, tests: groupsOf(tier.tests) })) } : {}),
    ...(effect ? { effect } : {}),
    ...(tie ? { tie } : {}),
    ...(castingVote ? { castingVote } : {}),
    ...(fallback ? { fallback: { ...fallback, trigger: [...fallback.trigger] } } : {}),
  };
}
