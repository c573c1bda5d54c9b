import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate } from '@veche/postgres/migrate.ts';
import { describe, expect, it } from 'vitest';
import { afterwards } from '../support/afterwards.ts';
import { freshDatabase } from '../support/database.ts';

const database = await freshDatabase();
const folder = await mkdtemp(join(tmpdir(), 'veche-migrations-'));
await cp(join(import.meta.dirname, '../../migrations'), folder, { recursive: true });
afterwards(() => rm(folder, { recursive: true }));

describe('migrating', () => {
  it('does nothing to a database that has everything', async () => {
    expect(await migrate(database.sql, folder)).toEqual([]);
  });

  it('applies a new file once, however many processes start together', async () => {
    await writeFile(
      join(folder, '9001_first.sql'),
      'CREATE TABLE veche.first (n int); INSERT INTO veche.first VALUES (1);',
    );
    const applied = await Promise.all([1, 2, 3, 4].map(() => migrate(database.sql, folder)));
    expect(applied.flat()).toEqual(['9001_first.sql']);
    expect(await database.sql`SELECT n FROM veche.first`).toHaveLength(1);
  });

  it('leaves nothing of a file that fails', async () => {
    await writeFile(join(folder, '9002_second.sql'), 'CREATE TABLE veche.second (n int); SELECT 1 / 0;');
    await expect(migrate(database.sql, folder)).rejects.toMatchObject({ code: 'MIGRATION_FAILED' });
    expect(await database.sql`SELECT to_regclass('veche.second') AS t`).toEqual([{ t: null }]);
    await rm(join(folder, '9002_second.sql'));
  });

  it('refuses a file that was edited after it had been applied', async () => {
    await writeFile(join(folder, '9001_first.sql'), 'CREATE TABLE veche.first (n bigint);');
    await expect(migrate(database.sql, folder)).rejects.toMatchObject({ code: 'MIGRATION_EDITED' });
  });

  it('refuses a database that is newer than the program', async () => {
    await rm(join(folder, '9001_first.sql'));
    await expect(migrate(database.sql, folder)).rejects.toMatchObject({ code: 'MIGRATION_UNKNOWN' });
  });
});
