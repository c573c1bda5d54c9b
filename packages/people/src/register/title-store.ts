// All SQL about titles in time: versions, what happened to them, the base, and who looked. Rows are added and superseded,
// and never changed or deleted.
import { formatRational, parseRational } from '@veche/core/rational.ts';
import type { RandomBytes } from '@veche/core/random.ts';
import type { Tx } from '@veche/module-kit/database.ts';
import { and, asc, desc, eq, inArray, isNull, lte, or, sql } from 'drizzle-orm';
import type { PremisesKind } from '../domain/premises-kind.ts';
import { bases, looks, persons, premises, premisesPast, registerEvents, titles } from '../schema.ts';
import { randomUuid } from '../uuid.ts';
import { raiseActingVersion } from './acting-version.ts';
import type { LocalDay } from './local-day.ts';
import type { LookPlace } from './look.ts';
import type { Base } from './review.ts';
import type { TitleDocument } from './title-document.ts';
import type { EventKind, TitleChange } from './title-event.ts';
import type { TitleVersion } from './titles.ts';

type TitleRow = typeof titles.$inferSelect;

const versionOf = (row: TitleRow): TitleVersion => ({
  id: row.id,
  premisesId: row.premisesId,
  personId: row.personId,
  jointWith: row.jointWith,
  share: parseRational(row.share),
  room: row.room,
  document: {
    kind: row.documentKind,
    number: row.documentNumber,
    date: row.documentDate,
    text: row.document,
  },
  heldFrom: row.heldFrom,
  heldTo: row.heldTo,
  freeze: row.freeze,
  arrested: row.arrested,
  usufructuaryId: row.usufructuaryId,
  recordedAt: row.recordedAt,
  supersededAt: row.supersededAt,
});

// ---- premises -----------------------------------------------------------------------------------------------------

export type PremisesNow = {
  readonly id: string;
  readonly number: string;
  readonly kind: PremisesKind;
  readonly entrance: string;
  readonly areaCm2: number;
};

const premisesColumns = {
  id: premises.id,
  number: premises.number,
  kind: premises.kind,
  entrance: premises.entrance,
  areaCm2: premises.areaCm2,
};

/** Null when the building has no such premises. */
export async function findPremises(tx: Tx, buildingId: string, id: string): Promise<PremisesNow | null> {
  const [row] = await tx
    .select(premisesColumns)
    .from(premises)
    .where(and(eq(premises.buildingId, buildingId), eq(premises.id, id)));
  return row ?? null;
}

/**
 * The same, held against every other change of its titles until the transaction ends. Imports hold the building, so the
 * building is held too, together with other premises.
 */
export async function lockPremises(tx: Tx, buildingId: string, id: string): Promise<PremisesNow | null> {
  await tx.execute(sql`select from people.buildings where id = ${buildingId}::uuid for share`);
  await tx.execute(
    sql`select from people.premises where building_id = ${buildingId}::uuid and id = ${id}::uuid for update`,
  );
  return findPremises(tx, buildingId, id);
}

/** Holds all titles of a building against every change until the transaction ends. */
export async function lockTitles(tx: Tx, buildingId: string): Promise<void> {
  await tx.execute(sql`select from people.buildings where id = ${buildingId}::uuid for update`);
}

/** Premises that are in the register, in the order people count them. */
export const listPremises = (tx: Tx, buildingId: string): Promise<PremisesNow[]> =>
  tx
    .select(premisesColumns)
    .from(premises)
    .where(and(eq(premises.buildingId, buildingId), isNull(premises.closedAt)))
    .orderBy(asc(premises.sortKey), asc(premises.number));

/** What a premises was said to be before, the newest first, each until when. */
export const listPremisesPast = (tx: Tx, buildingId: string, premisesId: string) =>
  tx
    .select()
    .from(premisesPast)
    .where(and(eq(premisesPast.buildingId, buildingId), eq(premisesPast.premisesId, premisesId)))
    .orderBy(desc(premisesPast.supersededAt));

// ---- versions -----------------------------------------------------------------------------------------------------

/** Every version of one premises that was ever known, in the order of their recording. */
export async function readVersions(tx: Tx, buildingId: string, premisesId: string): Promise<TitleVersion[]> {
  const rows = await tx
    .select()
    .from(titles)
    .where(and(eq(titles.buildingId, buildingId), eq(titles.premisesId, premisesId)))
    .orderBy(asc(titles.recordedAt), asc(titles.id));
  return rows.map(versionOf);
}

