-- The meeting that an entry names is looked for byte by byte, not by a pattern over the whole of it: of all that was done for
-- a vote nothing took the database longer.

-- The meeting's id after `"meeting":"` in canonical JSON, where these bytes can only be the field itself: inside a text the
-- quotes would be escaped. Null where there is none, or none of the form that ids have.
CREATE FUNCTION ledger.meeting_of(leaf bytea) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  at integer := position('"meeting":"'::bytea IN leaf);
  id bytea;
  past integer;
BEGIN
  IF at = 0 THEN
    RETURN NULL;
  END IF;
  id := substring(leaf FROM at + 11 FOR 65);
  past := position('"'::bytea IN id);
  IF past < 2 THEN
    RETURN NULL;
  END IF;
  RETURN substring(encode(substring(id FOR past - 1), 'escape') FROM '^[a-zA-Z0-9_-]+$');
END
$$;

CREATE OR REPLACE FUNCTION ledger.index_entries(most bigint) RETURNS bigint LANGUAGE plpgsql AS $$
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
    SELECT idx, substring(leaf_hash FOR 8), ledger.meeting_of(leaf)
    FROM ledger.entries WHERE idx >= first AND idx < past;
  UPDATE ledger.search_progress SET next = past WHERE id = 1;
  RETURN past - first;
END
$$;
