// Takes ballots: the hot path of the whole product. What never changes of an open meeting is kept in memory; every
// ballot is checked, its signature off this thread; ballots that arrive together share one transaction.
// Must never call a ballot accepted that the database did not commit together with its hand-over to the log.
import { isRefusal, refuse, type Refusal } from '@veche/core/refusal.ts';
import { microbatch } from '@veche/module-kit/microbatch.ts';
import type { House } from '@veche/module-kit/module.ts';
import {
  castBallot,
  readBallot,
  type CastRequest,
  type VoterOnRoll,
  type VotingMeeting,
} from './domain/cast.ts';
import {
  findEntry,
  findMeeting,
  holdOpen,
  insertBallots,
  listKeys,
  noticeOf,
  putEffective,
  readKeys,
  readVoters,
  type BallotRow,
  type MeetingKey,
} from './store.ts';

/** A meeting whose roll is frozen. State is not kept: only the database knows whether voting goes on. */
export type VotingFacts = {
  readonly key: MeetingKey;
  readonly meeting: VotingMeeting;
  readonly voters: ReadonlyMap<string, VoterOnRoll>;
  /** Keys by voter. Only grows; another process may know more. */
  readonly keys: Map<string, Set<string>>;
};

export type Receipt = {
  readonly idem: string;
  readonly state: 'received' | 'logged' | 'witnessed';
  readonly index: number | null;
  readonly proof: string | null;
};

export type CastRefusal = Refusal<
  | 'not-found'
  | 'not-open'
  | 'meeting-closed'
  | 'not-an-owner'
  | 'wrong-meeting'
  | 'not-your-premises'
  | 'wrong-signature'
  | 'wrong-commitment'
  | 'unknown-key'
  | 'unknown-item'
  | 'malformed-ballot'
  | 'log-busy'
>;

export type Casting = {
  /** The facts of a meeting that has a roll; null when there is no such meeting. */
  findFacts(key: MeetingKey): Promise<VotingFacts | Refusal<'not-open'> | null>;
  cast(key: MeetingKey, personId: string, request: CastRequest, now: Date): Promise<Receipt | CastRefusal>;
  /** The receipt of an entry that was handed over, waiting a while for the log. */
  receiptOf(idem: string): Promise<Receipt>;
};

/** How long a request waits for the log and its witnesses; after that the page asks again by itself. */
const RECEIPT_WAIT_MS = 3_000;
const MAX_BATCH = 256;
/** Meetings kept in memory; the one used longest ago goes first. */
const KEPT_MEETINGS = 64;

type Waiting = { readonly ballot: BallotRow; readonly leaf: string; readonly closesAt: Date };

