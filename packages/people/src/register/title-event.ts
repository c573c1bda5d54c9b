// What happens to titles: sold, inherited, divided, frozen, corrected. Pure: from the versions known now and an event
// follow the versions that are superseded and those that take their place; or why the event cannot be.
// Nothing here edits a version, and nothing lets the shares of a premises exceed the whole on any day.
import {
  add,
  compare,
  formatRational,
  one,
  subtract,
  sum,
  zero,
  type Rational,
} from '@veche/core/rational.ts';
import { refuse, type Refusal } from '@veche/core/refusal.ts';
import type { LocalDay } from './local-day.ts';
import { NO_DOCUMENT, type TitleDocument } from './title-document.ts';
import { findOverfullDay, isHeld, type Freeze, type TitleVersion } from './titles.ts';

/** How a share passes from its owner to others. `divided`: joint or sole title into shares, by agreement. */
export const TRANSFERS = ['sold', 'given', 'inherited', 'awarded', 'divided'] as const;
export type Transfer = (typeof TRANSFERS)[number];

export type Recipient = {
  readonly personId: string | null;
  readonly jointWith: readonly string[];
  /** Of the premises. */
  readonly share: Rational;
  readonly room: string;
};

/** What a correction puts in place of what was wrong all along; what is absent stays. */
export type Correction = {
  readonly titleId: string;
  readonly personId?: string | null;
  readonly jointWith?: readonly string[];
  readonly share?: Rational;
  readonly room?: string;
  readonly document?: TitleDocument;
  readonly heldFrom?: LocalDay | null;
};

export type TitleEvent =
  /** A share that nobody was known to hold gets its owner. */
  | {
      readonly kind: 'acquired';
      readonly day: LocalDay;
      readonly to: Recipient;
      readonly document: TitleDocument;
    }
  | {
      readonly kind: Transfer;
      readonly day: LocalDay;
      readonly titleId: string;
      readonly to: readonly Recipient[];
      readonly document: TitleDocument;
    }
  | { readonly kind: 'corrected'; readonly corrections: readonly Correction[] }
  | { readonly kind: 'frozen'; readonly day: LocalDay; readonly titleId: string; readonly reason: Freeze }
  | {
      readonly kind: 'released' | 'arrested' | 'arrest-lifted' | 'usufruct-ended';
      readonly day: LocalDay;
      readonly titleId: string;
    }
  | {
      readonly kind: 'usufruct-set';
      readonly day: LocalDay;
      readonly titleId: string;
      readonly personId: string;
    };

/** All that can be told of a premises; `imported` and `merged` come about by an import and by joining two persons. */
export const EVENT_KINDS = [
  'acquired',
  ...TRANSFERS,
  'corrected',
  'frozen',
  'released',
  'arrested',
  'arrest-lifted',
  'usufruct-set',
  'usufruct-ended',
  'imported',
  'merged',
] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

/** A version before it has an id and a time of record. */
export type NewVersion = Omit<TitleVersion, 'id' | 'recordedAt' | 'supersededAt'>;

export type TitleChange = {
  /** Ids of the versions that are superseded. */
  readonly closed: readonly string[];
  readonly opened: readonly NewVersion[];
};

export type EventRefusal = Refusal<
  | 'no-such-title'
  | 'title-ended'
  | 'before-title'
  | 'title-frozen'
  | 'title-arrested'
  | 'shares-over'
  | 'share-over-title'
  | 'nothing-changes'
>;

/**
 * Decides what an event changes.
 * @param premisesId - where it happens; titles of other premises are left alone
 * @param versions - every version of the premises that is known now, those that have ended too
 */
