// All SQL about owners' registers: imports, taking a register into use, reading it page by page.
// A register of 20,000 rows costs a dozen statements: rows travel as one JSON parameter, never one query each.
import type { RandomBytes } from '@veche/core/random.ts';
import type { Locale } from '@veche/core/locale.ts';
import type { Tx } from '@veche/module-kit/database.ts';
import { and, eq, isNull, sql } from 'drizzle-orm';
import { foldPremisesNumber } from './domain/register-import.ts';
import type { ColumnMapping, Finding, PersonKind, Register } from './domain/register.ts';
import {
  compareTitles,
  findReplaced,
  matchPersons,
  sortKeyOf,
  titleRecords,
  type KnownPerson,
  type PersonRecord,
} from './register-match.ts';
import { raiseActingVersion } from './register/acting-version.ts';
import type { LocalDay } from './register/local-day.ts';
import { readDocument } from './register/title-document.ts';
import type { Freeze } from './register/titles.ts';
import { buildings, registerEvents, registerImports, titles } from './schema.ts';
import { randomUuid } from './uuid.ts';

/** What is kept of a reconciliation: codes and facts, so that it reads in any language. */
export type RegisterReport = {
  /** Of all findings, also of those beyond the 500 kept. */
  readonly errors: number;
  readonly warnings: number;
  readonly findings: readonly Finding[];
  readonly premises: number;
  readonly titles: number;
  readonly persons: number;
  readonly unknownOwners: number;
  readonly byKind: readonly { readonly kind: string; readonly premises: number; readonly areaCm2: number }[];
  /** `area` in cm², an exact fraction. */
  readonly byOwner: readonly {
    readonly kind: PersonKind | 'unknown';
    readonly titles: number;
    readonly area: string;
  }[];
  readonly areaCm2: number;
  readonly buildingAreaCm2: number;
};

export type RegisterImport = {
  readonly id: string;
  readonly buildingId: string;
  readonly fileName: string;
  /** Name of the kept file in the house's file store. */
  readonly file: string;
  readonly state: 'uploaded' | 'checked' | 'applied';
  readonly header: string[];
  readonly preview: string[][];
  readonly rows: number;
  readonly mapping: ColumnMapping;
  readonly report: RegisterReport | null;
};

const importColumns = {
  id: registerImports.id,
  buildingId: registerImports.buildingId,
  fileName: registerImports.fileName,
  file: registerImports.file,
  state: registerImports.state,
  header: registerImports.header,
  preview: registerImports.preview,
  rows: registerImports.rows,
  mapping: registerImports.mapping,
  report: registerImports.report,
};

type ImportRow = Omit<RegisterImport, 'mapping' | 'report'> & { mapping: unknown; report: unknown };
const importOf = (row: ImportRow): RegisterImport => ({
  ...row,
  mapping: row.mapping as ColumnMapping,
  report: row.report as RegisterReport | null,
});

export async function insertImport(
  tx: Tx,
  given: Omit<RegisterImport, 'state' | 'report'> & { readonly uploadedBy: string },
  now: Date,
): Promise<RegisterImport> {
  const [row] = await tx
    .insert(registerImports)
    .values({ ...given, mapping: { ...given.mapping }, state: 'uploaded', createdAt: now })
    .returning(importColumns);
  return importOf(row!);
}

/** Null when the building has no such import. */
export async function findImport(tx: Tx, buildingId: string, id: string): Promise<RegisterImport | null> {
  const [row] = await tx
    .select(importColumns)
    .from(registerImports)
    .where(and(eq(registerImports.buildingId, buildingId), eq(registerImports.id, id)));
  return row ? importOf(row) : null;
}

/** Keeps the report of a mapping. False when the register was taken into use meanwhile: it then stays as it is. */
export async function updateReport(
  tx: Tx,
  given: { buildingId: string; id: string; mapping: ColumnMapping; report: RegisterReport },
): Promise<boolean> {
  const changed = await tx
    .update(registerImports)
    .set({ state: 'checked', mapping: { ...given.mapping }, report: given.report })
    .where(
      and(
        eq(registerImports.buildingId, given.buildingId),
        eq(registerImports.id, given.id),
        sql`${registerImports.state} <> 'applied'`,
      ),
    )
    .returning({ id: registerImports.id });
  return changed.length > 0;
}

/**
 * Makes imports of one building wait for one another until the transaction ends.
 * @returns the state of the import, as it is now that nobody else can change it; null when there is none.
 */
