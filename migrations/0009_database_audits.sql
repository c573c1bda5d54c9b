-- What the comparison of the database with the public files found, run by run.

CREATE TABLE ledger.database_audits (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  ended_at timestamptz NOT NULL DEFAULT now(),
  -- Entries of the public log that were compared.
  size bigint NOT NULL CHECK (size >= 0),
  -- The first thing that differs: an entry by its index, the head or a checkpoint by its size.
  broken_kind text CHECK (broken_kind IN ('entry', 'head', 'checkpoint')),
  broken_at bigint,
  CHECK ((broken_kind IS NULL) = (broken_at IS NULL))
);
REVOKE ALL ON ledger.database_audits FROM PUBLIC;
