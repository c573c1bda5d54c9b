import { error } from '@sveltejs/kit';
import { getLog } from '@veche/log-explorer/contract.ts';
import { loadCall } from '#lib/call.ts';
import { SERVICE_ZONE } from '#lib/service-zone.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async (event) => {
  const call = await loadCall(event);
  const [facts, vkeys] = await Promise.all([call(getLog), event.fetch('/log/v1/vkey')]);
  if (!vkeys.ok) error(503);
  const [vkey = ''] = (await vkeys.text()).split('\n');
  return { facts, vkey, timeZone: SERVICE_ZONE };
};
