// Counts a meeting anew from roll, notice and ballots, for the auditor: exact, and sharing no code with the server's
// count. Both must give the same result byte for byte in canonical JSON; where they differ one of them is wrong.
import { followRoll } from './amendment.ts';
import type { PlacedAmendment } from './amendment.ts';
import { fraction, minus, order, over, plus, readFraction, times, writeFraction } from './fraction.ts';
import type { Fraction } from './fraction.ts';
import type {
  Adjustment,
  BallotPayload,
  Choice,
  Comparator,
  DecisionRule,
  ItemResult,
  MeetingResult,
  Notice,
  NoticeItem,
  QuorumOutcome,
  QuorumTest,
  RollRecord,
  Sums,
  Test,
  TestOutcome,
  Verdict,
  Weight,
  WeightSums,
} from './meeting.ts';

export type RecountInput = {
  readonly meeting: string;
  readonly items: readonly NoticeItem[];
  /** Checked before: shares of a unit sum to 1, entitlements are unique. */
  readonly roll: readonly RollRecord[];
  /** Those logged in time, in log order; checked before: each voter casts only what the roll gives them at its place. */
  readonly ballots: readonly BallotPayload[];
  /** What becomes of the vote of a share that changes hands, as the notice has it. */
  readonly sale?: Notice['sale'];
  /** Those logged in time, in log order. */
  readonly amendments?: readonly PlacedAmendment[];
  /** How many more of the box are not under the closing checkpoint; given exactly where the close has one. */
  readonly late?: number;
  /**
   * The ballots of the vote that this one joins, those logged in time, in log order; what they say of other items is passed
   * over. Checked before: nobody who is in them has a ballot here. Given exactly where this vote joins one.
   */
  readonly carried?: readonly BallotPayload[];
};

const ZERO = fraction(0n);
const ONE = fraction(1n);
const HALF = fraction(1n, 2n);

type Mark = Choice | 'unmarked';
const MARKS: readonly Mark[] = ['for', 'against', 'abstain', 'unmarked', 'spoiled'];
type Part = Mark | 'all' | 'participants';
type Totals = Readonly<Record<Part, Fraction>>;
type AllTotals = { readonly area: Totals; readonly head: Totals; readonly unit: Totals };

/** A line of the roll with its weights before any policy. */
type Line = {
  readonly record: RollRecord;
  readonly marks: readonly string[];
  readonly share: Fraction;
  readonly area: Fraction;
  readonly unit: Fraction;
};
/** The same on one item. */
type Weighed = Line & { readonly hasVote: boolean; readonly isInBase: boolean };

/** Where in the log the ballot stands that counts, by entitlement. */
type Places = ReadonlyMap<string, number>;

/**
 * The result of a meeting.
 * @throws LedgerFault `payload`: when an amendment is not one that {@link followRoll} takes.
 * @example recountMeeting({ meeting: 'm1', items, roll, ballots: [payload] }).ballots.effective // 1
 */
export function recountMeeting(input: RecountInput): MeetingResult {
  const { meeting, items, late, carried, sale } = input;
  const ballots = [...(carried ?? []), ...input.ballots];
  const first = new Map<string, number>();
  const last = new Map<string, number>();
  const followed = followRoll(input.roll, sale);
  const amendments = [...(input.amendments ?? [])];
  const amendUpTo = (place: number): void => {
    while (amendments.length > 0 && amendments[0]!.before + (carried?.length ?? 0) <= place) {
      const { entitlement, part } = amendments[0]!;
      followed.amend(amendments.shift()!);
      for (const places of [first, last]) {
        const cast = places.get(entitlement);
        // A part begins with the vote that the whole had; what is void has none any more.
        if (sale === 'void') places.delete(part?.entitlement ?? entitlement);
        else if (part && cast !== undefined) places.set(part.entitlement, cast);
      }
    }
  };
  for (const [place, { entitlements }] of ballots.entries()) {
    amendUpTo(place);
    for (const entitlement of entitlements) {
      if (!first.has(entitlement)) first.set(entitlement, place);
      last.set(entitlement, place);
    }
  }
  amendUpTo(Infinity);
  const roll = followed.records();
  const placesOf = ({ revote }: DecisionRule): Places => (revote === 'never' ? first : last);
  const used = new Set(items.length === 0 ? [last] : items.map(({ rule }) => placesOf(rule)));
  const effective = new Set([...used].flatMap((places) => [...places.values()])).size;

  const lines = roll.map((record): Line => {
    const share = readFraction(record.share);
    return {
      record,
      marks: record.marks ?? [],
      share,
      area: times(fraction(BigInt(record.areaCm2)), share),
      unit: share,
    };
  });
  // Put together once, and not for every item anew.
  const known = new Map<BlocBy, readonly Bloc[]>();
  const blocsUnder = ({ coOwners = 'fractional' }: DecisionRule): readonly Bloc[] => {
    const by = coOwners === 'fractional' ? 'entitlement' : 'unit';
    const blocs = known.get(by) ?? blocsBy(by, lines);
    known.set(by, blocs);
    return blocs;
  };
  const voters = new Set(roll.map(({ voter }) => voter).filter((voter) => voter !== ''));
  return {
    meeting,
    roll: {
      size: roll.length,
      area: writeFraction(sumOf(lines.map(({ area }) => area))),
      heads: voters.size + roll.filter(({ voter }) => voter === '').length,
      units: new Set(roll.map(({ unit }) => unit)).size,
    },
    ballots: {
      logged: ballots.length + (late ?? 0),
      effective,
      superseded: ballots.length - effective,
      ...(late === undefined ? {} : { late }),
      ...(carried === undefined ? {} : { carried: carried.length }),
    },
    items: items.map((item) => recountItem(item, lines, blocsUnder(item.rule), ballots, placesOf(item.rule))),
  };
}

