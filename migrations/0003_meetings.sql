-- Meetings, their rolls, keys, entries and ballots.
-- Made by drizzle-kit from packages/modules/meetings/src/schema.ts.

CREATE SCHEMA "meetings";

CREATE TABLE "meetings"."effective_ballots" (
  "building_id" uuid NOT NULL,
  "meeting" text NOT NULL,
  "entitlement" text NOT NULL,
  "idem" text NOT NULL,
  "cast_at" timestamp with time zone NOT NULL,
  "first_cast_at" timestamp with time zone NOT NULL,
  CONSTRAINT "effective_ballots_building_id_meeting_entitlement_pk" PRIMARY KEY("building_id","meeting","entitlement")
);

CREATE TABLE "meetings"."entries" (
  "building_id" uuid NOT NULL,
  "meeting" text NOT NULL,
  "idem" text NOT NULL,
  "kind" text NOT NULL,
  "voter" text,
  "payload" text,
  "salt" text,
  "created_at" timestamp with time zone NOT NULL,
  CONSTRAINT "entries_building_id_meeting_idem_pk" PRIMARY KEY("building_id","meeting","idem")
);

CREATE TABLE "meetings"."keys" (
  "building_id" uuid NOT NULL,
  "meeting" text NOT NULL,
  "key" text NOT NULL,
  "voter" text NOT NULL,
  "label" text NOT NULL,
  "registered_at" timestamp with time zone NOT NULL,
  "idem" text NOT NULL,
  CONSTRAINT "keys_building_id_meeting_key_pk" PRIMARY KEY("building_id","meeting","key")
);

CREATE TABLE "meetings"."meetings" (
  "building_id" uuid NOT NULL,
  "id" text NOT NULL,
  "title" text NOT NULL,
  "form" text NOT NULL,
  "openness" text NOT NULL,
  "state" text NOT NULL,
  "language" text NOT NULL,
  "opens_at" timestamp with time zone,
  "closes_at" timestamp with time zone,
  "created_at" timestamp with time zone NOT NULL,
  "called_at" timestamp with time zone,
  "opened_at" timestamp with time zone,
  "closed_at" timestamp with time zone,
  "called_by" uuid,
  "closed_by" uuid,
  "draft" jsonb NOT NULL,
  "notice" text,
  "notice_salt" text,
  "short_notice" boolean DEFAULT false NOT NULL,
  "roll_size" integer,
  "roll_weight" text,
  "roll_heads" integer,
  "result" text,
  "minutes_file" text,
  CONSTRAINT "meetings_building_id_id_pk" PRIMARY KEY("building_id","id")
);

CREATE TABLE "meetings"."roll" (
  "building_id" uuid NOT NULL,
  "meeting" text NOT NULL,
  "entitlement" text NOT NULL,
  "position" integer NOT NULL,
  "voter" text NOT NULL,
  "person_id" uuid,
  "premises_id" uuid NOT NULL,
  "unit" text NOT NULL,
  "entrance" text NOT NULL,
  "area_cm2" bigint NOT NULL,
  "share" text NOT NULL,
  "salt" text NOT NULL,
  "premises_number" text NOT NULL,
  "premises_kind" text NOT NULL,
  CONSTRAINT "roll_building_id_meeting_entitlement_pk" PRIMARY KEY("building_id","meeting","entitlement"),
  CONSTRAINT "roll_position" UNIQUE("building_id","meeting","position")
);

ALTER TABLE "meetings"."effective_ballots" ADD CONSTRAINT "effective_ballots_roll_fk" FOREIGN KEY ("building_id","meeting","entitlement") REFERENCES "meetings"."roll"("building_id","meeting","entitlement") ON DELETE no action ON UPDATE no action;
ALTER TABLE "meetings"."entries" ADD CONSTRAINT "entries_meeting_fk" FOREIGN KEY ("building_id","meeting") REFERENCES "meetings"."meetings"("building_id","id") ON DELETE no action ON UPDATE no action;
ALTER TABLE "meetings"."keys" ADD CONSTRAINT "keys_meeting_fk" FOREIGN KEY ("building_id","meeting") REFERENCES "meetings"."meetings"("building_id","id") ON DELETE no action ON UPDATE no action;
ALTER TABLE "meetings"."roll" ADD CONSTRAINT "roll_meeting_fk" FOREIGN KEY ("building_id","meeting") REFERENCES "meetings"."meetings"("building_id","id") ON DELETE no action ON UPDATE no action;
CREATE INDEX "entries_voter" ON "meetings"."entries" USING btree ("building_id","meeting","voter");
CREATE INDEX "keys_voter" ON "meetings"."keys" USING btree ("building_id","meeting","voter");
CREATE INDEX "meetings_state_opens_at" ON "meetings"."meetings" USING btree ("state","opens_at");
CREATE INDEX "meetings_called_at" ON "meetings"."meetings" USING btree ("called_at");
CREATE INDEX "roll_person" ON "meetings"."roll" USING btree ("building_id","meeting","person_id");
