// The library of decision rules: law as data, one file per rule, each with its dates, its article and its confidence.
// A threshold lives only there; this file reads and looks up and must never decide anything by a rule's name.
import { parseDecisionRule, RuleFault, type Confidence, type DecisionRule } from './decision-rule.ts';
import { presetFiles, type PresetFile } from './preset-files.ts';

export const PRESET_LANGUAGES = ['ru', 'en'] as const;
type InLanguages<Value> = Readonly<Record<(typeof PRESET_LANGUAGES)[number], Value>>;

/** The rule in people's words: a few for a list; and one to three sentences of what the item needs. */
export type RuleText = { readonly name: string; readonly explanation: string };

/**
 * Why a rule of the law has no numbers here. `plurality`: the most votes win a seat, which is no test. `documents`: the
 * numbers are in the papers of the association. `method`: it decides nothing, so any method will do.
 */
export type Lacks = 'plurality' | 'documents' | 'method';

export type Preset = {
  readonly id: string;
  readonly regime: string;
  readonly legalRef: string;
  readonly confidence: Confidence;
  readonly texts: InLanguages<RuleText>;
  /** What whoever uses the rule should know besides; null when nothing. */
  readonly notes: InLanguages<string> | null;
  /** Places of the rule, such as `tests.0.0.cmp`, that no source confirms although it does the rest. */
  readonly doubts: readonly string[];
  /** What `effectiveFrom` is: the day the law came into force, or one at which its text was read and may be older. */
  readonly dates: 'in-force' | 'read' | null;
  /** Null where `lacks` says why. */
  readonly rule: DecisionRule | null;
  readonly lacks: Lacks | null;
};
export type CountablePreset = Preset & { readonly rule: DecisionRule };

/** A preset file that cannot be used. The text names file and place. */
export class PresetFault extends Error {
  readonly code: 'malformed' | 'duplicate' | 'unknown-rule';
  readonly file: string;
  /** Such as `rule.tests.0.0.den`. */
  readonly at: string;
  constructor(code: PresetFault['code'], file: string, at: string) {
    super(`${file}: ${REASONS[code]} at ${at}`);
    this.name = 'PresetFault';
    this.code = code;
    this.file = file;
    this.at = at;
  }
}

const REASONS = {
  malformed: 'not a decision rule as presets.schema.json has it',
  duplicate: 'a rule of this id and version is there already',
  'unknown-rule': 'no rule of this id in the library',
} as const;

/**
 * Reads a preset file, strictly.
 * @param file - its name, for the fault
 * @throws PresetFault `malformed`: naming the first place that is wrong.
 */
export function parsePreset(content: unknown, file: string): Preset {
  const wrong = (at: string) => new PresetFault('malformed', file, at);
  const fields = (value: unknown, at: string, required: readonly string[], optional: readonly string[]) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong(at);
    const within = at === 'preset' ? '' : `${at}.`;
    for (const field of Object.keys(value))
      if (!required.includes(field) && !optional.includes(field)) throw wrong(`${within}${field}`);
    for (const field of required) if (!Object.hasOwn(value, field)) throw wrong(`${within}${field}`);
    return value as Record<string, unknown>;
  };
  const text = (value: unknown, at: string, form: RegExp): string => {
    if (typeof value !== 'string' || !form.test(value)) throw wrong(at);
    return value;
  };
  const oneOf = <Value>(value: unknown, at: string, allowed: readonly Value[]): Value => {
    if (!allowed.includes(value as Value)) throw wrong(at);
    return value as Value;
  };
  const inLanguages = <Value>(
    value: unknown,
    at: string,
    read: (one: unknown, at: string) => Value,
  ): InLanguages<Value> => {
    const languages = fields(value, at, PRESET_LANGUAGES, []);
    return { ru: read(languages['ru'], `${at}.ru`), en: read(languages['en'], `${at}.en`) };
  };

  const preset = fields(content, 'preset', ['texts'], ['rule', 'open', 'dates', 'doubts', 'notes']);
  const { doubts = [] } = preset;
  if (!Array.isArray(doubts)) throw wrong('doubts');
  const said = {
    texts: inLanguages(preset['texts'], 'texts', (value, at) => {
      const words = fields(value, at, ['name', 'explanation'], []);
      return {
        name: text(words['name'], `${at}.name`, WORDS),
        explanation: text(words['explanation'], `${at}.explanation`, WORDS),
      };
    }),
    notes:
      preset['notes'] === undefined
        ? null
        : inLanguages(preset['notes'], 'notes', (value, at) => text(value, at, WORDS)),
    doubts: doubts.map((one, i) => text(one, `doubts.${i}`, PLACE)),
  };
  if (preset['open'] !== undefined) {
    for (const field of ['rule', 'dates', 'doubts']) if (Object.hasOwn(preset, field)) throw wrong(field);
    const open = fields(preset['open'], 'open', ['id', 'regime', 'legalRef', 'confidence', 'lacks'], []);
    return {
      ...said,
      id: text(open['id'], 'open.id', ID),
      regime: text(open['regime'], 'open.regime', ID),
      legalRef: text(open['legalRef'], 'open.legalRef', /^.{1,400}$/),
      confidence: oneOf(open['confidence'], 'open.confidence', CONFIDENCES),
      lacks: oneOf(open['lacks'], 'open.lacks', LACKS),
      dates: null,
      rule: null,
    };
  }
  if (preset['rule'] === undefined) throw wrong('rule');
  const rule = parseRule(preset['rule'], file);
  const { id, regime, legalRef, confidence } = rule;
  const dates = oneOf(preset['dates'], 'dates', ['in-force', 'read'] as const);
  return { ...said, id, regime, legalRef, confidence, lacks: null, dates, rule };
}

