-- What the close of a meeting is judged by: the witness policy pinned at the opening, and the closing checkpoint.

ALTER TABLE "meetings"."meetings" ADD COLUMN "policy" text;
ALTER TABLE "meetings"."meetings" ADD COLUMN "closing" jsonb;
