// Where the schema comes from: the modules' drizzle tables, each kept in a Postgres schema and a migration of its own.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');

export const SCHEMAS = ['ledger', 'meetings', 'people', 'veche'];

export const DRIZZLE_SCHEMAS = [
  {
    migration: '0002_people.sql',
    path: 'packages/people/src/schema.ts',
  },
  {
    migration: '0003_meetings.sql',
    path: 'packages/modules/meetings/src/**/schema.ts',
  },
] as const;

/** The SQL that makes the tables of a drizzle schema file in an empty database. */
export function exportDrizzle(path: string): string {
  const drizzleKit = join(root, 'node_modules/.bin/drizzle-kit');
  return execFileSync(drizzleKit, ['export', '--dialect', 'postgresql', '--schema', path], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  }).replaceAll('\t', '  ');
}
