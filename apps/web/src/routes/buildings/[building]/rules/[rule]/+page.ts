import { getLibraryRule, listConfirmations } from '@veche/meetings/rules/contract.ts';
import { waitingFor } from '@veche/meetings/web/rules/library.ts';
import { getBuilding } from '@veche/people/contract.ts';
import { loadCall } from '#lib/call.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async (event) => {
  const call = await loadCall(event);
  const params = { building: event.params.building };
  const [rule, building, answers] = await Promise.all([
    call(getLibraryRule, { params: { rule: event.params.rule } }),
    call(getBuilding, { params }),
    call(listConfirmations, { params }),
  ]);
  const { id, address, timeZone } = building;
  return {
    rule,
    building: { id, address, timeZone, ...answers },
    waiting: waitingFor(id, event.url.searchParams),
  };
};
