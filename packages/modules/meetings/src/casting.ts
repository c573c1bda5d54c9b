// Takes ballots: the hot path of the whole product. What rarely changes of an open meeting is kept in memory; every
// ballot is checked, its signature off this thread; ballots that arrive together share one transaction.
// Must never call a ballot accepted that the database did not commit together with its hand-over to the log, and never
// take one by an authority that had ended: what is kept of who may act is compared with the register in that transaction.
import { isRefusal, refuse, type Refusal } from '@veche/core/refusal.ts';
import type { Tx } from '@veche/module-kit/database.ts';
import { microbatch } from '@veche/module-kit/microbatch.ts';
import type { House, Notice } from '@veche/module-kit/module.ts';
import { readActingRegister } from '@veche/people/register/acting-store.ts';
import { dayIn, type LocalDay } from '@veche/people/register/local-day.ts';
import { personNames } from '@veche/people/store.ts';
import { createActors, holdersOf, type Actor, type Actors, type Standing } from './domain/acting.ts';
import {
  castBallot,
  readBallot,
  type CastRequest,
  type ReadBallot,
  type VotingMeeting,
} from './domain/cast.ts';
import { readAnswered } from './follow-ups/joined.ts';
import {
  findEntry,
  findMeeting,
  holdOpen,
  insertBallots,
  listKeys,
  noticeOf,
  putEffective,
  readActorsVersion,
  readKeys,
  readVoters,
  type BallotRow,
  type CastBy,
  type MeetingKey,
} from './store.ts';

