// The routes of the register in time. Whoever is shown people's data is written down first, with the premises it was
// about; the one exception is one's own.
import type { Locale } from '@veche/core/locale.ts';
import type { Translate } from '@veche/core/messages.ts';
import { formatRational } from '@veche/core/rational.ts';
import { refuse } from '@veche/core/refusal.ts';
import type { House } from '@veche/module-kit/module.ts';
import { route, type Route } from '@veche/module-kit/route.ts';
import type { Caller } from '@veche/module-kit/who.ts';
import { findBuilding, personNames, type Building } from '../store.ts';
import { shareRooms } from './communal.ts';
import * as contract from './contract.ts';
import { findDuplicates } from './duplicates.ts';
import { readExport } from './export-store.ts';
import { exportCsv, exportWorkbook } from './export.ts';
import { recordObjection } from './joint.ts';
import { dayIn } from './local-day.ts';
import type { LookPlace } from './look.ts';
import { isMarkedOn } from './mark.ts';
import { recordMark, recordMarkChange } from './mark-desk.ts';
import { readMarks } from './mark-store.ts';
import { listPersonsOf, listRepresentations, type KnownHere } from './person-store.ts';
import { grantRepresentation, mergePersons, recordEvent, takeBackRepresentation } from './record.ts';
import { endOf, isInForce } from './representation.ts';
import { reviewRegister, type ReviewFinding } from './review.ts';
import {
  findBase,
  findPremises,
  insertBase,
  insertLook,
  listBases,
  listLooks,
  listLooksAt,
  listPremises,
  listPremisesPast,
  readEvents,
  readKnownVersions,
  readVersions,
} from './title-store.ts';
import type { TitleVersion } from './titles.ts';

const FINDINGS_SHOWN = 500;
const PERSONS_FOUND = 20;
const LOOKS_PER_PAGE = 100;
/** More persons than any house has; a bound all the same. */
const MOST_PERSONS = 100_000;

type Named = { readonly id: string; readonly name: string; readonly kind: KnownHere['kind'] };

