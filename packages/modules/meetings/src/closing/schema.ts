// Tables of what follows the count, in the Postgres schema `meetings`: minutes and their signatures.
// Names of those who sign stand in the particulars of an edition, because the minutes that they sign name them.
import {
  date,
  foreignKey,
  index,
  integer,
  jsonb,
  primaryKey,
  text,
  timestamp,
  uuid,
} from 'drizzle-orm/pg-core';
import type { PaperStep } from '../domain/deadlines.ts';
import type { MinutesAnnex, Particulars, SignatoryRole } from '../domain/minutes-model.ts';
import { meetingsSchema, ofMeeting } from '../schema.ts';
import type { SignerReport } from '../domain/signer-report.ts';

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
    ofMeeting('minutes_meeting_fk', table),
  ],
);

/** A detached signature of an edition. Withdrawn, it stays, and counts for nothing. */
export const minutesSignatures = meetingsSchema.table(
  'minutes_signatures',
  {
    buildingId: uuid('building_id').notNull(),
    meeting: text('meeting').notNull(),
    id: uuid('id').notNull(),
    edition: integer('edition').notNull(),
    role: text('role').$type<SignatoryRole>().notNull(),
    /** Name among the files; the file itself is what counts, `signers` only what we read in it. */
    file: text('file').notNull(),
    fileName: text('file_name').notNull(),
    /** Hex. */
    sha256: text('sha256').notNull(),
    signers: jsonb('signers').$type<SignerReport[]>().notNull(),
    uploadedBy: uuid('uploaded_by').notNull(),
    uploadedAt: moment('uploaded_at').notNull(),
    withdrawnBy: uuid('withdrawn_by'),
    withdrawnAt: moment('withdrawn_at'),
  },
  (table) => [
    primaryKey({ columns: [table.buildingId, table.meeting, table.id] }),
    index('minutes_signatures_edition').on(table.buildingId, table.meeting, table.edition),
    foreignKey({
      name: 'minutes_signatures_edition_fk',
      columns: [table.buildingId, table.meeting, table.edition],
      foreignColumns: [minutes.buildingId, minutes.meeting, minutes.edition],
    }),
  ],
);

/** What was done with the papers outside of this program, as a person says; a step marked anew replaces the mark. */
export const paperSteps = meetingsSchema.table(
  'paper_steps',
  {
    buildingId: uuid('building_id').notNull(),
    meeting: text('meeting').notNull(),
    step: text('step').$type<PaperStep>().notNull(),
    /** On the building's calendar. */
    doneOn: date('done_on', { mode: 'string' }).notNull(),
    note: text('note').notNull(),
    markedBy: uuid('marked_by').notNull(),
    markedAt: moment('marked_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.buildingId, table.meeting, table.step] }),
    ofMeeting('paper_steps_meeting_fk', table),
  ],
);
