// Tables of what follows the count, in the Postgres schema `meetings`: minutes and their signatures.
// Names of those who sign stand in the particulars of an edition, because the minutes that they sign name them.
import type { MinutesAnnex, Particulars } from '../domain/minutes-model.ts';
import { foreignKey, integer, jsonb, primaryKey, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import { meetings, meetingsSchema } from '../schema.ts';

const moment = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' });

/** An annex with the name of its file among the files of the house. */
export type KeptAnnex = MinutesAnnex & { readonly file: string };

/** Every edition of the minutes; none is ever changed. */
export const minutes = meetingsSchema.table(
  'minutes',
  {
    buildingId: uuid('building_id').notNull(),
    meeting: text('meeting').notNull(),
    /** From 1: the one that the close draws up by itself. */
    edition: integer('edition').notNull(),
    language: text('language').$type<'ru' | 'en'>().notNull(),
    particulars: jsonb('particulars').$type<Particulars>().notNull(),
    annexes: jsonb('annexes').$type<KeptAnnex[]>().notNull(),
    /** Names among the files; without XML and JSON where the minutes are older than these forms. */
    pdfFile: text('pdf_file').notNull(),
    xmlFile: text('xml_file'),
    jsonFile: text('json_file'),
    /** Of the entry that logs it. */
    idem: text('idem').notNull(),
    /** Null: the close. */
    drawnUpBy: uuid('drawn_up_by'),
    drawnUpAt: moment('drawn_up_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.buildingId, table.meeting, table.edition] }),
    foreignKey({
      name: 'minutes_meeting_fk',
      columns: [table.buildingId, table.meeting],
      foreignColumns: [meetings.buildingId, meetings.id],
    }),
  ],
);
