// All SQL of what follows the count; rows become domain values here and nowhere else.
import type { Tx } from '@veche/module-kit/database.ts';
import { and, asc, eq, inArray, isNotNull, isNull, or } from 'drizzle-orm';
import { entries } from '../schema.ts';
import type { MeetingKey } from '../store.ts';
import type { MinutesAnnex } from '../domain/minutes-model.ts';
import { minutes, minutesSignatures, paperSteps, type KeptAnnex } from './schema.ts';

export type EditionRow = typeof minutes.$inferSelect;

const isOf = (key: MeetingKey) => and(eq(minutes.buildingId, key.buildingId), eq(minutes.meeting, key.id));

/** Keeps an edition; the caller holds the meeting, so that no two get one number. */
export async function insertEdition(tx: Tx, row: EditionRow): Promise<void> {
  await tx.insert(minutes).values(row);
}

/** The editions of a meeting's minutes, the first one first. */
export async function listEditions(tx: Tx, key: MeetingKey): Promise<EditionRow[]> {
  return tx.select().from(minutes).where(isOf(key)).orderBy(asc(minutes.edition));
}

export type SignatureRow = typeof minutesSignatures.$inferSelect;

const isSignatureOf = (key: MeetingKey) =>
  and(eq(minutesSignatures.buildingId, key.buildingId), eq(minutesSignatures.meeting, key.id));

export async function insertSignature(tx: Tx, row: SignatureRow): Promise<void> {
  await tx.insert(minutesSignatures).values(row);
}

/** Every signature of every edition, in the order they came, those that were withdrawn too. */
export async function listSignatures(tx: Tx, key: MeetingKey): Promise<SignatureRow[]> {
  return tx
    .select()
    .from(minutesSignatures)
    .where(isSignatureOf(key))
    .orderBy(asc(minutesSignatures.uploadedAt), asc(minutesSignatures.id));
}

/** Whether a signature is of that edition and was not withdrawn. */
export const isStanding =
  (edition: number) =>
  (one: SignatureRow): boolean =>
    one.edition === edition && one.withdrawnAt === null;

/** False when there is none that stands. */
export async function withdrawSignature(
  tx: Tx,
  key: MeetingKey,
  id: string,
  by: { readonly personId: string; readonly now: Date },
): Promise<boolean> {
  const rows = await tx
    .update(minutesSignatures)
    .set({ withdrawnBy: by.personId, withdrawnAt: by.now })
    .where(and(isSignatureOf(key), eq(minutesSignatures.id, id), isNull(minutesSignatures.withdrawnAt)))
    .returning({ id: minutesSignatures.id });
  return rows.length > 0;
}

/** Every ballot of the voters for whom somebody else has cast at least once, and what passed meanwhile; in no order. */
export async function readActedFor(tx: Tx, key: MeetingKey) {
  const isEntryOf = and(eq(entries.buildingId, key.buildingId), eq(entries.meeting, key.id));
  const actedFor = tx
    .select({ voter: entries.voter })
    .from(entries)
    .where(and(isEntryOf, isNotNull(entries.castBy)));
  return tx
    .select({
      idem: entries.idem,
      payload: entries.payload,
      salt: entries.salt,
      castBy: entries.castBy,
      basis: entries.basis,
    })
    .from(entries)
    .where(and(isEntryOf, or(inArray(entries.voter, actedFor), eq(entries.kind, 'roll.amended'))));
}

export type StepRow = typeof paperSteps.$inferSelect;

/** Marks a step as done; a step that is marked already is marked anew. */
export async function putStep(tx: Tx, row: StepRow): Promise<void> {
  const { doneOn, note, markedBy, markedAt } = row;
  await tx
    .insert(paperSteps)
    .values(row)
    .onConflictDoUpdate({
      target: [paperSteps.buildingId, paperSteps.meeting, paperSteps.step],
      set: { doneOn, note, markedBy, markedAt },
    });
}

export async function listSteps(tx: Tx, key: MeetingKey): Promise<StepRow[]> {
  return tx
    .select()
    .from(paperSteps)
    .where(and(eq(paperSteps.buildingId, key.buildingId), eq(paperSteps.meeting, key.id)));
}

/** An annex as it is told of: where its file lies is the house's business. */
export const publishedAnnex = ({ file: _file, ...annex }: KeptAnnex): MinutesAnnex => annex;
