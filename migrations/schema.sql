-- What the migrations add up to: read it, never run it. Written by tests/support/write-schema.ts.

CREATE SCHEMA ledger;

CREATE TABLE ledger.checkpoints (
  size bigint NOT NULL,
  note text NOT NULL,
  CONSTRAINT checkpoints_pkey PRIMARY KEY (size),
  CONSTRAINT checkpoints_size_check CHECK ((size > 0))
);
CREATE TRIGGER checkpoints_append_only BEFORE DELETE OR UPDATE ON ledger.checkpoints FOR EACH ROW EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER checkpoints_never_truncated BEFORE TRUNCATE ON ledger.checkpoints FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();

CREATE TABLE ledger.cosignatures (
  size bigint NOT NULL,
  witness text NOT NULL,
  time bigint NOT NULL,
  line text NOT NULL,
  CONSTRAINT cosignatures_pkey PRIMARY KEY (size, witness, "time"),
  CONSTRAINT cosignatures_size_check CHECK ((size > 0)),
  CONSTRAINT cosignatures_time_check CHECK (("time" >= 0))
);
CREATE TRIGGER cosignatures_append_only BEFORE DELETE OR UPDATE ON ledger.cosignatures FOR EACH ROW EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER cosignatures_never_truncated BEFORE TRUNCATE ON ledger.cosignatures FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();

CREATE TABLE ledger.database_audits (
  id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  ended_at timestamp with time zone NOT NULL DEFAULT now(),
  size bigint NOT NULL,
  broken_kind text,
  broken_at bigint,
  CONSTRAINT database_audits_pkey PRIMARY KEY (id),
  CONSTRAINT database_audits_broken_kind_check CHECK ((broken_kind = ANY (ARRAY['entry'::text, 'head'::text, 'checkpoint'::text]))),
  CONSTRAINT database_audits_check CHECK (((broken_kind IS NULL) = (broken_at IS NULL))),
  CONSTRAINT database_audits_size_check CHECK ((size >= 0))
);

CREATE TABLE ledger.entries (
  idx bigint NOT NULL,
  idem bytea NOT NULL,
  leaf bytea NOT NULL,
  leaf_hash bytea NOT NULL GENERATED ALWAYS AS (sha256(('\x00'::bytea || leaf))) STORED,
  CONSTRAINT entries_pkey PRIMARY KEY (idx),
  CONSTRAINT entries_idem_check CHECK ((octet_length(idem) = 32)),
  CONSTRAINT entries_idem_key UNIQUE (idem),
  CONSTRAINT entries_idx_check CHECK ((idx >= 0)),
  CONSTRAINT entries_leaf_check CHECK (((octet_length(leaf) >= 1) AND (octet_length(leaf) <= 16384)))
);
CREATE INDEX registrar_entries ON ledger.entries USING btree (idx) WHERE (POSITION(('\x226b696e64223a2272656769737472617222'::bytea) IN (leaf)) > 0);
CREATE TRIGGER entries_append_only BEFORE DELETE OR UPDATE ON ledger.entries FOR EACH ROW EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER entries_never_truncated BEFORE TRUNCATE ON ledger.entries FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();

CREATE TABLE ledger.fork_evidence (
  id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  found_at timestamp with time zone NOT NULL DEFAULT now(),
  witness text NOT NULL,
  witness_key text NOT NULL,
  kind text NOT NULL,
  our_size bigint NOT NULL,
  our_note text NOT NULL,
  their_size bigint,
  their_note text,
  cleared_at timestamp with time zone,
  cleared_why text,
  CONSTRAINT fork_evidence_pkey PRIMARY KEY (id),
  CONSTRAINT fork_evidence_check CHECK (((cleared_at IS NULL) = (cleared_why IS NULL))),
  CONSTRAINT fork_evidence_kind_check CHECK ((kind = ANY (ARRAY['larger'::text, 'fork'::text])))
);
CREATE INDEX fork_evidence_open ON ledger.fork_evidence USING btree (id) WHERE (cleared_at IS NULL);
CREATE TRIGGER fork_evidence_kept BEFORE DELETE OR UPDATE OF id, found_at, witness, witness_key, kind, our_size, our_note, their_size, their_note ON ledger.fork_evidence FOR EACH ROW EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER fork_evidence_never_truncated BEFORE TRUNCATE ON ledger.fork_evidence FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();

