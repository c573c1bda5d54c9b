// What the log holds of a meeting, with what only the house can open: the box that is sealed, counted and listed.
import { decodeCanonical } from '@veche/ledger/jcs.ts';
import type { House } from '@veche/module-kit/module.ts';
import type { Result } from '@veche/rules/count.ts';
import type { BoxEntry } from '../domain/close.ts';
import { readEntries, type MeetingKey, type MeetingRow } from '../store.ts';

/** The milestones that come after the box, and are no part of it. */
export const CLOSING_KINDS: ReadonlySet<string> = new Set(['meeting.closed', 'result', 'minutes']);

/** In log order; what was not logged yet is absent. */
export async function readBox(house: House, key: MeetingKey): Promise<BoxEntry[]> {
  const rows = new Map(
    (await readEntries(house.db, key))
      .filter(({ kind }) => !CLOSING_KINDS.has(kind))
      .map((row) => [row.idem, row]),
  );
  const logged = await house.ledger.read([...rows.keys()]);
  return logged.map(({ idem, index, leaf }) => {
    const { payload, salt } = rows.get(idem)!;
    return { idem, index, leaf, payload, salt };
  });
}

/** The result as it was counted and logged. @throws RangeError: when nothing was counted yet. */
export function resultOf(row: MeetingRow): Result {
  if (row.result === null) throw new RangeError('expected a counted meeting');
  return decodeCanonical(row.result) as Result;
}
