// The register with what the rules of one agenda ask about owners: for the roll of its opening, for the check before the
// notice, and for the owner who wants to know beforehand.
import type { Tx } from '@veche/module-kit/database.ts';
import { findMarks } from '@veche/people/register/mark-store.ts';
import type { RegisterMoment } from '@veche/people/register/titles.ts';
import { findHoldings, type Holding } from '@veche/people/store.ts';
import type { DecisionRule } from '@veche/rules/decision-rule.ts';
import { askedBy, markHoldings, type Asked } from '../domain/marks.ts';
import { dayIn } from '../domain/instant.ts';
import { findInstalled } from '../rules/installed.ts';
import { noticeOf, type MeetingRow } from '../store.ts';

export type MarkedHolding = Holding & { readonly marks: readonly string[] };

/** What the agenda of a called meeting asks: its parties stand in the draft, which nobody can change any more. */
function askedIn(row: MeetingRow): Asked {
  const notice = noticeOf(row);
  const day = dayIn(notice.timeZone, row.calledAt!);
  return askedBy(
    notice.items.map(({ id, rule }, position) => ({
      id,
      rules: [rule, ...fallbackOf(rule, day)],
      parties: row.draft.items[position]?.parties ?? [],
    })),
  );
}

/** The rule that may take the place of one over the same roll. */
function fallbackOf({ fallback }: DecisionRule, day: string): DecisionRule[] {
  const found = fallback?.rule === undefined ? null : findInstalled(fallback.rule, day);
  return found ? [found.rule] : [];
}

/** The holdings of a called meeting at a moment, each with its marks. */
export async function findMarkedHoldings(
  tx: Tx,
  row: MeetingRow,
  moment: RegisterMoment,
): Promise<MarkedHolding[]> {
  const asked = askedIn(row);
  const [holdings, stated] = [
    await findHoldings(tx, row.buildingId, moment),
    asked.kinds.size === 0 ? [] : await findMarks(tx, row.buildingId, moment),
  ];
  return markHoldings(holdings, stated, asked);
}
