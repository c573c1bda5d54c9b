import { listPublicMeetings } from '@veche/meetings/contract.ts';
import { pageCall } from '#lib/call.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ fetch, parent }) => {
  const { locale } = await parent();
  // The first page shows even while the API is away; it then says that the list is.
  const list = await pageCall(fetch, locale)(listPublicMeetings, { query: { lang: locale } }).catch(
    () => null,
  );
  return { meetings: list?.meetings ?? null };
};
