// What a rule grants after a vote that did not decide: which of it the count found due, and when it may and must begin.
// Decides nothing by a rule's name: kind, delays and the rule that judges then are data of the rule.
import type { DecisionRule, FallbackKind } from '@veche/rules/decision-rule.ts';
import type { ItemResult } from '@veche/rules/count.ts';
import { addDays } from './day-count.ts';
import { addMonths } from './deadlines.ts';
import { instantOf, wallTimeOf } from './zoned-time.ts';

/** One thing that follows for one or more items of a meeting. */
export type FollowUp = {
  readonly kind: FallbackKind;
  /** By item id: the rule that judges then; null where a court does. */
  readonly items: readonly { readonly item: string; readonly rule: string | null }[];
  readonly dueAt: Date;
  /** The last moment; null where the rule sets none. */
  readonly lastAt: Date | null;
};

type Counted = { readonly result: ItemResult; readonly rule: DecisionRule };

/** In the order of the agenda; items whose rules grant the same thing at the same time follow together. */
export function followUpsOf(counted: readonly Counted[], closedAt: Date, timeZone: string): FollowUp[] {
  const found = new Map<string, FollowUp>();
  for (const { result, rule } of counted) {
    const { fallback } = result;
    if (!fallback?.due || !rule.fallback) continue;
    const { minDelay, maxDelay } = rule.fallback;
    const key = `${fallback.kind} ${minDelay ?? ''} ${maxDelay ?? ''}`;
    const known = found.get(key);
    const item = { item: result.item, rule: fallback.rule ?? null };
    found.set(key, {
      kind: fallback.kind,
      items: [...(known?.items ?? []), item],
      dueAt: minDelay === undefined ? closedAt : after(closedAt, minDelay, timeZone),
      lastAt: maxDelay === undefined ? null : after(closedAt, maxDelay, timeZone),
    });
  }
  return [...found.values()];
}

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
