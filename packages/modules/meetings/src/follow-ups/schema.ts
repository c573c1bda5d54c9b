// What the rules of a closed meeting grant next, in the Postgres schema `meetings`: planned with the close, run by a job.
import { foreignKey, index, integer, jsonb, primaryKey, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import type { FallbackKind } from '@veche/rules/decision-rule.ts';
import { meetings, meetingsSchema } from '../schema.ts';

const moment = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' });

export const followUps = meetingsSchema.table(
  'follow_ups',
  {
    buildingId: uuid('building_id').notNull(),
    meeting: text('meeting').notNull(),
    /** From 1, in the order of the agenda. */
    position: integer('position').notNull(),
    kind: text('kind').$type<FallbackKind>().notNull(),
    items: jsonb('items')
      .$type<readonly { readonly item: string; readonly rule: string | null }[]>()
      .notNull(),
    dueAt: moment('due_at').notNull(),
    lastAt: moment('last_at'),
    /**
     * `waiting`: for its time. `drafted`: the next meeting is there and not called yet. `called`: it is. `for-a-person`: its
     * time has come, and the next step is one that no program may take.
     */
    state: text('state').$type<'waiting' | 'drafted' | 'called' | 'for-a-person'>().notNull(),
    /** The second vote or call. */
    next: text('next'),
    doneAt: moment('done_at'),
  },
  (table) => [
    primaryKey({ columns: [table.buildingId, table.meeting, table.position] }),
    index('follow_ups_state').on(table.state, table.dueAt),
    foreignKey({
      name: 'follow_ups_meeting_fk',
      columns: [table.buildingId, table.meeting],
      foreignColumns: [meetings.buildingId, meetings.id],
    }),
  ],
);
