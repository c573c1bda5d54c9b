-- What the rules of a closed meeting grant next: a second vote, a second call, assent by silence, the absent asked.

CREATE TABLE "meetings"."follow_ups" (
  "building_id" uuid NOT NULL,
  "meeting" text NOT NULL,
  "position" integer NOT NULL,
  "kind" text NOT NULL,
  "items" jsonb NOT NULL,
  "due_at" timestamp with time zone NOT NULL,
  "last_at" timestamp with time zone,
  "state" text NOT NULL,
  "next" text,
  "done_at" timestamp with time zone,
  CONSTRAINT "follow_ups_building_id_meeting_position_pk" PRIMARY KEY("building_id","meeting","position")
);
ALTER TABLE "meetings"."follow_ups" ADD CONSTRAINT "follow_ups_meeting_fk" FOREIGN KEY ("building_id","meeting") REFERENCES "meetings"."meetings"("building_id","id") ON DELETE no action ON UPDATE no action;
CREATE INDEX "follow_ups_state" ON "meetings"."follow_ups" USING btree ("state","due_at");