/** Versions of the whole building that are known now, those that have ended too. */
export async function readKnownVersions(tx: Tx, buildingId: string): Promise<TitleVersion[]> {
  const rows = await tx
    .select()
    .from(titles)
    .where(and(eq(titles.buildingId, buildingId), isNull(titles.supersededAt)))
    .orderBy(asc(titles.recordedAt), asc(titles.id));
  return rows.map(versionOf);
}

/** Versions known now of the premises where a title begins or ends after the one day and up to the other. */
export async function readPassingVersions(
  tx: Tx,
  buildingId: string,
  after: LocalDay,
  upTo: LocalDay,
): Promise<TitleVersion[]> {
  const passes = (day: typeof titles.heldFrom | typeof titles.heldTo) =>
    sql`(${day} > ${after}::date and ${day} <= ${upTo}::date)`;
  const rows = await tx
    .select()
    .from(titles)
    .where(
      and(
        eq(titles.buildingId, buildingId),
        isNull(titles.supersededAt),
        inArray(
          titles.premisesId,
          tx
            .select({ id: titles.premisesId })
            .from(titles)
            .where(
              and(
                eq(titles.buildingId, buildingId),
                isNull(titles.supersededAt),
                or(passes(titles.heldFrom), passes(titles.heldTo)),
              ),
            ),
        ),
      ),
    )
    .orderBy(asc(titles.premisesId), asc(titles.recordedAt), asc(titles.id));
  return rows.map(versionOf);
}

export type RecordedEvent = {
  readonly id: string;
  readonly kind: EventKind;
  readonly day: LocalDay | null;
  readonly document: Omit<TitleDocument, 'text'>;
  readonly note: string;
  readonly closed: readonly string[];
  readonly opened: readonly string[];
  readonly recordedAt: Date;
  readonly recordedBy: string;
};

/** Writes an event down with the versions it supersedes and brings. The premises must be locked by the caller. */
export async function insertEvent(
  tx: Tx,
  given: {
    readonly buildingId: string;
    /** Null: of several premises. */
    readonly premisesId: string | null;
    readonly kind: EventKind;
    readonly day: LocalDay | null;
    readonly document: TitleDocument;
    readonly note: string;
    readonly change: TitleChange;
    readonly recordedBy: string;
    readonly now: Date;
    readonly random: RandomBytes;
  },
): Promise<string> {
  const { buildingId, change, document, now } = given;
  const opened = change.opened.map((version) => ({ ...version, id: randomUuid(given.random) }));
  if (change.closed.length > 0)
    await tx
      .update(titles)
      .set({ supersededAt: now })
      .where(
        and(
          eq(titles.buildingId, buildingId),
          inArray(titles.id, [...change.closed]),
          isNull(titles.supersededAt),
        ),
      );
  if (opened.length > 0)
    await tx.insert(titles).values(
      opened.map((version) => ({
        id: version.id,
        buildingId,
        premisesId: version.premisesId,
        personId: version.personId,
        jointWith: [...version.jointWith],
        share: formatRational(version.share),
        room: version.room,
        document: version.document.text,
        documentKind: version.document.kind,
        documentNumber: version.document.number,
        documentDate: version.document.date,
        heldFrom: version.heldFrom,
        heldTo: version.heldTo,
        freeze: version.freeze,
        arrested: version.arrested,
        usufructuaryId: version.usufructuaryId,
        recordedAt: now,
      })),
    );
  const id = randomUuid(given.random);
  await tx.insert(registerEvents).values({
    buildingId,
    id,
    premisesId: given.premisesId,
    kind: given.kind,
    day: given.day,
    documentKind: document.kind,
    documentNumber: document.number,
    documentDate: document.date,
    note: given.note,
    closed: [...change.closed],
    opened: opened.map((version) => version.id),
    recordedAt: now,
    recordedBy: given.recordedBy,
  });
  await raiseActingVersion(tx, buildingId);
  return id;
}

/** What happened to a premises, the newest first: its own events, and those of the building that touched its titles. */
export async function readEvents(
  tx: Tx,
  buildingId: string,
  premisesId: string,
  versionIds: readonly string[],
): Promise<RecordedEvent[]> {
  const ids = sql`${sql.param([...versionIds])}::uuid[]`;
  const rows = await tx
    .select()
    .from(registerEvents)
    .where(
      and(
        eq(registerEvents.buildingId, buildingId),
        or(
          eq(registerEvents.premisesId, premisesId),
          and(
            isNull(registerEvents.premisesId),
            sql`(${registerEvents.closed} && ${ids} or ${registerEvents.opened} && ${ids})`,
          ),
        ),
      ),
    )
    .orderBy(desc(registerEvents.recordedAt), desc(registerEvents.id));
  const ours = new Set(versionIds);
  return rows.map((row) => ({
    id: row.id,
    kind: row.kind,
    day: row.day,
    document: { kind: row.documentKind, number: row.documentNumber, date: row.documentDate },
    note: row.note,
    closed: row.closed.filter((id) => ours.has(id)),
    opened: row.opened.filter((id) => ours.has(id)),
    recordedAt: row.recordedAt,
    recordedBy: row.recordedBy,
  }));
}

