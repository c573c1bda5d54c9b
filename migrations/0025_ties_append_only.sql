-- How the chair decided a tie is said once; the log holds the same.
CREATE TRIGGER tie_decisions_append_only BEFORE UPDATE OR DELETE ON meetings.tie_decisions
  FOR EACH ROW EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER tie_decisions_never_truncated BEFORE TRUNCATE ON meetings.tie_decisions
  FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
