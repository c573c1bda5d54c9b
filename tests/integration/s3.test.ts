// The log in object storage: the suite of every store, then what only a network and a service can do wrong. Where
// VECHE_TEST_S3 names a bucket (s3://bucket/prefix, with the usual AWS variables), the suite runs against that too.
import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { createMemoryHeadStore } from '@veche/ledger/memory-stores.ts';
import { encodeHex } from '@veche/ledger/bytes.ts';
import { sha256 } from '@veche/ledger/hash.ts';
import { createSequencer, TileConflictError } from '@veche/ledger/sequencer.ts';
import { testTileStore } from '@veche/ledger/tile-store.conformance.ts';
import { createS3TileStore, parseS3Url, type S3Options, type S3TileStore } from '@veche/s3/tile-store.ts';
import { describe, expect, it } from 'vitest';
import { afterwards } from '../support/afterwards.ts';
import { signer } from '../support/log-key.ts';
import { leafOf, readPublicLog } from '../support/log.ts';
import { CREDENTIALS, startS3Server, type S3Server } from '../support/s3-server.ts';
import { startTestServer } from '../support/server.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

function open(options: S3Options): S3TileStore {
  const store = createS3TileStore(options);
  afterwards(() => store.close());
  return store;
}

const openAt = ({ location }: S3Server, prefix = 'log/'): S3TileStore => open({ ...location, prefix });

testTileStore('object storage', async () => {
  const server = await startS3Server();
  return { store: openAt(server), other: openAt(server) };
});

const real = process.env['VECHE_TEST_S3'];
if (real)
  testTileStore('the object storage of VECHE_TEST_S3', async () => {
    const { bucket, prefix } = parseS3Url(real);
    const fresh = { bucket, prefix: `${prefix}${randomBytes(6).toString('hex')}/` };
    await open(fresh).proveConditionalWrites();
    return { store: open(fresh), other: open(fresh) };
  });

describe('a log in object storage', () => {
  it('is written by the sequencer and read by anyone', async () => {
    const server = await startS3Server();
    const tiles = openAt(server);
    const store = createMemoryHeadStore();
    const leafOf = (i: number): Uint8Array => bytes(`{"n":${i}}`);
    let now = 0;
    const sequencer = createSequencer({
      origin: signer.name,
      signer,
      store,
      tiles,
      now: () => ++now,
      epoch: 0,
      batchEntries: 100,
      firstEntry: () => bytes('{"first":true}'),
    });
    await sequencer.start();
    for (let i = 1; i < 600; i++)
      store.submit({ id: String(i), idem: encodeHex(sha256(leafOf(i))), leaf: leafOf(i) });
    while ((await sequencer.step()) > 0);
    expect(await readPublicLog(tiles)).toHaveLength(600);
    // The bucket can be served as it is.
    expect(server.objects.get('log/tile/0/000')!.headers).toEqual({
      'content-type': 'application/octet-stream',
      'cache-control': 'public, max-age=604800, immutable',
    });
    expect(server.objects.get('log/checkpoint')!.headers).toEqual({
      'content-type': 'text/plain; charset=utf-8',
      'cache-control': 'no-store',
    });
  });

  it('holds the log of a server and its mirror, found by the usual AWS variables', async () => {
    const { url, location, objects } = await startS3Server();
    const variables = {
      AWS_ENDPOINT_URL: url,
      AWS_REGION: location.region,
      AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
    };
    const before = Object.fromEntries(Object.keys(variables).map((name) => [name, process.env[name]]));
    Object.assign(process.env, variables);
    afterwards(() => {
      for (const [name, value] of Object.entries(before))
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
    });
    const settings = { demo: false, tiles: 's3://veche-log/house', mirror: 's3://veche-log/mirror' };
    const server = await startTestServer({ settings });
    const { ledger, db } = server.open.house;
    const one = leafOf('kept in a bucket');
    await db.transaction((tx) => ledger.submit(tx, [one]));
    ledger.wake();
    expect(await ledger.receipts([one.idem], 15_000)).toMatchObject([{ index: 1 }]);
    expect(await (await fetch(`${server.url}/log/v1/checkpoint`)).text()).toBe(
      objects.get('house/checkpoint')!.content.toString(),
    );
    await expect.poll(() => objects.has('mirror/checkpoint'), { timeout: 10_000 }).toBe(true);
    await server.stop();
  });

  it('keeps to its prefix', async () => {
    const server = await startS3Server();
    const one = openAt(server, 'a/');
    const two = openAt(server, 'a/b/');
    await one.writeNew('tile/0/000', bytes('one'));
    await two.writeNew('tile/0/000', bytes('two'));
    expect([...server.objects.keys()].sort()).toEqual(['a/b/tile/0/000', 'a/tile/0/000']);
    const below: string[] = [];
    for await (const path of two.list('')) below.push(path);
    expect(below).toEqual(['tile/0/000']);
  });
});

/** Goes wrong on the first request of that name, then never again. */
const once = (server: S3Server, name: string, trouble: ReturnType<S3Server['trouble']>): void => {
  let done = false;
  server.trouble = (request) => {
    if (done || request !== name) return null;
    done = true;
    return trouble;
  };
};

