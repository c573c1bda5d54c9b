import { getBuilding, getMe } from '@veche/people/contract.ts';
import { loadCall } from '#lib/call.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async (event) => {
  const call = await loadCall(event);
  // Whoever is not signed in learns it before the file is chosen, not after.
  const { me } = await event.parent();
  if (!me) await call(getMe);
  return { building: await call(getBuilding, { params: { building: event.params.building } }) };
};
