// What meetings do by themselves: open at the announced moment, carry on closings that were left half way.
import type { House, Job } from '@veche/module-kit/module.ts';
import { resumeClosings } from './closing.ts';
import { remindDueMeetings } from './notice/reminders.ts';
import { recordEarlierDecisions } from './decisions/record.ts';
import { closeJoinedVotes } from './follow-ups/close-joined.ts';
import { runFollowUps } from './follow-ups/run.ts';
import { openDueMeetings } from './opening.ts';
import { followSales } from './sales/run.ts';

export const jobs = (house: House): readonly Job[] => [
  { name: 'meetings.open', everySeconds: 2, run: () => openDueMeetings(house) },
  { name: 'meetings.remind', everySeconds: 60, run: () => remindDueMeetings(house) },
  { name: 'meetings.resume-closing', everySeconds: 10, run: () => resumeClosings(house) },
  { name: 'meetings.follow-ups', everySeconds: 15, run: () => runFollowUps(house) },
  { name: 'meetings.close-joined', everySeconds: 30, run: () => closeJoinedVotes(house) },
  // A change of the register at once, and what has a day of its own when that day comes.
  {
    name: 'meetings.follow-sale',
    on: 'title.changed',
    run: ({ buildingId }) => followSales(house, buildingId),
  },
  { name: 'meetings.follow-sales', everySeconds: 60, run: () => followSales(house) },
  { name: 'meetings.record-decisions', everySeconds: 300, run: () => recordEarlierDecisions(house) },
];
