// The minutes as data: what they say, in one shape from which the PDF, the XML and the JSON are all made.
// The shape is published (docs/formats), so a field is never renamed or given another meaning: `format` counts up instead.
// A field that is new is optional and left out where it says nothing, so that older minutes stay valid.
import { LOCALES, type Locale } from '@veche/core/locale.ts';
import type { Translate } from '@veche/core/messages.ts';
import type { Notice } from '@veche/ledger/meeting.ts';
import type { ItemResult, Result } from '@veche/rules/count.ts';
import { explainItem, quantityOfArea, quantityOfPercent, type Quantity } from '@veche/rules/explain.ts';
import { z } from 'zod';
import type { AcceptedRisk } from './accepted.ts';
import { SALE_POLICIES } from './agenda-choices.ts';
import { arithmeticLines } from './arithmetic.ts';
import { outcomeOf } from './outcome.ts';

/** `ru-266`: the parts that order 266/pr of 30.04.2025 asks for, in its order; `generic`: the same without its titles. */
export const PROFILES = ['ru-266', 'generic'] as const;
export type Profile = (typeof PROFILES)[number];

export const SIGNATORY_ROLES = ['chair', 'secretary', 'counter'] as const;
export type SignatoryRole = (typeof SIGNATORY_ROLES)[number];

export const ANNEX_KINDS = [
  'notice',
  'roll',
  'participants',
  'votes',
  'result',
  'deliveries',
  'material',
] as const;
export type AnnexKind = (typeof ANNEX_KINDS)[number];

const instant = z.iso.datetime();
const fraction = z
  .string()
  .regex(/^(0|-?[1-9][0-9]*)(\/[1-9][0-9]*)?$/)
  .meta({ description: 'An exact fraction in lowest terms.' });
const decimal = z.string().regex(/^-?[0-9]+(\.[0-9]+)?$/);
const area = z.strictObject({ exact: fraction, decimal, rounded: z.boolean() }).meta({
  description:
    'Square metres: exact, and with two decimals for people; `rounded` when these are not the same.',
});
const percent = z.strictObject({ exact: fraction, decimal, rounded: z.boolean() });
const text = z.string();
const sha256 = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .meta({ description: 'SHA-256, hex.' });

const votes = z.strictObject({
  side: z.enum(['for', 'against', 'abstain', 'unmarked', 'participants', 'all']),
  area,
  ofParticipants: percent.nullable(),
  ofAll: percent.nullable(),
  owners: fraction,
});

