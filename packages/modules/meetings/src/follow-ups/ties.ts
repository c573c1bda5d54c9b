// The chair's casting vote: where for and against are equal and the rule leaves it to the chair, one act after the close
// decides. It is logged under a commitment, once, and changes nothing of what was counted: the result that was published
// stays, and what the chair makes of it is derived anew by whoever reads.
import { refuse, type Refusal } from '@veche/core/refusal.ts';
import { decodeBase64, encodeBase64, encodeUtf8 } from '@veche/ledger/bytes.ts';
import { makeCommitment } from '@veche/ledger/commitment.ts';
import { sha256 } from '@veche/ledger/hash.ts';
import { encodeCanonical } from '@veche/ledger/jcs.ts';
import type { TieDecision } from '@veche/ledger/meeting.ts';
import type { Tx } from '@veche/module-kit/database.ts';
import type { House } from '@veche/module-kit/module.ts';
import { describeError } from '@veche/module-kit/server.ts';
import { awaitsChair, settleTie } from '@veche/rules/count.ts';
import { resultOf } from '../closing/box.ts';
import { drawUpAnew } from '../closing/editions.ts';
import { listEditions } from '../closing/store.ts';
import { settleDecision } from '../decisions/store.ts';
import { signEntry, submitEntry } from '../milestone.ts';
import { noticeValues } from '../opening.ts';
import { listVoters, lockMeeting, noticeOf, type MeetingKey } from '../store.ts';
import { planAfterTie } from './run.ts';
import { insertTieDecision, listFollowUps, listTieDecisions, moveFollowUp } from './store.ts';

export type TieRefusal = Refusal<'not-found' | 'not-closed' | 'no-tie' | 'tie-decided' | 'tie-term-over'>;

/** Decides a tie in the name of the chair; everybody on the roll is told. */
export async function decideTie(
  house: House,
  key: MeetingKey,
  input: {
    readonly item: string;
    readonly choice: 'for' | 'against';
    readonly personId: string;
    readonly now: Date;
  },
): Promise<TieRefusal | null> {
  const { item, choice, personId, now } = input;
  const refused = await house.db.transaction(async (tx) => {
    const row = await lockMeeting(tx, key);
    if (!row || row.state === 'draft') return refuse('not-found');
    if (row.state !== 'closed') return refuse('not-closed');
    const counted = resultOf(row).items.find((one) => one.item === item);
    if (!counted || !awaitsChair(counted)) return refuse('no-tie');
    const planned = (await listFollowUps(tx, key)).find(
      (one) => one.kind === 'casting-vote' && one.items.some((of) => of.item === item),
    );
    if (!planned || planned.state === 'lapsed' || planned.lastAt === null || now >= planned.lastAt)
      return refuse('tie-term-over');

    const decision: TieDecision = {
      meeting: key.id,
      item,
      choice,
      result: encodeBase64(sha256(encodeUtf8(row.result!))),
    };
    const payload = encodeCanonical(decision);
    const salt = encodeBase64(house.random(32));
    const commitment = makeCommitment(decodeBase64(salt, 32), encodeUtf8(payload));
    const entry = signEntry(house, key, { kind: 'tie.decided', decision: encodeBase64(commitment) });
    const { buildingId, id: meeting } = key;
    const decided = {
      buildingId,
      meeting,
      item,
      choice,
      decidedBy: personId,
      decidedAt: now,
      idem: entry.idem,
    };
    if (!(await insertTieDecision(tx, decided))) return refuse('tie-decided');
    await submitEntry(tx, house, key, entry, now, { payload, salt });

    const settled = settleTie(counted, choice);
    await settleDecision(tx, key, item, settled.verdict);
    const open = await openTies(tx, key, planned.items);
    if (open.length === 0) await moveFollowUp(tx, planned, { state: 'decided', doneAt: now });
    if (choice === 'against') await planAfterTie(tx, key, row, [item], now);
    const notice = noticeOf(row);
    const number = notice.items.find(({ id }) => id === item)!.number;
    const values = { ...noticeValues(notice, key), number, choice };
    await house.notices.send(
      tx,
      (await listVoters(tx, key)).map((voter) => ({
        personId: voter,
        template: 'meetings.notice.tie-decided',
        buildingId,
        about: meeting,
        once: `${meeting}/tie/${item}`,
        values,
      })),
    );
    return null;
  });
  if (refused) return refused;
  house.ledger.wake();
  await writeDown(house, key, personId, now);
  return null;
}

/** Those of the items that the chair has still to decide. */
async function openTies(tx: Tx, key: MeetingKey, items: readonly { readonly item: string }[]) {
  const decided = new Set((await listTieDecisions(tx, key)).map(({ item }) => item));
  return items.filter(({ item }) => !decided.has(item));
}

/** A further edition of the minutes with the same names; where they are signed already the chair sees to it. */
async function writeDown(house: House, key: MeetingKey, personId: string, at: Date): Promise<void> {
  const last = (await listEditions(house.db, key)).at(-1);
  if (!last) return;
  try {
    const refused = await drawUpAnew(house, key, last.particulars, { personId, at });
    if (refused)
      house.log.warn(
        { meeting: key.id, refusal: refused.refused },
        'minutes do not say how a tie was decided',
      );
  } catch (error) {
    house.log.error({ meeting: key.id, ...describeError(error) }, 'minutes could not be drawn up');
  }
}