CREATE TABLE ledger.growth (
  hour bigint NOT NULL,
  size bigint NOT NULL,
  CONSTRAINT growth_pkey PRIMARY KEY (hour)
);

CREATE TABLE ledger.head (
  id integer NOT NULL,
  size bigint NOT NULL,
  root bytea NOT NULL,
  checkpoint text NOT NULL,
  at_ms bigint NOT NULL,
  epoch bigint NOT NULL,
  CONSTRAINT head_pkey PRIMARY KEY (id),
  CONSTRAINT head_id_check CHECK ((id = 1)),
  CONSTRAINT head_size_check CHECK ((size >= 0))
);
CREATE TRIGGER growth_noted AFTER UPDATE OF at_ms ON ledger.head FOR EACH ROW WHEN (((new.at_ms / 3600000) <> (old.at_ms / 3600000))) EXECUTE FUNCTION ledger.note_growth();
CREATE TRIGGER head_never_lost BEFORE DELETE ON ledger.head FOR EACH ROW EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER head_stops_at_fork BEFORE UPDATE OF size ON ledger.head FOR EACH ROW WHEN ((new.size <> old.size)) EXECUTE FUNCTION ledger.refuse_while_forked();

CREATE TABLE ledger.search_entries (
  idx bigint NOT NULL,
  hash8 bytea NOT NULL,
  meeting text,
  CONSTRAINT search_entries_pkey PRIMARY KEY (idx)
);
CREATE INDEX search_entries_hash ON ledger.search_entries USING btree (hash8);
CREATE INDEX search_entries_meeting ON ledger.search_entries USING btree (meeting, idx) WHERE (meeting IS NOT NULL);

CREATE TABLE ledger.search_progress (
  id integer NOT NULL,
  next bigint NOT NULL,
  CONSTRAINT search_progress_pkey PRIMARY KEY (id),
  CONSTRAINT search_progress_id_check CHECK ((id = 1))
);

CREATE TABLE ledger.staging (
  size bigint NOT NULL,
  path text NOT NULL,
  content bytea NOT NULL,
  CONSTRAINT staging_pkey PRIMARY KEY (size, path)
);

CREATE TABLE ledger.submissions (
  seq bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  idem bytea NOT NULL,
  leaf bytea NOT NULL,
  CONSTRAINT submissions_pkey PRIMARY KEY (seq),
  CONSTRAINT submissions_idem_check CHECK ((octet_length(idem) = 32)),
  CONSTRAINT submissions_idem_key UNIQUE (idem),
  CONSTRAINT submissions_leaf_check CHECK (((octet_length(leaf) >= 1) AND (octet_length(leaf) <= 16384)))
);

CREATE TABLE ledger.witness_states (
  witness text NOT NULL,
  vkey text NOT NULL,
  cosigned_size bigint,
  cosigned_time bigint,
  reply text NOT NULL,
  replied_at timestamp with time zone NOT NULL,
  failures integer NOT NULL,
  bad_cosignatures bigint NOT NULL,
  CONSTRAINT witness_states_pkey PRIMARY KEY (witness)
);

CREATE TABLE ledger.witnessed (
  size bigint NOT NULL,
  quorum_time bigint NOT NULL,
  note text NOT NULL,
  CONSTRAINT witnessed_pkey PRIMARY KEY (size, quorum_time),
  CONSTRAINT witnessed_quorum_time_check CHECK ((quorum_time >= 0)),
  CONSTRAINT witnessed_size_check CHECK ((size > 0))
);
CREATE TRIGGER witnessed_append_only BEFORE DELETE OR UPDATE ON ledger.witnessed FOR EACH ROW EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER witnessed_never_truncated BEFORE TRUNCATE ON ledger.witnessed FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();

