// Databases made by copying: one is migrated once, the others are copies of its files. For tests and for trying things.
import { randomBytes } from 'node:crypto';
import { connect, type Connection, type DatabaseAddress } from './connect.ts';

const NAME = /^[a-z][a-z0-9_]{0,50}$/;

/** Makes an empty database on the server of `address`, unless it is there already. @returns true when it was made. */
export async function createDatabase(address: DatabaseAddress, template?: string): Promise<boolean> {
  return asAdministrator(address, async ({ sql }) => {
    checkName(address.database);
    const [present] = await sql`SELECT FROM pg_database WHERE datname = ${address.database}`;
    if (present) return false;
    if (template !== undefined) checkName(template);
    // A copy by files takes milliseconds for a database as small as ours, and needs no checkpoint when logged.
    await sql.unsafe(
      `CREATE DATABASE ${address.database}${template ? ` TEMPLATE ${template} STRATEGY file_copy` : ''}`,
    );
    return true;
  });
}

/** A fresh copy of the database `template`, under a name of its own; nobody may be connected to the template. */
export async function copyDatabase(server: DatabaseAddress, template: string): Promise<DatabaseAddress> {
  const address = { ...server, database: `${template}_${randomBytes(6).toString('hex')}` };
  await createDatabase(address, template);
  return address;
}

/** Drops a database, throwing out whoever is connected. */
export async function dropDatabase(address: DatabaseAddress): Promise<void> {
  checkName(address.database);
  await asAdministrator(address, ({ sql }) =>
    sql.unsafe(`DROP DATABASE IF EXISTS ${address.database} WITH (FORCE)`),
  );
}

async function asAdministrator<T>(
  address: DatabaseAddress,
  act: (connection: Connection) => Promise<T>,
): Promise<T> {
  const connection = connect({ ...address, database: 'postgres' }, { max: 1, statementTimeoutMs: 60_000 });
  try {
    return await act(connection);
  } finally {
    await connection.close();
  }
}

function checkName(name: string): void {
  if (!NAME.test(name)) throw new RangeError('expected the name of a database of [a-z0-9_]');
}