describe('object storage that fails', () => {
  it.each(['lost-before', 'lost-after', 'slow-down', 'internal', 'conflict', 'late'] as const)(
    'writes a new file all the same when the first attempt is %s',
    async (trouble) => {
      const server = await startS3Server();
      const store = openAt(server);
      once(server, 'PUT log/tile/0/000', trouble);
      await store.writeNew('tile/0/000', bytes('tile'));
      server.landLate();
      expect(server.objects.get('log/tile/0/000')!.content.toString()).toBe('tile');
    },
  );

  it.each(['lost-before', 'lost-after', 'slow-down', 'internal', 'conflict', 'late'] as const)(
    'replaces the checkpoint all the same when the first attempt is %s',
    async (trouble) => {
      const server = await startS3Server();
      const store = openAt(server);
      await store.replace('checkpoint', bytes('one'));
      once(server, 'PUT log/checkpoint', trouble);
      await store.replace('checkpoint', bytes('two'));
      await store.replace('checkpoint', bytes('three'));
      server.landLate();
      expect(server.objects.get('log/checkpoint')!.content.toString()).toBe('three');
    },
  );

  it('never takes an older checkpoint back, however late its write lands', async () => {
    const server = await startS3Server();
    const store = openAt(server);
    await store.replace('checkpoint', bytes('size 1'));
    server.trouble = (request) => (request.startsWith('PUT') ? 'late' : null);
    await expect(store.replace('checkpoint', bytes('size 2'))).rejects.toMatchObject({ code: 'UNREACHABLE' });
    server.trouble = () => null;
    await store.replace('checkpoint', bytes('size 3'));
    server.landLate();
    expect(server.objects.get('log/checkpoint')!.content.toString()).toBe('size 3');
  });

  it('never lets the late write of an overtaken writer change a partial tile', async () => {
    const server = await startS3Server();
    const overtaken = openAt(server);
    server.trouble = (request) => (request.startsWith('PUT') ? 'late' : null);
    await expect(overtaken.writeNew('tile/0/000.p/5', bytes('old history'))).rejects.toMatchObject({
      code: 'UNREACHABLE',
    });
    server.trouble = () => null;
    await openAt(server).writeNew('tile/0/000.p/5', bytes('new history'));
    server.landLate();
    expect(server.objects.get('log/tile/0/000.p/5')!.content.toString()).toBe('new history');
    await expect(overtaken.writeNew('tile/0/000.p/5', bytes('old history'))).rejects.toThrow(
      TileConflictError,
    );
  });

  it('does not take a service’s yes for a file', async () => {
    const server = await startS3Server();
    const store = openAt(server);
    once(server, 'PUT log/tile/0/000', 'forgotten');
    await expect(store.writeNew('tile/0/000', bytes('tile'))).rejects.toMatchObject({ code: 'READ_BACK' });
  });

  it('is not used when it puts over what is there', async () => {
    const server = await startS3Server();
    await openAt(server).proveConditionalWrites();
    await openAt(server).proveConditionalWrites();
    server.objects.clear();
    server.knowsConditions = false;
    await expect(openAt(server).proveConditionalWrites()).rejects.toMatchObject({
      code: 'CONDITION_IGNORED',
    });
  });

  it.each([
    ['a wrong secret', { ...CREDENTIALS, secretAccessKey: 'another secret' }, 'SignatureDoesNotMatch'],
    ['an unknown key', { ...CREDENTIALS, accessKeyId: 'NOBODY' }, 'InvalidAccessKeyId'],
  ])('tells of %s without showing it', async (_, credentials, code) => {
    const server = await startS3Server();
    const store = open({ ...server.location, prefix: '', credentials });
    const error = await store.read('checkpoint').catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code, status: 403 });
    const shown = inspect(error, { depth: 10, showHidden: true });
    expect(shown).not.toMatch(/secret|NOBODY|VECHETESTKEY|Signature=|authorization/i);
  });

  it('tells a bucket that is not there from a file that is not there', async () => {
    const server = await startS3Server();
    expect(await openAt(server).read('checkpoint')).toBeNull();
    const store = open({ ...server.location, bucket: 'elsewhere', prefix: '' });
    await expect(store.read('checkpoint')).rejects.toMatchObject({ code: 'NoSuchBucket' });
  });

  it('says within its time that nobody answers', async () => {
    const server = await startS3Server();
    server.trouble = () => 'late';
    const store = open({ ...server.location, prefix: '', timeoutMs: 100, attempts: 2 });
    await expect(store.read('checkpoint')).rejects.toMatchObject({ code: 'UNREACHABLE', status: null });
  });
});

it.each([
  'http://bucket/x',
  's3://',
  's3://B/x',
  's3://bucket/a//b',
  's3://bucket/../x?y',
  's3://user:pass@bucket/x',
])('refuses the address %j', (text) => {
  expect(() => parseS3Url(text)).toThrow(/^expected s3:\/\/bucket\/prefix$/);
});
