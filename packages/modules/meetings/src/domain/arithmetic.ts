// The arithmetic of a verdict in sentences, so that a person can redo it on paper: for the result page and the minutes.
// Only words are made here; every number was counted by the rules and is exact behind its display.
import type { Locale } from '@veche/core/locale.ts';
import type { Translate } from '@veche/core/messages.ts';
import type { Explanation, ExplainedTest, Quantity } from '@veche/rules/explain.ts';
import { formatDecimal, formatQuantity } from './figures.ts';

/** The lines, in the order in which a person would count: quorum, then each way to pass, then the verdict. */
export function arithmeticLines(explanation: Explanation, locale: Locale, translate: Translate): string[] {
  const lines = explanation.quorum.flatMap((test) => testLines(test, 'quorum', locale, translate));
  explanation.groups.forEach((group, index) => {
    if (explanation.groups.length > 1)
      lines.push(translate('arithmetic.way', { number: index + 1, holds: String(group.holds) }));
    lines.push(...group.tests.flatMap((test) => testLines(test, 'test', locale, translate)));
  });
  lines.push(translate(`arithmetic.verdict.${explanation.verdict}`));
  return lines;
}

function testLines(
  test: ExplainedTest,
  kind: 'quorum' | 'test',
  locale: Locale,
  translate: Translate,
): string[] {
  const show = (quantity: Quantity) => formatQuantity(quantity, test.unit, locale, translate);
  const lines: string[] = [];
  if (test.addends.length > 1)
    lines.push(
      translate('arithmetic.base-sum', {
        addends: test.addends
          .map(({ part, value }) => `${translate(`part.${part}`)} ${show(value)}`)
          .join(' + '),
        of: show(test.of),
      }),
    );
  lines.push(
    translate(`arithmetic.${kind}`, {
      measured: translate(`part.${test.measured}`),
      have: show(test.have),
      base: translate(`base.${test.base}`),
      of: show(test.of),
      percent: test.percent ? percentText(test.percent, locale) : '—',
    }),
    translate('arithmetic.need', {
      cmp: translate(`cmp.${CMP_KEYS[test.cmp]}`),
      num: test.num,
      den: test.den,
      whole: String(test.num === test.den),
      base: translate(`base.${test.base}`),
      need: show(test.need),
    }),
    translate('arithmetic.margin', {
      have: show(test.have),
      need: show(test.need),
      margin: show(test.margin),
      exact: translate(`figure.${test.unit}`, { value: test.margin.exact.replace('-', '−') }),
      rounded: String(test.margin.rounded),
      holds: String(test.holds),
    }),
  );
  return lines;
}

const percentText = (percent: Quantity, locale: Locale): string =>
  `${percent.rounded ? '≈\u00a0' : ''}${formatDecimal(percent.decimal, locale)}`;

const CMP_KEYS = { '>': 'above', '>=': 'at-least', '<=': 'at-most', '<': 'below', '==': 'equal' } as const;
