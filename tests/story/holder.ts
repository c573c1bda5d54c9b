// One owner with one device, as a program of their own would be: sign in, read what may be voted with, make a key, sign a
// ballot, send it, and believe the receipt only after checking it. Together with story.ts the shortest full description
// of the protocol; the formats are in ledger/SPEC.md.
import { randomBytes } from 'node:crypto';
import { encodeBase64, encodeUtf8 } from '@veche/ledger/bytes.ts';
import { makeCommitment } from '@veche/ledger/commitment.ts';
import { publicKeyOf, sign } from '@veche/ledger/ed25519.ts';
import { decodeEntry, encodeEntry, possessionMessage, signEntry } from '@veche/ledger/entry.ts';
import { encodeCanonical } from '@veche/ledger/jcs.ts';
import { parseLogKeys } from '@veche/ledger/log-keys.ts';
import { parsePolicy } from '@veche/ledger/policy.ts';
import { checkReceipt, withExtra } from '@veche/ledger/receipt.ts';
import { castBallot, getMyBallot, getReceipt, registerKey } from '@veche/meetings/contract.ts';
import { createCall, type Call } from '@veche/module-kit/client.ts';
import { readOutbox, requestCode, signIn } from '@veche/people/contract.ts';

export type Place = { readonly building: string; readonly meeting: string };
export type Choice = 'for' | 'against' | 'abstain';

/** A signed-in person: a typed caller, and the headers it sends. */
export type Session = { readonly call: Call; readonly headers: Readonly<Record<string, string>> };

/** Signs in with a code read from the demonstration's outbox. */
export async function enter(origin: string, contact: string): Promise<Session> {
  const stranger = createCall(origin, fetch);
  await stranger(requestCode, { body: { contact } });
  const { messages } = await stranger(readOutbox, { query: { to: contact } });
  const code = messages
    .map(({ text }) => /\b[0-9]{6}\b/.exec(text)?.[0])
    .find((found) => found !== undefined);
  if (!code) throw new Error(`no code for ${contact} in the outbox: is this a demonstration?`);
  const { token } = await stranger(signIn, { body: { contact, code, keep: 'token' } });
  const headers = { authorization: `Bearer ${token}` };
  return { call: createCall(origin, fetch, () => headers), headers };
}

/** What an owner needs to vote in a meeting from one device. */
export type Device = {
  readonly session: Session;
  readonly place: Place;
  readonly voter: string;
  readonly entitlements: readonly string[];
  /** 32-byte Ed25519 seed; never leaves the device. */
  readonly seed: Uint8Array;
  /** Verifier keys of the log, one a line, pinned when first seen. */
  readonly logKey: string;
  /** Its witness policy; null where it asks nobody. */
  readonly policy: string | null;
};

/** Makes a key for this meeting and registers it with a proof that it is ours. */
export async function prepareDevice(session: Session, place: Place, label: string): Promise<Device> {
  const mine = await session.call(getMyBallot, { params: place });
  const seed = randomBytes(32);
  const possession = sign(possessionMessage(place.meeting, mine.voter), seed);
  await session.call(registerKey, {
    params: place,
    body: { key: encodeBase64(publicKeyOf(seed)), possession: encodeBase64(possession), label },
  });
  return {
    session,
    place,
    voter: mine.voter,
    entitlements: mine.entitlements.map(({ id }) => id),
    seed,
    logKey: mine.logKey,
    policy: mine.policy,
  };
}

export type SignedBallot = { readonly entry: string; readonly payload: string; readonly salt: string };

/** A signed ballot: the entry that will stand in the log, and what opens its commitment. */
export function signBallot(device: Device, choices: Readonly<Record<string, Choice>>): SignedBallot {
  const { voter, place, seed } = device;
  const salt = randomBytes(32);
  const payload = encodeCanonical({
    meeting: place.meeting,
    voter,
    entitlements: [...device.entitlements].sort(),
    choices,
  });
  const entry = encodeEntry(
    signEntry(
      {
        kind: 'ballot',
        meeting: place.meeting,
        voter,
        nonce: encodeBase64(randomBytes(16)),
        ballot: encodeBase64(makeCommitment(salt, encodeUtf8(payload))),
      },
      seed,
    ),
  );
  return { entry, payload, salt: encodeBase64(salt) };
}

/** Sends a ballot and waits for its receipt. @returns the `.tlog-proof` file, checked. */
export async function cast(device: Device, ballot: SignedBallot): Promise<string> {
  let answer = await device.session.call(castBallot, { params: device.place, body: ballot });
  while (answer.state === 'received') {
    await new Promise((resolve) => setTimeout(resolve, 200));
    answer = await device.session.call(getReceipt, { params: { ...device.place, idem: answer.idem } });
  }
  const leaf = encodeUtf8(ballot.entry);
  const policy = device.policy === null ? undefined : parsePolicy(device.policy);
  const { checkpoint } = checkReceipt(answer.proof!, leaf, parseLogKeys(device.logKey), policy);
  // "Witnessed" is believed for the cosignatures, never for the word.
  if (answer.state === 'witnessed' && (checkpoint.witnessed?.quorumTime ?? null) === null)
    throw new Error('the receipt is called witnessed and is not');
  // What opens the commitment goes into the file too, so that the file alone shows what was voted.
  return withExtra(answer.proof!, {
    entry: decodeEntry(ballot.entry),
    payload: JSON.parse(ballot.payload),
    salt: ballot.salt,
  });
}
