// The minutes of a meeting as a document of plain blocks: what is written, in which order, in which words.
// Holds no names of owners; how it looks on paper is the renderer's business.
import type { Locale } from '@veche/core/locale.ts';
import type { Translate } from '@veche/core/messages.ts';
import type { Notice } from '@veche/ledger/meeting.ts';
import type { Result } from '@veche/rules/count.ts';
import { explainItem, quantityOfPercent } from '@veche/rules/explain.ts';
import { arithmeticLines } from './arithmetic.ts';
import { formatArea, formatDay, formatDecimal, formatMoment } from './figures.ts';

export type Block =
  | { readonly kind: 'heading'; readonly level: 1 | 2 | 3; readonly text: string }
  | { readonly kind: 'paragraph'; readonly text: string; readonly tone?: 'strong' | 'quiet' }
  | { readonly kind: 'facts'; readonly rows: readonly (readonly [label: string, value: string])[] }
  | {
      readonly kind: 'table';
      readonly head: readonly string[];
      readonly rows: readonly (readonly string[])[];
      /** Parts of the width, one per column; all columns but the first are set to the right. */
      readonly widths: readonly number[];
    }
  | { readonly kind: 'lines'; readonly lines: readonly string[] }
  | { readonly kind: 'verdict'; readonly verdict: 'passed' | 'failed' | 'no-quorum'; readonly text: string }
  | {
      readonly kind: 'signatures';
      readonly roles: readonly string[];
      /** Under the line for the signature, and under the line for name and date. */
      readonly hints: readonly [string, string];
    };

export type MinutesDocument = {
  readonly language: Locale;
  readonly title: string;
  readonly subject: string;
  /** Text of the foot of each page; the page number is the renderer's. */
  readonly footer: string;
  readonly blocks: readonly Block[];
};

/** A milestone of the meeting and its number in the public journal. */
export type JournalRecord = { readonly kind: string; readonly index: number };

