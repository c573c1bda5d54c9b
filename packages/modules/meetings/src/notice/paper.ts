// What goes on paper, in words: the letter, the poster, the sheet for signatures, the proof of one owner.
// Plain data; how it looks is paper-pdf.ts. A letter names its owner, a poster nobody.
import type { Locale } from '@veche/core/locale.ts';
import type { Translate } from '@veche/core/messages.ts';
import type { Notice } from '@veche/ledger/meeting.ts';
import { formatDay, formatMoment } from '../domain/figures.ts';

/** A notice as the reader of a paper needs it. */
export type PaperNotice = {
  readonly language: Locale;
  readonly heading: string;
  readonly lead: string;
  readonly facts: readonly (readonly [label: string, value: string])[];
  readonly agendaHeading: string;
  /** In order; `rule` is what the item needs to pass. */
  readonly items: readonly { readonly text: string; readonly rule: string }[];
  readonly after: readonly string[];
  readonly url: string;
  readonly urlHint: string;
  readonly footer: string;
};

type PaperInput = {
  readonly notice: Notice;
  readonly buildingId: string;
  readonly webOrigin: string;
  /** With the result: how many decisions were taken. */
  readonly passed: number | null;
};

export function writePaper(
  { notice, buildingId, webOrigin, passed }: PaperInput,
  locale: Locale,
  translate: Translate,
): PaperNotice {
  const moment = (at: string) => formatMoment(new Date(at), locale, notice.timeZone);
  const page = `${webOrigin}/buildings/${buildingId}/meetings/${notice.meeting}`;
  const isResult = passed !== null;
  const { gathering, materialsPlace } = notice;
  return {
    language: locale,
    heading: translate(isResult ? 'notice.paper.result' : 'notice.paper.called', { title: notice.title }),
    lead: translate(isResult ? 'notice.paper.result.lead' : 'notice.paper.called.lead', {
      address: notice.building.address,
      passed: passed ?? 0,
      items: notice.items.length,
    }),
    facts: [
      [translate('notice.paper.form'), translate(`form.${notice.form}`)],
      [translate('notice.paper.opens'), moment(notice.opensAt)],
      [translate('notice.paper.closes'), moment(notice.closesAt)],
      ...(gathering
        ? [[translate('notice.paper.gathers'), `${moment(gathering.at)}, ${gathering.place}`] as const]
        : []),
      [translate('notice.paper.materials'), materialsPlace ?? translate('notice.paper.materials.page')],
    ],
    agendaHeading: translate('notice.paper.agenda'),
    items: notice.items.map(({ text, rule }) => ({ text, rule: translate(`rule.${rule.id}.name`) })),
    after: isResult
      ? [translate('notice.paper.result.after')]
      : [translate('notice.paper.how'), translate('notice.paper.change')],
    url: isResult ? `${page}/result` : page,
    urlHint: translate(isResult ? 'notice.paper.scan.result' : 'notice.paper.scan'),
    footer: translate('notice.paper.footer', { host: new URL(webOrigin).host }),
  };
}

/** The day as it stands on a letter. */
export const paperDay = (moment: Date, locale: Locale, timeZone: string): string =>
  formatDay(moment, locale, timeZone);
