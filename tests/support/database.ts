// Real databases for tests: one embedded server for the whole run, one migrated template, one fresh copy per test file.
import { inject } from 'vitest';
import { afterwards } from './afterwards.ts';
import { connect, type Connection, type DatabaseAddress } from '@veche/postgres/connect.ts';
import { copyDatabase, dropDatabase } from '@veche/postgres/template.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The test server and the name of its migrated template. */
    databaseServer: DatabaseAddress;
  }
}

export type TestDatabase = Connection & { readonly address: DatabaseAddress };

/** The server of this run; `database` names the migrated template. */
export const testServer = (): DatabaseAddress => inject('databaseServer');

/** A fresh, migrated database of its own, dropped after the tests of the file. */
export async function freshDatabase(): Promise<TestDatabase> {
  const address = await freshAddress();
  const connection = connect(address, { max: 10 });
  afterwards(() => connection.close());
  return { ...connection, address };
}

/** The same without a connection: for a composition that opens its own. */
export async function freshAddress(): Promise<DatabaseAddress> {
  const server = testServer();
  const address = await copyDatabase(server, server.database);
  afterwards(() => dropDatabase(address));
  return address;
}
