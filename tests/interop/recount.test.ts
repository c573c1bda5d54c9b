// The server's count and the auditor's recount share no code and must agree to the byte.
import { encodeCanonical } from '@veche/ledger/jcs.ts';
import { recountMeeting } from '@veche/ledger/recount.ts';
import { parseNotice } from '@veche/ledger/meeting.ts';
import type { CountInput } from '@veche/rules/ballot-box.ts';
import { countMeeting } from '@veche/rules/count.ts';
import { entrancesOf, nameEntrance } from '@veche/rules/decision-rule.ts';
import { builtIn } from '@veche/rules/presets.ts';
import { arbitraryMeeting } from '@veche/rules/random-meeting.ts';
import { vectorMeetings } from '@veche/rules/vector-meetings.ts';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';

const recountOf = (input: CountInput) =>
  recountMeeting({
    meeting: input.meeting,
    items: input.items.map((item) => ({ ...item, text: '', explanation: '' })),
    roll: input.roll.map((record) => ({ ...record, salt: '' })),
    ballots: input.ballots.map((ballot) => ({ ...ballot, meeting: input.meeting })),
    ...(input.late === undefined ? {} : { late: input.late }),
  });
const isCountedAlike = (meeting: CountInput, late?: number): boolean => {
  const input = late === undefined ? meeting : { ...meeting, late };
  return encodeCanonical(countMeeting(input)) === encodeCanonical(recountOf(input));
};

it('counts any meeting by any rule to the same bytes as the auditor', () => {
  fc.assert(
    fc.property(arbitraryMeeting(fc), fc.option(fc.nat(9), { nil: undefined }), (meeting, late) => {
      expect(isCountedAlike(meeting, late)).toBe(true);
    }),
    { numRuns: 500 },
  );
});

it.each(Object.values(vectorMeetings).map(({ says, ...rest }) => [says, rest] as const))(
  'finds as the auditor does: %s',
  (_, { input, verdict }) => {
    expect(recountOf(input).items[0]!.verdict).toBe(verdict);
    expect(isCountedAlike(input)).toBe(true);
  },
);

const countable = builtIn.presets.flatMap(({ rule }) =>
  rule === null
    ? []
    : entrancesOf(rule).length === 0
      ? [rule]
      : [nameEntrance(rule, '1'), nameEntrance(rule, '2')],
);

it.each(countable.map((rule) => [rule.id, rule] as const))(
  'counts any meeting by %s to the same bytes as the auditor, who can read the rule',
  (_, rule) => {
    fc.assert(
      fc.property(arbitraryMeeting(fc, [rule]), (meeting) => isCountedAlike(meeting)),
      { numRuns: 25 },
    );
    const item = { id: 'i1', number: 1, text: '', explanation: '', rule };
    const notice = {
      meeting: 'm1',
      title: '',
      form: 'absentee',
      building: { address: '', areaCm2: 0 },
      timeZone: 'Europe/Moscow',
      opensAt: '2026-11-22T06:00:00Z',
      closesAt: '2026-12-22T06:00:00Z',
      items: [item],
    };
    expect(parseNotice(notice).items).toEqual([item]);
  },
);
