// What meetings do by themselves: open at the announced moment, carry on closings that were left half way.
import type { House, Job } from '@veche/module-kit/module.ts';
import { resumeClosings } from './closing.ts';
import { remindDueMeetings } from './notice/reminders.ts';
import { recordEarlierDecisions } from './decisions/record.ts';
import { runFollowUps } from './follow-ups/run.ts';
import { openDueMeetings } from './opening.ts';

export const jobs = (house: House): readonly Job[] => [
  { name: 'meetings.open', everySeconds: 2, run: () => openDueMeetings(house) },
  { name: 'meetings.remind', everySeconds: 60, run: () => remindDueMeetings(house) },
  { name: 'meetings.resume-closing', everySeconds: 10, run: () => resumeClosings(house) },
  { name: 'meetings.follow-ups', everySeconds: 15, run: () => runFollowUps(house) },
  { name: 'meetings.record-decisions', everySeconds: 300, run: () => recordEarlierDecisions(house) },
];
