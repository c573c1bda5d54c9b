import { listConfirmations, listRuleLibrary } from '@veche/meetings/rules/contract.ts';
import { getBuilding } from '@veche/people/contract.ts';
import { loadCall } from '#lib/call.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async (event) => {
  const call = await loadCall(event);
  const params = { building: event.params.building };
  const [library, building, answers] = await Promise.all([
    call(listRuleLibrary),
    call(getBuilding, { params }),
    call(listConfirmations, { params }),
  ]);
  const { id, address, timeZone } = building;
  return { library, building: { id, address, timeZone, ...answers } };
};
