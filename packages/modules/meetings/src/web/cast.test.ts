import { encodeUtf8 } from '@veche/ledger/bytes.ts';
import { signCheckpoint } from '@veche/ledger/checkpoint.ts';
import { decodeEntry, signatureOfEntry, signatureOfPossession } from '@veche/ledger/entry.ts';
import { nobleVerifier } from '@veche/ledger/ed25519.ts';
import { createNoteSigner, parseVerifierKey } from '@veche/ledger/note.ts';
import { checkKeptReceipt, encodeReceipt } from '@veche/ledger/receipt.ts';
import { leafHash, proveInclusion, rootOf, nodeHash } from '@veche/ledger/tree.ts';
import type { TreeNode } from '@veche/ledger/tree.ts';
import { beforeEach, describe, expect, it } from 'vitest';
import { ballotIdem } from '../domain/ballot.ts';
import {
  castFromDevice,
  deliverPending,
  NotDelivered,
  type CastPorts,
  type CastStage,
  type Receipt,
} from './cast.ts';
import type { ReceiptBroken } from './check-receipt.ts';
import { ensureDeviceKey, nameDevice, provePossession } from './device-key.ts';
import { LOG_KEY, memoryStore, voterKey, type DeviceStore, type SeenLog } from './device-store.ts';
import { receiptFileName, receiptText } from './receipt-file.ts';

const ORIGIN = 'example.org/log/v1';
const MEETING = 'meeting-1';
const VOTER = 'voter-1';

/** A log in memory that answers as the server does, on the real formats. */
function createServer() {
  const signer = createNoteSigner(ORIGIN, new Uint8Array(32).fill(7));
  const leaves: string[] = ['first'];
  const hashOf = ({ level, index }: TreeNode): Uint8Array =>
    level === 0
      ? leafHash(encodeUtf8(leaves[index]!))
      : nodeHash(
          hashOf({ level: level - 1, index: 2 * index }),
          hashOf({ level: level - 1, index: 2 * index + 1 }),
        );
  const keys: string[] = [];
  const receiptOf = async (leaf: string): Promise<Receipt> => {
    const index = leaves.indexOf(leaf);
    const checkpoint = signCheckpoint(ORIGIN, leaves.length, rootOf(leaves.map(encodeUtf8)), signer);
    const proof = await proveInclusion(index, leaves.length, async (nodes) => nodes.map(hashOf));
    return {
      idem: ballotIdem(leaf),
      state: 'logged',
      index,
      proof: encodeReceipt({ index, proof, checkpoint }),
    };
  };
  return {
    vkey: signer.vkey,
    told: { keys: signer.vkey, policy: null },
    leaves,
    keys,
    register: async ({ key }: { key: string; possession: string }): Promise<Receipt> => {
      if (!keys.includes(key)) keys.push(key);
      return { idem: '', state: 'logged', index: 0, proof: null };
    },
    send: async ({ entry }: { entry: string }): Promise<Receipt> => {
      if (!leaves.includes(entry)) leaves.push(entry);
      return receiptOf(entry);
    },
    findReceipt: async (idem: string): Promise<Receipt> => {
      const leaf = leaves.find((one) => ballotIdem(one) === idem);
      if (!leaf) throw Object.assign(new Error('not found'), { problem: { status: 404 } });
      return receiptOf(leaf);
    },
  };
}

const lineDown = () => Promise.reject(new TypeError('fetch failed'));
const refusal = (status: number) => Object.assign(new Error('refused'), { problem: { status } });

let seed = 0;
const random = (length: number) =>
  Uint8Array.from({ length }, () => (seed = (seed * 1103515245 + 12345) % 251));

let server: ReturnType<typeof createServer>;
let store: DeviceStore;
let stages: CastStage[];
const portsOf = (change: Partial<CastPorts> = {}): CastPorts => ({
  store,
  maker: { subtle: globalThis.crypto.subtle, random },
  isRegistered: () => false,
  register: server.register,
  send: server.send,
  findReceipt: server.findReceipt,
  wait: async () => {},
  onStage: (stage) => stages.push(stage),
  ...change,
});
const ballot = {
  meeting: MEETING,
  voter: VOTER,
  entitlements: ['b', 'a'],
  choices: { i1: 'for', i2: 'against' },
} as const;

