// The risks that somebody took upon himself, as the minutes and the pages of a meeting tell of them: without who it was.
import type { Translate } from '@veche/core/messages.ts';
import type { Notice } from '@veche/ledger/meeting.ts';
import { FINDING_CODES } from './preflight.ts';

export type AcceptedRisk = {
  /** Before the notice, or before the close. */
  readonly stage: 'call' | 'close';
  readonly code: string;
  /** The number of the item; null: the whole meeting. */
  readonly item: number | null;
  readonly title: string;
  readonly reason: string;
};

/**
 * Those before the notice as the notice has them, those before the close as they were recorded, the newest of a kind.
 * @param taken - oldest first
 */
export function acceptedRisks(
  notice: Pick<Notice, 'accepted' | 'items'>,
  taken: readonly Omit<AcceptedRisk, 'title'>[],
  translate: Translate,
): AcceptedRisk[] {
  const before = (notice.accepted ?? []).map(({ code, item, reason }) => ({
    stage: 'call' as const,
    code,
    item: notice.items.find(({ id }) => id === item)?.number ?? null,
    reason,
  }));
  const atClose = new Map(
    taken.filter(({ stage }) => stage === 'close').map((one) => [`${one.code} ${one.item}`, one]),
  );
  return [...before, ...atClose.values()].map(({ stage, code, item, reason }) => ({
    stage,
    code,
    item,
    title: titleOfFinding(code, translate),
    reason,
  }));
}

/** A title without the facts of the finding; its code where this version has no words for it. */
export function titleOfFinding(code: string, translate: Translate): string {
  return (FINDING_CODES as readonly string[]).includes(code) ? translate(`finding.${code}.title`) : code;
}
