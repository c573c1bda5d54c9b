-- Signatures of minutes, and what people say was done with the papers.

CREATE TABLE "meetings"."minutes_signatures" (
  "building_id" uuid NOT NULL,
  "meeting" text NOT NULL,
  "id" uuid NOT NULL,
  "edition" integer NOT NULL,
  "role" text NOT NULL,
  "file" text NOT NULL,
  "file_name" text NOT NULL,
  "sha256" text NOT NULL,
  "signers" jsonb NOT NULL,
  "uploaded_by" uuid NOT NULL,
  "uploaded_at" timestamp with time zone NOT NULL,
  "withdrawn_by" uuid,
  "withdrawn_at" timestamp with time zone,
  CONSTRAINT "minutes_signatures_building_id_meeting_id_pk" PRIMARY KEY("building_id","meeting","id")
);
CREATE TABLE "meetings"."paper_steps" (
  "building_id" uuid NOT NULL,
  "meeting" text NOT NULL,
  "step" text NOT NULL,
  "done_on" date NOT NULL,
  "note" text NOT NULL,
  "marked_by" uuid NOT NULL,
  "marked_at" timestamp with time zone NOT NULL,
  CONSTRAINT "paper_steps_building_id_meeting_step_pk" PRIMARY KEY("building_id","meeting","step")
);
ALTER TABLE "meetings"."minutes_signatures" ADD CONSTRAINT "minutes_signatures_edition_fk" FOREIGN KEY ("building_id","meeting","edition") REFERENCES "meetings"."minutes"("building_id","meeting","edition") ON DELETE no action ON UPDATE no action;
ALTER TABLE "meetings"."paper_steps" ADD CONSTRAINT "paper_steps_meeting_fk" FOREIGN KEY ("building_id","meeting") REFERENCES "meetings"."meetings"("building_id","id") ON DELETE no action ON UPDATE no action;
CREATE INDEX "minutes_signatures_edition" ON "meetings"."minutes_signatures" USING btree ("building_id","meeting","edition");
