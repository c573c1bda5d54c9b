// The owners' register as plain values: what an import reads, a reconciliation judges and the store keeps.
// A register row says who holds which share of which premises; the sum of it is the base of every vote.
import type { Rational } from '@veche/core/rational.ts';
import type { REGISTER_FIELDS } from '../contract.ts';
import type { PremisesKind } from './premises-kind.ts';

/** A column of the register that a file's column may be mapped to. */
export type RegisterField = (typeof REGISTER_FIELDS)[number];

export type Premises = {
  /** As it is written on the door or in the register; unique in the building. */
  readonly number: string;
  readonly kind: PremisesKind;
  /** Empty when the file does not say. */
  readonly entrance: string;
  /** Integer, above zero. */
  readonly areaCm2: number;
};

export type PersonKind = 'natural' | 'legal' | 'public';

/** A person as the file describes them, before they are found or made in the store. */
export type PersonDraft = {
  /** Stands for the person within one import, such as `p17`; means nothing outside it. */
  readonly ref: string;
  readonly kind: PersonKind;
  /** As the file spells it, with single spaces. */
  readonly name: string;
  /** ИНН with right check digits. */
  readonly taxNumber?: string;
  /** Lower case. */
  readonly email?: string;
  /** E.164, such as `+79161234567`. */
  readonly phone?: string;
};

/** One owner's share of one premises. */
export type Title = {
  readonly premisesNumber: string;
  /** A {@link PersonDraft}'s ref; null when the owner is unknown: the share stays in the base and nobody may cast it. */
  readonly person: string | null;
  /** In (0, 1]. */
  readonly share: Rational;
  /** Empty when the file does not say. */
  readonly document: string;
  /** `YYYY-MM-DD`; null when the file does not say. */
  readonly validFrom: string | null;
  /** The row of the file, counted as a person does; null for a title that fills a gap. */
  readonly row: number | null;
};

export type Register = {
  readonly premises: readonly Premises[];
  readonly titles: readonly Title[];
  readonly persons: readonly PersonDraft[];
};

/** Which column of the file, counted from 0, says what. */
export type ColumnMapping = Readonly<Partial<Record<RegisterField, number>>>;

/** A cell that does not say what it should. Its text is `register.problem.<code>` with `facts`, `got` and `column`. */
export type RegisterProblem = {
  /** Counted as a person does: the first line of the file is row 1. */
  readonly row: number;
  /** The header of the column, as it stands in the file. */
  readonly column: string;
  readonly field: RegisterField;
  /** What the cell says, at most 60 characters; for the one who imports, never for a log. */
  readonly got: string;
  readonly code: RegisterProblemCode;
  readonly facts?: Readonly<Record<string, string | number>>;
};

export type RegisterProblemCode =
  | 'premises-missing'
  | 'premises-too-long'
  | 'kind-unknown'
  | 'area-missing'
  | 'area-unreadable'
  | 'area-too-fine'
  | 'area-out-of-range'
  | 'area-differs'
  | 'kind-differs'
  | 'entrance-differs'
  | 'entrance-too-long'
  | 'owner-too-long'
  | 'owner-kind-unknown'
  | 'owner-missing'
  | 'tax-number-malformed'
  | 'tax-number-check-digit'
  | 'tax-number-of-other-kind'
  | 'share-unreadable'
  | 'share-is-a-date'
  | 'share-inexact'
  | 'share-out-of-range'
  | 'document-too-long'
  | 'email-malformed'
  | 'phone-malformed'
  | 'date-unreadable'
  | 'cell-error'
  | 'cell-formula';

/** What a check found, for the one who imports. Its text is the message `key` with `facts`; no person is named in it. */
export type Finding = {
  /** An error keeps the register from being taken into use; a warning asks for a look; a note only tells. */
  readonly severity: 'error' | 'warning' | 'note';
  /** The last part of `key`. */
  readonly code: string;
  /** `register.problem.<code>` or `reconciliation.<code>`. */
  readonly key: string;
  readonly row?: number;
  /** The header of the column, as it stands in the file. */
  readonly column?: string;
  readonly premises?: string;
  readonly facts: Readonly<Record<string, string | number>>;
};