/** The published shape: docs/formats/minutes-1.schema.json is made from it. */
export const minutesModel = z.strictObject({
  format: z.literal('veche-minutes/1'),
  profile: z.enum(PROFILES),
  language: z.enum(LOCALES),
  number: z.int().min(1).meta({ description: 'Of the meeting among those called in the building.' }),
  edition: z.int().min(1).meta({ description: 'Minutes drawn up anew for the same meeting count up.' }),
  drawnUpAt: instant,
  building: z.strictObject({
    address: text,
    city: text,
    timeZone: text,
    area: area.nullable().meta({ description: 'By the building’s documents; null when not known.' }),
  }),
  meeting: z.strictObject({
    id: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/),
    title: text,
    form: z.enum(['absentee', 'in-person', 'mixed']),
    calledAt: instant,
    opensAt: instant,
    closesAt: instant,
    rollTakenAt: instant,
    sealedAt: instant,
    shortNotice: z.boolean(),
    page: z.url(),
    kind: z.enum(['annual', 'extraordinary']).optional(),
    convener: z
      .enum(['owner', 'tenth', 'management', 'council'])
      .optional()
      .meta({ description: 'Who called, by the notice; who that is by name stands in `initiator`.' }),
    gathering: z
      .strictObject({ at: instant, place: text })
      .optional()
      .meta({ description: 'When and where people came together. Who was present signs a list on paper.' }),
  }),
  initiator: text.nullable(),
  accepted: z
    .array(
      z.strictObject({
        stage: z.enum(['call', 'close']),
        code: text,
        item: z.int().nullable().meta({ description: 'The number of the item; null: the whole meeting.' }),
        title: text,
        reason: text,
      }),
    )
    .optional()
    .meta({ description: 'What was found against the meeting and let stand, with the reason.' }),
  base: z.strictObject({ area, premises: z.int(), owners: z.int(), entitlements: z.int() }),
  participation: z.strictObject({ area, percent: percent.nullable(), owners: fraction }),
  quorum: z
    .enum(['present', 'absent', 'by-item', 'not-asked'])
    .meta({ description: 'Over all items; each item has its own comparison in `arithmetic`.' }),
  ballots: z.strictObject({
    logged: z.int(),
    effective: z.int(),
    superseded: z.int(),
    late: z.int().nullable(),
    carried: z.int().optional().meta({
      description:
        'Of those logged, cast in the vote that this one continues; absent where it continues none.',
    }),
  }),
  representation: z
    .array(
      z.strictObject({
        basis: z
          .string()
          .regex(/^[a-z-]+$/)
          .meta({ description: 'On what somebody acted for the owner, such as `attorney` or `guardian`.' }),
        ballots: z.int(),
        shares: z.int(),
      }),
    )
    .optional()
    .meta({ description: 'Ballots that count and were cast by somebody else than the owner; absent: none.' }),
  passed: z
    .strictObject({ sale: z.enum(SALE_POLICIES), shares: z.int() })
    .optional()
    .meta({
      description:
        'How many shares changed hands while voting went on, and what became of their votes; absent: none.',
    }),
  items: z.array(
    z.strictObject({
      number: z.int(),
      id: text,
      heard: z.array(text).meta({ description: 'Who spoke to the item, by name or part.' }),
      text: text.meta({ description: 'What was proposed, in the words put to the vote.' }),
      explanation: text,
      rule: z.strictObject({
        id: text,
        version: z.int(),
        name: text,
        legalRef: text,
        confidence: z.enum(['confirmed', 'secondary', 'unconfirmed']),
      }),
      votes: z.array(votes),
      arithmetic: z.array(text).meta({ description: 'The count in sentences, to be redone on paper.' }),
      verdict: z.string().regex(/^[a-z-]+$/),
      decision: text.meta({ description: 'With what follows from it, in sentences.' }),
      round: z
        .int()
        .optional()
        .meta({ description: 'How many votes on the same question came before; absent: none.' }),
      effect: z
        .string()
        .regex(/^[a-z-]+$/)
        .optional()
        .meta({ description: 'What else the decision brings, such as who bears the costs.' }),
      tie: z
        .string()
        .regex(/^[a-z-]+$/)
        .optional()
        .meta({ description: 'Who decides, the votes being equal.' }),
      followUp: z
        .string()
        .regex(/^[a-z-]+$/)
        .optional()
        .meta({ description: 'The second chance that the rule grants after this outcome.' }),
    }),
  ),
  storage: text.nullable().meta({ description: 'Where minutes and ballots are kept.' }),
  annexes: z.array(
    z.strictObject({
      number: z.int(),
      kind: z.enum(ANNEX_KINDS),
      title: text,
      fileName: text,
      sha256,
      bytes: z.int(),
      personal: z.boolean().meta({ description: 'Holds personal data and is kept apart.' }),
    }),
  ),
  signatories: z.array(z.strictObject({ role: z.enum(SIGNATORY_ROLES), name: text.nullable() })),
  journal: z.strictObject({
    key: text.meta({ description: 'The key of the public log (C2SP vkey).' }),
    records: z.array(z.strictObject({ kind: text, index: z.int() })),
    closing: z
      .strictObject({
        size: z.int(),
        at: instant,
        witnesses: z.array(z.strictObject({ name: text, at: instant })),
      })
      .nullable(),
  }),
});
export type MinutesModel = z.output<typeof minutesModel>;
export type MinutesItem = MinutesModel['items'][number];
export type MinutesAnnex = MinutesModel['annexes'][number];

