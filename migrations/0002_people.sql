-- Buildings, registers, persons, roles, sessions, messages.
-- Made by drizzle-kit from packages/people/src/schema.ts.

CREATE SCHEMA "people";

CREATE TABLE "people"."buildings" (
  "id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
  "address" text NOT NULL,
  "city" text NOT NULL,
  "time_zone" text NOT NULL,
  "area_cm2" bigint DEFAULT 0 NOT NULL,
  "created_at" timestamp (3) with time zone NOT NULL
);

CREATE TABLE "people"."demo" (
  "single" boolean PRIMARY KEY DEFAULT true NOT NULL,
  "offset_ms" bigint DEFAULT 0 NOT NULL,
  CONSTRAINT "demo_single_check" CHECK ("people"."demo"."single"),
  CONSTRAINT "demo_offset_check" CHECK ("people"."demo"."offset_ms" >= 0)
);

CREATE TABLE "people"."demo_people" (
  "position" integer PRIMARY KEY NOT NULL,
  "person_id" uuid NOT NULL,
  "part" text NOT NULL,
  "building_id" uuid
);

CREATE TABLE "people"."houses" (
  "id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
  "import_id" uuid NOT NULL,
  "address_key" text NOT NULL,
  "address" text NOT NULL,
  "year" integer,
  "levels" integer,
  "rooms" integer,
  "area_cm2" bigint,
  "company" text,
  "company_key" text,
  "latitude" text,
  "longitude" text,
  "facts" jsonb NOT NULL,
  CONSTRAINT "houses_address_key" UNIQUE("address_key")
);

CREATE TABLE "people"."messages" (
  "id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "people"."messages_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
  "channel" text NOT NULL,
  "recipient" text NOT NULL,
  "subject" text NOT NULL,
  "text" text NOT NULL,
  "template" text NOT NULL,
  "secret" boolean DEFAULT false NOT NULL,
  "person_id" uuid,
  "building_id" uuid,
  "state" text NOT NULL,
  "attempts" integer DEFAULT 0 NOT NULL,
  "error_code" text,
  "created_at" timestamp (3) with time zone NOT NULL,
  "next_attempt_at" timestamp (3) with time zone NOT NULL,
  "sent_at" timestamp (3) with time zone,
  CONSTRAINT "messages_channel_check" CHECK ("people"."messages"."channel" in ('email', 'sms')),
  CONSTRAINT "messages_state_check" CHECK ("people"."messages"."state" in ('queued', 'sent', 'failed'))
);

CREATE TABLE "people"."persons" (
  "id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
  "kind" text NOT NULL,
  "name" text NOT NULL,
  "tax_number" text,
  "email" text,
  "phone" text,
  "locale" text NOT NULL,
  "created_at" timestamp (3) with time zone NOT NULL,
  CONSTRAINT "persons_kind_check" CHECK ("people"."persons"."kind" in ('natural', 'legal', 'public'))
);

CREATE TABLE "people"."premises" (
  "id" uuid DEFAULT gen_random_uuid() NOT NULL,
  "building_id" uuid NOT NULL,
  "number" text NOT NULL,
  "number_key" text NOT NULL,
  "kind" text NOT NULL,
  "entrance" text NOT NULL,
  "area_cm2" bigint NOT NULL,
  "sort_key" text NOT NULL,
  "closed_at" timestamp (3) with time zone,
  CONSTRAINT "premises_building_id_id_pk" PRIMARY KEY("building_id","id"),
  CONSTRAINT "premises_number_key" UNIQUE("building_id","number_key"),
  CONSTRAINT "premises_kind_check" CHECK ("people"."premises"."kind" in ('flat', 'nonresidential', 'parking', 'room')),
  CONSTRAINT "premises_area_check" CHECK ("people"."premises"."area_cm2" >= 0)
);

CREATE TABLE "people"."register_imports" (
  "id" uuid DEFAULT gen_random_uuid() NOT NULL,
  "building_id" uuid NOT NULL,
  "uploaded_by" uuid NOT NULL,
  "file_name" text NOT NULL,
  "file" text NOT NULL,
  "state" text NOT NULL,
  "header" jsonb NOT NULL,
  "preview" jsonb NOT NULL,
  "rows" integer NOT NULL,
  "mapping" jsonb NOT NULL,
  "report" jsonb,
  "created_at" timestamp (3) with time zone NOT NULL,
  "applied_at" timestamp (3) with time zone,
  CONSTRAINT "register_imports_building_id_id_pk" PRIMARY KEY("building_id","id"),
  CONSTRAINT "register_imports_state_check" CHECK ("people"."register_imports"."state" in ('uploaded', 'checked', 'applied'))
);