CREATE OR REPLACE FUNCTION ledger.commit_batch(old_size bigint, old_checkpoint text, writer_epoch bigint, new_size bigint, new_root bytea, new_checkpoint text, new_at_ms bigint, seqs bigint[], leaf_hashes bytea, paths text[], contents bytea[], written_size bigint)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
DECLARE
  stored bytea;
BEGIN
  IF new_size <> old_size + cardinality(seqs) THEN
    RAISE EXCEPTION 'a batch of % entries cannot lead from size % to %', cardinality(seqs), old_size, new_size;
  END IF;
  UPDATE ledger.head SET size = new_size, root = new_root, checkpoint = new_checkpoint, at_ms = new_at_ms
    WHERE id = 1 AND size = old_size AND checkpoint = old_checkpoint AND epoch = writer_epoch AND at_ms < new_at_ms;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'the head has moved' USING ERRCODE = 'serialization_failure';
  END IF;
  WITH taken AS (
    DELETE FROM ledger.submissions s WHERE s.seq = ANY (seqs) RETURNING s.seq, s.idem, s.leaf
  ), added AS (
    INSERT INTO ledger.entries (idx, idem, leaf)
      SELECT old_size + row_number() OVER (ORDER BY taken.seq) - 1, taken.idem, taken.leaf FROM taken
      RETURNING idx, leaf_hash
  )
  SELECT string_agg(added.leaf_hash, ''::bytea ORDER BY added.idx) INTO stored FROM added;
  IF stored IS DISTINCT FROM leaf_hashes THEN
    RAISE EXCEPTION 'what waits is not what was hashed' USING ERRCODE = 'data_corrupted';
  END IF;
  INSERT INTO ledger.checkpoints (size, note) VALUES (new_size, new_checkpoint);
  DELETE FROM ledger.staging WHERE size <= written_size;
  INSERT INTO ledger.staging (size, path, content)
    SELECT new_size, files.path, files.content FROM unnest(paths, contents) AS files (path, content);
END
$function$;

CREATE OR REPLACE FUNCTION ledger.index_entries(most bigint)
 RETURNS bigint
 LANGUAGE plpgsql
AS $function$
DECLARE
  first bigint;
  past bigint;
BEGIN
  SELECT next INTO first FROM ledger.search_progress WHERE id = 1 FOR UPDATE;
  SELECT least(first + most, size) INTO past FROM ledger.head WHERE id = 1;
  IF past <= first THEN
    RETURN 0;
  END IF;
  INSERT INTO ledger.search_entries (idx, hash8, meeting)
    SELECT idx, substring(leaf_hash FOR 8),
      substring(encode(leaf, 'escape') FROM '"meeting":"([a-zA-Z0-9_-]{1,64})"')
    FROM ledger.entries WHERE idx >= first AND idx < past;
  UPDATE ledger.search_progress SET next = past WHERE id = 1;
  RETURN past - first;
END
$function$;

CREATE OR REPLACE FUNCTION ledger.keep_cosignatures(of_size bigint, witnesses text[], times bigint[], lines text[], reached bigint, witnessed_note text)
 RETURNS boolean
 LANGUAGE plpgsql
AS $function$
BEGIN
  INSERT INTO ledger.cosignatures (size, witness, time, line)
    SELECT of_size, given.witness, given.time, given.line
    FROM unnest(witnesses, times, lines) AS given (witness, time, line)
    ON CONFLICT DO NOTHING;
  IF reached IS NULL THEN
    RETURN false;
  END IF;
  -- Any number that no other lock of this product has.
  PERFORM pg_advisory_xact_lock(8642197533);
  IF EXISTS (SELECT FROM ledger.witnessed w WHERE (w.size, w.quorum_time) >= (of_size, reached)) THEN
    RETURN false;
  END IF;
  INSERT INTO ledger.witnessed (size, quorum_time, note) VALUES (of_size, reached, witnessed_note);
  RETURN true;
END
$function$;

