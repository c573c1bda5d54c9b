// What the pages load, by contract. A "no" that a page has words for is a value here; every other one is the shell's.
import type { Call } from '@veche/module-kit/client.ts';
import { ProblemError } from '@veche/module-kit/problem.ts';
import { getMyBallot } from '../contract.ts';
import type { MeetingView, MyVote, NoBallot } from './views.ts';

const NO_BALLOT: readonly string[] = ['sign-in-first', 'not-an-owner', 'not-open'] satisfies NoBallot[];

/**
 * What the caller votes with, or why there is no vote.
 * @param voter - for whom, of those the caller acts for; null: as the server chooses
 * @throws ProblemError: of any other kind.
 */
export async function loadMyVote(
  call: Call,
  meeting: MeetingView,
  isSignedIn: boolean,
  voter: string | null = null,
): Promise<MyVote> {
  // What is known without asking is not asked: before the opening nobody has a vote, and a stranger never.
  if (!isSignedIn) return { my: null, refused: 'sign-in-first' };
  if (meeting.state === 'draft' || meeting.state === 'called') return { my: null, refused: 'not-open' };
  try {
    const params = { building: meeting.buildingId, meeting: meeting.id };
    const query = voter === null ? {} : { voter };
    return { my: await call(getMyBallot, { params, query }), refused: null };
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    // Somebody without any role in the building is no owner here either.
    const code = error.code === 'not-permitted' ? 'not-an-owner' : error.code;
    if (!NO_BALLOT.includes(code)) throw error;
    return { my: null, refused: code as NoBallot };
  }
}
