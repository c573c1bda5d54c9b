// The database for an operator's command, while no server writes the log: as its owner, over one connection, which holds the
// sequencer's lock from the first to the last moment.
import { join } from 'node:path';
import { connect, type Connection } from '@veche/postgres/connect.ts';
import { startEmbeddedPostgres } from '@veche/postgres/embedded.ts';
import { migrate } from '@veche/postgres/migrate.ts';
import { RecoveryError } from '@veche/postgres/recovery.ts';
import { SEQUENCER_LOCK } from '@veche/postgres/sequencer-process.ts';
import { createDatabase } from '@veche/postgres/template.ts';
import type { Settings } from './settings.ts';

const MIGRATIONS = join(import.meta.dirname, '../../../migrations');

/**
 * Acts on the database of the settings, brought up to date first.
 * @throws RecoveryError `SEQUENCER_RUNS`: when a process of Veche writes the log.
 */
export async function withLogDatabase<Result>(
  settings: Settings,
  act: (sql: Connection['sql']) => Promise<Result>,
): Promise<Result> {
  const embedded = settings.database
    ? null
    : await startEmbeddedPostgres({ directory: join(settings.dataDir, 'postgres') });
  try {
    if (embedded) await createDatabase(embedded.address);
    const owner = embedded?.address ?? settings.migrations ?? settings.database!;
    const connection = connect(owner, { max: 1, permanent: true, statementTimeoutMs: 0 });
    try {
      const { sql } = connection;
      const [lock] = await sql<
        { locked: boolean }[]
      >`SELECT pg_try_advisory_lock(${SEQUENCER_LOCK}) AS locked`;
      if (!lock?.locked)
        throw new RecoveryError(
          'SEQUENCER_RUNS',
          'a process writes this log: stop every process of Veche first',
        );
      await migrate(sql, MIGRATIONS);
      return await act(sql);
    } finally {
      await connection.close();
    }
  } finally {
    await embedded?.stop();
  }
}
