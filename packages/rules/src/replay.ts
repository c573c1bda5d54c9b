// The closed box under another rule, or over another base, side by side with what was decided: for a court, a lawyer, a
// doubt. It must never be taken for the result: nothing that is replayed here is published or signed.
import type { CountInput } from './ballot-box.ts';
import { countMeeting, type CountOptions, type ItemResult } from './count.ts';
import type { DecisionRule } from './decision-rule.ts';

export type ReplayOptions = {
  /** For every item that is replayed instead of the one pinned; its entrances must be named. */
  readonly rule?: DecisionRule;
  /** Another base for areas and shares, cm²: the whole building by its papers, say. Integer. */
  readonly denominatorCm2?: number;
};

/** A number or a word of the trace that came out otherwise; null: it is not there on that side. */
export type Difference = {
  /** Such as `tests.0.0.need`. */
  readonly at: string;
  readonly was: string | null;
  readonly is: string | null;
};

export type Replayed = {
  readonly item: string;
  readonly asPinned: ItemResult;
  readonly replayed: ItemResult;
  /** Empty: nothing changes but the rule's name. */
  readonly differences: readonly Difference[];
};

/**
 * Counts the meeting twice.
 * @throws CountFault: when the box cannot be counted.
 * @throws RangeError: when more took part than the other base has.
 */
export function replay(input: CountInput, { rule, denominatorCm2 }: ReplayOptions): readonly Replayed[] {
  const options: CountOptions = denominatorCm2 === undefined ? {} : { areaAllCm2: denominatorCm2 };
  const pinned = countMeeting(input);
  const other = countMeeting(
    rule ? { ...input, items: input.items.map((item) => ({ ...item, rule })) } : input,
    options,
  );
  return pinned.items.map((asPinned, i) => {
    const replayed = other.items[i]!;
    return { item: asPinned.item, asPinned, replayed, differences: diffTraces(asPinned, replayed) };
  });
}

/** Where two traces of one item differ, in the order of the first. Names and versions of the rules are left out. */
export function diffTraces(was: ItemResult, is: ItemResult): readonly Difference[] {
  const before = leavesOf(was);
  const after = leavesOf(is);
  return [...new Set([...before.keys(), ...after.keys()])]
    .filter((at) => at !== 'rule' && at !== 'ruleVersion' && before.get(at) !== after.get(at))
    .map((at) => ({ at, was: before.get(at) ?? null, is: after.get(at) ?? null }));
}

function leavesOf(value: unknown, at = '', into = new Map<string, string>()): Map<string, string> {
  if (typeof value !== 'object' || value === null) into.set(at, String(value));
  else
    for (const [field, one] of Object.entries(value))
      leavesOf(one, at === '' ? field : `${at}.${field}`, into);
  return into;
}
