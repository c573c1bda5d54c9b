// The minutes of a meeting as a document of plain blocks: what is written, in which order, in which words.
// Only words are made here: the model says what is true, and how it looks on paper is the renderer's business.
import type { Locale } from '@veche/core/locale.ts';
import type { Translate } from '@veche/core/messages.ts';
import { formatDay, formatDecimal, formatMoment, formatQuantity } from './figures.ts';
import type { MinutesItem, MinutesModel } from './minutes-model.ts';

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
  | {
      readonly kind: 'verdict';
      /** Of the closed list of the count. */ readonly verdict: string;
      readonly text: string;
    }
  | {
      readonly kind: 'signatures';
      /** Without a name there is a line to write it on. */
      readonly signatories: readonly { readonly role: string; readonly name: string | null }[];
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

/** The minutes on paper, in the language they were drawn up in. */
export function writeMinutes(minutes: MinutesModel, translate: Translate): MinutesDocument {
  const { building, meeting, base, participation, ballots, language: locale } = minutes;
  const words = wordsIn(locale, building.timeZone, translate);
  const { moment, area, count, percent } = words;
  const isLawful = minutes.profile === 'ru-266';

  const blocks: Block[] = [
    { kind: 'heading', level: 1, text: translate('minutes.title', { number: minutes.number }) },
    {
      kind: 'paragraph',
      tone: 'strong',
      text: translate(isLawful ? 'minutes.heading' : 'minutes.heading-generic', {
        address: building.address,
      }),
    },
    { kind: 'paragraph', text: meeting.title },
    {
      kind: 'facts',
      rows: [
        [translate('minutes.date'), formatDay(new Date(minutes.drawnUpAt), locale, building.timeZone)],
        [
          translate('minutes.place'),
          translate('minutes.place-value', { city: building.city, address: building.address }),
        ],
        ...(meeting.convener
          ? ([[translate('minutes.convener'), translate(`minutes.convener.${meeting.convener}`)]] as const)
          : []),
        ...(minutes.initiator ? ([[translate('minutes.initiator'), minutes.initiator]] as const) : []),
        ...(meeting.kind
          ? ([[translate('minutes.kind'), translate(`minutes.kind.${meeting.kind}`)]] as const)
          : []),
        [translate('minutes.form'), translate(`form.${meeting.form}`)],
        ...(meeting.gathering
          ? ([
              [
                translate('minutes.gathering'),
                translate('minutes.gathering-value', {
                  at: moment(meeting.gathering.at),
                  place: meeting.gathering.place,
                }),
              ],
            ] as const)
          : []),
        [translate('minutes.called'), moment(meeting.calledAt)],
        [translate('minutes.voting-from'), moment(meeting.opensAt)],
        [translate('minutes.voting-to'), moment(meeting.closesAt)],
        [translate('minutes.record-moment'), moment(meeting.rollTakenAt)],
        [translate('minutes.sealed'), moment(meeting.sealedAt)],
        [translate('minutes.id'), meeting.id],
        ...(minutes.edition > 1
          ? ([
              [
                translate('minutes.edition'),
                translate('minutes.edition-value', { edition: minutes.edition }),
              ],
            ] as const)
          : []),
      ],
    },
    ...(meeting.shortNotice ? [paragraph(translate('minutes.short-notice'))] : []),
    ...acceptedBlocks(minutes, translate),

    heading(2, translate('minutes.agenda-title')),
    { kind: 'lines', lines: minutes.items.map(({ number, text }) => `${number}. ${text}`) },

    heading(2, translate('minutes.base-title')),
    {
      kind: 'facts',
      rows: [
        [translate('minutes.base-area'), area(base.area)],
        [
          translate('minutes.base-building'),
          building.area ? area(building.area) : translate('minutes.unknown'),
        ],
        [translate('minutes.base-units'), count(base.premises)],
        [translate('minutes.base-heads'), count(base.owners)],
        [
          translate('minutes.turnout-area'),
          `${area(participation.area)} (${percent(participation.percent)})`,
        ],
        [
          translate('minutes.turnout-heads'),
          translate('minutes.of', {
            part: words.fraction(participation.owners),
            whole: count(base.owners),
          }),
        ],
        [
          translate('minutes.ballots'),
          translate('minutes.ballots-value', {
            logged: count(ballots.logged),
            effective: count(ballots.effective),
            superseded: count(ballots.superseded),
          }),
        ],
        ...(minutes.representation
          ? ([
              [
                translate('minutes.representation'),
                minutes.representation
                  .map((one) => translate('minutes.representation-value', one))
                  .join('; '),
              ],
            ] as const)
          : []),
        ...(ballots.carried ? ([[translate('minutes.carried'), count(ballots.carried)]] as const) : []),
        ...(ballots.late ? ([[translate('minutes.late'), count(ballots.late)]] as const) : []),
        ...(minutes.passed
          ? ([
              [
                translate('minutes.passed'),
                translate('minutes.passed-value', {
                  shares: count(minutes.passed.shares),
                  sale: minutes.passed.sale === 'follows-title' ? 'follows' : minutes.passed.sale,
                }),
              ],
            ] as const)
          : []),
        [translate('minutes.quorum'), translate(`minutes.quorum.${minutes.quorum}`)],
      ],
    },
    paragraph(translate('minutes.base-note'), 'quiet'),
    paragraph(translate(meeting.gathering ? 'minutes.present.list' : 'minutes.present.nobody')),
    heading(2, translate('minutes.decisions-title')),
    ...minutes.items.flatMap((item) => itemBlocks(item, words, translate)),
    paragraph(translate('minutes.rounding'), 'quiet'),

    heading(2, translate('minutes.journal-title')),
    paragraph(translate('minutes.journal-text')),
    {
      kind: 'facts',
      rows: minutes.journal.records.map(({ kind, index }) => [
        translate(`journal.${kind}`),
        translate('minutes.record-number', { index: count(index) }),
      ]),
    },
    ...closingBlocks(minutes, words, translate),
    heading(2, translate('minutes.verify-title')),
    {
      kind: 'lines',
      lines: [
        translate('minutes.verify-page', { url: `${meeting.page}/verify` }),
        translate('minutes.verify-program', {
          log: `${new URL(meeting.page).origin}/log/v1`,
          key: minutes.journal.key,
        }),
        translate('minutes.verify-file'),
      ],
    },
    heading(2, translate('minutes.storage-title')),
    paragraph(minutes.storage ?? translate('minutes.storage')),
    ...annexBlocks(minutes, words, translate),
    heading(2, translate('minutes.signatures-title')),
    {
      kind: 'signatures',
      signatories: minutes.signatories.map(({ role, name }) => ({
        role: translate(`minutes.role.${role}`),
        name,
      })),
      hints: [translate('minutes.signature-line'), translate('minutes.name-line')],
    },
  ];

  return {
    language: locale,
    title: translate('minutes.title', { number: minutes.number }),
    subject: `${meeting.title}. ${building.address}`,
    footer: translate('minutes.footer', { number: minutes.number, address: building.address }),
    blocks,
  };
}

const heading = (level: 1 | 2 | 3, text: string): Block => ({ kind: 'heading', level, text });
const paragraph = (text: string, tone?: 'strong' | 'quiet'): Block => ({
  kind: 'paragraph',
  text,
  ...(tone ? { tone } : {}),
});

type Figure = MinutesModel['base']['area'];
type Words = ReturnType<typeof wordsIn>;

/** How figures and moments are written in the language and the zone of the building. */
function wordsIn(locale: Locale, timeZone: string, translate: Translate) {
  return {
    moment: (at: string) => formatMoment(new Date(at), locale, timeZone),
    area: (figure: Figure) => formatQuantity(figure, 'm2', locale, translate),
    count: (value: number) => formatDecimal(String(value), locale),
    fraction: (value: string) => (value.includes('/') ? value : formatDecimal(value, locale)),
    percent: (figure: Figure | null) =>
      figure ? `${figure.rounded ? '≈\u00a0' : ''}${formatDecimal(figure.decimal, locale)}\u00a0%` : '—',
  };
}

/** What was found against the meeting before the notice and before the close, and why it was let stand. */
function acceptedBlocks({ accepted = [] }: MinutesModel, translate: Translate): Block[] {
  if (accepted.length === 0) return [];
  return [
    heading(2, translate('minutes.accepted-title')),
    paragraph(translate('minutes.accepted-text'), 'quiet'),
    {
      kind: 'lines',
      lines: accepted.map(({ stage, item, title, reason }) =>
        translate('minutes.accepted', { stage, item: item ?? 0, title, reason }),
      ),
    },
  ];
}

/** Heard, proposed, voted, decided: the order of the law. */
function itemBlocks(item: MinutesItem, words: Words, translate: Translate): Block[] {
  return [
    heading(3, translate('minutes.item', { number: item.number, text: item.text })),
    ...(item.heard.length === 0
      ? []
      : [paragraph(translate('minutes.heard', { names: item.heard.join(', ') }))]),
    ...(item.explanation === '' ? [] : [paragraph(item.explanation, 'quiet')]),
    ...(item.round ? [paragraph(translate('minutes.round', { round: item.round + 1 }))] : []),
    paragraph(translate('minutes.proposed', { text: item.text })),
    paragraph(translate('minutes.rule', { name: item.rule.name, legalRef: item.rule.legalRef })),
    ...(item.rule.confidence === 'confirmed'
      ? []
      : [paragraph(translate(`minutes.rule.${item.rule.confidence}`), 'quiet')]),
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
      rows: item.votes.map((row) => [
        translate(`part.${row.side}.title`),
        words.area(row.area),
        row.side === 'all' ? '' : words.percent(row.ofParticipants),
        words.percent(row.ofAll),
        words.fraction(row.owners),
      ]),
    },
    { kind: 'lines', lines: item.arithmetic },
    { kind: 'verdict', verdict: item.verdict, text: item.decision },
  ];
}

