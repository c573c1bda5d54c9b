// The program behind `npm run dev`: the server, begun again at every change of its sources, beside Vite, which serves the
// pages as they are edited and passes calls of the API on.
import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../../..');
const port = process.env['PORT'] ?? '3000';
const pagesPort = '5173';
const watched = ['apps/api/src', 'ledger/src', 'packages', 'migrations'].flatMap((path) => [
  '--watch-path',
  path,
]);

const start = (name: string, command: string, args: string[], cwd: string, environment = {}): ChildProcess =>
  spawn(command, args, { cwd, stdio: 'inherit', env: { ...process.env, PORT: port, ...environment } }).on(
    'exit',
    (code) => {
      console.error(`veche: ${name} ended${code === null ? '' : ` with ${code}`}`);
      stop();
    },
  );

const children = [
  start(
    'the server',
    process.execPath,
    ['--watch-preserve-output', ...watched, 'apps/api/src/main.ts'],
    root,
    {
      VECHE_ORIGIN: process.env['VECHE_ORIGIN'] ?? `http://localhost:${pagesPort}`,
    },
  ),
  start(
    'Vite',
    join(root, 'apps/web/node_modules/.bin/vite'),
    ['dev', '--port', pagesPort, '--strictPort'],
    join(root, 'apps/web'),
  ),
];

let stopping = false;
function stop(): void {
  if (stopping) return;
  stopping = true;
  for (const child of children) child.kill('SIGTERM');
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stop);
