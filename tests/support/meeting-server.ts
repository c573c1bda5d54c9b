// The whole server over a real database, with one small house whose votes can be added up on paper.
//
//   flat 1 (entrance 1)  54.30 m²     Anna
//   flat 2 (entrance 1)  70.00 m²     Boris 1/3, Vera 2/3
//   flat 3 (entrance 2)  38.7001 m²   nobody knows
//   office 4 (entrance 2) 100.00 m²   Lesnaya LLC, which votes by its head: `office` is the head’s account
//   parking P1            12.50 m²    Anna
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Settings } from '@veche/api/settings.ts';
import { startServer, type RunningServer } from '@veche/api/start.ts';
import { readLines } from '@veche/ledger/bundle.ts';
import { auditMeeting, type AuditReport } from '@veche/ledger/audit.ts';
import { getPreflight } from '@veche/meetings/calling/contract.ts';
import * as contract from '@veche/meetings/contract.ts';
import { confirmRule, getLibraryRule } from '@veche/meetings/rules/contract.ts';
import type { Call } from '@veche/module-kit/client.ts';
import { ProblemError } from '@veche/module-kit/problem.ts';
import * as people from '@veche/people/contract.ts';
import * as register from '@veche/people/register/contract.ts';
import { ensurePerson, insertBuilding, insertRole } from '@veche/people/store.ts';
import { randomUUID } from 'node:crypto';
import { afterAll } from 'vitest';
import { takeRisks } from '../story/hold-meeting.ts';
import { enter, type Place, type Session } from '../story/holder.ts';
import { freshAddress } from './database.ts';
import { silent } from './log.ts';

export const OWNERS = ['anna', 'boris', 'vera', 'office'] as const;
export type Owner = (typeof OWNERS)[number];

export type MeetingServer = {
  readonly server: RunningServer;
  readonly url: string;
  readonly building: string;
  readonly settings: Settings;
  /** Signs in as one of the house, each once. */
  as(who: Owner | 'chair' | 'stranger'): Promise<Session>;
  /** Moves the clock of the installation on, and runs what is then due. */
  advance(seconds: number): Promise<void>;
};

const contactOf = (who: string, tag: string): string => `${who}.${tag}@example.org`;

/** @param change - settings other than those of a test, such as a database that can be stopped. */
export async function startMeetingServer(change: Partial<Settings> = {}): Promise<MeetingServer> {
  const dataDir = await mkdtemp(join(tmpdir(), 'veche-meeting-'));
  afterAll(() => rm(dataDir, { recursive: true, force: true }));
  const settings: Settings = {
    port: 0,
    host: '127.0.0.1',
    database: change.database ?? (await freshAddress()),
    dataDir,
    webOrigin: 'https://veche.test',
    role: 'all',
    demo: true,
    smtpUrl: null,
    mailFrom: null,
    smsGatewayUrl: null,
    admin: null,
    metricsToken: null,
    logLevel: 'silent',
    ...change,
  };
  const server = await bootServer(settings);
  const { building, tag } = await settleHouse(server);
  const sessions = new Map<string, Promise<Session>>();
  return {
    server,
    url: server.localUrl,
    building,
    settings,
    as: (who) => {
      const known = sessions.get(who) ?? enter(server.localUrl, contactOf(who, tag));
      sessions.set(who, known);
      return known;
    },
    advance: async (seconds) => {
      await server.open.clock.advance!(seconds);
      await server.open.runTimedJobs();
    },
  };
}

/** Another process over the same database and files. */
export async function bootServer(settings: Settings): Promise<RunningServer> {
  const server = await startServer({ settings, log: silent, pages: false, seed: false });
  afterAll(() => server.stop());
  return server;
}

async function settleHouse(server: RunningServer): Promise<{ building: string; tag: string }> {
  const { db, clock } = server.open.house;
  const now = clock.now();
  const tag = randomUUID().slice(0, 8);
  const { id: building } = await insertBuilding(
    db,
    { address: 'ул. Лесная, д. 5', city: 'Пермь', timeZone: 'Asia/Yekaterinburg', areaCm2: 2_755_001 },
    now,
  );
  const put = (who: string) =>
    ensurePerson(db, { channel: 'email', address: contactOf(who, tag) }, `${who} of the house`, 'ru', now);
  const chairId = await put('chair');
  await put('stranger');
  await insertRole(db, { buildingId: building, personId: chairId, role: 'chair', grantedBy: null }, now);

  const { call } = await enter(server.localUrl, contactOf('chair', tag));
  const mail = (who: Owner): string => contactOf(who, tag);
  const file = [
    'premises;kind;entrance;area;owner;ownerKind;share;email',
    `1;flat;1;54.30;anna of the house;natural;1;${mail('anna')}`,
    `2;flat;1;70.00;boris of the house;natural;1/3;${mail('boris')}`,
    `2;flat;1;70.00;vera of the house;natural;2/3;${mail('vera')}`,
    '3;flat;2;38.7001;;;1;',
    '4;nonresidential;2;100.00;office of the house;legal;1;',
    `P1;parking;;12.50;anna of the house;natural;1;${mail('anna')}`,
  ].join('\n');
  const params = { building };
  const uploaded = await call(people.uploadRegister, {
    params,
    query: { fileName: 'register.csv' },
    body: new TextEncoder().encode(file),
    contentType: 'text/csv',
  });
  const inImport = { building, import: uploaded.id };
  const columns = ['premises', 'kind', 'entrance', 'area', 'owner', 'ownerKind', 'share', 'email'] as const;
  const checked = await call(people.checkRegister, {
    params: inImport,
    body: { mapping: Object.fromEntries(columns.map((field, column) => [field, column])) },
  });
  if (checked.reconciliation!.errors > 0) throw new Error(JSON.stringify(checked.reconciliation!.findings));
  await call(people.applyRegister, { params: inImport });
  const { premises } = await call(people.readRegister, { params });
  const firm = premises.flatMap(({ titles }) => titles).find(({ owner }) => owner?.kind === 'legal')!.owner!;
  await call(register.grantRepresentation, {
    params,
    body: {
      principal: firm.id,
      agent: { name: 'head of the office', email: mail('office') },
      basis: 'head',
      document: {},
      from: '2020-01-01',
    },
  });
  const anna = await enter(server.localUrl, contactOf('anna', tag));
  await anna.call(people.setMyLocale, { body: { locale: 'en' } });
  return { building, tag };
}