CREATE OR REPLACE FUNCTION ledger.note_growth()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  INSERT INTO ledger.growth (hour, size) VALUES (NEW.at_ms / 3600000, OLD.size) ON CONFLICT DO NOTHING;
  RETURN NULL;
END
$function$;

CREATE OR REPLACE FUNCTION ledger.refuse_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  RAISE EXCEPTION 'the log is append-only: % on %.% is refused', TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME
    USING ERRCODE = 'restrict_violation';
END
$function$;

CREATE OR REPLACE FUNCTION ledger.refuse_while_forked()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  IF EXISTS (SELECT FROM ledger.fork_evidence WHERE cleared_at IS NULL) THEN
    RAISE EXCEPTION 'the log is stopped: there is evidence of a fork'
      USING ERRCODE = 'object_not_in_prerequisite_state';
  END IF;
  RETURN NEW;
END
$function$;

CREATE SCHEMA meetings;

CREATE TABLE meetings.effective_ballots (
  building_id uuid NOT NULL,
  meeting text NOT NULL,
  entitlement text NOT NULL,
  idem text NOT NULL,
  cast_at timestamp with time zone NOT NULL,
  first_cast_at timestamp with time zone NOT NULL,
  CONSTRAINT effective_ballots_building_id_meeting_entitlement_pk PRIMARY KEY (building_id, meeting, entitlement),
  CONSTRAINT effective_ballots_roll_fk FOREIGN KEY (building_id, meeting, entitlement) REFERENCES meetings.roll(building_id, meeting, entitlement)
);

CREATE TABLE meetings.entries (
  building_id uuid NOT NULL,
  meeting text NOT NULL,
  idem text NOT NULL,
  kind text NOT NULL,
  voter text,
  payload text,
  salt text,
  created_at timestamp with time zone NOT NULL,
  CONSTRAINT entries_building_id_meeting_idem_pk PRIMARY KEY (building_id, meeting, idem),
  CONSTRAINT entries_meeting_fk FOREIGN KEY (building_id, meeting) REFERENCES meetings.meetings(building_id, id)
);
CREATE INDEX entries_voter ON meetings.entries USING btree (building_id, meeting, voter);

CREATE TABLE meetings.keys (
  building_id uuid NOT NULL,
  meeting text NOT NULL,
  key text NOT NULL,
  voter text NOT NULL,
  label text NOT NULL,
  registered_at timestamp with time zone NOT NULL,
  idem text NOT NULL,
  CONSTRAINT keys_building_id_meeting_key_pk PRIMARY KEY (building_id, meeting, key),
  CONSTRAINT keys_meeting_fk FOREIGN KEY (building_id, meeting) REFERENCES meetings.meetings(building_id, id)
);
CREATE INDEX keys_voter ON meetings.keys USING btree (building_id, meeting, voter);

CREATE TABLE meetings.meetings (
  building_id uuid NOT NULL,
  id text NOT NULL,
  title text NOT NULL,
  form text NOT NULL,
  openness text NOT NULL,
  state text NOT NULL,
  language text NOT NULL,
  opens_at timestamp with time zone,
  closes_at timestamp with time zone,
  created_at timestamp with time zone NOT NULL,
  called_at timestamp with time zone,
  opened_at timestamp with time zone,
  closed_at timestamp with time zone,
  called_by uuid,
  closed_by uuid,
  draft jsonb NOT NULL,
  notice text,
  notice_salt text,
  short_notice boolean NOT NULL DEFAULT false,
  roll_size integer,
  roll_weight text,
  roll_heads integer,
  result text,
  minutes_file text,
  policy text,
  closing jsonb,
  CONSTRAINT meetings_building_id_id_pk PRIMARY KEY (building_id, id)
);
CREATE INDEX meetings_called_at ON meetings.meetings USING btree (called_at);
CREATE INDEX meetings_state_opens_at ON meetings.meetings USING btree (state, opens_at);

