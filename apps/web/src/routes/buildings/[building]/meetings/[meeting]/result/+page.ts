import { getMeeting, getResult } from '@veche/meetings/contract.ts';
import { loadCall } from '#lib/call.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async (event) => {
  const call = await loadCall(event);
  const meeting = await call(getMeeting, { params: event.params });
  return {
    meeting,
    result: meeting.state === 'closed' ? await call(getResult, { params: event.params }) : null,
  };
};
