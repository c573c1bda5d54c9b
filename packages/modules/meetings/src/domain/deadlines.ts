// What the law wants done after a meeting and by which day: terms as data, each with its source and how sure we are of it.
// Decides no number by itself: a term that is not confirmed is shown as such, wherever it is shown.
import type { Confidence } from '@veche/rules/decision-rule.ts';
import { addDays, type Day } from './day-count.ts';
import terms from './deadlines.json' with { type: 'json' };

/** What a person marks as done. `signed-on-paper`: a signature by hand, which no file shows. */
export const PAPER_STEPS = ['owners-told', 'signed-on-paper', 'originals', 'inspection'] as const;
export type PaperStep = (typeof PAPER_STEPS)[number];

export const DEADLINES = [
  'minutes',
  'owners-told',
  'originals',
  'inspection',
  'challenge',
  'challenge-grounds',
  'challenge-last',
  'kept',
] as const;
export type DeadlineKind = (typeof DEADLINES)[number];

type Term = {
  readonly id: string;
  readonly regime: string;
  readonly what: DeadlineKind;
  /** What the term runs from; where that has not happened, from its own last day. */
  readonly from: 'closed' | DeadlineKind;
  readonly days?: number;
  readonly months?: number;
  readonly legalRef: string;
  readonly confidence: Confidence;
};
const TERMS = terms as readonly Term[];

/** Those by which an owner may go to court. */
export const CHALLENGES = [
  'challenge',
  'challenge-grounds',
  'challenge-last',
] as const satisfies readonly DeadlineKind[];
export type ChallengeKind = (typeof CHALLENGES)[number];

/** Laws of which a term for challenging is known, of those given; how to challenge is told by each. */
export const regimesWithChallenge = (regimes: Iterable<string>): string[] =>
  [...new Set(regimes)].filter((regime) =>
    TERMS.some((term) => term.regime === regime && term.what === 'challenge'),
  );

/** What of the calendar is for owners: by when they may go to court. */
export const challengesAmong = (
  deadlines: readonly Deadline[],
): (Deadline & { readonly what: ChallengeKind })[] =>
  deadlines.flatMap((one) => {
    const what = CHALLENGES.find((kind) => kind === one.what);
    return what === undefined ? [] : [{ ...one, what }];
  });

export type Deadline = {
  readonly what: DeadlineKind;
  /** The last day, on the building's calendar; days and months are counted from the day after. */
  readonly day: Day;
  /** Counted from a day that was not reached yet: it comes earlier when that does. */
  readonly provisional: boolean;
  readonly legalRef: string;
  readonly confidence: Confidence;
  /** The day it was done; null while it was not, and for terms that only run out. */
  readonly doneOn: Day | null;
};

/**
 * The calendar after a meeting, in the order of its days.
 * @param regimes - of the rules of its items
 * @param done - days on the building's calendar; `minutes` by the close itself
 */
export function deadlinesOf(
  regimes: ReadonlySet<string>,
  closedOn: Day,
  done: Readonly<Partial<Record<DeadlineKind, Day>>>,
): Deadline[] {
  const found: Deadline[] = [];
  // A term stands after the one it runs from.
  for (const term of TERMS.filter(({ regime }) => regimes.has(regime))) {
    const base = term.from === 'closed' ? null : found.find(({ what }) => what === term.from);
    const start = term.from === 'closed' ? closedOn : (base?.doneOn ?? base?.day ?? closedOn);
    found.push({
      what: term.what,
      day: term.months === undefined ? addDays(start, term.days!) : addMonths(start, term.months),
      provisional: term.from !== 'closed' && (base?.doneOn ?? null) === null,
      legalRef: term.legalRef,
      confidence: term.confidence,
      doneOn: done[term.what] ?? null,
    });
  }
  return found.toSorted((a, b) => (a.day < b.day ? -1 : a.day > b.day ? 1 : 0));
}

/** The same day of a later month, or the last one of a month that is too short. */
export function addMonths(day: Day, months: number): Day {
  const [year, month, date] = day.split('-').map(Number) as [number, number, number];
  const first = new Date(Date.UTC(year, month - 1 + months, 1));
  const days = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0)).getUTCDate();
  return addDays(first.toISOString().slice(0, 10), Math.min(date, days) - 1);
}
