-- Every key that the log was ever signed with, and when. `veche.installation.verifier_key` is the newest of them.

CREATE TABLE veche.log_keys (
  vkey text PRIMARY KEY,
  since timestamptz NOT NULL DEFAULT now(),
  -- From when on it signed no more; null while it is in force.
  until timestamptz CHECK (until >= since)
);
INSERT INTO veche.log_keys (vkey, since) SELECT verifier_key, created_at FROM veche.installation;