CREATE TABLE meetings.roll (
  building_id uuid NOT NULL,
  meeting text NOT NULL,
  entitlement text NOT NULL,
  position integer NOT NULL,
  voter text NOT NULL,
  person_id uuid,
  premises_id uuid NOT NULL,
  unit text NOT NULL,
  entrance text NOT NULL,
  area_cm2 bigint NOT NULL,
  share text NOT NULL,
  salt text NOT NULL,
  premises_number text NOT NULL,
  premises_kind text NOT NULL,
  CONSTRAINT roll_building_id_meeting_entitlement_pk PRIMARY KEY (building_id, meeting, entitlement),
  CONSTRAINT roll_position UNIQUE (building_id, meeting, "position"),
  CONSTRAINT roll_meeting_fk FOREIGN KEY (building_id, meeting) REFERENCES meetings.meetings(building_id, id)
);
CREATE INDEX roll_person ON meetings.roll USING btree (building_id, meeting, person_id);

CREATE SCHEMA people;

CREATE TABLE people.buildings (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  address text NOT NULL,
  city text NOT NULL,
  time_zone text NOT NULL,
  area_cm2 bigint NOT NULL DEFAULT 0,
  created_at timestamp(3) with time zone NOT NULL,
  CONSTRAINT buildings_pkey PRIMARY KEY (id)
);

CREATE TABLE people.demo (
  single boolean NOT NULL DEFAULT true,
  offset_ms bigint NOT NULL DEFAULT 0,
  CONSTRAINT demo_pkey PRIMARY KEY (single),
  CONSTRAINT demo_offset_check CHECK ((offset_ms >= 0)),
  CONSTRAINT demo_single_check CHECK (single)
);

CREATE TABLE people.demo_people (
  position integer NOT NULL,
  person_id uuid NOT NULL,
  part text NOT NULL,
  building_id uuid,
  CONSTRAINT demo_people_pkey PRIMARY KEY ("position"),
  CONSTRAINT demo_people_building_id_buildings_id_fk FOREIGN KEY (building_id) REFERENCES people.buildings(id),
  CONSTRAINT demo_people_person_id_persons_id_fk FOREIGN KEY (person_id) REFERENCES people.persons(id)
);
CREATE INDEX demo_people_building_index ON people.demo_people USING btree (building_id);
CREATE INDEX demo_people_person_index ON people.demo_people USING btree (person_id);

CREATE TABLE people.houses (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  import_id uuid NOT NULL,
  address_key text NOT NULL,
  address text NOT NULL,
  year integer,
  levels integer,
  rooms integer,
  area_cm2 bigint,
  company text,
  company_key text,
  latitude text,
  longitude text,
  facts jsonb NOT NULL,
  CONSTRAINT houses_pkey PRIMARY KEY (id),
  CONSTRAINT houses_address_key UNIQUE (address_key),
  CONSTRAINT houses_import_id_registry_imports_id_fk FOREIGN KEY (import_id) REFERENCES people.registry_imports(id)
);
CREATE INDEX houses_company_index ON people.houses USING btree (company_key);
CREATE INDEX houses_import_index ON people.houses USING btree (import_id);

CREATE TABLE people.messages (
  id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  channel text NOT NULL,
  recipient text NOT NULL,
  subject text NOT NULL,
  text text NOT NULL,
  template text NOT NULL,
  secret boolean NOT NULL DEFAULT false,
  person_id uuid,
  building_id uuid,
  state text NOT NULL,
  attempts integer NOT NULL DEFAULT 0,
  error_code text,
  created_at timestamp(3) with time zone NOT NULL,
  next_attempt_at timestamp(3) with time zone NOT NULL,
  sent_at timestamp(3) with time zone,
  CONSTRAINT messages_pkey PRIMARY KEY (id),
  CONSTRAINT messages_channel_check CHECK ((channel = ANY (ARRAY['email'::text, 'sms'::text]))),
  CONSTRAINT messages_state_check CHECK ((state = ANY (ARRAY['queued'::text, 'sent'::text, 'failed'::text]))),
  CONSTRAINT messages_building_id_buildings_id_fk FOREIGN KEY (building_id) REFERENCES people.buildings(id),
  CONSTRAINT messages_person_id_persons_id_fk FOREIGN KEY (person_id) REFERENCES people.persons(id)
);
CREATE INDEX messages_building_index ON people.messages USING btree (building_id);
CREATE INDEX messages_person_index ON people.messages USING btree (person_id);
CREATE INDEX messages_queue_index ON people.messages USING btree (next_attempt_at) WHERE (state = 'queued'::text);
CREATE INDEX messages_recipient_index ON people.messages USING btree (recipient, id);

