// The wizard's form as data: what is still missing, and what was typed but not saved yet.
import { wallTimeAfter } from '../domain/zoned-time.ts';
import type { Draft, DraftItem, MeetingView } from './views.ts';

export const WIZARD_STEPS = ['what', 'items', 'dates', 'review'] as const;
export type WizardStep = (typeof WIZARD_STEPS)[number];
export const isWizardStep = (value: unknown): value is WizardStep =>
  WIZARD_STEPS.includes(value as WizardStep);

/** The law asks for at least so many days between notice and opening (Housing Code of Russia, art. 45(4)). */
export const LAWFUL_NOTICE_DAYS = 10;
/** Voting in a system lasts at least so long by art. 47.1. */
export const USUAL_VOTING_DAYS = 7;
export const DAY_MS = 86_400_000;

export const emptyDraft: Draft = {
  title: '',
  form: 'absentee',
  openness: 'public',
  opensAt: null,
  closesAt: null,
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
  items: meeting.items.map(({ text, explanation, rule }) => ({ text, explanation, ruleId: rule.id })),
});

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
  }
  return faults;
}

/** Whole days between two instants, rounded down. */
export const daysBetween = (from: Date, to: Date): number =>
  Math.floor((to.getTime() - from.getTime()) / DAY_MS);

/** Whether the opening comes sooner than the law allows. */
export const isShortNotice = (draft: Draft, now: Date): boolean =>
  draft.opensAt !== null && Date.parse(draft.opensAt) - now.getTime() < LAWFUL_NOTICE_DAYS * DAY_MS;

/** Dates to begin with: a lawful notice and a little over the usual length, in daylight. */
export const usualDates = (now: Date, timeZone: string): { opens: string; closes: string } => ({
  opens: wallTimeAfter(now, timeZone, LAWFUL_NOTICE_DAYS + 1, 9),
  closes: wallTimeAfter(now, timeZone, LAWFUL_NOTICE_DAYS + 1 + USUAL_VOTING_DAYS + 1, 20),
});
