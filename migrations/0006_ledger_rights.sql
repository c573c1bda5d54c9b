-- The commit of a batch takes the entries from where they wait, and the application's own role may only add to the log.

DROP FUNCTION ledger.commit_batch(
  bigint, text, bigint, bigint, bytea, text, bigint, bytea[], bytea[], text[], bytea[]
);

-- The whole commit of a batch, in the one transaction of one statement: compare-and-swap of the head, then everything that
-- hangs on it. Raises 40001 when the head is not the one the caller built upon; then nothing of it has happened.
-- The entries are those submissions, in the order of their numbers; what the caller hashed must be what is stored.
-- Staging is forgotten of every size up to the one whose files are written.
CREATE FUNCTION ledger.commit_batch(
  old_size bigint, old_checkpoint text, writer_epoch bigint,
  new_size bigint, new_root bytea, new_checkpoint text, new_at_ms bigint,
  seqs bigint[], leaf_hashes bytea,
  paths text[], contents bytea[], written_size bigint
) RETURNS void LANGUAGE plpgsql AS $$
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
$$;

-- Gives the application's role what it needs of everything that the caller owns, and nothing that would let it change the
-- past: whatever a trigger refuses is not granted either, and only an owner can take a trigger away. Idempotent; to be run
-- by the owner after every migration. The application keeps its job queue in a schema of its own, hence CREATE.
CREATE FUNCTION veche.grant_application(application name) RETURNS void LANGUAGE plpgsql AS $$
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
$$;
REVOKE ALL ON FUNCTION veche.grant_application(name) FROM PUBLIC;
