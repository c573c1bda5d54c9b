import { redirect } from '@sveltejs/kit';
import { getMeeting } from '@veche/meetings/contract.ts';
import { loadMyVote } from '@veche/meetings/web/load.ts';
import { loadRestrictions } from '@veche/meetings/web/load-restrictions.ts';
import { loadCall, pageCall } from '#lib/call.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async (event) => {
  const call = await loadCall(event);
  const { locale, me } = await event.parent();
  const meeting = await call(getMeeting, { params: event.params });
  const voter = event.url.searchParams.get('for');
  const vote = await loadMyVote(pageCall(event.fetch, locale), meeting, me !== null, voter);
  if (vote.refused === 'sign-in-first')
    redirect(303, `/sign-in?next=${encodeURIComponent(event.url.pathname + event.url.search)}`);
  const restrictions = await loadRestrictions(
    pageCall(event.fetch, locale),
    meeting,
    vote.my !== null,
    vote.my?.voter ?? null,
  );
  return { meeting, vote, restrictions };
};