/**
 * The item as the chair's casting vote leaves it: what was counted stays, and what follows from the verdict is drawn anew.
 * @throws RangeError: when the chair has nothing to decide.
 * @example settleTie(tied, 'for').verdict // 'passed'
 */
export function settleTie(item: ItemResult, choice: 'for' | 'against'): ItemResult {
  if (item.tie !== 'chair-casts' || item.castingVote !== undefined)
    throw new RangeError('expected a tie that the chair decides');
  if (choice === 'against') return { ...item, castingVote: choice };
  const effect = item.tiers?.find(({ holds }) => holds)?.effect;
  return {
    ...item,
    verdict: 'passed',
    castingVote: choice,
    ...(effect === undefined ? {} : { effect }),
    ...(item.fallback ? { fallback: { ...item.fallback, due: false } } : {}),
  };
}

function recountItem(
  item: NoticeItem,
  lines: readonly Line[],
  blocs: readonly Bloc[],
  ballots: readonly BallotPayload[],
  places: Places,
): ItemResult {
  const { rule } = item;
  const { weighed, adjusted } = applyPolicy(lines, blocs, item);
  const said = blocs.map((bloc) => {
    const members = bloc.lines.map((line) => weighed.get(line)!);
    return { ...bloc, members, ...hear(members, item, ballots, places) };
  });
  const whole = totalsOf(said, () => true);
  const entrances = new Map(
    namedEntrances(rule).map((name) => [name, totalsOf(said, ({ record }) => record.entrance === name)]),
  );

  const amount = (totals: AllTotals, weight: Weight, part: Part): Fraction => {
    if (weight !== 'share') return totals[weight][part];
    return order(whole.area.all, ZERO) === 0 ? ZERO : over(totals.area[part], whole.area.all);
  };
  const outcomeOf = (test: Test): TestOutcome => {
    const totals = test.base.startsWith('entrance:') ? entrances.get(test.base.slice(9))! : whole;
    const of = sumOf(partsOf(test.base, rule).map((part) => amount(totals, test.weight, part)));
    return {
      weight: test.weight,
      side: test.side,
      base: test.base,
      ...compared(test, amount(totals, test.weight, test.side), of),
    };
  };
  const quorum = rule.quorum.map((test): QuorumOutcome => {
    const totals = test.entrance === undefined ? whole : entrances.get(test.entrance)!;
    return {
      weight: test.weight,
      base: test.entrance === undefined ? 'all' : `entrance:${test.entrance}`,
      ...compared(test, amount(totals, test.weight, 'participants'), amount(totals, test.weight, 'all')),
    };
  });
  const tests = rule.tests.map((group) => group.map(outcomeOf));
  const hasQuorum =
    rule.quorumMode === 'any' && quorum.length > 0
      ? quorum.some(({ holds }) => holds)
      : quorum.every(({ holds }) => holds);
  const verdict: Verdict = hasQuorum ? (anyGroupHolds(tests) ? 'passed' : 'failed') : 'no-quorum';

  const tiers = rule.tier?.map((tier) => {
    const outcomes = tier.tests.map((group) => group.map(outcomeOf));
    return {
      effect: tier.effect,
      tests: outcomes,
      holds: outcomes.length === 0 ? true : anyGroupHolds(outcomes),
    };
  });
  const effect = verdict === 'passed' ? tiers?.find(({ holds }) => holds)?.effect : undefined;
  const forWeights = rule.tests.flat().flatMap(({ side, weight }) => (side === 'for' ? [weight] : []));
  const isEqual =
    forWeights.length > 0 &&
    forWeights.every(
      (weight) =>
        order(amount(whole, weight, 'for'), ZERO) > 0 &&
        order(amount(whole, weight, 'for'), amount(whole, weight, 'against')) === 0,
    );
  const { fallback } = rule;
  const trigger = fallback?.trigger.map(outcomeOf) ?? [];
  return {
    item: item.id,
    number: item.number,
    rule: rule.id,
    ruleVersion: rule.version,
    sums: written(whole),
    ...(entrances.size > 0
      ? { entrances: Object.fromEntries([...entrances].map(([name, totals]) => [name, written(totals)])) }
      : {}),
    ...(adjusted.length > 0 ? { adjusted } : {}),
    quorum,
    tests,
    verdict,
    ...(tiers ? { tiers } : {}),
    ...(effect === undefined ? {} : { effect }),
    ...(verdict === 'failed' && isEqual && (rule.tie === 'chair-casts' || rule.tie === 'court')
      ? { tie: rule.tie }
      : {}),
    ...(fallback
      ? {
          fallback: {
            kind: fallback.kind,
            ...(fallback.rule === undefined ? {} : { rule: fallback.rule }),
            trigger,
            due:
              fallback.on.some((outcome) => outcome === verdict) &&
              (item.round ?? 0) < fallback.maxDepth &&
              trigger.every(({ holds }) => holds),
          },
        }
      : {}),
  };
}

