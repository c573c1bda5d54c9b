import { encodeBase64, encodeUtf8 } from '@veche/ledger/bytes.ts';
import { makeCommitment } from '@veche/ledger/commitment.ts';
import { checkSignature, publicKeyOf } from '@veche/ledger/ed25519.ts';
import { encodeEntry, signEntry } from '@veche/ledger/entry.ts';
import type { BallotPayload } from '@veche/ledger/meeting.ts';
import { describe, expect, it } from 'vitest';
import { ballotIdem, encodeBallot } from './ballot.ts';
import { castBallot, readBallot, type Accepted, type CastRequest, type VoterOnRoll } from './cast.ts';

const seed = new Uint8Array(32).fill(7);
const key = encodeBase64(publicKeyOf(seed));
const salt = new Uint8Array(32).fill(9);
const meeting = {
  id: 'm1',
  opensAt: new Date('2026-03-01T00:00:00Z'),
  closesAt: new Date('2026-03-11T00:00:00Z'),
  items: new Set(['item-1', 'item-2']),
};
const me = { voter: 'v1', entitlements: new Set(['e1', 'e2']) };
const during = new Date('2026-03-05T00:00:00Z');

function requestOf(
  change: Partial<BallotPayload> = {},
  envelope: { meeting?: string; voter?: string } = {},
): CastRequest {
  const ballot = {
    meeting: 'm1',
    voter: 'v1',
    entitlements: ['e2', 'e1'],
    choices: { 'item-1': 'for' as const },
    ...change,
  };
  const payload = encodeBallot(ballot);
  const entry = encodeEntry(
    signEntry(
      {
        kind: 'ballot',
        meeting: envelope.meeting ?? ballot.meeting,
        voter: envelope.voter ?? ballot.voter,
        nonce: encodeBase64(new Uint8Array(16)),
        ballot: encodeBase64(makeCommitment(salt, encodeUtf8(payload))),
      },
      seed,
    ),
  );
  return { entry, payload, salt: encodeBase64(salt) };
}

function decide(
  request: CastRequest,
  { now = during, who = me as VoterOnRoll | null, keys = new Set([key]) } = {},
): unknown {
  const read = readBallot(request);
  return 'refused' in read ? read : castBallot(meeting, who, keys, read, now);
}

describe('casting a ballot', () => {
  it('accepts a ballot of the voter with a registered key, and names it by its bytes', () => {
    const request = requestOf();
    const accepted = decide(request);
    expect(accepted).toMatchObject({
      idem: ballotIdem(request.entry),
      voter: 'v1',
      entitlements: ['e1', 'e2'],
    });
    const { key: by, message, signature } = (accepted as Accepted).signature;
    expect(checkSignature(by, message, signature)).toBe(true);
  });

  it('accepts at the moment of opening and refuses at the moment of closing', () => {
    expect(decide(requestOf(), { now: meeting.opensAt })).not.toHaveProperty('refused');
    expect(decide(requestOf(), { now: new Date(meeting.opensAt.getTime() - 1) })).toEqual({
      refused: 'not-open',
    });
    expect(decide(requestOf(), { now: meeting.closesAt })).toEqual({ refused: 'meeting-closed' });
  });

  it.each([
    ['not-an-owner', decide(requestOf(), { who: null })],
    ['wrong-meeting', decide(requestOf({ meeting: 'm2' }))],
    ['wrong-meeting', decide(requestOf({}, { meeting: 'm2' }))],
    ['not-your-premises', decide(requestOf({ voter: 'v2' }))],
    ['not-your-premises', decide(requestOf({}, { voter: 'v2' }))],
    ['not-your-premises', decide(requestOf({ entitlements: ['e1', 'e3'] }))],
    ['unknown-item', decide(requestOf({ choices: { 'item-3': 'for' } }))],
    ['unknown-key', decide(requestOf(), { keys: new Set() })],
    ['wrong-commitment', decide({ ...requestOf(), salt: encodeBase64(new Uint8Array(32)) })],
    ['wrong-commitment', decide({ ...requestOf(), payload: requestOf({ choices: {} }).payload })],
    ['malformed-ballot', decide({ ...requestOf(), entry: '{}' })],
    ['malformed-ballot', decide({ ...requestOf(), entry: `${requestOf().entry} ` })],
    ['malformed-ballot', decide({ ...requestOf(), payload: `${requestOf().payload} ` })],
    [
      'malformed-ballot',
      decide({ ...requestOf(), payload: requestOf().payload.replace('"for"', '"maybe"') }),
    ],
  ])('refuses: %s', (code, outcome) => {
    expect(outcome).toEqual({ refused: code });
  });

  it('says why somebody who has to do with a share may not cast it', () => {
    const who = { ...me, entitlements: new Set(['e1']), barred: new Map([['e2', 'objection'] as const]) };
    expect(decide(requestOf(), { who })).toEqual({ refused: 'may-not-act', facts: { why: 'objection' } });
    expect(decide(requestOf({ entitlements: ['e1'] }), { who })).not.toHaveProperty('refused');
    expect(decide(requestOf({ entitlements: ['e1', 'e3'] }), { who })).toEqual({
      refused: 'not-your-premises',
    });
  });

  it('encodes entitlements in one order, whatever order they come in, and none twice', () => {
    const ballot = { meeting: 'm1', voter: 'v1', choices: {} };
    expect(encodeBallot({ ...ballot, entitlements: ['b', 'a'] })).toBe(
      encodeBallot({ ...ballot, entitlements: ['a', 'b'] }),
    );
    expect(() => encodeBallot({ ...ballot, entitlements: ['a', 'a'] })).toThrow(RangeError);
    expect(() => encodeBallot({ ...ballot, entitlements: [] })).toThrow(RangeError);
  });
});
