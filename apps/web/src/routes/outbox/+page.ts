import { getDemo, readOutbox } from '@veche/people/contract.ts';
import { loadCall } from '#lib/call.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async (event) => {
  const call = await loadCall(event);
  const { locale } = await event.parent();
  const to = event.url.searchParams.get('to') ?? '';
  const before = event.url.searchParams.get('before');
  const [outbox, { now }] = await Promise.all([
    call(readOutbox, { query: { lang: locale, ...(to ? { to } : {}), ...(before ? { before } : {}) } }),
    call(getDemo),
  ]);
  return { outbox, now, to };
};