CREATE TABLE people.persons (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  kind text NOT NULL,
  name text NOT NULL,
  tax_number text,
  email text,
  phone text,
  locale text NOT NULL,
  created_at timestamp(3) with time zone NOT NULL,
  CONSTRAINT persons_pkey PRIMARY KEY (id),
  CONSTRAINT persons_kind_check CHECK ((kind = ANY (ARRAY['natural'::text, 'legal'::text, 'public'::text])))
);
CREATE UNIQUE INDEX persons_email_key ON people.persons USING btree (email);
CREATE UNIQUE INDEX persons_phone_key ON people.persons USING btree (phone);
CREATE UNIQUE INDEX persons_tax_number_key ON people.persons USING btree (tax_number);

CREATE TABLE people.premises (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  building_id uuid NOT NULL,
  number text NOT NULL,
  number_key text NOT NULL,
  kind text NOT NULL,
  entrance text NOT NULL,
  area_cm2 bigint NOT NULL,
  sort_key text NOT NULL,
  closed_at timestamp(3) with time zone,
  CONSTRAINT premises_building_id_id_pk PRIMARY KEY (building_id, id),
  CONSTRAINT premises_area_check CHECK ((area_cm2 >= 0)),
  CONSTRAINT premises_kind_check CHECK ((kind = ANY (ARRAY['flat'::text, 'nonresidential'::text, 'parking'::text, 'room'::text]))),
  CONSTRAINT premises_number_key UNIQUE (building_id, number_key),
  CONSTRAINT premises_building_id_buildings_id_fk FOREIGN KEY (building_id) REFERENCES people.buildings(id)
);
CREATE INDEX premises_order_index ON people.premises USING btree (building_id, sort_key);

CREATE TABLE people.register_imports (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  building_id uuid NOT NULL,
  uploaded_by uuid NOT NULL,
  file_name text NOT NULL,
  file text NOT NULL,
  state text NOT NULL,
  header jsonb NOT NULL,
  preview jsonb NOT NULL,
  rows integer NOT NULL,
  mapping jsonb NOT NULL,
  report jsonb,
  created_at timestamp(3) with time zone NOT NULL,
  applied_at timestamp(3) with time zone,
  CONSTRAINT register_imports_building_id_id_pk PRIMARY KEY (building_id, id),
  CONSTRAINT register_imports_state_check CHECK ((state = ANY (ARRAY['uploaded'::text, 'checked'::text, 'applied'::text]))),
  CONSTRAINT register_imports_building_id_buildings_id_fk FOREIGN KEY (building_id) REFERENCES people.buildings(id),
  CONSTRAINT register_imports_uploaded_by_persons_id_fk FOREIGN KEY (uploaded_by) REFERENCES people.persons(id)
);
CREATE INDEX register_imports_uploaded_by_index ON people.register_imports USING btree (uploaded_by);

CREATE TABLE people.registry_imports (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  imported_by uuid NOT NULL,
  file_name text NOT NULL,
  rows integer NOT NULL,
  imported integer NOT NULL,
  report jsonb NOT NULL,
  created_at timestamp(3) with time zone NOT NULL,
  CONSTRAINT registry_imports_pkey PRIMARY KEY (id),
  CONSTRAINT registry_imports_imported_by_persons_id_fk FOREIGN KEY (imported_by) REFERENCES people.persons(id)
);
CREATE INDEX registry_imports_created_index ON people.registry_imports USING btree (created_at);
CREATE INDEX registry_imports_imported_by_index ON people.registry_imports USING btree (imported_by);

