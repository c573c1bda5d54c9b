// All SQL about the confirmations of decision rules. A confirmation is never changed; it may be withdrawn, once.
import type { Tx } from '@veche/module-kit/database.ts';
import { and, asc, eq, inArray, isNull } from 'drizzle-orm';
import { ruleConfirmations } from './schema.ts';

export type ConfirmationRow = typeof ruleConfirmations.$inferSelect;

export async function insertConfirmation(
  tx: Tx,
  row: Omit<ConfirmationRow, 'withdrawnBy' | 'withdrawnAt'>,
): Promise<void> {
  await tx.insert(ruleConfirmations).values(row);
}

/** @returns whether there was one in force. */
export async function withdrawConfirmation(
  tx: Tx,
  buildingId: string,
  id: string,
  personId: string,
  now: Date,
): Promise<boolean> {
  const rows = await tx
    .update(ruleConfirmations)
    .set({ withdrawnBy: personId, withdrawnAt: now })
    .where(
      and(
        eq(ruleConfirmations.buildingId, buildingId),
        eq(ruleConfirmations.id, id),
        isNull(ruleConfirmations.withdrawnAt),
      ),
    )
    .returning({ id: ruleConfirmations.id });
  return rows.length > 0;
}

/** All that were ever given in the building, taken back or not, the oldest first. */
export const listWords = (tx: Tx, buildingId: string): Promise<ConfirmationRow[]> =>
  tx
    .select()
    .from(ruleConfirmations)
    .where(eq(ruleConfirmations.buildingId, buildingId))
    .orderBy(asc(ruleConfirmations.confirmedAt), asc(ruleConfirmations.id));

/** Those in force for the rules with these ids, the oldest first; of all rules when no ids are given. */
export const findConfirmations = (
  tx: Tx,
  buildingId: string,
  ids?: readonly string[],
): Promise<ConfirmationRow[]> =>
  tx
    .select()
    .from(ruleConfirmations)
    .where(
      and(
        eq(ruleConfirmations.buildingId, buildingId),
        isNull(ruleConfirmations.withdrawnAt),
        ...(ids ? [inArray(ruleConfirmations.rule, [...ids])] : []),
      ),
    )
    .orderBy(asc(ruleConfirmations.confirmedAt), asc(ruleConfirmations.id));
