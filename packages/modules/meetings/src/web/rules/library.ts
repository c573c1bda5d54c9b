// What the pages of rules are given, and how a rule is looked for in the library. It never decides what a rule needs.
import type { Answer } from '@veche/module-kit/client.ts';
import type { listConfirmations, listRuleLibrary, replayMeeting } from '../../rules/contract.ts';

export type RuleLibrary = Answer<typeof listRuleLibrary>;
export type LibraryRule = RuleLibrary['rules'][number];
export type Replay = Answer<typeof replayMeeting>;

/** The building whose people answer for rules. */
export type BuildingRules = {
  readonly id: string;
  readonly address: string;
  readonly timeZone: string;
} & Answer<typeof listConfirmations>;

export type Wanted = { readonly words: string; readonly regime: string; readonly confidence: string };

/** The rules that have every word somewhere in what is said of them; empty wishes ask for nothing. */
export function findRules(rules: readonly LibraryRule[], wanted: Wanted): LibraryRule[] {
  const words = wanted.words.toLowerCase().split(/\s+/).filter(Boolean);
  return rules.filter((rule) => {
    if (wanted.regime !== '' && rule.regime !== wanted.regime) return false;
    if (wanted.confidence !== '' && rule.confidence !== wanted.confidence) return false;
    const said = [rule.id, rule.name, rule.explanation, rule.legalRef, rule.note ?? '', ...rule.needs]
      .join(' ')
      .toLowerCase();
    return words.every((word) => said.includes(word));
  });
}

/** Square metres as people type them, `10 600,5`, in cm²; null when it is no area of a building. */
export function readSquareMetres(text: string): number | null {
  const match = /^(\d{1,7})(?:[.,](\d{1,4}))?$/.exec(text.replaceAll(/\s/g, ''));
  if (!match) return null;
  const cm2 = Number(match[1]) * 10_000 + Number((match[2] ?? '').padEnd(4, '0'));
  return cm2 > 0 ? cm2 : null;
}
