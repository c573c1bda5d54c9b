// Shares that change hands while voting goes on: the server's count and the auditor's recount agree to the byte, and what
// the three policies promise holds in any meeting.
import { encodeCanonical } from '@veche/ledger/jcs.ts';
import { recountMeeting } from '@veche/ledger/recount.ts';
import type { CountInput } from '@veche/rules/ballot-box.ts';
import { countMeeting } from '@veche/rules/count.ts';
import { arbitraryMeeting } from '@veche/rules/random-meeting.ts';
import { arbitraryPassing } from '@veche/rules/random-passing.ts';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const passing = arbitraryPassing(fc, arbitraryMeeting(fc));
const recountOf = (input: CountInput) =>
  recountMeeting({
    meeting: input.meeting,
    items: input.items.map((item) => ({ ...item, text: '', explanation: '' })),
    roll: input.roll.map((record) => ({ ...record, salt: '' })),
    ballots: input.ballots.map((ballot) => ({ ...ballot, meeting: input.meeting })),
    ...(input.sale === undefined ? {} : { sale: input.sale }),
    amendments: input.amendments ?? [],
  });

describe('shares that change hands during the vote', () => {
  it('are counted to the same bytes as the auditor counts them, whole and in part, by either policy', () => {
    fc.assert(
      fc.property(passing, (input) => {
        expect(encodeCanonical(recountOf(input))).toBe(encodeCanonical(countMeeting(input)));
      }),
      { numRuns: 500 },
    );
  });

  it('never change the base, nor the number of premises', () => {
    fc.assert(
      fc.property(passing, (input) => {
        const { sale: _sale, amendments: _amendments, ...unamended } = input;
        const before = countMeeting({ ...unamended, ballots: [] }).roll;
        const { area, units } = countMeeting(input).roll;
        expect({ area, units }).toEqual({ area: before.area, units: before.units });
      }),
      { numRuns: 200 },
    );
  });
});