export const DAY = 86_400;

/** A draft whose voting opens in an hour and lasts ten days, with one item of each rule. */
export async function draftOf(
  house: MeetingServer,
  change: Partial<typeof ITEMS_DRAFT> = {},
): Promise<Place> {
  const { call } = await house.as('chair');
  const now = house.server.open.clock.now().getTime();
  const { id } = await call(contract.draftMeeting, {
    params: { building: house.building },
    body: {
      ...ITEMS_DRAFT,
      opensAt: new Date(now + 3_600_000).toISOString(),
      closesAt: new Date(now + 3_600_000 + 10 * DAY * 1000).toISOString(),
      ...change,
    },
  });
  return { building: house.building, meeting: id };
}

const ITEMS_DRAFT: {
  title: string;
  form: 'absentee';
  openness: 'public' | 'members';
  opensAt: string | null;
  closesAt: string | null;
  sale?: 'stays' | 'follows-title' | 'void';
  items: { text: string; explanation: string; ruleId: string; parties?: string[] }[];
} = {
  title: 'Ремонт и совет дома',
  form: 'absentee',
  openness: 'public',
  opensAt: null,
  closesAt: null,
  items: [
    { text: 'Провести ремонт подъездов', explanation: 'Смета приложена', ruleId: 'ru.participants' },
    { text: 'Дать совету дома право решать о ремонте', explanation: '', ruleId: 'ru.half-all' },
    { text: 'Сдать часть подвала мастерской', explanation: '', ruleId: 'ru.two-thirds-all' },
  ],
};

/** The chair answers for every rule that waits for somebody's word, as a binding meeting asks for. */
export async function answerForRules(call: Call, place: Place): Promise<void> {
  const { findings } = await call(getPreflight, { params: place });
  const waiting = findings.flatMap((one) =>
    one.code === 'unconfirmed-rule' && one.severity === 'stop' && one.rule !== null ? [one.rule] : [],
  );
  for (const rule of new Set(waiting)) {
    const { versions } = await call(getLibraryRule, { params: { rule } });
    const { version } = versions.find(({ inForce }) => inForce)!;
    const body = { rule, version: version!, basis: 'Прочитан текст закона' };
    await call(confirmRule, { params: { building: place.building }, body });
  }
}

export async function callOf(house: MeetingServer, place: Place): Promise<void> {
  const { call } = await house.as('chair');
  await answerForRules(call, place);
  await call(contract.callMeeting, { params: place, body: { overrides: await takeRisks(call, place) } });
}

/** An open meeting. */
export async function openOf(house: MeetingServer, change: Partial<typeof ITEMS_DRAFT> = {}): Promise<Place> {
  const place = await draftOf(house, change);
  await callOf(house, place);
  await house.advance(3_601);
  return place;
}

/** The code of the problem that the call is refused with; `null` when it is not. */
export async function refusalOf(call: Promise<unknown>): Promise<string | null> {
  try {
    await call;
    return null;
  } catch (error) {
    if (error instanceof ProblemError) return error.code;
    throw error;
  }
}

export async function bundleOf(call: Call, place: Place): Promise<Uint8Array> {
  const answer = await call(contract.getBundle, { params: place });
  return new Uint8Array(await answer.arrayBuffer());
}

/** Audits a bundle against the log as the public gets it, over HTTP. */
export async function auditOf(
  house: Pick<MeetingServer, 'url'>,
  bundle: Uint8Array,
  extra: { minutes?: Uint8Array; seenCheckpoint?: string } = {},
): Promise<AuditReport> {
  const log = `${house.url}/log/v1`;
  const read = async (path: string): Promise<Uint8Array | null> => {
    const answer = await fetch(`${log}/${path}`);
    return answer.ok ? new Uint8Array(await answer.arrayBuffer()) : null;
  };
  return auditMeeting({
    bundle: readLines([bundle]),
    log: { checkpoint: async () => new TextDecoder().decode((await read('checkpoint'))!), read },
    logKey: (await (await fetch(`${log}/vkey`)).text()).trim(),
    scan: 'log',
    ...extra,
  });
}