export type MinutesInput = {
  readonly notice: Notice;
  readonly result: Result;
  readonly city: string;
  /** Number of the meeting among those of the building. */
  readonly number: number;
  readonly shortNotice: boolean;
  readonly calledAt: Date;
  readonly openedAt: Date;
  readonly closedAt: Date;
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

export function writeMinutes(input: MinutesInput, locale: Locale, translate: Translate): MinutesDocument {
  const { notice, result } = input;
  const timeZone = notice.timeZone;
  const moment = (date: Date) => formatMoment(date, locale, timeZone);
  const area = (cm2: string | number) => formatArea(cm2, locale, translate);
  const percent = (part: string, whole: string) => {
    const value = quantityOfPercent(part, whole);
    return value ? `${value.rounded ? '≈\u00a0' : ''}${formatDecimal(value.decimal, locale)}\u00a0%` : '—';
  };
  const meetingPage = `${input.webOrigin}/buildings/${input.buildingId}/meetings/${notice.meeting}`;
  const participants = result.items[0]?.sums;

  const blocks: Block[] = [
    { kind: 'heading', level: 1, text: translate('minutes.title', { number: input.number }) },
    {
      kind: 'paragraph',
      tone: 'strong',
      text: translate('minutes.heading', { address: notice.building.address }),
    },
    { kind: 'paragraph', text: notice.title },
    {
      kind: 'facts',
      rows: [
        [translate('minutes.date'), formatDay(input.closedAt, locale, timeZone)],
        [
          translate('minutes.place'),
          translate('minutes.place-value', { city: input.city, address: notice.building.address }),
        ],
        [translate('minutes.form'), translate(`form.${notice.form}`)],
        [translate('minutes.called'), moment(input.calledAt)],
        [translate('minutes.voting-from'), moment(new Date(notice.opensAt))],
        [translate('minutes.voting-to'), moment(new Date(notice.closesAt))],
        [translate('minutes.record-moment'), moment(input.openedAt)],
        [translate('minutes.sealed'), moment(input.closedAt)],
        [translate('minutes.id'), notice.meeting],
      ],
    },
    ...(input.shortNotice ? [{ kind: 'paragraph', text: translate('minutes.short-notice') } as const] : []),

    { kind: 'heading', level: 2, text: translate('minutes.base-title') },
    {
      kind: 'facts',
      rows: [
        [translate('minutes.base-area'), area(result.roll.area)],
        [
          translate('minutes.base-building'),
          notice.building.areaCm2 > 0 ? area(notice.building.areaCm2) : translate('minutes.unknown'),
        ],
        [translate('minutes.base-units'), formatDecimal(String(result.roll.units), locale)],
        [translate('minutes.base-heads'), formatDecimal(String(result.roll.heads), locale)],
        ...(participants
          ? ([
              [
                translate('minutes.turnout-area'),
                `${area(participants.area.participants)} (${percent(participants.area.participants, participants.area.all)})`,
              ],
              [
                translate('minutes.turnout-heads'),
                translate('minutes.of', {
                  part: formatDecimal(participants.head.participants, locale),
                  whole: formatDecimal(participants.head.all, locale),
                }),
              ],
            ] as const)
          : []),
        [
          translate('minutes.ballots'),
          translate('minutes.ballots-value', {
            logged: formatDecimal(String(result.ballots.logged), locale),
            effective: formatDecimal(String(result.ballots.effective), locale),
            superseded: formatDecimal(String(result.ballots.superseded), locale),
          }),
        ],
        ...(result.ballots.late
          ? ([[translate('minutes.late'), formatDecimal(String(result.ballots.late), locale)]] as const)
          : []),
      ],
    },
    { kind: 'paragraph', tone: 'quiet', text: translate('minutes.base-note') },

    { kind: 'heading', level: 2, text: translate('minutes.agenda-title') },
    { kind: 'lines', lines: notice.items.map(({ number, text }) => `${number}. ${text}`) },
    { kind: 'heading', level: 2, text: translate('minutes.decisions-title') },
  ];

  for (const [position, item] of result.items.entries()) {
    const { text, explanation, rule } = notice.items[position]!;
    const { area: sums, head } = item.sums;
    blocks.push(
      { kind: 'heading', level: 3, text: translate('minutes.item', { number: item.number, text }) },
      ...(explanation === '' ? [] : [{ kind: 'paragraph', tone: 'quiet', text: explanation } as const]),
      {
        kind: 'paragraph',
        text: translate('minutes.rule', { name: translate(`rule.${rule.id}.name`), legalRef: rule.legalRef }),
      },
      {
        kind: 'table',
        head: [
          translate('minutes.column.side'),
          translate('minutes.column.area'),
          translate('minutes.column.of-participants'),
          translate('minutes.column.of-all'),
          translate('minutes.column.heads'),
        ],
        widths: [30, 20, 18, 18, 14],
        rows: (['for', 'against', 'abstain', 'unmarked', 'participants', 'all'] as const).map((part) => [
          translate(`part.${part}.title`),
          area(sums[part]),
          part === 'all' ? '' : percent(sums[part], sums.participants),
          percent(sums[part], sums.all),
          formatDecimal(head[part], locale),
        ]),
      },
      { kind: 'lines', lines: arithmeticLines(explainItem(item, rule), locale, translate) },
      {
        kind: 'verdict',
        verdict: item.verdict,
        text: translate(`minutes.verdict.${item.verdict}`, { number: item.number }),
      },
    );
  }

  blocks.push(
    { kind: 'paragraph', tone: 'quiet', text: translate('minutes.rounding') },
    { kind: 'heading', level: 2, text: translate('minutes.journal-title') },
    { kind: 'paragraph', text: translate('minutes.journal-text') },
    {
      kind: 'facts',
      rows: input.journal.map(({ kind, index }) => [
        translate(`journal.${kind}`),
        translate('minutes.record-number', { index: formatDecimal(String(index), locale) }),
      ]),
    },
    ...(input.closing ? closingBlocks(input.closing, timeZone, locale, translate) : []),
    { kind: 'heading', level: 2, text: translate('minutes.verify-title') },
    {
      kind: 'lines',
      lines: [
        translate('minutes.verify-page', { url: `${meetingPage}/verify` }),
        translate('minutes.verify-program', { log: `${input.webOrigin}/log/v1`, key: input.logKey }),
        translate('minutes.verify-file'),
      ],
    },
    { kind: 'heading', level: 2, text: translate('minutes.annexes-title') },
    {
      kind: 'lines',
      lines: [
        translate('minutes.annex.notice'),
        translate('minutes.annex.roll'),
        translate('minutes.annex.bundle'),
      ],
    },
    { kind: 'paragraph', text: translate('minutes.storage') },
    { kind: 'heading', level: 2, text: translate('minutes.signatures-title') },
    {
      kind: 'signatures',
      roles: [
        translate('minutes.role.chair'),
        translate('minutes.role.secretary'),
        translate('minutes.role.counter'),
        translate('minutes.role.counter'),
      ],
      hints: [translate('minutes.signature-line'), translate('minutes.name-line')],
    },
  );

  return {
    language: locale,
    title: translate('minutes.title', { number: input.number }),
    subject: `${notice.title}. ${notice.building.address}`,
    footer: translate('minutes.footer', { number: input.number, address: notice.building.address }),
    blocks,
  };
}

/** How it was decided what came in time: by whom, when, and up to which record. */
function closingBlocks(
  closing: NonNullable<MinutesInput['closing']>,
  timeZone: string,
  locale: Locale,
  translate: Translate,
): Block[] {
  const moment = (unixSeconds: number) => formatMoment(new Date(unixSeconds * 1000), locale, timeZone);
  return [
    { kind: 'heading', level: 3, text: translate('minutes.closing-title') },
    { kind: 'paragraph', text: translate('minutes.closing-text') },
    {
      kind: 'facts',
      rows: [
        [translate('minutes.closing-quorum'), moment(closing.quorumTime)],
        [translate('minutes.closing-size'), formatDecimal(String(closing.size), locale)],
        ...closing.witnesses.map(
          ({ name, time }) => [translate('minutes.closing-witness', { name }), moment(time)] as const,
        ),
      ],
    },
  ];
}
