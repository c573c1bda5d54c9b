// The server's count and the auditor's recount share no code and must agree to the byte.
import { encodeCanonical } from '@veche/ledger/jcs.ts';
import { recountMeeting } from '@veche/ledger/recount.ts';
import { countMeeting } from '@veche/rules/count.ts';
import { arbitraryMeeting } from '@veche/rules/random-meeting.ts';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';

it('counts any meeting to the same bytes as the auditor', () => {
  fc.assert(
    fc.property(arbitraryMeeting(fc), fc.option(fc.nat(9), { nil: undefined }), (meeting, late) => {
      const input = late === undefined ? meeting : { ...meeting, late };
      const recounted = recountMeeting({
        meeting: input.meeting,
        items: input.items.map((item) => ({ ...item, text: '', explanation: '' })),
        roll: input.roll.map((record) => ({ ...record, salt: '' })),
        ballots: input.ballots.map((ballot) => ({ ...ballot, meeting: input.meeting })),
        ...(late === undefined ? {} : { late }),
      });
      expect(encodeCanonical(countMeeting(input))).toBe(encodeCanonical(recounted));
    }),
    { numRuns: 500 },
  );
});
