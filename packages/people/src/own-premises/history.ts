// What the history of a premises says to one of its owners: their own titles whole, those of others as shares without a
// name or a paper. Pure; whoever never held a part of it is told nothing.
import type { RecordedEvent } from '../register/title-store.ts';
import type { TitleVersion } from '../register/titles.ts';

export type OwnHistory = {
  /** What is known now, the eldest first. */
  readonly titles: readonly (TitleVersion & { readonly isMine: boolean })[];
  /** What happened to one's own titles, the newest first. */
  readonly events: readonly RecordedEvent[];
};

/** Null: the person holds no part of it and never did, as far as is known now. */
export function ownHistory(
  versions: readonly TitleVersion[],
  events: readonly RecordedEvent[],
  personId: string,
): OwnHistory | null {
  const isMine = (version: TitleVersion): boolean =>
    version.personId === personId || version.jointWith.includes(personId);
  const known = versions.filter(({ supersededAt }) => supersededAt === null);
  if (!known.some(isMine)) return null;
  // Also what an event put an end to, or what a correction has since replaced: it happened to this owner.
  const mine = new Set(versions.filter(isMine).map(({ id }) => id));
  return {
    titles: known
      .map((version) => ({ ...version, isMine: isMine(version) }))
      .toSorted((a, b) => ((a.heldFrom ?? '') < (b.heldFrom ?? '') ? -1 : 1)),
    events: events.filter(({ closed, opened }) => [...closed, ...opened].some((id) => mine.has(id))),
  };
}
