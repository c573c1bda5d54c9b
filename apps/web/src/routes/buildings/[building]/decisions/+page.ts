import { listDecisions } from '@veche/meetings/decisions/contract.ts';
import { loadCall } from '#lib/call.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async (event) => {
  const call = await loadCall(event);
  const { building } = event.params;
  const words = event.url.searchParams.get('words')?.trim().slice(0, 200) ?? '';
  const query = words === '' ? {} : { words };
  return { building, words, register: await call(listDecisions, { params: { building }, query }) };
};
