import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { catalogs } from '@veche/meetings/catalogs.ts';
import { findInstalled, installRules } from '@veche/meetings/rules/installed.ts';
import { presetFiles } from '@veche/rules/preset-files.ts';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { installRuleFolder } from './rule-files.ts';
import { SettingsError } from './settings.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'veche-rules-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
  installRules([]);
});
const put = (name: string, content: unknown) =>
  writeFile(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
const [, half] = presetFiles.find(([name]) => name === 'ru/ru.half-all.json')! as [
  string,
  { rule: object; texts: object },
];
const corrected = { ...half, rule: { ...half.rule, version: 2, effectiveFrom: '2026-12-01' } };
const serbian = { ...half, rule: { ...half.rule, id: 'rs.half', regime: 'rs' } };

it('adds a correction and another country, with their words', async () => {
  await put('correction.json', corrected);
  await put('serbia.json', serbian);
  await put('notes.txt', 'not a rule');
  await installRuleFolder(folder);
  expect(findInstalled('ru.half-all', '2026-11-30')!.rule.version).toBe(1);
  expect(findInstalled('ru.half-all', '2026-12-01')!.rule.version).toBe(2);
  expect(findInstalled('rs.half', '2026-12-01')).not.toBeNull();
  expect(catalogs.en['rule.rs.half.name']).toBe('More than half of all votes of the building');
});

it.each([
  [
    'zero.json: not a decision rule as presets.schema.json has it at rule.tests.0.0.den',
    'zero.json',
    {
      ...half,
      rule: {
        ...half.rule,
        tests: [[{ weight: 'area', side: 'for', base: 'all', cmp: '>', num: 1, den: 0 }]],
      },
    },
  ],
  [
    'base.json: not a decision rule as presets.schema.json has it at rule.tests.0.0.base',
    'base.json',
    {
      ...half,
      rule: {
        ...half.rule,
        tests: [[{ weight: 'area', side: 'for', base: 'everybody', cmp: '>', num: 1, den: 2 }]],
      },
    },
  ],
  ['twice.json: a rule of this id and version is there already at rule.version', 'twice.json', half],
  ['broken.json: not JSON', 'broken.json', '{'],
])('stops the start with a sentence: %s', async (sentence, name, content) => {
  await put('serbia.json', serbian);
  await put(name, content);
  await expect(installRuleFolder(folder)).rejects.toThrowError(new SettingsError(`VECHE_RULES: ${sentence}`));
  expect(findInstalled('rs.half', '2026-12-01')).toBeNull();
});

it('stops the start when the folder is not there', async () => {
  await expect(installRuleFolder(join(folder, 'nowhere'))).rejects.toThrow(SettingsError);
});