CREATE TABLE people.roles (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  building_id uuid,
  person_id uuid NOT NULL,
  role text NOT NULL,
  granted_at timestamp(3) with time zone NOT NULL,
  granted_by uuid,
  CONSTRAINT roles_pkey PRIMARY KEY (id),
  CONSTRAINT roles_key UNIQUE NULLS NOT DISTINCT (building_id, person_id, role),
  CONSTRAINT roles_role_check CHECK ((role = ANY (ARRAY['chair'::text, 'commission'::text, 'auditor'::text, 'operator'::text]))),
  CONSTRAINT roles_building_id_buildings_id_fk FOREIGN KEY (building_id) REFERENCES people.buildings(id),
  CONSTRAINT roles_granted_by_persons_id_fk FOREIGN KEY (granted_by) REFERENCES people.persons(id),
  CONSTRAINT roles_person_id_persons_id_fk FOREIGN KEY (person_id) REFERENCES people.persons(id)
);
CREATE INDEX roles_granted_by_index ON people.roles USING btree (granted_by);
CREATE INDEX roles_person_index ON people.roles USING btree (person_id);

CREATE TABLE people.sessions (
  id text NOT NULL,
  person_id uuid NOT NULL,
  created_at timestamp(3) with time zone NOT NULL,
  expires_at timestamp(3) with time zone NOT NULL,
  CONSTRAINT sessions_pkey PRIMARY KEY (id),
  CONSTRAINT sessions_id_check CHECK ((id ~ '^[0-9a-f]{64}$'::text)),
  CONSTRAINT sessions_person_id_persons_id_fk FOREIGN KEY (person_id) REFERENCES people.persons(id)
);
CREATE INDEX sessions_expires_index ON people.sessions USING btree (expires_at);
CREATE INDEX sessions_person_index ON people.sessions USING btree (person_id);

CREATE TABLE people.sign_in_codes (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  contact_hash text NOT NULL,
  person_id uuid,
  salt text NOT NULL,
  code_hash text NOT NULL,
  attempts integer NOT NULL DEFAULT 0,
  created_at timestamp(3) with time zone NOT NULL,
  expires_at timestamp(3) with time zone NOT NULL,
  used_at timestamp(3) with time zone,
  CONSTRAINT sign_in_codes_pkey PRIMARY KEY (id),
  CONSTRAINT sign_in_codes_person_id_persons_id_fk FOREIGN KEY (person_id) REFERENCES people.persons(id)
);
CREATE INDEX sign_in_codes_contact_index ON people.sign_in_codes USING btree (contact_hash, created_at);
CREATE INDEX sign_in_codes_expires_index ON people.sign_in_codes USING btree (expires_at);
CREATE INDEX sign_in_codes_person_index ON people.sign_in_codes USING btree (person_id);

CREATE TABLE people.titles (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  building_id uuid NOT NULL,
  premises_id uuid NOT NULL,
  person_id uuid,
  share text NOT NULL,
  document text NOT NULL,
  valid_from date,
  recorded_at timestamp(3) with time zone NOT NULL,
  valid_to timestamp(3) with time zone,
  import_id uuid,
  CONSTRAINT titles_building_id_id_pk PRIMARY KEY (building_id, id),
  CONSTRAINT titles_share_check CHECK ((share ~ '^[1-9][0-9]*(/[1-9][0-9]*)?$'::text)),
  CONSTRAINT titles_import_fk FOREIGN KEY (building_id, import_id) REFERENCES people.register_imports(building_id, id),
  CONSTRAINT titles_person_id_persons_id_fk FOREIGN KEY (person_id) REFERENCES people.persons(id),
  CONSTRAINT titles_premises_fk FOREIGN KEY (building_id, premises_id) REFERENCES people.premises(building_id, id)
);
CREATE INDEX titles_active_index ON people.titles USING btree (building_id) WHERE (valid_to IS NULL);
CREATE INDEX titles_import_index ON people.titles USING btree (building_id, import_id);
CREATE INDEX titles_person_index ON people.titles USING btree (person_id);
CREATE INDEX titles_premises_index ON people.titles USING btree (building_id, premises_id);

