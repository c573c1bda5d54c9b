// What the world does to a server while people vote: nonsense, cut lines, a full disk, a database that goes away.
// Each gets a clear answer, and whatever was acknowledged is in the log, once.
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { StorageFullError } from '@veche/files/storage-error.ts';
import { encodeBase64 } from '@veche/ledger/bytes.ts';
import type { TileStore } from '@veche/ledger/sequencer.ts';
import * as contract from '@veche/meetings/contract.ts';
import { createCall, pathOf } from '@veche/module-kit/client.ts';
import type { FilePort } from '@veche/module-kit/module.ts';
import type { Problem } from '@veche/module-kit/problem.ts';
import { startEmbeddedPostgres } from '@veche/postgres/embedded.ts';
import { createDatabase } from '@veche/postgres/template.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cast, prepareDevice, signBallot, type Device, type Place } from '../story/holder.ts';
import {
  auditOf,
  bundleOf,
  DAY,
  openOf,
  startMeetingServer,
  type MeetingServer,
  type Owner,
} from '../support/meeting-server.ts';

const JSON_TYPE = { 'content-type': 'application/json' };
const FOR = { 'item-1': 'for' } as const;
const idemOf = (entry: string): string => createHash('sha256').update(entry).digest('hex');
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const deviceOf = async (house: MeetingServer, place: Place, who: Owner = 'anna'): Promise<Device> =>
  prepareDevice(await house.as(who), place, 'Phone');

type Answer = { readonly status: number; readonly headers: Headers; readonly body: unknown };

/** Sends a ballot as it is, and gives back whatever comes. */
async function send(house: MeetingServer, device: Device, body: BodyInit, headers = {}): Promise<Answer> {
  const answer = await fetch(house.url + pathOf(contract.castBallot, { params: device.place }), {
    method: 'POST',
    headers: { ...JSON_TYPE, 'accept-language': 'en', ...device.session.headers, ...headers },
    body,
    ...(body instanceof ReadableStream ? { duplex: 'half' } : {}),
  } as RequestInit);
  return { status: answer.status, headers: answer.headers, body: await answer.json() };
}

/** What an answer says no with, and whether it says so as every "no" must. */
const problemOf = ({ status, headers, body }: Answer) => ({
  status,
  code: (body as Problem).type.replace('/problems/', ''),
  type: headers.get('content-type'),
  cache: headers.get('cache-control'),
  explains: ['title', 'detail', 'instance'].every(
    (part) => ((body as Problem)[part as 'title'] ?? '').length > 5,
  ),
  tellsWhenToComeBack: Number(headers.get('retry-after')) > 0,
});
const clearly = (code: string, status: number): ReturnType<typeof problemOf> => ({
  status,
  code,
  type: 'application/problem+json; charset=utf-8',
  cache: 'no-store',
  explains: true,
  tellsWhenToComeBack: status === 503,
});

/** Closes the meeting and lets a stranger verify it. @returns the idems of all its ballots in the log */
async function closeAndAudit(house: MeetingServer, place: Place): Promise<string[]> {
  await house.advance(11 * DAY);
  const chair = await house.as('chair');
  // A closing that was begun has been carried on by itself.
  const { state } = await chair.call(contract.getMeeting, { params: place });
  if (state !== 'closed') await chair.call(contract.closeMeeting, { params: place });
  const bundle = await bundleOf(createCall(house.url, fetch), place);
  expect((await auditOf(house, bundle)).broken).toBeNull();
  const rows = (await house.server.open.connection.sql`
    select encode(e.idem, 'hex') as idem from ledger.entries e
    where convert_from(e.leaf, 'UTF8')::jsonb @> ${JSON.stringify({ kind: 'ballot', meeting: place.meeting })}::text::jsonb
    order by idx`) as unknown as { idem: string }[];
  return rows.map(({ idem }) => idem);
}

