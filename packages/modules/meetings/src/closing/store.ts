// All SQL of what follows the count; rows become domain values here and nowhere else.
import type { Tx } from '@veche/module-kit/database.ts';
import { and, asc, eq } from 'drizzle-orm';
import type { MeetingKey } from '../store.ts';
import type { MinutesAnnex } from '../domain/minutes-model.ts';
import { minutes, type KeptAnnex } from './schema.ts';

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

/** An annex as it is told of: where its file lies is the house's business. */
export const publishedAnnex = ({ file: _file, ...annex }: KeptAnnex): MinutesAnnex => annex;
