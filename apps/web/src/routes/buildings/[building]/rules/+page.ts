import { listConfirmations } from '@veche/meetings/rules/contract.ts';
import { loadRules } from '@veche/meetings/web/rules/load.ts';
import { getBuilding } from '@veche/people/contract.ts';
import { loadCall } from '#lib/call.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async (event) => {
  const call = await loadCall(event);
  const params = { building: event.params.building };
  const [list, building, answers] = await Promise.all([
    loadRules(call, event.url),
    call(getBuilding, { params }),
    call(listConfirmations, { params }),
  ]);
  const { id, address, timeZone } = building;
  return { ...list, building: { id, address, timeZone, ...answers } };
};
