// Runs every line of the examples in README.md, and reads the rule that it shows.
import { readFileSync } from 'node:fs';
import { rational } from '@veche/core/rational.ts';
import { expect, it } from 'vitest';
import * as amount from './amount.ts';
import * as count from './count.ts';
import * as decisionRule from './decision-rule.ts';
import * as explain from './explain.ts';
import { presetFiles } from './preset-files.ts';
import * as presets from './presets.ts';
import * as replay from './replay.ts';
import * as standing from './standing.ts';

const day = '2026-11-22';
const rule = presets.findPreset('ru.two-thirds-all', day)!.rule;
const owners = ['ann', 'bob', 'cid'];
const box = {
  meeting: 'm',
  items: [{ id: 'i1', number: 1, rule }],
  roll: owners.map((voter) => ({
    entitlement: voter,
    voter,
    unit: 'flat',
    entrance: '1',
    areaCm2: 505_000,
    share: '1/3',
  })),
  ballots: owners
    .slice(0, 2)
    .map((voter) => ({ voter, entitlements: [voter], choices: { i1: 'for' as const } })),
};
const even: decisionRule.DecisionRule = {
  ...rule,
  quorum: [],
  tests: [[{ weight: 'head', side: 'for', base: 'expressed', cmp: '>', num: 1, den: 2 }]],
  tie: 'chair-casts',
};
const [tied] = count.countMeeting({
  ...box,
  items: [{ id: 'i1', number: 1, rule: even }],
  ballots: [
    { voter: 'ann', entitlements: ['ann'], choices: { i1: 'for' } },
    { voter: 'bob', entitlements: ['bob'], choices: { i1: 'against' } },
  ],
}).items;
const exported = { ...amount, ...count, ...decisionRule, ...explain, ...presets, ...replay, ...standing };
const scope: Record<string, unknown> = { ...exported, presetFiles, rational, box, tied, day };

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const [, json = ''] = /```json\n([^]*?)```/.exec(readme) ?? [];
const [, examples = ''] = /```ts\n([^]*?)```/.exec(readme) ?? [];
const lines = examples.trim().split('\n');

it('shows a rule of the library', () => {
  expect(decisionRule.parseDecisionRule(JSON.parse(json))).toEqual(rule);
});

it.each(lines)('%s', (line) => {
  const [expression = '', expected = ''] = line.split('; // ');
  const evaluate = (code: string): unknown =>
    (new Function(...Object.keys(scope), `return (${code});`) as (...values: unknown[]) => unknown)(
      ...Object.values(scope),
    );
  expect(evaluate(expression)).toEqual(evaluate(expected));
});

it('has an example of everything that is for others', () => {
  // The arithmetic of amounts is the count's own; faults and lists of names need none.
  const own = /^(add|subtract|times)Amounts?$|Fault$|^[A-Z_]+$/;
  const missing = Object.keys(exported).filter((name) => !own.test(name) && !examples.includes(`${name}(`));
  expect(missing.filter((name) => name !== 'builtIn')).toEqual([]);
});
