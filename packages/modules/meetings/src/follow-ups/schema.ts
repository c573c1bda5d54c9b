// What the rules of a closed meeting grant next, and how its chair decided ties, in the Postgres schema `meetings`. What
// follows is planned with the close and run by a job.
import { sql } from 'drizzle-orm';
import { check, index, integer, jsonb, primaryKey, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import type { FollowUpKind, FollowUpState } from '../domain/follow-up-kinds.ts';
import { meetingsSchema, ofMeeting } from '../schema.ts';

const moment = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' });

export const followUps = meetingsSchema.table(
  'follow_ups',
  {
    buildingId: uuid('building_id').notNull(),
    meeting: text('meeting').notNull(),
    /** From 1, in the order of the agenda. */
    position: integer('position').notNull(),
    kind: text('kind').$type<FollowUpKind>().notNull(),
    items: jsonb('items')
      .$type<readonly { readonly item: string; readonly rule: string | null }[]>()
      .notNull(),
    dueAt: moment('due_at').notNull(),
    lastAt: moment('last_at'),
    /**
     * `waiting`: for its time. `drafted`: the next meeting is there and not called yet. `called`: it is. `for-a-person`: its
     * time has come, and the next step is one that no program may take. `decided`: by the chair. `lapsed`: the chair did not
     * decide in time.
     */
    state: text('state').$type<FollowUpState>().notNull(),
    /** The second vote or call. */
    next: text('next'),
    doneAt: moment('done_at'),
  },
  (table) => [
    primaryKey({ columns: [table.buildingId, table.meeting, table.position] }),
    index('follow_ups_state').on(table.state, table.dueAt),
    index('follow_ups_next').on(table.buildingId, table.next),
    ofMeeting('follow_ups_meeting_fk', table),
  ],
);

/** How the chair decided an item whose sides were equal: once, and never changed. */
export const tieDecisions = meetingsSchema.table(
  'tie_decisions',
  {
    buildingId: uuid('building_id').notNull(),
    meeting: text('meeting').notNull(),
    item: text('item').notNull(),
    choice: text('choice').$type<'for' | 'against'>().notNull(),
    decidedBy: uuid('decided_by').notNull(),
    decidedAt: moment('decided_at').notNull(),
    /** Its `tie.decided` entry. */
    idem: text('idem').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.buildingId, table.meeting, table.item] }),
    check('tie_decisions_choice_check', sql`${table.choice} in ('for', 'against')`),
    ofMeeting('tie_decisions_meeting_fk', table),
  ],
);
