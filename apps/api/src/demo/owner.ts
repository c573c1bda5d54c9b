// An invented owner with a device of their own, casting through the public API as any program would.
// For the demonstration's own people only: a real key never leaves its owner's device.
import { randomBytes } from 'node:crypto';
import { encodeBase64, encodeUtf8 } from '@veche/ledger/bytes.ts';
import { makeCommitment } from '@veche/ledger/commitment.ts';
import { publicKeyOf, sign } from '@veche/ledger/ed25519.ts';
import { encodeEntry, possessionMessage, signEntry } from '@veche/ledger/entry.ts';
import { castBallot, getMyBallot, registerKey } from '@veche/meetings/contract.ts';
import { encodeBallot } from '@veche/meetings/domain/ballot.ts';
import type { Call } from '@veche/module-kit/client.ts';

export type Place = { readonly building: string; readonly meeting: string };
export type Choices = Readonly<Record<string, 'for' | 'against' | 'abstain'>>;

/** Makes a key and registers it. @returns how this owner casts one ballot for everything they hold. */
export async function prepareOwner(call: Call, place: Place): Promise<(choices: Choices) => Promise<void>> {
  const { voter, entitlements } = await call(getMyBallot, { params: place });
  const seed = randomBytes(32);
  const possession = sign(possessionMessage(place.meeting, voter), seed);
  await call(registerKey, {
    params: place,
    body: { key: encodeBase64(publicKeyOf(seed)), possession: encodeBase64(possession), label: 'Телефон' },
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
    const entry = encodeEntry(signEntry(draft, seed));
    await call(castBallot, { params: place, body: { entry, payload, salt: encodeBase64(salt) } });
  };
}
