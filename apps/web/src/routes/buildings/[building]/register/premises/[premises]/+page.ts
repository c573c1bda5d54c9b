import { getBuilding } from '@veche/people/contract.ts';
import { getPremises, listMarks } from '@veche/people/register/contract.ts';
import { loadCall } from '#lib/call.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async (event) => {
  const call = await loadCall(event);
  const { locale } = await event.parent();
  const params = { building: event.params.building };
  const [building, found, marks] = await Promise.all([
    call(getBuilding, { params }),
    call(getPremises, { params: { ...params, premises: event.params.premises }, query: { lang: locale } }),
    call(listMarks, { params, query: { premises: event.params.premises, lang: locale } }),
  ]);
  return { building, premises: found, marks };
};
