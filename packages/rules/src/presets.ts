// The library of decision rules: law as data, one file per rule under presets/, each with its dates and its confidence.
// A threshold lives only there; this file looks rules up and must never decide anything by a rule's name.
import { parseDecisionRule, type DecisionRule } from './decision-rule.ts';
import halfAll from './presets/ru.half-all.json' with { type: 'json' };
import participants from './presets/ru.participants.json' with { type: 'json' };
import twoThirdsAll from './presets/ru.two-thirds-all.json' with { type: 'json' };

/** A rule with the keys of its texts in this package's `messages/ru.json` and `messages/en.json`. */
export type Preset = {
  readonly rule: DecisionRule;
  /** A few words for a list. */
  readonly nameKey: string;
  /** One or two sentences: what the item needs, and what it means to stay silent. */
  readonly explanationKey: string;
};

const PRESETS: readonly Preset[] = [participants, halfAll, twoThirdsAll].map((preset) => ({
  ...preset,
  rule: parseDecisionRule(preset.rule),
}));

/** Whether a meeting called on `day` (`YYYY-MM-DD` in the building's time zone) may use the rule. */
export const isInForce = (rule: DecisionRule, day: string): boolean =>
  rule.effectiveFrom <= day && (rule.effectiveTo === undefined || day < rule.effectiveTo);

/** The rules of a regime in force on `day` (`YYYY-MM-DD` in the building's time zone), the weakest demand first. */
export const listPresets = (regime: string, day: string): readonly Preset[] =>
  PRESETS.filter(({ rule }) => rule.regime === regime && isInForce(rule, day));

/** The version of rule `id` in force on `day`; null when there is none. */
export const findPreset = (id: string, day: string): Preset | null =>
  PRESETS.find(({ rule }) => rule.id === id && isInForce(rule, day)) ?? null;
