import { getBuilding } from '@veche/people/contract.ts';
import { listMarks } from '@veche/people/register/contract.ts';
import { loadCall } from '#lib/call.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async (event) => {
  const call = await loadCall(event);
  const { locale } = await event.parent();
  const params = { building: event.params.building };
  const [building, found] = await Promise.all([
    call(getBuilding, { params }),
    call(listMarks, { params, query: { lang: locale } }),
  ]);
  return { building, listed: found };
};
