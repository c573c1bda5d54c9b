import { redirect } from '@sveltejs/kit';
import { pathsOf } from '@veche/meetings/web/views.ts';
import { loadCall } from '#lib/call.ts';
import { findPlace } from '#lib/short-address.ts';
import type { PageLoad } from './$types';

/** Where the result on a board leads. */
export const load: PageLoad = async (event) => {
  const call = await loadCall(event);
  const { building, meeting } = await findPlace(call, event.params.meeting);
  redirect(303, pathsOf(building, meeting).result);
};
