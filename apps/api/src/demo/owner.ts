// An invented owner with a device of their own, casting through the public API as any program would.
// For the demonstration's own people only: a real key never leaves its owner's device.
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { encodeBase64, encodeUtf8 } from '@veche/ledger/bytes.ts';
import { makeCommitment } from '@veche/ledger/commitment.ts';
import {
  attachSignature,
  encodeEntry,
  entryMessage,
  possessionMessage,
  prepareEntry,
} from '@veche/ledger/entry.ts';
import { castBallot, getMyBallot, registerKey } from '@veche/meetings/contract.ts';
import { encodeBallot } from '@veche/meetings/domain/ballot.ts';
import type { Call } from '@veche/module-kit/client.ts';

export type Place = { readonly building: string; readonly meeting: string };
export type Choices = Readonly<Record<string, 'for' | 'against' | 'abstain'>>;

/** Makes a key and registers it. @returns how this owner casts one ballot for everything they hold. */
export async function prepareOwner(call: Call, place: Place): Promise<(choices: Choices) => Promise<void>> {
  const { voter, entitlements } = await call(getMyBallot, { params: place });
  const device = prepareDevice();
  const possession = device.sign(possessionMessage(place.meeting, voter));
  await call(registerKey, {
    params: place,
    body: { key: device.key, possession: encodeBase64(possession), label: 'Телефон' },
  });
  return async (choices) => {
    const salt = randomBytes(32);
    const payload = encodeBallot({
      meeting: place.meeting,
      voter,
      entitlements: entitlements.map(({ id }) => id),
      choices,
    });
    const draft = {
      kind: 'ballot' as const,
      meeting: place.meeting,
      voter,
      nonce: encodeBase64(randomBytes(16)),
      ballot: encodeBase64(makeCommitment(salt, encodeUtf8(payload))),
    };
    const unsigned = prepareEntry(draft, device.key);
    const entry = encodeEntry(attachSignature(unsigned, device.sign(entryMessage(unsigned))));
    await call(castBallot, { params: place, body: { entry, payload, salt: encodeBase64(salt) } });
  };
}

/** A key that never leaves the system's library, as a browser keeps one. */
function prepareDevice() {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  // The last 32 bytes of the DER of an Ed25519 public key are the key (RFC 8410).
  const key = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
  return {
    key: encodeBase64(key),
    sign: (message: Uint8Array): Uint8Array => sign(null, message, privateKey),
  };
}