export async function lockImport(tx: Tx, buildingId: string, id: string): Promise<RegisterImport | null> {
  await tx.select({ id: buildings.id }).from(buildings).where(eq(buildings.id, buildingId)).for('update');
  return findImport(tx, buildingId, id);
}

/**
 * Takes a reconciled register into use, inside the caller's transaction: all of it or nothing. Premises keep their ids,
 * known persons theirs; titles that are no longer there are closed and stay readable.
 */
export async function applyRegister(
  tx: Tx,
  given: {
    readonly buildingId: string;
    readonly importId: string;
    readonly fileName: string;
    readonly appliedBy: string;
    readonly register: Register;
    /** The language of persons seen for the first time. */
    readonly locale: Locale;
    readonly now: Date;
    /** Today in the building's time zone. */
    readonly day: LocalDay;
    readonly random: RandomBytes;
    /** Called while these persons still have the contacts that the register takes from them. */
    readonly tellReplaced: (personIds: readonly string[]) => Promise<void>;
  },
): Promise<void> {
  const { buildingId, register, now } = given;
  const known = await findKnownPersons(tx, buildingId, register, given.day);
  const persons = matchPersons(register, known, () => randomUuid(given.random));
  await given.tellReplaced(findReplaced(known, persons.changed));
  await updatePersons(tx, persons.changed);
  await insertPersons(tx, persons.created, given.locale, now);
  const premisesIdOf = await upsertPremises(tx, buildingId, register, now);
  const active = await tx
    .select({
      id: titles.id,
      premisesId: titles.premisesId,
      personId: titles.personId,
      share: titles.share,
      document: titles.document,
      validFrom: titles.heldFrom,
      heldTo: titles.heldTo,
    })
    .from(titles)
    .where(
      and(
        eq(titles.buildingId, buildingId),
        isNull(titles.supersededAt),
        // What was sold and ended is no matter of a later register: it stays in the history as it is.
        sql`(${titles.heldTo} is null or ${titles.heldTo} > ${given.day}::date)`,
      ),
    );
  const changed = compareTitles(active, titleRecords(register, premisesIdOf, persons.idOf), given.day);
  const opened = changed.opened.map((title) => {
    const { kind, number, date } = readDocument(title.document);
    return {
      ...title,
      id: randomUuid(given.random),
      documentKind: kind,
      documentNumber: number,
      documentDate: date,
    };
  });
  await tx.execute(sql`
    update people.titles set superseded_at = ${now.toISOString()}::timestamptz
    where building_id = ${buildingId}::uuid and id = any(${sql.param(changed.closed)}::uuid[])`);
  // What a file says nothing of, such as an arrest or a spouse, a title takes over from the one in whose place it comes.
  await tx.execute(sql`
    insert into people.titles (id, building_id, premises_id, person_id, share, document, held_from, recorded_at,
      import_id, document_kind, document_number, document_date, room, joint_with, "freeze", arrested, usufructuary_id,
      held_to)
    select given.id, ${buildingId}::uuid, given."premisesId", given."personId", given.share, given.document,
      given."validFrom", ${now.toISOString()}::timestamptz, ${given.importId}::uuid, given."documentKind",
      given."documentNumber", given."documentDate", coalesce(old.room, ''), coalesce(old.joint_with, '{}'), old.freeze,
      coalesce(old.arrested, false), old.usufructuary_id,
      case when given."validFrom" is null or given."validFrom" < old.held_to then old.held_to end
    from json_to_recordset(${JSON.stringify(opened)}::text::json) as given(
      id uuid, "premisesId" uuid, "personId" uuid, share text, document text, "validFrom" date, "follows" uuid,
      "documentKind" text, "documentNumber" text, "documentDate" date)
    left join people.titles old on old.building_id = ${buildingId}::uuid and old.id = given."follows"`);
  if (changed.closed.length > 0 || opened.length > 0)
    await tx.insert(registerEvents).values({
      buildingId,
      id: randomUuid(given.random),
      kind: 'imported',
      note: given.fileName,
      closed: changed.closed,
      opened: opened.map(({ id }) => id),
      recordedAt: now,
      recordedBy: given.appliedBy,
    });
  await tx
    .update(registerImports)
    .set({ state: 'applied', appliedAt: now })
    .where(and(eq(registerImports.buildingId, buildingId), eq(registerImports.id, given.importId)));
  await raiseActingVersion(tx, buildingId);
}

