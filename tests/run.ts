// `npm test` and `npm run check`: every check of the house in two rows, each with its time, the tests last.
// Nothing more begins once a check has failed, and it ends with the runner's own counts.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const bin = (name: string): string => join('node_modules', '.bin', name);

type Check = { readonly title: string; readonly run: readonly string[] };

/** Rows of about the same length that run side by side; the checks of a row one after the other. */
const rows: readonly (readonly Check[])[] = [
  [
    { title: 'format', run: [bin('prettier'), '--check', '--log-level=warn', '.'] },
    { title: 'lint', run: [bin('oxlint'), '--quiet', '.'] },
    { title: 'boundaries', run: [bin('turbo'), 'boundaries', '--no-color'] },
    {
      title: 'types of the pages',
      run: [bin('turbo'), 'run', 'check', '--filter=@veche/web', '--output-logs=errors-only'],
    },
    // After the types of the pages: their settings are made there.
    { title: 'dead code', run: [bin('knip'), '--no-progress'] },
  ],
  [
    { title: 'types of the server', run: [bin('tsc'), '-p', 'tsconfig.json'] },
    { title: 'types of the tests', run: [bin('tsc'), '-p', 'tests'] },
    { title: 'types of core, alone', run: [bin('tsc'), '-p', 'packages/core'] },
    { title: 'types of rules, alone', run: [bin('tsc'), '-p', 'packages/rules'] },
    { title: 'types of the ledger, alone', run: [bin('tsc'), '-p', 'ledger'] },
    { title: 'size of the verifier', run: [process.execPath, 'ledger/src/cli/print-sizes.ts'] },
  ],
];

/** Runs a check and then says, in one piece, what it said. */
function pass({ title, run }: Check): Promise<boolean> {
  const began = Date.now();
  const child = spawn(run[0]!, run.slice(1), { stdio: ['ignore', 'pipe', 'pipe'] });
  const said: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => said.push(chunk));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => {
      process.stdout.write(Buffer.concat(said));
      const seconds = ((Date.now() - began) / 1000).toFixed(1);
      console.log(`${status === 0 ? 'ok    ' : 'FAILED'} ${title} (${seconds} s)`);
      resolve(status === 0);
    });
  });
}

let failed = false;
await Promise.all(
  rows.map(async (row) => {
    for (const check of row) if (failed || !(await pass(check))) return void (failed = true);
  }),
);
if (failed) process.exit(1);

if (!process.argv.includes('--no-tests')) {
  const folder = mkdtempSync(join(tmpdir(), 'veche-tests-'));
  const report = join(folder, 'report.json');
  const { status } = spawnSync(
    bin('vitest'),
    ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...process.argv.slice(2)],
    { stdio: 'inherit' },
  );
  const counts = JSON.parse(readFileSync(report, 'utf8')) as {
    numPassedTests: number;
    numFailedTests: number;
  };
  rmSync(folder, { recursive: true });
  console.log(`${counts.numPassedTests} passed, ${counts.numFailedTests} failed`);
  process.exit(status ?? 1);
}
