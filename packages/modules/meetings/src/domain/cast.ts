// Casting a ballot: what the server takes into the log, and every reason why it does not.
// Pure and quick, for this is the hot path; the signature itself is checked by the caller, off this thread.
import { refuse, type Refusal } from '@veche/core/refusal.ts';
import { decodeBase64, encodeUtf8 } from '@veche/ledger/bytes.ts';
import { checkCommitment } from '@veche/ledger/commitment.ts';
import type { SignatureCheck } from '@veche/ledger/ed25519.ts';
import { decodeEntry, signatureOfEntry, type BallotEntry } from '@veche/ledger/entry.ts';
import { LedgerFault } from '@veche/ledger/fault.ts';
import { decodeCanonical } from '@veche/ledger/jcs.ts';
import { parseBallotPayload, type BallotPayload } from '@veche/ledger/meeting.ts';
import type { NotActing } from './acting-choices.ts';
import { ballotIdem } from './ballot.ts';

/** What of a meeting a ballot is held against; nothing of it changes after the opening. */
export type VotingMeeting = {
  readonly id: string;
  readonly opensAt: Date;
  readonly closesAt: Date;
  readonly items: ReadonlySet<string>;
};

/** What the caller may cast, for themselves or for the owner they act for. */
export type VoterOnRoll = {
  readonly voter: string;
  readonly entitlements: { has(entitlement: string): boolean };
  /** Of what the caller has to do with and may not cast: why. */
  readonly barred?: ReadonlyMap<string, NotActing>;
};

export type CastRequest = {
  /** The signed entry, canonical JSON. */
  readonly entry: string;
  /** Canonical JSON of the ballot. */
  readonly payload: string;
  /** 32 bytes, base64. */
  readonly salt: string;
};

export type ReadBallot = {
  readonly idem: string;
  readonly entry: BallotEntry;
  readonly ballot: BallotPayload;
};

/** Taken, if the signature holds. */
export type Accepted = {
  readonly idem: string;
  readonly voter: string;
  readonly entitlements: readonly string[];
  readonly signature: SignatureCheck;
};

/** Reads entry and payload in their one strict form and opens the commitment. */
export function readBallot(
  request: CastRequest,
): ReadBallot | Refusal<'malformed-ballot' | 'wrong-commitment'> {
  let entry: BallotEntry;
  let ballot: BallotPayload;
  try {
    const read = decodeEntry(request.entry);
    if (read.kind !== 'ballot') return refuse('malformed-ballot');
    entry = read;
    ballot = parseBallotPayload(decodeCanonical(request.payload));
    // Only paper can be spoiled.
    if (Object.values(ballot.choices).includes('spoiled')) return refuse('malformed-ballot');
  } catch (error) {
    if (error instanceof LedgerFault) return refuse('malformed-ballot');
    throw error;
  }
  try {
    checkCommitment(
      decodeBase64(entry.ballot, 32),
      decodeBase64(request.salt, 32),
      encodeUtf8(request.payload),
    );
  } catch (error) {
    if (error instanceof LedgerFault) return refuse('wrong-commitment');
    throw error;
  }
  return { idem: ballotIdem(request.entry), entry, ballot };
}

/**
 * Decides whether the ballot is one of this voter in this meeting, now.
 * @param keys - the voter's device keys registered for this meeting, base64
 */
export function castBallot(
  meeting: VotingMeeting,
  me: VoterOnRoll | null,
  keys: ReadonlySet<string>,
  { idem, entry, ballot }: ReadBallot,
  now: Date,
):
  | Accepted
  | Refusal<
      | 'not-open'
      | 'meeting-closed'
      | 'not-an-owner'
      | 'wrong-meeting'
      | 'not-your-premises'
      | 'may-not-act'
      | 'unknown-key'
      | 'unknown-item'
    > {
  if (now < meeting.opensAt) return refuse('not-open');
  if (now >= meeting.closesAt) return refuse('meeting-closed');
  if (!me) return refuse('not-an-owner');
  if (entry.meeting !== meeting.id || ballot.meeting !== meeting.id) return refuse('wrong-meeting');
  if (entry.voter !== me.voter || ballot.voter !== me.voter) return refuse('not-your-premises');
  const foreign = ballot.entitlements.filter((id) => !me.entitlements.has(id));
  const why = foreign.map((id) => me.barred?.get(id)).find((bar) => bar !== undefined);
  if (why !== undefined) return refuse('may-not-act', { why });
  if (foreign.length > 0) return refuse('not-your-premises');
  if (!Object.keys(ballot.choices).every((item) => meeting.items.has(item))) return refuse('unknown-item');
  if (!keys.has(entry.by)) return refuse('unknown-key');
  return {
    idem,
    voter: me.voter,
    entitlements: ballot.entitlements,
    signature: signatureOfEntry(entry),
  };
}
