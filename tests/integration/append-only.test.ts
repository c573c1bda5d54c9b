// What the register and the notices promise, kept by the database: what was recorded is only added to, whoever asks.
import { connect } from '@veche/postgres/connect.ts';
import { grantApplication, openApplicationRole } from '@veche/postgres/rights.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { afterwards } from '../support/afterwards.ts';
import { freshDatabase } from '../support/database.ts';

const owner = await freshDatabase();
const REFUSED = { code: '23001' };
const DENIED = { code: '42501' };

beforeAll(async () => {
  await owner.sql.unsafe(`
    INSERT INTO people.buildings (id, address, city, time_zone, created_at)
      VALUES ('b0000000-0000-4000-8000-000000000000', 'a', 'c', 'Europe/Moscow', now());
    INSERT INTO people.persons (id, kind, name, locale, created_at)
      VALUES ('e0000000-0000-4000-8000-000000000000', 'natural', 'n', 'ru', now());
    INSERT INTO people.premises (id, building_id, number, number_key, sort_key, kind, entrance, area_cm2)
      VALUES ('f0000000-0000-4000-8000-000000000000', 'b0000000-0000-4000-8000-000000000000', '1', '1', '1', 'flat', '', 1);
    INSERT INTO people.titles (building_id, premises_id, person_id, share, document, recorded_at)
      SELECT p.building_id, p.id, e.id, '1', '', now() FROM people.premises p, people.persons e;
    INSERT INTO people.register_events (building_id, kind, closed, opened, recorded_at, recorded_by)
      SELECT b.id, 'noted', '{}', '{}', now(), e.id FROM people.buildings b, people.persons e;
    INSERT INTO people.looks (building_id, person_id, place, at)
      SELECT b.id, e.id, 'register', now() FROM people.buildings b, people.persons e;
    INSERT INTO people.premises_past (building_id, premises_id, number, kind, entrance, area_cm2, superseded_at)
      SELECT building_id, id, number, kind, entrance, area_cm2, now() FROM people.premises;
    INSERT INTO people.bases (building_id, area_cm2, source, document_number, recorded_at, recorded_by)
      SELECT b.id, 1, 's', '', now(), e.id FROM people.buildings b, people.persons e;
    INSERT INTO people.representations (building_id, principal_id, agent_id, basis, document_number, document, from_day,
        recorded_at, recorded_by)
      SELECT b.id, e.id, e.id, 'law', '', '', '2026-01-01', now(), e.id FROM people.buildings b, people.persons e;
    INSERT INTO people.marks (building_id, mark, act, kind, person_id, document_number, from_day, recorded_at, recorded_by)
      SELECT b.id, gen_random_uuid(), 'stated', 'debtor', e.id, '', '2026-01-01', now(), e.id
      FROM people.buildings b, people.persons e;
    INSERT INTO people.messages (channel, recipient, subject, text, template, state, created_at, next_attempt_at)
      VALUES ('email', 'a@example.org', 's', 't', 'x', 'queued', now(), now());
    INSERT INTO people.message_events (message_id, kind, at) SELECT id, 'held', now() FROM people.messages;
    INSERT INTO meetings.meetings (building_id, id, title, form, openness, state, language, created_at, draft)
      SELECT id, 'm', 't', 'absentee', 'public', 'closed', 'ru', now(), '{}' FROM people.buildings;
    INSERT INTO meetings.tie_decisions (building_id, meeting, item, choice, decided_by, decided_at, idem)
      SELECT building_id, id, 'i1', 'for', gen_random_uuid(), now(), 'x' FROM meetings.meetings;`);
});

const TABLES = [
  'register_events',
  'looks',
  'premises_past',
  'bases',
  'message_events',
  'messages',
  'titles',
  'marks',
  'representations',
] as const;

describe('what was recorded', () => {
  it.each(TABLES)('in people.%s is not deleted, not even by the owner of the tables', async (table) => {
    expect(await owner.sql`SELECT FROM ${owner.sql(`people.${table}`)}`).toHaveLength(1);
    await expect(owner.sql.unsafe(`DELETE FROM people.${table}`)).rejects.toMatchObject(REFUSED);
    await expect(owner.sql.unsafe(`TRUNCATE people.${table} CASCADE`)).rejects.toMatchObject(REFUSED);
  });

  it.each([
    `UPDATE people.register_events SET note = 'x'`,
    `UPDATE people.looks SET why = 'x'`,
    `UPDATE people.premises_past SET area_cm2 = 2`,
    `UPDATE people.bases SET area_cm2 = 2`,
    `UPDATE people.message_events SET at = now()`,
    `UPDATE people.titles SET share = '1/2'`,
    `UPDATE people.titles SET person_id = NULL, superseded_at = now()`,
    `UPDATE people.titles SET held_to = '2026-05-01'`,
    `UPDATE people.marks SET until_day = '2026-05-01'`,
    `UPDATE people.representations SET until_day = '2026-05-01'`,
  ])('is not edited: %s', async (statement) => {
    await expect(owner.sql.unsafe(statement)).rejects.toMatchObject(REFUSED);
  });

  it.each([
    `UPDATE meetings.tie_decisions SET choice = 'against'`,
    'DELETE FROM meetings.tie_decisions',
    'TRUNCATE meetings.tie_decisions',
  ])('of how the chair decided a tie is said once: %s', async (statement) => {
    expect(await owner.sql`SELECT FROM meetings.tie_decisions`).toHaveLength(1);
    await expect(owner.sql.unsafe(statement)).rejects.toMatchObject(REFUSED);
  });

  it('gives way to a later version once, and that is not taken back', async () => {
    for (const table of ['titles', 'marks']) {
      await owner.sql.unsafe(`UPDATE people.${table} SET superseded_at = now()`);
      for (const other of ['NULL', `now() + interval '1 day'`])
        await expect(
          owner.sql.unsafe(`UPDATE people.${table} SET superseded_at = ${other}`),
        ).rejects.toMatchObject(REFUSED);
    }
  });

  it('is all that the application may not touch: versions end, representations are revoked, messages go out', async () => {
    const application = await openApplicationRole(owner.sql, owner.address);
    await grantApplication(owner.sql, application.user);
    const { sql, close } = connect(application, { max: 1 });
    afterwards(close);
    for (const table of TABLES)
      await expect(sql.unsafe(`DELETE FROM people.${table}`), table).rejects.toMatchObject(DENIED);
    for (const statement of [
      `UPDATE people.register_events SET note = 'x'`,
      `UPDATE people.titles SET share = '1/2'`,
      `UPDATE people.representations SET until_day = '2026-05-01'`,
    ])
      await expect(sql.unsafe(statement), statement).rejects.toMatchObject(DENIED);
    await sql`UPDATE people.titles SET superseded_at = superseded_at`;
    await sql`UPDATE people.representations SET revoked_on = '2026-05-01', revoked_at = now()`;
    await sql`UPDATE people.messages SET state = 'sent'`;
    await sql`SELECT FROM people.titles FOR UPDATE`;
  });
});

describe('the application', () => {
  it('may have the rolls measured, which are not its own', async () => {
    const application = await openApplicationRole(owner.sql, owner.address);
    await grantApplication(owner.sql, application.user);
    const { sql, close } = connect(application, { max: 1 });
    afterwards(close);
    await sql`SELECT veche.analyze_rolls()`;
    const [row] = await owner.sql<{ measured: boolean }[]>`
      SELECT last_analyze IS NOT NULL AS measured FROM pg_stat_user_tables
      WHERE schemaname = 'meetings' AND relname = 'roll'`;
    expect(row?.measured).toBe(true);
  });
});
