import { error, redirect } from '@sveltejs/kit';
import { getBuilding } from '@veche/people/contract.ts';
import { loadCall } from '#lib/call.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async (event) => {
  const call = await loadCall(event);
  const { demo, me } = await event.parent();
  const building = await call(getBuilding, { params: { building: event.params.building } });
  // Nobody should fill in four pages to be refused at the end; the server decides all the same.
  if (me === null) redirect(303, `/sign-in?next=${encodeURIComponent(event.url.pathname)}`);
  if (!building.myRoles.some((role) => role === 'chair' || role === 'operator')) error(403);
  return { building, serverNow: demo?.now ?? new Date().toISOString(), origin: event.url.origin };
};