CREATE SCHEMA veche;

CREATE TABLE veche.installation (
  single boolean NOT NULL DEFAULT true,
  demo boolean NOT NULL,
  verifier_key text NOT NULL,
  seeded_at timestamp with time zone,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT installation_pkey PRIMARY KEY (single),
  CONSTRAINT installation_single_check CHECK (single)
);

CREATE TABLE veche.log_keys (
  vkey text NOT NULL,
  since timestamp with time zone NOT NULL DEFAULT now(),
  until timestamp with time zone,
  CONSTRAINT log_keys_pkey PRIMARY KEY (vkey),
  CONSTRAINT log_keys_check CHECK ((until >= since))
);

CREATE TABLE veche.migrations (
  name text NOT NULL,
  sha256 text NOT NULL,
  applied_at timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT migrations_pkey PRIMARY KEY (name)
);

CREATE OR REPLACE FUNCTION veche.grant_application(application name)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
DECLARE
  one record;
  columns text;
BEGIN
  EXECUTE format('GRANT CONNECT, CREATE ON DATABASE %I TO %I', current_database(), application);
  FOR one IN
    SELECT nspname AS name FROM pg_namespace
    WHERE nspowner = current_user::regrole AND nspname NOT IN ('jobs', 'public', 'information_schema')
      AND nspname NOT LIKE 'pg\_%'
  LOOP
    EXECUTE format('REVOKE ALL ON ALL TABLES IN SCHEMA %I FROM %I', one.name, application);
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', one.name, application);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA %I TO %I', one.name, application);
    EXECUTE format('GRANT USAGE ON ALL SEQUENCES IN SCHEMA %I TO %I', one.name, application);
  END LOOP;
  FOR one IN
    SELECT t.tgrelid, t.tgrelid::regclass AS name, t.tgtype & 8 <> 0 AS deletes, t.tgtype & 16 <> 0 AS updates, t.tgattr
    FROM pg_trigger t WHERE t.tgfoid = 'ledger.refuse_change()'::regprocedure
  LOOP
    IF one.deletes THEN
      EXECUTE format('REVOKE DELETE ON %s FROM %I', one.name, application);
    END IF;
    IF one.updates THEN
      EXECUTE format('REVOKE UPDATE ON %s FROM %I', one.name, application);
      -- A trigger that guards some columns leaves the others.
      SELECT string_agg(quote_ident(attname), ', ') INTO columns FROM pg_attribute
        WHERE attrelid = one.tgrelid AND attnum > 0 AND NOT attisdropped
          AND cardinality(one.tgattr::smallint[]) > 0 AND attnum <> ALL (one.tgattr::smallint[]);
      IF columns IS NOT NULL THEN
        EXECUTE format('GRANT UPDATE (%s) ON %s TO %I', columns, one.name, application);
      END IF;
    END IF;
  END LOOP;
  EXECUTE format('REVOKE INSERT, UPDATE, DELETE ON veche.migrations FROM %I', application);
  -- The job queue of an installation that is older than this role.
  IF EXISTS (SELECT FROM pg_namespace WHERE nspname = 'jobs' AND nspowner <> application::regrole) THEN
    EXECUTE format('ALTER SCHEMA jobs OWNER TO %I', application);
    FOR one IN
      SELECT format('%s %s', CASE relkind WHEN 'v' THEN 'VIEW' ELSE 'TABLE' END, oid::regclass) AS named
        FROM pg_class WHERE relnamespace = 'jobs'::regnamespace AND relkind IN ('r', 'p', 'v')
      UNION ALL
      SELECT format('ROUTINE %s', oid::regprocedure) FROM pg_proc WHERE pronamespace = 'jobs'::regnamespace
      UNION ALL
      SELECT format('TYPE %s', oid::regtype) FROM pg_type
        WHERE typnamespace = 'jobs'::regnamespace AND typtype IN ('e', 'd')
    LOOP
      EXECUTE format('ALTER %s OWNER TO %I', one.named, application);
    END LOOP;
  END IF;
END
$function$;
