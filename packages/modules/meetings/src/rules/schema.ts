// Tables of decision rules, in the Postgres schema `meetings`: who in a building answers for a rule that is not confirmed.
import { integer, primaryKey, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import { meetingsSchema } from '../schema.ts';

const moment = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' });

/** Never changed but for the withdrawal: a meeting called in between was called on somebody's word. */
export const ruleConfirmations = meetingsSchema.table(
  'rule_confirmations',
  {
    buildingId: uuid('building_id').notNull(),
    /** 24 hex digits. */
    id: text('id').notNull(),
    rule: text('rule').notNull(),
    version: integer('version').notNull(),
    /** The rule as it was confirmed, canonical JSON: a file that is changed later is not what somebody answered for. */
    text: text('text').notNull(),
    /** What the person relies on, in their words. */
    basis: text('basis').notNull(),
    confirmedBy: uuid('confirmed_by').notNull(),
    confirmedAt: moment('confirmed_at').notNull(),
    withdrawnBy: uuid('withdrawn_by'),
    withdrawnAt: moment('withdrawn_at'),
  },
  (table) => [primaryKey({ columns: [table.buildingId, table.id] })],
);
