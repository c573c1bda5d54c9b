// What could make a meeting contestable, found before the notice goes out and again before the close. Each finding is a
// code with facts; its words, why it matters and how to mend it, are in the messages as `finding.<code>.*`.
// Decides nothing by itself: a `stop` cannot be called at all, a `risk` is taken by a person who says why, on record.
import { entrancesOf, OPEN_ENTRANCE, type DecisionRule } from '@veche/rules/decision-rule.ts';
import { isShownTwice, workingDays, type Holiday } from './calendar.ts';
import type { Draft } from './call.ts';
import { latestAct, type Day } from './day-count.ts';
import { dayIn } from './instant.ts';
import { findLibraryItem, guessItem, isAnnualSeason } from './library.ts';
import { kindsAskedBy, type StatedKind } from './marks.ts';
import { isAtLeastAsStrict } from './strictness.ts';
import { earliestOpening, findTerm, lawfulEnd } from './terms.ts';
import { findWordingFaults, foldWording, namesAnnex } from './wording.ts';

/** `stop`: not possible. `risk`: possible for a person who says why. `advice`: worth knowing. */
export type Severity = 'stop' | 'risk' | 'advice';

export const FINDING_CODES = [
  'no-items',
  'no-dates',
  'register-empty',
  'opens-in-the-past',
  'closes-before-it-opens',
  'unknown-rule',
  'unknown-entrance',
  'gathering-outside',
  'short-notice',
  'short-notice-should',
  'administrator-notice',
  'voting-too-short',
  'voting-too-long',
  'no-gathering',
  'shown-twice',
  'day-off',
  'annual-late',
  'two-questions',
  'marks-inside',
  'blank-left',
  'vague',
  'repeated-item',
  'no-clause',
  'likely-clause',
  'weaker-rule',
  'rule-not-given',
  'unconfirmed-rule',
  'word-withdrawn',
  'missing-annex',
  'other-law',
  'no-parties',
  'no-debtors',
  'no-original-owner',
  'no-association-owned',
  'no-representatives',
  'first-presented',
  'denominator-missing',
  'denominator-differs',
  'shares-differ',
  'unknown-owners',
  'same-agenda',
  'agenda-changed',
  'annex-changed',
  'register-changed',
] as const;
export type FindingCode = (typeof FINDING_CODES)[number];

/** Where in the wizard it is mended. */
export type FindingStep =
  'what' | 'items' | 'dates' | 'materials' | 'register' | 'people' | 'rules' | 'meeting';

export type Fact = string | number | { readonly day: Day } | { readonly areaCm2: string | number };

export type Finding = {
  readonly code: FindingCode;
  readonly severity: Severity;
  /** The number of the item; null: the meeting as a whole. */
  readonly item: number | null;
  readonly step: FindingStep;
  readonly facts: Readonly<Record<string, Fact>>;
};

/** The register of the building, measured. */
export type RegisterMeasure = {
  readonly areaCm2: string | number;
  readonly premises: number;
  readonly entrances: readonly string[];
  /** Premises whose shares do not add up to one. */
  readonly unevenPremises: number;
  /** Shares whose owner nobody knows. */
  readonly unknownShares: number;
};

/** What the register says of owners, measured. */
export type MarkMeasure = {
  /** How many are said to be so. */
  readonly stated: Readonly<Record<StatedKind, number>>;
  /** Premises of several owners that nobody speaks for. */
  readonly voiceless: number;
};

export type OtherMeeting = {
  readonly title: string;
  /** Wordings of its items. */
  readonly items: readonly string[];
};

export type PreflightInput = {
  readonly regime: string;
  readonly draft: Draft;
  readonly building: { readonly areaCm2: number; readonly timeZone: string };
  readonly register: RegisterMeasure;
  /** What the register says of owners on the day of the opening. */
  readonly marks: MarkMeasure;
  /** Items that have a document, by number; 0: the meeting has one. */
  readonly annexes: ReadonlySet<number>;
  /** Meetings of the building that were called and are not over. */
  readonly others: readonly OtherMeeting[];
  /** The rule of an id on the day of the call; null when there is none. */
  readonly findRule: (id: string) => DecisionRule | null;
  /** Whether the law lets votes cast here bind the owners: a meeting that only advises needs nobody's word for its rules. */
  readonly binds: boolean;
  /** Whether no source confirms this version of a rule, and no named person of the building answers for it either. */
  readonly isUnanswered: (rule: DecisionRule) => boolean;
  readonly holidays: readonly Holiday[];
  readonly now: Date;
};

