-- The register in time: titles in two times, what happened to them, representation, the base, and who looked at what.
-- Made by drizzle-kit from packages/people/src/schema.ts, the changes of known tables by hand.

ALTER TABLE "people"."persons" ADD COLUMN "birth_day" date;
ALTER TABLE "people"."persons" ADD COLUMN "merged_into" uuid;
ALTER TABLE "people"."persons" ADD CONSTRAINT "persons_merged_into_persons_id_fk" FOREIGN KEY ("merged_into") REFERENCES "people"."persons"("id");
CREATE INDEX "persons_merged_index" ON "people"."persons" USING btree ("merged_into");

-- What was "from" and "to" is two times: the day it was held from, and the moment something later was recorded.
ALTER TABLE "people"."titles" RENAME COLUMN "valid_from" TO "held_from";
ALTER TABLE "people"."titles" RENAME COLUMN "valid_to" TO "superseded_at";
ALTER TABLE "people"."titles" ADD COLUMN "held_to" date;
ALTER TABLE "people"."titles" ADD COLUMN "document_kind" text;
ALTER TABLE "people"."titles" ADD COLUMN "document_number" text DEFAULT '' NOT NULL;
ALTER TABLE "people"."titles" ADD COLUMN "document_date" date;
ALTER TABLE "people"."titles" ADD COLUMN "room" text DEFAULT '' NOT NULL;
ALTER TABLE "people"."titles" ADD COLUMN "joint_with" uuid[] DEFAULT '{}' NOT NULL;
ALTER TABLE "people"."titles" ADD COLUMN "freeze" text;
ALTER TABLE "people"."titles" ADD COLUMN "arrested" boolean DEFAULT false NOT NULL;
ALTER TABLE "people"."titles" ADD COLUMN "usufructuary_id" uuid;
ALTER TABLE "people"."titles" ADD CONSTRAINT "titles_held_check" CHECK ("people"."titles"."held_from" < "people"."titles"."held_to");
ALTER TABLE "people"."titles" ADD CONSTRAINT "titles_freeze_check" CHECK ("people"."titles"."freeze" in ('death', 'objection', 'dispute'));
ALTER TABLE "people"."titles" ADD CONSTRAINT "titles_usufructuary_id_persons_id_fk" FOREIGN KEY ("usufructuary_id") REFERENCES "people"."persons"("id");
CREATE INDEX "titles_usufructuary_index" ON "people"."titles" USING btree ("usufructuary_id");

CREATE TABLE "people"."bases" (
  "building_id" uuid NOT NULL,
  "id" uuid DEFAULT gen_random_uuid() NOT NULL,
  "area_cm2" bigint NOT NULL,
  "source" text NOT NULL,
  "document_number" text NOT NULL,
  "document_date" date,
  "recorded_at" timestamp (3) with time zone NOT NULL,
  "recorded_by" uuid NOT NULL,
  CONSTRAINT "bases_building_id_id_pk" PRIMARY KEY("building_id","id"),
  CONSTRAINT "bases_area_check" CHECK ("people"."bases"."area_cm2" > 0)
);

CREATE TABLE "people"."looks" (
  "building_id" uuid NOT NULL,
  "id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "people"."looks_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
  "person_id" uuid NOT NULL,
  "place" text NOT NULL,
  "premises_ids" uuid[],
  "why" text DEFAULT '' NOT NULL,
  "at" timestamp (3) with time zone NOT NULL,
  CONSTRAINT "looks_building_id_id_pk" PRIMARY KEY("building_id","id")
);

CREATE TABLE "people"."premises_past" (
  "building_id" uuid NOT NULL,
  "premises_id" uuid NOT NULL,
  "number" text NOT NULL,
  "kind" text NOT NULL,
  "entrance" text NOT NULL,
  "area_cm2" bigint NOT NULL,
  "superseded_at" timestamp (3) with time zone NOT NULL,
  CONSTRAINT "premises_past_building_id_premises_id_superseded_at_pk" PRIMARY KEY("building_id","premises_id","superseded_at")
);

CREATE TABLE "people"."register_events" (
  "building_id" uuid NOT NULL,
  "id" uuid DEFAULT gen_random_uuid() NOT NULL,
  "premises_id" uuid,
  "kind" text NOT NULL,
  "day" date,
  "document_kind" text,
  "document_number" text DEFAULT '' NOT NULL,
  "document_date" date,
  "note" text DEFAULT '' NOT NULL,
  "closed" uuid[] NOT NULL,
  "opened" uuid[] NOT NULL,
  "recorded_at" timestamp (3) with time zone NOT NULL,
  "recorded_by" uuid NOT NULL,
  CONSTRAINT "register_events_building_id_id_pk" PRIMARY KEY("building_id","id")
);

