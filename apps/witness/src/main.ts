// The program behind `npm run witness`: reads the command, runs it, stops cleanly.
import { useNativeCrypto } from '@veche/witness/native-crypto.ts';
import { pino } from 'pino';
import { runProgram } from './program.ts';

useNativeCrypto();
const log = pino({
  level: process.stdout.isTTY ? 'warn' : 'info',
  base: null,
  timestamp: pino.stdTimeFunctions.isoTime,
});
const ended = await runProgram(process.argv.slice(2), {
  write: (text) => void process.stdout.write(text),
  writeTrouble: (text) => void process.stderr.write(text),
  language: process.env['LC_ALL'] ?? process.env['LANG'] ?? '',
  folder: process.cwd(),
  now: Date.now,
  log,
});
if (typeof ended === 'number') process.exitCode = ended;
else
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => void ended.stop().then(() => process.exit(0)));
