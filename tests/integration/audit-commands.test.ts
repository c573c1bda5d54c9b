// The commands of the page /audit that need only what every machine has, run as they stand there against a real log: they
// agree with an honest log, and say so when a file of it was changed.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parseCheckpoint } from '@veche/ledger/checkpoint.ts';
import { parseNote } from '@veche/ledger/note.ts';
import { toolsFor, type Tool } from '@veche/log-explorer/web/audit-commands.ts';
import { GO_PROGRAM } from '@veche/log-explorer/web/go-program.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { afterwards } from '../support/afterwards.ts';
import { startTestServer } from '../support/server.ts';

const run = promisify(execFile);
const server = await startTestServer({ settings: { demo: false } });
const url = `${server.url}/log/v1`;
const vkey = (await (await fetch(`${url}/vkey`)).text()).trim();
const tools = toolsFor({ url, origin: vkey.split('+')[0]!, vkey });
const commandsOf = (id: Tool['id']): string => tools.find((tool) => tool.id === id)!.commands;
const folder = await mkdtemp(join(tmpdir(), 'veche-audit-'));
afterwards(() => rm(folder, { recursive: true, force: true }));

const shell = async (commands: string): Promise<string> =>
  (await run('sh', ['-eu', '-c', commands], { cwd: folder })).stdout;
const has = (program: string): Promise<boolean> =>
  run('sh', ['-c', `command -v ${program}`]).then(
    () => true,
    () => false,
  );
const needs = { hand: 'curl', openssl: 'openssl', python: 'python3' } as const;
const present = Object.fromEntries(
  await Promise.all(
    Object.entries(needs).map(async ([id, program]) => [id, (await has('curl')) && (await has(program))]),
  ),
) as Record<keyof typeof needs, boolean>;
for (const [id, program] of Object.entries(needs))
  if (!present[id as keyof typeof needs])
    console.warn(`${program} or curl is not on this machine: the commands of /audit by it were not run`);

let size = 0;

describe('the commands of the audit page', () => {
  beforeAll(async () => {
    // More entries than one file holds, so that full and partial files are both read.
    const { ledger, db } = server.open.house;
    const leaves = Array.from({ length: 300 }, (_, i) => ({
      idem: i.toString(16).padStart(64, '0'),
      leaf: ledger.signEntry({
        kind: 'minutes',
        meeting: `m${i}`,
        pdf: Buffer.alloc(32, i).toString('base64'),
        language: 'ru',
      }),
    }));
    await db.transaction((tx) => ledger.submit(tx, leaves));
    ledger.wake();
    await ledger.receipts(
      leaves.map(({ idem }) => idem),
      10_000,
    );
    size = parseCheckpoint(parseNote(await ledger.checkpoint()).text).size;
    if (size <= 256) throw new Error('the log is too short for these tests');
  });

  it.runIf(present.hand)('find a record by hand, and its hash twice', async () => {
    for (const index of [0, 5, 255, 256, size - 1]) {
      const commands = commandsOf('hand').replace('N=0 ', `N=${index} `);
      const lines = (await shell(commands)).trim().split('\n');
      expect(lines).toHaveLength(3);
      expect(lines[1], String(index)).toMatch(/^[0-9a-f]{64}$/);
      expect(lines[2]).toBe(lines[1]);
      expect(JSON.parse(lines[0]!)).toMatchObject({ v: 1, kind: index === 0 ? 'registrar' : 'minutes' });
    }
  });

  it.runIf(present.openssl)('check the signature of the log', async () => {
    expect(await shell(commandsOf('openssl'))).toContain('Signature Verified Successfully');
  });
  it.runIf(present.openssl)('do not take another text for signed', async () => {
    const commands = commandsOf('openssl').replace('openssl pkeyutl', 'echo >> text\nopenssl pkeyutl');
    await expect(shell(commands)).rejects.toMatchObject({ code: 1 });
  });

  it.runIf(present.python)('derive the root from every record', async () => {
    expect(await shell(commandsOf('python'))).toBe(`${size} records lead to the signed root\n`);
  });
  it.runIf(present.python)('notice a record that was changed', async () => {
    const bundle = join(server.dataDir, 'log/tile/entries/000');
    const kept = await readFile(bundle);
    const changed = Buffer.from(kept);
    changed[100]! ^= 1;
    await writeFile(bundle, changed);
    await expect(shell(commandsOf('python'))).rejects.toMatchObject({
      stdout: `${size} records lead to ANOTHER ROOT\n`,
    });
    await writeFile(bundle, kept);
  });

  it('name this log in every command, and nothing of it can end a quotation', () => {
    for (const { id, commands } of tools)
      expect(id === 'litewitness' ? commands.includes(vkey) : commands.includes(url), id).toBe(true);
    const [hand] = toolsFor({ url: "https://a'; rm -rf /; '", origin: 'a', vkey: 'a+b+c' });
    expect(hand!.commands.split('\n')[0]).toBe("LOG='https://a'\\''; rm -rf /; '\\'''");
  });
});

describe('the page and docs/audit.md', async () => {
  const page = await readFile(new URL('../../docs/audit.md', import.meta.url), 'utf8');
  const generic = toolsFor({ url: '$LOG', origin: '$ORIGIN', vkey: '$VKEY' });

  it('have the same Go program', () => expect(/```go\n(.*?)```/s.exec(page)?.[1]).toBe(GO_PROGRAM));

  it.each(['go', 'tessera', 'litewitness', 'omniwitness'] as const)('call %s alike', (id) => {
    // Quotes and line breaks are another matter there, where address and key are variables of the shell.
    const plain = (text: string): string =>
      text
        .replaceAll('${VKEY%%+*}', '$ORIGIN')
        .replace(/['"]/g, '')
        .replace(/\\\n\s*/g, '');
    // The order of options is free.
    const wordsOf = (line: string): string => line.trim().split(' ').toSorted().join(' ');
    const { commands } = generic.find((tool) => tool.id === id)!;
    const calls = plain(commands.replace(GO_PROGRAM, '')).match(
      /^(?:go|witnessctl|litewitness|ssh-\w+) .*$/gm,
    );
    expect(calls?.length).toBeGreaterThan(0);
    expect(plain(page).split('\n').map(wordsOf)).toEqual(expect.arrayContaining(calls!.map(wordsOf)));
  });
});
