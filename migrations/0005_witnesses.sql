-- What the log's witnesses have said: their cosignatures, the checkpoints that a quorum made witnessed, and evidence of a fork.
-- While there is evidence that nobody has answered for, the database itself keeps the head of the log where it is.

CREATE TABLE ledger.cosignatures (
  size bigint NOT NULL CHECK (size > 0),
  -- The name that the policy gives the witness.
  witness text NOT NULL,
  -- Unix seconds by the clock of the witness.
  time bigint NOT NULL CHECK (time >= 0),
  -- The line of the signed note, its newline included. Only lines that verified are kept.
  line text NOT NULL,
  PRIMARY KEY (size, witness, time)
);

-- Checkpoints that a quorum has cosigned, each in the very bytes that receipts carry. In the order of the key they were
-- kept: a size may come again with a later time, when nothing was logged in between.
CREATE TABLE ledger.witnessed (
  size bigint NOT NULL CHECK (size > 0),
  -- The earliest Unix second by which the cosignatures make a quorum.
  quorum_time bigint NOT NULL CHECK (quorum_time >= 0),
  note text NOT NULL,
  PRIMARY KEY (size, quorum_time)
);

-- How each witness was met last: for people and for alarms, decides nothing.
CREATE TABLE ledger.witness_states (
  witness text PRIMARY KEY,
  vkey text NOT NULL,
  -- The largest head that it has cosigned, and when by its clock.
  cosigned_size bigint,
  cosigned_time bigint,
  reply text NOT NULL,
  replied_at timestamptz NOT NULL,
  -- Answers in a row that were no cosignature.
  failures integer NOT NULL,
  -- Cosignatures that did not verify, ever.
  bad_cosignatures bigint NOT NULL
);

CREATE TABLE ledger.fork_evidence (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  found_at timestamptz NOT NULL DEFAULT now(),
  witness text NOT NULL,
  witness_key text NOT NULL,
  -- larger: the witness has cosigned more than we have. fork: it has cosigned something else.
  kind text NOT NULL CHECK (kind IN ('larger', 'fork')),
  our_size bigint NOT NULL,
  -- The note that was sent.
  our_note text NOT NULL,
  -- The size that the witness holds, when it said so.
  their_size bigint,
  -- The checkpoint that the witness shows, when it shows one: with ours it proves two histories to anybody.
  their_note text,
  -- An operator has seen to it and lets the log go on.
  cleared_at timestamptz,
  cleared_why text,
  CHECK ((cleared_at IS NULL) = (cleared_why IS NULL))
);
CREATE INDEX fork_evidence_open ON ledger.fork_evidence (id) WHERE cleared_at IS NULL;

CREATE TRIGGER cosignatures_append_only BEFORE UPDATE OR DELETE ON ledger.cosignatures
  FOR EACH ROW EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER cosignatures_never_truncated BEFORE TRUNCATE ON ledger.cosignatures
  FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER witnessed_append_only BEFORE UPDATE OR DELETE ON ledger.witnessed
  FOR EACH ROW EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER witnessed_never_truncated BEFORE TRUNCATE ON ledger.witnessed
  FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
-- Of evidence only the answer may be added.
CREATE TRIGGER fork_evidence_kept
  BEFORE DELETE OR UPDATE OF id, found_at, witness, witness_key, kind, our_size, our_note, their_size, their_note
  ON ledger.fork_evidence FOR EACH ROW EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER fork_evidence_never_truncated BEFORE TRUNCATE ON ledger.fork_evidence
  FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();

CREATE FUNCTION ledger.refuse_while_forked() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM ledger.fork_evidence WHERE cleared_at IS NULL) THEN
    RAISE EXCEPTION 'the log is stopped: there is evidence of a fork'
      USING ERRCODE = 'object_not_in_prerequisite_state';
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER head_stops_at_fork BEFORE UPDATE OF size ON ledger.head
  FOR EACH ROW WHEN (NEW.size <> OLD.size) EXECUTE FUNCTION ledger.refuse_while_forked();

REVOKE ALL ON ALL TABLES IN SCHEMA ledger FROM PUBLIC;
REVOKE UPDATE, DELETE, TRUNCATE ON ledger.cosignatures, ledger.witnessed FROM CURRENT_USER;
REVOKE DELETE, TRUNCATE ON ledger.fork_evidence FROM CURRENT_USER;

-- Keeps what a round of witnesses gave, and the note when a quorum has made it the newest witnessed checkpoint.
-- Two processes may both believe that they speak for the log for a moment: rows of `witnessed` are added in the order of
-- their key all the same, so that the first one that covers an entry stays the first for ever.
CREATE FUNCTION ledger.keep_cosignatures(
  of_size bigint, witnesses text[], times bigint[], lines text[], reached bigint, witnessed_note text
) RETURNS boolean LANGUAGE plpgsql AS $$
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
$$;
