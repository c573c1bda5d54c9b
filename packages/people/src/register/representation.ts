// Who acts for whom, on which day, for which premises: parents and guardians by law, the head of a firm, the officers of
// a public body, whoever holds a power of attorney. Pure; a day is a day in the building's time zone.
import { refuse, type Refusal } from '@veche/core/refusal.ts';
import type { PersonKind } from '../domain/register.ts';
import { addYears, dayOfAge, type LocalDay } from './local-day.ts';
import type { TitleDocument } from './title-document.ts';
import type { Freeze } from './titles.ts';

/** `estate`: acts for what a dead owner left, until the heirs are known. */
export const BASES = ['parent', 'guardian', 'head', 'officer', 'attorney', 'estate'] as const;
export type RepresentationBasis = (typeof BASES)[number];

/** From this age on a person acts alone (art. 21 of the Russian Civil Code). */
export const FULL_AGE = 18;
/** Years that a power of attorney lasts when it names no end (art. 186 of the Russian Civil Code). */
export const UNSTATED_TERM_YEARS = 1;

export type Representation = {
  readonly id: string;
  readonly principalId: string;
  readonly agentId: string;
  readonly basis: RepresentationBasis;
  /** Null: everything the principal holds in the building. */
  readonly premisesIds: readonly string[] | null;
  readonly document: TitleDocument;
  readonly from: LocalDay;
  /** The first day it no longer holds, as the paper says; null: the paper names none. */
  readonly until: LocalDay | null;
  /** The first day it no longer holds because it was taken back; null: it was not. */
  readonly revokedOn: LocalDay | null;
};

/** A person as the question of who acts looks at one. */
export type Principal = {
  readonly id: string;
  readonly kind: PersonKind;
  /** Null: not known, and taken for of age. */
  readonly birthDay: LocalDay | null;
};

/** The first day on which a representation no longer holds; null: it has no end. */
export function endOf(
  { basis, from, until, revokedOn }: Pick<Representation, 'basis' | 'from' | 'until' | 'revokedOn'>,
  { birthDay }: Pick<Principal, 'birthDay'>,
): LocalDay | null {
  const ends = [
    until ?? (basis === 'attorney' ? addYears(from, UNSTATED_TERM_YEARS) : null),
    revokedOn,
    // Parents act for a child, and for nobody who has come of age.
    basis === 'parent' && birthDay !== null ? dayOfAge(birthDay, FULL_AGE) : null,
  ].filter((day) => day !== null);
  return ends.sort()[0] ?? null;
}

export const isInForce = (
  given: Pick<Representation, 'basis' | 'from' | 'until' | 'revokedOn'>,
  principal: Pick<Principal, 'birthDay'>,
  day: LocalDay,
): boolean => {
  const end = endOf(given, principal);
  return given.from <= day && (end === null || day < end);
};

export type Acting = {
  /** Whether the owner acts in person. */
  readonly self: boolean;
  /** Others who may, each with the paper it rests on. */
  readonly agents: readonly {
    readonly agentId: string;
    readonly basis: RepresentationBasis;
    readonly representationId: string;
  }[];
  /** Why the owner does not act in person; null when he does. */
  readonly why: 'minor' | 'ward' | 'organisation' | 'frozen' | null;
};

/**
 * Who may cast the vote of a principal for a premises on a day. A minor acts through parents up to the day of full age
 * and alone from that day on, in the middle of a vote too.
 * @param freeze - of the title; a dead owner's is cast by the administrator of the estate, a disputed one by nobody
 */
export function whoActs(
  principal: Principal,
  representations: readonly Representation[],
  given: { readonly premisesId: string; readonly day: LocalDay; readonly freeze?: Freeze | null },
): Acting {
  const { premisesId, day, freeze = null } = given;
  const inForce = representations.filter(
    (one) =>
      one.principalId === principal.id &&
      isInForce(one, principal, day) &&
      (one.premisesIds === null || one.premisesIds.includes(premisesId)),
  );
  const agents = (of: readonly Representation[]) =>
    of.map(({ agentId, basis, id }) => ({ agentId, basis, representationId: id }));
  if (freeze !== null) {
    const estate = freeze === 'death' ? inForce.filter(({ basis }) => basis === 'estate') : [];
    return { self: false, agents: agents(estate), why: 'frozen' };
  }
  const living = inForce.filter(({ basis }) => basis !== 'estate');
  if (principal.kind !== 'natural') return { self: false, agents: agents(living), why: 'organisation' };
  if (principal.birthDay !== null && day < dayOfAge(principal.birthDay, FULL_AGE))
    // A child gives no power of attorney.
    return { self: false, agents: agents(living.filter(({ basis }) => basis !== 'attorney')), why: 'minor' };
  if (living.some(({ basis }) => basis === 'guardian'))
    return { self: false, agents: agents(living), why: 'ward' };
  return { self: true, agents: agents(living), why: null };
}

export type GrantRefusal = Refusal<
  | 'same-person'
  | 'basis-not-of-kind'
  | 'birth-day-missing'
  | 'already-of-age'
  | 'ends-before-it-begins'
  | 'document-missing'
>;

/** Whether such a representation can be: each basis has its own kind of principal and its own paper. */
export function checkGrant(
  given: Pick<Representation, 'principalId' | 'agentId' | 'basis' | 'document' | 'from' | 'until'>,
  principal: Principal,
): GrantRefusal | null {
  const { basis, from, until, document } = given;
  if (given.principalId === given.agentId) return refuse('same-person');
  const ofPerson = basis === 'parent' || basis === 'guardian' || basis === 'estate';
  const ofFirm = basis === 'head' || basis === 'officer';
  if ((ofPerson && principal.kind !== 'natural') || (ofFirm && principal.kind === 'natural'))
    return refuse('basis-not-of-kind');
  if (basis === 'parent') {
    if (principal.birthDay === null) return refuse('birth-day-missing');
    const age = dayOfAge(principal.birthDay, FULL_AGE);
    if (from >= age) return refuse('already-of-age', { day: age });
  }
  if (until !== null && until <= from) return refuse('ends-before-it-begins');
  // The head of a firm acts by law, by the state's own register of firms; everybody else shows a paper.
  if (basis !== 'head' && document.number === '' && document.text === '') return refuse('document-missing');
  return null;
}
