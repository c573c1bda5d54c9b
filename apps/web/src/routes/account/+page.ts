import { getMe, listMySessions } from '@veche/people/contract.ts';
import { listLooksAtMe } from '@veche/people/register/contract.ts';
import { loadCall } from '#lib/call.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async (event) => {
  const call = await loadCall(event);
  const [me, { sessions }, { looks }] = await Promise.all([
    call(getMe),
    call(listMySessions),
    call(listLooksAtMe),
  ]);
  return { me, sessions, looks };
};
