// What the database remembers about the installation it belongs to, and the refusals that follow from it.
import type { Sql } from '@veche/postgres/connect.ts';

export type Installation = {
  readonly demo: boolean;
  readonly seeded: boolean;
  /** Every key the log was ever signed with, newest first. */
  readonly logKeys: readonly KnownLogKey[];
};

export type KnownLogKey = {
  readonly vkey: string;
  readonly since: Date;
  /** From when on it signed no more; null while it is in force. */
  readonly until: Date | null;
};

/** The database and the settings or the data folder do not belong together; the text says what to do. */
export class InstallationError extends Error {
  override readonly name = 'InstallationError';
  readonly code: 'DEMO_OVER_REAL' | 'REAL_OVER_DEMO' | 'OTHER_KEYS';
  constructor(code: InstallationError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

export type InstallationOptions = {
  /** The setting; null leaves the decision to `demoByDefault`. */
  readonly demo: boolean | null;
  /** For a database that nobody has decided about yet and that is empty. */
  readonly demoByDefault: boolean;
  /** The log's key, and after it the one it takes the place of while it is being replaced. */
  readonly verifierKeys: readonly string[];
};

/**
 * Reads the installation's record, making it at the first start.
 * @throws InstallationError: when a demonstration is asked for over real data or the other way round, or when the log's
 * key is not the one that this database's log was signed with.
 */
export async function openInstallation(sql: Sql, options: InstallationOptions): Promise<Installation> {
  const [people] = await sql<{ present: boolean }[]>`
    SELECT EXISTS (SELECT FROM people.persons) OR EXISTS (SELECT FROM people.buildings) AS present`;
  const mayBeDemo = people?.present !== true;
  const demo = options.demo ?? (options.demoByDefault && mayBeDemo);
  if (demo && !mayBeDemo) {
    const [known] = await sql<{ demo: boolean }[]>`SELECT demo FROM veche.installation`;
    if (!known?.demo) {
      throw new InstallationError(
        'DEMO_OVER_REAL',
        'VECHE_DEMO: this database holds real people; a demonstration needs one of its own',
      );
    }
  }
  await sql`
    INSERT INTO veche.installation (demo, verifier_key) VALUES (${demo}, ${options.verifierKeys[0]!})
    ON CONFLICT DO NOTHING`;
  await recordLogKeys(sql, options.verifierKeys);
  const [record] = await sql<{ demo: boolean; seeded: boolean }[]>`
    SELECT demo, seeded_at IS NOT NULL AS seeded FROM veche.installation`;
  if (!record) throw new TypeError('the record of the installation is missing');
  if (options.demo !== null && options.demo !== record.demo) {
    throw record.demo
      ? new InstallationError(
          'REAL_OVER_DEMO',
          'VECHE_DEMO: this database is a demonstration; a real one needs a database and a data folder of its own',
        )
      : new InstallationError(
          'DEMO_OVER_REAL',
          'VECHE_DEMO: this database is not a demonstration and cannot become one',
        );
  }
  // The clock of the demonstration: its one row makes the endpoints of the demonstration answer.
  if (record.demo) await sql`INSERT INTO people.demo (offset_ms) VALUES (0) ON CONFLICT DO NOTHING`;
  return { demo: record.demo, seeded: record.seeded, logKeys: await listLogKeys(sql) };
}

/**
 * Notes which keys are in force. A key that the database does not know is its own only beside one that it knows as the
 * newest: whoever replaces a key has both.
 * @param verifierKeys - of the data folder: the log's key, and after it the one it takes the place of
 * @throws InstallationError `OTHER_KEYS`
 */
export async function recordLogKeys(sql: Sql, verifierKeys: readonly string[]): Promise<void> {
  const [current = '', retiring] = verifierKeys;
  const known = await sql.begin(async (tx) => {
    const [record] = await tx<{ verifier_key: string }[]>`
      SELECT verifier_key FROM veche.installation FOR UPDATE`;
    if (!record || ![current, retiring].includes(record.verifier_key)) return false;
    await tx`INSERT INTO veche.log_keys (vkey) VALUES (${record.verifier_key}) ON CONFLICT DO NOTHING`;
    if (record.verifier_key !== current) {
      const [former] = await tx`SELECT FROM veche.log_keys WHERE vkey = ${current}`;
      // The key of an old backup, which a newer one has replaced already.
      if (former) return false;
      await tx`INSERT INTO veche.log_keys (vkey) VALUES (${current})`;
      await tx`UPDATE veche.installation SET verifier_key = ${current}`;
    }
    await tx`
      UPDATE veche.log_keys SET until = now()
      WHERE until IS NULL AND vkey <> ALL (${[...verifierKeys]}::text[])`;
    return true;
  });
  if (!known)
    throw new InstallationError(
      'OTHER_KEYS',
      'the keys in VECHE_DATA_DIR are not those of this database: start with the data folder that belongs to it',
    );
}

/** Every key the log was ever signed with, newest first. */
export async function listLogKeys(sql: Sql): Promise<KnownLogKey[]> {
  const rows = await sql<{ vkey: string; since: string | Date; until: string | Date | null }[]>`
    SELECT k.vkey, k.since, k.until FROM veche.log_keys k, veche.installation i
    ORDER BY k.vkey = i.verifier_key DESC, k.until DESC NULLS FIRST, k.since DESC`;
  return rows.map(({ vkey, since, until }) => ({
    vkey,
    since: new Date(since),
    until: until === null ? null : new Date(until),
  }));
}

/** Whether an earlier start was ended in the middle of filling a demonstration: such a one is made anew. */
export async function isUnfinishedDemo(sql: Sql): Promise<boolean> {
  const [table] = await sql<
    { present: boolean }[]
  >`SELECT to_regclass('veche.installation') IS NOT NULL AS present`;
  if (!table?.present) return false;
  const [row] = await sql<{ unfinished: boolean }[]>`
    SELECT EXISTS (SELECT FROM veche.installation WHERE demo AND seeded_at IS NULL) AS unfinished`;
  return row?.unfinished === true;
}

/** Notes that the demonstration is complete. */
export async function markSeeded(sql: Sql): Promise<void> {
  await sql`UPDATE veche.installation SET seeded_at = now() WHERE seeded_at IS NULL`;
}
