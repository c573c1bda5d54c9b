-- Documents of a meeting, which its notice commits to, and the risks that a person took before the notice or the close.

CREATE TABLE "meetings"."materials" (
  "building_id" uuid NOT NULL,
  "meeting" text NOT NULL,
  "id" text NOT NULL,
  "item" integer,
  "name" text NOT NULL,
  "type" text NOT NULL,
  "bytes" bigint NOT NULL,
  "sha256" text NOT NULL,
  "file" text NOT NULL,
  "uploaded_by" uuid NOT NULL,
  "uploaded_at" timestamp with time zone NOT NULL,
  CONSTRAINT "materials_building_id_meeting_id_pk" PRIMARY KEY("building_id","meeting","id")
);

CREATE TABLE "meetings"."overrides" (
  "building_id" uuid NOT NULL,
  "meeting" text NOT NULL,
  "id" text NOT NULL,
  "stage" text NOT NULL,
  "code" text NOT NULL,
  "item" integer,
  "reason" text NOT NULL,
  "taken_by" uuid NOT NULL,
  "taken_at" timestamp with time zone NOT NULL,
  CONSTRAINT "overrides_building_id_meeting_id_pk" PRIMARY KEY("building_id","meeting","id")
);

ALTER TABLE "meetings"."materials" ADD CONSTRAINT "materials_meeting_fk" FOREIGN KEY ("building_id","meeting") REFERENCES "meetings"."meetings"("building_id","id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "meetings"."overrides" ADD CONSTRAINT "overrides_meeting_fk" FOREIGN KEY ("building_id","meeting") REFERENCES "meetings"."meetings"("building_id","id") ON DELETE cascade ON UPDATE no action;
