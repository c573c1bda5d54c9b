// Votes that are one count with an earlier one, and ties that a chair decides.
import { describe, expect, it } from 'vitest';
import { CountFault, type Ballot, type Choice, type CountInput, type RollRecord } from './ballot-box.ts';
import { awaitsChair, countMeeting, settleTie } from './count.ts';
import type { DecisionRule } from './decision-rule.ts';
import { findPreset } from './presets.ts';

const preset = (id: string): DecisionRule => findPreset(id, '2026-11-22')!.rule!;

/** Five flats of 20 m² with an owner each, and what was said in the first vote. */
const roll = ['a', 'b', 'c', 'd', 'e'].map((name): RollRecord => ({
  entitlement: name,
  voter: name,
  unit: name,
  entrance: '1',
  areaCm2: 200_000,
  share: '1',
}));
const said = (choices: Readonly<Record<string, Choice>>): Ballot[] =>
  Object.entries(choices).map(([voter, choice]) => ({
    voter,
    entitlements: [voter],
    choices: { i1: choice },
  }));
const count = (rule: DecisionRule, carried: readonly Ballot[] | null, ballots: readonly Ballot[]) => {
  const input: CountInput = {
    meeting: 'm',
    items: [{ id: 'i1', number: 1, rule, ...(carried ? { round: 1 } : {}) }],
    roll,
    ballots,
    ...(carried ? { carried } : {}),
  };
  return countMeeting(input);
};

describe('a vote that joins an earlier one', () => {
  it('takes the silence of the absent for assent, and nobody else’s (Spain, three fifths)', () => {
    const first = said({ a: 'for', b: 'against', c: 'abstain' });
    const [before] = count(preset('es.3-5'), null, first).items;
    expect(before).toMatchObject({ verdict: 'failed', fallback: { kind: 'silent-assent', due: true } });
    // Whoever abstained took part: only d and e are asked.
    const { items, ballots } = count(preset('es.3-5.silent'), first, []);
    expect(items[0]).toMatchObject({
      verdict: 'passed',
      sums: { head: { for: '3', against: '1', abstain: '1' } },
    });
    expect(ballots).toEqual({ logged: 3, effective: 3, superseded: 0, carried: 3 });
    expect(count(preset('es.3-5.silent'), first, said({ e: 'against' })).items[0]!.verdict).toBe('failed');
  });

  it('adds only what the absent answer where silence is not assent (Austria)', () => {
    const first = said({ a: 'for', b: 'for', c: 'against', d: 'against' });
    const [before] = count(preset('at.any'), null, first).items;
    expect(before).toMatchObject({
      verdict: 'failed',
      tie: 'court',
      fallback: { kind: 'ask-absent', due: true },
    });
    expect(count(preset('at.any'), first, said({ e: 'for' })).items[0]!.verdict).toBe('passed');
    // Silence leaves it equal, and there is no asking twice: a court may decide.
    expect(count(preset('at.any'), first, []).items[0]).toMatchObject({
      verdict: 'failed',
      tie: 'court',
      fallback: { due: false },
    });
  });

  it('passes over what the first ballots say of items that are not voted on again', () => {
    const first = said({ a: 'for' }).map((ballot) => ({
      ...ballot,
      choices: { ...ballot.choices, i7: 'for' as const },
    }));
    expect(count(preset('at.any'), first, []).items).toHaveLength(1);
  });

  it('takes nobody twice', () => {
    const first = said({ a: 'for' });
    expect(() => count(preset('at.any'), first, said({ a: 'against' }))).toThrow(
      new CountFault('answered-before'),
    );
  });
});

describe('a tie that the chair decides', () => {
  const rule: DecisionRule = {
    ...preset('de.simple'),
    tie: 'chair-casts',
    tier: [{ effect: 'costs-on-yes-voters', tests: [] }],
    fallback: { kind: 'court', on: ['failed'], trigger: [], maxDepth: 1 },
  };
  const [tied] = count(rule, null, said({ a: 'for', b: 'against' })).items;

  it('is none before for and against are equal, nor once it is decided', () => {
    expect(awaitsChair(tied!)).toBe(true);
    const [decided] = count(rule, null, said({ a: 'for', b: 'against', c: 'against' })).items;
    expect(awaitsChair(decided!)).toBe(false);
    expect(() => settleTie(decided!, 'for')).toThrow(RangeError);
    expect(() => settleTie(settleTie(tied!, 'against'), 'for')).toThrow(RangeError);
  });

  it('passes the item with whatever that brings, when the chair is for it', () => {
    const settled = settleTie(tied!, 'for');
    expect(settled).toMatchObject({
      verdict: 'passed',
      castingVote: 'for',
      effect: 'costs-on-yes-voters',
      fallback: { due: false },
    });
    expect(settled.sums).toEqual(tied!.sums);
  });

  it('leaves everything as it was, when the chair is against it', () => {
    expect(settleTie(tied!, 'against')).toEqual({ ...tied, castingVote: 'against' });
  });
});
