import { getMeeting } from '@veche/meetings/contract.ts';
import { getNotices, getOutstanding, SHOWN } from '@veche/meetings/notice/contract.ts';
import { KINDS } from '@veche/meetings/notice/standing.ts';
import { loadCall } from '#lib/call.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async (event) => {
  const call = await loadCall(event);
  const { params, url } = event;
  const kind = KINDS.find((one) => one === url.searchParams.get('kind'));
  const show = SHOWN.find((one) => one === url.searchParams.get('show')) ?? 'all';
  const asked = url.searchParams.get('entrance');
  const entrance = asked === null || asked === '*' ? null : asked;
  const after = Number(/^[0-9]{1,6}$/.exec(url.searchParams.get('after') ?? '')?.[0] ?? 0);
  const [meeting, notices] = await Promise.all([
    call(getMeeting, { params }),
    call(getNotices, {
      params,
      query: { show, after, ...(kind ? { kind } : {}), ...(entrance === null ? {} : { entrance }) },
    }),
  ]);
  const outstanding =
    meeting.may.seeMissing && meeting.state === 'open' ? await call(getOutstanding, { params }) : null;
  return { meeting, notices, outstanding, entrance, show, after };
};
