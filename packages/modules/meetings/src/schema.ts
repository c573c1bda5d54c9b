// Tables of meetings, in the Postgres schema `meetings`. Every table carries the building in its key, so that it can be
// partitioned or distributed by building. Personal data is only referred to (person, premises), never copied here;
// there are no foreign keys into `people`, because a frozen roll must outlive a correction of the register.
import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  check,
  foreignKey,
  index,
  integer,
  jsonb,
  pgSchema,
  primaryKey,
  text,
  timestamp,
  unique,
  uuid,
  type AnyPgColumn,
} from 'drizzle-orm/pg-core';
import type { ActingBasis } from './domain/acting-choices.ts';
import type { Draft } from './domain/call.ts';

export const meetingsSchema = pgSchema('meetings');

const moment = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' });

/** The checkpoint that a meeting was closed by: see `closing` in the ledger's SPEC. */
export type ClosingRow = {
  /** The signed note with its cosignatures, the very bytes that the close commits to. */
  readonly note: string;
  readonly size: number;
  /** The Unix second by which the cosignatures made the quorum. */
  readonly quorumTime: number;
  /** By the names of the policy, with the Unix second of each cosignature. */
  readonly witnesses: readonly { readonly name: string; readonly time: number }[];
};

export const meetings = meetingsSchema.table(
  'meetings',
  {
    buildingId: uuid('building_id').notNull(),
    /** 24 hex digits, the meeting's id in the public log. */
    id: text('id').notNull(),
    title: text('title').notNull(),
    form: text('form').$type<Draft['form']>().notNull(),
    openness: text('openness').$type<Draft['openness']>().notNull(),
    state: text('state').$type<'draft' | 'called' | 'open' | 'closing' | 'closed'>().notNull(),
    /** The language the minutes are drawn up in: the chair's. */
    language: text('language').$type<'ru' | 'en'>().notNull(),
    opensAt: moment('opens_at'),
    closesAt: moment('closes_at'),
    createdAt: moment('created_at').notNull(),
    calledAt: moment('called_at'),
    /** When the roll was taken. */
    openedAt: moment('opened_at'),
    /** When the box was sealed; set as the closing begins. */
    closedAt: moment('closed_at'),
    /** The person who called. */
    calledBy: uuid('called_by'),
    /** The person who closed. */
    closedBy: uuid('closed_by'),
    /** As the wizard saves it. */
    draft: jsonb('draft').$type<Draft>().notNull(),
    /** Canonical JSON of the notice, exactly the bytes its commitment was made of; null before the call. */
    notice: text('notice'),
    noticeSalt: text('notice_salt'),
    /** Called less than 10 days ahead, with open eyes. */
    shortNotice: boolean('short_notice').notNull().default(false),
    rollSize: integer('roll_size'),
    /** Rational text, cm². */
    rollWeight: text('roll_weight'),
    rollHeads: integer('roll_heads'),
    /** Canonical JSON of the result; its hash is in the log. */
    result: text('result'),
    /** Name of the minutes among the files. */
    minutesFile: text('minutes_file'),
    /** Text of the witness policy that the opening pinned; null where the log asks no witnesses. */
    policy: text('policy'),
    /** Set with the close where the opening pinned a policy. */
    closing: jsonb('closing').$type<ClosingRow>(),
    /** Grows when the meeting itself changes who may cast what, such as a share that passes during the vote. */
    actorsVersion: integer('actors_version').notNull().default(0),
  },
  (table) => [
    primaryKey({ columns: [table.buildingId, table.id] }),
    // The opening and closing jobs look for work by state; the public list takes the newest called.
    index('meetings_state_opens_at').on(table.state, table.opensAt),
    index('meetings_called_at').on(table.calledAt),
    // Its address on posters: SHORT_DIGITS of domain/short-address.ts.
    index('meetings_short_id').on(sql`left(${table.id}, 12)`),
  ],
);

/** The foreign key to the meeting of a row; something must be indexed that begins with both of its columns. */
export const ofMeeting = (name: string, table: { buildingId: AnyPgColumn; meeting: AnyPgColumn }) =>
  foreignKey({
    name,
    columns: [table.buildingId, table.meeting],
    foreignColumns: [meetings.buildingId, meetings.id],
  });

/** The electoral roll, frozen at the opening: one row per entitlement. */
export const roll = meetingsSchema.table(
  'roll',
  {
    buildingId: uuid('building_id').notNull(),
    meeting: text('meeting').notNull(),
    entitlement: text('entitlement').notNull(),
    /** Place in the sealed tree, from 0. */
    position: integer('position').notNull(),
    /** Pseudonym of the person in this meeting; empty when the owner is unknown. */
    voter: text('voter').notNull(),
    personId: uuid('person_id'),
    premisesId: uuid('premises_id').notNull(),
    /** Pseudonym of the premises in this meeting. */
    unit: text('unit').notNull(),
    entrance: text('entrance').notNull(),
    areaCm2: bigint('area_cm2', { mode: 'number' }).notNull(),
    /** Rational text. */
    share: text('share').notNull(),
    salt: text('salt').notNull(),
    /** For the owner's own page, as the register named them at the opening. */
    premisesNumber: text('premises_number').notNull(),
    premisesKind: text('premises_kind').notNull(),
    /** What the rules of the agenda ask about whoever holds it, sorted; sealed with the line. */
    marks: text('marks')
      .array()
      .notNull()
      .default(sql`'{}'`),
    /** The entitlement that this one was taken from when part of it passed during the vote; null: sealed at the opening. */
    partOf: text('part_of'),
    /** Since the share passed: who casts it, empty for nobody. Null: it has not, and `voter` does. */
    nowVoter: text('now_voter'),
    /** Since the share passed: who holds it by the register. */
    nowPersonId: uuid('now_person_id'),
    /** Since part of it passed: what is left, rational text. */
    nowShare: text('now_share'),
  },
  (table) => [
    primaryKey({ columns: [table.buildingId, table.meeting, table.entitlement] }),
    index('roll_now_person')
      .on(table.buildingId, table.meeting, table.nowPersonId)
      .where(sql`${table.nowPersonId} is not null`),
    unique('roll_position').on(table.buildingId, table.meeting, table.position),
    index('roll_person').on(table.buildingId, table.meeting, table.personId),
    ofMeeting('roll_meeting_fk', table),
  ],
);