/** How it was decided what came in time: by whom, when, and up to which record. */
function closingBlocks({ journal }: MinutesModel, words: Words, translate: Translate): Block[] {
  const { closing } = journal;
  if (closing === null) return [];
  return [
    heading(3, translate('minutes.closing-title')),
    paragraph(translate('minutes.closing-text')),
    {
      kind: 'facts',
      rows: [
        [translate('minutes.closing-quorum'), words.moment(closing.at)],
        [translate('minutes.closing-size'), words.count(closing.size)],
        ...closing.witnesses.map(
          ({ name, at }) => [translate('minutes.closing-witness', { name }), words.moment(at)] as const,
        ),
      ],
    },
  ];
}

/** The index of annexes: a file that is not the one meant does not have this SHA-256. */
function annexBlocks({ annexes }: MinutesModel, words: Words, translate: Translate): Block[] {
  if (annexes.length === 0) return [];
  return [
    heading(2, translate('minutes.annexes-title')),
    paragraph(translate('minutes.annexes-text'), 'quiet'),
    ...annexes.flatMap((annex): Block[] => [
      paragraph(
        translate('minutes.annex', {
          number: annex.number,
          title: annex.title,
          personal: String(annex.personal),
        }),
      ),
      {
        kind: 'lines',
        lines: [
          translate('minutes.annex.file', { name: annex.fileName, bytes: words.count(annex.bytes) }),
          `SHA-256 ${annex.sha256}`,
        ],
      },
    ]),
  ];
}
