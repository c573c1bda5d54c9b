import { error } from '@sveltejs/kit';
import { getLog, listRegistrars } from '@veche/log-explorer/contract.ts';
import { loadCall } from '#lib/call.ts';
import { SERVICE_ZONE } from '#lib/service-zone.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async (event) => {
  const { index } = event.params;
  if (!/^(?:0|[1-9][0-9]{0,14})$/.test(index)) error(404);
  const call = await loadCall(event);
  const [facts, { indexes }] = await Promise.all([call(getLog), call(listRegistrars)]);
  return { index: Number(index), facts, registrars: indexes, timeZone: SERVICE_ZONE };
};
