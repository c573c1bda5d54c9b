import { getClosing } from '@veche/meetings/closing/contract.ts';
import { getMeeting } from '@veche/meetings/contract.ts';
import { getAfter } from '@veche/meetings/follow-ups/contract.ts';
import { loadCall } from '#lib/call.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async (event) => {
  const call = await loadCall(event);
  const [meeting, board, after] = await Promise.all([
    call(getMeeting, { params: event.params }),
    call(getClosing, { params: event.params }),
    call(getAfter, { params: event.params }),
  ]);
  return { meeting, board, after };
};
