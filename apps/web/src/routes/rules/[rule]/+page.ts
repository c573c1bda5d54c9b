import { getLibraryRule } from '@veche/meetings/rules/contract.ts';
import { loadCall } from '#lib/call.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async (event) => {
  const call = await loadCall(event);
  return { rule: await call(getLibraryRule, { params: event.params }) };
};
