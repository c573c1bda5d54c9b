-- Finds the registrar's few entries among a million others: every audit bundle shows them.
-- In canonical JSON these bytes can only be the kind itself: inside a text the quotes would be escaped.

CREATE INDEX registrar_entries ON ledger.entries (idx) WHERE position('"kind":"registrar"'::bytea IN leaf) > 0;