const anyGroupHolds = (groups: readonly (readonly TestOutcome[])[]): boolean =>
  groups.some((group) => group.every(({ holds }) => holds));

function namedEntrances(rule: DecisionRule): string[] {
  const tests = [
    ...rule.tests,
    ...(rule.tier ?? []).flatMap((tier) => tier.tests),
    rule.fallback?.trigger ?? [],
  ];
  const names = new Set<string>();
  for (const { base } of tests.flat()) if (base.startsWith('entrance:')) names.add(base.slice(9));
  for (const { entrance } of rule.quorum) if (entrance !== undefined) names.add(entrance);
  return [...names];
}

/** Those with one mark between them: a line of the roll each, or a premises with all its co-owners. */
type Bloc = { readonly id: string; readonly lines: readonly Line[]; readonly head: string };

type BlocBy = 'entitlement' | 'unit';

function blocsBy(by: BlocBy, lines: readonly Line[]): readonly Bloc[] {
  const byId = new Map<string, Line[]>();
  for (const line of lines) {
    const id = line.record[by];
    const members = byId.get(id);
    if (members) members.push(line);
    else byId.set(id, [line]);
  }
  return [...byId].map(([id, members]) => {
    // The same people are the same head, whatever they own together; whoever is unknown is nobody else.
    const people = members.map(({ record }) =>
      record.voter === '' ? ['', record.entitlement] : [record.voter],
    );
    const names = new Set(people.map((person) => JSON.stringify(person)));
    return { id, lines: members, head: [...names].sort().join() };
  });
}

