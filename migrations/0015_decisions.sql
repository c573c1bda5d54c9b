-- The house's register of decisions, and which of them repeals or amends which.

CREATE TABLE "meetings"."decisions" (
  "building_id" uuid NOT NULL,
  "number" integer NOT NULL,
  "meeting" text NOT NULL,
  "item" text NOT NULL,
  "item_number" integer NOT NULL,
  "text" text NOT NULL,
  "verdict" text NOT NULL,
  "passed" boolean NOT NULL,
  "decided_at" timestamp with time zone NOT NULL,
  CONSTRAINT "decisions_building_id_number_pk" PRIMARY KEY("building_id","number"),
  CONSTRAINT "decisions_item" UNIQUE("building_id","meeting","item")
);
CREATE TABLE "meetings"."decision_links" (
  "building_id" uuid NOT NULL,
  "id" uuid NOT NULL,
  "from_number" integer NOT NULL,
  "to_number" integer NOT NULL,
  "kind" text NOT NULL,
  "reason" text NOT NULL,
  "recorded_by" uuid NOT NULL,
  "recorded_at" timestamp with time zone NOT NULL,
  "withdrawn_by" uuid,
  "withdrawn_at" timestamp with time zone,
  CONSTRAINT "decision_links_building_id_id_pk" PRIMARY KEY("building_id","id"),
  CONSTRAINT "decision_links_later" CHECK ("meetings"."decision_links"."from_number" > "meetings"."decision_links"."to_number")
);
ALTER TABLE "meetings"."decisions" ADD CONSTRAINT "decisions_meeting_fk" FOREIGN KEY ("building_id","meeting") REFERENCES "meetings"."meetings"("building_id","id") ON DELETE no action ON UPDATE no action;
ALTER TABLE "meetings"."decision_links" ADD CONSTRAINT "decision_links_from_fk" FOREIGN KEY ("building_id","from_number") REFERENCES "meetings"."decisions"("building_id","number") ON DELETE no action ON UPDATE no action;
ALTER TABLE "meetings"."decision_links" ADD CONSTRAINT "decision_links_to_fk" FOREIGN KEY ("building_id","to_number") REFERENCES "meetings"."decisions"("building_id","number") ON DELETE no action ON UPDATE no action;
CREATE INDEX "decision_links_from" ON "meetings"."decision_links" USING btree ("building_id","from_number");
CREATE INDEX "decision_links_to" ON "meetings"."decision_links" USING btree ("building_id","to_number");
