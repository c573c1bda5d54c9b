// Writes migrations/schema.sql from a database made by the migrations. Run it after a migration was added:
//   node tests/support/write-schema.ts
// With --regenerate it first makes the modules' own migrations anew from their drizzle tables: only before a release.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '@veche/postgres/connect.ts';
import { describeSchema } from '@veche/postgres/describe-schema.ts';
import { startEmbeddedPostgres } from '@veche/postgres/embedded.ts';
import { migrate } from '@veche/postgres/migrate.ts';
import { createDatabase } from '@veche/postgres/template.ts';
import { DRIZZLE_SCHEMAS, exportDrizzle, SCHEMAS } from './schema-sources.ts';

const migrations = join(import.meta.dirname, '../../migrations');

if (process.argv.includes('--regenerate')) {
  for (const { migration, about, path } of DRIZZLE_SCHEMAS) {
    writeFileSync(
      join(migrations, migration),
      `-- ${about}\n-- Made by drizzle-kit from ${path}.\n\n${exportDrizzle(path)}`,
    );
  }
}
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