describe('a request that is nonsense', () => {
  let house: MeetingServer;
  let device: Device;
  beforeAll(async () => {
    house = await startMeetingServer();
    device = await deviceOf(house, await openOf(house));
  });

  it.each([
    ['nothing at all', ''],
    ['half of JSON', '{"entry":"'],
    ['bytes that are no UTF-8', new Uint8Array([0x7b, 0xff, 0xfe, 0x7d])],
    ['a file in disguise', new Uint8Array(gzipSync('{}'))],
  ])('%s, is a body that cannot be read', async (_, body) => {
    expect(problemOf(await send(house, device, body))).toEqual(clearly('malformed-body', 400));
  });

  it.each([
    ['a list', '[]'],
    ['null', 'null'],
    ['a number', '1e400'],
    ['a nest of ten thousand lists', '['.repeat(10_000) + ']'.repeat(10_000)],
    ['a prototype', '{"__proto__":{"entry":"x"}}'],
    ['an unknown field beside the right ones', () => ({ ...signBallot(device, FOR), more: true })],
    ['a field of another type', () => ({ ...signBallot(device, FOR), entry: 7 })],
    ['a field too many letters long', () => ({ ...signBallot(device, FOR), entry: 'x'.repeat(4_097) })],
  ])('%s, names the places that are wrong', async (_, given) => {
    const body = typeof given === 'string' ? given : JSON.stringify(given());
    const answer = await send(house, device, body);
    expect(problemOf(answer)).toEqual(clearly('invalid-input', 422));
    for (const { at, message } of (answer.body as Problem).errors!) {
      expect(at).toMatch(/^body/);
      expect(message.length).toBeGreaterThan(5);
    }
  });

  it('of another type of content is not even read', async () => {
    const body = JSON.stringify(signBallot(device, FOR));
    expect(problemOf(await send(house, device, body, { 'content-type': 'text/plain' }))).toEqual(
      clearly('wrong-media-type', 415),
    );
  });

  it('larger than allowed is cut off, whether or not it says how large it is', async () => {
    const large = new Uint8Array(80_000).fill(0x20);
    expect(problemOf(await send(house, device, large))).toEqual(clearly('too-large', 413));
    let chunks = 0;
    const endless = new ReadableStream<Uint8Array>({
      async pull(controller) {
        chunks += 1;
        // Far more than any limit; the server must have answered long before.
        if (chunks > 2_000) controller.close();
        else controller.enqueue(large.subarray(0, 16_384));
      },
    });
    // A client that goes on writing may lose the answer together with the connection.
    const answer = await send(house, device, endless as never).catch(() => null);
    expect([null, 413]).toContain(answer && answer.status);
    expect(chunks).toBeLessThan(2_000);
  });

  it('changes nothing, and the next one is served', async () => {
    const mine = await device.session.call(contract.getMyBallot, { params: device.place });
    expect(mine.ballots).toEqual([]);
    await cast(device, signBallot(device, FOR));
  });
});

describe('a connection that is lost while casting', () => {
  /** Sends the request and cuts the line: after some bytes of the body, or so long after the last of them. */
  async function sendAndCut(
    house: MeetingServer,
    device: Device,
    body: string,
    cut: { readonly bytes: number } | { readonly afterMs: number },
  ): Promise<void> {
    const outgoing = request(house.url + pathOf(contract.castBallot, { params: device.place }), {
      method: 'POST',
      headers: { ...JSON_TYPE, ...device.session.headers, 'content-length': Buffer.byteLength(body) },
    });
    outgoing.on('error', () => {});
    outgoing.on('response', (answer) => answer.resume());
    const closed = new Promise((resolve) => outgoing.once('close', resolve));
    if ('bytes' in cut) {
      outgoing.write(body.slice(0, cut.bytes));
      await pause(30);
    } else {
      outgoing.end(body);
      await once(outgoing, 'finish');
      await pause(cut.afterMs);
    }
    outgoing.destroy();
    await closed;
  }

  it('costs nothing: the same request again gets the receipt, and the log has one entry', async () => {
    const house = await startMeetingServer();
    const place = await openOf(house);
    const device = await deviceOf(house, place);
    const ballots: string[] = [];
    for (const cut of [
      { bytes: 10 },
      { bytes: 500 },
      ...[0, 1, 2, 4, 8, 16, 32].map((afterMs) => ({ afterMs })),
    ]) {
      const ballot = signBallot(device, { ...FOR, 'item-2': 'against' });
      const body = JSON.stringify(ballot);
      await sendAndCut(house, device, body, cut);
      const again = await device.session.call(contract.castBallot, { params: place, body: ballot });
      const third = await device.session.call(contract.castBallot, { params: place, body: ballot });
      expect(again).toMatchObject({ state: 'witnessed', idem: idemOf(ballot.entry) });
      expect(third).toEqual(again);
      ballots.push(again.idem);
    }
    expect(await closeAndAudit(house, place)).toEqual(ballots);
  });
});

