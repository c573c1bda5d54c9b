// The terms of the law around a meeting, as data with their sources: terms.json. A number of days lives only there.
// Nothing here decides by the name of a regime; what no source confirms carries its mark to whoever reads it.
import type { Confidence } from '@veche/rules/decision-rule.ts';
import {
  addDays,
  countedAs,
  earliestEvent,
  type Day,
  type DayCount,
  type IsWorkingDay,
} from './day-count.ts';
import { dayIn } from './instant.ts';
import terms from './terms.json' with { type: 'json' };
import { instantOf, wallTimeOf } from './zoned-time.ts';

/**
 * What the term stands between. `notice`: telling the owners, and the opening. `administrator`: telling the
 * administrator of the system, and the opening. `voting`: the opening and the end. `postal-form`: the form received by
 * post, and the meeting.
 */
export type TermAct = 'notice' | 'administrator' | 'voting' | 'postal-form';

export type Term = DayCount & {
  /** `regime.name`, unique. */
  readonly id: string;
  /** The body of law, as in decision rules. */
  readonly regime: string;
  readonly act: TermAct;
  /** At most so many days, where the law says so. */
  readonly mostDays?: number;
  /** What starts the term: the sending, the first attempt to hand over, or the receipt. */
  readonly from: 'sent' | 'presented' | 'received';
  /** `should`: the law asks for it, and a decision does not fall by it alone. */
  readonly force: 'must' | 'should';
  /** The forms of meeting it holds for; all when absent. */
  readonly forms?: readonly string[];
  readonly legalRef: string;
  /** How sure the number is. */
  readonly confidence: Confidence;
  /** How sure it is which days count; where it is not, the reading is taken in which no day can be missing. */
  readonly counting: Confidence;
};

const TERMS = terms as unknown as readonly Term[];

/** All terms, for a page that shows them. */
export const listTerms = (regime: string): readonly Term[] => TERMS.filter((term) => term.regime === regime);

/** The term that a regime sets for the act and the form of the meeting; null where none is known. */
export const findTerm = (regime: string, act: TermAct, form: string): Term | null =>
  TERMS.find(
    (term) =>
      term.regime === regime && term.act === act && (term.forms === undefined || term.forms.includes(form)),
  ) ?? null;

/**
 * The earliest day on which voting may open, by the calendar of the building, for a notice given at `at`.
 * A term that starts with the handing over assumes that it comes about on the day of the notice: for letters the day of
 * the first attempt is given as `at`.
 */
export function earliestOpening(term: Term, at: Date, timeZone: string, isWorking: IsWorkingDay): Day {
  const act = countedAs(term, dayIn(timeZone, at), wallTimeOf(at, timeZone).slice(11));
  return earliestEvent(term, act, isWorking);
}

/**
 * The earliest and the latest moment at which voting may end: the same time on the clocks of the building, so many days
 * later, so that a night of changed clocks costs nobody an hour.
 */
export function lawfulEnd(
  term: Term,
  opensAt: Date,
  timeZone: string,
): { earliest: Date; latest: Date | null } {
  const [day = '', time = ''] = wallTimeOf(opensAt, timeZone).split('T');
  const endAfter = (days: number): Date => instantOf(`${addDays(day, days)}T${time}`, timeZone)!;
  return {
    earliest: endAfter(term.days),
    latest: term.mostDays === undefined ? null : endAfter(term.mostDays),
  };
}