CREATE TABLE "people"."registry_imports" (
  "id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
  "imported_by" uuid NOT NULL,
  "file_name" text NOT NULL,
  "rows" integer NOT NULL,
  "imported" integer NOT NULL,
  "report" jsonb NOT NULL,
  "created_at" timestamp (3) with time zone NOT NULL
);

CREATE TABLE "people"."roles" (
  "id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
  "building_id" uuid,
  "person_id" uuid NOT NULL,
  "role" text NOT NULL,
  "granted_at" timestamp (3) with time zone NOT NULL,
  "granted_by" uuid,
  CONSTRAINT "roles_key" UNIQUE NULLS NOT DISTINCT("building_id","person_id","role"),
  CONSTRAINT "roles_role_check" CHECK ("people"."roles"."role" in ('chair', 'commission', 'auditor', 'operator'))
);

CREATE TABLE "people"."sessions" (
  "id" text PRIMARY KEY NOT NULL,
  "person_id" uuid NOT NULL,
  "created_at" timestamp (3) with time zone NOT NULL,
  "expires_at" timestamp (3) with time zone NOT NULL,
  CONSTRAINT "sessions_id_check" CHECK ("people"."sessions"."id" ~ '^[0-9a-f]{64}$')
);

CREATE TABLE "people"."sign_in_codes" (
  "id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
  "contact_hash" text NOT NULL,
  "person_id" uuid,
  "salt" text NOT NULL,
  "code_hash" text NOT NULL,
  "attempts" integer DEFAULT 0 NOT NULL,
  "created_at" timestamp (3) with time zone NOT NULL,
  "expires_at" timestamp (3) with time zone NOT NULL,
  "used_at" timestamp (3) with time zone
);

CREATE TABLE "people"."titles" (
  "id" uuid DEFAULT gen_random_uuid() NOT NULL,
  "building_id" uuid NOT NULL,
  "premises_id" uuid NOT NULL,
  "person_id" uuid,
  "share" text NOT NULL,
  "document" text NOT NULL,
  "valid_from" date,
  "recorded_at" timestamp (3) with time zone NOT NULL,
  "valid_to" timestamp (3) with time zone,
  "import_id" uuid,
  CONSTRAINT "titles_building_id_id_pk" PRIMARY KEY("building_id","id"),
  CONSTRAINT "titles_share_check" CHECK ("people"."titles"."share" ~ '^[1-9][0-9]*(/[1-9][0-9]*)?$')
);

