// A decision rule in sentences: what it needs, when there is a quorum, what follows, and what it does to the votes.
// Made from the rule itself and nothing else, so that the page cannot say what the count does not do.
import type { Translate } from '@veche/core/messages.ts';
import type { DecisionRule, QuorumTest, Test } from '@veche/rules/decision-rule.ts';
import { baseText } from '../domain/arithmetic.ts';

export type RuleWords = {
  /** Each is a way to pass. */
  readonly needs: readonly string[];
  readonly quorum: readonly string[];
  /** Effects and second chances. */
  readonly after: readonly string[];
  /** Whose votes count how. */
  readonly besides: readonly string[];
};

/** @param nameOf - the name of another rule, which a second chance goes by */
export function ruleWords(
  rule: DecisionRule,
  translate: Translate,
  nameOf: (ruleId: string) => string,
): RuleWords {
  const way = (tests: readonly Test[]): string =>
    tests.map((test) => testWords(test, translate)).join(translate('rule-words.and'));
  const quorum = rule.quorum.map((test) => quorumWords(test, translate));
  return {
    needs: rule.tests.map(way),
    quorum:
      rule.quorumMode === 'any' && quorum.length > 1 ? [quorum.join(translate('rule-words.or'))] : quorum,
    after: afterWords(rule, translate, nameOf, way),
    besides: besidesWords(rule, translate),
  };
}

const CMP = { '>': 'above', '>=': 'at-least', '<=': 'at-most', '<': 'below', '==': 'equal' } as const;

const fractionWords = ({ cmp, num, den }: Pick<Test, 'cmp' | 'num' | 'den'>, translate: Translate): string =>
  translate('rule-words.fraction', {
    cmp: translate(`cmp.${CMP[cmp]}`),
    form: num === 0 ? 'none' : num === den ? 'whole' : 'part',
    num,
    den,
  });

const testWords = (test: Test, translate: Translate): string =>
  translate('rule-words.test', {
    side: translate(`part.${test.side}`),
    fraction: fractionWords(test, translate),
    base:
      test.base === 'entrance:?'
        ? translate('rule-words.open-entrance')
        : baseText(test.base, 'test', translate),
    weight: translate(`rule-words.weight.${test.weight}`),
  });

const quorumWords = (test: QuorumTest, translate: Translate): string =>
  translate('rule-words.quorum', {
    fraction: fractionWords(test, translate),
    base:
      test.entrance === '?'
        ? translate('rule-words.open-entrance-all')
        : baseText(test.entrance === undefined ? 'all' : `entrance:${test.entrance}`, 'quorum', translate),
    weight: translate(`rule-words.weight.${test.weight}`),
    min: test.min ?? 0,
    unit: test.weight,
  });

function afterWords(
  { tier, fallback, tie }: DecisionRule,
  translate: Translate,
  nameOf: (ruleId: string) => string,
  way: (tests: readonly Test[]) => string,
): string[] {
  const lines: string[] = [];
  for (const { effect, tests } of tier ?? [])
    lines.push(
      translate(tests.length === 0 ? 'rule-words.tier-always' : 'rule-words.tier', {
        effect: translate(`effect.${effect}`),
        way: tests.map(way).join(translate('rule-words.or')),
      }),
    );
  if (fallback)
    lines.push(
      translate('rule-words.fallback', {
        kind: translate(`fallback.${fallback.kind}`),
        on: fallback.on.length > 1 ? 'both' : fallback.on[0]!,
        asked: String(fallback.trigger.length > 0),
        trigger: way(fallback.trigger),
        judged: String(fallback.rule !== undefined),
        rule: fallback.rule === undefined ? '' : nameOf(fallback.rule),
        after: String(fallback.minDelay !== undefined && fallback.minDelay !== 'PT0M'),
        least: fallback.minDelay === undefined ? '' : durationWords(fallback.minDelay, translate),
        within: String(fallback.maxDelay !== undefined && fallback.maxDelay !== 'PT0M'),
        most: fallback.maxDelay === undefined ? '' : durationWords(fallback.maxDelay, translate),
      }),
    );
  if (fallback?.form) lines.push(translate(`rule-words.form.${fallback.form}`));
  if (tie && tie !== 'fails') lines.push(translate(`rule-words.tie.${tie}`));
  return lines;
}

function besidesWords(rule: DecisionRule, translate: Translate): string[] {
  const { weightPolicy: policy } = rule;
  const lines = [translate(`rule-words.co-owners.${rule.coOwners ?? 'fractional'}`)];
  if (rule.tests.flat().some(({ base }) => base === 'cast'))
    lines.push(translate(`rule-words.abstain.${rule.abstain}`));
  if (rule.blank === 'out-of-base') lines.push(translate('rule-words.blank-out'));
  if (rule.spoiled === 'out-of-base') lines.push(translate('rule-words.spoiled-out'));
  if (rule.silent) lines.push(translate('rule-words.silent'));
  for (const why of policy?.exclude ?? []) lines.push(translate(`adjusted.${why}`));
  if (policy?.exclude)
    lines.push(translate(`rule-words.exclude.${policy.excludeFromBase ? 'out-of-base' : 'in-base'}`));
  if (policy?.reduce)
    lines.push(
      translate('rule-words.reduce', {
        num: policy.reduce.num,
        den: policy.reduce.den,
        held: String(policy.reduce.holding !== undefined),
        holdingNum: policy.reduce.holding?.num ?? 0,
        holdingDen: policy.reduce.holding?.den ?? 1,
        units: policy.reduce.unitsAbove ?? 0,
      }),
    );
  if (policy?.cap) lines.push(translate('adjusted.sum-of-others'));
  if (rule.revote) lines.push(translate(`rule-words.revote.${rule.revote}`));
  if (rule.secrecy === 'secret') lines.push(translate('rule-words.secret'));
  return lines;
}

const UNITS = { Y: 'years', M: 'months', D: 'days', H: 'hours', m: 'minutes' } as const;

/** `P10D` as ten days. */
export function durationWords(duration: string, translate: Translate): string {
  const [date = '', time = ''] = duration.slice(1).split('T');
  return [...date.matchAll(/(\d+)([YMD])/g), ...time.replace('M', 'm').matchAll(/(\d+)([Hm])/g)]
    .map(([, value, unit]) =>
      translate(`duration.${UNITS[unit as keyof typeof UNITS]}`, { value: Number(value) }),
    )
    .join(' ');
}