/** Everyone with a tax number or contact of the register, and every owner of the building, on the day or later. */
async function findKnownPersons(
  tx: Tx,
  buildingId: string,
  register: Register,
  day: LocalDay,
): Promise<KnownPerson[]> {
  const isHeld = sql`t.superseded_at is null and (t.held_to is null or t.held_to > ${day}::date)`;
  const values = (field: 'taxNumber' | 'email' | 'phone') =>
    sql.param(register.persons.map((draft) => draft[field]).filter((value) => value !== undefined));
  const rows = await tx.execute<KnownPerson>(sql`
    with held as (
      select t.person_id, array_agg(distinct p.number_key) as numbers
      from people.titles t join people.premises p on p.building_id = t.building_id and p.id = t.premises_id
      where t.building_id = ${buildingId}::uuid and ${isHeld} and t.person_id is not null
      group by t.person_id
    ), found as (
      select person_id as id from held
      union select id from people.persons where tax_number = any(${values('taxNumber')}::text[])
      union select id from people.persons where email = any(${values('email')}::text[])
      union select id from people.persons where phone = any(${values('phone')}::text[])
    )
    select p.id, p.kind, p.name, p.tax_number as "taxNumber", p.email, p.phone,
      not exists (
        select from people.titles t
        where t.person_id = p.id and ${isHeld} and t.building_id <> ${buildingId}::uuid
      ) and not exists (
        select from people.titles t
        where t.joint_with @> array[p.id] and t.joint_with <> '{}' and t.superseded_at is null
          and t.building_id <> ${buildingId}::uuid
      ) and not exists (
        select from people.representations r where r.agent_id = p.id and r.building_id <> ${buildingId}::uuid
      ) and not exists (
        select from people.roles r where r.person_id = p.id and r.building_id is distinct from ${buildingId}::uuid
      ) as ours,
      coalesce(to_json(held.numbers), '[]') as premises
    from found join people.persons p using (id) left join held on held.person_id = p.id
    order by p.created_at, p.id
    for no key update of p`);
  return [...rows];
}

async function insertPersons(
  tx: Tx,
  created: readonly PersonRecord[],
  locale: Locale,
  now: Date,
): Promise<void> {
  await tx.execute(sql`
    insert into people.persons (id, kind, name, tax_number, email, phone, locale, created_at)
    select id, kind, name, "taxNumber", email, phone, ${locale}::text, ${now.toISOString()}::timestamptz
    from json_to_recordset(${JSON.stringify(created)}::text::json) as given(
      id uuid, kind text, name text, "taxNumber" text, email text, phone text)`);
}

/** In two steps, since two persons may swap a contact and a unique index looks at each row as it is written. */
async function updatePersons(tx: Tx, changed: readonly PersonRecord[]): Promise<void> {
  if (changed.length === 0) return;
  await tx.execute(sql`
    update people.persons set tax_number = null, email = null, phone = null
    where id = any(${sql.param(changed.map(({ id }) => id))}::uuid[])`);
  await tx.execute(sql`
    update people.persons p
    set kind = given.kind, name = given.name, tax_number = given."taxNumber", email = given.email, phone = given.phone
    from json_to_recordset(${JSON.stringify(changed)}::text::json) as given(
      id uuid, kind text, name text, "taxNumber" text, email text, phone text)
    where p.id = given.id`);
}

/** @returns ids of the register's premises by folded number. */
async function upsertPremises(
  tx: Tx,
  buildingId: string,
  register: Register,
  now: Date,
): Promise<Map<string, string>> {
  const given = register.premises.map((one) => ({
    ...one,
    numberKey: foldPremisesNumber(one.number),
    sortKey: sortKeyOf(one.number),
  }));
  // What was said before is kept, so that an old roll can be explained: see `findHoldings`.
  await tx.execute(sql`
    insert into people.premises_past (building_id, premises_id, number, kind, entrance, area_cm2, superseded_at)
    select p.building_id, p.id, p.number, p.kind, p.entrance, p.area_cm2, ${now.toISOString()}::timestamptz
    from json_to_recordset(${JSON.stringify(given)}::text::json) as given(
      number text, "numberKey" text, kind text, entrance text, "areaCm2" bigint)
    join people.premises p on p.building_id = ${buildingId}::uuid and p.number_key = given."numberKey"
    where (p.number, p.kind, p.entrance, p.area_cm2)
      is distinct from (given.number, given.kind, given.entrance, given."areaCm2")
    on conflict do nothing`);
  const rows = await tx.execute<{ id: string; number_key: string }>(sql`
    insert into people.premises as p (building_id, number, number_key, kind, entrance, area_cm2, sort_key)
    select ${buildingId}::uuid, number, "numberKey", kind, entrance, "areaCm2", "sortKey"
    from json_to_recordset(${JSON.stringify(given)}::text::json) as given(
      number text, "numberKey" text, kind text, entrance text, "areaCm2" bigint, "sortKey" text)
    on conflict (building_id, number_key) do update
    set number = excluded.number, kind = excluded.kind, entrance = excluded.entrance, area_cm2 = excluded.area_cm2,
      sort_key = excluded.sort_key, closed_at = null
    returning p.id, p.number_key`);
  await tx.execute(sql`
    update people.premises set closed_at = ${now.toISOString()}::timestamptz
    where building_id = ${buildingId}::uuid and closed_at is null
      and not (number_key = any(${sql.param(given.map(({ numberKey }) => numberKey))}::text[]))`);
  return new Map(rows.map(({ id, number_key }) => [number_key, id]));
}