/** Exclusions, then the reduction, then the cap. */
function applyPolicy(
  lines: readonly Line[],
  blocs: readonly Bloc[],
  item: NoticeItem,
): { readonly weighed: ReadonlyMap<Line, Weighed>; readonly adjusted: readonly Adjustment[] } {
  const policy = item.rule.weightPolicy;
  const plain = lines.map((line): Weighed => ({ ...line, hasVote: true, isInBase: true }));
  if (!policy) return { weighed: new Map(lines.map((line, i) => [line, plain[i]!])), adjusted: [] };

  const adjusted: Adjustment[] = [];
  const report = (why: Adjustment['why'], pairs: readonly (readonly [Weighed, Weighed])[]): void => {
    if (pairs.length === 0) return;
    const change = (weight: 'area' | 'unit') => ({
      before: writeFraction(sumOf(pairs.map(([before]) => before[weight]))),
      after: writeFraction(sumOf(pairs.map(([, after]) => (after.hasVote ? after[weight] : ZERO)))),
    });
    adjusted.push({ why, entitlements: pairs.length, area: change('area'), unit: change('unit') });
  };

  let now = plain;
  for (const why of policy.exclude ?? []) {
    const mark = why === 'conflict' ? `conflict:${item.id}` : why;
    const after = now.map((line) =>
      line.hasVote && line.marks.includes(mark)
        ? { ...line, hasVote: false, isInBase: !policy.excludeFromBase }
        : line,
    );
    report(why, pairsOf(now, after));
    now = after;
  }

  const { reduce } = policy;
  if (reduce) {
    const isTheirs = ({ marks }: Line): boolean => marks.includes('original-owner');
    const held = sumOf(lines.filter(isTheirs).map(({ area }) => area));
    const least = times(
      sumOf(lines.map(({ area }) => area)),
      fraction(BigInt(reduce.holding?.num ?? 0), BigInt(reduce.holding?.den ?? 1)),
    );
    const units = new Set(lines.map(({ record }) => record.unit)).size;
    if (units > (reduce.unitsAbove ?? 0) && order(held, least) >= 0) {
      const factor = fraction(BigInt(reduce.num), BigInt(reduce.den));
      const after = now.map((line) =>
        isTheirs(line) ? { ...line, area: times(line.area, factor), unit: times(line.unit, factor) } : line,
      );
      report(
        'original-owner',
        pairsOf(now, after).filter(([before]) => before.hasVote),
      );
      now = after;
    }
  }

  if (policy.cap === 'sum-of-others') {
    const headOf = new Map(blocs.flatMap(({ lines: members, head }) => members.map((line) => [line, head])));
    const heads = lines.map((line) => headOf.get(line)!);
    const area = cutOf(now, heads, 'area');
    const unit = cutOf(now, heads, 'unit');
    const after = now.map((line, i) => {
      if (!line.hasVote || (heads[i] !== area?.head && heads[i] !== unit?.head)) return line;
      return {
        ...line,
        area: heads[i] === area?.head ? times(line.area, area!.factor) : line.area,
        unit: heads[i] === unit?.head ? times(line.unit, unit!.factor) : line.unit,
      };
    });
    report('sum-of-others', pairsOf(now, after));
    now = after;
  }
  return { weighed: new Map(lines.map((line, i) => [line, now[i]!])), adjusted };
}

const pairsOf = (before: readonly Weighed[], after: readonly Weighed[]): [Weighed, Weighed][] =>
  before.flatMap((line, i) => (line === after[i] ? [] : [[line, after[i]!] as [Weighed, Weighed]]));

/** Whoever has more than all others together, and what to multiply them by; null when nobody has. */
function cutOf(
  lines: readonly Weighed[],
  heads: readonly string[],
  weight: 'area' | 'unit',
): { head: string; factor: Fraction } | null {
  const held = new Map<string, Fraction>();
  lines.forEach((line, i) => {
    if (line.hasVote) held.set(heads[i]!, plus(held.get(heads[i]!) ?? ZERO, line[weight]));
  });
  const all = sumOf([...held.values()]);
  for (const [head, own] of held) {
    const others = minus(all, own);
    if (order(others, ZERO) > 0 && order(own, others) > 0) return { head, factor: over(others, own) };
  }
  return null;
}

/** What a bloc says: null when it took no part. `place`: of the latest ballot it rests on, −1 for silence. */
function hear(
  members: readonly Weighed[],
  { id, rule }: NoticeItem,
  ballots: readonly BallotPayload[],
  places: Places,
): { readonly mark: Mark | null; readonly place: number } {
  const asked = members.filter(
    ({ hasVote, marks }) =>
      hasVote &&
      (rule.coOwners !== 'representative' || members.length === 1 || marks.includes('representative')),
  );
  const present = asked.filter(({ record }) => places.has(record.entitlement));
  if (present.length === 0) {
    const assents = rule.silent === 'for' && asked.some(({ record }) => record.voter !== '');
    return { mark: assents ? 'for' : null, place: -1 };
  }
  let place = -1;
  const shares = new Map<Mark, Fraction>();
  for (const { record, share } of present) {
    const at = places.get(record.entitlement)!;
    place = Math.max(place, at);
    const { choices } = ballots[at]!;
    if (!Object.hasOwn(choices, id)) continue;
    const mark = choices[id]!;
    shares.set(mark, plus(shares.get(mark) ?? ZERO, share));
  }
  if (shares.size <= 1) return { mark: [...shares.keys()][0] ?? 'unmarked', place };
  const most =
    rule.coOwners === 'majority-in-interest' && [...shares].find(([, share]) => order(share, HALF) > 0)?.[0];
  return { mark: most || 'spoiled', place };
}

