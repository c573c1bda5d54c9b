// All SQL about buildings, persons, holdings, roles and codes; rows become domain values here and nowhere else.
// Registers and the registry of houses are in register-store.ts, the outbox in message-store.ts.
import type { Locale } from '@veche/core/locale.ts';
import { parseRational, type Rational } from '@veche/core/rational.ts';
import type { Tx } from '@veche/module-kit/database.ts';
import type { Role } from '@veche/module-kit/who.ts';
import { and, asc, count, eq, gt, isNull, lt, sql, type SQL } from 'drizzle-orm';
import type { StoredCode } from './codes.ts';
import type { Contact } from './domain/contact.ts';
import type { PremisesKind } from './domain/premises-kind.ts';
import type { PersonKind } from './domain/register.ts';
import { dayIn } from './register/local-day.ts';
import { isInForce } from './register/representation.ts';
import { isHeld, type Freeze, type RegisterMoment } from './register/titles.ts';
import {
  buildings,
  demoPeople,
  persons,
  premises,
  representations,
  roles,
  signInCodes,
  titles,
} from './schema.ts';

// ---- buildings --------------------------------------------------------------------------------------------------

export type Building = {
  readonly id: string;
  readonly address: string;
  readonly city: string;
  /** IANA name, such as `Europe/Moscow`. */
  readonly timeZone: string;
  /** The building's own figure; 0 when unknown. */
  readonly areaCm2: number;
  /** By which body of law its meetings are held, as the ids of decision rules begin. */
  readonly regime: string;
};

const buildingColumns = {
  id: buildings.id,
  address: buildings.address,
  city: buildings.city,
  timeZone: buildings.timeZone,
  areaCm2: buildings.areaCm2,
  regime: buildings.regime,
};

/** Adds a building; where no law is named, that of the Russian Housing Code. */
export async function insertBuilding(
  tx: Tx,
  building: Omit<Building, 'id' | 'regime'> & Partial<Pick<Building, 'regime'>>,
  now: Date,
): Promise<Building> {
  const [row] = await tx
    .insert(buildings)
    .values({ ...building, createdAt: now })
    .returning(buildingColumns);
  return row!;
}

/** The building, or null when there is none with this id. */
export async function findBuilding(tx: Tx, id: string): Promise<Building | null> {
  const [row] = await tx.select(buildingColumns).from(buildings).where(eq(buildings.id, id));
  return row ?? null;
}

/** @throws RangeError: when there is no such building. */
export async function getBuilding(tx: Tx, id: string): Promise<Building> {
  const building = await findBuilding(tx, id);
  if (!building) throw new RangeError(`no building ${id}`);
  return building;
}

/**
 * The building with its law, which stays as it is until the transaction ends: whoever calls a meeting calls it by this one.
 * @throws RangeError: when there is no such building.
 */
export async function holdBuilding(tx: Tx, id: string): Promise<Building> {
  await tx.execute(sql`select from ${buildings} where id = ${id}::uuid for share`);
  return getBuilding(tx, id);
}

/** The building, held against every meeting that is about to be called there; null when there is none with this id. */
export async function lockBuilding(tx: Tx, id: string): Promise<Building | null> {
  await tx.execute(sql`select from ${buildings} where id = ${id}::uuid for update`);
  return findBuilding(tx, id);
}

/** Holds the meetings of a building by another law from now on. The building must be locked by the caller. */
export async function updateRegime(tx: Tx, id: string, regime: string): Promise<void> {
  await tx.update(buildings).set({ regime }).where(eq(buildings.id, id));
}

/** How many premises the register holds now, and their area. */
export async function measureRegister(
  tx: Tx,
  buildingId: string,
): Promise<{ premises: number; areaCm2: number }> {
  const [row] = await tx
    .select({ premises: count(), areaCm2: sql<string>`coalesce(sum(${premises.areaCm2}), 0)::text` })
    .from(premises)
    .where(and(eq(premises.buildingId, buildingId), isNull(premises.closedAt)));
  return { premises: row!.premises, areaCm2: Number(row!.areaCm2) };
}

