// What it costs a stranger to go through a whole log of a million entries: every file derived anew, every signature, by the
// program with all cores, and in the browser from the same public files.
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { stripTypeScriptTypes } from 'node:module';
import type { AddressInfo } from 'node:net';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { launchBrowser } from '../support/browser.ts';
import { median, type Figure } from './figures.ts';
import { makeSignedLog } from './signed-log.ts';

const root = resolve(import.meta.dirname, '../..');
const run = promisify(execFile);

const ENTRIES = 1_000_000;
const ROUNDS = 3;
/** The browser is asked for so many signatures: a stated sample, about a meeting of a large house forty times over. */
const BROWSER_SIGNATURES = 25_600;

export async function benchAudit(say: (text: string) => void, entries: number = ENTRIES): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'veche-audit-'));
  const files = join(folder, 'log');
  try {
    await mkdir(files);
    const began = performance.now();
    const { logKey } = await makeSignedLog(files, entries);
    say(`a log of ${entries} signed entries made in ${((performance.now() - began) / 1000).toFixed(0)} s`);

    const derived: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      derived.push(entries / (await runFsck(files, logKey)).seconds);
      say(`fsck: ${derived.at(-1)!.toFixed(0)} entries/s`);
    }
    const signed = await runFsck(files, logKey, '--signatures');
    if (signed.signatures !== entries)
      throw new Error(`${signed.signatures} of ${entries} signatures were checked`);
    say(`fsck with signatures: ${signed.seconds.toFixed(0)} s`);
    const browser = await auditInBrowser(files, logKey);
    const cores = availableParallelism();
    return [
      { name: `every file of ${entries} entries derived anew, one core`, value: median(derived), unit: '/s' },
      {
        name: `the same and every signature, ${cores} cores`,
        value: entries / signed.seconds,
        unit: '/s',
      },
      {
        name: '  a million entries with their signatures',
        value: (signed.seconds / entries) * 1e6,
        unit: 's',
      },
      {
        name: 'in the browser: every file derived anew, over HTTP',
        value: browser.entriesPerSecond,
        unit: '/s',
      },
      {
        name: `in the browser: signatures, ${Math.min(BROWSER_SIGNATURES, entries)} of them`,
        value: browser.signaturesPerSecond,
        unit: '/s',
      },
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

type FsckAnswer = { readonly ok: boolean; readonly seconds: number; readonly signatures: number | null };

/** @throws Error: when the log is not found good. */
async function runFsck(files: string, logKey: string, ...options: string[]): Promise<FsckAnswer> {
  const args = ['ledger/bin/verify', 'fsck', '--log', files, '--vkey', logKey, '--json', ...options];
  const { stdout } = await run(process.execPath, args, { cwd: root, maxBuffer: 2 ** 26 });
  const answer = JSON.parse(stdout) as FsckAnswer;
  if (!answer.ok) throw new Error('the log of the bench does not verify');
  return answer;
}

type BrowserFigures = { readonly entriesPerSecond: number; readonly signaturesPerSecond: number };

/** The ledger's own files in a page, as they are but for their types. */
async function auditInBrowser(files: string, logKey: string): Promise<BrowserFigures> {
  const server = await serveLedger(files);
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(1_800_000);
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    return (await page.evaluate(AUDIT_SCRIPT.replaceAll('LOG_KEY', logKey))) as BrowserFigures;
  } finally {
    await browser.close();
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  }
}

/** Runs in the page. */
const AUDIT_SCRIPT = `(async () => {
  const from = (name) => import('/ledger/' + name + '.ts');
  const [{ fsck }, { checkCheckpoint }, { parseVerifierKey }, { decodeAnyEntry, signatureOfEntry }, { createWebVerifier }] =
    await Promise.all(['fsck', 'checkpoint', 'note', 'entry', 'webcrypto'].map(from));
  const read = async (path) => {
    const answer = await fetch('/log/' + path);
    return answer.ok ? new Uint8Array(await answer.arrayBuffer()) : null;
  };
  const note = new TextDecoder().decode(await read('checkpoint'));
  const { size, root } = checkCheckpoint(note, parseVerifierKey('LOG_KEY'));
  const kept = [];
  let began = performance.now();
  const report = await fsck({ size, root, read, onEntries: (_, leaves) => {
    if (kept.length < ${BROWSER_SIGNATURES}) kept.push(...leaves.map((leaf) => leaf.slice()));
  } });
  const entriesPerSecond = size / ((performance.now() - began) / 1000);
  if (!report.ok) throw new Error('the log does not verify in the browser');
  const verify = createWebVerifier();
  began = performance.now();
  const answers = await verify(kept.map((leaf) => signatureOfEntry(decodeAnyEntry(leaf))));
  const signaturesPerSecond = answers.length / ((performance.now() - began) / 1000);
  if (!answers.every((holds) => holds)) throw new Error('a signature does not hold in the browser');
  return { entriesPerSecond, signaturesPerSecond };
})()`;

const IMPORT_MAP = JSON.stringify({
  imports: { '@noble/curves/': '/noble/curves/', '@noble/hashes/': '/noble/hashes/' },
});

async function serveLedger(files: string): Promise<Server> {
  const folders: Record<string, string> = {
    '/ledger/': join(root, 'ledger/src'),
    '/noble/curves/': join(root, 'ledger/node_modules/@noble/curves'),
    '/noble/hashes/': join(root, 'ledger/node_modules/@noble/hashes'),
    '/log/': files,
  };
  const find = async (path: string): Promise<{ type: string; content: string | Buffer }> => {
    if (path === '/')
      return { type: 'text/html', content: `<script type="importmap">${IMPORT_MAP}</script>` };
    const prefix = Object.keys(folders).find((prefix) => path.startsWith(prefix));
    if (!prefix || path.includes('..')) throw new Error('no such file');
    const content = await readFile(join(folders[prefix]!, path.slice(prefix.length)));
    if (path.endsWith('.ts'))
      return { type: 'text/javascript', content: stripTypeScriptTypes(content.toString()) };
    return { type: path.endsWith('.js') ? 'text/javascript' : 'application/octet-stream', content };
  };
  const server = createServer((request, response) => {
    find(request.url ?? '/').then(
      ({ type, content }) => response.writeHead(200, { 'content-type': type }).end(content),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return server;
}
