// The entries of a meeting that the registrar signs: kept beside the log with what they commit to, handed over once.
import type { Tx } from '@veche/module-kit/database.ts';
import type { House } from '@veche/module-kit/module.ts';
import { ballotIdem } from './domain/ballot.ts';
import { insertEntry, type MeetingKey } from './store.ts';

export type SignedEntry = { readonly kind: string; readonly idem: string; readonly leaf: string };

/** Signs an entry of the meeting with the registrar's key. The same entry gives the same bytes every time. */
export function signEntry(
  house: House,
  key: MeetingKey,
  entry: Readonly<Record<string, unknown>> & { readonly kind: string },
): SignedEntry {
  const leaf = house.ledger.signEntry({ ...entry, meeting: key.id });
  return { kind: entry.kind, idem: ballotIdem(leaf), leaf };
}

/**
 * Hands a signed entry to the log inside the caller's transaction; one that is known already changes nothing.
 * @param opening - what the entry's commitment hides, where it has one, and whose entry it is
 */
export async function submitEntry(
  tx: Tx,
  house: House,
  key: MeetingKey,
  { kind, idem, leaf }: SignedEntry,
  now: Date,
  opening: { readonly payload?: string; readonly salt?: string; readonly voter?: string } = {},
): Promise<void> {
  await insertEntry(tx, {
    buildingId: key.buildingId,
    meeting: key.id,
    idem,
    kind,
    voter: opening.voter ?? null,
    payload: opening.payload ?? null,
    salt: opening.salt ?? null,
    createdAt: now,
  });
  await house.ledger.submit(tx, [{ idem, leaf }]);
}
