// A meeting under witnesses: what the voter holds while they are away, and how their time decides what came in time.
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resumeClosings } from '@veche/meetings/closing.ts';
import * as contract from '@veche/meetings/contract.ts';
import { parseVerifierKey } from '@veche/ledger/note.ts';
import { checkWitnessed, parsePolicy } from '@veche/ledger/policy.ts';
import { parseReceipt } from '@veche/ledger/receipt.ts';
import { createCall } from '@veche/module-kit/client.ts';
import { extractText, getDocumentProxy } from 'unpdf';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { prepareDevice, signBallot, type Place } from '../story/holder.ts';
import { serveHouseWitnesses, type HouseWitnesses } from '../support/house-witnesses.ts';
import {
  auditOf,
  bundleOf,
  DAY,
  openOf,
  refusalOf,
  startMeetingServer,
  type MeetingServer,
} from '../support/meeting-server.ts';

let witnesses: HouseWitnesses;
let house: MeetingServer;
let place: Place;
beforeAll(async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'veche-witnessed-'));
  afterAll(() => rm(dataDir, { recursive: true, force: true }));
  witnesses = await serveHouseWitnesses(dataDir, 'https://veche.test');
  house = await startMeetingServer({ dataDir, witnessPolicy: witnesses.witnessPolicy });
  witnesses.follow(house.server.open.clock);
  place = await openOf(house);
});

const linesOf = (bundle: Uint8Array) =>
  new TextDecoder()
    .decode(bundle)
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
const sha256 = (text: string) => createHash('sha256').update(text).digest('base64');
const seconds = (instant: string) => Date.parse(instant) / 1000;

it('a vote is recorded while the witnesses are away, and witnessed once they are back', async () => {
  const anna = await prepareDevice(await house.as('anna'), place, 'Phone');
  witnesses.answer(false);
  const params = { ...place };
  const body = signBallot(anna, { 'item-1': 'for', 'item-2': 'for' });
  const logged = await anna.session.call(contract.castBallot, { params, body });
  expect(logged).toMatchObject({ state: 'logged', index: expect.any(Number), proof: expect.any(String) });
  witnesses.answer(true);
  const find = () => anna.session.call(contract.getReceipt, { params: { ...place, idem: logged.idem } });
  await expect.poll(async () => (await find()).state, { timeout: 20_000, interval: 200 }).toBe('witnessed');
  const final = await find();
  const { policy, logKey } = await anna.session.call(contract.getMyBallot, { params: place });
  const { checkpoint } = parseReceipt(final.proof!);
  const { cosignatures } = checkWitnessed(checkpoint, parseVerifierKey(logKey), parsePolicy(policy!));
  expect(cosignatures.length).toBeGreaterThanOrEqual(2);
  // The final receipt never changes again.
  expect(await find()).toEqual(final);
});

it('without witnesses the closing waits, says so, and nothing is announced', async () => {
  await house.advance(11 * DAY);
  witnesses.answer(false);
  const { call } = await house.as('chair');
  const stranger = createCall(house.url, fetch);
  const waiting = await call(contract.closeMeeting, { params: place });
  expect(waiting).toMatchObject({ state: 'closing', awaitsWitnesses: true, closing: null });
  expect(await refusalOf(stranger(contract.getResult, { params: place }))).toBe('not-closed');
  await resumeClosings(house.server.open.house);
  expect(await stranger(contract.getMeeting, { params: place })).toMatchObject({
    state: 'closing',
    awaitsWitnesses: true,
  });
});

it('goes on by itself once they are back; their time and the size it was seen at are published', async () => {
  witnesses.answer(true);
  const stranger = createCall(house.url, fetch);
  await expect
    .poll(
      async () => {
        await house.server.open.runTimedJobs();
        return (await stranger(contract.getMeeting, { params: place })).state;
      },
      { timeout: 30_000, interval: 300 },
    )
    .toBe('closed');
  const meeting = await stranger(contract.getMeeting, { params: place });
  const closing = meeting.closing!;
  expect(meeting.awaitsWitnesses).toBe(false);
  expect(seconds(closing.quorumAt)).toBeGreaterThanOrEqual(seconds(meeting.closesAt!));
  expect(closing.witnesses.length).toBeGreaterThanOrEqual(2);
  const { ballots } = await stranger(contract.getResult, { params: place });
  expect(ballots).toEqual({ logged: 1, effective: 1, superseded: 0, late: 0 });

  const minutes = new Uint8Array(
    await (await stranger(contract.getMinutes, { params: place })).arrayBuffer(),
  );
  const document = await getDocumentProxy(minutes.slice());
  const words = (await extractText(document, { mergePages: true })).text.replace(/\s+/g, ' ');
  expect(words).toContain('Кто подтвердил время окончания');
  for (const { name } of closing.witnesses) expect(words).toContain(`Свидетель «${name}»`);

  const bundle = await bundleOf(stranger, place);
  const report = await auditOf(house, bundle, { minutes });
  expect(report.broken).toBeNull();
  expect(report.closing).toMatchObject({ size: closing.size, quorumTime: seconds(closing.quorumAt) });
});

it('pins the policy at the opening and the closing checkpoint at the close, and shows both in the bundle', async () => {
  const lines = linesOf(await bundleOf(createCall(house.url, fetch), place));
  const entries = lines.filter(({ t }) => t === 'entry').map(({ entry }) => entry as Record<string, unknown>);
  const policy = lines.find(({ t }) => t === 'policy')!['text'] as string;
  const closing = lines.find(({ t }) => t === 'closing')!['note'] as string;
  expect(entries.find(({ kind }) => kind === 'meeting.opened')!['policy']).toBe(sha256(policy));
  expect(entries.find(({ kind }) => kind === 'meeting.closed')!['closing']).toBe(sha256(closing));
});

it('in a log that asks no witnesses a meeting closes without them, and says nothing of them', async () => {
  const plain = await startMeetingServer({ witnessPolicy: 'none' });
  const there = await openOf(plain);
  const anna = await prepareDevice(await plain.as('anna'), there, 'Phone');
  const body = signBallot(anna, { 'item-1': 'for' });
  expect(await anna.session.call(contract.castBallot, { params: there, body })).toMatchObject({
    state: 'logged',
  });
  await plain.advance(11 * DAY);
  const { call } = await plain.as('chair');
  expect(await call(contract.closeMeeting, { params: there })).toMatchObject({
    state: 'closed',
    awaitsWitnesses: false,
    closing: null,
  });
  const bundle = await bundleOf(call, there);
  expect(linesOf(bundle).some(({ t }) => t === 'policy' || t === 'closing')).toBe(false);
  const report = await auditOf(plain, bundle);
  expect(report.broken).toBeNull();
  expect(report.result?.ballots).toEqual({ logged: 1, effective: 1, superseded: 0 });
});