export function decideEvent(
  premisesId: string,
  versions: readonly TitleVersion[],
  event: TitleEvent,
): TitleChange | EventRefusal {
  const change = changeOf(premisesId, versions, event);
  if ('refused' in change) return change;
  const closed = new Set(change.closed);
  const after = [...versions.filter(({ id }) => !closed.has(id)), ...change.opened];
  const overfull = findOverfullDay(after);
  // What is over-full already may be mended step by step, but never made worse.
  if (overfull !== undefined && findOverfullDay(versions) === undefined)
    return refuse('shares-over', { day: overfull ?? '' });
  return change;
}

function changeOf(
  premisesId: string,
  versions: readonly TitleVersion[],
  event: TitleEvent,
): TitleChange | EventRefusal {
  if (event.kind === 'corrected') return correct(versions, event.corrections);
  if (event.kind === 'acquired') return acquire(premisesId, versions, event);
  const title = versions.find(({ id }) => id === event.titleId);
  const refused = refuseChangeOn(title, event.day);
  if (refused || !title) return refused ?? refuse('no-such-title');
  switch (event.kind) {
    case 'frozen':
      return title.freeze === event.reason
        ? refuse('nothing-changes')
        : from(title, event.day, { freeze: event.reason });
    case 'released':
      return title.freeze === null ? refuse('nothing-changes') : from(title, event.day, { freeze: null });
    case 'arrested':
      return title.arrested ? refuse('nothing-changes') : from(title, event.day, { arrested: true });
    case 'arrest-lifted':
      return title.arrested ? from(title, event.day, { arrested: false }) : refuse('nothing-changes');
    case 'usufruct-set':
      return title.usufructuaryId === event.personId
        ? refuse('nothing-changes')
        : from(title, event.day, { usufructuaryId: event.personId });
    case 'usufruct-ended':
      return title.usufructuaryId === null
        ? refuse('nothing-changes')
        : from(title, event.day, { usufructuaryId: null });
    default:
      return transfer(title, event.kind, event);
  }
}

/** Whether a title can change on a day: who has sold already sells nothing twice, and nobody sells before he buys. */
function refuseChangeOn(title: TitleVersion | undefined, day: LocalDay): EventRefusal | null {
  if (!title) return refuse('no-such-title');
  if (title.heldTo !== null) return refuse('title-ended', { day: title.heldTo });
  if (title.heldFrom !== null && day < title.heldFrom) return refuse('before-title', { day: title.heldFrom });
  return null;
}

/** What a version says, without when that was recorded. */
const withoutRecord = (title: TitleVersion): NewVersion => ({
  premisesId: title.premisesId,
  personId: title.personId,
  jointWith: title.jointWith,
  share: title.share,
  room: title.room,
  document: title.document,
  heldFrom: title.heldFrom,
  heldTo: title.heldTo,
  freeze: title.freeze,
  arrested: title.arrested,
  usufructuaryId: title.usufructuaryId,
});

/** The title as it was, up to the day; nothing when it begins on it. */
const until = (title: TitleVersion, day: LocalDay): NewVersion[] =>
  title.heldFrom === day ? [] : [{ ...withoutRecord(title), heldTo: day }];

/** The title up to the day as it was, and from the day with the change. */
const from = (title: TitleVersion, day: LocalDay, change: Partial<NewVersion>): TitleChange => ({
  closed: [title.id],
  opened: [...until(title, day), { ...withoutRecord(title), ...change, heldFrom: day }],
});

function transfer(
  title: TitleVersion,
  kind: Transfer,
  { day, to, document }: { day: LocalDay; to: readonly Recipient[]; document: TitleDocument },
): TitleChange | EventRefusal {
  // Heirs come in place of the dead, and a court decides disputes; nothing else passes while it is frozen.
  if (title.freeze !== null && kind !== 'inherited' && kind !== 'awarded')
    return refuse('title-frozen', { reason: title.freeze });
  if (title.arrested && kind !== 'inherited' && kind !== 'awarded') return refuse('title-arrested');
  const passed = sum(to.map(({ share }) => share));
  const rest = subtract(title.share, passed);
  if (to.length === 0) return refuse('nothing-changes');
  if (compare(rest, zero) < 0)
    return refuse('share-over-title', { share: formatRational(title.share), wanted: formatRational(passed) });
  return {
    closed: [title.id],
    opened: [
      ...until(title, day),
      ...(compare(rest, zero) > 0 ? [{ ...withoutRecord(title), share: rest, heldFrom: day }] : []),
      ...to.map((recipient) => newTitle(title.premisesId, recipient, day, document, title)),
    ],
  };
}

