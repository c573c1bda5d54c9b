// All SQL of the auditor's desk: of a few ballots, when they came and whose shares they are of.
import type { Tx } from '@veche/module-kit/database.ts';
import { and, eq, inArray } from 'drizzle-orm';
import { entries, roll } from '../schema.ts';
import type { MeetingKey } from '../store.ts';

/** Idem → when the server took it. */
export async function readCastTimes(
  tx: Tx,
  key: MeetingKey,
  idems: readonly string[],
): Promise<Map<string, Date>> {
  const rows = await tx
    .select({ idem: entries.idem, at: entries.createdAt })
    .from(entries)
    .where(
      and(
        eq(entries.buildingId, key.buildingId),
        eq(entries.meeting, key.id),
        inArray(entries.idem, [...idems]),
      ),
    );
  return new Map(rows.map(({ idem, at }) => [idem, at]));
}

/** Whose the shares are, by entitlement. */
export async function readShares(tx: Tx, key: MeetingKey, entitlements: readonly string[]) {
  const rows = await tx
    .select({
      entitlement: roll.entitlement,
      voter: roll.voter,
      personId: roll.personId,
      nowPersonId: roll.nowPersonId,
      premisesId: roll.premisesId,
      number: roll.premisesNumber,
      kind: roll.premisesKind,
    })
    .from(roll)
    .where(
      and(
        eq(roll.buildingId, key.buildingId),
        eq(roll.meeting, key.id),
        inArray(roll.entitlement, [...entitlements]),
      ),
    );
  return new Map(rows.map((row) => [row.entitlement, row]));
}
