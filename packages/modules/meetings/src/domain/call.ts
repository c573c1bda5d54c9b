// Calling a meeting: from a draft to the notice that is pinned in the public log, or the reason why not.
// After this nothing of the notice may change, so every check of agenda and dates stands here.
import { refuse, type Refusal } from '@veche/core/refusal.ts';
import type { Notice, NoticeItem } from '@veche/ledger/meeting.ts';
import { findPreset } from '@veche/rules/presets.ts';
import { dayIn, wholeSeconds } from './instant.ts';

export type Draft = {
  readonly title: string;
  readonly form: Notice['form'];
  readonly openness: 'public' | 'members';
  /** RFC 3339 UTC, whole seconds; null while undecided. */
  readonly opensAt: string | null;
  readonly closesAt: string | null;
  readonly items: readonly { readonly text: string; readonly explanation: string; readonly ruleId: string }[];
};

/** Owners are told at least so many days before the voting opens (Housing Code, article 45 part 4). */
export const NOTICE_DAYS = 10;

export type CallRefusal = Refusal<
  | 'no-items'
  | 'no-dates'
  | 'opens-in-the-past'
  | 'closes-before-it-opens'
  | 'short-notice'
  | 'register-empty'
  | 'unknown-rule'
>;

/** `notice` is what owners are told, exactly: its canonical JSON is what `meeting.called` commits to. */
export type Called = { readonly notice: Notice; readonly shortNotice: boolean };

export function callMeeting(input: {
  readonly id: string;
  readonly draft: Draft;
  readonly building: { readonly address: string; readonly areaCm2: number; readonly timeZone: string };
  /** Whether the register holds any premises with area. */
  readonly hasRegister: boolean;
  readonly acceptShortNotice: boolean;
  readonly now: Date;
}): Called | CallRefusal {
  const { draft, building, now } = input;
  if (draft.items.length === 0) return refuse('no-items');
  if (draft.opensAt === null || draft.closesAt === null) return refuse('no-dates');
  if (!input.hasRegister) return refuse('register-empty');
  const opensAt = new Date(draft.opensAt);
  const closesAt = new Date(draft.closesAt);
  if (opensAt <= now) return refuse('opens-in-the-past');
  if (closesAt <= opensAt) return refuse('closes-before-it-opens');
  const shortNotice = opensAt.getTime() - now.getTime() < NOTICE_DAYS * 86_400_000;
  if (shortNotice && !input.acceptShortNotice) return refuse('short-notice', { days: NOTICE_DAYS });

  const items: NoticeItem[] = [];
  for (const [position, item] of draft.items.entries()) {
    const rule = findPreset(item.ruleId, dayIn(building.timeZone, now))?.rule;
    if (!rule) return refuse('unknown-rule', { item: position + 1 });
    items.push({
      id: itemId(position + 1),
      number: position + 1,
      text: item.text,
      explanation: item.explanation,
      rule,
    });
  }
  return {
    shortNotice,
    notice: {
      meeting: input.id,
      title: draft.title,
      form: draft.form,
      building: { address: building.address, areaCm2: building.areaCm2 },
      timeZone: building.timeZone,
      opensAt: wholeSeconds(draft.opensAt),
      closesAt: wholeSeconds(draft.closesAt),
      items,
    },
  };
}

/** The id of an item in ballots and results: its number in the notice, which never changes. */
export const itemId = (number: number): string => `item-${number}`;
