-- Shares that change hands while a meeting is open: what the register said, and who casts a line of the roll since. What was
-- sealed at the opening is never changed.

ALTER TABLE "meetings"."meetings" ADD COLUMN IF NOT EXISTS "actors_version" integer DEFAULT 0 NOT NULL;

ALTER TABLE "meetings"."roll" ADD COLUMN "part_of" text;
ALTER TABLE "meetings"."roll" ADD COLUMN "now_voter" text;
ALTER TABLE "meetings"."roll" ADD COLUMN "now_person_id" uuid;
ALTER TABLE "meetings"."roll" ADD COLUMN "now_share" text;
CREATE INDEX "roll_now_person" ON "meetings"."roll" USING btree ("building_id","meeting","now_person_id") WHERE "meetings"."roll"."now_person_id" is not null;

CREATE TABLE "meetings"."passings" (
  "building_id" uuid NOT NULL,
  "meeting" text NOT NULL,
  "position" integer NOT NULL,
  "premises_id" uuid NOT NULL,
  "from_person" uuid,
  "to_person" uuid,
  "share" text NOT NULL,
  "entitlement" text,
  "became" text,
  "from_voter" text,
  "idem" text,
  "recorded_at" timestamp with time zone NOT NULL,
  CONSTRAINT "passings_building_id_meeting_position_pk" PRIMARY KEY("building_id","meeting","position"),
  CONSTRAINT "passings_line_check" CHECK (("meetings"."passings"."entitlement" is null) = ("meetings"."passings"."became" is null))
);
ALTER TABLE "meetings"."passings" ADD CONSTRAINT "passings_meeting_fk" FOREIGN KEY ("building_id","meeting") REFERENCES "meetings"."meetings"("building_id","id") ON DELETE no action ON UPDATE no action;
CREATE INDEX "passings_from" ON "meetings"."passings" USING btree ("building_id","meeting","from_person");

CREATE TRIGGER passings_append_only BEFORE UPDATE OR DELETE ON meetings.passings
  FOR EACH ROW EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER passings_never_truncated BEFORE TRUNCATE ON meetings.passings
  FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