beforeEach(() => {
  server = createServer();
  store = memoryStore();
  stages = [];
  seed = 1;
});

describe('casting from a device', () => {
  it('gives a receipt that was checked, and keeps it', async () => {
    const kept = await castFromDevice(portsOf(), ballot, server.told);
    expect(kept.index).toBe(1);
    expect(stages).toEqual(['signing', 'sending', 'sending', 'checking']);
    expect(await store.list('receipts', MEETING)).toEqual([kept]);
    expect(await store.find('pending', voterKey(MEETING, VOTER))).toBeNull();
    expect(JSON.parse(kept.payload).entitlements).toEqual(['a', 'b']);
  });

  it.each([
    ['the browser’s own Ed25519', globalThis.crypto.subtle],
    ['noble', undefined],
  ])('signs the entry and proves possession with %s', async (_, subtle) => {
    const maker = { subtle, random };
    const kept = await castFromDevice(portsOf({ maker }), ballot, server.told);
    const key = await ensureDeviceKey(store, maker, MEETING, VOTER);
    const possession = signatureOfPossession({
      kind: 'key.registered',
      meeting: MEETING,
      voter: VOTER,
      key: key.publicKey,
      possession: await provePossession(key),
    } as never);
    expect(await nobleVerifier([signatureOfEntry(decodeEntry(kept.entry)), possession])).toEqual([
      true,
      true,
    ]);
    expect(server.keys).toEqual([key.publicKey]);
  });

  it('makes a receipt file that can be checked alone', async () => {
    const kept = await castFromDevice(portsOf(), ballot, server.told);
    const checked = checkKeptReceipt(receiptText(kept), parseVerifierKey(server.vkey));
    expect(checked.index).toBe(1);
    expect(checked.payload).toMatchObject({ choices: ballot.choices });
    expect(receiptFileName(kept)).toBe('veche-meeting-1-1.tlog-proof');
  });

  it('sends the same bytes again when the line fails after they arrived', async () => {
    let tries = 0;
    const send: CastPorts['send'] = async (request) => {
      const answer = await server.send(request);
      return ++tries < 3 ? lineDown() : answer;
    };
    await castFromDevice(portsOf({ send }), ballot, server.told);
    expect(server.leaves).toHaveLength(2);
    expect(stages).toContain('reconnecting');
  });

  it('keeps the ballot while the line stays down, and a later visit delivers the same one', async () => {
    await expect(castFromDevice(portsOf({ send: lineDown }), ballot, server.told)).rejects.toThrow(
      NotDelivered,
    );
    const pending = await store.find('pending', voterKey(MEETING, VOTER));
    const kept = await deliverPending(portsOf(), ballot, server.told);
    expect(kept?.entry).toBe(pending?.entry);
    expect(server.leaves).toHaveLength(2);
    expect(await deliverPending(portsOf(), ballot, server.told)).toBeNull();
  });

  it('keeps the ballot when already the registration of the key is lost', async () => {
    await expect(castFromDevice(portsOf({ register: lineDown }), ballot, server.told)).rejects.toThrow(
      NotDelivered,
    );
    expect((await deliverPending(portsOf(), ballot, server.told))?.index).toBe(1);
  });

  it('takes a ballot on its way for this one when it says the same', async () => {
    await expect(castFromDevice(portsOf({ send: lineDown }), ballot, server.told)).rejects.toThrow(
      NotDelivered,
    );
    await castFromDevice(portsOf(), ballot, server.told);
    expect(server.leaves).toHaveLength(2);
  });

  it('gives a second tab that confirms the same ballot the receipt of the first', async () => {
    const [a, b] = await Promise.all([
      castFromDevice(portsOf(), ballot, server.told),
      castFromDevice(portsOf(), ballot, server.told),
    ]);
    expect(b).toEqual(a);
    expect(server.leaves).toHaveLength(2);
    await castFromDevice(portsOf(), ballot, server.told);
    expect(server.leaves).toHaveLength(3);
  });

  it('delivers a ballot on its way before another one, so that the other counts', async () => {
    await expect(castFromDevice(portsOf({ send: lineDown }), ballot, server.told)).rejects.toThrow(
      NotDelivered,
    );
    const kept = await castFromDevice(portsOf(), { ...ballot, choices: { i1: 'abstain' } }, server.told);
    expect(kept.index).toBe(2);
    expect(await store.list('receipts', MEETING)).toHaveLength(2);
  });

  it('asks for the receipt until the entry is logged', async () => {
    const send: CastPorts['send'] = async (request) => ({
      ...(await server.send(request)),
      state: 'received',
      index: null,
      proof: null,
    });
    expect((await castFromDevice(portsOf({ send }), ballot, server.told)).index).toBe(1);
    expect(stages).toContain('recording');
  });

  it('forgets a ballot that the server refuses', async () => {
    const send = () => Promise.reject(refusal(409));
    await expect(castFromDevice(portsOf({ send }), ballot, server.told)).rejects.toThrow('refused');
    expect(await store.find('pending', voterKey(MEETING, VOTER))).toBeNull();
  });

  it('finds the record of a ballot that arrived before the server began to refuse', async () => {
    await expect(
      castFromDevice(
        portsOf({ send: async (request) => (await server.send(request), lineDown()) }),
        ballot,
        server.told,
      ),
    ).rejects.toThrow(NotDelivered);
    const kept = await deliverPending(
      portsOf({ send: () => Promise.reject(refusal(409)) }),
      ballot,
      server.told,
    );
    expect(kept?.index).toBe(1);
  });

  it('does not register a key that the server knows', async () => {
    await castFromDevice(portsOf({ isRegistered: () => true }), ballot, server.told);
    expect(server.keys).toEqual([]);
  });

  it('makes one key for two tabs that ask at once', async () => {
    const maker = { subtle: globalThis.crypto.subtle, random };
    const [a, b] = await Promise.all([
      ensureDeviceKey(store, maker, MEETING, VOTER),
      ensureDeviceKey(store, maker, MEETING, VOTER),
    ]);
    expect(a).toBe(b);
  });
});

