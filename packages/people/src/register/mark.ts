// What laws ask about whoever holds a share, beyond the share: a debt, the association's own premises, the developer, the one
// whom co-owners chose to speak. Pure; each is said of days, with the paper it rests on.
// A mark is never edited: what is known later stands beside what was known before, so that a past roll can be made again.
import { refuse, type Refusal } from '@veche/core/refusal.ts';
import type { LocalDay } from './local-day.ts';
import { isKnown } from './titles.ts';
import type { TitleDocument } from './title-document.ts';

/**
 * `debtor`: owes what the law takes the vote for. `association-owned`: the owners' association holds it itself.
 * `original-owner`: the developer. `representative`: speaks for all who hold the premises together.
 */
export const MARK_KINDS = ['debtor', 'association-owned', 'original-owner', 'representative'] as const;
export type MarkKind = (typeof MARK_KINDS)[number];

/** `withdrawn`: it never was so. `merged`: the person turned out to be another of the register. */
export const MARK_ACTS = ['stated', 'ended', 'corrected', 'withdrawn', 'merged'] as const;
export type MarkAct = (typeof MARK_ACTS)[number];

export type Mark = {
  readonly kind: MarkKind;
  readonly personId: string;
  /** Null: all that the person holds in the building. */
  readonly premisesId: string | null;
  readonly document: Omit<TitleDocument, 'text'>;
  /** The first day. */
  readonly from: LocalDay;
  /** The first day on which it is no longer so; null: it still is. */
  readonly until: LocalDay | null;
};

export type MarkVersion = Mark & {
  readonly id: string;
  /** The mark that this is a version of. */
  readonly mark: string;
  readonly act: MarkAct;
  readonly recordedAt: Date;
  /** Null: this is what is known now. */
  readonly supersededAt: Date | null;
};

/** What becomes of a mark that was stated. */
export type MarkChange =
  | { readonly act: 'ended'; readonly on: LocalDay }
  | {
      /** Says what was so all along; what is absent stays. */
      readonly act: 'corrected';
      readonly document?: Mark['document'];
      readonly from?: LocalDay;
      readonly until?: LocalDay | null;
    }
  | { readonly act: 'withdrawn' };

/** Why a mark cannot stand. */
export type MarkFault =
  'premises-missing' | 'document-missing' | 'ends-before-it-begins' | 'mark-stands' | 'representative-named';

/** Whether it is so on a day. */
export const isMarkedOn = (
  { act, from, until }: Pick<MarkVersion, 'act' | 'from' | 'until'>,
  day: LocalDay,
): boolean => act !== 'withdrawn' && from <= day && (until === null || day < until);

/** What was so on a day, as far as was known at a moment. */
export const marksAt = <Version extends MarkVersion>(
  versions: readonly Version[],
  { day, known }: { readonly day: LocalDay; readonly known: Date },
): Version[] => versions.filter((version) => isKnown(version, known) && isMarkedOn(version, day));

/**
 * Whether a new mark can stand beside those known now.
 * @param known - of the building, those that are over too
 */
export const stateMark = (known: readonly MarkVersion[], mark: Mark): Mark | Refusal<MarkFault> =>
  faultOf(mark, known) ?? mark;

/**
 * What a mark says after a change of it.
 * @param known - of the building, the mark itself among them
 */
export function changeMark(
  known: readonly MarkVersion[],
  mark: string,
  change: MarkChange,
): Mark | Refusal<MarkFault | 'no-such-mark' | 'nothing-changes'> {
  const before = known.find((version) => version.mark === mark);
  if (!before || before.act === 'withdrawn') return refuse('no-such-mark');
  const { kind, personId, premisesId, document, from, until } = before;
  const now: Mark = { kind, personId, premisesId, document, from, until };
  if (change.act === 'withdrawn') return now;
  const after: Mark =
    change.act === 'ended'
      ? { ...now, until: change.on }
      : {
          ...now,
          document: change.document ?? document,
          from: change.from ?? from,
          until: change.until === undefined ? until : change.until,
        };
  if (isSameMark(after, now)) return refuse('nothing-changes');
  const others = known.filter((version) => version.mark !== mark);
  return faultOf(after, others) ?? after;
}

const isSameMark = (one: Mark, other: Mark): boolean =>
  one.from === other.from &&
  one.until === other.until &&
  one.document.kind === other.document.kind &&
  one.document.number === other.document.number &&
  one.document.date === other.document.date;

function faultOf(mark: Mark, others: readonly MarkVersion[]): Refusal<MarkFault> | null {
  if (mark.kind === 'representative' && mark.premisesId === null) return refuse('premises-missing');
  // It takes a vote away or gives it to one of several: somebody will ask by what right.
  if (mark.document.number === '' && mark.document.date === null) return refuse('document-missing');
  if (mark.until !== null && mark.until <= mark.from)
    return refuse('ends-before-it-begins', { day: mark.until });
  const meanwhile = others.filter(
    (other) => other.act !== 'withdrawn' && other.kind === mark.kind && overlap(other, mark),
  );
  if (meanwhile.some((other) => other.personId === mark.personId && other.premisesId === mark.premisesId))
    return refuse('mark-stands');
  // Where two speak for one premises, nobody does.
  if (mark.kind === 'representative' && meanwhile.some(({ premisesId }) => premisesId === mark.premisesId))
    return refuse('representative-named');
  return null;
}

type Days = Pick<Mark, 'from' | 'until'>;
const overlap = (one: Days, other: Days): boolean =>
  (one.until === null || other.from < one.until) && (other.until === null || one.from < other.until);
