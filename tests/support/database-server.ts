// Starts the one database server of a test run, before any test, and stops it after the last.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '@veche/postgres/connect.ts';
import { startEmbeddedPostgres } from '@veche/postgres/embedded.ts';
import { migrate } from '@veche/postgres/migrate.ts';
import { createDatabase } from '@veche/postgres/template.ts';
import type { TestProject } from 'vitest/node';
import './database.ts';

export default async function startDatabaseServer(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'veche-test-'));
  const server = await startEmbeddedPostgres({ directory: join(folder, 'postgres'), durable: false });
  const template = { ...server.address, database: 'template_veche' };
  await createDatabase(template);
  const connection = connect(template, { max: 1 });
  await migrate(connection.sql, join(import.meta.dirname, '../../migrations'));
  await connection.close();
  project.provide('databaseServer', template);
  return async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  };
}