describe('a receipt that must not be believed', () => {
  const signer = createNoteSigner(ORIGIN, new Uint8Array(32).fill(7));
  const stranger = createNoteSigner(ORIGIN, new Uint8Array(32).fill(9));
  const fork = signCheckpoint(ORIGIN, 2, rootOf(['first', 'another'].map(encodeUtf8)), signer);
  type Forgery = {
    code: ReceiptBroken['code'];
    change?: (receipt: Receipt) => Receipt;
    vkey?: string;
    seen?: SeenLog;
  };

  it.each<[string, Forgery]>([
    ['one of another entry', { code: 'unreadable', change: (one) => ({ ...one, idem: '0'.repeat(64) }) }],
    ['one with another record number', { code: 'not-proven', change: (one) => ({ ...one, index: 0 }) }],
    [
      'one whose proof is damaged',
      {
        code: 'not-proven',
        change: (one) => ({ ...one, proof: one.proof!.replace(/^index 1$/m, 'index 0') }),
      },
    ],
    ['one that another key signed', { code: 'not-proven', vkey: stranger.vkey }],
    [
      'one under another key than this device saw first',
      { code: 'other-journal', seen: { key: stranger.vkey, checkpoint: null, size: 0 } },
    ],
    [
      'one of a journal as long as the one seen before, with other content',
      { code: 'two-histories', seen: { key: signer.vkey, checkpoint: fork, size: 2 } },
    ],
  ])('is %s: nothing is shown as recorded, nothing is lost', async (_, { code, change, vkey, seen }) => {
    if (seen) await store.put('logs', LOG_KEY, seen);
    const send: CastPorts['send'] = async (request) =>
      (change ?? ((receipt) => receipt))(await server.send(request));
    const cast = castFromDevice(portsOf({ send }), ballot, { keys: vkey ?? server.vkey, policy: null });
    await expect(cast).rejects.toMatchObject({ name: 'ReceiptBroken', code });
    expect(await store.list('receipts', MEETING)).toEqual([]);
    expect(await store.find('pending', voterKey(MEETING, VOTER))).not.toBeNull();
  });
});

it('names a device by browser and system, nothing more exact', () => {
  expect(
    nameDevice(
      'Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Mobile Safari/537.36',
    ),
  ).toBe('Chrome, Android');
  expect(
    nameDevice('Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile Safari/604.1'),
  ).toBe('Safari, iOS');
  expect(nameDevice('')).toBe('Browser');
});
