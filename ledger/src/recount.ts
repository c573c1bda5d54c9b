// Counts a meeting anew from roll, notice and ballots, for the auditor: exact, and sharing no code with the server's
// count. Both must give the same result byte for byte in canonical JSON; where they differ one of them is wrong.
import { fraction, minus, order, over, plus, readFraction, times, writeFraction } from './fraction.ts';
import type { Fraction } from './fraction.ts';
import type {
  BallotPayload,
  Choice,
  Comparator,
  DecisionRule,
  ItemResult,
  MeetingResult,
  NoticeItem,
  QuorumTest,
  RollRecord,
  Sums,
  Test,
  Weight,
} from './meeting.ts';

export type RecountInput = {
  readonly meeting: string;
  readonly items: readonly NoticeItem[];
  /** Checked before: shares of a unit sum to 1, entitlements are unique. */
  readonly roll: readonly RollRecord[];
  /** Those logged in time, in log order; checked before: each voter casts only what the roll gives them. */
  readonly ballots: readonly BallotPayload[];
  /** How many more of the box are not under the closing checkpoint; given exactly where the close has one. */
  readonly late?: number;
};

type Part = keyof Sums;
type Totals = Record<Part, Fraction>;
/** One who has a say: an entitlement by its weight, or a person as a head; `ballot` is null for who took no part. */
type Say = { readonly weight: Fraction; readonly ballot: BallotPayload | null };

const ZERO = fraction(0n);
const ONE = fraction(1n);

/**
 * The result of a meeting.
 * @example recountMeeting({ meeting: 'm1', items, roll, ballots: [payload] }).ballots.effective // 1
 */
export function recountMeeting({ meeting, items, roll, ballots, late }: RecountInput): MeetingResult {
  // Walking backwards, the first ballot met for an entitlement is its last one in the log.
  const ballotOf = new Map<string, BallotPayload>();
  const speaksFor = new Map<string, BallotPayload>();
  let effective = 0;
  for (const ballot of [...ballots].reverse()) {
    const fresh = ballot.entitlements.filter((entitlement) => !ballotOf.has(entitlement));
    if (fresh.length === 0) continue;
    effective++;
    for (const entitlement of fresh) ballotOf.set(entitlement, ballot);
    if (!speaksFor.has(ballot.voter)) speaksFor.set(ballot.voter, ballot);
  }

  const area: Say[] = [];
  const unit: Say[] = [];
  const head: Say[] = [];
  const voters = new Set<string>();
  const units = new Set<string>();
  for (const { entitlement, voter, unit: premises, areaCm2, share } of roll) {
    const ballot = ballotOf.get(entitlement) ?? null;
    const part = readFraction(share);
    area.push({ weight: times(fraction(BigInt(areaCm2)), part), ballot });
    unit.push({ weight: part, ballot });
    units.add(premises);
    if (voter === '') head.push({ weight: ONE, ballot: null });
    else voters.add(voter);
  }
  for (const voter of voters) head.push({ weight: ONE, ballot: speaksFor.get(voter) ?? null });

  const says = { area, head, unit };
  return {
    meeting,
    roll: { size: roll.length, area: writeFraction(sumOf(area)), heads: head.length, units: units.size },
    ballots: {
      logged: ballots.length + (late ?? 0),
      effective,
      superseded: ballots.length - effective,
      ...(late === undefined ? {} : { late }),
    },
    items: items.map((item) => recountItem(item, says)),
  };
}

function recountItem(
  item: NoticeItem,
  says: Readonly<Record<'area' | 'head' | 'unit', readonly Say[]>>,
): ItemResult {
  const { rule } = item;
  const totals = {
    area: totalsOf(says.area, item.id),
    head: totalsOf(says.head, item.id),
    unit: totalsOf(says.unit, item.id),
  };
  const amount = (weight: Weight, part: Part): Fraction =>
    weight === 'share' ? over(totals.area[part], totals.area.all) : totals[weight][part];
  const quorum = rule.quorum.map((test) => ({
    weight: test.weight,
    base: 'all' as const,
    ...compared(test, amount(test.weight, 'participants'), amount(test.weight, 'all')),
  }));
  const tests = rule.tests.map((group) =>
    group.map((test) => ({
      weight: test.weight,
      side: test.side,
      base: test.base,
      ...compared(
        test,
        amount(test.weight, test.side),
        partsOf(test.base, rule)
          .map((part) => amount(test.weight, part))
          .reduce(plus),
      ),
    })),
  );
  const hasQuorum = quorum.every(({ holds }) => holds);
  const passes = tests.some((group) => group.every(({ holds }) => holds));
  return {
    item: item.id,
    number: item.number,
    rule: rule.id,
    ruleVersion: rule.version,
    sums: { area: written(totals.area), head: written(totals.head), unit: written(totals.unit) },
    quorum,
    tests,
    verdict: !hasQuorum ? 'no-quorum' : passes ? 'passed' : 'failed',
  };
}

function partsOf(base: Test['base'], { abstain }: DecisionRule): readonly Part[] {
  if (base === 'all' || base === 'participants') return [base];
  return base === 'cast' && abstain === 'in-base' ? ['for', 'against', 'abstain'] : ['for', 'against'];
}

function compared(test: QuorumTest, have: Fraction, of: Fraction) {
  const need = times(of, fraction(BigInt(test.num), BigInt(test.den)));
  return {
    have: writeFraction(have),
    of: writeFraction(of),
    cmp: test.cmp,
    num: test.num,
    den: test.den,
    need: writeFraction(need),
    margin: writeFraction(minus(have, need)),
    holds: HOLDS[test.cmp](order(have, need)),
  };
}

const HOLDS: Readonly<Record<Comparator, (sign: number) => boolean>> = {
  '>': (sign) => sign > 0,
  '>=': (sign) => sign >= 0,
  '<=': (sign) => sign <= 0,
  '<': (sign) => sign < 0,
  '==': (sign) => sign === 0,
};

function totalsOf(says: readonly Say[], item: string): Totals {
  const choiceOf = ({ choices }: BallotPayload): Choice | 'unmarked' =>
    Object.hasOwn(choices, item) ? choices[item]! : 'unmarked';
  const part = (choice: Choice | 'unmarked') =>
    sumOf(says.filter(({ ballot }) => ballot !== null && choiceOf(ballot) === choice));
  return {
    all: sumOf(says),
    participants: sumOf(says.filter(({ ballot }) => ballot !== null)),
    for: part('for'),
    against: part('against'),
    abstain: part('abstain'),
    unmarked: part('unmarked'),
  };
}

/** Adds by denominator first, as most weights share one: a sum of thousands then reduces only a few times. */
function sumOf(says: readonly Say[]): Fraction {
  const byDenominator = new Map<bigint, bigint>();
  for (const { weight } of says)
    byDenominator.set(weight.den, (byDenominator.get(weight.den) ?? 0n) + weight.num);
  return [...byDenominator].map(([den, num]) => fraction(num, den)).reduce(plus, ZERO);
}

const written = (totals: Totals): Sums => ({
  all: writeFraction(totals.all),
  participants: writeFraction(totals.participants),
  for: writeFraction(totals.for),
  against: writeFraction(totals.against),
  abstain: writeFraction(totals.abstain),
  unmarked: writeFraction(totals.unmarked),
});
