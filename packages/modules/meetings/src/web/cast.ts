// Casting from this device: sign once, keep the bytes, send them until a receipt comes back, and believe the receipt
// only after checking it. A lost connection, a reload or a second tab must never make a second ballot of one.
import { encodeBase64, encodeUtf8 } from '@veche/ledger/bytes.ts';
import { makeCommitment, SALT_BYTES } from '@veche/ledger/commitment.ts';
import { attachSignature, encodeEntry, entryMessage, prepareEntry } from '@veche/ledger/entry.ts';
import { encodeCanonical } from '@veche/ledger/jcs.ts';
import type { BallotPayload } from '@veche/ledger/meeting.ts';
import { ballotIdem, encodeBallot } from '../domain/ballot.ts';
import { checkVoterReceipt, ReceiptBroken } from './check-receipt.ts';
import { mayPass } from './follow-witnesses.ts';
import type { ToldLog } from './known-journal.ts';
import { ensureDeviceKey, provePossession, signWithDevice, type KeyMaker } from './device-key.ts';
import {
  ballotKey,
  voterKey,
  type DeviceKey,
  type DeviceStore,
  type KeptReceipt,
  type PendingBallot,
} from './device-store.ts';

/** What the server answers to a key or a ballot. */
export type Receipt = {
  readonly idem: string;
  readonly state: 'received' | 'logged' | 'witnessed';
  readonly index: number | null;
  readonly proof: string | null;
};

/** What a voter reads while a ballot is on its way. */
export type CastStage = 'signing' | 'sending' | 'recording' | 'checking' | 'reconnecting';

/** The server's side, and the passing of time. `send` and the others reject with a TypeError when the line is down. */
export type CastPorts = {
  readonly store: DeviceStore;
  readonly maker: KeyMaker;
  /** Whether the server told us that it knows this key already. */
  readonly isRegistered: (key: string) => boolean;
  readonly register: (key: { key: string; possession: string }) => Promise<Receipt>;
  readonly send: (ballot: { entry: string; payload: string; salt: string }) => Promise<Receipt>;
  readonly findReceipt: (idem: string) => Promise<Receipt>;
  readonly wait: (milliseconds: number) => Promise<void>;
  readonly onStage: (stage: CastStage) => void;
};

/** The line stayed down or the journal was slow: the ballot is kept on this device, and the same bytes may be sent again. */
export class NotDelivered extends Error {
  /** `no-answer`: we do not know whether it arrived; `not-recorded`: it arrived and waits for its record. */
  readonly code: 'no-answer' | 'not-recorded';
  constructor(code: 'no-answer' | 'not-recorded', options?: { cause?: unknown }) {
    super(code, options);
    this.name = 'NotDelivered';
    this.code = code;
  }
}

const NONCE_BYTES = 16;
/** After the first try; about half a minute in all, then the voter is told. */
const RETRY_MS = [1000, 2000, 4000, 8000, 15_000];
/** While the ballot waits for its record. */
const POLL_MS = 1500;
const POLLS = 40;

/**
 * Casts a ballot and gives its checked receipt. A ballot that is still on its way from this device is delivered first;
 * when it says the same, it is this one.
 * @param told - the journal as the server names it; what was seen first is what counts.
 * @throws NotDelivered: the ballot is kept and may be sent again with {@link deliverPending}.
 * @throws ReceiptBroken: the receipt does not prove the record.
 * @throws Error: whatever the ports throw when the server refuses; then nothing is kept.
 */
export async function castFromDevice(
  ports: CastPorts,
  ballot: BallotPayload,
  told: ToldLog,
): Promise<KeptReceipt> {
  const listKept = async (): Promise<KeptReceipt[]> =>
    (await ports.store.list('receipts', ballotKey(ballot.meeting, ''))).filter(
      ({ voter }) => voter === ballot.voter,
    );
  const says = encodeCanonical(ballot.choices);
  const before = new Set((await listKept()).map(({ idem }) => idem));
  return alone(ballot, async () => {
    // While we waited for our turn another tab may have cast the very same ballot: then its receipt is ours.
    const twin = (await listKept()).find(
      ({ idem, choices }) => !before.has(idem) && encodeCanonical(choices) === says,
    );
    if (twin) return twin;
    ports.onStage('signing');
    const key = await ensureDeviceKey(ports.store, ports.maker, ballot.meeting, ballot.voter);
    const earlier = await ports.store.find('pending', voterKey(ballot.meeting, ballot.voter));
    if (earlier) {
      const same = encodeCanonical(earlier.choices) === says;
      const receipt = await registerAndDeliver(ports, key, earlier, told);
      if (same) return receipt;
      ports.onStage('signing');
    }
    const pending = await signBallot(key, ballot, ports.maker);
    // Kept before the first byte leaves: from here on a reload finds these bytes and sends no others.
    const kept = await ports.store.add('pending', voterKey(ballot.meeting, ballot.voter), pending);
    return registerAndDeliver(ports, key, kept, told);
  });
}

