// The endpoints of what follows a closed meeting.
import { refuse, isRefusal } from '@veche/core/refusal.ts';
import type { House } from '@veche/module-kit/module.ts';
import { route, type Route } from '@veche/module-kit/route.ts';
import type { Caller } from '@veche/module-kit/who.ts';
import { mayDo } from '../permissions.ts';
import { findMeeting, noticeOf, type MeetingKey, type MeetingRow } from '../store.ts';
import * as contract from './contract.ts';
import { findFollowed, listFollowUps, listTieDecisions, type FollowUpRow } from './store.ts';
import { decideTie } from './ties.ts';

const keyFrom = (params: { building: string; meeting: string }): MeetingKey => ({
  buildingId: params.building,
  id: params.meeting,
});

export function followUpRoutes(house: House): readonly Route[] {
  const { db } = house;

  const findClosed = async (key: MeetingKey) => {
    const row = await findMeeting(db, key);
    if (!row || row.state === 'draft') return refuse('not-found');
    return row.state === 'closed' ? row : refuse('not-closed');
  };

  const view = async (row: MeetingRow, caller: Caller | null) => {
    const key = { buildingId: row.buildingId, id: row.id };
    const [followed, planned, ties] = await Promise.all([
      findFollowed(db, key),
      listFollowUps(db, key),
      listTieDecisions(db, key),
    ]);
    const agenda = new Map(noticeOf(row).items.map((item) => [item.id, item]));
    const choices = new Map(ties.map(({ item, choice }) => [item, choice]));
    return {
      closedAt: row.closedAt!.toISOString(),
      follows:
        followed && followed.kind !== 'court' && followed.kind !== 'casting-vote'
          ? { meeting: followed.meeting, kind: followed.kind }
          : null,
      next: await Promise.all(
        planned.map(async (one) => ({
          kind: one.kind,
          state: one.state,
          items: one.items.flatMap(({ item }) => {
            const on = agenda.get(item);
            return on
              ? [{ id: item, number: on.number, text: on.text, castingVote: choices.get(item) ?? null }]
              : [];
          }),
          from: one.dueAt.toISOString(),
          until: one.lastAt?.toISOString() ?? null,
          vote: await nextVote(one),
        })),
      ),
      may: { decideTies: mayDo(caller, 'meetings.decide-ties') },
    };
  };

  /** A draft is nobody's business yet. */
  const nextVote = async ({ buildingId, next }: FollowUpRow) => {
    const row = next === null ? null : await findMeeting(db, { buildingId, id: next });
    if (!row || row.state === 'draft') return null;
    return {
      meeting: row.id,
      state: row.state,
      opensAt: row.opensAt!.toISOString(),
      closesAt: row.closesAt!.toISOString(),
    };
  };

  return [
    route(contract.getAfter, async ({ params, caller }) => {
      const row = await findClosed(keyFrom(params));
      return isRefusal(row) ? row : view(row, caller);
    }),

    route(contract.decideTie, async ({ params, body, caller, now }) => {
      const key = keyFrom(params);
      const input = { item: params.item, choice: body.choice, personId: caller.personId, now };
      const refused = await decideTie(house, key, input);
      if (refused) return refused;
      const row = await findClosed(key);
      return isRefusal(row) ? row : view(row, caller);
    }),
  ];
}
