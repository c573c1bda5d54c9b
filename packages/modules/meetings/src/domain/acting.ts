// Who may cast what in a meeting on a day: the owner, whoever holds the same share undivided, whoever acts for the owner by
// law, act or power of attorney. Pure; a day is a day in the building's time zone, and changes the answer by itself.
// NOTE: a proxy that is given for one meeting, item by item, comes in here as one more way to act.
import type { ActingRegister, HeldTitle } from '@veche/people/register/acting-store.ts';
import type { LocalDay } from '@veche/people/register/local-day.ts';
import { whoActs, type Principal, type Representation } from '@veche/people/register/representation.ts';
import { isHeld } from '@veche/people/register/titles.ts';
import type { Role } from '@veche/module-kit/who.ts';
import type { ActingBasis, NotActing } from './acting-choices.ts';

/** A line of the roll, as far as acting is concerned. */
export type ActingLine = {
  readonly entitlement: string;
  /** Pseudonym of the owner; empty: nobody may cast it. */
  readonly voter: string;
  readonly personId: string | null;
  readonly premisesId: string;
  /** It was theirs, and has passed to somebody else during the vote. */
  readonly passed?: true;
};

/** Whoever asks to cast. */
export type Actor = { readonly personId: string; readonly roles: readonly Role[] };

/** What one person has to do with the votes of one owner. */
export type Standing = {
  readonly voter: string;
  readonly ownerId: string;
  /** What may be cast, and on what basis; null: the owner in person. */
  readonly castable: ReadonlyMap<string, ActingBasis | null>;
  readonly barred: ReadonlyMap<string, NotActing>;
  /** Of shares that were ever frozen or held undivided, the title as the register has it. */
  readonly titles: ReadonlyMap<string, HeldTitle>;
};

/** Whose the share is: the owner, and others who hold it undivided. */
export const holdersOf = ({ ownerId, titles }: Standing, entitlement: string): string[] => [
  ownerId,
  ...(titles.get(entitlement)?.jointWith ?? []),
];

export type Actors = {
  /** Null: the actor has nothing to do with this owner. */
  find(actor: Actor, voter: string, day: LocalDay): Standing | null;
  /** Everybody for whom the actor may cast, or might if not barred; the actor's own votes first. */
  list(actor: Actor, day: LocalDay): Standing[];
};

/** Roles that watch over a vote or run it. */
const OFFICES: readonly Role[] = ['chair', 'commission', 'auditor', 'operator'];

