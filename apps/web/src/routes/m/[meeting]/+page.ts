import { redirect } from '@sveltejs/kit';
import { getMeeting } from '@veche/meetings/contract.ts';
import { pathsOf } from '@veche/meetings/web/views.ts';
import { loadCall } from '#lib/call.ts';
import { findPlace } from '#lib/short-address.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async (event) => {
  const call = await loadCall(event);
  const { me } = await event.parent();
  const params = await findPlace(call, event.params.meeting);
  const paths = pathsOf(params.building, params.meeting);
  if (me !== null) redirect(303, paths.meeting);
  const meeting = await call(getMeeting, { params });
  // What is over needs nobody to sign in: everybody may read how it ended.
  if (meeting.state === 'closed') redirect(303, paths.result);
  return { meeting };
};