/** A meeting whose roll is frozen. State is not kept: only the database knows whether voting goes on. */
export type VotingFacts = {
  readonly key: MeetingKey;
  readonly meeting: VotingMeeting;
  readonly actors: Actors;
  /** What was cast in the vote that this one joins: nobody is asked for it again. */
  readonly answered: ReadonlySet<string>;
  /** Of which state of meeting and register the actors are. */
  readonly version: string;
  /** Keys by voter. Only grows; another process may know more. */
  readonly keys: Map<string, Set<string>>;
  /** The day it is where the building stands. */
  dayOf(moment: Date): LocalDay;
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
  | 'answered-before'
  | 'may-not-act'
  | 'wrong-signature'
  | 'wrong-commitment'
  | 'unknown-key'
  | 'unknown-item'
  | 'malformed-ballot'
  | 'log-busy'
>;

export type Casting = {
  /**
   * The facts of a meeting that has a roll, with who may act as it is now; null when there is no such meeting. Asks the
   * database whether what is kept still holds.
   */
  findFacts(key: MeetingKey): Promise<VotingFacts | Refusal<'not-open'> | null>;
  cast(key: MeetingKey, actor: Actor, request: CastRequest, now: Date): Promise<Receipt | CastRefusal>;
  /** The receipt of an entry that was handed over, waiting a while for the log. */
  receiptOf(idem: string): Promise<Receipt>;
};

/** How long a request waits for the log and its witnesses; after that the page asks again by itself. */
const RECEIPT_WAIT_MS = 3_000;
const MAX_BATCH = 256;
/** Meetings kept in memory; the one used longest ago goes first. */
const KEPT_MEETINGS = 64;
/** A register that changes faster than this many votes can be decided is busy. */
const MOST_DECISIONS = 5;

type Waiting = {
  readonly ballot: BallotRow;
  readonly leaf: string;
  readonly closesAt: Date;
  /** By which state of meeting and register it was decided. */
  readonly version: string;
  readonly actor: Actor;
  /** Others whose share it is, who are told. */
  readonly told: readonly string[];
};
/** `stale`: who may act has changed since it was decided; to be decided again. */
type Outcome = 'kept' | 'closed' | 'stale';

export function createCasting(house: House): Casting {
  const kept = new Map<string, Promise<VotingFacts | null>>();
  const nameOf = ({ buildingId, id }: MeetingKey): string => `${buildingId}/${id}`;

  const load = async (key: MeetingKey): Promise<VotingFacts | null> => {
    // Before all else, so that what is kept is never older than it is said to be.
    const version = await readActorsVersion(house.db, key);
    const row = await findMeeting(house.db, key);
    if (!row || row.openedAt === null || version === null) return null;
    const notice = noticeOf(row);
    const [lines, registered, register, answered] = await Promise.all([
      readVoters(house.db, key),
      readKeys(house.db, key),
      readActingRegister(house.db, key.buildingId),
      readAnswered(house.db, row),
    ]);
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
      actors: createActors(
        lines.filter(({ entitlement }) => !answered.has(entitlement)),
        register,
      ),
      answered,
      version,
      keys,
      dayOf: (moment) => dayIn(moment, notice.timeZone),
    };
  };

  /** As kept, however old; null where there is nothing to keep. */
  const findKept = async (key: MeetingKey): Promise<VotingFacts | null> => {
    const name = nameOf(key);
    const found = kept.get(name) ?? load(key);
    kept.delete(name);
    kept.set(name, found);
    const facts = await found.catch((error: unknown) => {
      kept.delete(name);
      throw error;
    });
    // Not opened yet: nothing of it may be kept.
    if (!facts) kept.delete(name);
    for (const oldest of kept.keys()) {
      if (kept.size <= KEPT_MEETINGS) break;
      kept.delete(oldest);
    }
    return facts;
  };

  /** Later facts than these; all who find the same ones old wait for the same reading. */
  const renew = async (old: VotingFacts): Promise<VotingFacts | null> => {
    const name = nameOf(old.key);
    const current = kept.get(name);
    if (current && (await current) === old && kept.get(name) === current) kept.delete(name);
    return findKept(old.key);
  };

  const findFacts: Casting['findFacts'] = async (key) => {
    let facts = await findKept(key);
    if (facts) {
      const version = await readActorsVersion(house.db, key);
      if (version !== facts.version) facts = await renew(facts);
    }
    if (facts) return facts;
    const row = await findMeeting(house.db, key);
    return row && row.state !== 'draft' ? refuse('not-open') : null;
  };

  const store = microbatch<Waiting, Outcome>(async (waiting) => {
    const outcome = await house.db.transaction(async (tx) => {
      const meetings = new Map(
        waiting.map(({ ballot }) => [ballot.meeting, { buildingId: ballot.buildingId, id: ballot.meeting }]),
      );
      const open = await holdOpen(tx, [...meetings.values()]);
      const now = house.clock.now();
      const outcomes = waiting.map(({ ballot, closesAt, version }): Outcome => {
        const held = open.get(ballot.meeting);
        if (held === undefined || now >= closesAt) return 'closed';
        return held === version ? 'kept' : 'stale';
      });
      // The same request twice in one batch is one ballot.
      const distinct = [
        ...new Map(
          waiting.flatMap((one, i) => (outcomes[i] === 'kept' ? [[one.ballot.idem, one] as const] : [])),
        ).values(),
      ];
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
          await tellHolders(tx, house, added);
        }
      }
      return outcomes;
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

  /** What the actor has to do with the voter that the ballot names; else with anybody, so that the refusal is the true one. */
  const standingFor = (facts: VotingFacts, actor: Actor, read: ReadBallot, now: Date): Standing | null => {
    const day = facts.dayOf(now);
    return facts.actors.find(actor, read.entry.voter, day) ?? facts.actors.list(actor, day)[0] ?? null;
  };

  const decide = async (facts: VotingFacts, actor: Actor, read: ReadBallot, now: Date) => {
    const standing = standingFor(facts, actor, read, now);
    const me = standing && { ...standing, entitlements: standing.castable };
    const keysOfMe = () => (me && facts.keys.get(me.voter)) ?? new Set<string>();
    const decided = castBallot(facts.meeting, me, keysOfMe(), read, now);
    if (!isRefusal(decided) || decided.refused !== 'unknown-key' || !me) return { standing, decided };
    for (const { key: publicKey } of await listKeys(house.db, facts.key, me.voter))
      addKey(facts.keys, me.voter, publicKey);
    return { standing, decided: castBallot(facts.meeting, me, keysOfMe(), read, now) };
  };

  const cast: Casting['cast'] = async (key, actor, request, now) => {
    let facts = await findKept(key);
    if (!facts) {
      const found = await findFacts(key);
      if (found === null) return refuse('not-found');
      if (isRefusal(found)) return found;
      facts = found;
    }
    const read = readBallot(request);
    if (isRefusal(read)) return read;
    const { answered } = facts;
    if (read.ballot.entitlements.some((one) => answered.has(one))) return refuse('answered-before');
    let isChecked = false;
    for (let decisions = 1; decisions <= MOST_DECISIONS; decisions++) {
      const { standing, decided } = await decide(facts, actor, read, now);
      if (isRefusal(decided)) {
        const mine = decided.refused === 'meeting-closed' || decided.refused === 'may-not-act';
        const known = mine && standing && (await receiptOfKnown(key, standing.voter, read.idem));
        if (known) return known;
        // A no for want of authority may be an old one: what has come since is asked for.
        if (!ACTORS_DECIDE.includes(decided.refused)) return decided;
        const version = await readActorsVersion(house.db, key);
        if (version === facts.version) return decided;
        facts = await renew(facts);
        if (!facts) return refuse('not-found');
        continue;
      }
      if (!isChecked && !(await house.checkSignature(decided.signature))) return refuse('wrong-signature');
      isChecked = true;
      let outcome: Outcome;
      try {
        outcome = await store({
          leaf: request.entry,
          closesAt: facts.meeting.closesAt,
          version: facts.version,
          actor,
          told: othersOf(standing!, actor, decided.entitlements),
          ballot: {
            buildingId: key.buildingId,
            meeting: key.id,
            idem: decided.idem,
            voter: decided.voter,
            payload: request.payload,
            salt: request.salt,
            entitlements: decided.entitlements,
            castAt: now,
            castBy: castByOf(standing!, actor, decided.entitlements),
          },
        });
      } catch (error) {
        if (isBusy(error)) return refuse('log-busy');
        throw error;
      }
      if (outcome === 'kept') return receiptOf(decided.idem);
      if (outcome === 'closed')
        return (await receiptOfKnown(key, decided.voter, decided.idem)) ?? refuse('meeting-closed');
      facts = await renew(facts);
      if (!facts) return refuse('not-found');
    }
    return refuse('log-busy');
  };

  return { findFacts, cast, receiptOf };
}

/** Refusals that a later state of the register may turn into a yes. */
const ACTORS_DECIDE: readonly string[] = ['not-an-owner', 'not-your-premises', 'may-not-act'];

/** Who acts, and on what basis; of several, that of the first entitlement. Null: the owner in person. */
function castByOf(
  { castable }: Standing,
  { personId }: Actor,
  entitlements: readonly string[],
): CastBy | null {
  const basis = entitlements.map((id) => castable.get(id) ?? null).find((one) => one !== null);
  return basis === undefined ? null : { personId, basis };
}

const othersOf = (standing: Standing, { personId }: Actor, entitlements: readonly string[]): string[] => [
  ...new Set(entitlements.flatMap((id) => holdersOf(standing, id)).filter((id) => id !== personId)),
];

/**
 * Whoever holds a share learns that somebody else has cast it, in their own pages and by e-mail: the consent of spouses is
 * presumed, and may be taken back; a power of attorney may be revoked.
 */
async function tellHolders(tx: Tx, house: House, added: readonly Waiting[]): Promise<void> {
  const cast = added.filter(({ told }) => told.length > 0);
  if (cast.length === 0) return;
  const names = await personNames(
    tx,
    cast.map(({ actor }) => actor.personId),
  );
  await house.notices.send(
    tx,
    cast.flatMap((one) =>
      one.told.map((personId): Notice => ({
        personId,
        template: 'meetings.notice.cast-for',
        buildingId: one.ballot.buildingId,
        about: one.ballot.meeting,
        once: `${one.ballot.meeting}/cast-for/${one.ballot.idem}`,
        channels: ['app', 'email'],
        values: {
          agent: names.get(one.actor.personId) ?? '',
          basis: one.ballot.castBy?.basis ?? 'joint',
          building: one.ballot.buildingId,
          meeting: one.ballot.meeting,
        },
      })),
    ),
  );
}

export function addKey(keys: Map<string, Set<string>>, voter: string, key: string): void {
  const known = keys.get(voter);
  if (known) known.add(key);
  else keys.set(voter, new Set([key]));
}

/** The log pushes back: nothing was stored, and the same request may come again. */
export const isBusy = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'LEDGER_BUSY';
