// Shares that changed hands while a meeting was open, in the Postgres schema `meetings`: what the register said, and what
// became of it on the roll. Rows are added and never changed.
import { sql } from 'drizzle-orm';
import { check, index, integer, primaryKey, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import { meetingsSchema, ofMeeting } from '../schema.ts';

export const passings = meetingsSchema.table(
  'passings',
  {
    buildingId: uuid('building_id').notNull(),
    meeting: text('meeting').notNull(),
    /** From 1, in the order in which they took effect. */
    position: integer('position').notNull(),
    premisesId: uuid('premises_id').notNull(),
    /** Null: an unknown owner. */
    fromPerson: uuid('from_person'),
    toPerson: uuid('to_person'),
    /** Of the premises, rational text. */
    share: text('share').notNull(),
    /** The line of the roll that it was of; null: the vote stays, or the roll has no such line. */
    entitlement: text('entitlement'),
    /** The line that it is now: another one where only part passed. */
    became: text('became'),
    /** Who cast it until then; null with `entitlement`. */
    fromVoter: text('from_voter'),
    /** Its `roll.amended` entry; null where nothing on the roll changed. */
    idem: text('idem'),
    recordedAt: timestamp('recorded_at', { withTimezone: true, mode: 'date' }).notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.buildingId, table.meeting, table.position] }),
    index('passings_from').on(table.buildingId, table.meeting, table.fromPerson),
    check('passings_line_check', sql`(${table.entitlement} is null) = (${table.became} is null)`),
    ofMeeting('passings_meeting_fk', table),
  ],
);
