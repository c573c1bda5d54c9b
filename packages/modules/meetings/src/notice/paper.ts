// What goes on paper, in words: the letter, the poster, the sheet for signatures, the proof of one owner.
// Plain data; how it looks is paper-pdf.ts. A letter names its owner, a poster nobody.
import type { Locale } from '@veche/core/locale.ts';
import type { Translate } from '@veche/core/messages.ts';
import type { Notice } from '@veche/ledger/meeting.ts';
import type { ItemResult, Result } from '@veche/rules/count.ts';
import { quantityOfArea, quantityOfPercent } from '@veche/rules/explain.ts';
import { formatDay, formatDecimal, formatMoment, formatQuantity } from '../domain/figures.ts';
import { outcomeOf } from '../domain/outcome.ts';
import { shortAddress } from '../domain/short-address.ts';

/** A notice as the reader of a paper needs it. */
export type PaperNotice = {
  readonly language: Locale;
  readonly heading: string;
  readonly lead: string;
  readonly facts: readonly (readonly [label: string, value: string])[];
  readonly agendaHeading: string;
  /** In order; `rule` is what the item needs to pass, or with the result what became of it. */
  readonly items: readonly { readonly text: string; readonly rule: string }[];
  readonly after: readonly string[];
  readonly url: string;
  readonly urlHint: string;
  readonly footer: string;
};

type PaperInput = {
  readonly notice: Notice;
  readonly webOrigin: string;
  /** Null: the call. */
  readonly result: Result | null;
};

export function writePaper(
  { notice, webOrigin, result }: PaperInput,
  locale: Locale,
  translate: Translate,
): PaperNotice {
  const moment = (at: string) => formatMoment(new Date(at), locale, notice.timeZone);
  const isResult = result !== null;
  const { gathering, materialsPlace } = notice;
  const votes = (part: string, whole: string): string => votesText(part, whole, locale, translate);
  const took = result?.items[0]?.sums.area;
  /** What became of an item: in words, and how much was for it and against it. */
  const outcome = (item: ItemResult): string => {
    const { area } = item.sums;
    return translate('notice.paper.outcome', {
      verdict: translate(`minutes.verdict.${outcomeOf(item)}`, { number: item.number }),
      for: votes(area.for, area.all),
      against: votes(area.against, area.all),
      abstain: votes(area.abstain, area.all),
    });
  };
  return {
    language: locale,
    heading: translate(isResult ? 'notice.paper.result' : 'notice.paper.called', { title: notice.title }),
    lead: translate(isResult ? 'notice.paper.result.lead' : 'notice.paper.called.lead', {
      address: notice.building.address,
      passed: result?.items.filter(({ verdict }) => verdict === 'passed').length ?? 0,
      items: notice.items.length,
    }),
    facts: [
      [translate('notice.paper.form'), translate(`form.${notice.form}`)],
      [translate('notice.paper.opens'), moment(notice.opensAt)],
      [translate('notice.paper.closes'), moment(notice.closesAt)],
      ...(gathering
        ? [[translate('notice.paper.gathers'), `${moment(gathering.at)}, ${gathering.place}`] as const]
        : []),
      took
        ? [translate('notice.paper.took-part'), votes(took.participants, took.all)]
        : [translate('notice.paper.materials'), materialsPlace ?? translate('notice.paper.materials.page')],
    ],
    agendaHeading: translate(isResult ? 'notice.paper.decisions' : 'notice.paper.agenda'),
    items: notice.items.map(({ text, rule }, position) => {
      const counted = result?.items[position];
      return { text, rule: counted ? outcome(counted) : translate(`rule.${rule.id}.name`) };
    }),
    after: isResult
      ? [translate('notice.paper.result.after')]
      : [translate('notice.paper.how'), translate('notice.paper.change')],
    url: `${shortAddress(webOrigin, notice.meeting)}${isResult ? '/result' : ''}`,
    urlHint: translate(isResult ? 'notice.paper.scan.result' : 'notice.paper.scan'),
    footer: translate('notice.paper.footer', { host: new URL(webOrigin).host }),
  };
}

/** An area, and its part of the whole in percent; both cm² as rational text. */
function votesText(part: string, whole: string, locale: Locale, translate: Translate): string {
  const percent = quantityOfPercent(part, whole);
  return translate('notice.paper.votes', {
    area: formatQuantity(quantityOfArea(part), 'm2', locale, translate),
    percent: percent ? `${percent.rounded ? '≈\u00a0' : ''}${formatDecimal(percent.decimal, locale)}` : '–',
  });
}

/** The day as it stands on a letter. */
export const paperDay = (moment: Date, locale: Locale, timeZone: string): string =>
  formatDay(moment, locale, timeZone);
