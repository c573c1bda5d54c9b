import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { checkCheckpoint } from '@veche/ledger/checkpoint.ts';
import { parseVerifierKey } from '@veche/ledger/note.ts';
import { createTileReader } from '@veche/ledger/tile.ts';
import { getDemo, getMe } from '@veche/people/contract.ts';
import { describe, expect, it } from 'vitest';
import { freshAddress } from '../support/database.ts';
import { leafOf } from '../support/log.ts';
import { freePort, startTestServer, temporaryFolder, type TestServer } from '../support/server.ts';

const root = resolve(import.meta.dirname, '../..');

/** Logs so many entries and waits until the last is public. */
async function logEntries({ open }: TestServer, count: number): Promise<void> {
  const { db, ledger } = open.house;
  const submissions = Array.from({ length: count }, (_, i) => leafOf(`entry ${i}`));
  await db.transaction((tx) => ledger.submit(tx, submissions));
  ledger.wake();
  expect(await ledger.receipts([submissions.at(-1)!.idem], 15_000)).not.toEqual([null]);
}

const get = (url: string, path: string, init?: RequestInit): Promise<Response> => fetch(url + path, init);

describe('the server', async () => {
  const server = await startTestServer({ settings: { admin: 'admin@example.org' } });

  it('says that it is ready, and describes its API', async () => {
    const health = await get(server.url, '/health');
    expect([health.status, await health.json()]).toEqual([200, { status: 'ok' }]);
    const description = (await (await get(server.url, '/openapi.json')).json()) as {
      openapi: string;
      paths: object;
    };
    expect(description.openapi).toMatch(/^3\.1/);
    expect(Object.keys(description.paths)).toEqual(
      expect.arrayContaining(['/api/v1/sign-in', '/api/v1/rules']),
    );
  });

  it('serves a log that anyone can verify with nothing but its key', async () => {
    await logEntries(server, 300);
    const read = async (path: string): Promise<Uint8Array | null> => {
      const response = await get(server.url, `/log/v1/${path}`);
      return response.status === 404 ? null : new Uint8Array(await response.arrayBuffer());
    };
    const key = parseVerifierKey((await (await get(server.url, '/log/v1/vkey')).text()).trim());
    const checkpoint = checkCheckpoint(new TextDecoder().decode((await read('checkpoint'))!), key);
    expect(checkpoint.size).toBe(301);
    const reader = createTileReader({ size: checkpoint.size, root: checkpoint.root, read });
    const entries = [...(await reader.entries(0)), ...(await reader.entries(1))];
    expect(entries).toHaveLength(301);
    expect(JSON.parse(new TextDecoder().decode(entries[0]))).toMatchObject({
      kind: 'registrar',
      origin: checkpoint.origin,
    });
  });

  it('cuts a partial tile or bundle that a full one replaced from the full one', async () => {
    const bytes = async (path: string): Promise<Buffer> =>
      Buffer.from(await (await get(server.url, `/log/v1/${path}`)).arrayBuffer());
    const full = await bytes('tile/0/000');
    expect(await bytes('tile/0/000.p/7')).toEqual(full.subarray(0, 7 * 32));
    const bundle = await bytes('tile/entries/000.p/2');
    const first = bundle.readUInt16BE(0);
    expect(bundle.length).toBe(4 + first + bundle.readUInt16BE(2 + first));
  });

  it.each([
    ['/log/v1/checkpoint?x=1', {}, 400],
    ['/log/v1/checkpoint', { method: 'POST' }, 405],
    ['/log/v1/tile/0/0', {}, 404],
    ['/log/v1/..%2fkeys/log.key', {}, 404],
    ['/log/v1/scratch', {}, 404],
    ['/log/v1/', {}, 404],
  ])('refuses %s %j with %i', async (path, init, status) => {
    expect((await get(server.url, path, init)).status).toBe(status);
  });

  it('answers a path that is nothing with a problem in the language of the reader', async () => {
    const response = await get(server.url, '/api/v1/nothing', { headers: { 'accept-language': 'en' } });
    expect([response.status, response.headers.get('content-type')]).toEqual([
      404,
      'application/problem+json; charset=utf-8',
    ]);
    expect(await response.json()).toMatchObject({ type: '/problems/not-found', title: 'Not found' });
    const russian = await get(server.url, '/api/v1/nothing');
    expect(await russian.json()).toMatchObject({ title: 'Не найдено' });
  });

  it('sends what is worth it compressed: what is read, is text, and is no file of the log', async () => {
    const asking = { 'accept-encoding': 'br, gzip' };
    const description = await get(server.url, '/openapi.json', { headers: asking });
    expect(description.headers.get('content-encoding')).toBe('br');
    expect(description.headers.get('vary')?.toLowerCase()).toContain('accept-encoding');
    const plain = await get(server.url, '/openapi.json', { headers: { 'accept-encoding': 'identity' } });
    expect(plain.headers.get('content-encoding')).toBeNull();
    expect(await description.text()).toBe(await plain.text());

    const tile = await get(server.url, '/log/v1/tile/entries/000', { headers: asking });
    const small = await get(server.url, '/health', { headers: asking });
    const post = await get(server.url, '/api/v1/sign-in', { method: 'POST', headers: asking });
    for (const { headers } of [tile, small, post]) expect(headers.get('content-encoding')).toBeNull();
    expect(Number(tile.headers.get('content-length'))).toBe((await tile.arrayBuffer()).byteLength);
  });

  it('sets the headers that keep a browser safe', async () => {
    const { headers } = await get(server.url, '/health');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
  });

  it('refuses a request that the page of another site sends', async () => {
    const response = await get(server.url, '/api/v1/sign-in/codes', {
      method: 'POST',
      headers: { origin: 'https://evil.example', 'content-type': 'application/json' },
      body: '{"contact":"a@example.org"}',
    });
    expect(response.status).toBe(403);
  });

  it('makes the contact of VECHE_ADMIN an operator', async () => {
    const [person] = (await server.open.connection.sql`
      SELECT id FROM people.persons WHERE email = 'admin@example.org'`) as unknown as [{ id: string }];
    const call = await server.as(person.id);
    expect((await call(getMe)).roles).toEqual(['operator']);
  });
});

