import { listHouses } from '@veche/people/contract.ts';
import { loadCall } from '#lib/call.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async (event) => {
  const call = await loadCall(event);
  const { locale } = await event.parent();
  const search = event.url.searchParams.get('search') ?? '';
  const after = event.url.searchParams.get('after');
  const list = await call(listHouses, {
    query: { lang: locale, ...(search ? { search } : {}), ...(after ? { after } : {}) },
  });
  return { list, search, after };
};
