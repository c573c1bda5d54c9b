// Random shares that change hands in a random meeting, for tests of any count. It must never run outside of tests; the
// library that makes the randomness is handed in.
import { formatRational, multiply, parseRational, rational } from '@veche/core/rational.ts';
import type * as FastCheck from 'fast-check';
import type { Ballot, CountInput } from './ballot-box.ts';
import type { Amendment } from './passing.ts';

/**
 * The meeting with up to eight transfers, whole or in part, of shares that nobody knows the owner of and of parts among them;
 * each ballot is cast for what its voter holds at its place.
 */
export function arbitraryPassing(
  fc: typeof FastCheck,
  meetings: FastCheck.Arbitrary<CountInput>,
): FastCheck.Arbitrary<CountInput> {
  const transfer = fc.record({
    before: fc.nat(20),
    of: fc.nat(60),
    // 0 is nobody; 8 and 9 are on no roll.
    to: fc.integer({ min: 0, max: 9 }),
    part: fc.constantFrom(null, rational(1, 2), rational(2, 7)),
  });
  return fc
    .tuple(meetings, fc.array(transfer, { maxLength: 8 }), fc.constantFrom('follows-title', 'void'))
    .map(([meeting, transfers, sale]) => {
      const due = transfers.toSorted((a, b) => a.before - b.before);
      const holders = new Map(meeting.roll.map(({ entitlement, voter }) => [entitlement, voter]));
      const shares = new Map(
        meeting.roll.map(({ entitlement, share }) => [entitlement, parseRational(share)]),
      );
      const amendments: Amendment[] = [];
      const ballots: Ballot[] = [];
      const passUpTo = (place: number): void => {
        while (due.length > 0 && due[0]!.before <= place) {
          const { of, to: number, part } = due.shift()!;
          const entitlement = [...holders.keys()][of % holders.size]!;
          const to = sale === 'void' || number === 0 ? '' : `v${number}`;
          const own = shares.get(entitlement)!;
          const name = part ? `p${amendments.length}` : entitlement;
          const rest = part && { entitlement: name, share: formatRational(multiply(own, part)) };
          if (part) {
            shares.set(name, multiply(own, part));
            shares.set(entitlement, multiply(own, rational(part.den - part.num, part.den)));
          }
          holders.set(name, to);
          amendments.push({ before: ballots.length, entitlement, to, ...(rest ? { part: rest } : {}) });
        }
      };
      for (const [place, ballot] of meeting.ballots.entries()) {
        passUpTo(place);
        // What came to the voter since is cast too, so that new holders vote for what they bought.
        const entitlements = [...holders]
          .filter(
            ([id, holder]) =>
              holder === ballot.voter && (ballot.entitlements.includes(id) || isNew(id, meeting)),
          )
          .map(([id]) => id)
          .sort();
        if (entitlements.length > 0) ballots.push({ ...ballot, entitlements });
      }
      passUpTo(Infinity);
      return { ...meeting, sale, ballots, amendments };
    });
}

const isNew = (id: string, { roll }: CountInput): boolean =>
  !roll.some(({ entitlement }) => entitlement === id);