const finding = (
  code: FindingCode,
  severity: Severity,
  step: FindingStep,
  facts: Finding['facts'] = {},
  item: number | null = null,
): Finding => ({ code, severity, item, step, facts });

/** Everything there is to say before the notice, in the order of the wizard. */
export function checkBeforeCall(input: PreflightInput): readonly Finding[] {
  return [
    ...checkDates(input),
    ...checkAgenda(input),
    ...checkPeople(input),
    ...checkBase(input),
    ...checkOthers(input, 'risk'),
  ];
}

function checkDates(input: PreflightInput): Finding[] {
  const { draft, now, regime } = input;
  const { timeZone } = input.building;
  if (draft.opensAt === null || draft.closesAt === null) return [finding('no-dates', 'stop', 'dates')];
  const [opensAt, closesAt] = [new Date(draft.opensAt), new Date(draft.closesAt)];
  if (opensAt <= now) return [finding('opens-in-the-past', 'stop', 'dates')];
  if (closesAt <= opensAt) return [finding('closes-before-it-opens', 'stop', 'dates')];

  const found: Finding[] = [];
  const isWorking = workingDays(input.holidays);
  const opens = dayIn(timeZone, opensAt);
  const closes = dayIn(timeZone, closesAt);
  const notice = findTerm(regime, 'notice', draft.form);
  if (notice) {
    const earliest = earliestOpening(notice, now, timeZone, isWorking);
    const facts = { days: notice.days, earliest: { day: earliest }, law: notice.legalRef };
    if (opens < earliest)
      found.push(
        notice.force === 'must'
          ? finding('short-notice', 'risk', 'dates', facts)
          : finding('short-notice-should', 'advice', 'dates', facts),
      );
    // The clock begins when the letter is first brought, not when it is sent: the post takes its days before that.
    if (notice.from === 'presented')
      found.push(
        finding('first-presented', 'advice', 'dates', {
          days: notice.days,
          latest: { day: latestAct(notice, opens, isWorking) },
          law: notice.legalRef,
        }),
      );
  }
  const administrator = findTerm(regime, 'administrator', draft.form);
  if (administrator && draft.form !== 'in-person') {
    const earliest = earliestOpening(administrator, now, timeZone, isWorking);
    if (opens < earliest)
      found.push(
        finding('administrator-notice', 'advice', 'dates', {
          days: administrator.days,
          earliest: { day: earliest },
          law: administrator.legalRef,
        }),
      );
  }
  const voting = findTerm(regime, 'voting', draft.form);
  if (voting) {
    const { earliest, latest } = lawfulEnd(voting, opensAt, timeZone);
    const facts = { days: voting.days, mostDays: voting.mostDays ?? 0, law: voting.legalRef };
    if (closesAt < earliest)
      found.push(
        finding('voting-too-short', 'risk', 'dates', {
          ...facts,
          earliest: { day: dayIn(timeZone, earliest) },
        }),
      );
    if (latest !== null && closesAt > latest)
      found.push(
        finding('voting-too-long', 'risk', 'dates', { ...facts, latest: { day: dayIn(timeZone, latest) } }),
      );
  }
  for (const at of [opensAt, closesAt])
    if (isShownTwice(at, timeZone))
      found.push(finding('shown-twice', 'advice', 'dates', { on: { day: dayIn(timeZone, at) } }));

  if (draft.form !== 'absentee') {
    const { gathering } = draft;
    if (!gathering) found.push(finding('no-gathering', 'risk', 'dates'));
    else {
      const at = new Date(gathering.at);
      const day = dayIn(timeZone, at);
      if (at < opensAt || at >= closesAt) found.push(finding('gathering-outside', 'stop', 'dates'));
      const holiday = input.holidays.find((one) => one.day === day);
      if (holiday) found.push(finding('day-off', 'advice', 'dates', { on: { day }, name: holiday.name }));
    }
  } else {
    const holiday = input.holidays.find((one) => one.day === closes);
    if (holiday)
      found.push(finding('day-off', 'advice', 'dates', { on: { day: closes }, name: holiday.name }));
  }
  if (draft.kind === 'annual' && !isAnnualSeason(regime, opens))
    found.push(finding('annual-late', 'advice', 'what'));
  return found;
}