ALTER TABLE "people"."demo_people" ADD CONSTRAINT "demo_people_person_id_persons_id_fk" FOREIGN KEY ("person_id") REFERENCES "people"."persons"("id") ON DELETE no action ON UPDATE no action;
ALTER TABLE "people"."demo_people" ADD CONSTRAINT "demo_people_building_id_buildings_id_fk" FOREIGN KEY ("building_id") REFERENCES "people"."buildings"("id") ON DELETE no action ON UPDATE no action;
ALTER TABLE "people"."houses" ADD CONSTRAINT "houses_import_id_registry_imports_id_fk" FOREIGN KEY ("import_id") REFERENCES "people"."registry_imports"("id") ON DELETE no action ON UPDATE no action;
ALTER TABLE "people"."messages" ADD CONSTRAINT "messages_person_id_persons_id_fk" FOREIGN KEY ("person_id") REFERENCES "people"."persons"("id") ON DELETE no action ON UPDATE no action;
ALTER TABLE "people"."messages" ADD CONSTRAINT "messages_building_id_buildings_id_fk" FOREIGN KEY ("building_id") REFERENCES "people"."buildings"("id") ON DELETE no action ON UPDATE no action;
ALTER TABLE "people"."premises" ADD CONSTRAINT "premises_building_id_buildings_id_fk" FOREIGN KEY ("building_id") REFERENCES "people"."buildings"("id") ON DELETE no action ON UPDATE no action;
ALTER TABLE "people"."register_imports" ADD CONSTRAINT "register_imports_building_id_buildings_id_fk" FOREIGN KEY ("building_id") REFERENCES "people"."buildings"("id") ON DELETE no action ON UPDATE no action;
ALTER TABLE "people"."register_imports" ADD CONSTRAINT "register_imports_uploaded_by_persons_id_fk" FOREIGN KEY ("uploaded_by") REFERENCES "people"."persons"("id") ON DELETE no action ON UPDATE no action;
ALTER TABLE "people"."registry_imports" ADD CONSTRAINT "registry_imports_imported_by_persons_id_fk" FOREIGN KEY ("imported_by") REFERENCES "people"."persons"("id") ON DELETE no action ON UPDATE no action;
ALTER TABLE "people"."roles" ADD CONSTRAINT "roles_building_id_buildings_id_fk" FOREIGN KEY ("building_id") REFERENCES "people"."buildings"("id") ON DELETE no action ON UPDATE no action;
ALTER TABLE "people"."roles" ADD CONSTRAINT "roles_person_id_persons_id_fk" FOREIGN KEY ("person_id") REFERENCES "people"."persons"("id") ON DELETE no action ON UPDATE no action;
ALTER TABLE "people"."roles" ADD CONSTRAINT "roles_granted_by_persons_id_fk" FOREIGN KEY ("granted_by") REFERENCES "people"."persons"("id") ON DELETE no action ON UPDATE no action;
ALTER TABLE "people"."sessions" ADD CONSTRAINT "sessions_person_id_persons_id_fk" FOREIGN KEY ("person_id") REFERENCES "people"."persons"("id") ON DELETE no action ON UPDATE no action;
ALTER TABLE "people"."sign_in_codes" ADD CONSTRAINT "sign_in_codes_person_id_persons_id_fk" FOREIGN KEY ("person_id") REFERENCES "people"."persons"("id") ON DELETE no action ON UPDATE no action;
ALTER TABLE "people"."titles" ADD CONSTRAINT "titles_person_id_persons_id_fk" FOREIGN KEY ("person_id") REFERENCES "people"."persons"("id") ON DELETE no action ON UPDATE no action;
ALTER TABLE "people"."titles" ADD CONSTRAINT "titles_premises_fk" FOREIGN KEY ("building_id","premises_id") REFERENCES "people"."premises"("building_id","id") ON DELETE no action ON UPDATE no action;
ALTER TABLE "people"."titles" ADD CONSTRAINT "titles_import_fk" FOREIGN KEY ("building_id","import_id") REFERENCES "people"."register_imports"("building_id","id") ON DELETE no action ON UPDATE no action;
CREATE INDEX "demo_people_person_index" ON "people"."demo_people" USING btree ("person_id");
CREATE INDEX "demo_people_building_index" ON "people"."demo_people" USING btree ("building_id");
CREATE INDEX "houses_import_index" ON "people"."houses" USING btree ("import_id");
CREATE INDEX "houses_company_index" ON "people"."houses" USING btree ("company_key");
CREATE INDEX "messages_queue_index" ON "people"."messages" USING btree ("next_attempt_at") WHERE "people"."messages"."state" = 'queued';
CREATE INDEX "messages_recipient_index" ON "people"."messages" USING btree ("recipient","id");
CREATE INDEX "messages_person_index" ON "people"."messages" USING btree ("person_id");
CREATE INDEX "messages_building_index" ON "people"."messages" USING btree ("building_id");
CREATE UNIQUE INDEX "persons_tax_number_key" ON "people"."persons" USING btree ("tax_number");
CREATE UNIQUE INDEX "persons_email_key" ON "people"."persons" USING btree ("email");
CREATE UNIQUE INDEX "persons_phone_key" ON "people"."persons" USING btree ("phone");
CREATE INDEX "premises_order_index" ON "people"."premises" USING btree ("building_id","sort_key");
CREATE INDEX "register_imports_uploaded_by_index" ON "people"."register_imports" USING btree ("uploaded_by");
CREATE INDEX "registry_imports_imported_by_index" ON "people"."registry_imports" USING btree ("imported_by");
CREATE INDEX "registry_imports_created_index" ON "people"."registry_imports" USING btree ("created_at");
CREATE INDEX "roles_person_index" ON "people"."roles" USING btree ("person_id");
CREATE INDEX "roles_granted_by_index" ON "people"."roles" USING btree ("granted_by");
CREATE INDEX "sessions_person_index" ON "people"."sessions" USING btree ("person_id");
CREATE INDEX "sessions_expires_index" ON "people"."sessions" USING btree ("expires_at");
CREATE INDEX "sign_in_codes_contact_index" ON "people"."sign_in_codes" USING btree ("contact_hash","created_at");
CREATE INDEX "sign_in_codes_person_index" ON "people"."sign_in_codes" USING btree ("person_id");
CREATE INDEX "sign_in_codes_expires_index" ON "people"."sign_in_codes" USING btree ("expires_at");
CREATE INDEX "titles_premises_index" ON "people"."titles" USING btree ("building_id","premises_id");
CREATE INDEX "titles_import_index" ON "people"."titles" USING btree ("building_id","import_id");
CREATE INDEX "titles_person_index" ON "people"."titles" USING btree ("person_id");
CREATE INDEX "titles_active_index" ON "people"."titles" USING btree ("building_id") WHERE "people"."titles"."valid_to" is null;
