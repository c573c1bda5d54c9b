-- What the law asks about owners, in two times: a debt, the association's own premises, the developer, the one who speaks
-- for co-owners; the same on the lines of a meeting's roll; and the law that a building is held by.

ALTER TABLE "people"."buildings" ADD COLUMN "regime" text DEFAULT 'ru' NOT NULL;
ALTER TABLE "people"."buildings" ADD CONSTRAINT "buildings_regime_check" CHECK ("people"."buildings"."regime" ~ '^[a-z][a-z0-9-]{0,15}$');

CREATE TABLE "people"."marks" (
  "building_id" uuid NOT NULL,
  "id" uuid DEFAULT gen_random_uuid() NOT NULL,
  "mark" uuid NOT NULL,
  "act" text NOT NULL,
  "kind" text NOT NULL,
  "person_id" uuid NOT NULL,
  "premises_id" uuid,
  "document_kind" text,
  "document_number" text NOT NULL,
  "document_date" date,
  "from_day" date NOT NULL,
  "until_day" date,
  "note" text DEFAULT '' NOT NULL,
  "recorded_at" timestamp (3) with time zone NOT NULL,
  "recorded_by" uuid NOT NULL,
  "superseded_at" timestamp (3) with time zone,
  CONSTRAINT "marks_building_id_id_pk" PRIMARY KEY("building_id","id"),
  CONSTRAINT "marks_act_check" CHECK ("people"."marks"."act" in ('stated', 'ended', 'corrected', 'withdrawn', 'merged')),
  CONSTRAINT "marks_kind_check" CHECK ("people"."marks"."kind" in ('debtor', 'association-owned', 'original-owner', 'representative')),
  CONSTRAINT "marks_days_check" CHECK ("people"."marks"."from_day" < "people"."marks"."until_day")
);

ALTER TABLE "people"."marks" ADD CONSTRAINT "marks_building_id_buildings_id_fk" FOREIGN KEY ("building_id") REFERENCES "people"."buildings"("id") ON DELETE no action ON UPDATE no action;
ALTER TABLE "people"."marks" ADD CONSTRAINT "marks_person_id_persons_id_fk" FOREIGN KEY ("person_id") REFERENCES "people"."persons"("id") ON DELETE no action ON UPDATE no action;
ALTER TABLE "people"."marks" ADD CONSTRAINT "marks_recorded_by_persons_id_fk" FOREIGN KEY ("recorded_by") REFERENCES "people"."persons"("id") ON DELETE no action ON UPDATE no action;
ALTER TABLE "people"."marks" ADD CONSTRAINT "marks_premises_fk" FOREIGN KEY ("building_id","premises_id") REFERENCES "people"."premises"("building_id","id") ON DELETE no action ON UPDATE no action;
CREATE UNIQUE INDEX "marks_known_key" ON "people"."marks" USING btree ("building_id","mark") WHERE "people"."marks"."superseded_at" is null;
CREATE INDEX "marks_person_index" ON "people"."marks" USING btree ("person_id");
CREATE INDEX "marks_premises_index" ON "people"."marks" USING btree ("building_id","premises_id");
CREATE INDEX "marks_recorded_by_index" ON "people"."marks" USING btree ("recorded_by");

-- Empty where no rule of the agenda asks: what nobody needs to count is not published.
ALTER TABLE "meetings"."roll" ADD COLUMN "marks" text[] DEFAULT '{}' NOT NULL;
