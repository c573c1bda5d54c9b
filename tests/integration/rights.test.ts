// The application's own connection may add to the log and can do nothing else to it, whatever the application does.
import { join } from 'node:path';
import { connect, type DatabaseAddress } from '@veche/postgres/connect.ts';
import { openJobQueue } from '@veche/postgres/jobs.ts';
import { migrate } from '@veche/postgres/migrate.ts';
import { grantApplication, mayChangeLog, openApplicationRole } from '@veche/postgres/rights.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { afterwards } from '../support/afterwards.ts';
import { freshDatabase, type TestDatabase } from '../support/database.ts';
import { freshTiles, leafOf, openLog, readPublicLog, silent } from '../support/log.ts';

const MIGRATIONS = join(import.meta.dirname, '../../migrations');
const DENIED = { code: '42501' };

let owner: TestDatabase;
let application: DatabaseAddress;
beforeAll(async () => {
  owner = await freshDatabase();
  application = await openApplicationRole(owner.sql, owner.address);
  await grantApplication(owner.sql, application.user);
});

describe('the connection of the application', () => {
  it('logs, takes the log over and gives receipts', async () => {
    const tiles = await freshTiles();
    const log = await openLog(application, tiles);
    const idems = ['one', 'two', 'three'].map((text) => leafOf(text));
    await log.db.transaction((tx) => log.ledger.submit(tx, idems));
    log.ledger.wake();
    const receipts = await log.ledger.receipts(
      idems.map(({ idem }) => idem),
      15_000,
    );
    expect(receipts.map((receipt) => receipt?.index)).toEqual([1, 2, 3]);
    expect(await readPublicLog(tiles)).toHaveLength(4);
    expect(await mayChangeLog(log.sql)).toBe(false);
    expect(await mayChangeLog(owner.sql)).toBe(true);
  });

  it.each(
    ['leaves', 'positions', 'checkpoints', 'cosignatures', 'witnessed'].flatMap((table) => [
      `DELETE FROM ledger.${table}`,
      `TRUNCATE ledger.${table}`,
      `ALTER TABLE ledger.${table} DISABLE TRIGGER USER`,
      `ALTER TABLE ledger.${table} DISABLE TRIGGER ALL`,
      `DROP TRIGGER ${table}_append_only ON ledger.${table}`,
      `DROP TABLE ledger.${table}`,
      `CREATE RULE quiet AS ON INSERT TO ledger.${table} DO INSTEAD NOTHING`,
    ]),
  )('cannot: %s', async (statement) => {
    const { sql, close } = connect(application, { max: 1 });
    afterwards(close);
    await expect(sql.unsafe(statement)).rejects.toMatchObject(DENIED);
  });

  it.each([
    `UPDATE ledger.leaves SET leaf = 'x'`,
    `UPDATE ledger.positions SET idx = idx + 1`,
    `DROP VIEW ledger.entries`,
    `UPDATE ledger.checkpoints SET note = ''`,
    `UPDATE ledger.witnessed SET note = ''`,
    `DELETE FROM ledger.head`,
    `DELETE FROM ledger.fork_evidence`,
    `UPDATE ledger.fork_evidence SET our_note = ''`,
    `INSERT INTO ledger.leaves (idem, leaf) VALUES ('', '') ON CONFLICT (idem) DO UPDATE SET leaf = 'x'`,
    `CREATE OR REPLACE FUNCTION ledger.refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN OLD; END'`,
    `SET session_replication_role = replica`,
    `SET ROLE postgres`,
    `INSERT INTO veche.migrations (name, sha256) VALUES ('9999_x.sql', '')`,
    `CREATE TABLE ledger.planted (a int)`,
    `SELECT veche.grant_application('postgres')`,
  ])('cannot: %s', async (statement) => {
    const { sql, close } = connect(application, { max: 1 });
    afterwards(close);
    const refused = await sql.unsafe(statement).then(
      () => null,
      (error: { code: string }) => error.code,
    );
    // 22023: there is no such role on this server, which refuses as well.
    expect(['42501', '22023']).toContain(refused);
  });

  it('can answer for evidence, and for nothing else in it', async () => {
    const { sql, close } = connect(application, { max: 1 });
    afterwards(close);
    await sql`INSERT INTO ledger.fork_evidence (witness, witness_key, kind, our_size, our_note)
      VALUES ('w', 'k', 'fork', 1, 'note')`;
    await sql`UPDATE ledger.fork_evidence SET cleared_at = now(), cleared_why = 'looked at'`;
    expect(await sql`SELECT cleared_why FROM ledger.fork_evidence`).toEqual([{ cleared_why: 'looked at' }]);
  });

  it('finds nothing to migrate, keeps a queue of its own, and loses nothing when rights are given again', async () => {
    const { sql, close } = connect(application, { max: 2 });
    afterwards(close);
    expect(await migrate(sql, MIGRATIONS)).toEqual([]);
    const queue = await openJobQueue({ address: application, log: silent, queues: ['a.b'], reactions: [] });
    await queue.stop();
    await grantApplication(owner.sql, application.user);
    expect(await sql`SELECT count(*)::int AS n FROM ledger.entries`).toEqual([{ n: 4 }]);
  });

  it('takes over a queue that the owner had made before there was such a role', async () => {
    const older = await freshDatabase();
    const theirs = await openJobQueue({
      address: older.address,
      log: silent,
      queues: ['a.b'],
      reactions: [],
    });
    await theirs.stop();
    const role = await openApplicationRole(older.sql, older.address);
    await grantApplication(older.sql, role.user);
    const ours = await openJobQueue({ address: role, log: silent, queues: ['a.b', 'a.c'], reactions: [] });
    await ours.stop();
    const { sql, close } = connect(role, { max: 1 });
    afterwards(close);
    expect(await sql`SELECT name FROM jobs.queue WHERE name LIKE 'a.%' ORDER BY name`).toEqual([
      { name: 'a.b' },
      { name: 'a.c' },
    ]);
  });
});
