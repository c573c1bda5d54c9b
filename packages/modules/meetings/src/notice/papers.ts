// Makes the papers of the notice centre: finds who and what goes on them, and has them set.
import { createTranslate, type Translate } from '@veche/core/messages.ts';
import type { Locale } from '@veche/core/locale.ts';
import type { House } from '@veche/module-kit/module.ts';
import { findReachable } from '@veche/people/message-store.ts';
import {
  pageSentAbout,
  readEventsAbout,
  readSentAbout,
  type SentMessage,
} from '@veche/people/message-proofs.ts';
import { getBuilding, personNames } from '@veche/people/store.ts';
import type { Result } from '@veche/rules/count.ts';
import { stringify } from 'csv-stringify/sync';
import { catalogs } from '../catalogs.ts';
import { formatMoment } from '../domain/figures.ts';
import type { Block } from '../domain/minutes.ts';
import { readSettled } from '../follow-ups/settled.ts';
import { noticeOf, type MeetingRow } from '../store.ts';
import { keyOf } from '../view.ts';
import { paperDay, writePaper, type PaperNotice } from './paper.ts';
import type { Letter, Poster } from './paper-pdf.ts';
import { listRecipients, readTold, type Recipient, type UnknownOwner } from './recipients.ts';
import { kindOf, maskContact, type Kind } from './standing.ts';
import { listHandDeliveries, type HandDelivery } from './store.ts';

export type PaperQuery = {
  readonly kind: 'called' | 'result';
  readonly entrance?: string | undefined;
  readonly only: 'all' | 'untold';
  /** Of the reader of a sheet or a table; a letter is in the language of its owner. */
  readonly locale: Locale;
  readonly now: Date;
};

/** Everything that one owner was sent and given, for a proof. */
export type OwnerProof = {
  readonly row: MeetingRow;
  readonly personId: string;
  readonly name: string;
  readonly premises: readonly string[];
  readonly messages: readonly (SentMessage & { readonly kind: Kind })[];
  readonly byHand: readonly HandDelivery[];
  /** Of the people who recorded something. */
  readonly names: ReadonlyMap<string, string>;
};

/** Each gives a file, or null when there would be nothing on it. */
export type Papers = {
  letters(row: MeetingRow, query: PaperQuery): Promise<Uint8Array | null>;
  posters(row: MeetingRow, query: PaperQuery): Promise<Uint8Array | null>;
  sheet(row: MeetingRow, query: PaperQuery): Promise<Uint8Array | null>;
  deliveries(row: MeetingRow, query: PaperQuery): Promise<Uint8Array | null>;
  /** Null when this person has to do with the meeting neither as an owner nor as one who was told. */
  readProof(row: MeetingRow, personId: string): Promise<OwnerProof | null>;
  proofPdf(proof: OwnerProof, locale: Locale, now: Date): Promise<Uint8Array>;
};

const translators = new Map<Locale, Translate>();
function translateIn(locale: Locale): Translate {
  const known = translators.get(locale) ?? createTranslate(locale, catalogs[locale]);
  translators.set(locale, known);
  return known;
}

