-- What this database belongs to: decided once, at the first start, and never changed by a setting afterwards.

CREATE TABLE veche.installation (
  single boolean PRIMARY KEY DEFAULT true CHECK (single),
  -- A demonstration holds invented people only and can never become a real installation, nor the other way round.
  demo boolean NOT NULL,
  -- The log's own key: a start with other keys would sign a second history.
  verifier_key text NOT NULL,
  -- When the demonstration's people and meetings were complete; null until then.
  seeded_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now()
);
