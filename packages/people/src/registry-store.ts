// All SQL about the city's registry of houses: public facts from the list of houses, and the reports of its imports.
import type { Tx } from '@veche/module-kit/database.ts';
import { desc, eq, sql } from 'drizzle-orm';
import type { House, HouseRegistry } from './domain/house-registry.ts';
import { likePart } from './register-store.ts';
import { registryImports } from './schema.ts';

/** What is kept of an import: codes and facts, so that it reads in any language. */
export type RegistryReport = Pick<HouseRegistry, 'cleaned' | 'companies' | 'filled'> & {
  readonly leftOut: readonly {
    readonly reason: string;
    readonly count: number;
    readonly rows: readonly number[];
  }[];
};

export type RegistryImport = {
  readonly id: string;
  readonly fileName: string;
  readonly rows: number;
  readonly imported: number;
  readonly report: RegistryReport;
};

/**
 * Takes the houses of a list into the registry: a house is known by its address, and a later list has the last word. One
 * statement for all of them.
 */
export async function insertRegistry(
  tx: Tx,
  given: {
    readonly importedBy: string;
    readonly fileName: string;
    readonly rows: number;
    readonly houses: readonly House[];
    readonly report: RegistryReport;
  },
  now: Date,
): Promise<RegistryImport> {
  const { houses, ...about } = given;
  const [row] = await tx
    .insert(registryImports)
    .values({ ...about, imported: houses.length, createdAt: now })
    .returning({ id: registryImports.id });
  const rows = houses.map((house) => ({ ...house, facts: house }));
  await tx.execute(sql`
    insert into people.houses as h
      (import_id, address_key, address, year, levels, rooms, area_cm2, company, company_key, latitude, longitude, facts)
    select ${row!.id}::uuid, "addressKey", address, year, levels, rooms, "areaCm2", company, "companyKey", latitude,
      longitude, facts
    from json_to_recordset(${JSON.stringify(rows)}::text::json) as given(
      "addressKey" text, address text, year integer, levels integer, rooms integer, "areaCm2" bigint, company text,
      "companyKey" text, latitude text, longitude text, facts jsonb)
    on conflict (address_key) do update
    set import_id = excluded.import_id, address = excluded.address, year = excluded.year, levels = excluded.levels,
      rooms = excluded.rooms, area_cm2 = excluded.area_cm2, company = excluded.company,
      company_key = excluded.company_key, latitude = excluded.latitude, longitude = excluded.longitude,
      facts = excluded.facts`);
  return { id: row!.id, imported: houses.length, ...about };
}

/** An import, or the newest one; null when there is none. */
export async function findRegistryImport(tx: Tx, id: string | 'latest'): Promise<RegistryImport | null> {
  const [row] = await tx
    .select()
    .from(registryImports)
    .where(id === 'latest' ? undefined : eq(registryImports.id, id))
    .orderBy(desc(registryImports.createdAt))
    .limit(1);
  return row ? { ...row, report: row.report as RegistryReport } : null;
}

export type ListedHouse = {
  readonly id: string;
  readonly address: string;
  readonly year: number | null;
  readonly levels: number | null;
  readonly rooms: number | null;
  readonly areaCm2: number | null;
  readonly company: string | null;
  readonly latitude: string | null;
  readonly longitude: string | null;
};

/** Houses by address; `search` is a part of an address, `after` the `next` of the page before. */
export async function listHousesPage(
  tx: Tx,
  given: { search?: string | undefined; after?: string | undefined; limit: number },
): Promise<{ houses: ListedHouse[]; next: string | null; total: number }> {
  const search = given.search?.trim() ?? '';
  const found = sql`
    from people.houses h where (${search} = '' or h.address ilike ${likePart(search)})`;
  const rows = await tx.execute<
    Omit<ListedHouse, 'areaCm2'> & { areaCm2: string | null; addressKey: string }
  >(sql`
    select h.id, h.address, h.year, h.levels, h.rooms, h.area_cm2::text as "areaCm2", h.company, h.latitude, h.longitude,
      h.address_key as "addressKey"
    ${found} and h.address_key > ${given.after ?? ''}
    order by h.address_key limit ${given.limit + 1}`);
  const [total] = await tx.execute<{ total: number }>(sql`select count(*)::integer as total ${found}`);
  const page = rows.slice(0, given.limit);
  return {
    houses: page.map((row) => ({
      id: row.id,
      address: row.address,
      year: row.year,
      levels: row.levels,
      rooms: row.rooms,
      areaCm2: row.areaCm2 === null ? null : Number(row.areaCm2),
      company: row.company,
      latitude: row.latitude,
      longitude: row.longitude,
    })),
    next: rows.length > given.limit ? page.at(-1)!.addressKey : null,
    total: total!.total,
  };
}
