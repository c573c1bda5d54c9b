import { getOperations } from '@veche/log-explorer/contract.ts';
import { loadCall } from '#lib/call.ts';
import { SERVICE_ZONE } from '#lib/service-zone.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async (event) => {
  event.depends('veche:operations');
  const call = await loadCall(event);
  return { operations: await call(getOperations), timeZone: SERVICE_ZONE };
};
