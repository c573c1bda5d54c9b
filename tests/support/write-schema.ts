// Writes migrations/schema.sql from a database made by the migrations. Run it after a migration was added:
//   node tests/support/write-schema.ts
// A module's tables are changed in its drizzle schema and in a new migration; a test compares the two.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '@veche/postgres/connect.ts';
import { describeSchema } from '@veche/postgres/describe-schema.ts';
import { startEmbeddedPostgres } from '@veche/postgres/embedded.ts';
import { migrate } from '@veche/postgres/migrate.ts';
import { createDatabase } from '@veche/postgres/template.ts';
import { SCHEMAS } from './schema-sources.ts';

const migrations = join(import.meta.dirname, '../../migrations');

const folder = mkdtempSync(join(tmpdir(), 'veche-schema-'));
const server = await startEmbeddedPostgres({ directory: join(folder, 'postgres'), durable: false });
try {
  await createDatabase(server.address);
  const connection = connect(server.address, { max: 2 });
  await migrate(connection.sql, migrations);
  const header =
    '-- What the migrations add up to: read it, never run it. Written by tests/support/write-schema.ts.\n\n';
  writeFileSync(join(migrations, 'schema.sql'), header + (await describeSchema(connection.sql, SCHEMAS)));
  await connection.close();
} finally {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
}
