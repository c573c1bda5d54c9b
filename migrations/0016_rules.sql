-- Who in a building answers for a decision rule that no source confirms.

CREATE TABLE "meetings"."rule_confirmations" (
  "building_id" uuid NOT NULL,
  "id" text NOT NULL,
  "rule" text NOT NULL,
  "version" integer NOT NULL,
  "text" text NOT NULL,
  "basis" text NOT NULL,
  "confirmed_by" uuid NOT NULL,
  "confirmed_at" timestamp with time zone NOT NULL,
  "withdrawn_by" uuid,
  "withdrawn_at" timestamp with time zone,
  CONSTRAINT "rule_confirmations_building_id_id_pk" PRIMARY KEY("building_id","id")
);