export function createPapers(house: House): Papers {
  const { db } = house;

  /** Those whom the query means. */
  const choose = async (row: MeetingRow, { kind, entrance, only, now }: PaperQuery) => {
    const key = keyOf(row);
    const [{ known, unknown }, told] = await Promise.all([
      listRecipients(db, key, row, now),
      only === 'all' ? null : readTold(db, key),
    ]);
    const isThere = (entrances: readonly string[]): boolean =>
      entrance === undefined || entrances.includes(entrance);
    return {
      known: known.filter(
        (one) => isThere(one.entrances) && (!told || told.standingOf(one, kind).level === 'none'),
      ),
      unknown: unknown.filter((one) => isThere([one.entrance])),
    };
  };
  /** What a paper of the kind tells of the count, with the ties that the chair has decided; null before it. */
  const countOf = async (row: MeetingRow, kind: PaperQuery['kind']): Promise<Result | null> =>
    kind === 'result' ? readSettled(db, row) : null;
  const paperIn = (row: MeetingRow, result: Result | null, locale: Locale): PaperNotice =>
    writePaper(
      {
        notice: noticeOf(row),
        webOrigin: house.webOrigin,
        result,
      },
      locale,
      translateIn(locale),
    );
  const entranceTitle = (entrance: string, translate: Translate): string =>
    entrance === '' ? translate('notice.entrance.none') : translate('notice.entrance', { entrance });

  return {
    letters: async (row, query) => {
      const { known, unknown } = await choose(row, query);
      if (known.length + unknown.length === 0) return null;
      const { address, timeZone } = await getBuilding(db, row.buildingId);
      const people = await findReachable(
        db,
        known.map(({ personId }) => personId),
      );
      const localeOf = new Map(people.map(({ id, locale }) => [id, locale]));
      const result = await countOf(row, query.kind);
      const notices = new Map<Locale, PaperNotice>();
      const letterIn = (locale: Locale, name: string | null, premises: readonly string[]): Letter => {
        const translate = translateIn(locale);
        const notice = notices.get(locale) ?? paperIn(row, result, locale);
        notices.set(locale, notice);
        const to = premises.join(', ');
        return {
          notice,
          address:
            name === null
              ? [translate('notice.letter.unknown', { premises: to }), address]
              : [name, address, translate('notice.letter.premises', { premises: to })],
          greeting:
            name === null
              ? translate('notice.letter.greeting.unknown')
              : translate('notice.letter.greeting', { name }),
          day: paperDay(query.now, locale, timeZone),
        };
      };
      const { renderLetters } = await import('./paper-pdf.ts');
      return renderLetters(
        [
          ...known.map(({ personId, name, premises }) =>
            letterIn(localeOf.get(personId) ?? row.language, name, premises),
          ),
          ...unknown.map(({ premises }) => letterIn(row.language, null, [premises])),
        ],
        query.now,
      );
    },

    posters: async (row, query) => {
      const { known, unknown } = await choose(row, { ...query, only: 'all' });
      const notice = paperIn(row, await countOf(row, query.kind), query.locale);
      const translate = translateIn(query.locale);
      const all = entrancesOf(known, unknown).filter(
        (entrance) => query.entrance === undefined || entrance === query.entrance,
      );
      if (all.length === 0) return null;
      const posters = all.map((entrance): Poster => ({
        notice,
        entrance: entrance === '' ? '' : entranceTitle(entrance, translate),
        signature: translate('notice.poster.signature'),
      }));
      const { renderPosters } = await import('./paper-pdf.ts');
      return renderPosters(posters, query.now);
    },

    sheet: async (row, query) => {
      const { known, unknown } = await choose(row, query);
      if (known.length + unknown.length === 0) return null;
      const translate = translateIn(query.locale);
      const line = (premises: string, name: string): string[] => [premises, name, '', ''];
      const sections = entrancesOf(known, unknown).flatMap((entrance) => {
        const rows = [
          // Who owns in two entrances signs once, in the first of them.
          ...known
            .filter(({ entrances }) => (query.entrance ?? entrances[0] ?? '') === entrance)
            .map(({ premises, name }) => line(premises.join(', '), name)),
          ...unknown
            .filter((one) => one.entrance === entrance)
            .map(({ premises }) => line(premises, translate('notice.sheet.unknown'))),
        ];
        return rows.length === 0 ? [] : [{ title: entranceTitle(entrance, translate), rows }];
      });
      const { renderSheet } = await import('./paper-pdf.ts');
      return renderSheet(
        {
          language: query.locale,
          heading: translate('notice.sheet.title'),
          lead: translate('notice.sheet.lead', { title: noticeOf(row).title }),
          head: ['premises', 'owner', 'date', 'sign'].map((name) => translate(`notice.sheet.${name}`)),
          widths: [1.4, 4, 1.3, 2],
          sections,
          signature: translate('notice.sheet.signature'),
        },
        query.now,
      );
    },

    deliveries: async (row, query) => {
      const key = keyOf(row);
      const { known } = await choose(row, query);
      const chosen = new Map(known.map((one) => [one.personId, one]));
      const translate = translateIn(query.locale);
      const moment = (at: Date | null): string => at?.toISOString() ?? '';
      const ownerOf = (personId: string | null): string[] => {
        const owner = personId === null ? undefined : chosen.get(personId);
        return [owner?.name ?? '', owner?.premises.join(', ') ?? ''];
      };
      const isMeant = ({ personId }: { personId: string | null }): boolean =>
        personId === null || chosen.has(personId);
      const sentLine = (one: SentMessage): string[][] => {
        const kind = kindOf(one.template);
        if (!kind || !isMeant(one)) return [];
        return [
          [
            ...ownerOf(one.personId),
            translate(`notice.kind.${kind}`),
            translate(`notice.way.${one.channel}`),
            maskContact(one.recipient),
            translate(`notice.state.${stateOf(one)}`),
            one.errorCode ?? '',
            moment(one.createdAt),
            moment(one.sentAt),
            moment(one.settledAt),
            moment(one.readAt),
            one.reference ?? '',
            one.contentHash,
            '',
          ],
        ];
      };
      const handLine = (one: HandDelivery): string[] => [
        ...ownerOf(one.personId),
        translate(`notice.kind.${one.kind}`),
        translate(`notice.way.${one.channel}`),
        one.entrance === null ? '' : entranceTitle(one.entrance, translate),
        translate(one.withdrawnAt ? 'notice.state.withdrawn' : 'notice.state.sent'),
        '',
        moment(one.recordedAt),
        moment(one.happenedAt),
        '',
        '',
        '',
        '',
        one.proofHash ?? '',
        [one.detail, one.withdrawnWhy ?? ''].filter(Boolean).join('; '),
      ];
      const head = [
        'name',
        'premises',
        'kind',
        'channel',
        'to',
        'state',
        'code',
        'created',
        'sent',
        'settled',
        'read',
        'reference',
        'hash',
        'detail',
      ].map((name) => translate(`notice.csv.${name}`));
      // A name that begins like a formula stays a name; the mark at the beginning tells spreadsheets the encoding.
      const write = (lines: readonly string[][], bom = false): string =>
        stringify([...lines], { delimiter: ';', escape_formulas: true, bom });
      const parts = [write([head], true)];
      // Page by page: of a large building there are hundreds of thousands.
      for await (const page of pageSentAbout(db, key.id)) parts.push(write(page.flatMap(sentLine)));
      const hands = await listHandDeliveries(db, key);
      parts.push(write(hands.filter(isMeant).map(handLine)));
      return new TextEncoder().encode(parts.join(''));
    },

    readProof: async (row, personId) => {
      const key = keyOf(row);
      const [{ known }, sent, hands] = await Promise.all([
        listRecipients(db, key, row, house.clock.now()),
        readSentAbout(db, key.id, personId),
        listHandDeliveries(db, key),
      ]);
      const byHand = hands.filter((one) => one.personId === personId);
      const owner = known.find((one) => one.personId === personId);
      if (!owner && sent.length + byHand.length === 0) return null;
      const names = await personNames(db, [personId, ...byHand.map(({ recordedBy }) => recordedBy)]);
      return {
        row,
        personId,
        name: names.get(personId) ?? '',
        premises: owner?.premises ?? [],
        messages: sent.flatMap((message) => {
          const kind = kindOf(message.template);
          return kind ? [{ ...message, kind }] : [];
        }),
        byHand,
        names,
      };
    },

    proofPdf: async (proof, locale, now) => {
      const { row, personId } = proof;
      const translate = translateIn(locale);
      const notice = noticeOf(row);
      const moment = (at: Date): string => formatMoment(at, locale, notice.timeZone);
      const events = Map.groupBy(await readEventsAbout(db, row.id, personId), ({ messageId }) => messageId);
      const blocks: Block[] = [
        { kind: 'heading', level: 1, text: translate('notice.proof.title') },
        {
          kind: 'facts',
          rows: [
            [translate('notice.proof.name'), proof.name],
            [translate('notice.proof.premises'), proof.premises.join(', ') || '–'],
            [translate('notice.proof.meeting'), `${notice.title}. ${notice.building.address}`],
          ],
        },
        ...proof.messages.flatMap((one): Block[] => [
          {
            kind: 'heading',
            level: 2,
            text: `${translate(`notice.kind.${one.kind}`)}: ${translate(`notice.way.${one.channel}`)}`,
          },
          {
            kind: 'facts',
            rows: [
              [translate('notice.proof.created'), moment(one.createdAt)],
              ...(one.recipient ? [[translate('notice.proof.to'), maskContact(one.recipient)] as const] : []),
              ...(one.reference ? [[translate('notice.proof.reference'), one.reference] as const] : []),
              [
                translate('notice.proof.events'),
                (events.get(one.id) ?? [])
                  .map(
                    ({ kind, at, code }) =>
                      `${translate(`notice.event.${kind}`)}${code ? ` (${code})` : ''}: ${moment(at)}`,
                  )
                  .join('\n') || translate(`notice.state.${stateOf(one)}`),
              ],
              [translate('notice.proof.hash'), one.contentHash],
            ],
          },
        ]),
        ...(proof.byHand.length > 0
          ? ([{ kind: 'heading', level: 2, text: translate('notice.proof.by-hand') }] as const)
          : []),
        ...proof.byHand.map((one): Block => ({
          kind: 'facts',
          rows: [
            [
              `${translate(`notice.kind.${one.kind}`)}: ${translate(`notice.way.${one.channel}`)}`,
              moment(one.happenedAt),
            ],
            [
              translate('notice.proof.detail'),
              [
                one.detail,
                translate('notice.proof.recorded', {
                  moment: moment(one.recordedAt),
                  name: proof.names.get(one.recordedBy) ?? '–',
                }),
                one.withdrawnAt === null
                  ? ''
                  : translate('notice.proof.withdrawn', { why: one.withdrawnWhy ?? '' }),
              ]
                .filter(Boolean)
                .join('\n'),
            ],
            ...(one.proofHash ? [[translate('notice.proof.photo'), one.proofHash] as const] : []),
          ],
        })),
        proof.messages.length + proof.byHand.length === 0
          ? { kind: 'paragraph', text: translate('notice.proof.none') }
          : { kind: 'paragraph', text: translate('notice.proof.how'), tone: 'quiet' },
      ];
      const { renderMinutes } = await import('../minutes-pdf.ts');
      return renderMinutes(
        {
          language: locale,
          title: translate('notice.proof.title'),
          subject: notice.title,
          footer: `${translate('notice.proof.title')}. ${moment(now)}`,
          blocks,
        },
        now,
      );
    },
  };
}

const entrancesOf = (known: readonly Recipient[], unknown: readonly UnknownOwner[]): string[] =>
  [
    ...new Set([...known.flatMap(({ entrances }) => entrances), ...unknown.map(({ entrance }) => entrance)]),
  ].sort((a, b) => a.localeCompare(b, 'ru', { numeric: true }));

const stateOf = ({ channel, state, readAt }: SentMessage): string =>
  readAt ? 'read' : channel === 'app' ? 'shown' : state;