CREATE TABLE "people"."representations" (
  "building_id" uuid NOT NULL,
  "id" uuid DEFAULT gen_random_uuid() NOT NULL,
  "principal_id" uuid NOT NULL,
  "agent_id" uuid NOT NULL,
  "basis" text NOT NULL,
  "premises_ids" uuid[],
  "document_kind" text,
  "document_number" text NOT NULL,
  "document_date" date,
  "document" text NOT NULL,
  "from_day" date NOT NULL,
  "until_day" date,
  "recorded_at" timestamp (3) with time zone NOT NULL,
  "recorded_by" uuid NOT NULL,
  "revoked_on" date,
  "revoked_at" timestamp (3) with time zone,
  "revoked_by" uuid,
  CONSTRAINT "representations_building_id_id_pk" PRIMARY KEY("building_id","id"),
  CONSTRAINT "representations_days_check" CHECK ("people"."representations"."from_day" < "people"."representations"."until_day"),
  CONSTRAINT "representations_revoked_check" CHECK (("people"."representations"."revoked_on" is null) = ("people"."representations"."revoked_at" is null))
);

ALTER TABLE "people"."bases" ADD CONSTRAINT "bases_building_id_buildings_id_fk" FOREIGN KEY ("building_id") REFERENCES "people"."buildings"("id");
ALTER TABLE "people"."bases" ADD CONSTRAINT "bases_recorded_by_persons_id_fk" FOREIGN KEY ("recorded_by") REFERENCES "people"."persons"("id");
ALTER TABLE "people"."looks" ADD CONSTRAINT "looks_building_id_buildings_id_fk" FOREIGN KEY ("building_id") REFERENCES "people"."buildings"("id");
ALTER TABLE "people"."looks" ADD CONSTRAINT "looks_person_id_persons_id_fk" FOREIGN KEY ("person_id") REFERENCES "people"."persons"("id");
ALTER TABLE "people"."premises_past" ADD CONSTRAINT "premises_past_fk" FOREIGN KEY ("building_id","premises_id") REFERENCES "people"."premises"("building_id","id");
ALTER TABLE "people"."register_events" ADD CONSTRAINT "register_events_building_id_buildings_id_fk" FOREIGN KEY ("building_id") REFERENCES "people"."buildings"("id");
ALTER TABLE "people"."register_events" ADD CONSTRAINT "register_events_recorded_by_persons_id_fk" FOREIGN KEY ("recorded_by") REFERENCES "people"."persons"("id");
ALTER TABLE "people"."register_events" ADD CONSTRAINT "register_events_premises_fk" FOREIGN KEY ("building_id","premises_id") REFERENCES "people"."premises"("building_id","id");
ALTER TABLE "people"."representations" ADD CONSTRAINT "representations_building_id_buildings_id_fk" FOREIGN KEY ("building_id") REFERENCES "people"."buildings"("id");
ALTER TABLE "people"."representations" ADD CONSTRAINT "representations_principal_id_persons_id_fk" FOREIGN KEY ("principal_id") REFERENCES "people"."persons"("id");
ALTER TABLE "people"."representations" ADD CONSTRAINT "representations_agent_id_persons_id_fk" FOREIGN KEY ("agent_id") REFERENCES "people"."persons"("id");
ALTER TABLE "people"."representations" ADD CONSTRAINT "representations_recorded_by_persons_id_fk" FOREIGN KEY ("recorded_by") REFERENCES "people"."persons"("id");
ALTER TABLE "people"."representations" ADD CONSTRAINT "representations_revoked_by_persons_id_fk" FOREIGN KEY ("revoked_by") REFERENCES "people"."persons"("id");
CREATE INDEX "bases_recorded_by_index" ON "people"."bases" USING btree ("recorded_by");
CREATE INDEX "looks_person_index" ON "people"."looks" USING btree ("person_id");
CREATE INDEX "looks_at_index" ON "people"."looks" USING btree ("building_id","at");
CREATE INDEX "register_events_premises_index" ON "people"."register_events" USING btree ("building_id","premises_id");
CREATE INDEX "register_events_recorded_by_index" ON "people"."register_events" USING btree ("recorded_by");
CREATE INDEX "representations_principal_index" ON "people"."representations" USING btree ("principal_id");
CREATE INDEX "representations_agent_index" ON "people"."representations" USING btree ("agent_id");
CREATE INDEX "representations_recorded_by_index" ON "people"."representations" USING btree ("recorded_by");
CREATE INDEX "representations_revoked_by_index" ON "people"."representations" USING btree ("revoked_by");