/** A burden stays on the thing, whoever holds it; a freeze was about the one who held it. */
const newTitle = (
  premisesId: string,
  { personId, jointWith, share, room }: Recipient,
  day: LocalDay,
  document: TitleDocument,
  before: Pick<TitleVersion, 'arrested' | 'usufructuaryId'> | null,
): NewVersion => ({
  premisesId,
  personId,
  jointWith,
  share,
  room,
  document,
  heldFrom: day,
  heldTo: null,
  freeze: null,
  arrested: before?.arrested ?? false,
  usufructuaryId: before?.usufructuaryId ?? null,
});

/** Fills a gap: what stands under an unknown owner first, then what nobody stands for at all. */
function acquire(
  premisesId: string,
  versions: readonly TitleVersion[],
  { day, to, document }: { day: LocalDay; to: Recipient; document: TitleDocument },
): TitleChange {
  const closed: string[] = [];
  const opened: NewVersion[] = [newTitle(premisesId, to, day, document, null)];
  let wanted = to.share;
  for (const title of versions) {
    if (compare(wanted, zero) <= 0) break;
    if (title.personId !== null || title.heldTo !== null || !isHeld(title, day)) continue;
    const taken = compare(title.share, wanted) < 0 ? title.share : wanted;
    const rest = subtract(title.share, taken);
    wanted = subtract(wanted, taken);
    closed.push(title.id);
    opened.push(...until(title, day));
    if (compare(rest, zero) > 0) opened.push({ ...withoutRecord(title), share: rest, heldFrom: day });
  }
  return { closed, opened };
}

/** Says what was so all along: the same days, another content. Several at once, so that shares can be swapped. */
function correct(
  versions: readonly TitleVersion[],
  corrections: readonly Correction[],
): TitleChange | EventRefusal {
  const closed: string[] = [];
  const opened: NewVersion[] = [];
  for (const { titleId, ...change } of corrections) {
    const title = versions.find(({ id }) => id === titleId);
    if (!title || closed.includes(titleId)) return refuse('no-such-title');
    const corrected = { ...withoutRecord(title), ...change };
    if (corrected.heldFrom !== null && corrected.heldTo !== null && corrected.heldFrom >= corrected.heldTo)
      return refuse('title-ended', { day: corrected.heldTo });
    closed.push(titleId);
    opened.push(corrected);
  }
  const unknown = gapOf(versions, closed, opened);
  return closed.length === 0 ? refuse('nothing-changes') : { closed, opened: [...opened, ...unknown] };
}

/** What a correction leaves uncovered stays in the base, under an unknown owner. */
function gapOf(
  versions: readonly TitleVersion[],
  closed: readonly string[],
  opened: readonly NewVersion[],
): NewVersion[] {
  const open = (all: readonly NewVersion[]): Rational =>
    all.filter(({ heldTo }) => heldTo === null).reduce((total, { share }) => add(total, share), zero);
  const before = open(versions);
  const after = open([...versions.filter(({ id }) => !closed.includes(id)), ...opened]);
  const [first] = opened;
  const gap = subtract(compare(before, one) > 0 ? one : before, after);
  if (!first || compare(gap, zero) <= 0) return [];
  return [
    {
      premisesId: first.premisesId,
      personId: null,
      jointWith: [],
      share: gap,
      room: '',
      document: NO_DOCUMENT,
      heldFrom: first.heldFrom,
      heldTo: null,
      freeze: null,
      arrested: false,
      usufructuaryId: null,
    },
  ];
}
