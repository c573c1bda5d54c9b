// All SQL about marks of owners. Rows are added and superseded, and never changed or deleted.
import type { RandomBytes } from '@veche/core/random.ts';
import type { Tx } from '@veche/module-kit/database.ts';
import { and, asc, eq, isNull } from 'drizzle-orm';
import { marks } from '../schema.ts';
import { getBuilding } from '../store.ts';
import { randomUuid } from '../uuid.ts';
import { dayIn } from './local-day.ts';
import { marksAt, type Mark, type MarkAct, type MarkVersion } from './mark.ts';
import type { RegisterMoment } from './titles.ts';

export type RecordedMark = MarkVersion & { readonly note: string; readonly recordedBy: string };

/** Every version of every mark of a building that was ever known, in the order of recording. */
export async function readMarks(tx: Tx, buildingId: string): Promise<RecordedMark[]> {
  const rows = await tx
    .select()
    .from(marks)
    .where(eq(marks.buildingId, buildingId))
    .orderBy(asc(marks.recordedAt), asc(marks.id));
  return rows.map((row) => ({
    id: row.id,
    mark: row.mark,
    act: row.act,
    kind: row.kind,
    personId: row.personId,
    premisesId: row.premisesId,
    document: { kind: row.documentKind, number: row.documentNumber, date: row.documentDate },
    from: row.fromDay,
    until: row.untilDay,
    note: row.note,
    recordedAt: row.recordedAt,
    recordedBy: row.recordedBy,
    supersededAt: row.supersededAt,
  }));
}

/**
 * What was so of the owners of a building at a moment, as it was known at another. The same moment gives the same marks for
 * ever, whatever is corrected later.
 * @throws RangeError: when there is no such building.
 */
export async function findMarks(
  tx: Tx,
  buildingId: string,
  { at, known }: RegisterMoment,
): Promise<RecordedMark[]> {
  const { timeZone } = await getBuilding(tx, buildingId);
  return marksAt(await readMarks(tx, buildingId), { day: dayIn(at, timeZone), known });
}

/** Writes a version down and supersedes the one before it. The titles of the building must be locked by the caller. */
export async function insertMark(
  tx: Tx,
  given: {
    readonly buildingId: string;
    /** Null: a new one. */
    readonly mark: string | null;
    readonly act: MarkAct;
    readonly said: Mark;
    readonly note: string;
    readonly recordedBy: string;
    readonly now: Date;
    readonly random: RandomBytes;
  },
): Promise<string> {
  const { buildingId, said, now } = given;
  const mark = given.mark ?? randomUuid(given.random);
  if (given.mark !== null)
    await tx
      .update(marks)
      .set({ supersededAt: now })
      .where(and(eq(marks.buildingId, buildingId), eq(marks.mark, mark), isNull(marks.supersededAt)));
  await tx.insert(marks).values({
    buildingId,
    id: randomUuid(given.random),
    mark,
    act: given.act,
    kind: said.kind,
    personId: said.personId,
    premisesId: said.premisesId,
    documentKind: said.document.kind,
    documentNumber: said.document.number,
    documentDate: said.document.date,
    fromDay: said.from,
    untilDay: said.until,
    note: given.note,
    recordedAt: now,
    recordedBy: given.recordedBy,
  });
  return mark;
}
