// Follows the roll through a meeting: who may cast which share after each amendment, and the roll that is counted at last.
// Takes the amendments in log order; what none of them may do, whatever the registrar signed, is refused here.
import { LedgerFault } from './fault.ts';
import { minus, order, readFraction, writeFraction } from './fraction.ts';
import type { Amendment, Notice, RollRecord } from './meeting.ts';

/** What of an amendment the count goes by: why it came about changes nothing. */
export type Passing = Omit<Amendment, 'why'>;
/** The same with its place: how many of the ballots that are counted came before it in the log. */
export type PlacedAmendment = Passing & { readonly before: number };

export type FollowedRoll = {
  /** Who casts the entitlement now; empty: nobody; null: there is no such entitlement. */
  holderOf(entitlement: string): string | null;
  /**
   * Takes the next amendment.
   * @throws LedgerFault `payload`: when the notice names no policy that amends the roll, the entitlement is not there, the
   * part is not less than it or named like another, or a void share is given to somebody.
   */
  amend(amendment: Passing): void;
  /** The roll as it is now: what was sealed in its order, then the parts. */
  records(): readonly RollRecord[];
};

/**
 * The roll of the opening, to be amended.
 * @param sale - as the notice has it: without it, or with `stays`, nothing can be amended
 * @example followRoll(roll, 'stays').holderOf('e1') // 'v1'
 */
export function followRoll(roll: readonly RollRecord[], sale: Notice['sale']): FollowedRoll {
  const now = new Map(roll.map((record) => [record.entitlement, record]));
  return {
    holderOf: (entitlement) => now.get(entitlement)?.voter ?? null,
    amend({ entitlement, to, part }) {
      const record = now.get(entitlement);
      if (!record || sale === undefined || sale === 'stays' || (sale === 'void' && to !== ''))
        throw new LedgerFault(
          'payload',
          'expected an amendment that the notice allows, of a share in the roll',
        );
      if (!part) {
        now.set(entitlement, { ...record, voter: to });
        return;
      }
      const [whole, share] = [readFraction(record.share), readFraction(part.share)];
      if (now.has(part.entitlement) || order(share, whole) >= 0)
        throw new LedgerFault(
          'payload',
          'expected a part that is less than the whole and has a name of its own',
        );
      now.set(entitlement, { ...record, share: writeFraction(minus(whole, share)) });
      now.set(part.entitlement, { ...record, ...part, voter: to });
    },
    records: () => [...now.values()],
  };
}