describe('a full disk', () => {
  it('delays receipts and the minutes, says so, and loses nothing', async () => {
    const house = await startMeetingServer();
    const place = await openOf(house);
    const device = await deviceOf(house, place);
    const before = signBallot(device, FOR);
    await cast(device, before);
    const disk = fillDisk(house);
    const ballot = signBallot(device, { 'item-1': 'against' });
    const answer = await device.session.call(contract.castBallot, { params: place, body: ballot });
    expect(answer).toEqual({ idem: idemOf(ballot.entry), state: 'received', index: null, proof: null });
    const health = await fetch(`${house.url}/health`);
    expect([health.status, await health.json()]).toEqual([503, { status: 'trouble', trouble: 'sequencer' }]);
    // What is known to be witnessed is still proven.
    expect(await device.session.call(contract.castBallot, { params: place, body: before })).toMatchObject({
      state: 'witnessed',
    });
    disk.empty();
    await cast(device, ballot);
    expect((await fetch(`${house.url}/health`)).status).toBe(200);

    await house.advance(11 * DAY);
    disk.fill('files');
    const { headers } = await house.as('chair');
    const closing = await fetch(house.url + pathOf(contract.closeMeeting, { params: place }), {
      method: 'POST',
      headers: { ...JSON_TYPE, ...headers, 'accept-language': 'en' },
      body: '{}',
    });
    const answered = { status: closing.status, headers: closing.headers, body: await closing.json() };
    expect(problemOf(answered)).toEqual(clearly('storage-full', 503));
    disk.empty();
    expect(await closeAndAudit(house, place)).toEqual([idemOf(before.entry), idemOf(ballot.entry)]);
  });

  it('pushes back when very much waits, before anything is stored, and takes the same request later', async () => {
    const house = await startMeetingServer();
    const place = await openOf(house);
    const device = await deviceOf(house, place);
    await cast(device, signBallot(device, FOR));
    const disk = fillDisk(house);
    await crowd(house, 4_096);
    const ballot = signBallot(device, { 'item-1': 'against' });
    const body = JSON.stringify(ballot);
    expect(problemOf(await send(house, device, body))).toEqual(clearly('log-busy', 503));
    const mine = await device.session.call(contract.getMyBallot, { params: place });
    expect(mine.ballots).toHaveLength(1);
    disk.empty();
    await expect
      .poll(async () => (await send(house, device, body)).status, { timeout: 20_000, interval: 250 })
      .toBe(200);
    await cast(device, ballot);
    expect((await closeAndAudit(house, place)).at(-1)).toBe(idemOf(ballot.entry));
  });

  /** Makes every write fail as on a full disk, until it is emptied. */
  function fillDisk(house: MeetingServer): { fill(part: 'log' | 'files'): void; empty(): void } {
    const tiles = house.server.open.tiles as { -readonly [Name in keyof TileStore]: TileStore[Name] };
    const files = house.server.open.house.files as { -readonly [Name in keyof FilePort]: FilePort[Name] };
    const { writeNew, replace } = tiles;
    const { put } = files;
    const refuse = (): Promise<never> => Promise.reject(new StorageFullError('the disk is full'));
    const fill = (part: 'log' | 'files'): void => {
      if (part === 'log') Object.assign(tiles, { writeNew: refuse, replace: refuse });
      else Object.assign(files, { put: refuse });
    };
    fill('log');
    return {
      fill,
      empty: () => {
        Object.assign(tiles, { writeNew, replace });
        Object.assign(files, { put });
      },
    };
  }

  /** Hands so many entries of another meeting over to the log. */
  async function crowd(house: MeetingServer, count: number): Promise<void> {
    const { db, ledger } = house.server.open.house;
    const submissions = Array.from({ length: count }, () => {
      const pdf = encodeBase64(randomBytes(32));
      const leaf = ledger.signEntry({ kind: 'minutes', meeting: 'crowd', pdf, language: 'ru' });
      return { idem: idemOf(leaf), leaf };
    });
    await db.transaction((tx) => ledger.submit(tx, submissions));
  }
});

