// The reconciliation report: does the register add up? Shares of each premises against the whole, areas against the
// building's own figure, owners against one another. It names rows and premises, and must never name a person.
import {
  add,
  compare,
  formatRational,
  multiply,
  one,
  rational,
  subtract,
  zero,
  type Rational,
} from '@veche/core/rational.ts';
import { formatArea } from './area.ts';
import { PREMISES_KINDS, type PremisesKind } from './premises-kind.ts';
import { foldPremisesNumber, type ParsedRegister } from './register-import.ts';
import type { Finding, PersonKind, Register, RegisterProblem, Title } from './register.ts';

export type OwnerKind = PersonKind | 'unknown';

export type Reconciliation = {
  /** Errors first, then warnings, then notes; by row within each. */
  readonly findings: readonly Finding[];
  readonly errors: number;
  readonly warnings: number;
  /**
   * What may be taken into use when there are no errors: every premises has shares of exactly 1, gaps filled with the
   * share of an unknown owner.
   */
  readonly register: Register;
  readonly unknownOwners: number;
  readonly byKind: readonly {
    readonly kind: PremisesKind;
    readonly premises: number;
    readonly areaCm2: number;
  }[];
  /** `area` in cm², exact: areas times shares. */
  readonly byOwner: readonly { readonly kind: OwnerKind; readonly titles: number; readonly area: Rational }[];
  /** Sum of the premises. */
  readonly areaCm2: number;
  /** The building's own figure; 0 when it is not known. */
  readonly buildingAreaCm2: number;
};

/** Judges a parsed register against the building's own total area in cm² (0: not known). */
export function reconcileRegister(parsed: ParsedRegister, buildingAreaCm2: number): Reconciliation {
  const titlesOf = Map.groupBy(parsed.titles, ({ premisesNumber }) => premisesNumber);
  const findings: Finding[] = [...parsed.problems.map(findingOfProblem), ...parsed.remarks];
  const fillers = checkShares(parsed, titlesOf, findings);
  findDuplicates(parsed.titles, findings);
  const register: Register = {
    premises: parsed.premises,
    titles: [...parsed.titles, ...fillers],
    persons: parsed.persons,
  };
  const areaCm2 = parsed.premises.reduce((total, premises) => total + premises.areaCm2, 0);
  checkTotalArea(areaCm2, buildingAreaCm2, findings);
  describeOwners(register, findings);
  findings.sort((a, b) => ORDER[a.severity] - ORDER[b.severity] || (a.row ?? 0) - (b.row ?? 0));
  return {
    findings,
    errors: findings.filter(({ severity }) => severity === 'error').length,
    warnings: findings.filter(({ severity }) => severity === 'warning').length,
    register,
    unknownOwners: register.titles.filter(({ person }) => person === null).length,
    byKind: PREMISES_KINDS.map((kind) => {
      const ofKind = parsed.premises.filter((premises) => premises.kind === kind);
      return {
        kind,
        premises: ofKind.length,
        areaCm2: ofKind.reduce((total, premises) => total + premises.areaCm2, 0),
      };
    }).filter(({ premises }) => premises > 0),
    byOwner: sumByOwner(register),
    areaCm2,
    buildingAreaCm2,
  };
}

const ORDER = { error: 0, warning: 1, note: 2 } as const;

const finding = (
  severity: Finding['severity'],
  code: string,
  facts: Finding['facts'],
  place: { row?: number; premises?: string } = {},
): Finding => ({ severity, code, key: `reconciliation.${code}`, facts, ...place });

function findingOfProblem({ row, column, got, code, facts }: RegisterProblem): Finding {
  return {
    severity: 'error',
    code,
    key: `register.problem.${code}`,
    row,
    column,
    facts: { ...facts, got, column, row },
  };
}

