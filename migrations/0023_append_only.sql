-- What the register and the notices promise is kept by the database too: what was recorded is only ever added to. Whatever a
-- trigger of ledger.refuse_change() guards is not granted to the application's role either (veche.grant_application).

CREATE OR REPLACE FUNCTION ledger.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '%.% is append-only: % is refused', TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_OP
    USING ERRCODE = 'restrict_violation';
END
$$;

-- Events, and who looked at what.
CREATE TRIGGER register_events_append_only BEFORE UPDATE OR DELETE ON people.register_events
  FOR EACH ROW EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER register_events_never_truncated BEFORE TRUNCATE ON people.register_events
  FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER looks_append_only BEFORE UPDATE OR DELETE ON people.looks
  FOR EACH ROW EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER looks_never_truncated BEFORE TRUNCATE ON people.looks
  FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER premises_past_append_only BEFORE UPDATE OR DELETE ON people.premises_past
  FOR EACH ROW EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER premises_past_never_truncated BEFORE TRUNCATE ON people.premises_past
  FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER bases_append_only BEFORE UPDATE OR DELETE ON people.bases
  FOR EACH ROW EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER bases_never_truncated BEFORE TRUNCATE ON people.bases
  FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();

-- Deliveries: of a message only its state moves, and it is the proof of what was sent.
CREATE TRIGGER message_events_append_only BEFORE UPDATE OR DELETE ON people.message_events
  FOR EACH ROW EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER message_events_never_truncated BEFORE TRUNCATE ON people.message_events
  FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER messages_kept BEFORE DELETE ON people.messages
  FOR EACH ROW EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER messages_never_truncated BEFORE TRUNCATE ON people.messages
  FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();

-- Versions: the one thing that ever happens to one is that a later one takes its place, once.
CREATE TRIGGER titles_kept
  BEFORE DELETE OR UPDATE OF building_id, id, premises_id, person_id, share, document, held_from, recorded_at, import_id,
    held_to, document_kind, document_number, document_date, room, joint_with, "freeze", arrested, usufructuary_id
  ON people.titles FOR EACH ROW EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER titles_never_truncated BEFORE TRUNCATE ON people.titles
  FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER marks_kept
  BEFORE DELETE OR UPDATE OF building_id, id, mark, act, kind, person_id, premises_id, document_kind, document_number,
    document_date, from_day, until_day, note, recorded_at, recorded_by
  ON people.marks FOR EACH ROW EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER marks_never_truncated BEFORE TRUNCATE ON people.marks
  FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();

CREATE FUNCTION veche.refuse_second_end() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'a version of %.% is superseded once', TG_TABLE_SCHEMA, TG_TABLE_NAME
    USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER titles_superseded_once BEFORE UPDATE OF superseded_at ON people.titles
  FOR EACH ROW WHEN (OLD.superseded_at IS NOT NULL AND NEW.superseded_at IS DISTINCT FROM OLD.superseded_at)
  EXECUTE FUNCTION veche.refuse_second_end();
CREATE TRIGGER marks_superseded_once BEFORE UPDATE OF superseded_at ON people.marks
  FOR EACH ROW WHEN (OLD.superseded_at IS NOT NULL AND NEW.superseded_at IS DISTINCT FROM OLD.superseded_at)
  EXECUTE FUNCTION veche.refuse_second_end();

-- Whom somebody may act for can be revoked, and follow a person who turned out to be another; nothing else of it changes.
CREATE TRIGGER representations_kept
  BEFORE DELETE OR UPDATE OF building_id, id, basis, premises_ids, document_kind, document_number, document_date, document,
    from_day, until_day, recorded_at, recorded_by
  ON people.representations FOR EACH ROW EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER representations_never_truncated BEFORE TRUNCATE ON people.representations
  FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