export type RegisterPage = {
  readonly premises: {
    readonly id: string;
    readonly number: string;
    readonly kind: string;
    readonly entrance: string;
    readonly areaCm2: number;
    readonly titles: {
      readonly owner: {
        readonly id: string;
        readonly name: string;
        readonly kind: PersonKind;
        readonly reachable: boolean;
      } | null;
      readonly share: string;
      readonly document: string;
      readonly validFrom: string | null;
      readonly freeze: Freeze | null;
      /** Held undivided by several, of whom `owner` is one. */
      readonly jointly: boolean;
      readonly room: string;
    }[];
  }[];
  /** The number to go on after; null at the end. */
  readonly next: string | null;
  readonly total: number;
};

/** Premises of the register with their active titles, by number; `search` is a part of a number or of an owner's name. */
export async function readRegisterPage(
  tx: Tx,
  given: {
    buildingId: string;
    /** Of which day: today in the building's time zone. */
    day: LocalDay;
    after?: string | undefined;
    search?: string | undefined;
    limit: number;
  },
): Promise<RegisterPage> {
  const { buildingId, limit } = given;
  const isHeld = sql`t.superseded_at is null and (t.held_from is null or t.held_from <= ${given.day}::date)
    and (t.held_to is null or t.held_to > ${given.day}::date)`;
  const search = given.search?.trim() ?? '';
  const found = sql`
    select p.* from people.premises p
    where p.building_id = ${buildingId}::uuid and p.closed_at is null and (
      ${search} = '' or p.number_key like ${likePart(foldPremisesNumber(search))} or exists (
        select from people.titles t join people.persons o on o.id = t.person_id
        where t.building_id = p.building_id and t.premises_id = p.id and ${isHeld}
          and o.name ilike ${likePart(search)}))`;
  const rows = await tx.execute<Omit<RegisterPage['premises'][number], 'areaCm2'> & { areaCm2: string }>(sql`
    select p.id, p.number, p.kind, p.entrance, p.area_cm2::text as "areaCm2", (
      select coalesce(json_agg(json_build_object(
        'owner', case when o.id is not null then json_build_object(
          'id', o.id, 'name', o.name, 'kind', o.kind, 'reachable', o.email is not null or o.phone is not null) end,
        'share', t.share, 'document', t.document, 'validFrom', t.held_from, 'freeze', t.freeze,
        'jointly', cardinality(t.joint_with) > 0, 'room', t.room
      ) order by o.name nulls last, t.id), '[]')
      from people.titles t left join people.persons o on o.id = t.person_id
      where t.building_id = p.building_id and t.premises_id = p.id and ${isHeld}
    ) as titles
    from (${found}) p
    where ${given.after ?? null}::text is null or (p.sort_key, p.number_key) > (
      select a.sort_key, a.number_key from people.premises a
      where a.building_id = ${buildingId}::uuid and a.number_key = ${foldPremisesNumber(given.after ?? '')})
    order by p.sort_key, p.number_key
    limit ${limit + 1}`);
  const [total] = await tx.execute<{ total: number }>(
    sql`select count(*)::integer as total from (${found}) p`,
  );
  const page = rows.slice(0, limit);
  return {
    premises: page.map((row) => ({ ...row, areaCm2: Number(row.areaCm2) })),
    next: rows.length > limit ? page.at(-1)!.number : null,
    total: total!.total,
  };
}

/** A LIKE pattern for a part of a text, whatever signs it holds. */
export const likePart = (part: string): string => `%${part.replace(/[\\%_]/g, '\\$&')}%`;
