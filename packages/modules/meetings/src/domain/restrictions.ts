// What becomes of a person's vote item by item before it is cast: taken away, left to another, or cut, and by how much. Asks
// the very count that will be asked at the end, so that the owner's page and the result cannot differ.
import { compare, formatRational, sum, zero } from '@veche/core/rational.ts';
import type { NoticeItem, RollRecord } from '@veche/ledger/meeting.ts';
import type { DecisionRule } from '@veche/rules/decision-rule.ts';
import { measureRoll, weigh, type Entitlement, type Standings } from '@veche/rules/electorate.ts';
import { isRestricting, RESTRICTIONS, type RestrictionReason } from './restriction-reasons.ts';

export type Restriction = {
  /** Id of the item. */
  readonly item: string;
  readonly why: RestrictionReason;
  /** Of the person, in the order of the roll. */
  readonly entitlements: readonly string[];
  /** Whether nothing is left to the person to vote with on this item, for this and other reasons. */
  readonly leavesNothing: boolean;
  /** Areas of these entitlements, cm², as they are and as they count. */
  readonly area: { readonly before: string; readonly after: string };
};

/** What each item does to the votes of a person. @param mine - ids of the person's entitlements */
export type Restrict = (mine: ReadonlySet<string>) => readonly Restriction[];

/**
 * Measures a roll once, to be asked about many people; items of one rule are weighed once too, unless somebody on the roll is
 * a party to one of them.
 * @param roll - all of it: a cap looks at everybody
 * @throws CountFault: when the roll is not sound.
 */
export function measureRestrictions(
  items: readonly Pick<NoticeItem, 'id' | 'rule'>[],
  roll: readonly RollRecord[],
): Restrict {
  const restricting = items.filter(({ rule }) => isRestricting(rule));
  if (restricting.length === 0) return () => [];
  const electorate = measureRoll(roll);
  const marksGiven = new Set(roll.flatMap(({ marks }) => marks ?? []));
  const sizes = new Map(electorate.byUnit.map(({ id, members }) => [id, members.length]));
  const weighed = new Map<string, Standings>();
  const standingsOf = (item: string, rule: DecisionRule): Standings => {
    const name = `${JSON.stringify(rule)} ${marksGiven.has(`conflict:${item}`) ? item : ''}`;
    const known = weighed.get(name) ?? weigh(electorate, rule, item);
    weighed.set(name, known);
    return known;
  };

  return (mine) => {
    const own = [...mine].flatMap((id) => electorate.entitlements.get(id) ?? []);
    return restricting.flatMap(({ id, rule }) => {
      const standings = standingsOf(id, rule);
      const reasons = own.map((entitlement) => whyOf(entitlement, id, rule, standings, sizes));
      const leavesNothing = reasons.every(isTaken);
      return RESTRICTIONS.flatMap((why): Restriction[] => {
        const touched = own.filter((_, i) => reasons[i] === why);
        if (touched.length === 0) return [];
        const after = isTaken(why) ? zero : sum(touched.map((entitlement) => standings.of(entitlement).area));
        return [
          {
            item: id,
            why,
            entitlements: touched.map((entitlement) => entitlement.id),
            leavesNothing,
            area: {
              before: formatRational(sum(touched.map(({ area }) => area))),
              after: formatRational(after),
            },
          },
        ];
      });
    });
  };
}

const isTaken = (why: RestrictionReason | null): boolean =>
  why !== null && why !== 'original-owner' && why !== 'sum-of-others';

function whyOf(
  entitlement: Entitlement,
  item: string,
  { weightPolicy, coOwners }: DecisionRule,
  standings: Standings,
  sizes: ReadonlyMap<string, number>,
): RestrictionReason | null {
  const { votes, area, unit } = standings.of(entitlement);
  const { marks } = entitlement;
  if (!votes)
    return (
      weightPolicy?.exclude?.find((reason) =>
        marks.includes(reason === 'conflict' ? `conflict:${item}` : reason),
      ) ?? null
    );
  const isShared = (sizes.get(entitlement.unit) ?? 1) > 1;
  if (coOwners === 'representative' && isShared && !marks.includes('representative')) return 'other-speaks';
  if (compare(area, entitlement.area) === 0 && compare(unit, entitlement.share) === 0) return null;
  return weightPolicy?.reduce && marks.includes('original-owner') ? 'original-owner' : 'sum-of-others';
}
