import { getLaw } from '@veche/meetings/calling/contract.ts';
import { listMeetings } from '@veche/meetings/contract.ts';
import { getBuilding } from '@veche/people/contract.ts';
import { loadCall } from '#lib/call.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async (event) => {
  const call = await loadCall(event);
  const { locale } = await event.parent();
  const params = { building: event.params.building };
  const [building, { meetings }, law] = await Promise.all([
    call(getBuilding, { params }),
    call(listMeetings, { params, query: { lang: locale } }),
    call(getLaw, { params, query: { lang: locale } }),
  ]);
  return { building, meetings, law };
};
