// The route by which an owner sees the history of their own premises. One's own looks are not written down.
import { formatRational } from '@veche/core/rational.ts';
import { refuse } from '@veche/core/refusal.ts';
import type { House } from '@veche/module-kit/module.ts';
import { route, type Route } from '@veche/module-kit/route.ts';
import { findBuilding } from '../store.ts';
import { dayIn } from '../register/local-day.ts';
import { getOwnPremises } from './contract.ts';
import { ownHistory } from './history.ts';
import { findPremises, readEvents, readVersions } from '../register/title-store.ts';

export function ownPremisesRoutes({ db }: House): readonly Route[] {
  return [
    route(getOwnPremises, async ({ params, caller, now }) => {
      const building = await findBuilding(db, params.building);
      const found = building && (await findPremises(db, building.id, params.premises));
      if (!building || !found) return refuse('not-found');
      const versions = await readVersions(db, building.id, found.id);
      const events = await readEvents(
        db,
        building.id,
        found.id,
        versions.map(({ id }) => id),
      );
      const history = ownHistory(versions, events, caller.personId);
      if (!history) return refuse('not-found');
      const { number, kind, entrance, areaCm2 } = found;
      return {
        address: building.address,
        number,
        kind,
        entrance,
        areaCm2,
        timeZone: building.timeZone,
        today: dayIn(now, building.timeZone),
        titles: history.titles.map((title) => ({
          id: title.id,
          isMine: title.isMine,
          isKnown: title.personId !== null,
          isJoint: title.jointWith.length > 0,
          share: formatRational(title.share),
          room: title.room,
          heldFrom: title.heldFrom,
          heldTo: title.heldTo,
          freeze: title.isMine ? title.freeze : null,
          arrested: title.isMine && title.arrested,
          document: title.isMine ? { ...title.document } : null,
        })),
        events: history.events.map(({ id, kind: what, day, document, recordedAt }) => ({
          id,
          kind: what,
          day,
          document: { ...document },
          recordedAt: recordedAt.toISOString(),
        })),
      };
    }),
  ];
}