function checkAgenda(input: PreflightInput): Finding[] {
  const { draft, regime } = input;
  const day = dayIn(input.building.timeZone, input.now);
  if (draft.items.length === 0) return [finding('no-items', 'stop', 'items')];
  const seen = new Map<string, number>();
  return draft.items.flatMap((item, position) => {
    const number = position + 1;
    const at = (code: FindingCode, severity: Severity, step: FindingStep, facts: Finding['facts'] = {}) =>
      finding(code, severity, step, facts, number);
    const found: Finding[] = findWordingFaults(item.text).map((fault) => at(fault, 'risk', 'items'));
    const folded = foldWording(item.text);
    const first = seen.get(folded);
    if (first === undefined) seen.set(folded, number);
    else found.push(at('repeated-item', 'risk', 'items', { other: first }));

    const rule = input.findRule(item.ruleId);
    if (!rule) return [...found, at('unknown-rule', 'stop', 'items')];
    if (hasOpenEntrance(rule) && !input.register.entrances.includes(item.entrance ?? ''))
      found.push(at('unknown-entrance', 'stop', 'items'));
    // The second vote that a rule grants begins by itself: its rule is answered for before the first.
    const second = rule.fallback?.rule === undefined ? null : input.findRule(rule.fallback.rule);
    const unanswered = [rule, second].find((one) => one !== null && input.isUnanswered(one));
    if (unanswered)
      found.push(
        at('unconfirmed-rule', input.binds ? 'stop' : 'advice', 'rules', {
          rule: unanswered.id,
          law: unanswered.legalRef,
          binds: String(input.binds),
        }),
      );

    const clause = item.clause ? findLibraryItem(item.clause, day) : null;
    if (clause) {
      const facts = { law: clause.legalRef, needed: clause.rules[0] ?? '' };
      const required = clause.rules.flatMap((id) => input.findRule(id) ?? []);
      if (clause.rules.length === 0) found.push(at('rule-not-given', 'risk', 'items', facts));
      else if (
        !clause.rules.includes(item.ruleId) &&
        (required.length === 0 || !required.some((one) => isAtLeastAsStrict(rule, one)))
      )
        found.push(at('weaker-rule', 'risk', 'items', facts));
    } else {
      const guess = guessItem(item.text, regime, day);
      found.push(
        guess
          ? at('likely-clause', 'advice', 'items', { law: guess.legalRef, clause: guess.id })
          : at('no-clause', 'advice', 'items'),
      );
    }
    const wantsAnnex = (clause?.annex ?? false) || namesAnnex(`${item.text} ${item.explanation}`);
    if (wantsAnnex && !input.annexes.has(number) && !input.annexes.has(0))
      found.push(at('missing-annex', 'risk', 'materials'));
    return found;
  });
}

/** What the rules of the agenda ask about people, and nobody has said: silence is no statement that there are none. */
function checkPeople({ draft, regime, marks, findRule }: PreflightInput): Finding[] {
  const found: Finding[] = [];
  const asked = new Set<StatedKind | 'conflict'>();
  draft.items.forEach((item, position) => {
    const rule = findRule(item.ruleId);
    if (!rule) return;
    const kinds = kindsAskedBy(rule);
    for (const kind of kinds) asked.add(kind);
    if (rule.regime !== regime)
      found.push(finding('other-law', 'risk', 'items', { law: rule.legalRef }, position + 1));
    if (kinds.has('conflict') && (item.parties ?? []).length === 0)
      found.push(finding('no-parties', 'advice', 'items', { law: rule.legalRef }, position + 1));
  });
  if (asked.has('debtor') && marks.stated.debtor === 0) found.push(finding('no-debtors', 'risk', 'people'));
  if (asked.has('original-owner') && marks.stated['original-owner'] === 0)
    found.push(finding('no-original-owner', 'advice', 'people'));
  if (asked.has('association-owned') && marks.stated['association-owned'] === 0)
    found.push(finding('no-association-owned', 'advice', 'people'));
  if (asked.has('representative') && marks.voiceless > 0)
    found.push(finding('no-representatives', 'advice', 'people', { count: marks.voiceless }));
  return found;
}

