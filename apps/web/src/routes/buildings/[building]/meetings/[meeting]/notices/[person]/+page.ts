import { getMeeting } from '@veche/meetings/contract.ts';
import { getNotices, getOwnerProof } from '@veche/meetings/notice/contract.ts';
import { loadCall } from '#lib/call.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async (event) => {
  const call = await loadCall(event);
  const { params } = event;
  const [meeting, proof, { may }] = await Promise.all([
    call(getMeeting, { params }),
    call(getOwnerProof, { params }),
    call(getNotices, { params, query: { show: 'dead' } }),
  ]);
  return { meeting, proof, mayNotify: may.notify, person: params.person };
};