type Said = {
  readonly id: string;
  readonly head: string;
  readonly members: readonly Weighed[];
  readonly mark: Mark | null;
  readonly place: number;
};
/** One who has a say, with its weight. */
type Say = { readonly weight: Fraction; readonly mark: Mark | null; readonly isInBase: boolean };

function totalsOf(said: readonly Said[], isCounted: (line: Weighed) => boolean): AllTotals {
  const area: Say[] = [];
  const unit: Say[] = [];
  const byHead = new Map<string, { readonly bloc: Said; readonly members: readonly Weighed[] }[]>();
  for (const bloc of said) {
    const members = bloc.members.filter(isCounted);
    if (members.length === 0) continue;
    for (const line of members) {
      const mark = line.hasVote ? bloc.mark : null;
      area.push({ weight: line.area, mark, isInBase: line.isInBase });
      unit.push({ weight: line.unit, mark, isInBase: line.isInBase });
    }
    const known = byHead.get(bloc.head);
    if (known) known.push({ bloc, members });
    else byHead.set(bloc.head, [{ bloc, members }]);
  }
  const head = [...byHead.values()].map((blocs): Say => {
    // As a head the last word counts; of two premises in one ballot the one whose id comes first.
    const heard = blocs
      .filter(({ bloc, members }) => bloc.mark !== null && members.some(({ hasVote }) => hasVote))
      .map(({ bloc }) => bloc)
      .sort((a, b) => b.place - a.place || (a.id < b.id ? -1 : 1));
    const isInBase = blocs.some(({ members }) => members.some((line) => line.isInBase));
    return { weight: ONE, mark: heard[0]?.mark ?? null, isInBase };
  });
  return { area: totals(area), head: totals(head), unit: totals(unit) };
}

function totals(says: readonly Say[]): Totals {
  const tallies = Object.fromEntries(
    [...MARKS, 'all' as const, 'participants' as const].map((part) => [part, new Map()]),
  ) as Record<Part, Tally>;
  for (const { weight, mark, isInBase } of says) {
    if (isInBase) put(tallies.all, weight);
    if (mark === null) continue;
    put(tallies.participants, weight);
    put(tallies[mark], weight);
  }
  return Object.fromEntries(Object.entries(tallies).map(([part, tally]) => [part, totalOf(tally)])) as Totals;
}

function partsOf(base: Test['base'], { abstain, blank, spoiled }: DecisionRule): readonly Part[] {
  if (base === 'all') return ['all'];
  const sides: Part[] = ['for', 'against'];
  if (base === 'expressed' || (base === 'cast' && abstain === 'out-of-base')) return sides;
  sides.push('abstain');
  if (base === 'cast') return sides;
  if (blank !== 'out-of-base') sides.push('unmarked');
  if (spoiled !== 'out-of-base') sides.push('spoiled');
  return sides;
}

function compared(test: QuorumTest, have: Fraction, of: Fraction) {
  const part = times(of, fraction(BigInt(test.num), BigInt(test.den)));
  const least = fraction(BigInt(test.min ?? 0));
  const need = order(part, least) < 0 ? least : part;
  return {
    have: writeFraction(have),
    of: writeFraction(of),
    cmp: test.cmp,
    num: test.num,
    den: test.den,
    ...(test.min === undefined ? {} : { min: test.min }),
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

/** Numerators by denominator, as most weights share one: a sum of thousands then reduces only a few times. */
type Tally = Map<bigint, bigint>;
const put = (tally: Tally, { num, den }: Fraction): void => void tally.set(den, (tally.get(den) ?? 0n) + num);
const totalOf = (tally: Tally): Fraction =>
  [...tally].map(([den, num]) => fraction(num, den)).reduce(plus, ZERO);

function sumOf(values: readonly Fraction[]): Fraction {
  const tally: Tally = new Map();
  for (const value of values) put(tally, value);
  return totalOf(tally);
}

const written = ({ area, head, unit }: AllTotals): WeightSums => ({
  area: writtenSums(area),
  head: writtenSums(head),
  unit: writtenSums(unit),
});
const writtenSums = (sums: Totals): Sums => ({
  all: writeFraction(sums.all),
  participants: writeFraction(sums.participants),
  for: writeFraction(sums.for),
  against: writeFraction(sums.against),
  abstain: writeFraction(sums.abstain),
  unmarked: writeFraction(sums.unmarked),
  ...(order(sums.spoiled, ZERO) === 0 ? {} : { spoiled: writeFraction(sums.spoiled) }),
});
