// The library of agenda items: what the law lets a meeting decide, clause by clause, and the rule each clause asks for.
// Data with marks and sources in library.json; the wording a chair begins from is in the messages, `library.<id>.*`.
import type { Confidence } from '@veche/rules/decision-rule.ts';
import type { Day } from './day-count.ts';
import library from './library.json' with { type: 'json' };

export type LibraryItem = {
  /** `regime.name`; pinned in the notice as the item's competence. */
  readonly id: string;
  readonly regime: string;
  /** The number of the clause, where the law numbers them. */
  readonly clause?: string;
  readonly legalRef: string;
  /** Ids of the decision rules that satisfy the clause; empty where no source gave one. */
  readonly rules: readonly string[];
  /** First day on which a meeting may be called by this edition. */
  readonly effectiveFrom: Day;
  /** How sure the majority is. */
  readonly threshold: Confidence;
  /** How sure it is what the clause is about. */
  readonly subject: Confidence;
  /** Whether owners cannot judge it without a document. */
  readonly annex: boolean;
  /** Parts of words, lower case, by which the subject is guessed from a wording. */
  readonly words: readonly string[];
  /** What the clause asked for when it was seen earlier; the dates between are not known. */
  readonly earlier?: readonly { readonly seenOn: string; readonly rule: string }[];
};

const LIBRARY = library as readonly LibraryItem[];

/** The items of a regime that a meeting called on `day` may have. */
export const listLibrary = (regime: string, day: Day): readonly LibraryItem[] =>
  LIBRARY.filter((item) => item.regime === regime && item.effectiveFrom <= day);

export const findLibraryItem = (id: string, day: Day): LibraryItem | null =>
  LIBRARY.find((item) => item.id === id && item.effectiveFrom <= day) ?? null;

/** The clause a wording seems to fall under; null when none or several do. A guess to ask about, never to act on. */
export function guessItem(text: string, regime: string, day: Day): LibraryItem | null {
  const lower = text.toLowerCase();
  const fitting = listLibrary(regime, day).filter(({ words }) => words.some((word) => lower.includes(word)));
  return fitting.length === 1 ? fitting[0]! : null;
}

/** The months in which the annual meeting is held unless the owners said otherwise (Housing Code, article 45(1)). */
export const isAnnualSeason = (regime: string, day: Day): boolean =>
  regime !== 'ru' || (day.slice(5, 7) >= '04' && day.slice(5, 7) <= '06');
