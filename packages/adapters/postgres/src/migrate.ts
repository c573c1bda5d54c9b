// Brings the database to the present schema: numbered SQL files, each once, in order, in one transaction each.
// Never edits the past: a file that changed after it was applied stops the start.
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Sql } from './connect.ts';

/** A migration that cannot be applied, or one that was edited after it had been. */
export class MigrationError extends Error {
  override readonly name = 'MigrationError';
  readonly code: 'MIGRATION_EDITED' | 'MIGRATION_UNKNOWN' | 'MIGRATION_FAILED' | 'DATABASE_ENCODING';
  constructor(code: MigrationError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Any number of our own: every process that migrates this product takes the same one. */
const LOCK = 8_642_197_531;
const NAME = /^[0-9]{4}_[a-z0-9_]+\.sql$/;

/**
 * Applies what is missing from `folder`. Any number of processes may call it at once; one works, the others wait.
 * @returns the names applied now.
 * @throws MigrationError: edited or unknown files, an error in the SQL, a database that is not UTF-8.
 */
export async function migrate(sql: Sql, folder: string): Promise<string[]> {
  const files = (await readdir(folder)).filter((name) => NAME.test(name)).sort();
  const connection = await sql.reserve();
  try {
    await connection`SET statement_timeout = 0`;
    await connection`SELECT pg_advisory_lock(${LOCK})`;
    const [database] = await connection<
      { encoding: string }[]
    >`SELECT current_setting('server_encoding') AS encoding`;
    if (database?.encoding !== 'UTF8')
      throw new MigrationError('DATABASE_ENCODING', 'expected a database in UTF8');
    // Asked first: whoever may only use the tables may still see that nothing is to be done.
    const [table] = await connection<
      { present: boolean }[]
    >`SELECT to_regclass('veche.migrations') IS NOT NULL AS present`;
    if (!table?.present) {
      await connection`CREATE SCHEMA IF NOT EXISTS veche`;
      await connection`
        CREATE TABLE veche.migrations (
          name text PRIMARY KEY,
          sha256 text NOT NULL,
          applied_at timestamptz NOT NULL DEFAULT now()
        )`;
    }
    const rows = await connection<
      { name: string; sha256: string }[]
    >`SELECT name, sha256 FROM veche.migrations`;
    const applied = new Map(rows.map(({ name, sha256 }) => [name, sha256]));
    for (const name of applied.keys()) {
      if (!files.includes(name))
        throw new MigrationError(
          'MIGRATION_UNKNOWN',
          `the database is newer than this program: it has ${name}`,
        );
    }
    const now: string[] = [];
    for (const name of files) {
      const text = await readFile(join(folder, name), 'utf8');
      const sha256 = createHash('sha256').update(text).digest('hex');
      const known = applied.get(name);
      if (known === sha256) continue;
      if (known !== undefined)
        throw new MigrationError('MIGRATION_EDITED', `${name} was changed after it had been applied`);
      try {
        await connection.unsafe('BEGIN').simple();
        await connection.unsafe(text).simple();
        await connection`INSERT INTO veche.migrations (name, sha256) VALUES (${name}, ${sha256})`;
        await connection.unsafe('COMMIT').simple();
      } catch (cause) {
        await connection.unsafe('ROLLBACK').simple();
        const reason = cause instanceof Error ? cause.message : '';
        throw new MigrationError('MIGRATION_FAILED', `${name} failed: ${reason}`, { cause });
      }
      now.push(name);
    }
    return now;
  } finally {
    await connection`SELECT pg_advisory_unlock(${LOCK})`.catch(() => {});
    await connection`RESET statement_timeout`.catch(() => {});
    connection.release();
  }
}