describe('a database that goes away while people vote, and comes back', () => {
  let folder: string;
  let database: Awaited<ReturnType<typeof startEmbeddedPostgres>>;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'veche-away-'));
    database = await startEmbeddedPostgres({ directory: join(folder, 'postgres') });
    await createDatabase(database.address);
  });
  afterAll(async () => {
    await database.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('is answered with 503 meanwhile, and everything that was acknowledged is in the log, once', async () => {
    const house = await startMeetingServer({ database: database.address });
    const place = await openOf(house);
    const devices = await Promise.all(
      (['anna', 'boris', 'vera', 'office'] as const).map((who) => deviceOf(house, place, who)),
    );
    const acknowledged: string[] = [];
    const refused: Answer[] = [];
    let slowestMs = 0;
    const stop = new AbortController();
    /** Votes again and again; a ballot that was refused is sent once more, the very same. */
    const vote = async (device: Device): Promise<void> => {
      for (let i = 0; !stop.signal.aborted; i += 1) {
        const body = JSON.stringify(signBallot(device, { 'item-1': i % 2 ? 'for' : 'against' }));
        for (;;) {
          const began = performance.now();
          const answer = await send(house, device, body);
          slowestMs = Math.max(slowestMs, performance.now() - began);
          if (answer.status === 200) {
            acknowledged.push((answer.body as { idem: string }).idem);
            break;
          }
          refused.push(answer);
          await pause(100);
        }
      }
    };
    const voters = devices.map(vote);
    await pause(1_000);
    const early = acknowledged.length;
    expect(early).toBeGreaterThan(4);

    await database.stop();
    await pause(1_500);
    const health = await fetch(`${house.url}/health`);
    expect([health.status, await health.json()]).toEqual([503, { status: 'trouble', trouble: 'database' }]);
    // Whoever had handed over just before waits for the log a moment, and is refused with the next ballot only.
    await expect.poll(() => refused.length, { timeout: 10_000 }).toBeGreaterThan(0);
    const during = acknowledged.length;
    database = await startEmbeddedPostgres({ directory: join(folder, 'postgres') });
    await expect.poll(() => acknowledged.length, { timeout: 20_000 }).toBeGreaterThan(during + 20);
    stop.abort();
    await Promise.all(voters);
    for (const answer of refused) expect(problemOf(answer)).toEqual(clearly('unavailable', 503));
    expect(slowestMs).toBeLessThan(10_000);
    expect((await fetch(`${house.url}/health`)).status).toBe(200);

    // NOTE: a connection that was cut in the middle of a query tells postgres.js's first query after it was opened anew of
    // it once more: one more 503 for somebody. Here each connection gets that over with.
    const { sql } = house.server.open.connection;
    await Promise.allSettled(Array.from({ length: 40 }, () => sql`select pg_sleep(0.1)`));
    const logged = await closeAndAudit(house, place);
    expect(new Set(logged).size).toBe(logged.length);
    expect(logged.toSorted()).toEqual([...new Set(acknowledged)].toSorted());
  });
});