export function titleRoutes(house: House): readonly Route[] {
  const { db } = house;
  const noteLook = (
    building: Building,
    caller: Caller,
    place: LookPlace,
    now: Date,
    premisesIds: readonly string[] | null,
    why = '',
  ) => insertLook(db, { buildingId: building.id, personId: caller.personId, place, premisesIds, why }, now);

  return [
    route(contract.getPremises, async ({ params, caller, now, translate }) => {
      const building = await findBuilding(db, params.building);
      const found = building && (await findPremises(db, building.id, params.premises));
      if (!building || !found) return refuse('not-found');
      await noteLook(building, caller, 'premises', now, [found.id]);
      const versions = await readVersions(db, building.id, found.id);
      const [events, past, base, persons] = await Promise.all([
        readEvents(
          db,
          building.id,
          found.id,
          versions.map(({ id }) => id),
        ),
        listPremisesPast(db, building.id, found.id),
        findBase(db, building.id, now),
        nameAll(building.id, versions),
      ]);
      const names = await personNames(
        db,
        events.map(({ recordedBy }) => recordedBy),
      );
      const today = dayIn(now, building.timeZone);
      const known = versions.filter(({ supersededAt }) => supersededAt === null);
      const { findings } = reviewRegister([found], known, base, today);
      return {
        ...found,
        timeZone: building.timeZone,
        today,
        versions: versions.map((version) => shownVersion(version, persons)),
        events: events.map((event) => ({
          ...event,
          closed: [...event.closed],
          opened: [...event.opened],
          recordedAt: event.recordedAt.toISOString(),
          recordedBy: names.get(event.recordedBy) ?? '',
        })),
        past: past.map(({ number, kind, areaCm2, supersededAt }) => ({
          number,
          kind,
          areaCm2,
          until: supersededAt.toISOString(),
        })),
        findings: findings
          .filter(({ premisesId }) => premisesId !== null)
          .map((finding) => shownFinding(finding, translate)),
      };
    }),

    route(contract.recordEvent, ({ params, body, caller, locale, now }) =>
      recordEvent(house, deskOf(params.building, caller, locale, now), params.premises, body),
    ),

    route(contract.splitRooms, async ({ params, body }) => {
      const found = await findPremises(db, params.building, params.premises);
      if (!found) return refuse('not-found');
      if (body.rooms.reduce((total, { areaCm2 }) => total + areaCm2, 0) > found.areaCm2)
        return refuse('rooms-over-flat');
      return {
        rooms: shareRooms(found.areaCm2, body.rooms).map(({ room, areaCm2, share, weight }) => ({
          room,
          areaCm2,
          share: formatRational(share),
          weight: formatRational(weight),
        })),
      };
    }),

    route(contract.reviewRegister, async ({ params, now, translate }) => {
      const building = await findBuilding(db, params.building);
      if (!building) return refuse('not-found');
      const [premises, versions, bases] = await Promise.all([
        listPremises(db, building.id),
        readKnownVersions(db, building.id),
        listBases(db, building.id),
      ]);
      const today = dayIn(now, building.timeZone);
      // A figure that came with the building has no paper; it is compared with, and the paper asked for.
      const base =
        bases[0] ??
        (building.areaCm2 > 0 ? { areaCm2: building.areaCm2, source: '', documentDate: null } : null);
      const review = reviewRegister(premises, versions, base, today);
      const count = (severity: ReviewFinding['severity']): number =>
        review.findings.filter((finding) => finding.severity === severity).length;
      return {
        findings: review.findings.slice(0, FINDINGS_SHOWN).map((finding) => shownFinding(finding, translate)),
        errors: count('error'),
        warnings: count('warning'),
        premises: premises.length,
        areaCm2: review.areaCm2,
        owned: formatRational(review.owned),
        unknown: formatRational(review.unknown),
        frozen: formatRational(review.frozen),
        bases: bases.map((one) => ({ ...one, recordedAt: one.recordedAt.toISOString() })),
        today,
      };
    }),

    route(contract.setBase, async ({ params, body, caller, now }) => {
      if (!(await findBuilding(db, params.building))) return refuse('not-found');
      await db.transaction((tx) =>
        insertBase(tx, { buildingId: params.building, ...body, recordedBy: caller.personId }, now),
      );
      return null;
    }),

    route(contract.findPersons, async ({ params, query, caller, now }) => {
      const building = await findBuilding(db, params.building);
      if (!building) return refuse('not-found');
      const persons = await listPersonsOf(db, building.id, { search: query.search, limit: PERSONS_FOUND });
      const premisesIds = persons.flatMap((person) => person.premisesIds);
      if (premisesIds.length > 0) await noteLook(building, caller, 'persons', now, premisesIds);
      return { persons: persons.map(shownPerson) };
    }),

    route(contract.listDuplicates, async ({ params, caller, now }) => {
      const building = await findBuilding(db, params.building);
      if (!building) return refuse('not-found');
      const persons = await listPersonsOf(db, building.id, { limit: MOST_PERSONS });
      const byId = new Map(persons.map((person) => [person.id, person]));
      const duplicates = findDuplicates(persons).slice(0, FINDINGS_SHOWN);
      const premisesIds = duplicates.flatMap(({ ids }) => ids.flatMap((id) => byId.get(id)!.premisesIds));
      if (premisesIds.length > 0)
        await noteLook(building, caller, 'duplicates', now, [...new Set(premisesIds)]);
      return {
        duplicates: duplicates.map(({ reason, ids }) => ({
          reason,
          persons: ids.map((id) => shownPerson(byId.get(id)!)),
        })),
      };
    }),

    route(contract.mergePersons, ({ params, body, caller, locale, now }) =>
      mergePersons(house, deskOf(params.building, caller, locale, now), body),
    ),

    route(contract.listRepresentations, async ({ params, caller, now }) => {
      const building = await findBuilding(db, params.building);
      if (!building) return refuse('not-found');
      const today = dayIn(now, building.timeZone);
      const [found, premises] = await Promise.all([
        listRepresentations(db, building.id),
        listPremises(db, building.id),
      ]);
      const numbers = new Map(premises.map(({ id, number }) => [id, number]));
      if (found.length > 0) await noteLook(building, caller, 'representations', now, null);
      return {
        today,
        representations: found.map((one) => {
          const principal = { id: one.principalId, ...one.principal };
          return {
            id: one.id,
            basis: one.basis,
            principal,
            agent: { id: one.agentId, name: one.agentName },
            premises: one.premisesIds && one.premisesIds.flatMap((id) => numbers.get(id) ?? []),
            document: one.document,
            from: one.from,
            until: one.until,
            revokedOn: one.revokedOn,
            ends: endOf(one, principal),
            inForce: isInForce(one, principal, today),
          };
        }),
      };
    }),

    route(contract.grantRepresentation, ({ params, body, caller, locale, now }) =>
      grantRepresentation(house, deskOf(params.building, caller, locale, now), body),
    ),

    route(contract.revokeRepresentation, ({ params, body, caller, now }) => {
      const given = {
        buildingId: params.building,
        id: params.representation,
        on: body.on,
        by: caller.personId,
      };
      return takeBackRepresentation(house, given, now);
    }),

    route(contract.listMarks, async ({ params, query, caller, now }) => {
      const building = await findBuilding(db, params.building);
      if (!building) return refuse('not-found');
      const today = dayIn(now, building.timeZone);
      const [versions, premises, titles] = await Promise.all([
        readMarks(db, building.id),
        listPremises(db, building.id),
        readKnownVersions(db, building.id),
      ]);
      const holdersThere = new Set(
        titles
          .filter(({ premisesId }) => premisesId === query.premises)
          .flatMap(({ personId, jointWith }) => [personId, ...jointWith]),
      );
      const numbers = new Map(premises.map(({ id, number }) => [id, number]));
      const found = [...Map.groupBy(versions.toReversed(), ({ mark }) => mark)].filter(
        ([, [latest]]) =>
          query.premises === undefined ||
          latest!.premisesId === query.premises ||
          (latest!.premisesId === null && holdersThere.has(latest!.personId)),
      );
      if (found.length > 0)
        await noteLook(building, caller, 'marks', now, query.premises ? [query.premises] : null);
      const names = await personNames(
        db,
        versions.flatMap(({ personId, recordedBy }) => [personId, recordedBy]),
      );
      return {
        today,
        timeZone: building.timeZone,
        marks: found.map(([mark, said]) => {
          const latest = said[0]!;
          const { premisesId } = latest;
          return {
            id: mark,
            kind: latest.kind,
            person: { id: latest.personId, name: names.get(latest.personId) ?? '' },
            premises: premisesId === null ? null : { id: premisesId, number: numbers.get(premisesId) ?? '' },
            inForce: isMarkedOn(latest, today),
            versions: said.map(({ act, document, from, until, note, recordedAt, recordedBy }) => ({
              act,
              document,
              from,
              until,
              note,
              recordedAt: recordedAt.toISOString(),
              recordedBy: names.get(recordedBy) ?? '',
            })),
          };
        }),
      };
    }),

    route(contract.stateMark, ({ params, body, caller, locale, now }) =>
      recordMark(house, deskOf(params.building, caller, locale, now), body),
    ),

    route(contract.changeMark, ({ params, body, caller, locale, now }) =>
      recordMarkChange(house, deskOf(params.building, caller, locale, now), params.mark, body),
    ),

    route(contract.objectToJoint, ({ params, caller, now }) =>
      recordObjection(house, objectionOf(params, caller, now), 'object'),
    ),

    route(contract.withdrawObjection, ({ params, caller, now }) =>
      recordObjection(house, objectionOf(params, caller, now), 'withdraw'),
    ),

    route(contract.exportRegister, async ({ params, query, caller, locale, now, translate }) => {
      const building = await findBuilding(db, params.building);
      if (!building) return refuse('not-found');
      await noteLook(building, caller, 'export', now, null, query.why);
      const day = dayIn(now, building.timeZone);
      const titles = await readExport(db, building.id, day, locale);
      const fileName = translate('people.export-file', { day, format: query.format });
      return query.format === 'csv'
        ? { content: exportCsv(titles, locale), type: 'text/csv; charset=utf-8', fileName }
        : { content: await exportWorkbook(titles, locale), fileName };
    }),

    route(contract.listLooks, async ({ params, query }) => {
      const building = await findBuilding(db, params.building);
      if (!building) return refuse('not-found');
      const before = /^\d{1,18}$/.test(query.before ?? '') ? BigInt(query.before!) : null;
      const [found, premises] = await Promise.all([
        listLooks(db, building.id, before, LOOKS_PER_PAGE + 1),
        listPremises(db, building.id),
      ]);
      const numbers = new Map(premises.map(({ id, number }) => [id, number]));
      const page = found.slice(0, LOOKS_PER_PAGE);
      return {
        looks: page.map(({ name, place, premisesIds, why, at }) => ({
          name,
          place,
          premises: (premisesIds ?? []).flatMap((id) => numbers.get(id) ?? []),
          why,
          at: at.toISOString(),
        })),
        next: found.length > page.length ? String(page.at(-1)!.id) : null,
      };
    }),

    route(contract.listLooksAtMe, async ({ caller }) => ({
      looks: (await listLooksAt(db, caller.personId, LOOKS_PER_PAGE)).map((look) => ({
        ...look,
        at: look.at.toISOString(),
      })),
    })),
  ];

  /** Everybody whom the versions speak of. */
  async function nameAll(buildingId: string, versions: readonly TitleVersion[]): Promise<Map<string, Named>> {
    const ids = versions.flatMap(({ personId, jointWith, usufructuaryId }) =>
      [personId, usufructuaryId, ...jointWith].filter((id) => id !== null),
    );
    const [here, names] = await Promise.all([
      listPersonsOf(db, buildingId, { ids: [...new Set(ids)], limit: ids.length + 1 }),
      personNames(db, ids),
    ]);
    // Who was joined with another is found by name alone.
    const kinds = new Map(here.map(({ id, kind }) => [id, kind]));
    return new Map(
      [...names].map(([id, name]): [string, Named] => [id, { id, name, kind: kinds.get(id) ?? 'natural' }]),
    );
  }
}