export function createCasting(house: House): Casting {
  const kept = new Map<string, Promise<VotingFacts | null>>();

  const load = async (key: MeetingKey): Promise<VotingFacts | null> => {
    const row = await findMeeting(house.db, key);
    if (!row || row.openedAt === null) return null;
    const notice = noticeOf(row);
    const [rows, registered] = await Promise.all([readVoters(house.db, key), readKeys(house.db, key)]);
    const voters = new Map<string, { voter: string; entitlements: Set<string> }>();
    for (const { personId, voter, entitlement } of rows) {
      const known = voters.get(personId!) ?? { voter, entitlements: new Set<string>() };
      known.entitlements.add(entitlement);
      voters.set(personId!, known);
    }
    const keys = new Map<string, Set<string>>();
    for (const { voter, key: publicKey } of registered) addKey(keys, voter, publicKey);
    return {
      key,
      meeting: {
        id: key.id,
        opensAt: new Date(notice.opensAt),
        closesAt: new Date(notice.closesAt),
        items: new Set(notice.items.map(({ id }) => id)),
      },
      voters,
      keys,
    };
  };

  const findFacts: Casting['findFacts'] = async (key) => {
    const name = `${key.buildingId}/${key.id}`;
    const found = kept.get(name) ?? load(key);
    kept.delete(name);
    kept.set(name, found);
    const facts = await found.catch((error: unknown) => {
      kept.delete(name);
      throw error;
    });
    if (facts) {
      for (const oldest of kept.keys()) {
        if (kept.size <= KEPT_MEETINGS) break;
        kept.delete(oldest);
      }
      return facts;
    }
    // Not opened yet: nothing of it may be kept.
    kept.delete(name);
    const row = await findMeeting(house.db, key);
    return row && row.state !== 'draft' ? refuse('not-open') : null;
  };

  const store = microbatch<Waiting, 'kept' | 'closed'>(async (waiting) => {
    const outcome = await house.db.transaction(async (tx) => {
      const meetings = new Map(
        waiting.map(({ ballot }) => [ballot.meeting, { buildingId: ballot.buildingId, id: ballot.meeting }]),
      );
      const open = await holdOpen(tx, [...meetings.values()]);
      const now = house.clock.now();
      const inTime = waiting.filter(({ ballot, closesAt }) => open.has(ballot.meeting) && now < closesAt);
      // The same request twice in one batch is one ballot.
      const distinct = [...new Map(inTime.map((one) => [one.ballot.idem, one])).values()];
      if (distinct.length > 0) {
        const fresh = await insertBallots(
          tx,
          distinct.map(({ ballot }) => ballot),
        );
        const added = distinct.filter(({ ballot }) => fresh.has(ballot.idem));
        if (added.length > 0) {
          await putEffective(
            tx,
            added.map(({ ballot }) => ballot),
          );
          await house.ledger.submit(
            tx,
            added.map(({ ballot, leaf }) => ({ idem: ballot.idem, leaf })),
          );
        }
      }
      const taken = new Set(inTime);
      return waiting.map((one) => (taken.has(one) ? ('kept' as const) : ('closed' as const)));
    });
    house.ledger.wake();
    return outcome;
  }, MAX_BATCH);

  const receiptOf = async (idem: string): Promise<Receipt> => {
    const [receipt] = await house.ledger.receipts([idem], RECEIPT_WAIT_MS);
    return receipt ? { idem, ...receipt } : { idem, state: 'received', index: null, proof: null };
  };

  /** A ballot that came in before the close keeps its receipt for ever, however often it is sent again. */
  const receiptOfKnown = async (key: MeetingKey, voter: string, idem: string): Promise<Receipt | null> => {
    const entry = await findEntry(house.db, key, idem);
    return entry && entry.voter === voter ? receiptOf(idem) : null;
  };

  const cast: Casting['cast'] = async (key, personId, request, now) => {
    const facts = await findFacts(key);
    if (facts === null) return refuse('not-found');
    if (isRefusal(facts)) return facts;
    const read = readBallot(request);
    if (isRefusal(read)) return read;
    const me = facts.voters.get(personId) ?? null;
    const keysOfMe = () => (me && facts.keys.get(me.voter)) ?? new Set<string>();
    let decided = castBallot(facts.meeting, me, keysOfMe(), read, now);
    if (isRefusal(decided) && decided.refused === 'unknown-key' && me) {
      for (const { key: publicKey } of await listKeys(house.db, key, me.voter))
        addKey(facts.keys, me.voter, publicKey);
      decided = castBallot(facts.meeting, me, keysOfMe(), read, now);
    }
    if (isRefusal(decided)) {
      const known =
        decided.refused === 'meeting-closed' && me && (await receiptOfKnown(key, me.voter, read.idem));
      return known || decided;
    }
    if (!(await house.checkSignature(decided.signature))) return refuse('wrong-signature');
    let outcome: 'kept' | 'closed';
    try {
      outcome = await store({
        leaf: request.entry,
        closesAt: facts.meeting.closesAt,
        ballot: {
          buildingId: key.buildingId,
          meeting: key.id,
          idem: decided.idem,
          voter: decided.voter,
          payload: request.payload,
          salt: request.salt,
          entitlements: decided.entitlements,
          castAt: now,
        },
      });
    } catch (error) {
      if (isBusy(error)) return refuse('log-busy');
      throw error;
    }
    if (outcome === 'kept') return receiptOf(decided.idem);
    return (await receiptOfKnown(key, decided.voter, decided.idem)) ?? refuse('meeting-closed');
  };

  return { findFacts, cast, receiptOf };
}

export function addKey(keys: Map<string, Set<string>>, voter: string, key: string): void {
  const known = keys.get(voter);
  if (known) known.add(key);
  else keys.set(voter, new Set([key]));
}

/** The log pushes back: nothing was stored, and the same request may come again. */
export const isBusy = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'LEDGER_BUSY';
