// The house's register of decisions, in the Postgres schema `meetings`. A number is given once and never again.
import {
  boolean,
  check,
  foreignKey,
  index,
  integer,
  primaryKey,
  text,
  timestamp,
  unique,
  uuid,
} from 'drizzle-orm/pg-core';
import { sql } from 'drizzle-orm';
import type { DecidedHow, DecisionLinkKind } from '../domain/decision-book.ts';
import { meetingsSchema, ofMeeting } from '../schema.ts';

const moment = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' });

/** Every item that was voted on, passed or not, in the order in which the house decided. */
export const decisions = meetingsSchema.table(
  'decisions',
  {
    buildingId: uuid('building_id').notNull(),
    /** From 1, through all meetings of the building. */
    number: integer('number').notNull(),
    meeting: text('meeting').notNull(),
    item: text('item').notNull(),
    itemNumber: integer('item_number').notNull(),
    text: text('text').notNull(),
    /** Of the closed list of the count. */
    verdict: text('verdict').notNull(),
    passed: boolean('passed').notNull(),
    decidedAt: moment('decided_at').notNull(),
    /** What decided it: the vote that was called, one that a rule grants after it, or the chair's. */
    how: text('how').$type<DecidedHow>().notNull().default('vote'),
    /** The number that the same question has from the vote before. */
    earlier: integer('earlier'),
  },
  (table) => [
    primaryKey({ columns: [table.buildingId, table.number] }),
    unique('decisions_item').on(table.buildingId, table.meeting, table.item),
    index('decisions_earlier').on(table.buildingId, table.earlier),
    foreignKey({
      name: 'decisions_earlier_fk',
      columns: [table.buildingId, table.earlier],
      foreignColumns: [table.buildingId, table.number],
    }),
    ofMeeting('decisions_meeting_fk', table),
  ],
);

/** Which decision repeals or amends which, as the chair recorded it; a mistake is withdrawn and stays to be seen. */
export const decisionLinks = meetingsSchema.table(
  'decision_links',
  {
    buildingId: uuid('building_id').notNull(),
    id: uuid('id').notNull(),
    fromNumber: integer('from_number').notNull(),
    toNumber: integer('to_number').notNull(),
    kind: text('kind').$type<DecisionLinkKind>().notNull(),
    reason: text('reason').notNull(),
    recordedBy: uuid('recorded_by').notNull(),
    recordedAt: moment('recorded_at').notNull(),
    withdrawnBy: uuid('withdrawn_by'),
    withdrawnAt: moment('withdrawn_at'),
  },
  (table) => [
    primaryKey({ columns: [table.buildingId, table.id] }),
    index('decision_links_from').on(table.buildingId, table.fromNumber),
    index('decision_links_to').on(table.buildingId, table.toNumber),
    check('decision_links_later', sql`${table.fromNumber} > ${table.toNumber}`),
    foreignKey({
      name: 'decision_links_from_fk',
      columns: [table.buildingId, table.fromNumber],
      foreignColumns: [decisions.buildingId, decisions.number],
    }),
    foreignKey({
      name: 'decision_links_to_fk',
      columns: [table.buildingId, table.toNumber],
      foreignColumns: [decisions.buildingId, decisions.number],
    }),
  ],
);