describe('the database of the settings', () => {
  it('is used in place of the embedded one, and belongs to one data folder', async () => {
    const database = await freshAddress();
    const first = await startTestServer({ settings: { database, demo: false } });
    expect((await first.call(getDemo)).demo).toBe(false);
    await expect(stat(join(first.dataDir, 'postgres'))).rejects.toMatchObject({ code: 'ENOENT' });
    await first.stop();
    await expect(startTestServer({ settings: { database } })).rejects.toMatchObject({ code: 'OTHER_KEYS' });
    const { dataDir } = first;
    await expect(startTestServer({ settings: { database, dataDir, demo: true } })).rejects.toMatchObject({
      code: 'DEMO_OVER_REAL',
    });
    const again = await startTestServer({ settings: { database, dataDir, demo: null } });
    expect((await again.call(getDemo)).demo).toBe(false);
  });

  it('becomes no demonstration when it holds people', async () => {
    const database = await freshAddress();
    const first = await startTestServer({ settings: { database, demo: false, admin: 'admin@example.org' } });
    await first.open.connection.sql`DELETE FROM veche.installation`;
    await first.stop();
    await expect(
      startTestServer({ settings: { database, dataDir: first.dataDir, demo: true } }),
    ).rejects.toMatchObject({ code: 'DEMO_OVER_REAL' });
  });
});

describe('the program', () => {
  const start = async (
    dataDir: string,
    port: number,
  ): Promise<{ child: ChildProcess; output: () => string }> => {
    const child = spawn(process.execPath, ['apps/api/src/main.ts'], {
      cwd: root,
      env: {
        ...process.env,
        PORT: String(port),
        VECHE_DATA_DIR: dataDir,
        VECHE_LOG_LEVEL: 'error',
        DATABASE_URL: '',
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout!.setEncoding('utf8').on('data', (text: string) => (output += text));
    for (;;) {
      if (child.exitCode !== null) throw new Error(`ended with ${child.exitCode}: ${output}`);
      const answer = await fetch(`http://127.0.0.1:${port}/health`).catch(() => null);
      if (answer?.status === 200 && output.includes('Ctrl-C')) return { child, output: () => output };
      await new Promise((wait) => setTimeout(wait, 50));
    }
  };
  const stop = async (
    child: ChildProcess,
    signal: NodeJS.Signals,
  ): Promise<{ code: number | null; ms: number }> => {
    const began = performance.now();
    const exited = once(child, 'exit');
    child.kill(signal);
    const [code] = (await exited) as [number | null];
    return { code, ms: performance.now() - began };
  };

  it('shows a living building on the first start, stops within seconds, and keeps everything for the second', async () => {
    const dataDir = await temporaryFolder();
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const first = await start(dataDir, port);
    for (const part of ['owner', 'co-owner', 'officer', 'chair', 'commission', 'auditor', 'operator']) {
      expect(first.output()).toMatch(new RegExp(`^    ${part} .*@example\\.org$`, 'm'));
    }
    const meetings = await (await fetch(`${url}/api/v1/meetings`)).json();
    expect(meetings).toMatchObject({ meetings: [{ state: 'open' }, { state: 'closed' }] });
    const readTree = async () => (await (await fetch(`${url}/log/v1/checkpoint`)).text()).split('\n\n')[0];
    const tree = await readTree();
    const stopped = await stop(first.child, 'SIGINT');
    expect(stopped.code).toBe(0);
    expect(stopped.ms).toBeLessThan(8_000);
    await expect(fetch(`${url}/health`)).rejects.toThrow('fetch failed');
    await expect(stat(join(dataDir, 'postgres', 'cluster', 'postmaster.pid'))).rejects.toMatchObject({
      code: 'ENOENT',
    });

    // The witnesses confirm the same tree anew, at another time.
    const second = await start(dataDir, port);
    expect(await (await fetch(`${url}/api/v1/meetings`)).json()).toEqual(meetings);
    expect(await readTree()).toBe(tree);

    // Killed outright, with the database left running, it starts all the same.
    await stop(second.child, 'SIGKILL');
    const third = await start(dataDir, port);
    expect(await readTree()).toBe(tree);
    expect((await stop(third.child, 'SIGTERM')).code).toBe(0);
    expect((await readFile(join(dataDir, 'keys', 'log.key'), 'utf8')).startsWith('PRIVATE+KEY+')).toBe(true);
    await rm(dataDir, { recursive: true, force: true });
    // Three starts of a whole installation, each some seconds, on a machine that is busy with other tests.
  }, 180_000);
});
