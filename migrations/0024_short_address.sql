-- The first half of a meeting's id is its address on posters and letters.

CREATE INDEX "meetings_short_id" ON "meetings"."meetings" USING btree (left("id", 12));
