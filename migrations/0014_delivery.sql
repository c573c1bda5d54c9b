-- What becomes of every message: the proof of notice, owner by owner and channel by channel.
ALTER TABLE people.messages
  ADD COLUMN about text,
  ADD COLUMN once_key text,
  ADD COLUMN may_wait boolean NOT NULL DEFAULT false,
  ADD COLUMN content_hash text NOT NULL DEFAULT '',
  ADD COLUMN reference text,
  ADD COLUMN settled_at timestamptz(3),
  ADD COLUMN read_at timestamptz(3);

ALTER TABLE people.messages
  DROP CONSTRAINT messages_channel_check,
  DROP CONSTRAINT messages_state_check;
ALTER TABLE people.messages
  ADD CONSTRAINT messages_channel_check CHECK (channel in ('email', 'sms', 'app')),
  ADD CONSTRAINT messages_state_check CHECK (state in ('queued', 'sent', 'delivered', 'failed', 'bounced'));

CREATE INDEX messages_about_index ON people.messages (about) WHERE about IS NOT NULL;
CREATE INDEX messages_reference_index ON people.messages (channel, reference) WHERE reference IS NOT NULL;
CREATE INDEX messages_inbox_index ON people.messages (person_id, id) WHERE channel = 'app';
CREATE UNIQUE INDEX messages_once_key ON people.messages (once_key);

CREATE TABLE people.message_events (
  id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  message_id bigint NOT NULL CONSTRAINT message_events_message_id_messages_id_fk
    REFERENCES people.messages (id) ON DELETE CASCADE,
  kind text NOT NULL,
  at timestamptz(3) NOT NULL,
  code text,
  CONSTRAINT message_events_kind_check
    CHECK (kind in ('held', 'refused', 'sent', 'delayed', 'delivered', 'bounced', 'given-up', 'read'))
);
CREATE INDEX message_events_message_index ON people.message_events (message_id);

CREATE TABLE people.dead_contacts (
  channel text NOT NULL,
  address text NOT NULL,
  code text NOT NULL,
  found_at timestamptz(3) NOT NULL,
  CONSTRAINT dead_contacts_channel_address_pk PRIMARY KEY (channel, address),
  CONSTRAINT dead_contacts_channel_check CHECK (channel in ('email', 'sms'))
);

CREATE TABLE people.message_choices (
  person_id uuid PRIMARY KEY CONSTRAINT message_choices_person_id_persons_id_fk REFERENCES people.persons (id),
  reminders boolean NOT NULL DEFAULT true,
  token text NOT NULL CONSTRAINT message_choices_token_key UNIQUE
);

CREATE TABLE meetings.hand_deliveries (
  building_id uuid NOT NULL,
  meeting text NOT NULL,
  id uuid NOT NULL,
  kind text NOT NULL,
  channel text NOT NULL,
  person_id uuid,
  entrance text,
  happened_at timestamptz NOT NULL,
  recorded_at timestamptz NOT NULL,
  recorded_by uuid NOT NULL,
  detail text NOT NULL,
  proof_file text,
  proof_type text,
  proof_hash text,
  withdrawn_at timestamptz,
  withdrawn_by uuid,
  withdrawn_why text,
  CONSTRAINT hand_deliveries_building_id_meeting_id_pk PRIMARY KEY (building_id, meeting, id),
  CONSTRAINT hand_deliveries_meeting_fk FOREIGN KEY (building_id, meeting)
    REFERENCES meetings.meetings (building_id, id)
);

CREATE TABLE meetings.calendar_feeds (
  person_id uuid PRIMARY KEY,
  token_hash text NOT NULL CONSTRAINT calendar_feeds_token_key UNIQUE,
  created_at timestamptz NOT NULL
);
