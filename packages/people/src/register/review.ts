// Does the register in use add up? Every premises looked at on every day on which something changes, the base against the
// sum. Each finding has its place and its mending; it names premises and documents, and must never name a person.
import {
  compare,
  formatRational,
  multiply,
  one,
  rational,
  subtract,
  sum,
  zero,
  type Rational,
} from '@veche/core/rational.ts';
import { formatArea } from '../domain/area.ts';
import type { PremisesKind } from '../domain/premises-kind.ts';
import type { LocalDay } from './local-day.ts';
import { boundaryDays, isHeld, sumOn, type TitleVersion } from './titles.ts';

export type ReviewedPremises = {
  readonly id: string;
  readonly number: string;
  readonly kind: PremisesKind;
  readonly areaCm2: number;
};

/** The area that every count is measured against, and the paper it is taken from. */
export type Base = {
  /** Above zero. */
  readonly areaCm2: number;
  /** What the paper is, in words; empty when nobody said. */
  readonly source: string;
  readonly documentDate: LocalDay | null;
};

export type ReviewFinding = {
  /** `error`: a meeting could not be opened by it. */
  readonly severity: 'error' | 'warning' | 'note';
  readonly code:
    | 'no-premises'
    | 'over-full'
    | 'gap'
    | 'gap-in-time'
    | 'same-owner-twice'
    | 'unknown-owner'
    | 'frozen'
    | 'arrested'
    | 'no-document'
    | 'no-area'
    | 'begins-later'
    | 'base-missing'
    | 'base-without-source'
    | 'base-differs';
  readonly premisesId: string | null;
  readonly premises: string | null;
  /** For the texts `review.<code>` and `review.<code>.mend`. */
  readonly facts: Readonly<Record<string, string | number>>;
};

export type Review = {
  readonly findings: readonly ReviewFinding[];
  /** Of all premises. */
  readonly areaCm2: number;
  /** Area that has a known owner on the day, cm². */
  readonly owned: Rational;
  /** Area under unknown owners and gaps. */
  readonly unknown: Rational;
  /** Area whose owner may not cast it for now. */
  readonly frozen: Rational;
  readonly base: Base | null;
};

const ORDER = { error: 0, warning: 1, note: 2 } as const;

/**
 * @param versions - known now, of the premises given, those that have ended too
 * @param day - today in the building's time zone
 */
export function reviewRegister(
  premises: readonly ReviewedPremises[],
  versions: readonly TitleVersion[],
  base: Base | null,
  day: LocalDay,
): Review {
  const findings: ReviewFinding[] = [];
  const ofPremises = Map.groupBy(versions, ({ premisesId }) => premisesId);
  let owned = zero;
  let frozen = zero;
  const note = (
    severity: ReviewFinding['severity'],
    code: ReviewFinding['code'],
    at: ReviewedPremises | null,
    facts: ReviewFinding['facts'] = {},
  ) =>
    findings.push({
      severity,
      code,
      premisesId: at?.id ?? null,
      premises: at?.number ?? null,
      facts: { ...(at ? { premises: at.number } : {}), ...facts },
    });

  if (premises.length === 0) note('error', 'no-premises', null);
  for (const each of premises) {
    const titles = ofPremises.get(each.id) ?? [];
    const held = titles.filter((title) => isHeld(title, day));
    reviewSums(titles, day, (severity, code, facts) => note(severity, code, each, facts));
    const area = rational(each.areaCm2);
    const areaOf = (of: readonly TitleVersion[]) => multiply(area, sum(of.map(({ share }) => share)));
    owned = addTo(owned, areaOf(held.filter(({ personId }) => personId !== null)));
    frozen = addTo(frozen, areaOf(held.filter(({ freeze }) => freeze !== null)));
    if (each.areaCm2 === 0) note('warning', 'no-area', each);
    for (const { freeze } of held) if (freeze !== null) note('warning', 'frozen', each, { reason: freeze });
    if (held.some(({ arrested }) => arrested)) note('note', 'arrested', each);
    if (held.some(({ personId }) => personId === null)) note('note', 'unknown-owner', each);
    const papers = held.filter(
      ({ personId, document }) => personId !== null && document.text === '' && document.number === '',
    );
    if (papers.length > 0) note('note', 'no-document', each, { count: papers.length });
    const twice = findTwice(held);
    if (twice > 0) note('warning', 'same-owner-twice', each, { count: twice });
    for (const title of titles)
      if (title.heldFrom !== null && title.heldFrom > day)
        note('note', 'begins-later', each, { day: title.heldFrom });
  }
  const areaCm2 = premises.reduce((total, { areaCm2: area }) => total + area, 0);
  if (base === null) note('warning', 'base-missing', null, { register: formatArea(areaCm2) });
  else {
    if (base.source === '') note('warning', 'base-without-source', null, {});
    if (base.areaCm2 !== areaCm2)
      note('warning', 'base-differs', null, {
        register: formatArea(areaCm2),
        base: formatArea(base.areaCm2),
        difference: formatArea(Math.abs(areaCm2 - base.areaCm2)),
        sign: areaCm2 > base.areaCm2 ? 'more' : 'less',
      });
  }
  findings.sort((a, b) => ORDER[a.severity] - ORDER[b.severity]);
  return { findings, areaCm2, owned, unknown: subtract(rational(areaCm2), owned), frozen, base };
}

const addTo = (total: Rational, more: Rational): Rational => sum([total, more]);

type Note = (
  severity: ReviewFinding['severity'],
  code: ReviewFinding['code'],
  facts: ReviewFinding['facts'],
) => void;

/** Sums of the shares: today, on each later day on which they change, and holes between two owners. */
function reviewSums(titles: readonly TitleVersion[], day: LocalDay, note: Note): void {
  const today = sumOn(titles, day);
  for (const later of [day, ...boundaryDays(titles).filter((each) => each !== null && each > day)]) {
    const total = sumOn(titles, later);
    if (compare(total, one) <= 0) continue;
    note('error', 'over-full', {
      sum: formatRational(total),
      over: formatRational(subtract(total, one)),
      day: later!,
    });
    break;
  }
  if (compare(today, one) < 0)
    note('warning', 'gap', { sum: formatRational(today), gap: formatRational(subtract(one, today)) });
  // A hole in the past: one sold on a day, the other bought on a later one.
  const past = boundaryDays(titles).filter((each): each is LocalDay => each !== null && each < day);
  const hole = past.find((each, i) => {
    const before = sumOn(titles, i === 0 ? null : past[i - 1]!);
    return compare(sumOn(titles, each), before) < 0;
  });
  if (hole !== undefined && compare(today, one) === 0) note('note', 'gap-in-time', { day: hole });
}

/** How many titles repeat the owner, share and paper of another in force on the same day. */
function findTwice(held: readonly TitleVersion[]): number {
  const seen = new Set<string>();
  let twice = 0;
  for (const { personId, share, document, room } of held) {
    if (personId === null) continue;
    const key = JSON.stringify([personId, formatRational(share), document.number || document.text, room]);
    if (seen.has(key)) twice++;
    seen.add(key);
  }
  return twice;
}
