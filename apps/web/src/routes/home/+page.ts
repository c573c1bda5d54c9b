import { listMeetings } from '@veche/meetings/contract.ts';
import { getBuilding, getMe } from '@veche/people/contract.ts';
import { loadCall } from '#lib/call.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async (event) => {
  const call = await loadCall(event);
  const { locale } = await event.parent();
  const me = await call(getMe);
  const mine = await Promise.all(
    me.buildings.map(async (building) => {
      const params = { building: building.id };
      const [{ timeZone }, { meetings }] = await Promise.all([
        call(getBuilding, { params }),
        call(listMeetings, { params, query: { lang: locale } }),
      ]);
      return { building, timeZone, meetings };
    }),
  );
  return { me, mine };
};
