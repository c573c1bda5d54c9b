-- Acting for another: who cast a ballot for an owner and on what basis, whose device a key is, and how a process that keeps
-- in memory who may act learns that it has changed.

-- Grows with every change of the register that may change who acts for whom in a building: titles, representations, birthdays.
CREATE TABLE "people"."acting_versions" (
  "building_id" uuid PRIMARY KEY NOT NULL,
  "version" bigint NOT NULL
);
ALTER TABLE "people"."acting_versions" ADD CONSTRAINT "acting_versions_building_id_buildings_id_fk" FOREIGN KEY ("building_id") REFERENCES "people"."buildings"("id");

-- Who holds a share undivided with somebody is an owner too: looked for with every session.
CREATE INDEX "titles_joint_index" ON "people"."titles" USING gin ("joint_with") WHERE "people"."titles"."superseded_at" is null and "people"."titles"."joint_with" <> '{}';

-- The same for what changes in the meeting itself.
ALTER TABLE "meetings"."meetings" ADD COLUMN IF NOT EXISTS "actors_version" integer DEFAULT 0 NOT NULL;

ALTER TABLE "meetings"."keys" ADD COLUMN "registered_by" uuid;
ALTER TABLE "meetings"."entries" ADD COLUMN "cast_by" uuid;
ALTER TABLE "meetings"."entries" ADD COLUMN "basis" text;
ALTER TABLE "meetings"."entries" ADD CONSTRAINT "entries_basis_check" CHECK (("meetings"."entries"."cast_by" is null) = ("meetings"."entries"."basis" is null));
