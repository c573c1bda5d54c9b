// Tables of calling, in the Postgres schema `meetings`: the documents of a meeting, and the risks that somebody took.
import { bigint, integer, primaryKey, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import { meetingsSchema, ofMeeting } from '../schema.ts';

const moment = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' });

/** Documents that owners may read before they vote. Fixed by the notice, which commits to their bytes. */
export const materials = meetingsSchema.table(
  'materials',
  {
    buildingId: uuid('building_id').notNull(),
    meeting: text('meeting').notNull(),
    /** 24 hex digits. */
    id: text('id').notNull(),
    /** The number of the item it belongs to; null: the whole meeting. */
    item: integer('item'),
    /** As whoever uploaded it called it. */
    name: text('name').notNull(),
    type: text('type').notNull(),
    bytes: bigint('bytes', { mode: 'number' }).notNull(),
    /** Base64. */
    sha256: text('sha256').notNull(),
    /** Its name among the files of the house. */
    file: text('file').notNull(),
    uploadedBy: uuid('uploaded_by').notNull(),
    uploadedAt: moment('uploaded_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.buildingId, table.meeting, table.id] }),
    ofMeeting('materials_meeting_fk', table).onDelete('cascade'),
  ],
);

/** What was found against a meeting and taken by a person, who says why. Never changed; the newest of a kind holds. */
export const overrides = meetingsSchema.table(
  'overrides',
  {
    buildingId: uuid('building_id').notNull(),
    meeting: text('meeting').notNull(),
    /** 24 hex digits. */
    id: text('id').notNull(),
    /** Before the notice, or before the close. */
    stage: text('stage').$type<'call' | 'close'>().notNull(),
    code: text('code').notNull(),
    /** The number of the item; null: the whole meeting. */
    item: integer('item'),
    reason: text('reason').notNull(),
    takenBy: uuid('taken_by').notNull(),
    takenAt: moment('taken_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.buildingId, table.meeting, table.id] }),
    ofMeeting('overrides_meeting_fk', table).onDelete('cascade'),
  ],
);