/** Device keys of voters, one row per key of a meeting. */
export const keys = meetingsSchema.table(
  'keys',
  {
    buildingId: uuid('building_id').notNull(),
    meeting: text('meeting').notNull(),
    /** Ed25519 public key, base64. */
    key: text('key').notNull(),
    voter: text('voter').notNull(),
    label: text('label').notNull(),
    registeredAt: moment('registered_at').notNull(),
    /** Its `key.registered` entry. */
    idem: text('idem').notNull(),
    /** The person whose device it is: the owner or who acts for them; null: from before this was noted. */
    registeredBy: uuid('registered_by'),
  },
  (table) => [
    primaryKey({ columns: [table.buildingId, table.meeting, table.key] }),
    index('keys_voter').on(table.buildingId, table.meeting, table.voter),
    ofMeeting('keys_meeting_fk', table),
  ],
);

/** Every entry of a meeting handed to the log, with what its commitment hides. Where it stands, only the log says. */
export const entries = meetingsSchema.table(
  'entries',
  {
    buildingId: uuid('building_id').notNull(),
    meeting: text('meeting').notNull(),
    /** SHA-256 of the leaf, hex. */
    idem: text('idem').notNull(),
    kind: text('kind').notNull(),
    /** Null for the meeting's own milestones. */
    voter: text('voter'),
    /** Canonical JSON behind the commitment, and its salt; null where the entry commits to nothing. */
    payload: text('payload'),
    salt: text('salt'),
    createdAt: moment('created_at').notNull(),
    /** Who cast the ballot for the owner, and on what basis; null: the owner in person. */
    castBy: uuid('cast_by'),
    basis: text('basis').$type<ActingBasis>(),
  },
  (table) => [
    primaryKey({ columns: [table.buildingId, table.meeting, table.idem] }),
    check('entries_basis_check', sql`(${table.castBy} is null) = (${table.basis} is null)`),
    index('entries_voter').on(table.buildingId, table.meeting, table.voter),
    ofMeeting('entries_meeting_fk', table),
  ],
);

/** Which ballot counts for an entitlement: its row lock makes the order of ballots here the order of the log. */
export const effectiveBallots = meetingsSchema.table(
  'effective_ballots',
  {
    buildingId: uuid('building_id').notNull(),
    meeting: text('meeting').notNull(),
    entitlement: text('entitlement').notNull(),
    idem: text('idem').notNull(),
    castAt: moment('cast_at').notNull(),
    /** When the entitlement first took part: the turnout over time. */
    firstCastAt: moment('first_cast_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.buildingId, table.meeting, table.entitlement] }),
    foreignKey({
      name: 'effective_ballots_roll_fk',
      columns: [table.buildingId, table.meeting, table.entitlement],
      foreignColumns: [roll.buildingId, roll.meeting, roll.entitlement],
    }),
  ],
);

/** Notices that went by hand: letters, hand-overs against a signature, posters. Never edited: a mistake is withdrawn. */
export const handDeliveries = meetingsSchema.table(
  'hand_deliveries',
  {
    buildingId: uuid('building_id').notNull(),
    meeting: text('meeting').notNull(),
    id: uuid('id').notNull(),
    kind: text('kind').$type<'called' | 'opened' | 'reminder' | 'result'>().notNull(),
    channel: text('channel').$type<'letter' | 'hand' | 'poster'>().notNull(),
    /** To whom; null for a poster. */
    personId: uuid('person_id'),
    /** Where the poster hangs; null for all else. */
    entrance: text('entrance'),
    /** When it was posted, handed over or put up, as the person who did it says. */
    happenedAt: moment('happened_at').notNull(),
    recordedAt: moment('recorded_at').notNull(),
    recordedBy: uuid('recorded_by').notNull(),
    /** The number of a registered letter, or who took it; empty when there is nothing to say. */
    detail: text('detail').notNull(),
    /** The photo of the proof among the files, its media type and its SHA-256 in hex. */
    proofFile: text('proof_file'),
    proofType: text('proof_type'),
    proofHash: text('proof_hash'),
    withdrawnAt: moment('withdrawn_at'),
    withdrawnBy: uuid('withdrawn_by'),
    withdrawnWhy: text('withdrawn_why'),
  },
  (table) => [
    primaryKey({ columns: [table.buildingId, table.meeting, table.id] }),
    ofMeeting('hand_deliveries_meeting_fk', table),
  ],
);

/** Calendars that a person subscribed to: the address holds a token of which only the hash is kept. */
export const calendarFeeds = meetingsSchema.table('calendar_feeds', {
  personId: uuid('person_id').primaryKey(),
  /** SHA-256 in hex. */
  tokenHash: text('token_hash').notNull().unique('calendar_feeds_token_key'),
  createdAt: moment('created_at').notNull(),
});
