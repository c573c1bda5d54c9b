// All SQL of the register of decisions.
import type { Tx } from '@veche/module-kit/database.ts';
import { and, asc, desc, eq, isNull, notExists, sql } from 'drizzle-orm';
import { meetings } from '../schema.ts';
import type { MeetingKey } from '../store.ts';
import { decisionLinks, decisions } from './schema.ts';

export type DecisionRow = typeof decisions.$inferSelect;
export type DecisionLinkRow = typeof decisionLinks.$inferSelect;

/** Makes whoever numbers decisions of a building wait for one another until the transaction ends. */
export async function lockDecisions(tx: Tx, buildingId: string): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${buildingId}::text, 4))`);
}

/** The last number given in the building; 0 when none was. Asked under {@link lockDecisions}. */
export async function lastDecision(tx: Tx, buildingId: string): Promise<number> {
  const [row] = await tx
    .select({ number: decisions.number })
    .from(decisions)
    .where(eq(decisions.buildingId, buildingId))
    .orderBy(desc(decisions.number))
    .limit(1);
  return row?.number ?? 0;
}

export async function hasDecisions(tx: Tx, key: MeetingKey): Promise<boolean> {
  return (
    (await tx.$count(
      decisions,
      and(eq(decisions.buildingId, key.buildingId), eq(decisions.meeting, key.id)),
    )) > 0
  );
}

export async function insertDecisions(tx: Tx, rows: readonly DecisionRow[]): Promise<void> {
  if (rows.length > 0) await tx.insert(decisions).values([...rows]);
}

/** Of one meeting, in the order of its agenda. */
export async function listDecisionsOf(tx: Tx, key: MeetingKey): Promise<DecisionRow[]> {
  return tx
    .select()
    .from(decisions)
    .where(and(eq(decisions.buildingId, key.buildingId), eq(decisions.meeting, key.id)))
    .orderBy(asc(decisions.number));
}

/** Records that the chair decided an item; the caller holds the meeting. */
export async function settleDecision(
  tx: Tx,
  key: MeetingKey,
  item: string,
  verdict: 'passed' | 'failed' | 'no-quorum',
): Promise<void> {
  await tx
    .update(decisions)
    .set({ verdict, passed: verdict === 'passed', how: 'casting-vote' })
    .where(
      and(eq(decisions.buildingId, key.buildingId), eq(decisions.meeting, key.id), eq(decisions.item, item)),
    );
}

/** The newest first; `containing`: words that stand in the text, whatever their case. */
export async function listDecisions(
  tx: Tx,
  buildingId: string,
  containing: string | null,
): Promise<DecisionRow[]> {
  const words = containing === null ? [] : containing.split(/\s+/).filter((word) => word !== '');
  return tx
    .select()
    .from(decisions)
    .where(
      and(
        eq(decisions.buildingId, buildingId),
        ...words.map((word) => sql`position(lower(${word}) in lower(${decisions.text})) > 0`),
      ),
    )
    .orderBy(desc(decisions.number))
    .limit(2_000);
}

/** Those that were not withdrawn. */
export async function listLinks(tx: Tx, buildingId: string): Promise<DecisionLinkRow[]> {
  return tx
    .select()
    .from(decisionLinks)
    .where(and(eq(decisionLinks.buildingId, buildingId), isNull(decisionLinks.withdrawnAt)))
    .orderBy(asc(decisionLinks.recordedAt), asc(decisionLinks.id));
}

export async function insertLink(tx: Tx, row: DecisionLinkRow): Promise<void> {
  await tx.insert(decisionLinks).values(row);
}

/** False when there is none that stands. */
export async function withdrawLink(
  tx: Tx,
  buildingId: string,
  id: string,
  by: { readonly personId: string; readonly now: Date },
): Promise<boolean> {
  const rows = await tx
    .update(decisionLinks)
    .set({ withdrawnBy: by.personId, withdrawnAt: by.now })
    .where(
      and(
        eq(decisionLinks.buildingId, buildingId),
        eq(decisionLinks.id, id),
        isNull(decisionLinks.withdrawnAt),
      ),
    )
    .returning({ id: decisionLinks.id });
  return rows.length > 0;
}

/** Closed meetings whose decisions have no numbers yet, the earliest first: of before there was a register. */
export async function findUnrecorded(tx: Tx): Promise<MeetingKey[]> {
  return tx
    .select({ buildingId: meetings.buildingId, id: meetings.id })
    .from(meetings)
    .where(
      and(
        eq(meetings.state, 'closed'),
        notExists(
          tx
            .select({ one: sql`1` })
            .from(decisions)
            .where(and(eq(decisions.buildingId, meetings.buildingId), eq(decisions.meeting, meetings.id))),
        ),
      ),
    )
    .orderBy(asc(meetings.closedAt))
    .limit(100);
}
