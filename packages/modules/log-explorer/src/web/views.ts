// What the pages are given: the answers of the contract under short names.
import type { Answer } from '@veche/module-kit/client.ts';
import type { getGrowth, getLog, getOperations, listMeetingEntries } from '../contract.ts';

export type LogFacts = Answer<typeof getLog>;
export type Growth = Answer<typeof getGrowth>;
export type MeetingEntries = Answer<typeof listMeetingEntries>;
export type Operations = Answer<typeof getOperations>;

/** A hash as people compare it: its first digits. */
export const shortHash = (hex: string): string => `${hex.slice(0, 8)}…`;
