// Calling a meeting: from a draft to the notice that is pinned in the public log, or the reason why not.
// After this nothing of the notice may change: whatever preflight.ts found must be mended or taken by somebody, with a reason.
import { refuse, type Refusal } from '@veche/core/refusal.ts';
import type { Notice, NoticeItem, NoticeMaterial } from '@veche/ledger/meeting.ts';
import { nameEntrance, type DecisionRule } from '@veche/rules/decision-rule.ts';
import type { Convener, MeetingKind, SalePolicy } from './agenda-choices.ts';
import { wholeSeconds } from './instant.ts';
import { limitOf } from './house-limits.ts';
import { hasOpenEntrance, isSame, type Finding } from './preflight.ts';

export type DraftItem = {
  readonly text: string;
  readonly explanation: string;
  readonly ruleId: string;
  /** The competence it falls under: an id of the library. */
  readonly clause?: string | undefined;
  /** For a rule that measures one entrance. */
  readonly entrance?: string | undefined;
  /** Persons of the register whose own matter it is, where its rule takes their vote. Never in the notice. */
  readonly parties?: readonly string[] | undefined;
  /** Which vote over the same item this is: absent for the first, 1 for the second that a rule grants. */
  readonly round?: number | undefined;
  /** Its number in the vote before, which it keeps; absent: its place on the agenda. */
  readonly number?: number | undefined;
};

export type Draft = {
  readonly title: string;
  readonly form: Notice['form'];
  readonly openness: 'public' | 'members';
  /** RFC 3339 UTC, whole seconds; null while undecided. */
  readonly opensAt: string | null;
  readonly closesAt: string | null;
  readonly kind?: MeetingKind | undefined;
  readonly convener?: Convener | undefined;
  readonly sale?: SalePolicy | undefined;
  /** Where and when people come together, for a form that has it. */
  readonly gathering?: { readonly at: string; readonly place: string } | undefined;
  /** Where the materials can be seen on paper. */
  readonly materialsPlace?: string | undefined;
  readonly items: readonly DraftItem[];
  /** The vote after which this one is called by itself; absent where a person calls it. */
  readonly follows?: Notice['follows'] | undefined;
};

/** A finding that somebody takes upon himself, and why. */
export type Override = { readonly code: string; readonly item: number | null; readonly reason: string };

/** What cannot be called at all, whatever reason is given; the last is mended by a person who answers for the rule. */
const STOPS = [
  'no-items',
  'no-dates',
  'opens-in-the-past',
  'closes-before-it-opens',
  'gathering-outside',
  'register-empty',
  'unknown-rule',
  'unknown-entrance',
  'unconfirmed-rule',
] as const;

export type CallRefusal = Refusal<(typeof STOPS)[number] | 'findings-open' | 'rule-not-held'>;

/** `notice` is what owners are told, exactly: its canonical JSON is what `meeting.called` commits to. */
export type Called = {
  readonly notice: Notice;
  readonly shortNotice: boolean;
  /** The risks that were found and taken. */
  readonly accepted: readonly Override[];
};

export function callMeeting(input: {
  readonly id: string;
  readonly draft: Draft;
  readonly building: { readonly address: string; readonly areaCm2: number; readonly timeZone: string };
  /** What preflight.ts found in this very draft. */
  readonly findings: readonly Finding[];
  readonly overrides: readonly Override[];
  readonly materials: readonly NoticeMaterial[];
  readonly findRule: (id: string) => DecisionRule | null;
  /** The rule in people's words, by language, pinned with it; null where nobody wrote any. */
  readonly textsOf: (rule: DecisionRule) => NoticeItem['ruleTexts'] | null;
}): Called | CallRefusal {
  const { draft, building, findings } = input;
  // In the order in which one has to mend them: an agenda without dates lacks its dates only after its items.
  for (const code of STOPS) {
    const stop = findings.find((found) => found.severity === 'stop' && found.code === code);
    if (stop) return stop.item === null ? refuse(code) : refuse(code, { item: stop.item });
  }
  if (draft.opensAt === null || draft.closesAt === null) return refuse('no-dates');
  const risks = findings.filter(({ severity }) => severity === 'risk');
  const accepted = risks.flatMap(
    (risk) =>
      input.overrides.find((override) => isSame(override, risk) && override.reason.trim() !== '') ?? [],
  );
  if (accepted.length < risks.length)
    return refuse('findings-open', { count: risks.length - accepted.length });

  const items: NoticeItem[] = [];
  for (const [position, item] of draft.items.entries()) {
    const rule = input.findRule(item.ruleId);
    if (!rule) return refuse('unknown-rule', { item: position + 1 });
    if (limitOf(rule)) return refuse('rule-not-held', { item: position + 1 });
    const ruleTexts = input.textsOf(rule);
    items.push({
      id: itemId(numberOf(draft, position + 1)),
      number: numberOf(draft, position + 1),
      text: item.text,
      explanation: item.explanation,
      rule: hasOpenEntrance(rule) ? nameEntrance(rule, item.entrance ?? '') : rule,
      ...(ruleTexts ? { ruleTexts } : {}),
      ...(item.clause ? { clause: item.clause } : {}),
      ...(item.round ? { round: item.round } : {}),
    });
  }
  const { kind, convener, sale, gathering, materialsPlace } = draft;
  return {
    shortNotice: accepted.some(({ code }) => code === 'short-notice'),
    accepted,
    notice: {
      meeting: input.id,
      title: draft.title,
      form: draft.form,
      building: { address: building.address, areaCm2: building.areaCm2 },
      timeZone: building.timeZone,
      opensAt: wholeSeconds(draft.opensAt),
      closesAt: wholeSeconds(draft.closesAt),
      items,
      ...(kind ? { kind } : {}),
      ...(convener ? { convener } : {}),
      ...(sale ? { sale } : {}),
      ...(gathering ? { gathering: { at: wholeSeconds(gathering.at), place: gathering.place } } : {}),
      ...(materialsPlace ? { materialsPlace } : {}),
      ...(input.materials.length > 0 ? { materials: input.materials } : {}),
      ...(accepted.length > 0
        ? {
            accepted: accepted.map(({ code, item, reason }) => ({
              code,
              reason: reason.trim(),
              ...(item === null ? {} : { item: itemId(numberOf(draft, item)) }),
            })),
          }
        : {}),
      ...(draft.follows ? { follows: draft.follows } : {}),
    },
  };
}

/**
 * A draft as somebody edited it. Of a vote that follows another by rule only dates, title and places are a person's to
 * choose: what is voted on, by what rule and by whom, the first vote has settled.
 */
export function keepFollowing(before: Draft, edited: Draft): Draft {
  if (!before.follows) return edited;
  const { items, follows, form, openness, sale } = before;
  return { ...edited, items, follows, form, openness, sale };
}

/** The id of an item in ballots and results: its number in the notice, which never changes. */
export const itemId = (number: number): string => `item-${number}`;

/** The number of an item in the notice, from its place on the agenda, from 1. */
export const numberOf = ({ items }: Pick<Draft, 'items'>, place: number): number =>
  items[place - 1]?.number ?? place;