// ---- holdings ---------------------------------------------------------------------------------------------------

/** One title in force with its premises: one line of a meeting's roll. */
export type Holding = {
  readonly premisesId: string;
  readonly number: string;
  readonly kind: PremisesKind;
  /** Empty when unknown. */
  readonly entrance: string;
  /** Area of the whole premises. */
  readonly areaCm2: number;
  readonly titleId: string;
  /** The owner. Null: unknown; the share stays in the base and nobody may cast it. */
  readonly personId: string | null;
  /** Why nobody may cast it for now; the share stays in the base, under its owner. */
  readonly freeze: Freeze | null;
  /** Everybody who holds it, undivided where there are several; also while nobody may cast it. */
  readonly holders: readonly string[];
  /** The title's share of the premises, in (0, 1]. */
  readonly share: Rational;
};

/**
 * Every title of a building in force at a moment as it was known at another, in the order people count premises: 2
 * before 10. The same moment gives the same holdings for ever, whatever is corrected later. The shares of one premises
 * add up to 1 where the register was reconciled, unknown owners included.
 * @throws RangeError: when there is no such building.
 */
export async function findHoldings(tx: Tx, buildingId: string, moment: RegisterMoment): Promise<Holding[]> {
  const { timeZone } = await getBuilding(tx, buildingId);
  const known = sql`${moment.known.toISOString()}::timestamptz`;
  // What a premises was said to be at the time: the first correction after it still holds the words before.
  const rows = await tx.execute<{
    premisesId: string;
    number: string;
    kind: PremisesKind;
    entrance: string;
    areaCm2: string;
    titleId: string;
    personId: string | null;
    jointWith: string[];
    share: string;
    heldFrom: string | null;
    heldTo: string | null;
    freeze: Freeze | null;
  }>(sql`
    select t.premises_id as "premisesId", t.id as "titleId", t.person_id as "personId", t.share, t.freeze,
      to_json(t.joint_with) as "jointWith",
      t.held_from::text as "heldFrom", t.held_to::text as "heldTo",
      coalesce(past.number, p.number) as number, coalesce(past.kind, p.kind) as kind,
      coalesce(past.entrance, p.entrance) as entrance, coalesce(past.area_cm2, p.area_cm2)::text as "areaCm2"
    from people.titles t
    join people.premises p on p.building_id = t.building_id and p.id = t.premises_id
    left join lateral (
      select o.* from people.premises_past o
      where o.building_id = p.building_id and o.premises_id = p.id and o.superseded_at > ${known}
      order by o.superseded_at limit 1
    ) past on true
    where t.building_id = ${buildingId}::uuid and t.recorded_at <= ${known}
      and (t.superseded_at is null or t.superseded_at > ${known})
    order by p.sort_key, p.number, t.recorded_at, t.id`);
  const day = dayIn(moment.at, timeZone);
  const covered = new Set(rows.flatMap((row) => (isHeld(row, day) ? [row.premisesId] : [])));
  return rows
    .flatMap((row) => {
      if (isHeld(row, day)) return [row];
      // Until the first title of a premises begins it is one whose owner nobody knows: it never leaves the base.
      if (covered.has(row.premisesId) || row.heldFrom === null || row.heldFrom <= day) return [];
      covered.add(row.premisesId);
      return [{ ...row, personId: null, jointWith: [], freeze: null, share: '1' }];
    })
    .map((row) => ({
      premisesId: row.premisesId,
      number: row.number,
      kind: row.kind,
      entrance: row.entrance,
      areaCm2: Number(row.areaCm2),
      titleId: row.titleId,
      personId: row.personId,
      freeze: row.freeze,
      holders: [row.personId, ...row.jointWith].filter((id) => id !== null),
      share: parseRational(row.share),
    }));
}

/** SQL for titles in force on a day, as far as is known now. */
const isActive = (day: SQL) =>
  and(
    isNull(titles.supersededAt),
    sql`(${titles.heldFrom} is null or ${titles.heldFrom} <= ${day})`,
    sql`(${titles.heldTo} is null or ${titles.heldTo} > ${day})`,
  );
