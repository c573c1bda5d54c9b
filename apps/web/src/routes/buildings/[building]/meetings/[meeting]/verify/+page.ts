import { getMeeting } from '@veche/meetings/contract.ts';
import { loadCall } from '#lib/call.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async (event) => {
  const call = await loadCall(event);
  return { meeting: await call(getMeeting, { params: event.params }), origin: event.url.origin };
};
