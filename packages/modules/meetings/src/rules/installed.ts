// The library of this installation: the rules that come with the product, and the files that its operator added at the start.
// Set once, before anything is served; what was pinned to a meeting does not ask it.
import type { RuleText } from '@veche/ledger/meeting.ts';
import type { DecisionRule } from '@veche/rules/decision-rule.ts';
import { presetFiles, type PresetFile } from '@veche/rules/preset-files.ts';
import {
  builtIn,
  createLibrary,
  ruleMessages,
  type CountablePreset,
  type Library,
} from '@veche/rules/presets.ts';
import { catalogs } from '../catalogs.ts';

let library: Library = builtIn;

/**
 * Adds the files to the library, and their words to the messages of the module.
 * @throws PresetFault: when one is not sound; nothing is added then.
 */
export function installRules(files: readonly PresetFile[]): void {
  library = createLibrary([...presetFiles, ...files]);
  for (const language of ['ru', 'en'] as const)
    Object.assign(catalogs[language], ruleMessages(library, language));
}

export const installedRules = (): Library => library;

/** The version of the rule in force on the day; null when there is none. */
export const findInstalled = (id: string, day: string): CountablePreset | null => library.find(id, day);

/** The words of this version of the rule, to be pinned with it; null where the library has it no more. */
export const textsOf = (rule: DecisionRule): Readonly<Record<string, RuleText>> | null =>
  library.versions(rule.id).find((preset) => preset.rule.version === rule.version)?.texts ?? null;
