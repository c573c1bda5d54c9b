// The pages behind the address on a poster: `/m/` and the first digits of a meeting's id.
import type { Call } from '@veche/module-kit/client.ts';
import { error } from '@sveltejs/kit';
import { findMeetingPlace } from '@veche/meetings/contract.ts';

/** Where the digits on a poster lead, typed in letters of either case; what cannot be such digits is no page. */
export function findPlace(call: Call, typed: string): Promise<{ building: string; meeting: string }> {
  const meeting = typed.toLowerCase();
  if (!/^[0-9a-f]{12,24}$/.test(meeting)) error(404);
  return call(findMeetingPlace, { params: { meeting } });
}