/**
 * Delivers what is still on its way from this device, if anything.
 * @throws the same as {@link castFromDevice}
 */
export async function deliverPending(
  ports: CastPorts,
  { meeting, voter }: Pick<BallotPayload, 'meeting' | 'voter'>,
  told: ToldLog,
): Promise<KeptReceipt | null> {
  return alone({ meeting, voter }, async () => {
    const pending = await ports.store.find('pending', voterKey(meeting, voter));
    if (!pending) return null;
    const key = await ensureDeviceKey(ports.store, ports.maker, meeting, voter);
    return registerAndDeliver(ports, key, pending, told);
  });
}

/** The signed entry with all that opens its commitment. */
export async function signBallot(
  key: DeviceKey,
  ballot: BallotPayload,
  { random }: Pick<KeyMaker, 'random'>,
): Promise<PendingBallot> {
  const { meeting, voter, choices } = ballot;
  const payload = encodeBallot(ballot);
  const salt = random(SALT_BYTES);
  const unsigned = prepareEntry(
    {
      kind: 'ballot',
      meeting,
      voter,
      nonce: encodeBase64(random(NONCE_BYTES)),
      ballot: encodeBase64(makeCommitment(salt, encodeUtf8(payload))),
    },
    key.publicKey,
  );
  const entry = encodeEntry(attachSignature(unsigned, await signWithDevice(key, entryMessage(unsigned))));
  return { meeting, voter, idem: ballotIdem(entry), entry, payload, salt: encodeBase64(salt), choices };
}

async function registerAndDeliver(
  ports: CastPorts,
  key: DeviceKey,
  pending: PendingBallot,
  told: ToldLog,
): Promise<KeptReceipt> {
  // An earlier registration may have been lost on the way. The same key again is no new key.
  if (!ports.isRegistered(key.publicKey)) {
    ports.onStage('sending');
    const request = { key: key.publicKey, possession: await provePossession(key) };
    try {
      await insist(ports, () => ports.register(request));
    } catch (error) {
      if (!(error instanceof NotDelivered)) await forget(ports, pending);
      throw error;
    }
  }
  return deliver(ports, pending, told);
}

const forget = (ports: CastPorts, { meeting, voter }: PendingBallot): Promise<void> =>
  ports.store.remove('pending', voterKey(meeting, voter));

async function deliver(ports: CastPorts, pending: PendingBallot, told: ToldLog): Promise<KeptReceipt> {
  const { meeting, idem } = pending;
  ports.onStage('sending');
  let receipt: Receipt;
  try {
    receipt = await insist(ports, () =>
      ports.send({ entry: pending.entry, payload: pending.payload, salt: pending.salt }),
    );
  } catch (error) {
    if (error instanceof NotDelivered) throw error;
    // A firm no. It may still have arrived with an earlier try whose answer was lost.
    const recorded = await ports.findReceipt(idem).catch(() => null);
    if (!recorded) {
      await forget(ports, pending);
      throw error;
    }
    receipt = recorded;
  }
  for (let polls = 0; receipt.state === 'received'; polls++) {
    if (polls === POLLS) throw new NotDelivered('not-recorded');
    ports.onStage('recording');
    await ports.wait(POLL_MS);
    receipt = await insist(ports, () => ports.findReceipt(idem));
  }
  ports.onStage('checking');
  if (receipt.index === null || receipt.proof === null || receipt.idem !== idem)
    throw new ReceiptBroken('unreadable');
  const { index, proof } = receipt;
  const witnessed = await checkVoterReceipt(ports.store, { entry: pending.entry, index, proof }, told);
  const kept: KeptReceipt = { ...pending, index, proof, witnessed };
  await ports.store.put('receipts', ballotKey(meeting, idem), kept);
  await forget(ports, pending);
  return kept;
}

/** Repeats a call while the line is down or the server asks to wait. */
async function insist<T>(ports: CastPorts, call: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return await call();
    } catch (error) {
      if (!mayPass(error)) throw error;
      const pause = RETRY_MS[tries];
      if (pause === undefined) throw new NotDelivered('no-answer', { cause: error });
      ports.onStage('reconnecting');
      await ports.wait(pause);
    }
  }
}

/** One cast at a time for a voter, across the tabs of this browser. */
function alone<T>(
  { meeting, voter }: Pick<BallotPayload, 'meeting' | 'voter'>,
  act: () => Promise<T>,
): Promise<T> {
  const locks = globalThis.navigator?.locks;
  return locks ? (locks.request(`veche cast ${meeting} ${voter}`, act) as Promise<T>) : act();
}