/** Finds sums of shares that are not 1. @returns titles of unknown owners that fill the gaps. */
function checkShares(
  parsed: ParsedRegister,
  titlesOf: ReadonlyMap<string, readonly Title[]>,
  findings: Finding[],
): Title[] {
  const fillers: Title[] = [];
  if (parsed.premises.length === 0) findings.push(finding('error', 'no-premises', {}));
  for (const { number } of parsed.premises) {
    if (parsed.unread.has(foldPremisesNumber(number))) continue;
    const titles = titlesOf.get(number) ?? [];
    const total = titles.reduce((sum, { share }) => add(sum, share), zero);
    const difference = subtract(total, one);
    const place = { premises: number, ...(titles[0]?.row ? { row: titles[0].row } : {}) };
    if (compare(difference, zero) > 0) {
      findings.push(
        finding(
          'error',
          'shares-over',
          { sum: formatRational(total), over: formatRational(difference) },
          place,
        ),
      );
    }
    if (compare(difference, zero) < 0) {
      const share = subtract(zero, difference);
      findings.push(
        finding('warning', 'shares-gap', { sum: formatRational(total), gap: formatRational(share) }, place),
      );
      fillers.push({ premisesNumber: number, person: null, share, document: '', validFrom: null, row: null });
    }
    if (titles.some(({ person }) => person === null))
      findings.push(finding('note', 'unknown-owner', {}, place));
  }
  return fillers;
}

/** The same owner, premises, share and document twice. Two documents of one owner are two titles and in order. */
function findDuplicates(titles: readonly Title[], findings: Finding[]): void {
  const firstRow = new Map<string, number>();
  for (const { premisesNumber, person, share, document, validFrom, row } of titles) {
    if (row === null) continue;
    const key = JSON.stringify([premisesNumber, person, formatRational(share), document, validFrom]);
    const first = firstRow.get(key);
    if (first === undefined) firstRow.set(key, row);
    else findings.push(finding('warning', 'duplicate-row', { first }, { row, premises: premisesNumber }));
  }
}

function checkTotalArea(areaCm2: number, buildingAreaCm2: number, findings: Finding[]): void {
  if (buildingAreaCm2 === 0) {
    findings.push(finding('note', 'building-area-unknown', { register: formatArea(areaCm2) }));
  } else if (areaCm2 !== buildingAreaCm2) {
    const facts = {
      register: formatArea(areaCm2),
      building: formatArea(buildingAreaCm2),
      difference: formatArea(Math.abs(areaCm2 - buildingAreaCm2)),
      sign: areaCm2 > buildingAreaCm2 ? 'more' : 'less',
    };
    findings.push(finding('warning', 'area-differs', facts));
  }
}

function describeOwners({ persons, titles }: Register, findings: Finding[]): void {
  const count = (kind: PersonKind): number => persons.filter((person) => person.kind === kind).length;
  if (count('legal') > 0) findings.push(finding('note', 'legal-entities', { count: count('legal') }));
  for (const { ref } of persons.filter(({ kind }) => kind === 'public')) {
    const held = titles.filter(({ person }) => person === ref);
    const premises = new Set(held.map(({ premisesNumber }) => premisesNumber)).size;
    const place = held[0]?.row ? { row: held[0].row } : {};
    findings.push(finding('note', 'public-owner', { premises }, place));
  }
  const silent = persons.filter(({ email, phone }) => !email && !phone).length;
  if (silent > 0) findings.push(finding('warning', 'no-contact', { count: silent }));
}

function sumByOwner({ premises, persons, titles }: Register): Reconciliation['byOwner'] {
  const areaOf = new Map(premises.map(({ number, areaCm2 }) => [number, rational(areaCm2)]));
  const kindOf = new Map(persons.map(({ ref, kind }) => [ref, kind]));
  return (['natural', 'legal', 'public', 'unknown'] as const)
    .map((kind) => {
      const held = titles.filter(({ person }) => (person === null ? 'unknown' : kindOf.get(person)) === kind);
      const area = held.reduce(
        (sum, title) => add(sum, multiply(areaOf.get(title.premisesNumber)!, title.share)),
        zero,
      );
      return { kind, titles: held.length, area };
    })
    .filter(({ titles: held }) => held > 0);
}