/** The day it is in the building of the query. */
const dayThere = (now: Date) =>
  sql`(${now.toISOString()}::timestamptz at time zone ${buildings.timeZone})::date`;

/** The persons who own anything in a building at a moment, each once; `reachable` when a message can reach them. */
export async function listOwners(
  tx: Tx,
  buildingId: string,
  now: Date,
): Promise<{ personId: string; reachable: boolean }[]> {
  return tx
    .selectDistinct({
      personId: persons.id,
      reachable: sql<boolean>`(${persons.email} is not null or ${persons.phone} is not null)`,
    })
    .from(titles)
    .innerJoin(buildings, eq(buildings.id, titles.buildingId))
    .innerJoin(persons, eq(persons.id, titles.personId))
    .where(and(eq(titles.buildingId, buildingId), isActive(dayThere(now))));
}

/** Names by person; an id that names nobody is absent. Personal data: for the page that asked, never for a log. */
export async function personNames(tx: Tx, ids: readonly string[]): Promise<Map<string, string>> {
  const rows = await tx
    .select({ id: persons.id, name: persons.name })
    .from(persons)
    .where(sql`${persons.id} = any(${sql.param([...new Set(ids)])}::uuid[])`);
  return new Map(rows.map(({ id, name }) => [id, name]));
}

// ---- persons ----------------------------------------------------------------------------------------------------

export type Person = {
  readonly id: string;
  readonly kind: PersonKind;
  readonly name: string;
  readonly email: string | null;
  readonly phone: string | null;
  readonly locale: Locale;
};

const personColumns = {
  id: persons.id,
  kind: persons.kind,
  name: persons.name,
  email: persons.email,
  phone: persons.phone,
  locale: persons.locale,
};

const hasContact = ({ channel, address }: Contact) =>
  channel === 'email' ? eq(persons.email, address) : eq(persons.phone, address);

export async function findPersonByContact(tx: Tx, contact: Contact): Promise<Person | null> {
  const [row] = await tx.select(personColumns).from(persons).where(hasContact(contact));
  return row ?? null;
}

/** @throws RangeError: when there is no such person. */
export async function getPerson(tx: Tx, id: string): Promise<Person> {
  const [row] = await tx.select(personColumns).from(persons).where(eq(persons.id, id));
  if (!row) throw new RangeError('no such person');
  return row;
}

/** The person with this contact, made with the name given when there is none; a known person's name stays. */
export async function ensurePerson(
  tx: Tx,
  contact: Contact,
  name: string,
  locale: Locale,
  now: Date,
): Promise<string> {
  await tx
    .insert(persons)
    .values({
      kind: 'natural',
      name,
      locale,
      createdAt: now,
      ...(contact.channel === 'email' ? { email: contact.address } : { phone: contact.address }),
    })
    .onConflictDoNothing();
  const person = await findPersonByContact(tx, contact);
  return person!.id;
}

export async function updateLocale(tx: Tx, personId: string, locale: Locale): Promise<void> {
  await tx.update(persons).set({ locale }).where(eq(persons.id, personId));
}

export type BuildingOfPerson = {
  readonly id: string;
  readonly address: string;
  readonly city: string;
  readonly roles: Role[];
  readonly holdings: {
    premisesId: string;
    premises: string;
    kind: string;
    entrance: string;
    areaCm2: number;
    share: string;
  }[];
};

