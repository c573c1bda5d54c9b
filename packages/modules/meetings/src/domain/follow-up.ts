// What a rule grants after a vote that did not decide: which of it the count found due, and when it may and must begin.
// Decides nothing by a rule's name: kind, delays and the rule that judges then are data of the rule.
import type { DecisionRule } from '@veche/rules/decision-rule.ts';
import { awaitsChair, type ItemResult } from '@veche/rules/count.ts';
import { addDays } from './day-count.ts';
import { addMonths } from './deadlines.ts';
import { isJoining, type FollowUpKind } from './follow-up-kinds.ts';
import { instantOf, wallTimeOf } from './zoned-time.ts';

/** How long the chair may decide a tie. No law that we know names a term: this is the house's. */
export const CASTING_TERM = 'P3D';
/** How long the absent have to answer at least, where the first vote was shorter. The law leaves the term to the manager. */
const LEAST_ASKING = 'P14D';

/** One thing that follows for one or more items of a meeting. */
export type FollowUp = {
  readonly kind: FollowUpKind;
  /** By item id: the rule that judges then; null where a court does. */
  readonly items: readonly { readonly item: string; readonly rule: string | null }[];
  readonly dueAt: Date;
  /** The last moment; null where the rule sets none. */
  readonly lastAt: Date | null;
};

type Counted = { readonly result: ItemResult; readonly rule: DecisionRule };

/**
 * In the order of the agenda; items whose rules grant the same thing at the same time follow together. Where the chair may
 * decide a tie, nothing else follows before the chair has, or has let the term go by.
 */
export function followUpsOf(counted: readonly Counted[], closedAt: Date, timeZone: string): FollowUp[] {
  const found = new Map<string, FollowUp>();
  const put = (
    kind: FollowUpKind,
    item: FollowUp['items'][number],
    {
      minDelay,
      maxDelay,
    }: { readonly minDelay?: string | undefined; readonly maxDelay?: string | undefined },
  ): void => {
    const key = `${kind} ${minDelay ?? ''} ${maxDelay ?? ''}`;
    found.set(key, {
      kind,
      items: [...(found.get(key)?.items ?? []), item],
      dueAt: minDelay === undefined ? closedAt : after(closedAt, minDelay, timeZone),
      lastAt: maxDelay === undefined ? null : after(closedAt, maxDelay, timeZone),
    });
  };
  for (const { result, rule } of counted) {
    const { fallback, item } = result;
    if (awaitsChair(result)) put('casting-vote', { item, rule: null }, { maxDelay: CASTING_TERM });
    else if (fallback?.due && rule.fallback) {
      const { minDelay, maxDelay } = rule.fallback;
      // Silence is waited for in the vote itself, which begins at once.
      const delays = isJoining(fallback.kind) ? { maxDelay } : { minDelay, maxDelay };
      put(fallback.kind, { item, rule: fallback.rule ?? null }, delays);
    } else if (result.tie === 'court') put('court', { item, rule: null }, {});
  }
  return [...found.values()];
}

/** When a vote ends that begins at `opensAt`: silence has the term of the rule, all else as long as the first vote had. */
export function endOf(
  kind: FollowUpKind,
  opensAt: Date,
  first: { readonly opensAt: Date; readonly closesAt: Date },
  terms: readonly (string | undefined)[],
  timeZone: string,
): Date {
  const asLong = new Date(opensAt.getTime() + first.closesAt.getTime() - first.opensAt.getTime());
  const least = kind === 'silent-assent' ? terms : kind === 'ask-absent' ? [LEAST_ASKING] : [];
  const ends = least.flatMap((term) => (term === undefined ? [] : [after(opensAt, term, timeZone)]));
  if (kind === 'silent-assent' && ends.length > 0) return latest(ends);
  return latest([asLong, ...ends]);
}

const latest = (moments: readonly Date[]): Date =>
  new Date(Math.max(...moments.map((moment) => moment.getTime())));

const DURATION = /^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?$/;

/**
 * The moment so long after another. Days, months and years go by the building's calendar, so that a night of changed clocks
 * neither adds nor takes an hour; hours and minutes by the clock.
 * @throws RangeError: when it is no ISO 8601 duration of years, months, days, hours and minutes.
 */
export function after(moment: Date, duration: string, timeZone: string): Date {
  const match = DURATION.exec(duration);
  if (!match) throw new RangeError('expected a duration');
  const [years, months, days, hours, minutes] = match.slice(1).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const [day = '', time = ''] = wallTimeOf(moment, timeZone).split('T');
  const later = addDays(addMonths(day, years * 12 + months), days);
  const seconds = moment.getTime() % 60_000;
  const start =
    later === day ? moment : new Date(instantOf(`${later}T${time}`, timeZone)!.getTime() + seconds);
  return new Date(start.getTime() + (hours * 60 + minutes) * 60_000);
}
