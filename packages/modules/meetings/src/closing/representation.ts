// Which of the ballots that count were cast by somebody else than the owner, and on what basis: for the minutes and for the
// list of those who took part. Reads only the ballots of those voters: of a large building these are few.
import type { Translate } from '@veche/core/messages.ts';
import type { House } from '@veche/module-kit/module.ts';
import { personNames } from '@veche/people/store.ts';
import { ballotFates } from '../domain/ballot-fates.ts';
import type { Representation } from '../domain/minutes-model.ts';
import { noticeOf, type MeetingRow } from '../store.ts';
import { readActedFor } from './store.ts';

export type ActedFor = {
  /** In the order of the names of the bases; empty when every owner voted in person. */
  readonly counts: readonly Representation[];
  /** By entitlement. */
  readonly by: ReadonlyMap<string, { readonly personId: string; readonly basis: string }>;
};

export async function findActedFor(house: House, row: MeetingRow): Promise<ActedFor> {
  const rows = new Map(
    (await readActedFor(house.db, { buildingId: row.buildingId, id: row.id })).map((one) => [one.idem, one]),
  );
  const counts = new Map<string, Representation>();
  const by = new Map<string, { personId: string; basis: string }>();
  if (rows.size === 0) return { counts: [], by };
  const box = (await house.ledger.read([...rows.keys()])).map(({ idem, index, leaf }) => {
    const { payload, salt } = rows.get(idem)!;
    return { idem, index, leaf, payload, salt };
  });
  const { items, sale } = noticeOf(row);
  const fates = ballotFates({
    box,
    closingSize: row.closing?.size ?? null,
    rules: items.map(({ rule }) => rule),
    sale,
  });
  for (const { idem, counted } of fates) {
    const { castBy, basis } = rows.get(idem)!;
    if (castBy === null || basis === null || counted.length === 0) continue;
    const { ballots, shares } = counts.get(basis) ?? { ballots: 0, shares: 0 };
    counts.set(basis, { basis, ballots: ballots + 1, shares: shares + counted.length });
    for (const entitlement of counted) by.set(entitlement, { personId: castBy, basis });
  }
  return { counts: [...counts.values()].toSorted((a, b) => (a.basis < b.basis ? -1 : 1)), by };
}

/** By entitlement, who cast its ballot and on what basis. Names people: for the lists with names. */
export async function wordsFor(
  house: House,
  { by }: ActedFor,
  translate: Translate,
): Promise<ReadonlyMap<string, string>> {
  const names = await personNames(house.db, [...new Set([...by.values()].map(({ personId }) => personId))]);
  return new Map(
    [...by].map(([entitlement, { personId, basis }]) => [
      entitlement,
      translate('annex.acted-for', { name: names.get(personId) ?? '', basis }),
    ]),
  );
}