/** Where a person holds a title, acts for somebody or has a role, by address; and the roles in the installation. */
export async function findStanding(
  tx: Tx,
  personId: string,
  now: Date,
): Promise<{ buildings: BuildingOfPerson[]; roles: Role[] }> {
  const [held, given, represented] = await Promise.all([
    tx
      .select({
        buildingId: titles.buildingId,
        premisesId: titles.premisesId,
        premises: premises.number,
        kind: premises.kind,
        entrance: premises.entrance,
        areaCm2: premises.areaCm2,
        share: titles.share,
      })
      .from(titles)
      .innerJoin(
        premises,
        and(eq(premises.buildingId, titles.buildingId), eq(premises.id, titles.premisesId)),
      )
      .innerJoin(buildings, eq(buildings.id, titles.buildingId))
      .where(
        and(
          sql`(${titles.personId} = ${personId}::uuid or (${titles.jointWith} @> array[${personId}::uuid] and ${titles.jointWith} <> '{}'))`,
          isActive(dayThere(now)),
        ),
      )
      .orderBy(asc(premises.sortKey)),
    tx
      .select({ buildingId: roles.buildingId, role: roles.role })
      .from(roles)
      .where(eq(roles.personId, personId))
      .orderBy(asc(roles.role)),
    findRepresented(tx, personId, now),
  ]);
  const ids = [
    ...new Set([
      ...[...held, ...given].flatMap(({ buildingId }) => (buildingId ? [buildingId] : [])),
      ...represented,
    ]),
  ];
  const rows = await tx
    .select({ id: buildings.id, address: buildings.address, city: buildings.city })
    .from(buildings)
    .where(sql`${buildings.id} = any(${sql.param(ids)}::uuid[])`)
    .orderBy(asc(buildings.address));
  return {
    roles: given.filter(({ buildingId }) => buildingId === null).map(({ role }) => role),
    buildings: rows.map((building) => {
      const holdings = held
        .filter(({ buildingId }) => buildingId === building.id)
        .map(({ premisesId, premises: number, kind, entrance, areaCm2, share }) => ({
          premisesId,
          premises: number,
          kind,
          entrance,
          areaCm2,
          share,
        }));
      const roles: Role[] = given
        .filter(({ buildingId }) => buildingId === building.id)
        .map(({ role }) => role);
      const ofRegister: Role[] = [
        ...(holdings.length > 0 ? (['owner'] as const) : []),
        ...(represented.has(building.id) ? (['representative'] as const) : []),
      ];
      return { ...building, roles: [...ofRegister, ...roles], holdings };
    }),
  };
}

/** Buildings in which a person acts for somebody now. */
async function findRepresented(tx: Tx, personId: string, now: Date): Promise<Set<string>> {
  const rows = await tx
    .select({
      basis: representations.basis,
      from: representations.fromDay,
      until: representations.untilDay,
      revokedOn: representations.revokedOn,
      birthDay: persons.birthDay,
      buildingId: buildings.id,
      timeZone: buildings.timeZone,
    })
    .from(representations)
    .innerJoin(persons, eq(persons.id, representations.principalId))
    .innerJoin(buildings, eq(buildings.id, representations.buildingId))
    .where(eq(representations.agentId, personId));
  return new Set(
    rows.flatMap((row) => (isInForce(row, row, dayIn(now, row.timeZone)) ? [row.buildingId] : [])),
  );
}

// ---- roles ------------------------------------------------------------------------------------------------------

export type GivenRole = Exclude<Role, 'owner' | 'representative'>;

/** Gives a role, in the whole installation when `buildingId` is null. False when the person has it already. */
export async function insertRole(
  tx: Tx,
  given: { buildingId: string | null; personId: string; role: GivenRole; grantedBy: string | null },
  now: Date,
): Promise<boolean> {
  const inserted = await tx
    .insert(roles)
    .values({ ...given, grantedAt: now })
    .onConflictDoNothing()
    .returning({ id: roles.id });
  return inserted.length > 0;
}

/** False when the person has no such role there. */
export async function deleteRole(
  tx: Tx,
  buildingId: string,
  personId: string,
  role: GivenRole,
): Promise<boolean> {
  const taken = await tx
    .delete(roles)
    .where(and(eq(roles.buildingId, buildingId), eq(roles.personId, personId), eq(roles.role, role)))
    .returning({ id: roles.id });
  return taken.length > 0;
}

