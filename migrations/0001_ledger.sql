-- The log's own tables: what waits to be logged, what is logged, the one head, and what a crash may leave half published.
-- Nothing here is ever updated or deleted except the queue, the head and the staging area.

CREATE SCHEMA ledger;

-- Leaves handed over inside the transactions of others, until the sequencer logs them.
CREATE TABLE ledger.submissions (
  -- Order of arrival only. Never an index of the log: a sequence leaves gaps.
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  idem bytea NOT NULL UNIQUE CHECK (octet_length(idem) = 32),
  leaf bytea NOT NULL CHECK (octet_length(leaf) BETWEEN 1 AND 16384)
);

CREATE TABLE ledger.entries (
  idx bigint PRIMARY KEY CHECK (idx >= 0),
  idem bytea NOT NULL UNIQUE CHECK (octet_length(idem) = 32),
  leaf bytea NOT NULL CHECK (octet_length(leaf) BETWEEN 1 AND 16384),
  -- Counted by the database itself: a second opinion on what the sequencer hashed.
  leaf_hash bytea NOT NULL GENERATED ALWAYS AS (sha256('\x00'::bytea || leaf)) STORED
);

-- One row for ever. `epoch` fences: whoever becomes the sequencer raises it, and commits of an older one fail.
CREATE TABLE ledger.head (
  id integer PRIMARY KEY CHECK (id = 1),
  size bigint NOT NULL CHECK (size >= 0),
  root bytea NOT NULL,
  -- Empty until the log is created.
  checkpoint text NOT NULL,
  at_ms bigint NOT NULL,
  epoch bigint NOT NULL
);
INSERT INTO ledger.head (id, size, root, checkpoint, at_ms, epoch) VALUES (1, 0, '', '', 0, 0);

-- Finds the registrar's few entries among a million others: every audit bundle shows them.
-- In canonical JSON these bytes can only be the kind itself: inside a text the quotes would be escaped.
CREATE INDEX registrar_entries ON ledger.entries (idx) WHERE position('"kind":"registrar"'::bytea IN leaf) > 0;

-- Files of a committed head that are perhaps not written yet: replayed at the next start.
CREATE TABLE ledger.staging (
  size bigint NOT NULL,
  path text NOT NULL,
  content bytea NOT NULL,
  PRIMARY KEY (size, path)
);

-- Every checkpoint ever signed: a receipt is made against the first one that covers its entry, so that it never changes.
CREATE TABLE ledger.checkpoints (
  size bigint PRIMARY KEY CHECK (size > 0),
  note text NOT NULL
);

CREATE FUNCTION ledger.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the log is append-only: % on %.% is refused', TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME
    USING ERRCODE = 'restrict_violation';
END
$$;

CREATE TRIGGER entries_append_only BEFORE UPDATE OR DELETE ON ledger.entries
  FOR EACH ROW EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER entries_never_truncated BEFORE TRUNCATE ON ledger.entries
  FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER checkpoints_append_only BEFORE UPDATE OR DELETE ON ledger.checkpoints
  FOR EACH ROW EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER checkpoints_never_truncated BEFORE TRUNCATE ON ledger.checkpoints
  FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER head_never_lost BEFORE DELETE ON ledger.head
  FOR EACH ROW EXECUTE FUNCTION ledger.refuse_change();

REVOKE ALL ON ALL TABLES IN SCHEMA ledger FROM PUBLIC;
REVOKE UPDATE, DELETE, TRUNCATE ON ledger.entries, ledger.checkpoints FROM CURRENT_USER;

-- The whole commit of a batch, in the one transaction of one statement: compare-and-swap of the head, then everything that
-- hangs on it. Raises 40001 when the head is not the one the caller built upon; then nothing of it has happened.
CREATE FUNCTION ledger.commit_batch(
  old_size bigint, old_checkpoint text, writer_epoch bigint,
  new_size bigint, new_root bytea, new_checkpoint text, new_at_ms bigint,
  idems bytea[], leaves bytea[],
  paths text[], contents bytea[]
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF new_size <> old_size + cardinality(idems) THEN
    RAISE EXCEPTION 'a batch of % entries cannot lead from size % to %', cardinality(idems), old_size, new_size;
  END IF;
  UPDATE ledger.head SET size = new_size, root = new_root, checkpoint = new_checkpoint, at_ms = new_at_ms
    WHERE id = 1 AND size = old_size AND checkpoint = old_checkpoint AND epoch = writer_epoch AND at_ms <= new_at_ms;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'the head has moved' USING ERRCODE = 'serialization_failure';
  END IF;
  INSERT INTO ledger.entries (idx, idem, leaf)
    SELECT old_size + batch.n - 1, batch.idem, batch.leaf
    FROM unnest(idems, leaves) WITH ORDINALITY AS batch (idem, leaf, n);
  DELETE FROM ledger.submissions s WHERE s.idem = ANY (idems);
  INSERT INTO ledger.checkpoints (size, note) VALUES (new_size, new_checkpoint);
  INSERT INTO ledger.staging (size, path, content)
    SELECT new_size, files.path, files.content FROM unnest(paths, contents) AS files (path, content);
END
$$;
