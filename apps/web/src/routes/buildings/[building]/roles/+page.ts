import { getBuilding, listRoles } from '@veche/people/contract.ts';
import { loadCall } from '#lib/call.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async (event) => {
  const call = await loadCall(event);
  const params = { building: event.params.building };
  const [building, { roles }] = await Promise.all([
    call(getBuilding, { params }),
    call(listRoles, { params }),
  ]);
  return { building, roles };
};
