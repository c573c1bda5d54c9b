// The routes of people: who -> parse -> decide -> store -> answer. Decisions are elsewhere; here rows become answers.
import type { Translate } from '@veche/core/messages.ts';
import { isRefusal, refuse } from '@veche/core/refusal.ts';
import type { House } from '@veche/module-kit/module.ts';
import { route, type Route } from '@veche/module-kit/route.ts';
import * as contract from './contract.ts';
import { findContact } from './domain/contact.ts';
import type { ColumnMapping } from './domain/register.ts';
import { applyImport, checkRegister, importRegistry, uploadRegister } from './imports.ts';
import { countUnread } from './message-inbox.ts';
import { listMessages } from './message-store.ts';
import { findImport, readRegisterPage, type RegisterImport } from './register-store.ts';
import { registerTemplate } from './register-template.ts';
import { titleRoutes } from './register/api.ts';
import { ownPremisesRoutes } from './own-premises/api.ts';
import { dayIn } from './register/local-day.ts';
import { insertLook } from './register/title-store.ts';
import { findRegistryImport, listHousesPage, type RegistryImport } from './registry-store.ts';
import { createSessions, type Sessions } from './sessions.ts';
import { createAskForCode, createSignIn } from './sign-in.ts';
import {
  deleteRole,
  ensurePerson,
  findBuilding,
  findStanding,
  getPerson,
  insertBuilding,
  insertRole,
  listDemoPeople,
  listRolesOf,
  measureRegister,
  updateLocale,
} from './store.ts';
import { randomUuid } from './uuid.ts';

const PREMISES_PER_PAGE = 50;
const HOUSES_PER_PAGE = 50;
const MESSAGES_PER_PAGE = 50;

export function peopleRoutes(house: House): readonly Route[] {
  const sessions = createSessions(house);
  return [
    ...signInRoutes(house, sessions),
    ...myRoutes(house, sessions),
    ...buildingRoutes(house),
    ...registerRoutes(house),
    ...titleRoutes(house),
    ...ownPremisesRoutes(house),
    ...registryRoutes(house),
    ...demoRoutes(house),
  ];
}

function signInRoutes(house: House, sessions: Sessions): Route[] {
  const askForCode = createAskForCode(house);
  const signIn = createSignIn(house, sessions);
  return [
    route(contract.requestCode, ({ body, address, now, locale, translate }) =>
      askForCode({ contact: body.contact, address, now, locale, translate }),
    ),
    route(contract.signIn, async ({ body, address, now, setHeader }) => {
      const signedIn = await signIn({ contact: body.contact, code: body.code, address, now });
      if (isRefusal(signedIn)) return signedIn;
      const { personId, token, cookie } = signedIn;
      if (body.keep === 'token') return { personId, token };
      setHeader('set-cookie', cookie);
      return { personId };
    }),
    route(contract.signOut, async ({ caller, setHeader }) => {
      await sessions.end(caller.personId, caller.sessionId);
      setHeader('set-cookie', sessions.blankCookie);
      return null;
    }),
  ];
}

function myRoutes({ db }: House, sessions: Sessions): Route[] {
  return [
    route(contract.getMe, async ({ caller, now }) => {
      const [person, standing, unread] = await Promise.all([
        getPerson(db, caller.personId),
        findStanding(db, caller.personId, now),
        countUnread(db, caller.personId),
      ]);
      return { ...person, ...standing, unread };
    }),
    route(contract.setMyLocale, async ({ caller, body }) => {
      await updateLocale(db, caller.personId, body.locale);
      return null;
    }),
    route(contract.listMySessions, async ({ caller }) => ({
      sessions: (await sessions.list(caller.personId)).map(({ id, createdAt, expiresAt }) => ({
        id,
        createdAt: createdAt.toISOString(),
        expiresAt: expiresAt.toISOString(),
        current: id === caller.sessionId,
      })),
    })),
    route(contract.endMySession, async ({ caller, params }) =>
      (await sessions.end(caller.personId, params.session)) ? null : refuse('not-found'),
    ),
  ];
}

function buildingRoutes({ db, notices }: House): Route[] {
  return [
    route(contract.createBuilding, async ({ body, now }) =>
      isTimeZone(body.timeZone) ? insertBuilding(db, body, now) : refuse('unknown-time-zone'),
    ),
    route(contract.getBuilding, async ({ params, caller }) => {
      const found = await findBuilding(db, params.building);
      if (!found) return refuse('not-found');
      const { premises, areaCm2 } = await measureRegister(db, found.id);
      return { ...found, premises, registeredAreaCm2: areaCm2, myRoles: [...(caller?.roles ?? [])] };
    }),
    route(contract.listRoles, async ({ params }) =>
      (await findBuilding(db, params.building))
        ? { roles: await listRolesOf(db, params.building) }
        : refuse('not-found'),
    ),
    route(contract.grantRole, async ({ params, body, caller, locale, now }) => {
      const contact = findContact(body.contact);
      if (!contact) return refuse('invalid-contact');
      return db.transaction(async (tx) => {
        const building = await findBuilding(tx, params.building);
        if (!building) return refuse('not-found');
        const personId = await ensurePerson(tx, contact, body.name, locale, now);
        const given = { buildingId: building.id, personId, role: body.role, grantedBy: caller.personId };
        const isNew = await insertRole(tx, given, now);
        const values = { role: body.role };
        if (isNew)
          await notices.send(tx, [{ personId, template: 'people.role', values, buildingId: building.id }]);
        return { personId };
      });
    }),
    route(contract.revokeRole, async ({ params }) =>
      (await deleteRole(db, params.building, params.person, params.role)) ? null : refuse('not-found'),
    ),
  ];
}

