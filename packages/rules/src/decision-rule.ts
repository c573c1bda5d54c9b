// A decision rule as data: what an agenda item needs to pass, pinned with its version when the meeting is called.
// It must never hold code, floats or a value that the count does not compute: what it cannot count it refuses to read.

/** How sure we are of the legal text behind a rule: read in the law itself, in a secondary page, or not confirmed. */
export type Confidence = 'confirmed' | 'secondary' | 'unconfirmed';

/**
 * What one vote weighs: `area` in cm² (area of the premises times the share held), `share` the same as a fraction of
 * the total area, `head` one per person, `unit` one per premises (co-owners by their shares).
 */
export type Weight = 'area' | 'share' | 'head' | 'unit';
export type Side = 'for' | 'against';

/**
 * What a side is measured against. `all`: the whole roll. `participants`: everyone with an effective ballot, whatever
 * it marks. `cast`: for and against, and abstentions when the rule keeps them in the base. `expressed`: for and
 * against only.
 */
export type Base = 'all' | 'participants' | 'cast' | 'expressed';
export type Comparator = '>' | '>=' | '<=' | '<' | '==';

/** `side of base` compared with the fraction num/den of that base, both in one weight. */
export type Test = {
  readonly weight: Weight;
  readonly side: Side;
  readonly base: Base;
  readonly cmp: Comparator;
  /** Integer, zero or more. */
  readonly num: number;
  /** Integer, one or more. */
  readonly den: number;
};

/** Participants compared with the fraction num/den of the whole roll. */
export type QuorumTest = Omit<Test, 'side' | 'base'>;

/**
 * Places of the full shape of a rule. Each admits only what the count computes today, so that no rule can ask for
 * something that would be silently passed over; a further value joins here together with its arithmetic.
 */
export type RuleOptions = {
  /** Each co-owner votes the own share. */
  readonly coOwners?: 'fractional';
  /** Exactly on a strict threshold is not above it. */
  readonly tie?: 'fails';
  /** The roll of who voted how is open to those entitled to see it. */
  readonly secrecy?: 'named';
  /** A second vote, a second call, assent by silence. */
  readonly fallback?: never;
  /** Effects beyond passed and failed, such as who bears the cost. */
  readonly tier?: never;
  /** Caps, reductions and exclusions of weight. */
  readonly weightPolicy?: never;
};

export type DecisionRule = RuleOptions & {
  /** `regime.name`, such as `ru.two-thirds-all`. */
  readonly id: string;
  /** Counts up with every change of the rule under the same id. */
  readonly version: number;
  /** The body of law, such as `ru`. */
  readonly regime: string;
  /** First day on which a meeting may be called by this rule, `YYYY-MM-DD`. */
  readonly effectiveFrom: string;
  /** First day on which it may no longer be. */
  readonly effectiveTo?: string;
  /** The article, cited in the language of the law. */
  readonly legalRef: string;
  readonly confidence: Confidence;
  /** The item passes when every test of at least one group holds. */
  readonly tests: readonly (readonly Test[])[];
  /** All must hold, or the verdict is `no-quorum`; empty where the law asks for none. */
  readonly quorum: readonly QuorumTest[];
  /**
   * What is void without a quorum: the whole meeting or the item alone. The participants measured are the same, so
   * the verdict of an item under its own rule is too.
   */
  readonly quorumScope: 'meeting' | 'item';
  /** Whether abstentions belong to the base `cast`. */
  readonly abstain: 'in-base' | 'out-of-base';
};

/** A rule that is not of the shape above. The text names the place and nothing else. */
export class RuleFault extends Error {
  readonly code = 'malformed-rule';
  /** Where, such as `tests.0.1.cmp`. */
  readonly at: string;
  constructor(at: string) {
    super(`malformed decision rule at ${at}`);
    this.name = 'RuleFault';
    this.at = at;
  }
}

const WEIGHTS: readonly Weight[] = ['area', 'share', 'head', 'unit'];
const SIDES: readonly Side[] = ['for', 'against'];
const BASES: readonly Base[] = ['all', 'participants', 'cast', 'expressed'];
const COMPARATORS: readonly Comparator[] = ['>', '>=', '<=', '<', '=='];
const CONFIDENCES: readonly Confidence[] = ['confirmed', 'secondary', 'unconfirmed'];
const DATE = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/;
const ID = /^[a-z0-9][a-z0-9.-]{0,63}$/;

