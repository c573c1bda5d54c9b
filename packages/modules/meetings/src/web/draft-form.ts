// The wizard's form as data: what is still missing, and what was typed but not saved yet. What may be contested is found
// by the server; here stands only what keeps a step from being saved.
import { addDays } from '../domain/day-count.ts';
import { wallTimeAfter } from '../domain/zoned-time.ts';
import type { Draft, DraftItem, LibraryChoice, MeetingView } from './views.ts';

export const WIZARD_STEPS = ['what', 'items', 'dates', 'materials', 'review'] as const;
export type WizardStep = (typeof WIZARD_STEPS)[number];
export const isWizardStep = (value: unknown): value is WizardStep =>
  WIZARD_STEPS.includes(value as WizardStep);

/** Days of notice and of voting to begin with where no term is known. */
const USUAL_NOTICE_DAYS = 11;
const USUAL_VOTING_DAYS = 8;
export const DAY_MS = 86_400_000;

export const emptyDraft: Draft = {
  title: '',
  form: 'absentee',
  openness: 'public',
  opensAt: null,
  closesAt: null,
  kind: 'extraordinary',
  convener: 'owner',
  sale: 'stays',
  items: [],
};
export const emptyItem: DraftItem = { text: '', explanation: '', ruleId: '' };

/** A draft as its form has it. */
export const draftOf = (meeting: MeetingView): Draft => ({
  title: meeting.title,
  form: meeting.form,
  openness: meeting.openness,
  opensAt: meeting.opensAt,
  closesAt: meeting.closesAt,
  kind: meeting.kind ?? undefined,
  convener: meeting.convener ?? undefined,
  sale: meeting.sale ?? 'stays',
  gathering: meeting.gathering ?? undefined,
  materialsPlace: meeting.materialsPlace ?? undefined,
  items: meeting.items.map(({ text, explanation, rule, clause, entrance, parties }) => ({
    text,
    explanation,
    ruleId: rule.id,
    clause: clause ?? undefined,
    entrance: entrance ?? undefined,
    parties: parties.length === 0 ? undefined : parties.map(({ id }) => id),
  })),
});

/** An item as the library proposes it, with the rule where the clause leaves one. */
export const itemFrom = (choice: LibraryChoice): DraftItem => ({
  text: choice.wording,
  explanation: '',
  ruleId: choice.rules.length === 1 ? choice.rules[0]! : '',
  clause: choice.id,
});

/** Whether the rule measures one entrance, which the item has to name. */
export const needsEntrance = (rule: {
  readonly tests: readonly (readonly { readonly base: string }[])[];
  readonly quorum: readonly { readonly entrance?: string | undefined }[];
}): boolean =>
  rule.tests.flat().some(({ base }) => base === 'entrance:?') ||
  rule.quorum.some(({ entrance }) => entrance === '?');

/** Keys of the messages that say what is wrong with a step; empty when it is in order. */
export function faultsOf(draft: Draft, step: WizardStep, now: Date): Record<string, string> {
  const faults: Record<string, string> = {};
  if (step === 'what') {
    const length = draft.title.trim().length;
    if (length < 3 || length > 200) faults['title'] = 'wizard.error.title';
  }
  if (step === 'items') {
    if (draft.items.length === 0) faults['items'] = 'wizard.error.items';
    draft.items.forEach((item, i) => {
      if (item.text.trim().length < 5) faults[`text-${i}`] = 'wizard.error.item';
      if (item.ruleId === '') faults[`rule-${i}`] = 'wizard.error.rule';
    });
  }
  if (step === 'dates') {
    if (draft.opensAt === null) faults['opensAt'] = 'wizard.error.date';
    else if (Date.parse(draft.opensAt) <= now.getTime()) faults['opensAt'] = 'wizard.error.past';
    if (draft.closesAt === null) faults['closesAt'] = 'wizard.error.date';
    else if (draft.opensAt !== null && Date.parse(draft.closesAt) <= Date.parse(draft.opensAt))
      faults['closesAt'] = 'wizard.error.order';
    if (draft.gathering && draft.gathering.place.trim().length < 3) faults['place'] = 'wizard.error.place';
  }
  return faults;
}

/** Whole days between two instants, rounded down. */
export const daysBetween = (from: Date, to: Date): number =>
  Math.floor((to.getTime() - from.getTime()) / DAY_MS);

/** Dates to begin with: the first lawful day and a little over the usual length, in daylight. */
export function usualDates(
  now: Date,
  timeZone: string,
  earliest: string | null,
): { opens: string; closes: string } {
  const opens = earliest === null ? wallTimeAfter(now, timeZone, USUAL_NOTICE_DAYS, 9) : `${earliest}T09:00`;
  return { opens, closes: `${addDays(opens.slice(0, 10), USUAL_VOTING_DAYS)}T20:00` };
}
