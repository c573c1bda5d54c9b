// All SQL about the persons of a register and who acts for them. Only persons of the building asked about are found, and
// only those who belong to no other house are ever changed by it.
import type { Locale } from '@veche/core/locale.ts';
import type { Tx } from '@veche/module-kit/database.ts';
import { and, asc, desc, eq, isNull, sql } from 'drizzle-orm';
import type { PersonKind } from '../domain/register.ts';
import { likePart } from '../register-store.ts';
import { persons, representations } from '../schema.ts';
import { raiseActingVersion } from './acting-version.ts';
import type { PersonOnRegister } from './duplicates.ts';
import type { LocalDay } from './local-day.ts';
import type { Representation } from './representation.ts';
import type { TitleVersion } from './titles.ts';

/** Whoever holds or held a title in the building, acts for somebody there, or has a role there. */
const ofBuilding = (buildingId: string) => sql`(
  select t.person_id from people.titles t where t.building_id = ${buildingId}::uuid and t.person_id is not null
  union select unnest(t.joint_with) from people.titles t where t.building_id = ${buildingId}::uuid
  union select t.usufructuary_id from people.titles t where t.building_id = ${buildingId}::uuid
  union select r.agent_id from people.representations r where r.building_id = ${buildingId}::uuid
  union select o.person_id from people.roles o where o.building_id = ${buildingId}::uuid
)`;

/** Holds, or has a role, in no other building. */
const isOnlyHere = (buildingId: string) => sql`(
  not exists (
    select from people.titles t where t.person_id = p.id and t.superseded_at is null and t.building_id <> ${buildingId}::uuid
  ) and not exists (
    select from people.titles t
    where t.joint_with @> array[p.id] and t.joint_with <> '{}' and t.superseded_at is null
      and t.building_id <> ${buildingId}::uuid
  ) and not exists (
    select from people.roles r where r.person_id = p.id and r.building_id is distinct from ${buildingId}::uuid
  ) and not exists (
    select from people.representations r where r.agent_id = p.id and r.building_id <> ${buildingId}::uuid
  ))`;

export type KnownHere = PersonOnRegister & {
  /** Numbers of what the person holds now. */
  readonly premises: readonly string[];
  /** Belongs to this building alone: its register may change the person. */
  readonly onlyHere: boolean;
};

/**
 * Persons of a building by name.
 * @param search - a part of the name, or the whole tax number; empty: all
 */
export async function listPersonsOf(
  tx: Tx,
  buildingId: string,
  given: { readonly search?: string; readonly ids?: readonly string[]; readonly limit: number },
): Promise<KnownHere[]> {
  const search = given.search?.trim() ?? '';
  const ids = given.ids ? sql.param([...given.ids]) : sql`null`;
  const rows = await tx.execute<KnownHere>(sql`
    select p.id, p.kind, p.name, p.tax_number as "taxNumber", p.email, p.phone, p.birth_day::text as "birthDay",
      ${isOnlyHere(buildingId)} as "onlyHere",
      coalesce((
        select json_agg(distinct t.premises_id) from people.titles t
        where t.building_id = ${buildingId}::uuid and t.person_id = p.id and t.superseded_at is null and t.held_to is null
      ), '[]') as "premisesIds",
      coalesce((
        select json_agg(h.number order by h.sort_key) from people.premises h
        where h.building_id = ${buildingId}::uuid and h.id in (
          select t.premises_id from people.titles t
          where t.building_id = ${buildingId}::uuid and t.person_id = p.id and t.superseded_at is null
            and t.held_to is null)
      ), '[]') as premises
    from people.persons p
    where p.id in ${ofBuilding(buildingId)} and p.merged_into is null
      and (${search} = '' or p.name ilike ${likePart(search)} or p.tax_number = ${search})
      and (${ids}::uuid[] is null or p.id = any(${ids}::uuid[]))
    order by p.name, p.id limit ${given.limit}`);
  return [...rows];
}

/** The person, when it is one of the building; null otherwise, as for a stranger. */
export const findPersonOf = async (tx: Tx, buildingId: string, id: string): Promise<KnownHere | null> =>
  (await listPersonsOf(tx, buildingId, { ids: [id], limit: 1 }))[0] ?? null;

export type NewPerson = {
  readonly kind: PersonKind;
  readonly name: string;
  readonly taxNumber: string | null;
  readonly email: string | null;
  readonly phone: string | null;
  readonly birthDay: LocalDay | null;
};

/** Adds a person; null when a contact or the tax number is somebody's already. */
export async function insertPerson(
  tx: Tx,
  person: NewPerson,
  locale: Locale,
  now: Date,
): Promise<string | null> {
  const [row] = await tx
    .insert(persons)
    .values({ ...person, locale, createdAt: now })
    .onConflictDoNothing()
    .returning({ id: persons.id });
  return row?.id ?? null;
}

export async function updateBirthDay(tx: Tx, personId: string, birthDay: LocalDay): Promise<void> {
  await tx.update(persons).set({ birthDay }).where(eq(persons.id, personId));
}

