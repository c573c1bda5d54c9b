// What every file of the log is served with, as caches, browsers of other sites and impatient readers meet it: what never
// changes may be kept for ever, what does change is never kept, and an error is never taken for a file.
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { leafOf } from '../support/log.ts';
import { startTestServer } from '../support/server.ts';

const TEXT = 'text/plain; charset=utf-8';
const BYTES = 'application/octet-stream';
const FOR_EVER = 'public, max-age=604800, immutable';

describe('the files of the log', async () => {
  const server = await startTestServer({ settings: { demo: true }, seed: false });
  const { db, ledger } = server.open.house;
  const submissions = Array.from({ length: 300 }, (_, i) => leafOf(`entry ${i}`));
  await db.transaction((tx) => ledger.submit(tx, submissions));
  ledger.wake();
  const [last] = await ledger.receipts([submissions.at(-1)!.idem], 15_000);
  if (last?.state !== 'witnessed') throw new Error('the log did not take the entries in time');

  const ask = (path: string, init?: RequestInit): Promise<Response> =>
    fetch(`${server.url}/log/v1/${path}`, init);
  const digestOf = (bytes: ArrayBuffer): string =>
    createHash('sha256').update(new Uint8Array(bytes)).digest('hex');

  const files: [string, string, string][] = [
    ['checkpoint', TEXT, 'no-store'],
    ['head', TEXT, 'no-store'],
    ['vkey', TEXT, 'no-store'],
    ['keys', TEXT, 'no-store'],
    ['policy', TEXT, 'no-store'],
    ['tile/0/000', BYTES, FOR_EVER],
    ['tile/0/001.p/45', BYTES, FOR_EVER],
    ['tile/1/000.p/1', BYTES, FOR_EVER],
    ['tile/entries/000', BYTES, FOR_EVER],
    ['tile/entries/001.p/45', BYTES, FOR_EVER],
    ['tile/0/000.p/7', BYTES, FOR_EVER],
    ['tile/entries/000.p/7', BYTES, FOR_EVER],
  ];

  it.each(files)('serve %s as %s, to be kept: %s', async (path, type, cache) => {
    const got = await ask(path, { headers: { 'accept-encoding': 'br, gzip' } });
    expect(got.status).toBe(200);
    const { headers } = got;
    expect(headers.get('content-type')).toBe(type);
    expect(headers.get('cache-control')).toBe(cache);
    expect(headers.get('access-control-allow-origin')).toBe('*');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    // Byte for byte as it was signed and hashed, whatever the reader would take compressed.
    expect(headers.get('content-encoding')).toBeNull();
    // The same for everybody: nothing that a cache had to tell apart, and nobody who is remembered.
    for (const name of ['vary', 'set-cookie', 'expires', 'pragma'])
      expect(headers.get(name), name).toBeNull();
    const body = await got.arrayBuffer();
    expect(body.byteLength).toBeGreaterThan(0);
    expect(headers.get('content-length')).toBe(String(body.byteLength));

    const asked = await ask(path, { method: 'HEAD' });
    expect(asked.status).toBe(200);
    for (const name of ['content-type', 'cache-control', 'content-length', 'access-control-allow-origin'])
      expect(asked.headers.get(name), name).toBe(headers.get(name));
    expect((await asked.arrayBuffer()).byteLength).toBe(0);

    // A part of a file is of no use to whoever hashes it: the whole comes, and says that it is the whole.
    const part = await ask(path, { headers: { range: 'bytes=0-9' } });
    expect([part.status, part.headers.get('content-range')]).toEqual([200, null]);
    expect(digestOf(await part.arrayBuffer())).toBe(digestOf(body));
  });

  it.each([
    ['a tile that is not there yet', 'tile/0/002', 404],
    ['a partial tile wider than the log', 'tile/0/001.p/46', 404],
    ['a bundle that is not there yet', 'tile/entries/002', 404],
    ['a level that no log of this size has', 'tile/2/000', 404],
    ['a path that is none', 'tile/0/0', 404],
    ['a folder', 'tile', 404],
    ['something outside of the log', '..%2fkeys/log.key', 404],
    ['a file with a query', 'checkpoint?now', 400],
  ])('are not %s: that answer is kept by nobody', async (_, path, status) => {
    for (const method of ['GET', 'HEAD']) {
      const got = await ask(path, { method });
      expect(got.status).toBe(status);
      expect(got.headers.get('cache-control')).toBe('no-store');
      expect(got.headers.get('content-type')).toBe(TEXT);
      // The page of another site learns that it is not there, not that something went wrong.
      expect(got.headers.get('access-control-allow-origin')).toBe('*');
    }
  });

  it('are given to the pages of other sites, which may ask first', async () => {
    const headers = { origin: 'https://monitor.example', 'access-control-request-method': 'GET' };
    const got = await ask('checkpoint', { method: 'OPTIONS', headers });
    expect(got.status).toBe(204);
    expect(got.headers.get('access-control-allow-origin')).toBe('*');
    expect(got.headers.get('access-control-allow-methods')).toBe('GET, HEAD');
    expect(got.headers.get('access-control-allow-credentials')).toBeNull();
  });

  it.each(['POST', 'PUT', 'PATCH', 'DELETE'])('take no %s', async (method) => {
    const got = await ask('checkpoint', { method });
    expect(got.status).toBe(405);
    expect(got.headers.get('allow')).toBe('GET, HEAD, OPTIONS');
    expect(got.headers.get('cache-control')).toBe('no-store');
  });
});
