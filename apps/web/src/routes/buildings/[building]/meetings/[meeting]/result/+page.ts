import { getChallenge } from '@veche/meetings/closing/contract.ts';
import { getMeeting, getResult } from '@veche/meetings/contract.ts';
import { getAfter } from '@veche/meetings/follow-ups/contract.ts';
import { loadCall } from '#lib/call.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async (event) => {
  const call = await loadCall(event);
  const { params } = event;
  const meeting = await call(getMeeting, { params });
  if (meeting.state !== 'closed') return { meeting, outcome: null };
  const [result, challenge, after] = await Promise.all([
    call(getResult, { params }),
    call(getChallenge, { params }),
    call(getAfter, { params }),
  ]);
  return { meeting, outcome: { result, challenge, after } };
};
