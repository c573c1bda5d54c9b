// `npm test` and `npm run check`: every check of the house in one row, each with its time, the tests last.
// It stops at the first check that fails and ends with the runner's own counts.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const bin = (name: string): string => join('node_modules', '.bin', name);

const checks: readonly { title: string; run: readonly string[] }[] = [
  { title: 'format', run: [bin('prettier'), '--check', '--log-level=warn', '.'] },
  { title: 'lint', run: [bin('oxlint'), '--quiet', '.'] },
  { title: 'boundaries', run: [bin('turbo'), 'boundaries', '--no-color'] },
  { title: 'types of the server', run: [bin('tsc'), '-p', 'tsconfig.json'] },
  { title: 'types of the tests', run: [bin('tsc'), '-p', 'tests'] },
  { title: 'types of core, alone', run: [bin('tsc'), '-p', 'packages/core'] },
  { title: 'types of rules, alone', run: [bin('tsc'), '-p', 'packages/rules'] },
  { title: 'types of the ledger, alone', run: [bin('tsc'), '-p', 'ledger'] },
  { title: 'size of the verifier', run: [process.execPath, 'ledger/src/cli/print-sizes.ts'] },
  {
    title: 'types of the pages',
    run: [bin('turbo'), 'run', 'check', '--filter=@veche/web', '--output-logs=errors-only'],
  },
  // After the types of the pages: their settings are made there.
  { title: 'dead code', run: [bin('knip'), '--no-progress'] },
];

for (const { title, run } of checks) {
  const began = Date.now();
  const { status } = spawnSync(run[0]!, run.slice(1), { stdio: 'inherit' });
  console.log(
    `${status === 0 ? 'ok    ' : 'FAILED'} ${title} (${((Date.now() - began) / 1000).toFixed(1)} s)`,
  );
  if (status !== 0) process.exit(1);
}

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
