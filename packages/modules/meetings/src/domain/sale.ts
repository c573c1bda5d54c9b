// A share that changes hands while voting goes on. The law is not clear about it, so the notice says which of three ways
// holds (see passing.ts of the rules); nobody chooses once it is known who sells. Pure: from what the register says that
// everybody holds more or less now follow the transfers, and from these what is written into the log and onto the roll.
import { compare, formatRational, subtract, zero, type Rational } from '@veche/core/rational.ts';
import type { Amendment } from '@veche/ledger/meeting.ts';

/** A share of one premises that passed from one to another; null: whoever is unknown. */
export type Transfer = { readonly from: string | null; readonly to: string | null; readonly share: Rational };

/**
 * Who passed what to whom, of one premises. Whoever gave exactly what another got gave it to him; what is left goes by the
 * order of the names, so that the answer is always the same.
 * @param balance - what each holds more, or less, which is below zero; adds up to zero
 */
export function transfersOf(balance: ReadonlyMap<string | null, Rational>): Transfer[] {
  const sorted = [...balance].sort(([a], [b]) => ((a ?? '') < (b ?? '') ? -1 : 1));
  const givers = sorted
    .filter(([, share]) => compare(share, zero) < 0)
    .map(([name, share]) => ({ name, left: subtract(zero, share) }));
  const takers = sorted
    .filter(([, share]) => compare(share, zero) > 0)
    .map(([name, share]) => ({ name, left: share }));
  const transfers: Transfer[] = [];
  const pass = (giver: (typeof givers)[number], taker: (typeof takers)[number], share: Rational): void => {
    giver.left = subtract(giver.left, share);
    taker.left = subtract(taker.left, share);
    transfers.push({ from: giver.name, to: taker.name, share });
  };
  for (const giver of givers) {
    const taker = takers.find(({ left }) => compare(left, giver.left) === 0);
    if (taker) pass(giver, taker, giver.left);
  }
  for (const giver of givers)
    for (const taker of takers) {
      const share = compare(giver.left, taker.left) < 0 ? giver.left : taker.left;
      if (compare(share, zero) > 0) pass(giver, taker, share);
    }
  return transfers;
}

/** A line of the roll as it is now, of one premises. */
export type HeldLine = {
  readonly entitlement: string;
  readonly share: Rational;
  /** Who casts it; empty: nobody. */
  readonly voter: string;
  /** Who holds it by the register; null: nobody knows, or the share was frozen at the opening. */
  readonly holder: string | null;
};

/** What of a transfer touched the roll, line by line; `line` null: the roll has no such line. */
export type Passed = {
  readonly from: string | null;
  readonly to: string | null;
  readonly share: Rational;
  readonly line: {
    readonly entitlement: string;
    /** The same where all of it passed; else the new line, of `share`, while the old one keeps `rest`. */
    readonly became: string;
    readonly rest: Rational | null;
    /** Who cast it until now, and who casts what passed from now on. */
    readonly fromVoter: string;
    readonly toVoter: string;
    /** Null: nobody could cast it before either. */
    readonly amendment: Amendment | null;
  } | null;
};

/**
 * Finds the lines that transfers are of.
 * @param rule - of the notice; where the vote stays nothing is to be found
 * @param names - the pseudonym of a person in this meeting, known or new, and the name of a new line
 * @param isCorrection - whether the register was wrong about this person before
 */
export function passLines(
  rule: 'follows-title' | 'void',
  lines: readonly HeldLine[],
  transfers: readonly Transfer[],
  names: { readonly voterOf: (person: string) => string; readonly newLine: () => string },
  isCorrection: (person: string | null) => boolean,
): Passed[] {
  const now = [...lines].sort((a, b) => (a.entitlement < b.entitlement ? -1 : 1));
  const passed: Passed[] = [];
  for (const { from, to, share } of transfers) {
    let left = share;
    const toVoter = rule === 'void' || to === null ? '' : names.voterOf(to);
    while (compare(left, zero) > 0) {
      const at = findLine(now, from, left);
      if (at < 0) {
        passed.push({ from, to, share: left, line: null });
        break;
      }
      const { entitlement, share: own, voter: fromVoter } = now[at]!;
      const isWhole = compare(own, left) <= 0;
      const part = isWhole ? own : left;
      const became = isWhole ? entitlement : names.newLine();
      const rest = isWhole ? null : subtract(own, part);
      if (rest) now[at] = { ...now[at]!, share: rest };
      else now.splice(at, 1);
      now.push({ entitlement: became, share: part, voter: toVoter, holder: to });
      const amendment: Amendment | null =
        isWhole && fromVoter === toVoter
          ? null
          : {
              entitlement,
              to: toVoter,
              why: isCorrection(from) ? 'correction' : 'transfer',
              ...(rest ? { part: { entitlement: became, share: formatRational(part) } } : {}),
            };
      passed.push({
        from,
        to,
        share: part,
        line: { entitlement, became, rest, fromVoter, toVoter, amendment },
      });
      left = subtract(left, part);
    }
  }
  return passed;
}

/** The holder's line of exactly that share, else the first; of somebody whose share was frozen at the opening, that one. */
function findLine(lines: readonly HeldLine[], holder: string | null, share: Rational): number {
  const isTheirs = (line: HeldLine): boolean => line.holder === holder;
  const exact = lines.findIndex((line) => isTheirs(line) && compare(line.share, share) === 0);
  if (exact >= 0) return exact;
  const first = lines.findIndex(isTheirs);
  return first >= 0 ? first : lines.findIndex((line) => line.holder === null && line.voter === '');
}
