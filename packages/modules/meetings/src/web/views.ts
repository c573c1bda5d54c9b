// What the pages are given: the answers of the contract under short names.
import type { Answer } from '@veche/module-kit/client.ts';
import type { draftMeeting, getMeeting, getMissing, getMyBallot, getResult, listRules } from '../contract.ts';
import type { BodyOf } from '@veche/module-kit/endpoint.ts';
import type { getMyRestrictions } from '../marks/contract.ts';
import type { getCallingCalendar, getPreflight, listLibrary } from '../calling/contract.ts';

export type MeetingView = Answer<typeof getMeeting>;
export type AgendaItem = MeetingView['items'][number];
export type MyBallot = Answer<typeof getMyBallot>;
export type Missing = Answer<typeof getMissing>;
export type ResultView = Answer<typeof getResult>;
export type ItemResultView = ResultView['items'][number];
export type RestrictionView = Answer<typeof getMyRestrictions>['restrictions'][number];
export type RuleChoice = Answer<typeof listRules>['rules'][number];
export type Draft = BodyOf<typeof draftMeeting>;
export type DraftItem = Draft['items'][number];
export type LibraryChoice = Answer<typeof listLibrary>['items'][number];
export type CallingCalendar = Answer<typeof getCallingCalendar>;
export type Preflight = Answer<typeof getPreflight>;
export type FindingView = Preflight['findings'][number];

/** Why somebody who opened a voting page cannot vote; null when nothing forbids it. */
export type NoBallot = 'sign-in-first' | 'not-an-owner' | 'not-open';
export type MyVote =
  { readonly my: MyBallot; readonly refused: null } | { readonly my: null; readonly refused: NoBallot };

/** The name of a rule as the end of a sentence: `more than half of all votes`. */
export const inSentence = (ruleName: string): string => ruleName.charAt(0).toLowerCase() + ruleName.slice(1);

/** Entrances in the order of their numbers; premises without one come last. */
export const byEntrance = (one: { entrance: string }, other: { entrance: string }): number =>
  Number(one.entrance === '') - Number(other.entrance === '') ||
  one.entrance.localeCompare(other.entrance, 'ru', { numeric: true });

/** Addresses of the pages of one meeting. */
export const pathsOf = (building: string, meeting: string) => {
  const meetingPath = `/buildings/${building}/meetings/${meeting}`;
  return {
    building: `/buildings/${building}`,
    meeting: meetingPath,
    vote: `${meetingPath}/vote`,
    voteFor: (voter: string) => `${meetingPath}/vote?for=${voter}`,
    receiptsFor: (voter: string) => `${meetingPath}/receipts?for=${voter}`,
    receipts: `${meetingPath}/receipts`,
    result: `${meetingPath}/result`,
    verify: `${meetingPath}/verify`,
    closing: `${meetingPath}/closing`,
    audit: `${meetingPath}/audit`,
    edit: `${meetingPath}/edit`,
    notices: `${meetingPath}/notices`,
  };
};
