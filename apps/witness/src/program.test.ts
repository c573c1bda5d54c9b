import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createNoteSigner } from '@veche/ledger/note.ts';
import { parsePolicy } from '@veche/ledger/policy.ts';
import { createFixtureLog, logSigner } from '@veche/witness/log.fixture.ts';
import { afterEach, expect, it } from 'vitest';
import { runProgram, type RunningWitness } from './program.ts';

const NAME = 'witness.example/board';
const log = createFixtureLog();
const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'veche-witness-'));
  closing.push(() => rm(folder, { recursive: true }));
  return folder;
}

async function run(folder: string, ...args: string[]) {
  let out = '';
  let err = '';
  const ended = await runProgram(['--folder', folder, ...args], {
    write: (text) => void (out += text),
    writeTrouble: (text) => void (err += text),
    language: 'C',
    folder,
    now: Date.now,
    log: { info() {}, warn() {}, error() {} },
  });
  return { ended, out, err };
}

async function start(folder: string, ...args: string[]): Promise<{ witness: RunningWitness; out: string }> {
  const { ended, out, err } = await run(folder, '--name', NAME, '--port', '0', ...args);
  if (typeof ended === 'number') throw new Error(err);
  closing.push(() => ended.stop());
  return { witness: ended, out };
}

const ask = async ({ url }: RunningWitness, body: string): Promise<number> =>
  (await fetch(`${url}/add-checkpoint`, { method: 'POST', body })).status;

it('makes a key of its own that only its account may read, and says what the operator needs', async () => {
  const folder = join(await temporaryFolder(), 'new');
  const { out } = await start(folder, '--log', logSigner.vkey, '--url', 'https://w.example');
  expect(out).toContain('A new key was made');
  const line = /^ {2}(witness \S+ \S+ \S+)$/m.exec(out)![1]!;
  expect(parsePolicy(`log ${logSigner.vkey}\n${line}\nquorum none\n`).witnesses).toMatchObject([
    { name: NAME, url: 'https://w.example' },
  ]);
  expect((await stat(join(folder, 'witness.key'))).mode & 0o777).toBe(0o600);
  expect((await stat(folder)).mode & 0o777).toBe(0o700);
  const again = await run(folder, 'key');
  expect(again.out).toContain(line.split(' ')[2]);
  expect(again.out).toContain(`https://${NAME}`);
});

it('is told of a log, and of a new key, while it runs', async () => {
  const folder = await temporaryFolder();
  const { witness, out } = await start(folder);
  expect(out).toContain('does not follow any log yet');
  const request = await log.request(0, 1);
  expect(await ask(witness, request)).toBe(404);
  expect((await run(folder, 'add', '--log', logSigner.vkey)).out).toContain('nothing confirmed yet');
  expect(await ask(witness, request)).toBe(200);

  const next = createNoteSigner(logSigner.name, new Uint8Array(32).fill(7));
  await writeFile(join(folder, 'logs'), `# the key that comes\nlog ${next.vkey} https://log.example/v1\n\n`);
  expect((await run(folder, 'add', '--logs', 'logs')).ended).toBe(0);
  await run(folder, 'remove', '--log', logSigner.vkey);
  expect(await ask(witness, await log.request(1, 2))).toBe(403);
  expect(await ask(witness, await log.request(1, 2, await log.checkpoint(2, next)))).toBe(200);
  const list = await run(folder, 'list', '--lang', 'ru');
  expect(list.out).toContain('подтверждены 2 записи');
  expect(list.out).toContain(next.vkey);
  expect(list.out).not.toContain(logSigner.vkey);
});

it('shows the evidence of a fork, and the log that it no longer follows', async () => {
  const folder = await temporaryFolder();
  const { witness } = await start(folder, '--log', logSigner.vkey);
  const other = createFixtureLog(1);
  expect(await ask(witness, await log.request(0, 3))).toBe(200);
  expect(await ask(witness, await other.request(3, 3))).toBe(422);
  const { out } = await run(folder, 'remove', '--log', logSigner.vkey);
  expect(out).toContain('THIS LOG SIGNED TWO HISTORIES');
  expect(out).toContain(await other.checkpoint(3));
  expect(out).toContain('no longer confirmed');
});

it('never signs with one key under two names, and lets nobody read it', async () => {
  const folder = await temporaryFolder();
  expect((await run(folder, 'key', '--name', NAME)).ended).toBe(0);
  const other = await run(folder, 'key', '--name', 'other.example');
  expect(other).toMatchObject({ ended: 1, out: '' });
  expect(other.err).toContain('One key must never serve two names');

  const elsewhere = await temporaryFolder();
  await run(elsewhere, 'key', '--name', 'other.example');
  await writeFile(join(elsewhere, 'witness.key'), await readFile(join(folder, 'witness.key')));
  expect((await run(elsewhere, 'key')).err).toContain('another name or key');

  await chmod(join(folder, 'witness.key'), 0o640);
  expect((await run(folder, 'key')).err).toContain('chmod 600');
  await chmod(join(folder, 'witness.key'), 0o600);
  await writeFile(join(folder, 'witness.key'), 'no key');
  expect((await run(folder, 'key')).ended).toBe(1);
});

it('says that a port is taken', async () => {
  const { witness } = await start(await temporaryFolder());
  const port = new URL(witness.url).port;
  const second = await run(await temporaryFolder(), '--name', NAME, '--port', port);
  expect(second).toMatchObject({ ended: 1, out: '' });
  expect(second.err).toContain('The port is taken');
});

it.each([
  [2, [], 'needs a name'],
  [2, ['--name', 'https://w.example'], 'without https://'],
  [2, ['--name', 'a b'], 'spaces'],
  [2, ['--name', NAME, '--port', '70000'], 'from 0 to 65535'],
  [2, ['dance', '--name', NAME], 'npm run witness --'],
  [2, ['add', '--name', NAME], 'Which log?'],
  [1, ['add', '--name', NAME, '--log', 'no key'], 'Expected the key of a log'],
  [1, ['--name', NAME, '--port', '0', '--log', 'no key'], 'Expected the key of a log'],
  [1, ['add', '--name', NAME, '--logs', 'nowhere'], 'ENOENT'],
  [2, ['--colour', 'red'], 'colour'],
])('ends with %i when called with %j', async (code, args, words) => {
  const result = await run(await temporaryFolder(), ...args);
  expect(result.err).toContain(words);
  expect(result).toMatchObject({ ended: code, out: '' });
});

it('explains itself in both languages', async () => {
  expect((await run('.', '--help')).out).toContain('A witness of public logs');
  expect((await run('.', '--help', '--lang', 'ru')).out).toContain('Свидетель публичных журналов');
});
