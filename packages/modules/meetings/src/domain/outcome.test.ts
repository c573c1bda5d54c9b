import type { ItemResult } from '@veche/rules/count.ts';
import { describe, expect, it } from 'vitest';
import { outcomeOf } from './outcome.ts';

const item = (fields: Partial<ItemResult>): ItemResult => ({ verdict: 'failed', ...fields }) as ItemResult;
const granted = (kind: 'second-vote' | 'court', due = true) => ({ kind, due, trigger: [] });

describe('what an item has come to', () => {
  it.each([
    ['passed', item({ verdict: 'passed', fallback: granted('court', false) })],
    ['failed', item({ fallback: granted('second-vote', false) })],
    ['no-quorum', item({ verdict: 'no-quorum' })],
    ['undecided-vote', item({ verdict: 'no-quorum', fallback: granted('second-vote') })],
    ['undecided-court', item({ fallback: granted('court') })],
    ['undecided-court', item({ tie: 'court' })],
    ['undecided-chair', item({ tie: 'chair-casts', fallback: granted('second-vote') })],
    ['failed', item({ tie: 'chair-casts', castingVote: 'against' })],
    ['passed', item({ verdict: 'passed', tie: 'chair-casts', castingVote: 'for' })],
  ] as const)('is %s', (outcome, of) => {
    expect(outcomeOf(of)).toBe(outcome);
  });

  it('waits for the absent before it waits for a court, where the votes are equal (Austria)', () => {
    const asked = item({ tie: 'court', fallback: { kind: 'ask-absent', due: true, trigger: [] } });
    expect(outcomeOf(asked)).toBe('undecided-vote');
  });
});