/**
 * Joins a person with another who is the same: the contacts that the other lacks pass over, sessions end, and who was
 * joined signs in no more. Titles are no matter of this: they are corrected by an event.
 */
export async function mergePerson(tx: Tx, from: string, into: string): Promise<void> {
  const [old] = await tx.select().from(persons).where(eq(persons.id, from)).for('update');
  await tx
    .update(persons)
    .set({ mergedInto: into, email: null, phone: null, taxNumber: null })
    .where(eq(persons.id, from));
  await tx.execute(sql`
    update people.persons set email = coalesce(email, ${old!.email}), phone = coalesce(phone, ${old!.phone}),
      tax_number = coalesce(tax_number, ${old!.taxNumber}), birth_day = coalesce(birth_day, ${old!.birthDay}::date)
    where id = ${into}::uuid`);
  await tx.execute(sql`delete from people.sessions where person_id = ${from}::uuid`);
  await tx.execute(
    sql`update people.representations set principal_id = ${into}::uuid where principal_id = ${from}::uuid`,
  );
  await tx.execute(
    sql`update people.representations set agent_id = ${into}::uuid where agent_id = ${from}::uuid`,
  );
}

/** What a version says when one person turned out to be another. */
export const withPerson = (version: TitleVersion, from: string, into: string): TitleVersion => ({
  ...version,
  personId: version.personId === from ? into : version.personId,
  jointWith: [...new Set(version.jointWith.map((id) => (id === from ? into : id)))].filter(
    (id) => id !== (version.personId === from ? into : version.personId),
  ),
  usufructuaryId: version.usufructuaryId === from ? into : version.usufructuaryId,
});

// ---- who acts for whom --------------------------------------------------------------------------------------------

export type RecordedRepresentation = Representation & {
  readonly buildingId: string;
  readonly recordedAt: Date;
  readonly principal: {
    readonly name: string;
    readonly kind: PersonKind;
    readonly birthDay: LocalDay | null;
  };
  readonly agentName: string;
};

const representationOf = (row: typeof representations.$inferSelect): Representation => ({
  id: row.id,
  principalId: row.principalId,
  agentId: row.agentId,
  basis: row.basis,
  premisesIds: row.premisesIds,
  document: {
    kind: row.documentKind,
    number: row.documentNumber,
    date: row.documentDate,
    text: row.document,
  },
  from: row.fromDay,
  until: row.untilDay,
  revokedOn: row.revokedOn,
});

export async function insertRepresentation(
  tx: Tx,
  buildingId: string,
  given: Omit<Representation, 'id' | 'revokedOn'>,
  recordedBy: string,
  now: Date,
): Promise<string> {
  const { document } = given;
  const [row] = await tx
    .insert(representations)
    .values({
      buildingId,
      principalId: given.principalId,
      agentId: given.agentId,
      basis: given.basis,
      premisesIds: given.premisesIds && [...given.premisesIds],
      documentKind: document.kind,
      documentNumber: document.number,
      documentDate: document.date,
      document: document.text,
      fromDay: given.from,
      untilDay: given.until,
      recordedBy,
      recordedAt: now,
    })
    .returning({ id: representations.id });
  await raiseActingVersion(tx, buildingId);
  return row!.id;
}

/** Inside a transaction. Who acted for whom until then; null when there is none that is not taken back yet. */
export async function revokeRepresentation(
  tx: Tx,
  given: { buildingId: string; id: string; on: LocalDay; by: string },
  now: Date,
): Promise<Pick<Representation, 'principalId' | 'agentId'> | null> {
  const [row] = await tx
    .update(representations)
    .set({ revokedOn: given.on, revokedAt: now, revokedBy: given.by })
    .where(
      and(
        eq(representations.buildingId, given.buildingId),
        eq(representations.id, given.id),
        isNull(representations.revokedOn),
      ),
    )
    .returning({ principalId: representations.principalId, agentId: representations.agentId });
  if (row) await raiseActingVersion(tx, given.buildingId);
  return row ?? null;
}

/** Every representation of a building, the newest first, those that are over too. */
export async function listRepresentations(tx: Tx, buildingId: string): Promise<RecordedRepresentation[]> {
  const agents = tx.select({ id: persons.id, name: persons.name }).from(persons).as('agents');
  const rows = await tx
    .select({
      representation: representations,
      name: persons.name,
      kind: persons.kind,
      birthDay: persons.birthDay,
      agentName: agents.name,
    })
    .from(representations)
    .innerJoin(persons, eq(persons.id, representations.principalId))
    .innerJoin(agents, eq(agents.id, representations.agentId))
    .where(eq(representations.buildingId, buildingId))
    .orderBy(desc(representations.recordedAt), asc(representations.id));
  return rows.map(({ representation, name, kind, birthDay, agentName }) => ({
    ...representationOf(representation),
    buildingId,
    recordedAt: representation.recordedAt,
    principal: { name, kind, birthDay },
    agentName,
  }));
}
