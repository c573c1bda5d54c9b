import { encodeUtf8 } from '@veche/ledger/bytes.ts';
import { signCheckpoint } from '@veche/ledger/checkpoint.ts';
import { encodeEntry } from '@veche/ledger/entry.ts';
import { cosign, holdMeeting, logSigner, ORIGIN, POLICY } from '@veche/ledger/meeting.fixture.ts';
import { encodeReceipt } from '@veche/ledger/receipt.ts';
import { leafHash, rootOf } from '@veche/ledger/tree.ts';
import { beforeAll, beforeEach, expect, describe, it } from 'vitest';
import { ballotIdem } from '../domain/ballot.ts';
import type { Receipt } from './cast.ts';
import { checkVoterReceipt } from './check-receipt.ts';
import { ballotKey, LOG_KEY, memoryStore, type DeviceStore, type KeptReceipt } from './device-store.ts';
import { followWitnesses, type FollowPorts } from './follow-witnesses.ts';

const told = { keys: logSigner.vkey, policy: POLICY };
const key = () => ballotKey(kept.meeting, kept.idem);
let kept: KeptReceipt;
let note: string;
let proofUnder: (checkpoint: string) => string;
let store: DeviceStore;
let pauses: number[];

beforeAll(async () => {
  const world = await holdMeeting();
  const ballot = world.entries.find(({ entry }) => entry.kind === 'ballot')!;
  const entry = encodeEntry(ballot.entry);
  const leaves = [encodeUtf8('first'), encodeUtf8(entry)];
  note = signCheckpoint(ORIGIN, 2, rootOf(leaves), logSigner);
  proofUnder = (checkpoint) => encodeReceipt({ index: 1, proof: [leafHash(leaves[0]!)], checkpoint });
  kept = {
    meeting: 'm1',
    voter: 'v1',
    idem: ballotIdem(entry),
    entry,
    payload: '',
    salt: '',
    choices: {},
    index: 1,
    proof: proofUnder(note),
    witnessed: null,
  };
});

beforeEach(async () => {
  store = memoryStore();
  pauses = [];
  await store.put('receipts', key(), kept);
  await checkVoterReceipt(store, kept, told);
});

const answer = (state: Receipt['state'], checkpoint: string): Receipt => ({
  idem: kept.idem,
  state,
  index: 1,
  proof: proofUnder(checkpoint),
});
/** Gives the answers one after the other, the last one again and again. */
const portsOf = (...answers: (Receipt | Error)[]): FollowPorts => ({
  store,
  findReceipt: async () => {
    const next = answers.length > 1 ? answers.shift()! : answers[0]!;
    if (next instanceof Error) throw next;
    return next;
  },
  wait: async (milliseconds) => void pauses.push(milliseconds),
  isStopped: () => pauses.length > 12,
});
const enough = () => cosign(note, { board: 1_700_000_001, city: 1_700_000_002 });

describe('from recorded to witnessed', () => {
  it('asks again, less and less often, and keeps the final receipt in place of the first', async () => {
    const final = await followWitnesses(
      portsOf(answer('logged', note), new TypeError('no line'), answer('witnessed', enough())),
      kept,
      told,
    );
    expect(pauses).toEqual([500, 1000, 2000]);
    expect(final).toMatchObject({
      proof: proofUnder(enough()),
      witnessed: {
        at: 1_700_000_002,
        by: [
          { name: 'board', at: 1_700_000_001 },
          { name: 'city', at: 1_700_000_002 },
        ],
      },
    });
    expect(await store.find('receipts', key())).toEqual(final);
  });

  it('believes cosignatures, not the word of the server', async () => {
    const few = cosign(note, { board: 1_700_000_001 });
    expect(await followWitnesses(portsOf(answer('witnessed', few)), kept, told)).toBeNull();
    expect(await store.find('receipts', key())).toEqual(kept);
  });

  it('stops at a cosignature that does not hold, and keeps the first receipt', async () => {
    const damaged = enough().replace(
      /(— board\.test .{20})(.)/,
      (_, start: string, char: string) => start + (char === 'A' ? 'B' : 'A'),
    );
    await expect(followWitnesses(portsOf(answer('witnessed', damaged)), kept, told)).rejects.toMatchObject({
      name: 'ReceiptBroken',
      code: 'not-proven',
    });
    expect(await store.find('receipts', key())).toEqual(kept);
  });

  it('brings nothing back that this device was told to forget', async () => {
    await store.remove('receipts', key());
    const final = await followWitnesses(portsOf(answer('witnessed', enough())), kept, told);
    expect(final?.witnessed).not.toBeNull();
    expect(await store.find('receipts', key())).toBeNull();
  });

  it('ends when the page is left, and when the server says a firm no', async () => {
    expect(await followWitnesses(portsOf(answer('logged', note)), kept, told)).toBeNull();
    pauses = [];
    const no = Object.assign(new Error('gone'), { problem: { status: 404 } });
    await expect(followWitnesses(portsOf(no), kept, told)).rejects.toThrow('gone');
  });
});

it('a journal that names other witnesses is taken over, and the person is told', async () => {
  const other = POLICY.replace('two-of-three 2', 'two-of-three 3');
  await checkVoterReceipt(store, kept, { ...told, policy: other });
  expect(await store.find('logs', LOG_KEY)).toMatchObject({ policy: other, formerPolicy: POLICY });
});
