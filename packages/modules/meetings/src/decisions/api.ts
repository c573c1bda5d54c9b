// The endpoints of the register of decisions.
import { refuse } from '@veche/core/refusal.ts';
import type { House } from '@veche/module-kit/module.ts';
import { route, type Route } from '@veche/module-kit/route.ts';
import type { Caller } from '@veche/module-kit/who.ts';
import { findBuilding } from '@veche/people/store.ts';
import { randomUuid } from '@veche/people/uuid.ts';
import { checkLink, standingOf } from '../domain/decision-book.ts';
import { listOpenItems } from '../follow-ups/store.ts';
import { mayDo } from '../permissions.ts';
import * as contract from './contract.ts';
import {
  insertLink,
  listDecisions,
  listLinks,
  lockDecisions,
  withdrawLink,
  type DecisionLinkRow,
  type DecisionRow,
} from './store.ts';

const plain = ({ fromNumber, toNumber, kind }: DecisionLinkRow) => ({ from: fromNumber, to: toNumber, kind });

export function decisionRoutes(house: House): readonly Route[] {
  const { db } = house;

  const register = async (buildingId: string, caller: Caller, words?: string) => {
    const building = await findBuilding(db, buildingId);
    if (!building) return refuse('not-found');
    // Standing follows from the whole register, also where only a part of it is shown.
    const [all, links, open] = await Promise.all([
      listDecisions(db, buildingId, null),
      listLinks(db, buildingId),
      listOpenItems(db, buildingId),
    ]);
    const laterOf = new Map(
      all.flatMap(({ number, earlier }) => (earlier === null ? [] : [[earlier, number]])),
    );
    const isOpen = ({ number, meeting, item, passed }: DecisionRow): boolean =>
      !passed && !laterOf.has(number) && open.has(`${meeting}/${item}`);
    const found = words ? await listDecisions(db, buildingId, words) : all;
    const standing = standingOf(all, links.map(plain));
    return {
      timeZone: building.timeZone,
      may: { link: mayDo(caller, 'meetings.close') },
      decisions: found.map((one) => ({
        number: one.number,
        meeting: one.meeting,
        item: one.item,
        itemNumber: one.itemNumber,
        text: one.text,
        verdict: one.verdict,
        how: one.how,
        earlier: one.earlier,
        later: laterOf.get(one.number) ?? null,
        standing: isOpen(one) ? ('undecided' as const) : standing.get(one.number)!,
        decidedAt: one.decidedAt.toISOString(),
        acts: links
          .filter(({ fromNumber }) => fromNumber === one.number)
          .map(({ id, toNumber, kind, reason }) => ({ id, number: toNumber, kind, reason })),
        actedOnBy: links
          .filter(({ toNumber }) => toNumber === one.number)
          .map(({ id, fromNumber, kind, reason }) => ({ id, number: fromNumber, kind, reason })),
      })),
    };
  };

  return [
    route(contract.listDecisions, async ({ params, query, caller }) =>
      register(params.building, caller, query.words),
    ),

    route(contract.linkDecisions, async ({ params, body, caller, now }) => {
      if (!(await findBuilding(db, params.building))) return refuse('not-found');
      const refused = await db.transaction(async (tx) => {
        await lockDecisions(tx, params.building);
        const known = await listDecisions(tx, params.building, null);
        const links = (await listLinks(tx, params.building)).map(plain);
        const wrong = checkLink(body, new Map(known.map((one) => [one.number, one])), links);
        if (wrong) return refuse(wrong);
        await insertLink(tx, {
          buildingId: params.building,
          id: randomUuid(house.random),
          fromNumber: body.from,
          toNumber: body.to,
          kind: body.kind,
          reason: body.reason,
          recordedBy: caller.personId,
          recordedAt: now,
          withdrawnBy: null,
          withdrawnAt: null,
        });
        return null;
      });
      return refused ?? register(params.building, caller);
    }),

    route(contract.unlinkDecisions, async ({ params, caller, now }) => {
      const by = { personId: caller.personId, now };
      if (!(await withdrawLink(db, params.building, params.link, by))) return refuse('not-found');
      return register(params.building, caller);
    }),
  ];
}
