// A closed meeting's decisions take their places in the house's register, each once.
import type { Tx } from '@veche/module-kit/database.ts';
import type { House } from '@veche/module-kit/module.ts';
import { describeError } from '@veche/module-kit/server.ts';
import { resultOf } from '../closing/box.ts';
import type { DecidedHow } from '../domain/decision-book.ts';
import { findFollowed } from '../follow-ups/store.ts';
import { lockMeeting, noticeOf, type MeetingKey, type MeetingRow } from '../store.ts';
import {
  findUnrecorded,
  hasDecisions,
  insertDecisions,
  lastDecision,
  listDecisionsOf,
  lockDecisions,
} from './store.ts';

/** Numbers the decisions of a meeting; does nothing when they have numbers. The caller holds the meeting. */
export async function recordDecisions(tx: Tx, key: MeetingKey, row: MeetingRow): Promise<void> {
  await lockDecisions(tx, key.buildingId);
  if (await hasDecisions(tx, key)) return;
  const last = await lastDecision(tx, key.buildingId);
  const { items: agenda } = noticeOf(row);
  const texts = new Map(agenda.map(({ id, text }) => [id, text]));
  const earlier = await findEarlier(tx, key);
  await insertDecisions(
    tx,
    resultOf(row).items.map(({ item, number, verdict }, position) => ({
      buildingId: key.buildingId,
      number: last + position + 1,
      meeting: key.id,
      item,
      itemNumber: number,
      text: texts.get(item) ?? '',
      verdict,
      passed: verdict === 'passed',
      how: earlier?.how ?? ('vote' as const),
      earlier: earlier?.numbers[position] ?? null,
      decidedAt: row.closedAt!,
    })),
  );
}

/** Of a vote that follows another: how it came about, and the numbers that its questions had then, in its own order. */
async function findEarlier(
  tx: Tx,
  key: MeetingKey,
): Promise<{ readonly how: DecidedHow; readonly numbers: readonly (number | null)[] } | null> {
  const followed = await findFollowed(tx, key);
  if (!followed || followed.kind === 'court') return null;
  const first = { buildingId: followed.buildingId, id: followed.meeting };
  const numbers = new Map((await listDecisionsOf(tx, first)).map(({ item, number }) => [item, number]));
  return { how: followed.kind, numbers: followed.items.map(({ item }) => numbers.get(item) ?? null) };
}

/** Numbers what was decided before there was a register; nothing is left to do after the first run. */
export async function recordEarlierDecisions(house: House): Promise<void> {
  for (const key of await findUnrecorded(house.db)) {
    try {
      await house.db.transaction(async (tx) => {
        const row = await lockMeeting(tx, key);
        if (row?.state === 'closed') await recordDecisions(tx, key, row);
      });
    } catch (error) {
      house.log.error({ meeting: key.id, ...describeError(error) }, 'decisions could not be recorded');
    }
  }
}
