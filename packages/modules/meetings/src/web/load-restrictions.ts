// What becomes of one's own vote on each item, where a rule of the agenda asks about people; nothing is asked where none does.
import type { Call } from '@veche/module-kit/client.ts';
import { ProblemError } from '@veche/module-kit/problem.ts';
import { isRestricting } from '../domain/restriction-reasons.ts';
import { getMyRestrictions } from '../marks/contract.ts';
import type { MeetingView, RestrictionView } from './views.ts';

/**
 * @param voter - of whom, of those the caller acts for; null: of the caller
 * @throws ProblemError: other than that the caller has nothing to do with the building.
 */
export async function loadRestrictions(
  call: Call,
  meeting: MeetingView,
  isSignedIn: boolean,
  voter: string | null,
): Promise<readonly RestrictionView[]> {
  if (!isSignedIn || meeting.state === 'draft' || meeting.state === 'closed') return [];
  if (!meeting.items.some(({ rule }) => isRestricting(rule))) return [];
  try {
    const params = { building: meeting.buildingId, meeting: meeting.id };
    const found = await call(getMyRestrictions, { params, query: voter === null ? {} : { voter } });
    return found.restrictions;
  } catch (error) {
    if (error instanceof ProblemError && error.code === 'not-permitted') return [];
    throw error;
  }
}
