-- The roll of a large building comes into its table all at once, and votes follow at once: until the planner knows how large it
-- has become, the check of every vote against it reads all of the roll. The application's role may not analyze what it does
-- not own, so this is done in the owner's name. To be called after an opening, in no transaction with it.
CREATE FUNCTION veche.analyze_rolls() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog AS $$
BEGIN
  ANALYZE meetings.roll;
END
$$;

-- What was sent about a meeting, page by page in its order.
DROP INDEX people.messages_about_index;
CREATE INDEX messages_about_index ON people.messages (about, id) WHERE about IS NOT NULL;

-- Those whose delivery failed lately, for the figures of the queue.
CREATE INDEX messages_failed_index ON people.messages (next_attempt_at) WHERE state = 'failed';
