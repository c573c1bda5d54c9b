import { listMyNotices } from '@veche/people/own-notices/contract.ts';
import { loadCall } from '#lib/call.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async (event) => {
  const call = await loadCall(event);
  const before = /^[0-9]{1,18}$/.exec(event.url.searchParams.get('before') ?? '')?.[0];
  return { mine: await call(listMyNotices, { query: before ? { before } : {} }) };
};