function isTimeZone(name: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: name }));
  } catch {
    return false;
  }
}

function registerRoutes(house: House): Route[] {
  const { db } = house;
  return [
    route(contract.uploadRegister, async ({ params, query, body, caller, now, translate }) => {
      const uploaded = await uploadRegister(house, {
        buildingId: params.building,
        importId: randomUuid(house.random),
        uploadedBy: caller.personId,
        fileName: query.fileName,
        bytes: body,
        now,
        translate,
      });
      return isRefusal(uploaded) ? uploaded : importReport(uploaded, translate);
    }),
    route(contract.getRegisterImport, async ({ params, translate }) => {
      const found = await findImport(db, params.building, params.import);
      return found ? importReport(found, translate) : refuse('not-found');
    }),
    route(contract.checkRegister, async ({ params, body, translate }) => {
      const checked = await checkRegister(house, {
        buildingId: params.building,
        importId: params.import,
        mapping: body.mapping as ColumnMapping,
        translate,
      });
      return isRefusal(checked) ? checked : importReport(checked, translate);
    }),
    route(contract.applyRegister, async ({ params, caller, now, translate }) => {
      const applied = await applyImport(house, {
        buildingId: params.building,
        importId: params.import,
        appliedBy: caller.personId,
        now,
      });
      return isRefusal(applied) ? applied : importReport(applied, translate);
    }),
    route(contract.readRegister, async ({ params, query, caller, now }) => {
      const building = await findBuilding(db, params.building);
      if (!building) return refuse('not-found');
      const page = await readRegisterPage(db, {
        buildingId: building.id,
        day: dayIn(now, building.timeZone),
        after: query.after,
        search: query.search,
        limit: PREMISES_PER_PAGE,
      });
      const premisesIds = page.premises.map(({ id }) => id);
      const look = {
        buildingId: building.id,
        personId: caller.personId,
        place: 'register',
        premisesIds,
      } as const;
      if (premisesIds.length > 0) await insertLook(db, look, now);
      return page;
    }),
    route(contract.getRegisterTemplate, async ({ locale, translate }) => ({
      content: new TextEncoder().encode(registerTemplate(locale)),
      fileName: translate('people.template-file'),
    })),
  ];
}

function importReport(found: RegisterImport, translate: Translate) {
  const { id, fileName, state, header, preview, rows, mapping, report } = found;
  const findings = report?.findings.map(({ severity, code, key, row, column, premises, facts }) => ({
    severity,
    code,
    ...(row === undefined ? {} : { row }),
    ...(column === undefined ? {} : { column }),
    ...(premises === undefined ? {} : { premises }),
    message: translate(key, { ...(premises === undefined ? {} : { premises }), ...facts }),
  }));
  return {
    id,
    fileName,
    state,
    header,
    preview,
    rows,
    mapping,
    reconciliation:
      report && findings
        ? { ...report, findings, byKind: [...report.byKind], byOwner: [...report.byOwner] }
        : null,
  };
}

function registryRoutes(house: House): Route[] {
  return [
    route(contract.importRegistry, async ({ query, body, caller, now, translate }) => {
      const imported = await importRegistry(house, {
        importedBy: caller.personId,
        fileName: query.fileName,
        bytes: body,
        now,
        translate,
      });
      return isRefusal(imported) ? imported : registryReport(imported, translate);
    }),
    route(contract.getRegistryImport, async ({ params, translate }) => {
      const found = await findRegistryImport(house.db, params.import);
      return found ? registryReport(found, translate) : refuse('not-found');
    }),
    route(contract.listHouses, ({ query }) =>
      listHousesPage(house.db, { search: query.search, after: query.after, limit: HOUSES_PER_PAGE }),
    ),
  ];
}

function registryReport({ id, fileName, rows, imported, report }: RegistryImport, translate: Translate) {
  return {
    id,
    fileName,
    rows,
    imported,
    leftOut: report.leftOut.map(({ reason, count, rows: left }) => ({
      reason,
      message: translate(`registry.left-out.${reason}`, { count }),
      count,
      rows: [...left],
    })),
    cleaned: report.cleaned.map(({ rule, count, examples }) => ({
      rule,
      message: translate(`registry.cleaned.${rule}`, { count }),
      count,
      examples: [...examples],
    })),
    companies: report.companies,
    filled: [...report.filled],
  };
}

function demoRoutes({ db, demo, demoClock }: House): Route[] {
  return [
    route(contract.getDemo, async ({ now }) => ({
      demo,
      now: now.toISOString(),
      people: demo ? await listDemoPeople(db) : [],
    })),
    route(contract.readOutbox, async ({ query }) => {
      if (!demo) return refuse('not-a-demonstration');
      const before = /^\d{1,18}$/.test(query.before ?? '') ? BigInt(query.before!) : undefined;
      const recipient = query.to && (findContact(query.to)?.address ?? query.to);
      const found = await listMessages(db, { recipient, before, limit: MESSAGES_PER_PAGE + 1 });
      const page = found.slice(0, MESSAGES_PER_PAGE);
      return {
        messages: page.map(({ id, channel, recipient: to, subject, text, createdAt, state }) => ({
          id: String(id),
          channel,
          to,
          subject,
          text,
          createdAt: createdAt.toISOString(),
          state,
        })),
        next: found.length > page.length ? String(page.at(-1)!.id) : null,
      };
    }),
    route(contract.moveDemoClock, async ({ body }) =>
      demo && demoClock
        ? { now: (await demoClock.advance(body.advanceSeconds)).toISOString() }
        : refuse('not-a-demonstration'),
    ),
  ];
}
