// What the pages of rules are given, and how their addresses are read and written. It never decides what a rule needs.
import type { Answer } from '@veche/module-kit/client.ts';
import { pathsOf } from '../views.ts';
import type {
  getLibraryRule,
  listConfirmations,
  listRuleLibrary,
  replayMeeting,
} from '../../rules/contract.ts';

export type RuleLibrary = Answer<typeof listRuleLibrary>;
/** A rule with all its versions. */
export type LibraryRule = Answer<typeof getLibraryRule>;
export type RuleVersion = LibraryRule['versions'][number];
export type Replay = Answer<typeof replayMeeting>;

/** The building whose people answer for rules. */
export type BuildingRules = {
  readonly id: string;
  readonly address: string;
  readonly timeZone: string;
} & Answer<typeof listConfirmations>;

export const SURE = ['confirmed', 'secondary', 'unconfirmed'] as const;

export type Wanted = {
  readonly words: string;
  readonly regime: string;
  readonly confidence: (typeof SURE)[number] | '';
  /** Ids of the rules side by side, three at most. */
  readonly compared: readonly string[];
};

/** What the address asks for; what it cannot ask for is left out. */
export function readWanted(query: URLSearchParams): Wanted {
  const confidence = query.get('sure') ?? '';
  return {
    words: (query.get('search') ?? '').trim().slice(0, 100),
    regime: (query.get('country') ?? '').slice(0, 64),
    confidence: SURE.find((one) => one === confidence) ?? '',
    compared: [...new Set(query.getAll('with').filter((id) => RULE_ID.test(id)))].slice(-3),
  };
}
const RULE_ID = /^[a-z0-9][a-z0-9.-]{0,63}$/;

/** The address of the same list with others side by side. */
export const comparing = (here: string, wanted: Wanted, compared: readonly string[]): string => {
  const query = new URLSearchParams([
    ...(wanted.words === '' ? [] : [['search', wanted.words]]),
    ...(wanted.regime === '' ? [] : [['country', wanted.regime]]),
    ...(wanted.confidence === '' ? [] : [['sure', wanted.confidence]]),
    ...compared.slice(-3).map((id) => ['with', id]),
  ]).toString();
  return query === '' ? here : `${here}?${query}`;
};

/** Square metres as people type them, `10 600,5`, in cm²; null when it is no area of a building. */
export function readSquareMetres(text: string): number | null {
  const match = /^(\d{1,7})(?:[.,](\d{1,4}))?$/.exec(text.replaceAll(/\s/g, ''));
  if (!match) return null;
  const cm2 = Number(match[1]) * 10_000 + Number((match[2] ?? '').padEnd(4, '0'));
  return cm2 > 0 ? cm2 : null;
}

/** The version in force; the newest where none is. */
export const currentOf = ({ versions }: LibraryRule): RuleVersion =>
  versions.find(({ inForce }) => inForce) ?? versions[0]!;

/** The page of a rule that somebody in the building has to answer for before a meeting goes on. */
export const answerFor = (
  building: string,
  rule: string,
  meeting: { id: string; isDraft: boolean },
): string => `/buildings/${building}/rules/${rule}?${meeting.isDraft ? 'draft' : 'meeting'}=${meeting.id}`;

/** The way back from there, by its address; null where one only reads. */
export function waitingFor(building: string, query: URLSearchParams): string | null {
  const [draft, meeting] = [query.get('draft'), query.get('meeting')];
  if (draft !== null && MEETING_ID.test(draft)) return `${pathsOf(building, draft).edit}?step=review`;
  return meeting !== null && MEETING_ID.test(meeting) ? pathsOf(building, meeting).meeting : null;
}
const MEETING_ID = /^[A-Za-z0-9_-]{1,64}$/;
