// Registers the keys of voters' devices: the owner's own, and those of whoever acts for the owner. The owner is told of each
// new key by another channel, so that a key that somebody else registered does not stay unseen.
import { isRefusal, refuse, type Refusal } from '@veche/core/refusal.ts';
import { decodeBase64 } from '@veche/ledger/bytes.ts';
import { possessionMessage } from '@veche/ledger/entry.ts';
import type { Tx } from '@veche/module-kit/database.ts';
import type { House } from '@veche/module-kit/module.ts';
import { addKey, type Casting, type Receipt, type VotingFacts } from './casting.ts';
import type { Actor, Standing } from './domain/acting.ts';
import { signEntry, submitEntry } from './milestone.ts';
import { findKey, holdOpen, insertKey, listKeys, type MeetingKey } from './store.ts';

/** Enough for a household's devices and cleared browsers; more is somebody trying. */
export const MAX_KEYS = 20;

export type KeyRefusal = Refusal<
  | 'not-found'
  | 'not-open'
  | 'not-an-owner'
  | 'not-your-premises'
  | 'may-not-act'
  | 'wrong-signature'
  | 'key-taken'
  | 'too-many-keys'
>;

export type KeyRequest = {
  readonly key: string;
  readonly possession: string;
  readonly label: string;
  /** For whose votes; absent: one's own, or of the one owner for whom the caller acts. */
  readonly voter?: string | undefined;
};

/** Registers a key, once: the same request again gets the same receipt. */
export async function registerKey(
  house: House,
  casting: Casting,
  meeting: MeetingKey,
  actor: Actor,
  request: KeyRequest,
  now: Date,
): Promise<Receipt | KeyRefusal> {
  for (let tries = 1; tries <= MOST_TRIES; tries++) {
    const facts = await casting.findFacts(meeting);
    if (facts === null) return refuse('not-found');
    if (isRefusal(facts)) return facts;
    const me = await findHolderOf(house, facts, actor, request, now);
    if (isRefusal(me)) return me;
    const outcome = await house.db.transaction((tx) =>
      insertRegistered(tx, house, facts, actor, me, request, now),
    );
    if (outcome === 'stale') continue;
    if (typeof outcome !== 'string') return outcome;
    addKey(facts.keys, me.voter, request.key);
    house.ledger.wake();
    return casting.receiptOf(outcome);
  }
  return refuse('not-open');
}

/** A register that changes more often while one key is registered is being worked on: the page asks again. */
const MOST_TRIES = 5;

/** For whom the key is: the voter named, or else the one and only; it must be proven that the device holds the other half. */
async function findHolderOf(
  house: House,
  facts: VotingFacts,
  actor: Actor,
  request: KeyRequest,
  now: Date,
): Promise<Standing | KeyRefusal> {
  const day = facts.dayOf(now);
  const me =
    request.voter === undefined
      ? (facts.actors.list(actor, day)[0] ?? null)
      : facts.actors.find(actor, request.voter, day);
  if (!me) return refuse(facts.actors.list(actor, day).length > 0 ? 'not-your-premises' : 'not-an-owner');
  const [why] = me.barred.values();
  if (me.castable.size === 0 && why !== undefined) return refuse('may-not-act', { why });
  const held = await house.checkSignature({
    key: decodeBase64(request.key, 32),
    message: possessionMessage(facts.key.id, me.voter),
    signature: decodeBase64(request.possession, 64),
  });
  return held ? me : refuse('wrong-signature');
}

/** @returns the idem of the key's entry; `stale` when who may act has changed since it was decided. */
async function insertRegistered(
  tx: Tx,
  house: House,
  facts: VotingFacts,
  actor: Actor,
  me: Standing,
  request: KeyRequest,
  now: Date,
): Promise<string | KeyRefusal> {
  const meeting = facts.key;
  const known = await findKey(tx, meeting, request.key);
  if (known) return known.voter === me.voter ? known.idem : refuse('key-taken');
  const version = (await holdOpen(tx, [meeting])).get(meeting.id);
  if (version === undefined || now < facts.meeting.opensAt || now >= facts.meeting.closesAt)
    return refuse('not-open');
  if (version !== facts.version) return 'stale';
  if ((await listKeys(tx, meeting, me.voter)).length >= MAX_KEYS)
    return refuse('too-many-keys', { most: MAX_KEYS });
  const entry = signEntry(house, meeting, {
    kind: 'key.registered',
    voter: me.voter,
    key: request.key,
    possession: request.possession,
  });
  const row = {
    buildingId: meeting.buildingId,
    meeting: meeting.id,
    key: request.key,
    voter: me.voter,
    label: request.label,
    registeredAt: now,
    idem: entry.idem,
    registeredBy: actor.personId,
  };
  // Whoever registers the same key at the same moment waits here; only one of the two goes on.
  if (!(await insertKey(tx, row))) {
    const winner = await findKey(tx, meeting, request.key);
    return winner?.voter === me.voter ? winner.idem : refuse('key-taken');
  }
  await submitEntry(tx, house, meeting, entry, now, { voter: me.voter });
  await house.notices.send(
    tx,
    // The owner, and whoever acts: either of the two accounts may be in foreign hands.
    [...new Set([me.ownerId, actor.personId])].map((personId) => ({
      personId,
      template: 'meetings.notice.key',
      buildingId: meeting.buildingId,
      urgent: true,
      values: { label: request.label, building: meeting.buildingId, meeting: meeting.id },
    })),
  );
  await house.events.emit(tx, 'key.registered', {
    buildingId: meeting.buildingId,
    meetingId: meeting.id,
    personId: actor.personId,
  });
  return entry.idem;
}