/** Whether the rule measures an entrance that is named only on an agenda. */
export const hasOpenEntrance = (rule: DecisionRule): boolean => entrancesOf(rule).includes(OPEN_ENTRANCE);

function checkBase({ building, register }: PreflightInput): Finding[] {
  if (register.premises === 0) return [finding('register-empty', 'stop', 'register')];
  const found: Finding[] = [];
  if (building.areaCm2 === 0)
    found.push(
      finding('denominator-missing', 'risk', 'register', { areaCm2: { areaCm2: register.areaCm2 } }),
    );
  else if (String(register.areaCm2) !== String(building.areaCm2))
    found.push(
      finding('denominator-differs', 'risk', 'register', {
        register: { areaCm2: register.areaCm2 },
        building: { areaCm2: building.areaCm2 },
      }),
    );
  if (register.unevenPremises > 0)
    found.push(finding('shares-differ', 'risk', 'register', { count: register.unevenPremises }));
  if (register.unknownShares > 0)
    found.push(finding('unknown-owners', 'advice', 'register', { count: register.unknownShares }));
  return found;
}

/** @param severity - before the notice it can still be mended; before the close it is only told */
function checkOthers(
  { draft, others }: Pick<PreflightInput, 'draft' | 'others'>,
  severity: 'risk' | 'advice',
): Finding[] {
  return others.flatMap((other) => {
    const theirs = new Set(other.items.map(foldWording));
    const shared = draft.items.findIndex(({ text }) => theirs.has(foldWording(text)));
    return shared < 0
      ? []
      : [finding('same-agenda', severity, 'meeting', { title: other.title }, shared + 1)];
  });
}

/** Everything there is to say before the close, about what was announced and what has changed since. */
export function checkBeforeClose(input: {
  readonly draft: Draft;
  /** Whether the notice is still what its entry in the log commits to. */
  readonly isNoticeWhole: boolean;
  /** Documents of the notice that are gone or other than announced, by the number of their item. */
  readonly brokenAnnexes: readonly (number | null)[];
  readonly building: { readonly areaCm2: number };
  /** The roll that was taken at the opening. */
  readonly rollAreaCm2: string;
  readonly register: RegisterMeasure;
  readonly rules: readonly DecisionRule[];
  readonly binds: boolean;
  /** Whether somebody answered for a rule at the call and has taken it back since. */
  readonly isWithdrawn: (rule: DecisionRule) => boolean;
  readonly others: readonly OtherMeeting[];
}): readonly Finding[] {
  const found: Finding[] = [];
  if (!input.isNoticeWhole) found.push(finding('agenda-changed', 'stop', 'meeting'));
  for (const item of input.brokenAnnexes) found.push(finding('annex-changed', 'risk', 'materials', {}, item));
  input.rules.forEach((rule, position) => {
    // The meeting was called on somebody's word and stands; that the word was taken back is for a person to weigh.
    if (input.binds && input.isWithdrawn(rule))
      found.push(
        finding('word-withdrawn', 'risk', 'rules', { rule: rule.id, law: rule.legalRef }, position + 1),
      );
  });
  const { building, rollAreaCm2 } = input;
  if (building.areaCm2 > 0 && String(building.areaCm2) !== rollAreaCm2)
    found.push(
      finding('denominator-differs', 'risk', 'register', {
        register: { areaCm2: rollAreaCm2 },
        building: { areaCm2: building.areaCm2 },
      }),
    );
  if (String(input.register.areaCm2) !== rollAreaCm2)
    found.push(
      finding('register-changed', 'advice', 'register', {
        roll: { areaCm2: rollAreaCm2 },
        register: { areaCm2: input.register.areaCm2 },
      }),
    );
  return [...found, ...checkOthers(input, 'advice')];
}

/** Whether the finding is one of a kind: an override names it by its code and its item. */
export const isSame = (
  one: { readonly code: string; readonly item: number | null },
  other: { readonly code: string; readonly item: number | null },
): boolean => one.code === other.code && one.item === other.item;
