// What the log holds of a meeting, with what only the house can open: the box that is sealed, counted and listed.
import { decodeCanonical } from '@veche/ledger/jcs.ts';
import type { House } from '@veche/module-kit/module.ts';
import { personNames } from '@veche/people/store.ts';
import type { Result } from '@veche/rules/count.ts';
import type { BoxEntry } from '../domain/close.ts';
import { listVoters, pageEntries, readEntries, type MeetingKey, type MeetingRow } from '../store.ts';
import type { BoxThread } from './box-thread.ts';

/** The milestones that come after the box, and are no part of it. */
const CLOSING_KINDS: ReadonlySet<string> = new Set(['meeting.closed', 'result', 'tie.decided', 'minutes']);

const NAMES_AT_ONCE = 1_000;

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

/**
 * Lays the box in the thread, page by page.
 * @returns the index of its last entry, −1 of an empty one, and the idems that were handed over and are not logged yet
 */
export async function layBox(
  house: House,
  key: MeetingKey,
  thread: BoxThread,
): Promise<{ readonly lastIndex: number; readonly missing: readonly string[] }> {
  let lastIndex = -1;
  const missing: string[] = [];
  async function* pages(): AsyncGenerator<BoxEntry[]> {
    for await (const page of pageEntries(house.db, key)) {
      const rows = new Map(page.filter(({ kind }) => !CLOSING_KINDS.has(kind)).map((row) => [row.idem, row]));
      const logged = await house.ledger.read([...rows.keys()]);
      yield logged.map(({ idem, index, leaf }) => {
        const { payload, salt } = rows.get(idem)!;
        rows.delete(idem);
        lastIndex = Math.max(lastIndex, index);
        return { idem, index, leaf, payload, salt };
      });
      missing.push(...rows.keys());
    }
  }
  await thread.lay('box', pages());
  return { lastIndex, missing };
}

/** Lays the names of those on the roll in the thread. */
export async function layNames(house: House, key: MeetingKey, thread: BoxThread): Promise<void> {
  async function* pages(): AsyncGenerator<[string, string][]> {
    // Those of the opening, and those to whom a share passed since.
    const persons = await listVoters(house.db, key);
    for (let from = 0; from < persons.length; from += NAMES_AT_ONCE)
      yield [...(await personNames(house.db, persons.slice(from, from + NAMES_AT_ONCE)))];
  }
  await thread.lay('names', pages());
}

/** The result as it was counted and logged. @throws RangeError: when nothing was counted yet. */
export function resultOf(row: MeetingRow): Result {
  if (row.result === null) throw new RangeError('expected a counted meeting');
  return decodeCanonical(row.result) as Result;
}
