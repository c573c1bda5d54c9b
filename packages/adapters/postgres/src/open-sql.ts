// The driver alone: one place says how every connection of the house is opened. Without the query builder, whose loading
// takes longer than all the rest a small process does.
import postgres from 'postgres';

/** Where a database is. `host` that begins with a slash is the folder of a Unix socket. */
export type DatabaseAddress = {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  readonly ssl?: 'require' | 'prefer' | 'verify-full';
};

export type Sql = postgres.Sql;

export type ConnectOptions = {
  /** Connections at most; 20 unless said. */
  readonly max?: number;
  /** Milliseconds a statement may take; 15 seconds unless said, 0 for no limit. */
  readonly statementTimeoutMs?: number;
  readonly applicationName?: string;
  /** Never closes an idle or an old connection by itself: for one that holds a lock or listens. */
  readonly permanent?: boolean;
  /** Called when a connection is lost or closed. */
  readonly onClose?: () => void;
};

/** The driver alone, for connections with a purpose of their own (the sequencer's lock, listening). */
export function openSql(address: DatabaseAddress, options: ConnectOptions = {}): Sql {
  return postgres({
    host: address.host,
    port: address.port,
    user: address.user,
    password: address.password,
    database: address.database,
    ...(address.ssl ? { ssl: address.ssl } : {}),
    max: options.max ?? 20,
    connect_timeout: 5,
    // Half a second at most between attempts: a database that comes back is used at once.
    backoff: (attempt: number) => Math.min(0.05 * 2 ** attempt, 0.5),
    onnotice: () => {},
    ...(options.permanent ? { idle_timeout: undefined, max_lifetime: null } : {}),
    ...(options.onClose ? { onclose: options.onClose } : {}),
    connection: {
      application_name: options.applicationName ?? 'veche',
      statement_timeout: options.statementTimeoutMs ?? 15_000,
      idle_in_transaction_session_timeout: 30_000,
      timezone: 'UTC',
    } as Record<string, string | number>,
  } as postgres.Options<Record<string, never>>) as unknown as Sql;
}