// ---- the base -----------------------------------------------------------------------------------------------------

export type RecordedBase = Base & { readonly documentNumber: string; readonly recordedAt: Date };

export async function insertBase(
  tx: Tx,
  given: {
    readonly buildingId: string;
    readonly areaCm2: number;
    readonly source: string;
    readonly documentNumber: string;
    readonly documentDate: LocalDay | null;
    readonly recordedBy: string;
  },
  now: Date,
): Promise<void> {
  await tx.insert(bases).values({ ...given, recordedAt: now });
  await tx.execute(
    sql`update people.buildings set area_cm2 = ${given.areaCm2} where id = ${given.buildingId}::uuid`,
  );
}

/** Every base of a building, the newest first. */
export const listBases = (tx: Tx, buildingId: string): Promise<RecordedBase[]> =>
  tx
    .select({
      areaCm2: bases.areaCm2,
      source: bases.source,
      documentNumber: bases.documentNumber,
      documentDate: bases.documentDate,
      recordedAt: bases.recordedAt,
    })
    .from(bases)
    .where(eq(bases.buildingId, buildingId))
    .orderBy(desc(bases.recordedAt));

/** The base as it was known at a moment; null: none was. */
export async function findBase(tx: Tx, buildingId: string, known: Date): Promise<RecordedBase | null> {
  const [row] = await tx
    .select()
    .from(bases)
    .where(and(eq(bases.buildingId, buildingId), lte(bases.recordedAt, known)))
    .orderBy(desc(bases.recordedAt))
    .limit(1);
  return row ?? null;
}

// ---- who looked -----------------------------------------------------------------------------------------------------

/** Notes that somebody looks at people's data; to be called before it is shown. */
export async function insertLook(
  tx: Tx,
  given: {
    readonly buildingId: string;
    readonly personId: string;
    readonly place: LookPlace;
    /** Null: the whole building. */
    readonly premisesIds: readonly string[] | null;
    readonly why?: string;
  },
  now: Date,
): Promise<void> {
  const { premisesIds, ...look } = given;
  await tx.insert(looks).values({ ...look, premisesIds: premisesIds && [...premisesIds], at: now });
}

const lookColumns = {
  id: looks.id,
  personId: looks.personId,
  name: persons.name,
  place: looks.place,
  premisesIds: looks.premisesIds,
  why: looks.why,
  at: looks.at,
};

/** Looks at a building, the newest first. */
export const listLooks = (tx: Tx, buildingId: string, before: bigint | null, limit: number) =>
  tx
    .select(lookColumns)
    .from(looks)
    .innerJoin(persons, eq(persons.id, looks.personId))
    .where(and(eq(looks.buildingId, buildingId), before === null ? undefined : sql`${looks.id} < ${before}`))
    .orderBy(desc(looks.id))
    .limit(limit);

/**
 * Looks by others at what a person holds or held, the newest first: at a premises while it was theirs, and at whole
 * buildings. With the address, and with the numbers of the premises that were looked at.
 */
export async function listLooksAt(
  tx: Tx,
  personId: string,
  limit: number,
): Promise<{ name: string; place: LookPlace; address: string; premises: string[]; why: string; at: Date }[]> {
  const rows = await tx.execute<{
    name: string;
    place: LookPlace;
    address: string;
    premises: string[];
    why: string;
    at_ms: string;
  }>(sql`
    with held as (
      select distinct t.building_id, t.premises_id from people.titles t
      where t.person_id = ${personId}::uuid or t.joint_with @> array[${personId}::uuid]
    )
    select o.name, l.place, b.address, l.why, floor(extract(epoch from l.at) * 1000)::text as at_ms, (
      select coalesce(json_agg(p.number order by p.sort_key), '[]') from people.premises p
      join held h on h.building_id = p.building_id and h.premises_id = p.id
      where p.building_id = l.building_id and p.id = any(l.premises_ids)
    ) as premises
    from people.looks l
    join people.persons o on o.id = l.person_id
    join people.buildings b on b.id = l.building_id
    where l.person_id <> ${personId}::uuid and l.building_id in (select building_id from held)
      and (l.premises_ids is null or l.premises_ids && array(select premises_id from held))
    order by l.at desc, l.id desc limit ${limit}`);
  return [...rows].map(({ at_ms, ...row }) => ({ ...row, at: new Date(Number(at_ms)) }));
}
