// The arithmetic of a verdict in sentences, so that a person can redo it on paper: for the result page and the minutes.
// Only words are made here; every number was counted by the rules and is exact behind its display.
import type { Locale } from '@veche/core/locale.ts';
import type { Translate } from '@veche/core/messages.ts';
import { entranceOfBase } from '@veche/rules/decision-rule.ts';
import type { Explanation, ExplainedTest, Quantity } from '@veche/rules/explain.ts';
import { formatDecimal, formatQuantity } from './figures.ts';

/**
 * The lines, in the order in which a person would count: what the law does to the weights, quorum, each way to pass, the
 * verdict, and what follows from it.
 */
export function arithmeticLines(explanation: Explanation, locale: Locale, translate: Translate): string[] {
  const lines: string[] = [];
  for (const { why, entitlements, before, after, inBase } of explanation.adjusted)
    lines.push(
      translate('arithmetic.adjusted', {
        why: translate(`adjusted.${why}`),
        entitlements,
        before: formatQuantity(before, 'm2', locale, translate),
        after: formatQuantity(after, 'm2', locale, translate),
        inBase: String(inBase),
      }),
    );
  lines.push(...explanation.quorum.flatMap((test) => testLines(test, 'quorum', locale, translate)));
  if (explanation.quorumMode === 'any' && explanation.quorum.length > 1)
    lines.push(translate('arithmetic.quorum-any'));
  lines.push(...groupLines(explanation.groups, locale, translate));
  const { castingVote } = explanation;
  // What was counted comes first, and then how the chair decided it.
  lines.push(translate(`arithmetic.verdict.${castingVote ? 'failed' : explanation.verdict}`));
  if (explanation.tie) lines.push(translate(`arithmetic.tie.${explanation.tie}`));
  if (castingVote) lines.push(translate(`arithmetic.casting-vote.${castingVote}`));
  if (explanation.verdict === 'passed')
    for (const { effect, groups } of explanation.tiers)
      if (groups.length > 0)
        lines.push(
          translate('arithmetic.tier', { effect: translate(`effect.${effect}`) }),
          ...groupLines(groups, locale, translate),
        );
  if (explanation.effect) lines.push(translate(`arithmetic.effect.${explanation.effect}`));
  const { fallback } = explanation;
  if (fallback && explanation.verdict !== 'passed') {
    const kind = translate(`fallback.${fallback.kind}`);
    if (fallback.trigger.length > 0)
      lines.push(
        translate('arithmetic.fallback.trigger', { kind }),
        ...fallback.trigger.flatMap((test) => testLines(test, 'test', locale, translate)),
      );
    if (fallback.due) lines.push(translate('arithmetic.fallback.due', { kind }));
  }
  return lines;
}

function groupLines(groups: Explanation['groups'], locale: Locale, translate: Translate): string[] {
  return groups.flatMap((group, index) => [
    ...(groups.length > 1
      ? [translate('arithmetic.way', { number: index + 1, holds: String(group.holds) })]
      : []),
    ...group.tests.flatMap((test) => testLines(test, 'test', locale, translate)),
  ]);
}

/** The base in words; an entrance is named. */
export function baseText(base: ExplainedTest['base'], kind: 'quorum' | 'test', translate: Translate): string {
  const entrance = entranceOfBase(base);
  if (entrance === null) return translate(`base.${base}`);
  return translate(kind === 'quorum' ? 'base.entrance-all' : 'base.entrance', { entrance });
}

function testLines(
  test: ExplainedTest,
  kind: 'quorum' | 'test',
  locale: Locale,
  translate: Translate,
): string[] {
  const show = (quantity: Quantity) => formatQuantity(quantity, test.unit, locale, translate);
  const base = baseText(test.base, kind, translate);
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
      base,
      of: show(test.of),
      percent: test.percent ? percentText(test.percent, locale) : '—',
    }),
    translate('arithmetic.need', {
      cmp: translate(`cmp.${CMP_KEYS[test.cmp]}`),
      num: test.num,
      den: test.den,
      whole: String(test.num === test.den),
      base,
      need: show(test.need),
    }),
    ...(test.min === null
      ? []
      : [
          translate('arithmetic.quorum-min', {
            min: translate(`figure.${test.unit}`, { value: formatDecimal(String(test.min), locale) }),
          }),
        ]),
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