/** Roles given in a building; owners are in the register. */
export const listRolesOf = (tx: Tx, buildingId: string) =>
  tx
    .select({ personId: persons.id, name: persons.name, role: roles.role })
    .from(roles)
    .innerJoin(persons, eq(persons.id, roles.personId))
    .where(eq(roles.buildingId, buildingId))
    .orderBy(asc(roles.role), asc(persons.name));

// ---- one-time codes ---------------------------------------------------------------------------------------------

/** Makes requests for one contact wait for one another until the transaction ends, so that its limit is exact. */
export async function lockContact(tx: Tx, contactHash: string): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${contactHash}, 1))`);
}

/** How many codes a contact was given since, and when the first of them. */
export async function countCodes(
  tx: Tx,
  contactHash: string,
  since: Date,
): Promise<{ count: number; first: Date | null }> {
  const rows = await tx
    .select({ createdAt: signInCodes.createdAt })
    .from(signInCodes)
    .where(and(eq(signInCodes.contactHash, contactHash), gt(signInCodes.createdAt, since)))
    .orderBy(asc(signInCodes.createdAt));
  return { count: rows.length, first: rows[0]?.createdAt ?? null };
}

/** Keeps a new code; those before it are no longer good. */
export async function insertCode(
  tx: Tx,
  code: {
    contactHash: string;
    personId: string | null;
    salt: string;
    codeHash: string;
    createdAt: Date;
    expiresAt: Date;
  },
): Promise<void> {
  await tx
    .update(signInCodes)
    .set({ usedAt: code.createdAt })
    .where(and(eq(signInCodes.contactHash, code.contactHash), isNull(signInCodes.usedAt)));
  await tx.insert(signInCodes).values(code);
}

/** The one code of a contact that is still good or has expired, locked until the transaction ends. */
export async function findUnusedCode(
  tx: Tx,
  contactHash: string,
): Promise<(StoredCode & { readonly id: string }) | null> {
  const [row] = await tx
    .select()
    .from(signInCodes)
    .where(and(eq(signInCodes.contactHash, contactHash), isNull(signInCodes.usedAt)))
    .limit(1)
    .for('update');
  return row ?? null;
}

export async function countAttempt(tx: Tx, codeId: string): Promise<void> {
  await tx
    .update(signInCodes)
    .set({ attempts: sql`${signInCodes.attempts} + 1` })
    .where(eq(signInCodes.id, codeId));
}

export async function markCodeUsed(tx: Tx, codeId: string, now: Date): Promise<void> {
  await tx.update(signInCodes).set({ usedAt: now }).where(eq(signInCodes.id, codeId));
}

/** Deletes codes a day after they expired: until then they count towards the limits and tell "expired" from "wrong". */
export async function deleteOldCodes(tx: Tx, now: Date): Promise<void> {
  await tx.delete(signInCodes).where(lt(signInCodes.expiresAt, new Date(now.getTime() - 86_400_000)));
}

// ---- demonstration ----------------------------------------------------------------------------------------------

export type DemoPart = 'owner' | 'co-owner' | 'officer' | 'chair' | 'commission' | 'auditor' | 'operator';

/** Offers people of the demonstration to sign in as, in the order given; replaces those offered before. */
export async function replaceDemoPeople(
  tx: Tx,
  people: readonly { personId: string; part: DemoPart; buildingId: string | null }[],
): Promise<void> {
  await tx.delete(demoPeople);
  if (people.length > 0)
    await tx.insert(demoPeople).values(people.map((person, position) => ({ ...person, position })));
}

export async function listDemoPeople(
  tx: Tx,
): Promise<{ contact: string; name: string; role: DemoPart; buildingId: string | null }[]> {
  const rows = await tx
    .select({
      email: persons.email,
      phone: persons.phone,
      name: persons.name,
      role: demoPeople.part,
      buildingId: demoPeople.buildingId,
    })
    .from(demoPeople)
    .innerJoin(persons, eq(persons.id, demoPeople.personId))
    .orderBy(asc(demoPeople.position));
  return rows.map(({ email, phone, ...person }) => ({ ...person, contact: email ?? phone ?? '' }));
}
