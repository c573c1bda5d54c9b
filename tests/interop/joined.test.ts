// Two votes that are one count, and ties that a chair decides: the product's count and the auditor's find the same bytes.
import { encodeCanonical } from '@veche/ledger/jcs.ts';
import { recountMeeting, settleTie as settleAnew } from '@veche/ledger/recount.ts';
import type { Ballot, CountInput } from '@veche/rules/ballot-box.ts';
import { awaitsChair, countMeeting, settleTie } from '@veche/rules/count.ts';
import { arbitraryMeeting } from '@veche/rules/random-meeting.ts';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';

const recountOf = (input: CountInput) =>
  recountMeeting({
    ...input,
    items: input.items.map((item) => ({ ...item, text: '', explanation: '' })),
    roll: input.roll.map((record) => ({ ...record, salt: '' })),
    ballots: input.ballots.map((ballot) => ({ ...ballot, meeting: input.meeting })),
    carried: (input.carried ?? []).map((ballot) => ({ ...ballot, meeting: 'earlier' })),
  });

/** The ballots parted: those of some voters were cast in the first vote, where there were other items too. */
const part = (meeting: CountInput, first: ReadonlySet<string>): CountInput => ({
  ...meeting,
  carried: meeting.ballots
    .filter(({ voter }) => first.has(voter))
    .map((ballot): Ballot => ({ ...ballot, choices: { ...ballot.choices, other: 'for' } })),
  ballots: meeting.ballots.filter(({ voter }) => !first.has(voter)),
});
const voters = fc
  .uniqueArray(fc.constantFrom('v1', 'v2', 'v3', 'v4', 'v5', 'v6', 'v7'))
  .map((of) => new Set(of));

it('counts the ballots of both votes as the auditor does', () => {
  fc.assert(
    fc.property(arbitraryMeeting(fc), voters, (meeting, first) => {
      const joined = part(meeting, first);
      const counted = countMeeting(joined);
      expect(encodeCanonical(recountOf(joined))).toBe(encodeCanonical(counted));
      expect(counted.ballots.carried).toBe(joined.carried!.length);
    }),
    { numRuns: 300 },
  );
});

it('finds what one box with all the ballots would have given, the first before the second', () => {
  fc.assert(
    fc.property(arbitraryMeeting(fc), voters, (meeting, first) => {
      const { carried = [], ...second } = part(meeting, first);
      const items = new Set(meeting.items.map(({ id }) => id));
      const whole = carried.map(({ choices, ...ballot }) => ({
        ...ballot,
        choices: Object.fromEntries(Object.entries(choices).filter(([item]) => items.has(item))),
      }));
      const { items: found } = countMeeting({ ...second, carried });
      expect(found).toEqual(countMeeting({ ...second, ballots: [...whole, ...second.ballots] }).items);
    }),
    { numRuns: 150 },
  );
});

it('settles every tie of the chair as the auditor does', () => {
  fc.assert(
    fc.property(
      arbitraryMeeting(fc),
      fc.constantFrom('for' as const, 'against' as const),
      (meeting, choice) => {
        for (const item of countMeeting(meeting).items) {
          const tied = { ...item, verdict: 'failed' as const, tie: 'chair-casts' as const };
          expect(awaitsChair(tied)).toBe(true);
          const settled = settleTie(tied, choice);
          expect(encodeCanonical(settleAnew(tied, choice))).toBe(encodeCanonical(settled));
          expect(settled).toMatchObject({ sums: item.sums, tests: item.tests, castingVote: choice });
          expect(settled.verdict).toBe(choice === 'for' ? 'passed' : 'failed');
          expect(awaitsChair(settled)).toBe(false);
        }
      },
    ),
    { numRuns: 150 },
  );
});
