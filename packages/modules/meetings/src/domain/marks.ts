// What the law asks about those on the roll, brought onto its lines: who is in debt, who is the developer, who speaks for
// co-owners, whose own matter an item is. Only what a rule of this agenda asks: the roll is public, and nothing that nobody
// needs to count leaves the house. Names of parties never do.
import { equals, one, sum } from '@veche/core/rational.ts';
import type { DecisionRule } from '@veche/rules/decision-rule.ts';
import type { Holding } from './roll.ts';

/** What the register says of owners. */
export const STATED_KINDS = ['debtor', 'association-owned', 'original-owner', 'representative'] as const;
export type StatedKind = (typeof STATED_KINDS)[number];

/** A mark of the register in force at the record moment. */
export type StatedMark = {
  readonly kind: StatedKind;
  readonly personId: string;
  /** Null: all that the person holds. */
  readonly premisesId: string | null;
};

/** A holding with everybody who holds it, also while nobody may cast it. */
export type HeldBy = Pick<Holding, 'premisesId' | 'share'> & { readonly holders: readonly string[] };

/** What the rules of an agenda ask about people. */
export type Asked = {
  readonly kinds: ReadonlySet<StatedKind>;
  /** Whose own matter each item is, where its rule takes the vote of those; ids of items. */
  readonly parties: ReadonlyMap<string, ReadonlySet<string>>;
};

/** What one rule asks of the register; `conflict` is asked of whoever calls. */
export function kindsAskedBy({ weightPolicy, coOwners }: DecisionRule): ReadonlySet<StatedKind | 'conflict'> {
  return new Set<StatedKind | 'conflict'>([
    ...(weightPolicy?.exclude ?? []),
    ...(weightPolicy?.reduce ? (['original-owner'] as const) : []),
    ...(coOwners === 'representative' ? (['representative'] as const) : []),
  ]);
}

/**
 * What an agenda asks.
 * @param items - with every rule they may be counted by: their own, and the one it falls back on
 */
export function askedBy(
  items: readonly {
    readonly id: string;
    readonly rules: readonly DecisionRule[];
    readonly parties: readonly string[];
  }[],
): Asked {
  const kinds = new Set<StatedKind>();
  const parties = new Map<string, ReadonlySet<string>>();
  for (const item of items)
    for (const rule of item.rules)
      for (const kind of kindsAskedBy(rule))
        if (kind !== 'conflict') kinds.add(kind);
        else if (item.parties.length > 0) parties.set(item.id, new Set(item.parties));
  return { kinds, parties };
}

/** A gap of the register is an owner whom nobody knows. */
const isWhole = (titles: readonly HeldBy[]): boolean => equals(sum(titles.map(({ share }) => share)), one);

/** The premises of several titles, whose owners have to find one voice. */
const sharedPremises = (holdings: readonly HeldBy[]): (readonly [string, readonly HeldBy[]])[] =>
  [...Map.groupBy(holdings, ({ premisesId }) => premisesId)].filter(
    ([, titles]) => titles.length > 1 || !isWhole(titles),
  );

/** Who speaks for each premises of several titles; where nobody does, or more than one, the premises is absent. */
function findSpeakers(
  holdings: readonly HeldBy[],
  stated: readonly StatedMark[],
): ReadonlyMap<string, string> {
  const speakers = new Map<string, string>();
  for (const [premisesId, titles] of sharedPremises(holdings)) {
    const holders = new Set(titles.flatMap((title) => title.holders));
    const named = stated.filter(
      (mark) =>
        mark.kind === 'representative' && mark.premisesId === premisesId && holders.has(mark.personId),
    );
    const persons = new Set(named.map(({ personId }) => personId));
    const [only] = persons;
    if (only !== undefined && persons.size === 1) speakers.set(premisesId, only);
    // Whoever holds every title of a premises, and all of it, needs nobody's leave to speak for it.
    else if (holders.size === 1 && titles.every((title) => title.holders.length === 1) && isWhole(titles))
      speakers.set(premisesId, [...holders][0]!);
  }
  return speakers;
}

/**
 * The holdings with their marks, sorted. A title that several hold undivided is one share with one voice: what is said of one
 * of them is said of it.
 */
export function markHoldings<Held extends HeldBy>(
  holdings: readonly Held[],
  stated: readonly StatedMark[],
  asked: Asked,
): (Held & { readonly marks: readonly string[] })[] {
  const speakers = asked.kinds.has('representative') ? findSpeakers(holdings, stated) : null;
  return holdings.map((holding) => {
    const marks = new Set<string>();
    for (const { kind, personId, premisesId } of stated)
      if (
        kind !== 'representative' &&
        asked.kinds.has(kind) &&
        holding.holders.includes(personId) &&
        (premisesId === null || premisesId === holding.premisesId)
      )
        marks.add(kind);
    const speaker = speakers?.get(holding.premisesId);
    if (speaker !== undefined && holding.holders.includes(speaker)) marks.add('representative');
    for (const [item, persons] of asked.parties)
      if (holding.holders.some((holder) => persons.has(holder))) marks.add(`conflict:${item}`);
    return { ...holding, marks: [...marks].sort() };
  });
}

/** Premises of several titles that nobody speaks for, or more than one: their share stays in the base without a voice. */
export function countVoiceless(holdings: readonly HeldBy[], stated: readonly StatedMark[]): number {
  const speakers = findSpeakers(holdings, stated);
  return sharedPremises(holdings).filter(([premisesId]) => !speakers.has(premisesId)).length;
}
