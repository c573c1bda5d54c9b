// The audit bundle while the log goes on: it holds what its own checkpoint covers, and who may sign for the log.
import { readFile } from 'node:fs/promises';
import { createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { encodeBase64 } from '@veche/ledger/bytes.ts';
import { parseCheckpoint } from '@veche/ledger/checkpoint.ts';
import { publicKeyOf } from '@veche/ledger/ed25519.ts';
import { encodeEntry, signEntry } from '@veche/ledger/entry.ts';
import { parseNote, parseSignerKey } from '@veche/ledger/note.ts';
import { streamBundle } from '@veche/meetings/bundle.ts';
import { beginClosing, finishClosing } from '@veche/meetings/closing.ts';
import * as contract from '@veche/meetings/contract.ts';
import { findMeeting, readMilestones } from '@veche/meetings/store.ts';
import { createCall, pathOf } from '@veche/module-kit/client.ts';
import type { House } from '@veche/module-kit/module.ts';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { cast, prepareDevice, signBallot, type Place } from '../story/holder.ts';
import {
  auditOf,
  bundleOf,
  DAY,
  openOf,
  startMeetingServer,
  type MeetingServer,
} from '../support/meeting-server.ts';

let house: MeetingServer;
beforeAll(async () => {
  house = await startMeetingServer();
});

const keyOf = (place: Place) => ({ buildingId: place.building, id: place.meeting });

/** Hands over a registrar entry: `next` signs from there on. */
async function passKeyOn(seed: Uint8Array, next: Uint8Array): Promise<void> {
  const { db, ledger } = house.server.open.house;
  const draft = {
    kind: 'registrar',
    origin: ledger.origin,
    key: encodeBase64(publicKeyOf(next)),
  } as const;
  const leaf = encodeEntry(signEntry(draft, seed));
  const idem = createHash('sha256').update(leaf).digest('hex');
  await db.transaction((tx) => ledger.submit(tx, [{ idem, leaf }]));
  ledger.wake();
  expect(await ledger.receipts([idem], 15_000)).not.toEqual([null]);
}

async function voteOf(place: Place): Promise<void> {
  const device = await prepareDevice(await house.as('office'), place, 'PC');
  await cast(device, signBallot(device, { 'item-1': 'for' }));
}

/** The kinds and indexes of a bundle's entries. */
const entriesOf = (bundle: Uint8Array): { index: number; kind: string }[] =>
  new TextDecoder()
    .decode(bundle)
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { t: string; index: number; entry: { kind: string } })
    .filter(({ t }) => t === 'entry')
    .map(({ index, entry }) => ({ index, kind: entry.kind }));

describe('the bundle', () => {
  it('leaves out what was logged after its checkpoint', async () => {
    const place = await openOf(house);
    await voteOf(place);
    await house.advance(11 * DAY);
    const { house: whole } = house.server.open;
    const row = await findMeeting(whole.db, keyOf(place));
    expect(await beginClosing(whole, keyOf(place), row!.calledBy!, 'ru')).toBeNull();
    // The checkpoint between the result and the minutes: the writing of the minutes is where the closing stops first.
    const stopping: House = {
      ...whole,
      files: { ...whole.files, put: () => Promise.reject(new Error('stop here')) },
    };
    await expect(finishClosing(stopping, keyOf(place))).rejects.toThrow('stop here');
    const result = (await readMilestones(whole.db, keyOf(place))).get('result')!;
    const [receipt] = await whole.ledger.receipts([result], 10_000);
    await expect
      .poll(async () => parseCheckpoint(parseNote(await whole.ledger.checkpoint()).text).size)
      .toBeGreaterThan(receipt!.index);
    const earlier = await whole.ledger.checkpoint();
    expect(await finishClosing(whole, keyOf(place))).toBe(true);

    const ledger = Object.create(whole.ledger, {
      checkpoint: { value: () => Promise.resolve(earlier) },
    }) as House['ledger'];
    const closed = await findMeeting(whole.db, keyOf(place));
    const stream = streamBundle({ ...whole, ledger }, keyOf(place), closed!);
    const bundle = new Uint8Array(await new Response(stream as never).arrayBuffer());
    expect(entriesOf(bundle).at(-1)!.kind).toBe('result');
    expect((await auditOf(house, bundle)).broken).toBeNull();
  });

  it('is whole once the meeting is closed, however late its checkpoint is shown', async () => {
    const place = await openOf(house);
    await voteOf(place);
    await house.advance(11 * DAY);
    const { house: whole } = house.server.open;
    const earlier = await whole.ledger.checkpoint();
    // For the server's own job too, which carries a closing on meanwhile.
    const shown = vi.spyOn(whole.ledger, 'checkpoint').mockImplementation(async () => earlier);
    const row = await findMeeting(whole.db, keyOf(place));
    expect(await beginClosing(whole, keyOf(place), row!.calledBy!, 'ru')).toBeNull();
    expect(await finishClosing(whole, keyOf(place), 2_000)).toBe(false);
    expect((await findMeeting(whole.db, keyOf(place)))!.state).toBe('closing');
    shown.mockRestore();
    expect(await finishClosing(whole, keyOf(place))).toBe(true);
    const bundle = await bundleOf(createCall(house.url, fetch), place);
    expect(entriesOf(bundle).at(-1)!.kind).toBe('minutes');
  });

  it('streams compressed, the same bytes', async () => {
    const place = await openOf(house);
    await voteOf(place);
    await house.advance(11 * DAY);
    const { call } = await house.as('chair');
    await call(contract.closeMeeting, { params: place });
    const address = house.url + pathOf(contract.getBundle, { params: place });
    const [plain, compressed] = await Promise.all(
      ['identity', 'gzip'].map((encoding) => fetch(address, { headers: { 'accept-encoding': encoding } })),
    );
    expect(plain!.headers.get('content-encoding')).toBeNull();
    expect(compressed!.headers.get('content-encoding')).toBe('gzip');
    for (const { headers } of [plain!, compressed!]) expect(headers.get('content-length')).toBeNull();
    expect(await compressed!.text()).toBe(await plain!.text());
  });

  it('shows every key that signed for the log up to the meeting’s end, and none after', async () => {
    const { seed } = parseSignerKey(
      (await readFile(join(house.settings.dataDir, 'keys', 'registrar.key'), 'utf8')).trim(),
    );
    const other = randomBytes(32);
    const place = await openOf(house);
    // To another key and back, since the server keeps its own.
    await passKeyOn(seed, other);
    await passKeyOn(other, seed);
    await voteOf(place);
    await house.advance(11 * DAY);
    const { call } = await house.as('chair');
    await call(contract.closeMeeting, { params: place });
    const later = randomBytes(32);
    await passKeyOn(seed, later);
    await passKeyOn(later, seed);

    const bundle = await bundleOf(createCall(house.url, fetch), place);
    expect((await auditOf(house, bundle)).broken).toBeNull();
    const kinds = entriesOf(bundle).map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'registrar')).toHaveLength(3);
    expect(kinds.at(-1)).toBe('minutes');
  });
});
