import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connect } from '@veche/postgres/connect.ts';
import { describeSchema, findUnindexedForeignKeys } from '@veche/postgres/describe-schema.ts';
import { copyDatabase, dropDatabase } from '@veche/postgres/template.ts';
import { describe, expect, it } from 'vitest';
import { afterwards } from '../support/afterwards.ts';
import { freshDatabase, testServer } from '../support/database.ts';
import { DRIZZLE_SCHEMAS, exportDrizzle, SCHEMAS } from '../support/schema-sources.ts';

const database = await freshDatabase();
const migrations = join(import.meta.dirname, '../../migrations');

describe('the schema', () => {
  it('is what migrations/schema.sql shows', async () => {
    const kept = await readFile(join(migrations, 'schema.sql'), 'utf8');
    expect(kept.slice(kept.indexOf('CREATE SCHEMA'))).toBe(await describeSchema(database.sql, SCHEMAS));
  });

  it('has an index under every foreign key', async () => {
    expect(await findUnindexedForeignKeys(database.sql, SCHEMAS)).toEqual([]);
  });

  it('shows a foreign key that has no index', async () => {
    await database.sql`CREATE SCHEMA planted`;
    await database.sql`CREATE TABLE planted.a (id int PRIMARY KEY)`;
    await database.sql`CREATE TABLE planted.b (a int REFERENCES planted.a)`;
    expect(await findUnindexedForeignKeys(database.sql, ['planted'])).toEqual(['planted.b (a)']);
  });

  it.each(DRIZZLE_SCHEMAS)('of $path is what $migration makes', async ({ path, migration }) => {
    const schema = migration.slice(5, -4);
    const address = await copyDatabase(testServer(), testServer().database);
    const other = connect(address, { max: 1 });
    afterwards(async () => {
      await other.close();
      await dropDatabase(address);
    });
    await other.sql.unsafe(`DROP SCHEMA ${schema} CASCADE`);
    await other.sql.unsafe(exportDrizzle(path)).simple();
    // Of triggers drizzle knows nothing: that they are there is what schema.sql shows.
    const tablesOf = async (sql: typeof other.sql): Promise<string> =>
      (await describeSchema(sql, [schema])).replace(/^CREATE TRIGGER .*\n/gm, '');
    expect(await tablesOf(database.sql)).toBe(await tablesOf(other.sql));
  });
});
