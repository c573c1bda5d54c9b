// Closing: the sealed box over what the log holds, and the count of what it says.
// Counts only from the log's own leaves; what the database believes to be effective is compared, never trusted.
import { decodeBase64, encodeBase64, encodeUtf8 } from '@veche/ledger/bytes.ts';
import { checkCommitment } from '@veche/ledger/commitment.ts';
import { decodeEntry, type Entry } from '@veche/ledger/entry.ts';
import { sha256 } from '@veche/ledger/hash.ts';
import { decodeCanonical, encodeCanonical } from '@veche/ledger/jcs.ts';
import {
  parseAmendments,
  parseBallotPayload,
  type Amendment,
  type BallotPayload,
  type NoticeItem,
  type RollRecord,
} from '@veche/ledger/meeting.ts';
import { countMeeting, type Result } from '@veche/rules/count.ts';
import type { Amendment as PlacedAmendment, SalePolicy } from '@veche/rules/passing.ts';
import { sealedRoot } from './sealed-tree.ts';

/** An entry of the meeting as the log holds it, with what its commitment hides. */
export type BoxEntry = {
  readonly idem: string;
  readonly index: number;
  readonly leaf: string;
  /** Canonical JSON; null where the entry commits to nothing. */
  readonly payload: string | null;
  readonly salt: string | null;
};

/** The count contradicts what was recorded: nothing may be published over it. */
export class CloseFault extends Error {
  readonly code: 'order' | 'payload-missing' | 'effective-ballots-differ';
  constructor(code: CloseFault['code']) {
    super(`cannot close the meeting: ${code}`);
    this.name = 'CloseFault';
    this.code = code;
  }
}

export type SealedBox = {
  /** 32 bytes, base64. */
  readonly root: string;
  readonly size: number;
};

/**
 * Seals the box over the leaves in log order.
 * @throws CloseFault `order`: when they do not come in log order.
 */
export function sealBox(entries: readonly BoxEntry[]): SealedBox {
  for (let i = 1; i < entries.length; i++)
    if (entries[i - 1]!.index >= entries[i]!.index) throw new CloseFault('order');
  return {
    root: encodeBase64(sealedRoot(entries.map(({ leaf }) => encodeUtf8(leaf)))),
    size: entries.length,
  };
}

/** The ballots that the box holds, in log order. */
export type BoxBallots = {
  readonly inTime: readonly BallotPayload[];
  readonly late: number;
  /** Entitlement → idem of its last ballot, late or not. */
  readonly last: ReadonlyMap<string, string>;
  /** Shares that passed in time, each with how many of the ballots in time came before it. */
  readonly amendments: readonly PlacedAmendment[];
};

/**
 * What an entry of the box says of shares that passed; null for one of another kind.
 * @param entry - decoded from the leaf
 * @throws CloseFault `payload-missing`
 * @throws LedgerFault: when the payload is not what was committed to.
 */
export function openAmendments({ payload, salt }: BoxEntry, entry: Entry): readonly Amendment[] | null {
  if (entry.kind !== 'roll.amended') return null;
  if (payload === null || salt === null) throw new CloseFault('payload-missing');
  checkCommitment(decodeBase64(entry.amendments, 32), decodeBase64(salt, 32), encodeUtf8(payload));
  return parseAmendments(decodeCanonical(payload)).amendments;
}

/** Lets votes by entitlement go along with shares that pass: a part begins with the vote of the whole, a void one has none. */
export function passVotes<Vote>(
  votes: Map<string, Vote>,
  amendments: readonly Pick<Amendment, 'entitlement' | 'part'>[],
  sale: SalePolicy | undefined,
): void {
  for (const { entitlement, part } of amendments) {
    const became = part?.entitlement ?? entitlement;
    const vote = votes.get(entitlement);
    if (sale === 'void') votes.delete(became);
    else if (vote !== undefined) votes.set(became, vote);
  }
}

/**
 * Opens the ballots of the box.
 * @param sale - what becomes of the vote of a share that passes, as the notice has it
 * @param closingSize - size of the closing checkpoint: a ballot at or above it is late; null where the meeting has none
 * @throws CloseFault `payload-missing`
 * @throws LedgerFault: when a leaf or a payload is not what was taken.
 */
export function openBallots(
  box: readonly BoxEntry[],
  closingSize: number | null,
  sale?: SalePolicy,
): BoxBallots {
  const inTime: BallotPayload[] = [];
  let late = 0;
  const last = new Map<string, string>();
  const amendments: PlacedAmendment[] = [];
  for (const boxed of box) {
    const entry = decodeEntry(boxed.leaf);
    const amended = openAmendments(boxed, entry);
    if (amended) {
      passVotes(last, amended, sale);
      if (closingSize === null || boxed.index < closingSize)
        amendments.push(...amended.map((amendment) => ({ ...amendment, before: inTime.length })));
    }
    if (entry.kind !== 'ballot') continue;
    if (boxed.payload === null || boxed.salt === null) throw new CloseFault('payload-missing');
    checkCommitment(decodeBase64(entry.ballot, 32), decodeBase64(boxed.salt, 32), encodeUtf8(boxed.payload));
    const ballot = parseBallotPayload(decodeCanonical(boxed.payload));
    if (closingSize !== null && boxed.index >= closingSize) late++;
    else inTime.push(ballot);
    for (const entitlement of ballot.entitlements) last.set(entitlement, boxed.idem);
  }
  return { inTime, late, last, amendments };
}

export type BoxCount = {
  readonly result: Result;
  /** Canonical JSON of the result. */
  readonly text: string;
  /** Its SHA-256, base64: what the log is told. */
  readonly hash: string;
};

/**
 * Counts the ballots of the box.
 * @param effective - entitlement → idem of the ballot that the database takes to count
 * @param closingSize - size of the closing checkpoint: a ballot at or above it is late and counts for nothing; null where
 *   the meeting has none
 * @param carried - the ballots of the vote that this one joins, in log order; absent where it joins none
 * @param sale - what becomes of the vote of a share that passes; absent: it stays
 * @throws CloseFault: when a payload is missing or the effective ballots of log and database differ.
 * @throws LedgerFault: when a leaf or a payload is not what was taken.
 */
export function countBox(input: {
  readonly meeting: string;
  readonly items: readonly NoticeItem[];
  readonly roll: readonly RollRecord[];
  readonly box: readonly BoxEntry[];
  readonly effective: ReadonlyMap<string, string>;
  readonly closingSize: number | null;
  readonly carried?: readonly BallotPayload[];
  readonly sale?: SalePolicy;
}): BoxCount {
  const { closingSize, carried, sale } = input;
  const { inTime: ballots, late, last, amendments } = openBallots(input.box, closingSize, sale);
  const answered = new Map(
    carried?.flatMap(({ entitlements }) => entitlements.map((entitlement) => [entitlement, true] as const)),
  );
  passVotes(answered, amendments, sale);
  // What the database takes to be effective it took before anybody knew what is late.
  const agrees =
    [...input.effective.keys()].every((entitlement) => last.has(entitlement) !== answered.has(entitlement)) &&
    [...last].every(([entitlement, idem]) => input.effective.get(entitlement) === idem);
  if (!agrees) throw new CloseFault('effective-ballots-differ');

  const result = countMeeting({
    meeting: input.meeting,
    items: input.items,
    roll: input.roll,
    ballots,
    ...(closingSize === null ? {} : { late }),
    ...(carried ? { carried } : {}),
    ...(sale === undefined ? {} : { sale }),
    amendments,
  });
  const text = encodeCanonical(result);
  return { result, text, hash: encodeBase64(sha256(encodeUtf8(text))) };
}
