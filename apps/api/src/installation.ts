// What the database remembers about the installation it belongs to, and the refusals that follow from it.
import type { Sql } from '@veche/postgres/connect.ts';

export type Installation = { readonly demo: boolean; readonly seeded: boolean };

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
  readonly verifierKey: string;
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
    INSERT INTO veche.installation (demo, verifier_key) VALUES (${demo}, ${options.verifierKey})
    ON CONFLICT DO NOTHING`;
  const [record] = await sql<{ demo: boolean; verifier_key: string; seeded: boolean }[]>`
    SELECT demo, verifier_key, seeded_at IS NOT NULL AS seeded FROM veche.installation`;
  if (!record) throw new TypeError('the record of the installation is missing');
  if (record.verifier_key !== options.verifierKey) {
    throw new InstallationError(
      'OTHER_KEYS',
      'the keys in VECHE_DATA_DIR are not those of this database: start with the data folder that belongs to it',
    );
  }
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
  return { demo: record.demo, seeded: record.seeded };
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