const objectionOf = (params: { building: string; title: string }, { personId }: Caller, now: Date) => ({
  buildingId: params.building,
  titleId: params.title,
  personId,
  now,
});

const deskOf = (buildingId: string, caller: Caller, locale: Locale, now: Date) => ({
  buildingId,
  personId: caller.personId,
  locale,
  now,
});

function shownVersion(version: TitleVersion, persons: ReadonlyMap<string, Named>) {
  const named = (id: string | null): Named | null => (id === null ? null : (persons.get(id) ?? null));
  return {
    id: version.id,
    owner: named(version.personId),
    jointWith: version.jointWith.flatMap((id) => named(id) ?? []),
    share: formatRational(version.share),
    room: version.room,
    document: version.document,
    heldFrom: version.heldFrom,
    heldTo: version.heldTo,
    freeze: version.freeze,
    arrested: version.arrested,
    usufructuary: named(version.usufructuaryId),
    recordedAt: version.recordedAt.toISOString(),
    supersededAt: version.supersededAt?.toISOString() ?? null,
  };
}

const shownFinding = (
  { severity, code, premisesId, premises, facts }: ReviewFinding,
  translate: Translate,
) => ({
  severity,
  code,
  premisesId,
  premises,
  message: translate(`review.${code}`, facts),
  mend: translate(`review.${code}.mend`, facts),
});

const shownPerson = ({ id, name, kind, birthDay, taxNumber, email, phone, premises }: KnownHere) => ({
  id,
  name,
  kind,
  birthDay,
  taxNumber,
  reachable: email !== null || phone !== null,
  premises: [...premises],
});
