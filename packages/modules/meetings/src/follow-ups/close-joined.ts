// A vote that joins another ends by itself when its time is up: nobody stands by to close a month of silence. What a person
// has to answer for before a close, a person still answers for.
import type { House } from '@veche/module-kit/module.ts';
import { describeError } from '@veche/module-kit/server.ts';
import { countOpenFindings } from '../calling/inspect.ts';
import { closeMeeting } from '../closing.ts';
import { findJoinedEnded } from './store.ts';

/** Closes every such vote in the name of whoever called the first; one that cannot be does not hold up the others. */
export async function closeJoinedVotes(house: House): Promise<void> {
  const now = house.clock.now();
  for (const row of await findJoinedEnded(house.db, now)) {
    const key = { buildingId: row.buildingId, id: row.id };
    try {
      const count = await countOpenFindings(house, row, now);
      if (count > 0)
        house.log.warn({ meeting: row.id, findings: count }, 'a vote waits for a person to close it');
      else await closeMeeting(house, key, row.calledBy!, row.language);
    } catch (error) {
      house.log.error({ meeting: row.id, ...describeError(error) }, 'a vote could not be closed');
    }
  }
}
