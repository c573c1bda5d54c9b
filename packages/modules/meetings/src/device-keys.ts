// Registers the keys of voters' devices. The owner is told of each new key by another channel, so that a key that
// somebody else registered does not stay unseen.
import { isRefusal, refuse, type Refusal } from '@veche/core/refusal.ts';
import { decodeBase64 } from '@veche/ledger/bytes.ts';
import { possessionMessage } from '@veche/ledger/entry.ts';
import type { House } from '@veche/module-kit/module.ts';
import { addKey, type Casting, type Receipt } from './casting.ts';
import { signEntry, submitEntry } from './milestone.ts';
import { findKey, holdOpen, insertKey, listKeys, type MeetingKey } from './store.ts';

/** Enough for a household's devices and cleared browsers; more is somebody trying. */
export const MAX_KEYS = 20;

export type KeyRefusal = Refusal<
  'not-found' | 'not-open' | 'not-an-owner' | 'wrong-signature' | 'key-taken' | 'too-many-keys'
>;

export type KeyRequest = { readonly key: string; readonly possession: string; readonly label: string };

/** Registers a key, once: the same request again gets the same receipt. */
export async function registerKey(
  house: House,
  casting: Casting,
  meeting: MeetingKey,
  personId: string,
  request: KeyRequest,
  now: Date,
): Promise<Receipt | KeyRefusal> {
  const facts = await casting.findFacts(meeting);
  if (facts === null) return refuse('not-found');
  if (isRefusal(facts)) return facts;
  const me = facts.voters.get(personId);
  if (!me) return refuse('not-an-owner');
  const held = await house.checkSignature({
    key: decodeBase64(request.key, 32),
    message: possessionMessage(meeting.id, me.voter),
    signature: decodeBase64(request.possession, 64),
  });
  if (!held) return refuse('wrong-signature');

  const outcome = await house.db.transaction(async (tx): Promise<string | KeyRefusal> => {
    const known = await findKey(tx, meeting, request.key);
    if (known) return known.voter === me.voter ? known.idem : refuse('key-taken');
    const open = await holdOpen(tx, [meeting]);
    if (!open.has(meeting.id) || now < facts.meeting.opensAt || now >= facts.meeting.closesAt)
      return refuse('not-open');
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
    };
    // Whoever registers the same key at the same moment waits here; only one of the two goes on.
    if (!(await insertKey(tx, row))) {
      const winner = await findKey(tx, meeting, request.key);
      return winner?.voter === me.voter ? winner.idem : refuse('key-taken');
    }
    await submitEntry(tx, house, meeting, entry, now, { voter: me.voter });
    await house.notices.send(tx, [
      {
        personId,
        template: 'meetings.notice.key',
        buildingId: meeting.buildingId,
        urgent: true,
        values: { label: request.label, building: meeting.buildingId, meeting: meeting.id },
      },
    ]);
    await house.events.emit(tx, 'key.registered', {
      buildingId: meeting.buildingId,
      meetingId: meeting.id,
      personId,
    });
    return entry.idem;
  });
  if (typeof outcome !== 'string') return outcome;
  addKey(facts.keys, me.voter, request.key);
  house.ledger.wake();
  return casting.receiptOf(outcome);
}
