-- Minutes by edition, in three forms with their annexes, instead of one file; those drawn up so far become first editions.

CREATE TABLE "meetings"."minutes" (
  "building_id" uuid NOT NULL,
  "meeting" text NOT NULL,
  "edition" integer NOT NULL,
  "language" text NOT NULL,
  "particulars" jsonb NOT NULL,
  "annexes" jsonb NOT NULL,
  "pdf_file" text NOT NULL,
  "xml_file" text,
  "json_file" text,
  "idem" text NOT NULL,
  "drawn_up_by" uuid,
  "drawn_up_at" timestamp with time zone NOT NULL,
  CONSTRAINT "minutes_building_id_meeting_edition_pk" PRIMARY KEY("building_id","meeting","edition")
);
ALTER TABLE "meetings"."minutes" ADD CONSTRAINT "minutes_meeting_fk" FOREIGN KEY ("building_id","meeting") REFERENCES "meetings"."meetings"("building_id","id") ON DELETE no action ON UPDATE no action;

INSERT INTO "meetings"."minutes"
  ("building_id", "meeting", "edition", "language", "particulars", "annexes", "pdf_file", "idem", "drawn_up_at")
SELECT m."building_id", m."id", 1, m."language",
  '{"profile":"generic","initiator":null,"storage":null,"signatories":[],"heard":{}}'::jsonb, '[]'::jsonb,
  m."minutes_file", e."idem", m."closed_at"
FROM "meetings"."meetings" m
JOIN "meetings"."entries" e ON e."building_id" = m."building_id" AND e."meeting" = m."id" AND e."kind" = 'minutes'
WHERE m."minutes_file" IS NOT NULL;
