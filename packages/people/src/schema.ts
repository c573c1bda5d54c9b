// The tables of people, buildings and registers, in the Postgres schema `people`.
// A title is never edited: what is known later supersedes it and stands beside it, so that a past meeting can be explained.
// Tables that grow with the number of buildings carry `building_id` first in their key, to partition by it.
import { sql } from 'drizzle-orm';
import {
  type AnyPgColumn,
  bigint,
  boolean,
  check,
  date,
  foreignKey,
  index,
  integer,
  jsonb,
  pgSchema,
  primaryKey,
  text,
  timestamp,
  unique,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import type { LookPlace } from './register/look.ts';
import type { MarkAct, MarkKind } from './register/mark.ts';
import type { DocumentKind } from './register/title-document.ts';
import type { EventKind } from './register/title-event.ts';

export const peopleSchema = pgSchema('people');

const id = () =>
  uuid('id')
    .notNull()
    .default(sql`gen_random_uuid()`);
const instant = (name: string) => timestamp(name, { withTimezone: true, precision: 3 });
const cm2 = (name: string) => bigint(name, { mode: 'number' });

export const buildings = peopleSchema.table(
  'buildings',
  {
    id: id().primaryKey(),
    address: text('address').notNull(),
    city: text('city').notNull(),
    timeZone: text('time_zone').notNull(),
    /** The building's own figure; 0 when unknown. */
    areaCm2: cm2('area_cm2').notNull().default(0),
    createdAt: instant('created_at').notNull(),
    /** By which body of law its meetings are held, as the ids of decision rules begin. */
    regime: text('regime').notNull().default('ru'),
  },
  (table) => [check('buildings_regime_check', sql`${table.regime} ~ '^[a-z][a-z0-9-]{0,15}$'`)],
);

/** People, companies and public bodies: whoever may own, and whoever may sign in. */
export const persons = peopleSchema.table(
  'persons',
  {
    id: id().primaryKey(),
    kind: text('kind', { enum: ['natural', 'legal', 'public'] }).notNull(),
    name: text('name').notNull(),
    taxNumber: text('tax_number'),
    /** Normalised, and held by one person only: it is what a person signs in with. */
    email: text('email'),
    phone: text('phone'),
    locale: text('locale', { enum: ['ru', 'en'] }).notNull(),
    createdAt: instant('created_at').notNull(),
    /** Of a natural person: who is under age acts through a parent. Null: not known. */
    birthDay: date('birth_day', { mode: 'string' }),
    /** The person that this one turned out to be; null: nobody else. */
    mergedInto: uuid('merged_into').references((): AnyPgColumn => persons.id),
  },
  (table) => [
    index('persons_merged_index').on(table.mergedInto),
    uniqueIndex('persons_tax_number_key').on(table.taxNumber),
    uniqueIndex('persons_email_key').on(table.email),
    uniqueIndex('persons_phone_key').on(table.phone),
    check('persons_kind_check', sql`${table.kind} in ('natural', 'legal', 'public')`),
  ],
);

export const premises = peopleSchema.table(
  'premises',
  {
    id: id(),
    buildingId: uuid('building_id')
      .notNull()
      .references(() => buildings.id),
    number: text('number').notNull(),
    /** The number however it is typed: what a later register finds the premises by. */
    numberKey: text('number_key').notNull(),
    kind: text('kind', { enum: ['flat', 'nonresidential', 'parking', 'room'] }).notNull(),
    entrance: text('entrance').notNull(),
    areaCm2: cm2('area_cm2').notNull(),
    /** Orders numbers as people do: 2 before 10. */
    sortKey: text('sort_key').notNull(),
    /** Set when a later register no longer has the premises. */
    closedAt: instant('closed_at'),
  },
  (table) => [
    primaryKey({ columns: [table.buildingId, table.id] }),
    unique('premises_number_key').on(table.buildingId, table.numberKey),
    index('premises_order_index').on(table.buildingId, table.sortKey),
    check('premises_kind_check', sql`${table.kind} in ('flat', 'nonresidential', 'parking', 'room')`),
    check('premises_area_check', sql`${table.areaCm2} >= 0`),
  ],
);

export const registerImports = peopleSchema.table(
  'register_imports',
  {
    id: id(),
    buildingId: uuid('building_id')
      .notNull()
      .references(() => buildings.id),
    uploadedBy: uuid('uploaded_by')
      .notNull()
      .references(() => persons.id),
    fileName: text('file_name').notNull(),
    /** Name of the kept file in the house's file store. */
    file: text('file').notNull(),
    state: text('state', { enum: ['uploaded', 'checked', 'applied'] }).notNull(),
    header: jsonb('header').$type<string[]>().notNull(),
    preview: jsonb('preview').$type<string[][]>().notNull(),
    rows: integer('rows').notNull(),
    mapping: jsonb('mapping').$type<Record<string, number>>().notNull(),
    /** Codes and facts, so that it reads in any language; null until a mapping was checked. */
    report: jsonb('report'),
    createdAt: instant('created_at').notNull(),
    appliedAt: instant('applied_at'),
  },
  (table) => [
    primaryKey({ columns: [table.buildingId, table.id] }),
    index('register_imports_uploaded_by_index').on(table.uploadedBy),
    check('register_imports_state_check', sql`${table.state} in ('uploaded', 'checked', 'applied')`),
  ],
);

/** What a premises was said to be before something of it was corrected; the row in `premises` is what is known now. */
export const premisesPast = peopleSchema.table(
  'premises_past',
  {
    buildingId: uuid('building_id').notNull(),
    premisesId: uuid('premises_id').notNull(),
    number: text('number').notNull(),
    kind: text('kind', { enum: ['flat', 'nonresidential', 'parking', 'room'] }).notNull(),
    entrance: text('entrance').notNull(),
    areaCm2: cm2('area_cm2').notNull(),
    supersededAt: instant('superseded_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.buildingId, table.premisesId, table.supersededAt] }),
    foreignKey({
      name: 'premises_past_fk',
      columns: [table.buildingId, table.premisesId],
      foreignColumns: [premises.buildingId, premises.id],
    }),
  ],
);

/**
 * A version of one owner's share of one premises, in two times: held from and to which day, and known from and to which
 * moment. Rows are only added; the one thing that ever happens to a row is that it is superseded.
 */
export const titles = peopleSchema.table(
  'titles',
  {
    id: id(),
    buildingId: uuid('building_id').notNull(),
    premisesId: uuid('premises_id').notNull(),
    /** Null: the owner is unknown; the share stays in the base of every count. */
    personId: uuid('person_id').references(() => persons.id),
    /** An exact fraction of the premises, `n` or `n/d` in lowest terms. */
    share: text('share').notNull(),
    /** As the register wrote it. */
    document: text('document').notNull(),
    /** The first day, where the register gives one. */
    heldFrom: date('held_from', { mode: 'string' }),
    recordedAt: instant('recorded_at').notNull(),
    /** Null: this is what is known now. */
    supersededAt: instant('superseded_at'),
    importId: uuid('import_id'),
    /** The first day on which it is no longer held; null: it still is. */
    heldTo: date('held_to', { mode: 'string' }),
    documentKind: text('document_kind').$type<DocumentKind>(),
    documentNumber: text('document_number').notNull().default(''),
    documentDate: date('document_date', { mode: 'string' }),
    /** The room of a communal flat; empty otherwise. */
    room: text('room').notNull().default(''),
    /** Persons who hold the same share undivided. */
    jointWith: uuid('joint_with')
      .array()
      .notNull()
      .default(sql`'{}'`),
    /** Why nobody may cast it for now. */
    freeze: text('freeze', { enum: ['death', 'objection', 'dispute'] }),
    arrested: boolean('arrested').notNull().default(false),
    usufructuaryId: uuid('usufructuary_id').references(() => persons.id),
  },
  (table) => [
    primaryKey({ columns: [table.buildingId, table.id] }),
    foreignKey({
      name: 'titles_premises_fk',
      columns: [table.buildingId, table.premisesId],
      foreignColumns: [premises.buildingId, premises.id],
    }),
    foreignKey({
      name: 'titles_import_fk',
      columns: [table.buildingId, table.importId],
      foreignColumns: [registerImports.buildingId, registerImports.id],
    }),
    index('titles_premises_index').on(table.buildingId, table.premisesId),
    index('titles_import_index').on(table.buildingId, table.importId),
    index('titles_person_index').on(table.personId),
    index('titles_usufructuary_index').on(table.usufructuaryId),
    index('titles_joint_index')
      .using('gin', table.jointWith)
      .where(sql`${table.supersededAt} is null and ${table.jointWith} <> '{}'`),
    index('titles_active_index')
      .on(table.buildingId)
      .where(sql`${table.supersededAt} is null`),
    check('titles_share_check', sql`${table.share} ~ '^[1-9][0-9]*(/[1-9][0-9]*)?$'`),
    check('titles_held_check', sql`${table.heldFrom} < ${table.heldTo}`),
    check('titles_freeze_check', sql`${table.freeze} in ('death', 'objection', 'dispute')`),
  ],
);

/** What happened to titles, and who wrote it down when; only ever added to. */
export const registerEvents = peopleSchema.table(
  'register_events',
  {
    buildingId: uuid('building_id')
      .notNull()
      .references(() => buildings.id),
    id: id(),
    /** Null: of the building as a whole, such as an import. */
    premisesId: uuid('premises_id'),
    kind: text('kind').$type<EventKind>().notNull(),
    /** The day it happened on; null: a correction of what was so all along, or an import. */
    day: date('day', { mode: 'string' }),
    documentKind: text('document_kind').$type<DocumentKind>(),
    documentNumber: text('document_number').notNull().default(''),
    documentDate: date('document_date', { mode: 'string' }),
    /** In the words of whoever recorded it. */
    note: text('note').notNull().default(''),
    /** Versions of titles that it superseded and brought. */
    closed: uuid('closed').array().notNull(),
    opened: uuid('opened').array().notNull(),
    recordedAt: instant('recorded_at').notNull(),
    recordedBy: uuid('recorded_by')
      .notNull()
      .references(() => persons.id),
  },
  (table) => [
    primaryKey({ columns: [table.buildingId, table.id] }),
    foreignKey({
      name: 'register_events_premises_fk',
      columns: [table.buildingId, table.premisesId],
      foreignColumns: [premises.buildingId, premises.id],
    }),
    index('register_events_premises_index').on(table.buildingId, table.premisesId),
    index('register_events_recorded_by_index').on(table.recordedBy),
  ],
);

/** The area that counts are measured against, with its paper: the newest is in force, those before it stay. */
export const bases = peopleSchema.table(
  'bases',
  {
    buildingId: uuid('building_id')
      .notNull()
      .references(() => buildings.id),
    id: id(),
    areaCm2: cm2('area_cm2').notNull(),
    /** What the paper is, in words. */
    source: text('source').notNull(),
    documentNumber: text('document_number').notNull(),
    documentDate: date('document_date', { mode: 'string' }),
    recordedAt: instant('recorded_at').notNull(),
    recordedBy: uuid('recorded_by')
      .notNull()
      .references(() => persons.id),
  },
  (table) => [
    primaryKey({ columns: [table.buildingId, table.id] }),
    index('bases_recorded_by_index').on(table.recordedBy),
    check('bases_area_check', sql`${table.areaCm2} > 0`),
  ],
);

/** Who may act for whom: by law, by an act, by a power of attorney. Taken back, never deleted. */
export const representations = peopleSchema.table(
  'representations',
  {
    buildingId: uuid('building_id')
      .notNull()
      .references(() => buildings.id),
    id: id(),
    principalId: uuid('principal_id')
      .notNull()
      .references(() => persons.id),
    agentId: uuid('agent_id')
      .notNull()
      .references(() => persons.id),
    basis: text('basis', {
      enum: ['parent', 'guardian', 'head', 'officer', 'attorney', 'estate'],
    }).notNull(),
    /** Null: all that the principal holds in the building. */
    premisesIds: uuid('premises_ids').array(),
    documentKind: text('document_kind').$type<DocumentKind>(),
    documentNumber: text('document_number').notNull(),
    documentDate: date('document_date', { mode: 'string' }),
    document: text('document').notNull(),
    fromDay: date('from_day', { mode: 'string' }).notNull(),
    /** The first day it no longer holds, as the paper says. */
    untilDay: date('until_day', { mode: 'string' }),
    recordedAt: instant('recorded_at').notNull(),
    recordedBy: uuid('recorded_by')
      .notNull()
      .references(() => persons.id),
    /** The first day it no longer holds because it was taken back, and who recorded that when. */
    revokedOn: date('revoked_on', { mode: 'string' }),
    revokedAt: instant('revoked_at'),
    revokedBy: uuid('revoked_by').references(() => persons.id),
  },
  (table) => [
    primaryKey({ columns: [table.buildingId, table.id] }),
    index('representations_principal_index').on(table.principalId),
    index('representations_agent_index').on(table.agentId),
    index('representations_recorded_by_index').on(table.recordedBy),
    index('representations_revoked_by_index').on(table.revokedBy),
    check('representations_days_check', sql`${table.fromDay} < ${table.untilDay}`),
    check('representations_revoked_check', sql`(${table.revokedOn} is null) = (${table.revokedAt} is null)`),
  ],
);

/** Grows with every change that may change who acts for whom in a building: what is kept in memory is compared with it. */
export const actingVersions = peopleSchema.table('acting_versions', {
  buildingId: uuid('building_id')
    .primaryKey()
    .references(() => buildings.id),
  version: bigint('version', { mode: 'number' }).notNull(),
});

/**
 * What the law asks about an owner, in two times. A row is a version: it is written once, and a later one of the same mark
 * takes its place.
 */
export const marks = peopleSchema.table(
  'marks',
  {
    buildingId: uuid('building_id')
      .notNull()
      .references(() => buildings.id),
    id: id(),
    /** The mark that this is a version of. */
    mark: uuid('mark').notNull(),
    /** What brought the version. */
    act: text('act').$type<MarkAct>().notNull(),
    kind: text('kind').$type<MarkKind>().notNull(),
    personId: uuid('person_id')
      .notNull()
      .references(() => persons.id),
    /** Null: all that the person holds in the building. */
    premisesId: uuid('premises_id'),
    documentKind: text('document_kind').$type<DocumentKind>(),
    documentNumber: text('document_number').notNull(),
    documentDate: date('document_date', { mode: 'string' }),
    fromDay: date('from_day', { mode: 'string' }).notNull(),
    /** The first day on which it is no longer so; null: it still is. */
    untilDay: date('until_day', { mode: 'string' }),
    /** In the words of whoever recorded it. */
    note: text('note').notNull().default(''),
    recordedAt: instant('recorded_at').notNull(),
    recordedBy: uuid('recorded_by')
      .notNull()
      .references(() => persons.id),
    /** Null: this is what is known now. */
    supersededAt: instant('superseded_at'),
  },
  (table) => [
    primaryKey({ columns: [table.buildingId, table.id] }),
    foreignKey({
      name: 'marks_premises_fk',
      columns: [table.buildingId, table.premisesId],
      foreignColumns: [premises.buildingId, premises.id],
    }),
    uniqueIndex('marks_known_key')
      .on(table.buildingId, table.mark)
      .where(sql`${table.supersededAt} is null`),
    index('marks_person_index').on(table.personId),
    index('marks_premises_index').on(table.buildingId, table.premisesId),
    index('marks_recorded_by_index').on(table.recordedBy),
    check('marks_act_check', sql`${table.act} in ('stated', 'ended', 'corrected', 'withdrawn', 'merged')`),
    check(
      'marks_kind_check',
      sql`${table.kind} in ('debtor', 'association-owned', 'original-owner', 'representative')`,
    ),
    check('marks_days_check', sql`${table.fromDay} < ${table.untilDay}`),
  ],
);

/** Who looked at whose data, where and why. Only ever added to; shown to those it is about. */
export const looks = peopleSchema.table(
  'looks',
  {
    buildingId: uuid('building_id')
      .notNull()
      .references(() => buildings.id),
    id: bigint('id', { mode: 'bigint' }).generatedAlwaysAsIdentity().notNull(),
    personId: uuid('person_id')
      .notNull()
      .references(() => persons.id),
    place: text('place').$type<LookPlace>().notNull(),
    /** Null: the whole building. */
    premisesIds: uuid('premises_ids').array(),
    /** In the words of the one who looked; empty where the place says it all. */
    why: text('why').notNull().default(''),
    at: instant('at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.buildingId, table.id] }),
    index('looks_person_index').on(table.personId),
    index('looks_at_index').on(table.buildingId, table.at),
  ],
);

/** Roles given by people; that somebody is an owner follows from the titles and is never stored here. */
export const roles = peopleSchema.table(
  'roles',
  {
    id: id().primaryKey(),
    /** Null: the whole installation. */
    buildingId: uuid('building_id').references(() => buildings.id),
    personId: uuid('person_id')
      .notNull()
      .references(() => persons.id),
    role: text('role', { enum: ['chair', 'commission', 'auditor', 'operator'] }).notNull(),
    grantedAt: instant('granted_at').notNull(),
    /** Null: by the installation itself. */
    grantedBy: uuid('granted_by').references(() => persons.id),
  },
  (table) => [
    unique('roles_key').on(table.buildingId, table.personId, table.role).nullsNotDistinct(),
    index('roles_person_index').on(table.personId),
    index('roles_granted_by_index').on(table.grantedBy),
    check('roles_role_check', sql`${table.role} in ('chair', 'commission', 'auditor', 'operator')`),
  ],
);

export const sessions = peopleSchema.table(
  'sessions',
  {
    /** SHA-256 of the token in hex; the token itself is only with its holder. */
    id: text('id').primaryKey(),
    personId: uuid('person_id')
      .notNull()
      .references(() => persons.id),
    createdAt: instant('created_at').notNull(),
    expiresAt: instant('expires_at').notNull(),
  },
  (table) => [
    index('sessions_person_index').on(table.personId),
    index('sessions_expires_index').on(table.expiresAt),
    check('sessions_id_check', sql`${table.id} ~ '^[0-9a-f]{64}$'`),
  ],
);

/** A row for every code asked for, of known contacts and of unknown ones alike, so that both take the same way. */
export const signInCodes = peopleSchema.table(
  'sign_in_codes',
  {
    id: id().primaryKey(),
    /** SHA-256 of the normalised contact: contacts of strangers are not kept. */
    contactHash: text('contact_hash').notNull(),
    /** Null: nobody has this contact, and no code can be right. */
    personId: uuid('person_id').references(() => persons.id),
    salt: text('salt').notNull(),
    codeHash: text('code_hash').notNull(),
    attempts: integer('attempts').notNull().default(0),
    createdAt: instant('created_at').notNull(),
    expiresAt: instant('expires_at').notNull(),
    /** When it was used, or a newer code took its place. */
    usedAt: instant('used_at'),
  },
  (table) => [
    index('sign_in_codes_contact_index').on(table.contactHash, table.createdAt),
    index('sign_in_codes_person_index').on(table.personId),
    index('sign_in_codes_expires_index').on(table.expiresAt),
  ],
);

export const registryImports = peopleSchema.table(
  'registry_imports',
  {
    id: id().primaryKey(),
    importedBy: uuid('imported_by')
      .notNull()
      .references(() => persons.id),
    fileName: text('file_name').notNull(),
    rows: integer('rows').notNull(),
    imported: integer('imported').notNull(),
    /** What was cleaned and what was left out, as codes and facts. */
    report: jsonb('report').notNull(),
    createdAt: instant('created_at').notNull(),
  },
  (table) => [
    index('registry_imports_imported_by_index').on(table.importedBy),
    index('registry_imports_created_index').on(table.createdAt),
  ],
);

/** Houses of the city as its registry knows them: public facts, kept apart from buildings that hold meetings here. */
export const houses = peopleSchema.table(
  'houses',
  {
    id: id().primaryKey(),
    importId: uuid('import_id')
      .notNull()
      .references(() => registryImports.id),
    /** The same house of a later import: its normalised address. */
    addressKey: text('address_key').notNull().unique('houses_address_key'),
    address: text('address').notNull(),
    year: integer('year'),
    levels: integer('levels'),
    rooms: integer('rooms'),
    areaCm2: cm2('area_cm2'),
    company: text('company'),
    companyKey: text('company_key'),
    /** Decimal degrees as the registry writes them, never recomputed. */
    latitude: text('latitude'),
    longitude: text('longitude'),
    /** The cleaned row as a whole. */
    facts: jsonb('facts').notNull(),
  },
  (table) => [
    index('houses_import_index').on(table.importId),
    index('houses_company_index').on(table.companyKey),
  ],
);

/** The outbox: written with the act it tells of, delivered afterwards. Kept as the proof of what was sent to whom. */
export const messages = peopleSchema.table(
  'messages',
  {
    id: bigint('id', { mode: 'bigint' }).primaryKey().generatedAlwaysAsIdentity(),
    /** `app`: a notice in the person's own pages; its recipient is empty. */
    channel: text('channel', { enum: ['email', 'sms', 'app'] }).notNull(),
    recipient: text('recipient').notNull(),
    subject: text('subject').notNull(),
    text: text('text').notNull(),
    template: text('template').notNull(),
    /** The text holds a code; it is wiped once sent. */
    secret: boolean('secret').notNull().default(false),
    personId: uuid('person_id').references(() => persons.id),
    buildingId: uuid('building_id').references(() => buildings.id),
    /** `sent`: a carrier took it, or it lies in the person's pages. `failed`: given up. `bounced`: came back after it was taken. */
    state: text('state', { enum: ['queued', 'sent', 'delivered', 'failed', 'bounced'] }).notNull(),
    attempts: integer('attempts').notNull().default(0),
    errorCode: text('error_code'),
    createdAt: instant('created_at').notNull(),
    nextAttemptAt: instant('next_attempt_at').notNull(),
    sentAt: instant('sent_at'),
    /** What the message tells of, as its module names it: a meeting. */
    about: text('about'),
    /** A second message with the same key is not queued. */
    onceKey: text('once_key'),
    /** An SMS that quiet hours of the building hold. */
    mayWait: boolean('may_wait').notNull().default(false),
    /** SHA-256 of channel, recipient, subject and text, hex; empty for a message with a code, whose text is not kept. */
    contentHash: text('content_hash').notNull().default(''),
    /** The carrier's own name of the message. */
    reference: text('reference'),
    /** When it was known to be delivered, or to have come back. */
    settledAt: instant('settled_at'),
    readAt: instant('read_at'),
  },
  (table) => [
    index('messages_queue_index')
      .on(table.nextAttemptAt)
      .where(sql`${table.state} = 'queued'`),
    index('messages_failed_index')
      .on(table.nextAttemptAt)
      .where(sql`${table.state} = 'failed'`),
    index('messages_recipient_index').on(table.recipient, table.id),
    index('messages_person_index').on(table.personId),
    index('messages_building_index').on(table.buildingId),
    index('messages_about_index')
      .on(table.about, table.id)
      .where(sql`${table.about} is not null`),
    index('messages_reference_index')
      .on(table.channel, table.reference)
      .where(sql`${table.reference} is not null`),
    index('messages_inbox_index')
      .on(table.personId, table.id)
      .where(sql`${table.channel} = 'app'`),
    uniqueIndex('messages_once_key').on(table.onceKey),
    check('messages_channel_check', sql`${table.channel} in ('email', 'sms', 'app')`),
    check(
      'messages_state_check',
      sql`${table.state} in ('queued', 'sent', 'delivered', 'failed', 'bounced')`,
    ),
  ],
);

/** What happened to a message, with its moment: only ever added to. That it was queued, the message itself says. */
export const messageEvents = peopleSchema.table(
  'message_events',
  {
    id: bigint('id', { mode: 'bigint' }).primaryKey().generatedAlwaysAsIdentity(),
    messageId: bigint('message_id', { mode: 'bigint' })
      .notNull()
      .references(() => messages.id, { onDelete: 'cascade' }),
    kind: text('kind', {
      enum: ['held', 'refused', 'sent', 'delayed', 'delivered', 'bounced', 'given-up', 'read'],
    }).notNull(),
    at: instant('at').notNull(),
    /** Of the carrier, such as `smtp-550` or `5.1.1`. */
    code: text('code'),
  },
  (table) => [
    index('message_events_message_index').on(table.messageId),
    check(
      'message_events_kind_check',
      sql`${table.kind} in ('held', 'refused', 'sent', 'delayed', 'delivered', 'bounced', 'given-up', 'read')`,
    ),
  ],
);

/** Addresses that carriers say do not exist: nothing is sent there until the person signs in by it, or has another. */
export const deadContacts = peopleSchema.table(
  'dead_contacts',
  {
    channel: text('channel', { enum: ['email', 'sms'] }).notNull(),
    address: text('address').notNull(),
    code: text('code').notNull(),
    foundAt: instant('found_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.channel, table.address] }),
    check('dead_contacts_channel_check', sql`${table.channel} in ('email', 'sms')`),
  ],
);

/** What a person wants to be told of beyond what the law demands; without a row everything. */
export const messageChoices = peopleSchema.table('message_choices', {
  personId: uuid('person_id')
    .primaryKey()
    .references(() => persons.id),
  reminders: boolean('reminders').notNull().default(true),
  /** In the links of reminders: whoever has it may end or resume them, and nothing else. */
  token: text('token').notNull().unique('message_choices_token_key'),
});

/** Present, with its one row, only in a demonstration. */
export const demo = peopleSchema.table(
  'demo',
  {
    single: boolean('single').primaryKey().default(true),
    /** How far the clock of the demonstration runs ahead of the wall. */
    offsetMs: bigint('offset_ms', { mode: 'number' }).notNull().default(0),
  },
  (table) => [
    check('demo_single_check', sql`${table.single}`),
    check('demo_offset_check', sql`${table.offsetMs} >= 0`),
  ],
);

/** Whom a visitor of the demonstration may sign in as. */
export const demoPeople = peopleSchema.table(
  'demo_people',
  {
    position: integer('position').primaryKey(),
    personId: uuid('person_id')
      .notNull()
      .references(() => persons.id),
    part: text('part', {
      enum: ['owner', 'co-owner', 'officer', 'chair', 'commission', 'auditor', 'operator'],
    }).notNull(),
    buildingId: uuid('building_id').references(() => buildings.id),
  },
  (table) => [
    index('demo_people_person_index').on(table.personId),
    index('demo_people_building_index').on(table.buildingId),
  ],
);
