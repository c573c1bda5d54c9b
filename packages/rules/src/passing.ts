// Shares that change hands while voting goes on: who may cast what at which place in the log, and whose vote counts at last.
// It must never weigh anything; which of the three policies holds was fixed by the notice, before anybody knew who sells.
import { compare, formatRational, parseRational, subtract } from '@veche/core/rational.ts';
import { CountFault, type CountInput, type RollRecord } from './ballot-box.ts';

/**
 * - `stays`: the roll of the opening decides to the end; nothing in the box changes it;
 * - `follows-title`: the vote goes with the share: what was cast for it counts until its new holder casts it;
 * - `void`: nobody casts the share any more and nothing that was cast for it counts; it stays in the base.
 */
export type SalePolicy = 'stays' | 'follows-title' | 'void';

/** An entry of the box by which a share has another holder. */
export type Amendment = {
  /** How many of the ballots came before it in the log, those of the vote that this one joins left out. */
  readonly before: number;
  readonly entitlement: string;
  /** Who casts it from here on; empty: nobody. */
  readonly to: string;
  /** Only so much of it, as an entitlement of its own; the rest stays. The share is of the premises, rational text. */
  readonly part?: { readonly entitlement: string; readonly share: string };
};

/**
 * The roll that is counted: as the amendments leave it, the parts after what was sealed. Marks stay with the share.
 * @throws CountFault `amendment-wrong`: when the policy, or what the roll holds, does not allow one.
 */
export function amendRoll({ roll, sale, amendments = [] }: CountInput): readonly RollRecord[] {
  if (amendments.length === 0) return roll;
  const amended = [...roll];
  const places = new Map(amended.map(({ entitlement }, place) => [entitlement, place]));
  for (const { entitlement, to, part } of amendments) {
    const place = places.get(entitlement);
    const isAllowed = sale === 'follows-title' || (sale === 'void' && to === '');
    if (place === undefined || !isAllowed) throw new CountFault('amendment-wrong');
    const record = amended[place]!;
    if (!part) {
      amended[place] = { ...record, voter: to };
      continue;
    }
    const [whole, share] = [parseRational(record.share), parseRational(part.share)];
    if (compare(share, whole) >= 0 || places.has(part.entitlement)) throw new CountFault('amendment-wrong');
    amended[place] = { ...record, share: formatRational(subtract(whole, share)) };
    places.set(part.entitlement, amended.length);
    amended.push({ ...record, ...part, voter: to });
  }
  return amended;
}

/** Holders and votes by entitlement, as one goes through the box in log order. */
export type Passage = {
  /** Takes every amendment that comes before the ballot of this place, the first being 0. */
  reach(place: number): void;
  /** Who casts the entitlement here; undefined: there is no such entitlement yet. */
  holderOf(entitlement: string): string | undefined;
};

/**
 * @param votes - by entitlement the position of the ballot that counts, one map for each way of choosing; what passes takes
 *   its vote along in all of them, or loses it
 */
export function passThrough(
  { roll, sale, amendments = [] }: CountInput,
  votes: readonly Map<string, number>[],
): Passage {
  const holders = new Map(roll.map(({ entitlement, voter }) => [entitlement, voter]));
  let taken = 0;
  return {
    reach(place) {
      for (; taken < amendments.length && amendments[taken]!.before <= place; taken++) {
        const { entitlement, to, part } = amendments[taken]!;
        const passed = part?.entitlement ?? entitlement;
        holders.set(passed, to);
        for (const chosen of votes) {
          const vote = sale === 'void' ? undefined : chosen.get(entitlement);
          if (vote === undefined) chosen.delete(passed);
          else chosen.set(passed, vote);
        }
      }
    },
    holderOf: (entitlement) => holders.get(entitlement),
  };
}