/** What people add to the minutes after the count: names and what was said. Names are public officers' of the meeting. */
export type Particulars = {
  readonly profile: Profile;
  readonly initiator: string | null;
  readonly storage: string | null;
  readonly signatories: readonly { readonly role: SignatoryRole; readonly name: string | null }[];
  /** By item id. */
  readonly heard: Readonly<Record<string, readonly string[]>>;
};

/** Nobody is named: what the close draws up by itself, before anybody could say who signs. */
export const NO_PARTICULARS: Particulars = {
  profile: 'ru-266',
  initiator: null,
  storage: null,
  signatories: [
    { role: 'chair', name: null },
    { role: 'secretary', name: null },
    { role: 'counter', name: null },
    { role: 'counter', name: null },
  ],
  heard: {},
};

/** The form of minutes that a law asks for; every other law is content with the generic one. */
const PROFILES_OF_LAWS: Readonly<Record<string, Profile>> = { ru: 'ru-266' };

/** What the close draws up by itself under the law of the building. */
export const firstParticulars = (regime: string): Particulars => ({
  ...NO_PARTICULARS,
  profile: PROFILES_OF_LAWS[regime] ?? 'generic',
});

/** A milestone of the meeting and its number in the public journal. */
export type JournalRecord = { readonly kind: string; readonly index: number };

export type Representation = NonNullable<MinutesModel['representation']>[number];

export type MinutesInput = {
  readonly notice: Notice;
  readonly result: Result;
  readonly city: string;
  /** Number of the meeting among those of the building. */
  readonly number: number;
  readonly edition: number;
  readonly particulars: Particulars;
  readonly annexes: readonly MinutesAnnex[];
  readonly accepted: readonly AcceptedRisk[];
  /** Ballots that count and that somebody else than the owner cast. */
  readonly representation: readonly Representation[];
  /** How many times a share passed while voting went on; absent: never. */
  readonly passed?: number;
  readonly shortNotice: boolean;
  readonly calledAt: Date;
  readonly openedAt: Date;
  readonly closedAt: Date;
  readonly drawnUpAt: Date;
  readonly journal: readonly JournalRecord[];
  /** The checkpoint that decided what came in time; null where no witnesses are asked. */
  readonly closing: {
    readonly size: number;
    /** Unix seconds. */
    readonly quorumTime: number;
    readonly witnesses: readonly { readonly name: string; readonly time: number }[];
  } | null;
  readonly logKey: string;
  readonly webOrigin: string;
  readonly buildingId: string;
};

const SIDES = ['for', 'against', 'abstain', 'unmarked', 'participants', 'all'] as const;

