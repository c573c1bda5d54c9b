// What an item has come to, as people are told it: an item that failed the count may still be decided by somebody.
import { awaitsChair, type ItemResult } from '@veche/rules/count.ts';
import type { Outcome } from './outcomes.ts';

export function outcomeOf(item: ItemResult): Outcome {
  const { verdict, fallback, tie, castingVote } = item;
  if (verdict === 'passed') return 'passed';
  if (awaitsChair(item)) return 'undecided-chair';
  if (fallback?.due) return fallback.kind === 'court' ? 'undecided-court' : 'undecided-vote';
  return tie === 'court' && castingVote === undefined ? 'undecided-court' : verdict;
}
