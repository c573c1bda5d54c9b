import { error, redirect } from '@sveltejs/kit';
import { getCallingCalendar } from '@veche/meetings/calling/contract.ts';
import { getBuilding } from '@veche/people/contract.ts';
import { loadCall } from '#lib/call.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async (event) => {
  const call = await loadCall(event);
  const { demo, locale, me } = await event.parent();
  const building = await call(getBuilding, { params: { building: event.params.building } });
  // Nobody should fill in four pages to be refused at the end; the server decides all the same.
  if (me === null) redirect(303, `/sign-in?next=${encodeURIComponent(event.url.pathname)}`);
  if (!building.myRoles.some((role) => role === 'chair' || role === 'operator')) error(403);
  const calendar = await call(getCallingCalendar, { params: event.params, query: { lang: locale } });
  return { building, calendar, serverNow: demo?.now ?? new Date().toISOString(), origin: event.url.origin };
};
