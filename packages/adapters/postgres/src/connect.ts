// Opens the pool of connections that everything else shares, with limits that keep one slow query from holding the house.
// Never parses a result for a module: rows become domain values in the modules' own stores.
import type { Database } from '@veche/module-kit/database.ts';
import { drizzle } from 'drizzle-orm/postgres-js';
import { openSql, type ConnectOptions, type DatabaseAddress, type Sql } from './open-sql.ts';

export { openSql, type ConnectOptions, type DatabaseAddress, type Sql };

/** An open pool: `db` for the modules, `sql` for this package. */
export type Connection = {
  readonly db: Database;
  readonly sql: Sql;
  /** Waits for queries under way, five seconds at most. */
  close(): Promise<void>;
};

const SSL_MODES = {
  require: 'require',
  prefer: 'prefer',
  'verify-ca': 'verify-full',
  'verify-full': 'verify-full',
} as const;

/**
 * Reads a DATABASE_URL such as `postgres://user:password@host:5432/name?sslmode=require`.
 * @throws TypeError: when it is not such an address; the text never repeats it, since it holds a password.
 */
export function parseDatabaseUrl(text: string): DatabaseAddress {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw new TypeError('expected DATABASE_URL of the form postgres://user:password@host:5432/name');
  }
  const database = decodeURIComponent(url.pathname.slice(1));
  const host = url.searchParams.get('host') ?? decodeURIComponent(url.hostname).replace(/^\[|\]$/g, '');
  if (!/^postgres(ql)?:$/.test(url.protocol) || database === '' || host === '') {
    throw new TypeError('expected DATABASE_URL of the form postgres://user:password@host:5432/name');
  }
  const mode = url.searchParams.get('sslmode') as keyof typeof SSL_MODES | null;
  return {
    host,
    port: Number(url.port || url.searchParams.get('port') || 5432),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    database,
    ...(mode && mode in SSL_MODES ? { ssl: SSL_MODES[mode] } : {}),
  };
}

/** A pool to the database. Nothing is opened until the first query; a lost connection is opened anew by the next one. */
export function connect(address: DatabaseAddress, options: ConnectOptions = {}): Connection {
  const sql = openSql(address, options);
  // NOTE: drizzle takes over how this client reads and writes dates and JSON: they are plain text in raw queries.
  const db = drizzle(preparingOften(sql, createOften())) as unknown as Database;
  // It also leaves arrays of dates and numerics without a way to be written; their elements are plain text here.
  for (const type of ARRAYS_OF_DATES_AND_NUMERICS) sql.options.serializers[type] = formatArray;
  return { db, sql, close: () => sql.end({ timeout: 5 }) };
}

/** A text that came so often is prepared: it saves the database its parsing and us a round trip each time. */
const OFTEN = 10;
/** Texts watched and prepared at most: those with a list of every length would never end. */
const MOST_TEXTS = 500;

/** Tells whether a text has come often by now. */
function createOften(): (text: string) => boolean {
  const counts = new Map<string, number>();
  return (text) => {
    const count = (counts.get(text) ?? 0) + 1;
    if (count > OFTEN) return true;
    if (count > 1 || counts.size < MOST_TEXTS) counts.set(text, count);
    return false;
  };
}

/** The client for drizzle, which by itself never prepares a statement; transactions included. */
function preparingOften(client: Sql, isOften: (text: string) => boolean): Sql {
  type Begin = (act: (tx: Sql) => unknown) => unknown;
  const nested =
    (begin: Begin): Begin =>
    (act) =>
      begin((tx) => act(preparingOften(tx, isOften)));
  return new Proxy(client, {
    get(target, property: keyof Sql | 'savepoint') {
      const value = target[property as keyof Sql] as unknown;
      if (property === 'unsafe')
        return ((text, parameters, options) =>
          target.unsafe(text, parameters, { ...options, prepare: isOften(text) })) as Sql['unsafe'];
      if (property === 'begin' || property === 'savepoint') return nested((value as Begin).bind(target));
      return value;
    },
  });
}

/** date[], timestamp[], timestamptz[], numeric[]. */
const ARRAYS_OF_DATES_AND_NUMERICS = [1182, 1115, 1185, 1231];

/** PostgreSQL's text form of an array of texts. */
const formatArray = (values: readonly (string | null)[]): string =>
  `{${values.map((value) => (value === null ? 'NULL' : `"${value.replace(/["\\]/g, '\\$&')}"`)).join(',')}}`;
