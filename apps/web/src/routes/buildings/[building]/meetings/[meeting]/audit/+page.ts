import { getAuditDesk } from '@veche/meetings/auditing/contract.ts';
import { getMeeting } from '@veche/meetings/contract.ts';
import { getNotices } from '@veche/meetings/notice/contract.ts';
import { loadCall } from '#lib/call.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async (event) => {
  const call = await loadCall(event);
  const { params } = event;
  const after = event.url.searchParams.get('after');
  const isFurther = after !== null && /^[0-9]{1,15}$/.test(after);
  const [meeting, desk, { kinds: told }] = await Promise.all([
    call(getMeeting, { params }),
    call(getAuditDesk, { params, query: isFurther ? { after } : {} }),
    call(getNotices, { params }),
  ]);
  return { meeting, desk, told, isFurther, origin: event.url.origin };
};
