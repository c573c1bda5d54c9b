import { getBuilding } from '@veche/people/contract.ts';
import { loadCall } from '#lib/call.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async (event) => {
  const call = await loadCall(event);
  const { demo } = await event.parent();
  const building = await call(getBuilding, { params: { building: event.params.building } });
  return { building, serverNow: demo?.now ?? new Date().toISOString(), origin: event.url.origin };
};
