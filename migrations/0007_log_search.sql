-- What the explorer of the log asks: which entries a meeting has, where an entry with a certain hash is, how the log grew.
-- All of it follows from the entries and may be thrown away and made anew. None of it is written while a batch is committed:
-- entries become findable a moment later, by `ledger.index_entries`, and growth costs one row an hour.

CREATE TABLE ledger.search_entries (
  idx bigint PRIMARY KEY,
  -- The first eight bytes of the leaf's hash.
  hash8 bytea NOT NULL,
  -- The meeting that the entry names; null where it names none.
  meeting text
);
CREATE INDEX search_entries_hash ON ledger.search_entries (hash8);
CREATE INDEX search_entries_meeting ON ledger.search_entries (meeting, idx) WHERE meeting IS NOT NULL;

CREATE TABLE ledger.search_progress (
  id integer PRIMARY KEY CHECK (id = 1),
  -- The first entry that is not findable yet.
  next bigint NOT NULL
);
INSERT INTO ledger.search_progress (id, next) VALUES (1, 0);

-- Makes up to `most` further entries findable and says how many they were; several callers take turns.
-- In canonical JSON the words `"meeting":"` can only be the field itself: inside a text the quotes would be escaped.
CREATE FUNCTION ledger.index_entries(most bigint) RETURNS bigint LANGUAGE plpgsql AS $$
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
$$;

-- How many entries the log had when the first batch of an hour was committed.
CREATE TABLE ledger.growth (
  -- Whole hours since 1970.
  hour bigint PRIMARY KEY,
  size bigint NOT NULL
);

CREATE FUNCTION ledger.note_growth() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO ledger.growth (hour, size) VALUES (NEW.at_ms / 3600000, OLD.size) ON CONFLICT DO NOTHING;
  RETURN NULL;
END
$$;
CREATE TRIGGER growth_noted AFTER UPDATE OF at_ms ON ledger.head
  FOR EACH ROW WHEN (NEW.at_ms / 3600000 <> OLD.at_ms / 3600000) EXECUTE FUNCTION ledger.note_growth();
