// The one database handle every store function takes first. Adapters make it; nobody else opens a connection.
import type { PgDatabase } from 'drizzle-orm/pg-core';
import type { PostgresJsQueryResultHKT } from 'drizzle-orm/postgres-js';

/** A connection pool or a transaction; store functions do not care which. */
export type Tx = PgDatabase<PostgresJsQueryResultHKT, Record<string, never>>;
/** The pool itself: may begin transactions. */
export type Database = Tx;
