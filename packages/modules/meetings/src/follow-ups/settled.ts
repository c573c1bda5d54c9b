// The result of a closed meeting as it stands today: as it was counted, with the ties that its chair has decided since.
import type { Tx } from '@veche/module-kit/database.ts';
import { settleTie, type Result } from '@veche/rules/count.ts';
import { resultOf } from '../closing/box.ts';
import type { MeetingRow } from '../store.ts';
import { listTieDecisions } from './store.ts';

/** @throws RangeError: when nothing was counted yet. */
export async function readSettled(tx: Tx, row: MeetingRow): Promise<Result> {
  const result = resultOf(row);
  const decided = new Map(
    (await listTieDecisions(tx, { buildingId: row.buildingId, id: row.id })).map(({ item, choice }) => [
      item,
      choice,
    ]),
  );
  if (decided.size === 0) return result;
  return {
    ...result,
    items: result.items.map((item) => {
      const choice = decided.get(item.item);
      return choice === undefined ? item : settleTie(item, choice);
    }),
  };
}
