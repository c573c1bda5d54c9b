// What of the register decides who acts for whom in a building, read at once for those who decide, and who should be told
// besides an owner. Whoever keeps it in memory reads its version first: see acting-version.ts.
import type { Tx } from '@veche/module-kit/database.ts';
import { sql } from 'drizzle-orm';
import type { PersonKind } from '../domain/register.ts';
import { dayIn, type LocalDay } from './local-day.ts';
import { listRepresentations } from './person-store.ts';
import { isInForce, type Principal, type Representation } from './representation.ts';
import type { Freeze } from './titles.ts';

/** A version of a title that is known now, as far as acting is concerned. */
export type HeldTitle = {
  readonly id: string;
  readonly premisesId: string;
  readonly personId: string;
  readonly jointWith: readonly string[];
  readonly freeze: Freeze | null;
  readonly heldFrom: LocalDay | null;
  readonly heldTo: LocalDay | null;
};

export type ActingRegister = {
  /** Whoever is not a natural person, whose birthday is known, or who turned out to be somebody else. */
  readonly persons: readonly (Principal & { readonly mergedInto: string | null })[];
  /** Those that are over too: they tell why somebody may act no more. */
  readonly representations: readonly Representation[];
  /** Every known version of what somebody holds that was ever frozen or held undivided. */
  readonly titles: readonly HeldTitle[];
};

export async function readActingRegister(tx: Tx, buildingId: string): Promise<ActingRegister> {
  const building = sql`${buildingId}::uuid`;
  const [persons, representations, titles] = await Promise.all([
    tx.execute<{ id: string; kind: PersonKind; birthDay: string | null; mergedInto: string | null }>(sql`
      with here as (
        select person_id as id from people.titles where building_id = ${building} and person_id is not null
        union select unnest(joint_with) from people.titles where building_id = ${building} and joint_with <> '{}'
        union select principal_id from people.representations where building_id = ${building}
        union select agent_id from people.representations where building_id = ${building}
      )
      select p.id, p.kind, p.birth_day::text as "birthDay", p.merged_into as "mergedInto"
      from here join people.persons p using (id)
      where p.kind <> 'natural' or p.birth_day is not null or p.merged_into is not null`),
    listRepresentations(tx, buildingId),
    tx.execute<HeldTitle>(sql`
      select t.id, t.premises_id as "premisesId", t.person_id as "personId", to_json(t.joint_with) as "jointWith",
        t.freeze, t.held_from::text as "heldFrom", t.held_to::text as "heldTo"
      from people.titles t
      where t.building_id = ${building} and t.superseded_at is null and (t.premises_id, t.person_id) in (
        select o.premises_id, o.person_id from people.titles o
        where o.building_id = ${building} and (o.freeze is not null or o.joint_with <> '{}'))`),
  ]);
  return { persons: [...persons], representations, titles: [...titles] };
}

/** Somebody on the other side of acting. */
export type Counterpart = {
  readonly id: string;
  /** Acts in place of the owner, by law or act, and not beside them, by a power of attorney or an undivided share. */
  readonly inPlace: boolean;
};

/**
 * Whom the persons act for by law or paper now, or who acts for them, and with whom they hold undivided: person → the
 * others. Without what premises it is for, and so for telling people, never for deciding.
 */
export async function findCounterparts(
  tx: Tx,
  given: { readonly buildingId: string; readonly persons: readonly string[]; readonly now: Date },
  /** `agents`: those who act for the persons; `principals`: those for whom the persons act. */
  side: 'agents' | 'principals',
): Promise<Map<string, Counterpart[]>> {
  const { buildingId, now } = given;
  const ids = sql`${sql.param([...new Set(given.persons)])}::uuid[]`;
  const [own, other] =
    side === 'agents' ? [sql`principal_id`, sql`agent_id`] : [sql`agent_id`, sql`principal_id`];
  const [joint, represented] = await Promise.all([
    tx.execute<{ person: string; other: string }>(sql`
      with held as (
        select array_prepend(t.person_id, t.joint_with) as together from people.titles t
        where t.building_id = ${buildingId}::uuid and t.superseded_at is null and t.held_to is null
          and t.joint_with <> '{}'
      )
      select distinct a.id as person, b.id as other
      from held, unnest(together) as a(id), unnest(together) as b(id)
      where a.id = any(${ids}) and b.id <> a.id and b.id is not null`),
    tx.execute<{
      person: string;
      other: string;
      basis: Representation['basis'];
      from: string;
      until: string | null;
      revokedOn: string | null;
      birthDay: string | null;
      timeZone: string;
    }>(sql`
      select r.${own} as person, r.${other} as other, r.basis, r.from_day::text as "from",
        r.until_day::text as until, r.revoked_on::text as "revokedOn", p.birth_day::text as "birthDay",
        b.time_zone as "timeZone"
      from people.representations r
      join people.persons p on p.id = r.principal_id
      join people.buildings b on b.id = r.building_id
      where r.building_id = ${buildingId}::uuid and r.${own} = any(${ids})`),
  ]);
  const found = new Map<string, Map<string, Counterpart>>();
  const put = (person: string, id: string, inPlace: boolean): void => {
    const others = found.get(person) ?? new Map<string, Counterpart>();
    others.set(id, { id, inPlace: inPlace || (others.get(id)?.inPlace ?? false) });
    found.set(person, others);
  };
  for (const { person, other: id } of joint) put(person, id, false);
  for (const { person, other: id, timeZone, ...representation } of represented)
    if (isInForce(representation, representation, dayIn(now, timeZone)))
      put(person, id, representation.basis !== 'attorney');
  return new Map([...found].map(([person, others]) => [person, [...others.values()]]));
}

/** The persons given, and whoever acts for them now: to whom a notice about what they hold goes. Each once. */
export async function withAgents(
  tx: Tx,
  buildingId: string,
  persons: readonly string[],
  now: Date,
): Promise<string[]> {
  if (persons.length === 0) return [];
  const agents = await findCounterparts(tx, { buildingId, persons, now }, 'agents');
  return [...new Set([...persons, ...[...agents.values()].flatMap((all) => all.map(({ id }) => id))])];
}
