-- After the vote: how a chair decides a tie, which vote decided a question, and which question of the vote before it was.

CREATE TABLE "meetings"."tie_decisions" (
  "building_id" uuid NOT NULL,
  "meeting" text NOT NULL,
  "item" text NOT NULL,
  "choice" text NOT NULL,
  "decided_by" uuid NOT NULL,
  "decided_at" timestamp with time zone NOT NULL,
  "idem" text NOT NULL,
  CONSTRAINT "tie_decisions_building_id_meeting_item_pk" PRIMARY KEY("building_id","meeting","item"),
  CONSTRAINT "tie_decisions_choice_check" CHECK ("meetings"."tie_decisions"."choice" in ('for', 'against'))
);
ALTER TABLE "meetings"."tie_decisions" ADD CONSTRAINT "tie_decisions_meeting_fk" FOREIGN KEY ("building_id","meeting") REFERENCES "meetings"."meetings"("building_id","id");

ALTER TABLE "meetings"."decisions" ADD COLUMN "how" text DEFAULT 'vote' NOT NULL;
ALTER TABLE "meetings"."decisions" ADD COLUMN "earlier" integer;
ALTER TABLE "meetings"."decisions" ADD CONSTRAINT "decisions_earlier_fk" FOREIGN KEY ("building_id","earlier") REFERENCES "meetings"."decisions"("building_id","number");
CREATE INDEX "decisions_earlier" ON "meetings"."decisions" USING btree ("building_id","earlier");

-- A vote looks for the one that it follows.
CREATE INDEX "follow_ups_next" ON "meetings"."follow_ups" USING btree ("building_id","next");