function parseRule(value: unknown, file: string): DecisionRule {
  try {
    return parseDecisionRule(value);
  } catch (cause) {
    if (!(cause instanceof RuleFault)) throw cause;
    // A field that is missing or unknown stands at `rule.x` already.
    throw new PresetFault('malformed', file, cause.at.startsWith('rule') ? cause.at : `rule.${cause.at}`);
  }
}

// Words go through the templates of messages: a brace would begin an argument there.
const WORDS = /^[^{}<>]{1,1000}$/u;
const PLACE = /^[a-zA-Z0-9.]{1,100}$/;
const ID = /^[a-z0-9][a-z0-9.-]{0,63}$/;
const CONFIDENCES: readonly Confidence[] = ['confirmed', 'secondary', 'unconfirmed'];
const LACKS: readonly Lacks[] = ['plurality', 'documents', 'method'];

export type Library = {
  /** Everything, as it was given: every version, and what has no numbers. */
  readonly presets: readonly Preset[];
  /** What an item may be put under on `day` (`YYYY-MM-DD` in the building's time zone), in the order of the files. */
  list(regime: string, day: string): readonly CountablePreset[];
  /** The version of rule `id` in force on `day`, an entrance of its own still open; null when there is none. */
  find(id: string, day: string): CountablePreset | null;
  /** Every version of the rule, the newest first. */
  versions(id: string): readonly CountablePreset[];
};

/**
 * A library out of files: the product's own, a lawyer's corrections, another country. Of several versions of a rule in
 * force on a day the highest counts, so that a correction is a further file with the next version.
 * @throws PresetFault: when a file is not sound, two have one version of a rule, or a second chance names no rule.
 */
export function createLibrary(files: readonly PresetFile[]): Library {
  const read = files.map(([file, content]) => ({ file, preset: parsePreset(content, file) }));
  const presets = read.map(({ preset }) => preset);
  const known = new Set<string>();
  for (const { file, preset } of read) {
    const name = `${preset.id} ${preset.rule?.version ?? 0}`;
    if (known.has(name)) throw new PresetFault('duplicate', file, preset.rule ? 'rule.version' : 'open.id');
    known.add(name);
  }
  const ids = new Set(presets.map(({ id }) => id));
  for (const { file, preset } of read) {
    const next = preset.rule?.fallback?.rule;
    if (next !== undefined && !ids.has(next))
      throw new PresetFault('unknown-rule', file, 'rule.fallback.rule');
  }

  const countable = presets.filter((preset): preset is CountablePreset => preset.rule !== null);
  const versions = (id: string): CountablePreset[] =>
    countable.filter((preset) => preset.id === id).sort((a, b) => b.rule.version - a.rule.version);
  const newest = (id: string, day: string): CountablePreset | null =>
    versions(id).find(({ rule }) => isInForce(rule, day)) ?? null;
  return {
    presets,
    versions,
    list: (regime, day) =>
      countable.filter((preset) => preset.regime === regime && newest(preset.id, day) === preset),
    find: newest,
  };
}

/** Whether a meeting called on `day` (`YYYY-MM-DD` in the building's time zone) may use the rule. */
export const isInForce = (rule: DecisionRule, day: string): boolean =>
  rule.effectiveFrom <= day && (rule.effectiveTo === undefined || day < rule.effectiveTo);

/** Whether a binding meeting may use it only after a named person of the building has confirmed it. */
export const needsConfirmation = ({ confidence, doubts }: Pick<Preset, 'confidence' | 'doubts'>): boolean =>
  confidence !== 'confirmed' || doubts.length > 0;

/** What comes with the product. */
export const builtIn: Library = createLibrary(presetFiles);

/** The rules of a regime in force on `day`, of those that come with the product. */
export const listPresets = (regime: string, day: string): readonly CountablePreset[] =>
  builtIn.list(regime, day);

/** The version of rule `id` in force on `day`, of those that come with the product; null when there is none. */
export const findPreset = (id: string, day: string): CountablePreset | null => builtIn.find(id, day);

/** The texts of the rules of a library as a catalog of messages: `rule.<id>.name` and `rule.<id>.explanation`. */
export const ruleMessages = (
  library: Library,
  language: (typeof PRESET_LANGUAGES)[number],
): Readonly<Record<string, string>> =>
  Object.fromEntries(
    // The newest version speaks for the id.
    [...library.presets]
      .sort((a, b) => (a.rule?.version ?? 0) - (b.rule?.version ?? 0))
      .flatMap(({ id, texts }) => [
        [`rule.${id}.name`, texts[language].name],
        [`rule.${id}.explanation`, texts[language].explanation],
      ]),
  );
