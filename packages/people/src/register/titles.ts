// The register in two times: from when to when a title was held, and from when to when the register knew it so. A later
// correction is a new version beside the old one; what was known at a moment can be told again for ever.
// A version is never edited: it is superseded once, and that is all that ever happens to it.
import { add, compare, one, subtract, zero, type Rational } from '@veche/core/rational.ts';
import { dayIn, type LocalDay } from './local-day.ts';
import type { TitleDocument } from './title-document.ts';

/** Why nobody may cast a title for now: its owner died and no heir is known, joint owners disagree, it is in dispute. */
export const FREEZES = ['death', 'objection', 'dispute'] as const;
export type Freeze = (typeof FREEZES)[number];

export type TitleVersion = {
  readonly id: string;
  readonly premisesId: string;
  /** Null: the owner is unknown; the share stays in the base and nobody may cast it. */
  readonly personId: string | null;
  /** Who else holds the same share undivided, such as the other spouse; one acts for all. */
  readonly jointWith: readonly string[];
  /** Of the premises, in (0, 1]. */
  readonly share: Rational;
  /** The room of a communal flat that the title is about; empty otherwise. */
  readonly room: string;
  readonly document: TitleDocument;
  /** The first day; null: as long as anybody knows. */
  readonly heldFrom: LocalDay | null;
  /** The first day on which it is no longer held; null: it still is. */
  readonly heldTo: LocalDay | null;
  readonly freeze: Freeze | null;
  /** Under arrest: it may not be sold; the owner votes as before. */
  readonly arrested: boolean;
  /** Who has the use of it for life or for a time; null: nobody else. */
  readonly usufructuaryId: string | null;
  readonly recordedAt: Date;
  /** When a later entry took its place; null: this is what is known now. */
  readonly supersededAt: Date | null;
};

/** The two times of a question: the register of which day, and as it was known when. */
export type RegisterMoment = { readonly at: Date; readonly known: Date };

/** Both times at once: what is so now, as far as is known now. */
export const asOf = (now: Date): RegisterMoment => ({ at: now, known: now });

export const isKnown = (
  { recordedAt, supersededAt }: Pick<TitleVersion, 'recordedAt' | 'supersededAt'>,
  known: Date,
): boolean => recordedAt <= known && (supersededAt === null || known < supersededAt);

export const isHeld = (
  { heldFrom, heldTo }: Pick<TitleVersion, 'heldFrom' | 'heldTo'>,
  day: LocalDay,
): boolean => (heldFrom === null || heldFrom <= day) && (heldTo === null || day < heldTo);

/**
 * The titles in force at a moment, as they were known at another.
 * @param versions - every version of the building, in any order; the order is kept
 * @param timeZone - of the building: its day decides
 */
export function registerAt<
  Version extends Pick<TitleVersion, 'recordedAt' | 'supersededAt' | 'heldFrom' | 'heldTo'>,
>(versions: readonly Version[], { at, known }: RegisterMoment, timeZone: string): Version[] {
  const day = dayIn(at, timeZone);
  return versions.filter((version) => isKnown(version, known) && isHeld(version, day));
}

/** Days on which the sum of the shares of one premises changes, from the first: null stands for always. */
export function boundaryDays(
  versions: readonly Pick<TitleVersion, 'heldFrom' | 'heldTo'>[],
): (LocalDay | null)[] {
  const days = new Set<LocalDay>();
  let always = false;
  for (const { heldFrom, heldTo } of versions) {
    if (heldFrom === null) always = true;
    else days.add(heldFrom);
    if (heldTo !== null) days.add(heldTo);
  }
  return [...(always ? [null] : []), ...[...days].sort()];
}

/** Of one premises: what is held on a day in all; `null` asks for the time before every date. */
export function sumOn(
  versions: readonly Pick<TitleVersion, 'heldFrom' | 'heldTo' | 'share'>[],
  day: LocalDay | null,
): Rational {
  let total = zero;
  for (const version of versions)
    if (day === null ? version.heldFrom === null : isHeld(version, day)) total = add(total, version.share);
  return total;
}

/** The first day on which the titles of one premises are more than the whole; undefined when they never are. */
export const findOverfullDay = (
  versions: readonly Pick<TitleVersion, 'heldFrom' | 'heldTo' | 'share'>[],
): LocalDay | null | undefined =>
  boundaryDays(versions).find((day) => compare(sumOn(versions, day), one) > 0);

/**
 * Of one premises: what each holds more on the later of two days than on the earlier one, or less, which is below zero.
 * `null` stands for whoever is unknown, so that all of it adds up to zero. What was wrong all along and is corrected
 * changes nothing between two days, and neither does a freeze.
 */
export function passedBetween(
  versions: readonly Pick<TitleVersion, 'personId' | 'share' | 'heldFrom' | 'heldTo'>[],
  earlier: LocalDay,
  later: LocalDay,
): Map<string | null, Rational> {
  const passed = new Map<string | null, Rational>();
  const change = (personId: string | null, share: Rational): void =>
    void passed.set(personId, add(passed.get(personId) ?? zero, share));
  for (const { personId, share, ...held } of versions) {
    if (personId === null || isHeld(held, earlier) === isHeld(held, later)) continue;
    const more = isHeld(held, later) ? share : subtract(zero, share);
    change(personId, more);
    change(null, subtract(zero, more));
  }
  for (const [personId, share] of passed) if (compare(share, zero) === 0) passed.delete(personId);
  return passed;
}
