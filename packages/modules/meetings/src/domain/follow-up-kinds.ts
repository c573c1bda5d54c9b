// The words for what may follow a vote, shared by database, contract and pages. Decides nothing.
import type { FallbackKind } from '@veche/rules/decision-rule.ts';

/** What may follow a vote: the fallbacks of rules, and the vote of the chair where the sides are equal. */
export const FOLLOW_UP_KINDS = [
  'second-vote',
  'second-call',
  'silent-assent',
  'ask-absent',
  'court',
  'casting-vote',
] as const satisfies readonly (FallbackKind | 'casting-vote')[];
export type FollowUpKind = (typeof FOLLOW_UP_KINDS)[number];

/** The kinds that are another vote, which its notice names. */
export const NEXT_VOTE_KINDS = ['second-vote', 'second-call', 'silent-assent', 'ask-absent'] as const;

/** The kinds that are one count with the vote before: only those who took no part are asked. */
export const isJoining = (kind: FollowUpKind): kind is 'silent-assent' | 'ask-absent' =>
  kind === 'silent-assent' || kind === 'ask-absent';

/** How far one of them is; see the table `follow_ups`. */
export const FOLLOW_UP_STATES = [
  'waiting',
  'drafted',
  'called',
  'for-a-person',
  'decided',
  'lapsed',
] as const;
export type FollowUpState = (typeof FOLLOW_UP_STATES)[number];