export function createActors(lines: readonly ActingLine[], register: ActingRegister): Actors {
  const persons = new Map(register.persons.map((person) => [person.id, person]));
  const personOf = (id: string): Principal => persons.get(id) ?? { id, kind: 'natural', birthDay: null };
  /** Who turned out to be somebody else acts, and is acted for, under the one name that is left. */
  const nowOf = (id: string): string => persons.get(id)?.mergedInto ?? id;

  const linesOf = Map.groupBy(
    lines.filter(({ personId, voter }) => personId !== null && voter !== ''),
    ({ voter }) => voter,
  );
  const votersOf = groupIds([...linesOf].map(([voter, [first]]) => [nowOf(first!.personId!), voter]));
  const representationsOf = Map.groupBy(register.representations, ({ principalId }) => principalId);
  const titlesOf = Map.groupBy(register.titles, ({ premisesId, personId }) => `${premisesId} ${personId}`);
  const related = groupIds([
    ...register.representations.map(({ agentId, principalId }) => [agentId, principalId] as const),
    ...register.titles.flatMap(({ personId, jointWith }) =>
      jointWith.map((other) => [other, personId] as const),
    ),
  ]);

  /** What is known of the share on a day; of one that has passed, what was known of it last. */
  const titleOn = (premisesId: string, personId: string, day: LocalDay): HeldTitle | null => {
    const versions = titlesOf.get(`${premisesId} ${personId}`) ?? [];
    const held = versions.filter((version) => isHeld(version, day));
    return (
      held.find(({ freeze }) => freeze !== null) ??
      held[0] ??
      versions.toSorted((a, b) => ((a.heldTo ?? '') < (b.heldTo ?? '') ? -1 : 1)).at(-1) ??
      null
    );
  };

  /** Why a person acts for nobody: firms and bodies act through people, and children through others. */
  const incapacityOf = (personId: string, premisesId: string, day: LocalDay): NotActing | null => {
    const { why } = whoActs(personOf(personId), representationsOf.get(personId) ?? [], { premisesId, day });
    return why === 'frozen' ? null : why;
  };

  const judge = (
    actor: Actor,
    ownerId: string,
    premisesId: string,
    title: HeldTitle | null,
    day: LocalDay,
  ): { basis: ActingBasis | null } | NotActing | null => {
    const representations = representationsOf.get(ownerId) ?? [];
    const freeze = title?.freeze ?? null;
    const acting = whoActs(personOf(ownerId), representations, { premisesId, day, freeze });
    const bar = freeze ?? (acting.why === 'frozen' ? null : acting.why);
    if (actor.personId === ownerId) return bar ?? { basis: null };

    const agent = acting.agents.find(({ agentId }) => agentId === actor.personId);
    if (agent) {
      if (agent.basis === 'officer' && actor.roles.some((role) => OFFICES.includes(role))) return 'office';
      return incapacityOf(actor.personId, premisesId, day) ?? { basis: agent.basis };
    }
    if (title?.jointWith.includes(actor.personId))
      return freeze ?? incapacityOf(actor.personId, premisesId, day) ?? { basis: 'joint' };
    return whyNotNow(
      representations.filter(
        ({ agentId, premisesIds }) =>
          agentId === actor.personId && (premisesIds === null || premisesIds.includes(premisesId)),
      ),
      day,
      bar,
    );
  };

  const standingOf = (actor: Actor, voter: string, day: LocalDay): Standing | null => {
    const own = linesOf.get(voter) ?? [];
    const castable = new Map<string, ActingBasis | null>();
    const barred = new Map<string, NotActing>();
    const titles = new Map<string, HeldTitle>();
    for (const { entitlement, personId, premisesId, passed } of own) {
      const ownerId = nowOf(personId!);
      const title = titleOn(premisesId, ownerId, day);
      const judged = judge(actor, ownerId, premisesId, title, day);
      if (judged === null) continue;
      // What has come back is among their lines again, before this one.
      if (passed && !castable.has(entitlement)) barred.set(entitlement, 'passed');
      else if (typeof judged === 'string') barred.set(entitlement, judged);
      else castable.set(entitlement, judged.basis);
      if (title) titles.set(entitlement, title);
    }
    if (castable.size + barred.size === 0) return null;
    return { voter, ownerId: nowOf(own[0]!.personId!), castable, barred, titles };
  };

  // An officer with thousands of premises asks for the same answer again and again; a day has only one.
  let remembered = { day: '', standings: new Map<string, Standing | null>() };
  const find: Actors['find'] = (actor, voter, day) => {
    if (remembered.day !== day) remembered = { day, standings: new Map() };
    const name = `${actor.personId} ${voter} ${actor.roles.join()}`;
    const known = remembered.standings.get(name);
    if (known !== undefined) return known;
    const standing = standingOf(actor, voter, day);
    remembered.standings.set(name, standing);
    return standing;
  };

  return {
    find,
    list: (actor, day) =>
      [actor.personId, ...(related.get(actor.personId) ?? [])]
        .flatMap((ownerId) => [...(votersOf.get(ownerId) ?? [])])
        .flatMap((voter) => find(actor, voter, day) ?? []),
  };
}

/** Of papers that once let somebody act, or will: why they do not on the day; null when there are none. */
function whyNotNow(
  papers: readonly Representation[],
  day: LocalDay,
  bar: NotActing | null,
): NotActing | null {
  if (papers.length === 0) return null;
  if (papers.every(({ from }) => day < from)) return 'unbegun';
  // A paper in force that lets nobody act, such as a power of attorney from a child, is barred by what bars the owner.
  const isOver = papers.every(({ until, revokedOn }) =>
    [until, revokedOn].some((end) => end !== null && end <= day),
  );
  return isOver ? 'ended' : (bar ?? 'ended');
}

function groupIds(pairs: readonly (readonly [string, string])[]): Map<string, Set<string>> {
  const groups = new Map<string, Set<string>>();
  for (const [name, id] of pairs) groups.set(name, (groups.get(name) ?? new Set<string>()).add(id));
  return groups;
}