/**
 * Reads a rule from JSON, strictly: an unknown field, a missing one or a value outside the shape is refused.
 * @throws RuleFault: naming the first place that is wrong.
 */
export function parseDecisionRule(value: unknown): DecisionRule {
  const rule = parseRecord(value, 'rule', REQUIRED, OPTIONAL);
  checkText(rule['id'], 'id', ID);
  checkInteger(rule['version'], 'version', 1);
  checkText(rule['regime'], 'regime', ID);
  checkText(rule['effectiveFrom'], 'effectiveFrom', DATE);
  if (rule['effectiveTo'] !== undefined) checkText(rule['effectiveTo'], 'effectiveTo', DATE);
  checkText(rule['legalRef'], 'legalRef', /^.{1,400}$/);
  checkOneOf(rule['confidence'], 'confidence', CONFIDENCES);
  checkList(rule['tests'], 'tests', (group, at) => {
    checkList(group, at, (test, place) => checkTest(test, place, TEST_FIELDS));
    if ((group as unknown[]).length === 0) throw new RuleFault(at);
  });
  if ((rule['tests'] as unknown[]).length === 0) throw new RuleFault('tests');
  checkList(rule['quorum'], 'quorum', (test, at) => checkTest(test, at, QUORUM_FIELDS));
  checkOneOf(rule['quorumScope'], 'quorumScope', ['meeting', 'item']);
  checkOneOf(rule['abstain'], 'abstain', ['in-base', 'out-of-base']);
  if (rule['coOwners'] !== undefined) checkOneOf(rule['coOwners'], 'coOwners', ['fractional']);
  if (rule['tie'] !== undefined) checkOneOf(rule['tie'], 'tie', ['fails']);
  if (rule['secrecy'] !== undefined) checkOneOf(rule['secrecy'], 'secrecy', ['named']);
  return rule as DecisionRule;
}

const REQUIRED = [
  'id',
  'version',
  'regime',
  'effectiveFrom',
  'legalRef',
  'confidence',
  'tests',
  'quorum',
  'quorumScope',
  'abstain',
];
const OPTIONAL = ['effectiveTo', 'coOwners', 'tie', 'secrecy'];
const QUORUM_FIELDS = ['weight', 'cmp', 'num', 'den'];
const TEST_FIELDS = [...QUORUM_FIELDS, 'side', 'base'];

function checkTest(value: unknown, at: string, fields: readonly string[]): void {
  const test = parseRecord(value, at, fields, []);
  checkOneOf(test['weight'], `${at}.weight`, WEIGHTS);
  if (fields.includes('side')) {
    checkOneOf(test['side'], `${at}.side`, SIDES);
    checkOneOf(test['base'], `${at}.base`, BASES);
  }
  checkOneOf(test['cmp'], `${at}.cmp`, COMPARATORS);
  checkInteger(test['num'], `${at}.num`, 0);
  checkInteger(test['den'], `${at}.den`, 1);
}

function parseRecord(value: unknown, at: string, required: readonly string[], optional: readonly string[]) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new RuleFault(at);
  const known = new Set([...required, ...optional]);
  for (const field of Object.keys(value)) if (!known.has(field)) throw new RuleFault(`${at}.${field}`);
  for (const field of required) if (!Object.hasOwn(value, field)) throw new RuleFault(`${at}.${field}`);
  return value as Record<string, unknown>;
}

function checkList(value: unknown, at: string, checkOne: (one: unknown, at: string) => void): void {
  if (!Array.isArray(value)) throw new RuleFault(at);
  value.forEach((one, i) => checkOne(one, `${at}.${i}`));
}

function checkText(value: unknown, at: string, form: RegExp): void {
  if (typeof value !== 'string' || !form.test(value)) throw new RuleFault(at);
}

function checkInteger(value: unknown, at: string, least: number): void {
  if (!Number.isSafeInteger(value) || (value as number) < least) throw new RuleFault(at);
}

function checkOneOf(value: unknown, at: string, allowed: readonly string[]): void {
  if (!allowed.includes(value as string)) throw new RuleFault(at);
}
