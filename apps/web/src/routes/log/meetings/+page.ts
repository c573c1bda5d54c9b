import { error } from '@sveltejs/kit';
import { getLog, listMeetingEntries } from '@veche/log-explorer/contract.ts';
import { listPublicMeetings } from '@veche/meetings/contract.ts';
import { loadCall } from '#lib/call.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async (event) => {
  const meeting = event.url.searchParams.get('meeting');
  const call = await loadCall(event);
  if (meeting === null) {
    const before = event.url.searchParams.get('before') ?? undefined;
    const { meetings, next } = await call(
      listPublicMeetings,
      before === undefined ? {} : { query: { before } },
    );
    return { meetings, next, isOlder: before !== undefined };
  }
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(meeting)) error(404);
  const [first, facts] = await Promise.all([
    call(listMeetingEntries, { params: { meeting }, query: { limit: 100 } }),
    call(getLog),
  ]);
  return { meetings: null, meeting, first, facts };
};
