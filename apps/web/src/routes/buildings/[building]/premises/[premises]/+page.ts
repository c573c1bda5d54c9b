import { getOwnPremises } from '@veche/people/own-premises/contract.ts';
import { loadCall } from '#lib/call.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async (event) => {
  const call = await loadCall(event);
  return { premises: await call(getOwnPremises, { params: event.params }) };
};
