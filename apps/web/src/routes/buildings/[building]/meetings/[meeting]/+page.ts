import { getMeeting, getMissing } from '@veche/meetings/contract.ts';
import { loadMyVote } from '@veche/meetings/web/load.ts';
import { loadRestrictions } from '@veche/meetings/web/load-restrictions.ts';
import { loadCall, pageCall } from '#lib/call.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async (event) => {
  const call = await loadCall(event);
  const { demo, locale, me } = await event.parent();
  const { params } = event;
  const meeting = await call(getMeeting, { params });
  const [vote, missing, restrictions] = await Promise.all([
    loadMyVote(pageCall(event.fetch, locale), meeting, me !== null),
    meeting.may.seeMissing && meeting.state === 'open' ? call(getMissing, { params }) : null,
    loadRestrictions(pageCall(event.fetch, locale), meeting, me !== null, null),
  ]);
  return { meeting, vote, missing, restrictions, serverNow: demo?.now ?? new Date().toISOString() };
};
