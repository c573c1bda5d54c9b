import { getBuilding, readRegister } from '@veche/people/contract.ts';
import { loadCall } from '#lib/call.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async (event) => {
  const call = await loadCall(event);
  const { locale } = await event.parent();
  const params = { building: event.params.building };
  const search = event.url.searchParams.get('search') ?? '';
  const after = event.url.searchParams.get('after');
  const [building, register] = await Promise.all([
    call(getBuilding, { params }),
    call(readRegister, {
      params,
      query: { lang: locale, ...(search ? { search } : {}), ...(after ? { after } : {}) },
    }),
  ]);
  return { building, register, search, after };
};
