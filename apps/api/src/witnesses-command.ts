// The program behind `npm run witnesses`: how the witnesses of the log were met, and after evidence of a fork the operator's
// word that the log may go on. It reads and writes the database alone; a running server hears of it at once.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { ForkEvidence } from '@veche/module-kit/module.ts';
import { connect } from '@veche/postgres/connect.ts';
import { startEmbeddedPostgres } from '@veche/postgres/embedded.ts';
import { readForks, readNewestWitnessed } from '@veche/postgres/ledger-status.ts';
import { clearForkEvidence, loadWitnessStates } from '@veche/postgres/witness-records.ts';
import { parseSettings } from './settings.ts';

const USAGE = `usage: npm run witnesses                                 how they were met, and all evidence of forks
       npm run witnesses -- clear --because "<reason>"   lets a log go on that such evidence has stopped

The settings are those of the server. With the embedded database the server must be stopped first.
`;

process.exitCode = await main();

async function main(): Promise<number> {
  let because: string | undefined;
  let command: string | undefined;
  try {
    const { values, positionals } = parseArgs({
      options: { because: { type: 'string' } },
      allowPositionals: true,
    });
    because = values.because?.trim();
    command = positionals.join(' ') || undefined;
  } catch {
    command = 'unknown';
  }
  if ((command !== undefined && command !== 'clear') || (command === 'clear') !== Boolean(because)) {
    process.stderr.write(USAGE);
    return 2;
  }
  try {
    return await withDatabase((sql) => (because ? clear(sql, because) : show(sql)));
  } catch (error) {
    const isOurs = error instanceof Error && 'code' in error;
    console.error(isOurs ? `veche: ${error.message}` : error);
    return 1;
  }
}

type Sql = ReturnType<typeof connect>['sql'];

async function withDatabase(act: (sql: Sql) => Promise<number>): Promise<number> {
  const settings = parseSettings(process.env, process.cwd());
  const embedded = settings.database
    ? null
    : await startEmbeddedPostgres({ directory: join(settings.dataDir, 'postgres') });
  try {
    const connection = connect(settings.database ?? embedded!.address, { max: 2 });
    try {
      return await act(connection.sql);
    } finally {
      await connection.close();
    }
  } finally {
    await embedded?.stop();
  }
}

async function show(sql: Sql): Promise<number> {
  const newest = await readNewestWitnessed(sql);
  console.log(
    newest
      ? `The newest witnessed checkpoint has ${newest.size} entries, of ${moment(newest.quorumTime * 1000)}.`
      : 'No checkpoint has been witnessed yet.',
  );
  for (const { witness, cosigned, reply, repliedAtMs, failures } of await loadWitnessStates(sql)) {
    const last = cosigned
      ? `cosigned ${cosigned.size} entries at ${moment(cosigned.time * 1000)}`
      : 'has cosigned nothing';
    console.log(`  ${witness}: ${last}; answered "${reply}" at ${moment(repliedAtMs)}, failures ${failures}`);
  }
  const forks = await readForks(sql);
  for (const evidence of forks) console.log(describe(evidence));
  const open = forks.filter(({ cleared }) => cleared === null).length;
  if (open === 0) return 0;
  console.log(
    '\nThe log is stopped. See docs/running.md, "When a witness contradicts the log", before clearing.',
  );
  return 3;
}

async function clear(sql: Sql, because: string): Promise<number> {
  const cleared = await clearForkEvidence(sql, because);
  console.log(
    cleared === 0
      ? 'There was nothing to clear.'
      : `The log may go on. What was found (${cleared}) stays on record with your reason.`,
  );
  return 0;
}

function moment(ms: number): string {
  return new Date(ms).toISOString();
}

function describe(evidence: ForkEvidence): string {
  const { id, witness, kind, foundAtMs, ourSize, theirSize, ourNote, theirNote, cleared } = evidence;
  const what =
    kind === 'larger'
      ? `has cosigned ${theirSize} entries where this log had ${ourSize}`
      : `has cosigned another history than this one of ${ourSize} entries`;
  return [
    '',
    `Evidence ${id}, ${moment(foundAtMs)}: ${witness} ${what}.`,
    cleared ? `Cleared at ${moment(cleared.atMs)}: ${cleared.why}` : 'Not cleared: nothing is logged.',
    '--- our checkpoint',
    ourNote.trimEnd(),
    ...(theirNote ? ['--- the checkpoint that the witness shows', theirNote.trimEnd()] : []),
    '---',
  ].join('\n');
}