/** Puts the minutes together. The same input gives the same model, and with it the same bytes of every file. */
export function composeMinutes(input: MinutesInput, locale: Locale, translate: Translate): MinutesModel {
  const { notice, result, particulars, closing } = input;
  const took = result.items[0]?.sums;
  const at = (unixSeconds: number): string => new Date(unixSeconds * 1000).toISOString();
  return {
    format: 'veche-minutes/1',
    profile: particulars.profile,
    language: locale,
    number: input.number,
    edition: input.edition,
    drawnUpAt: input.drawnUpAt.toISOString(),
    building: {
      address: notice.building.address,
      city: input.city,
      timeZone: notice.timeZone,
      area: notice.building.areaCm2 > 0 ? areaOf(notice.building.areaCm2) : null,
    },
    meeting: {
      id: notice.meeting,
      title: notice.title,
      form: notice.form,
      calledAt: input.calledAt.toISOString(),
      opensAt: notice.opensAt,
      closesAt: notice.closesAt,
      rollTakenAt: input.openedAt.toISOString(),
      sealedAt: input.closedAt.toISOString(),
      shortNotice: input.shortNotice,
      page: `${input.webOrigin}/buildings/${input.buildingId}/meetings/${notice.meeting}`,
      ...(notice.kind ? { kind: notice.kind } : {}),
      ...(notice.convener ? { convener: notice.convener } : {}),
      ...(notice.gathering ? { gathering: { ...notice.gathering } } : {}),
    },
    initiator: particulars.initiator,
    ...(input.accepted.length === 0 ? {} : { accepted: input.accepted.map((one) => ({ ...one })) }),
    base: {
      area: areaOf(result.roll.area),
      premises: result.roll.units,
      owners: result.roll.heads,
      entitlements: result.roll.size,
    },
    participation: {
      area: areaOf(took?.area.participants ?? '0'),
      percent: took ? percentOf(took.area.participants, took.area.all) : null,
      owners: took?.head.participants ?? '0',
    },
    quorum: quorumOf(result.items),
    ballots: { ...result.ballots, late: result.ballots.late ?? null },
    ...(input.representation.length === 0
      ? {}
      : { representation: input.representation.map((one) => ({ ...one })) }),
    ...(input.passed ? { passed: { sale: notice.sale ?? 'stays', shares: input.passed } } : {}),
    items: result.items.map((item, position) => {
      const { text, explanation, rule, round, ruleTexts } = notice.items[position]!;
      return {
        number: item.number,
        id: item.item,
        heard: [...(particulars.heard[item.item] ?? [])],
        text,
        explanation,
        rule: {
          id: rule.id,
          version: rule.version,
          // The words that the owners were given, where the notice has them in this language.
          name: ruleTexts?.[locale]?.name ?? translate(`rule.${rule.id}.name`),
          legalRef: rule.legalRef,
          confidence: rule.confidence,
        },
        votes: SIDES.map((side) => ({
          side,
          area: areaOf(item.sums.area[side]),
          ofParticipants:
            side === 'all' ? null : percentOf(item.sums.area[side], item.sums.area.participants),
          ofAll: percentOf(item.sums.area[side], item.sums.area.all),
          owners: item.sums.head[side],
        })),
        arithmetic: arithmeticLines(explainItem(item, rule), locale, translate),
        verdict: item.verdict,
        decision: decisionOf(item, translate),
        ...(round === undefined ? {} : { round }),
        ...(item.effect ? { effect: item.effect } : {}),
        ...(item.tie ? { tie: item.tie } : {}),
        ...(item.fallback?.due ? { followUp: item.fallback.kind } : {}),
      };
    }),
    storage: particulars.storage,
    annexes: [...input.annexes],
    signatories: [...particulars.signatories],
    journal: {
      key: input.logKey,
      records: [...input.journal],
      closing: closing && {
        size: closing.size,
        at: at(closing.quorumTime),
        witnesses: closing.witnesses.map(({ name, time }) => ({ name, at: at(time) })),
      },
    },
  };
}

/** The verdict in a sentence, and in further ones what it brings, or who or what may still change it. */
function decisionOf(item: ItemResult, translate: Translate): string {
  const { number, effect, tie, castingVote, fallback } = item;
  return [
    translate(`minutes.verdict.${outcomeOf(item)}`, { number }),
    ...(effect ? [translate(`arithmetic.effect.${effect}`)] : []),
    ...(tie ? [translate(`arithmetic.tie.${tie}`)] : []),
    ...(castingVote ? [translate(`arithmetic.casting-vote.${castingVote}`)] : []),
    ...(fallback?.due
      ? [translate('arithmetic.fallback.due', { kind: translate(`fallback.${fallback.kind}`) })]
      : []),
  ].join(' ');
}

const plain = ({ exact, decimal, rounded }: Quantity) => ({ exact, decimal, rounded });
const areaOf = (cm2: string | number) => plain(quantityOfArea(cm2));
const percentOf = (part: string, whole: string) => {
  const found = quantityOfPercent(part, whole);
  return found && plain(found);
};

/** Whether the meeting as a whole could decide. */
function quorumOf(items: readonly ItemResult[]): MinutesModel['quorum'] {
  if (items.every(({ quorum }) => quorum.length === 0)) return 'not-asked';
  const without = items.filter(({ quorum }) => quorum.some(({ holds }) => !holds)).length;
  return without === 0 ? 'present' : without === items.length ? 'absent' : 'by-item';
}
