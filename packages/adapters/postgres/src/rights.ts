// The application's own role: it may add to the log, and neither change nor remove what is there. Who migrates owns the
// tables and is somebody else, so that not even a mistake in the application can take the triggers away.
// Must never be called over a connection of the application itself.
import { createHmac } from 'node:crypto';
import type { DatabaseAddress, Sql } from './connect.ts';

const APPLICATION = 'veche_application';
/** Any number of our own: processes that start together take turns. */
const LOCK = 8_642_197_534;

/**
 * The application's role on a server of our own, made when absent.
 * @param owner - where the owner of the tables connects; its password decides the role's, so that nothing more is kept.
 * @returns where the application connects.
 */
export async function openApplicationRole(sql: Sql, owner: DatabaseAddress): Promise<DatabaseAddress> {
  const password = createHmac('sha256', owner.password).update(APPLICATION).digest('base64url');
  await locked(sql, async (connection) => {
    const [present] = await connection`SELECT FROM pg_roles WHERE rolname = ${APPLICATION}`;
    const verb = present ? 'ALTER' : 'CREATE';
    // Of base64url and our own letters only: neither can end the quotation.
    await connection.unsafe(
      `${verb} ROLE ${APPLICATION} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD '${password}'`,
    );
  });
  return { ...owner, user: APPLICATION, password };
}

/**
 * Gives the role what the application needs, after the migrations. Idempotent.
 * @param sql - a connection of the tables' owner.
 */
export async function grantApplication(sql: Sql, role: string): Promise<void> {
  await locked(sql, (connection) => connection`SELECT veche.grant_application(${role})`);
}

/** Whether whoever is connected could change what is logged: as a superuser, or as the owner of the log's tables. */
export async function mayChangeLog(sql: Sql): Promise<boolean> {
  const [row] = await sql<{ may: boolean }[]>`
    SELECT r.rolsuper OR pg_has_role(current_user, c.relowner, 'MEMBER') AS may
    FROM pg_roles r, pg_class c
    WHERE r.rolname = current_user AND c.oid = 'ledger.leaves'::regclass`;
  return row?.may !== false;
}

/** Two that change rights or roles at once would fail on one another's rows of the catalog. */
async function locked(sql: Sql, act: (connection: Sql) => Promise<unknown>): Promise<void> {
  const connection = await sql.reserve();
  try {
    await connection`SELECT pg_advisory_lock(${LOCK})`;
    await act(connection as unknown as Sql);
  } finally {
    await connection`SELECT pg_advisory_unlock(${LOCK})`.catch(() => {});
    connection.release();
  }
}
