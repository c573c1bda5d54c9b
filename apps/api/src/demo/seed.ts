// Fills a new demonstration with a living building: a register, a meeting that is over and one that is open.
// Everything goes through the public API, by sessions of the invented people; only the first operator is put in by hand.
// Its past is told by holding the demonstration's clock at the moments when things happened.
import { uploadMaterial } from '@veche/meetings/calling/contract.ts';
import { callMeeting, closeMeeting, draftMeeting, getMeeting } from '@veche/meetings/contract.ts';
import { createCall, type Call } from '@veche/module-kit/client.ts';
import {
  applyRegister,
  checkRegister,
  createBuilding,
  grantRole,
  readRegister,
  uploadRegister,
} from '@veche/people/contract.ts';
import {
  getPremises,
  grantRepresentation,
  listRepresentations,
  recordEvent,
  setBase,
} from '@veche/people/register/contract.ts';
import { formatCsv, sampleRegister } from '@veche/people/domain/register-sample.ts';
import { createSessions } from '@veche/people/sessions.ts';
import { replaceDemoPeople, type DemoPart } from '@veche/people/store.ts';
import type { OpenHouse } from '../house.ts';
import { ensureOperator } from '../operator.ts';
import { DEMO_PAPER, DRAFT_AGENDA, OPEN_AGENDA, PAST_AGENDA, type DemoItem } from './agenda.ts';
import { prepareOwner, type Choices, type Place } from './owner.ts';

const OWNERS = 60;
const SEED = 1_136;
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const OPERATOR = { channel: 'email', address: 'operator@example.org' } as const;
const BUILDING = { address: 'ул. Соборная, д. 7', city: 'Вечевой', timeZone: 'Europe/Moscow' };

type Neighbour = {
  readonly personId: string;
  readonly premisesId: string;
  readonly name: string;
  readonly share: string;
};

/** Moves the held clock to so many milliseconds from the start of the seeding; negative is before. */
type GoTo = (ms: number) => void;

const PAST_DAYS = 45;

/** A moment before all that a demonstration tells of its past. */
export const beforeItsPast = (): Date => new Date(Date.now() - (PAST_DAYS + 1) * DAY_MS);

/** Takes a few seconds; the server must answer at `localUrl` already. */
export async function seedDemo(open: OpenHouse, localUrl: string): Promise<void> {
  const { hold } = open.clock;
  if (!hold) throw new TypeError('only a demonstration may be seeded');
  const start = Math.floor(Date.now() / 60_000) * 60_000;
  const goTo: GoTo = (ms) => hold(new Date(start + ms));
  const enter = createEntrance(open, localUrl);
  try {
    goTo(-PAST_DAYS * DAY_MS);
    const operatorId = await ensureOperator(open.house, OPERATOR, 'Оператор Вечевого');
    const operator = await enter(operatorId);
    const { building, owners, chairId, commissionId, auditorId } = await settle(operator);
    const officerId = await nameActing(operator, building);
    const [owner, coOwner] = chooseTwo(owners);
    const chair = await enter(chairId);
    goTo(-44 * DAY_MS);
    const quiet = owners.filter((one, i) => i % 5 === 3 && one !== owner && one !== coOwner);
    await liveOn(chair, building, [owner, quiet[0]!, quiet[1]!], new Date(start - 44 * DAY_MS));

    const past = await call(open, chair, goTo, building, {
      title: 'Годовое собрание собственников',
      kind: 'annual',
      agenda: PAST_AGENDA,
      calledMs: -42 * DAY_MS,
      opensMs: -30 * DAY_MS,
      closesMs: -16 * DAY_MS,
    });
    const most = owners.filter((_, i) => i % 5 !== 3);
    await vote(enter, goTo, past, most, [-30 * DAY_MS, -17 * DAY_MS]);
    goTo(-16 * DAY_MS + HOUR_MS);
    await chair(closeMeeting, { params: past.place });

    const present = await call(open, chair, goTo, building, {
      title: 'Двор, лифт и камеры',
      kind: 'extraordinary',
      agenda: OPEN_AGENDA,
      calledMs: -13 * DAY_MS,
      opensMs: -2 * DAY_MS,
      closesMs: 12 * DAY_MS,
    });
    // The people whom a visitor may be have not voted yet.
    const early = owners.filter((one, i) => i % 5 < 2 && one !== owner && one !== coOwner);
    await vote(enter, goTo, present, early, [-2 * DAY_MS, -HOUR_MS]);

    await chair(draftMeeting, {
      params: { building },
      body: {
        title: 'Ниша под лестницей',
        form: 'in-person',
        kind: 'extraordinary',
        items: [...DRAFT_AGENDA],
      },
    });

    const parts: [DemoPart, string, string | null][] = [
      ['owner', owner.personId, building],
      ['co-owner', coOwner.personId, building],
      ['officer', officerId, building],
      ['chair', chairId, building],
      ['commission', commissionId, building],
      ['auditor', auditorId, building],
      ['operator', operatorId, null],
    ];
    await replaceDemoPeople(
      open.house.db,
      parts.map(([part, personId, buildingId]) => ({ part, personId, buildingId })),
    );
  } finally {
    hold(null);
  }
  // The witnesses have signed by a clock that stood still: they are asked once more by the one that runs.
  await open.house.ledger.witnessedFrom(Math.floor(open.clock.now().getTime() / 1_000), 0);
}

type Enter = (personId: string) => Promise<Call>;

/** Sessions without one-time codes: the invented people have no mailboxes. */
function createEntrance(open: OpenHouse, localUrl: string): Enter {
  const sessions = createSessions(open.house);
  return async (personId) => {
    const { token } = await sessions.open(open.house.db, personId);
    return createCall(localUrl, fetch, () => ({ authorization: `Bearer ${token}`, 'accept-language': 'ru' }));
  };
}

/** The building, its register and its roles. */
async function settle(operator: Call) {
  const { sheet, buildingAreaCm2 } = sampleRegister({ owners: OWNERS, seed: SEED });
  const { id: building } = await operator(createBuilding, {
    body: { ...BUILDING, areaCm2: buildingAreaCm2 },
  });
  const params = { building };
  const uploaded = await operator(uploadRegister, {
    params,
    query: { fileName: 'реестр.csv' },
    body: new TextEncoder().encode(formatCsv(sheet)),
    contentType: 'text/csv',
  });
  const inImport = { building, import: uploaded.id };
  await operator(checkRegister, { params: inImport, body: { mapping: uploaded.mapping } });
  await operator(applyRegister, { params: inImport });
  await operator(setBase, {
    params,
    body: {
      areaCm2: buildingAreaCm2,
      source: 'Технический паспорт дома',
      documentNumber: '16-401/7',
      documentDate: '2009-09-15',
    },
  });

  const owners = await readOwners(operator, building);
  const grant = async (
    contact: string,
    name: string,
    role: 'chair' | 'commission' | 'auditor',
  ): Promise<string> => (await operator(grantRole, { params, body: { contact, name, role } })).personId;
  const chairId = await grant('chair@example.org', 'Председателева Вера Ивановна', 'chair');
  const commissionId = await grant('commission@example.org', 'Счётчиков Пётр Олегович', 'commission');
  const auditorId = await grant('auditor@example.org', 'Ревизорова Анна Львовна', 'auditor');
  return { building, owners, chairId, commissionId, auditorId };
}

/** Every natural person who holds a part of a flat, each once. */
async function readOwners(call: Call, building: string): Promise<Neighbour[]> {
  const found = new Map<string, Neighbour>();
  let after: string | undefined;
  do {
    const page = await call(readRegister, {
      params: { building },
      query: after === undefined ? {} : { after },
    });
    for (const { id: premisesId, titles } of page.premises) {
      for (const { owner, share } of titles) {
        if (owner?.kind !== 'natural' || found.has(owner.id)) continue;
        found.set(owner.id, { personId: owner.id, premisesId, name: owner.name, share });
      }
    }
    after = page.next ?? undefined;
  } while (after !== undefined);
  return [...found.values()];
}

/** Firms vote by their heads, and the city by an officer. @returns the officer's person */
async function nameActing(operator: Call, building: string): Promise<string> {
  const organisations = new Map<string, { id: string; name: string; kind: string }>();
  let after: string | undefined;
  do {
    const page = await operator(readRegister, {
      params: { building },
      query: after === undefined ? {} : { after },
    });
    for (const { owner } of page.premises.flatMap(({ titles }) => titles))
      if (owner && owner.kind !== 'natural') organisations.set(owner.id, owner);
    after = page.next ?? undefined;
  } while (after !== undefined);
  let heads = 0;
  for (const { id, name, kind } of organisations.values())
    await operator(grantRepresentation, {
      params: { building },
      body:
        kind === 'public'
          ? {
              principal: id,
              agent: { name: 'Поверенный Лев Андреевич', email: 'officer@example.org' },
              basis: 'officer',
              document: { number: 'распоряжение 12-р' },
              from: '2020-01-01',
            }
          : {
              principal: id,
              agent: { name: `Руководитель ${name}`, email: `head${++heads}@example.org` },
              basis: 'head',
              document: {},
              from: '2020-01-01',
            },
    });
  const { representations } = await operator(listRepresentations, { params: { building } });
  return representations.find(({ basis }) => basis === 'officer')!.agent.id;
}

/** What happens in any house: a paper is replaced, a flat is sold, an owner dies. The last two vote nowhere below. */
async function liveOn(
  chair: Call,
  building: string,
  [renewed, seller, late]: readonly [Neighbour, Neighbour, Neighbour],
  now: Date,
): Promise<void> {
  const day = now.toISOString().slice(0, 10);
  const placeOf = ({ premisesId }: Neighbour) => ({ building, premises: premisesId });
  const titleOf = async (one: Neighbour) => {
    const { versions } = await chair(getPremises, { params: placeOf(one) });
    return versions.find(({ owner, supersededAt }) => supersededAt === null && owner?.id === one.personId)!;
  };
  await chair(recordEvent, {
    params: placeOf(renewed),
    body: {
      kind: 'corrected',
      note: 'Свидетельство заменено выпиской',
      corrections: [
        {
          title: (await titleOf(renewed)).id,
          document: { kind: 'registry-extract', number: '77:01:0004042:1136-77/051/2026-1', date: day },
        },
      ],
    },
  });
  const sold = await titleOf(seller);
  await chair(recordEvent, {
    params: placeOf(seller),
    body: {
      kind: 'sold',
      title: sold.id,
      day,
      to: [
        { person: { name: 'Новосёлова Инна Олеговна', email: 'novosyolova@example.org' }, share: sold.share },
      ],
      document: { kind: 'sale', number: '14/7', date: day },
    },
  });
  await chair(recordEvent, {
    params: placeOf(late),
    body: {
      kind: 'frozen',
      title: (await titleOf(late)).id,
      day,
      reason: 'death',
      note: 'Наследники не названы',
    },
  });
}

/** One who owns a flat alone and one who shares. */
function chooseTwo(owners: readonly Neighbour[]): [Neighbour, Neighbour] {
  const alone = owners.find(({ share }) => share === '1');
  const sharing = owners.find(({ share }) => share !== '1');
  if (!alone || !sharing) throw new TypeError('the sample register has lost its variety');
  return [alone, sharing];
}

type Called = { readonly place: Place; readonly items: readonly string[] };

type Plan = {
  readonly title: string;
  readonly kind: 'annual' | 'extraordinary';
  readonly agenda: readonly DemoItem[];
  readonly calledMs: number;
  readonly opensMs: number;
  readonly closesMs: number;
};

/** Drafts and calls a meeting, and lets it open at its hour. */
async function call(open: OpenHouse, chair: Call, goTo: GoTo, building: string, plan: Plan): Promise<Called> {
  goTo(plan.calledMs);
  const called = open.house.clock.now().getTime();
  const moment = (ms: number): string =>
    new Date(called - plan.calledMs + ms).toISOString().replace(/\.[0-9]+Z$/, 'Z');
  const { title, agenda } = plan;
  const draft = await chair(draftMeeting, {
    params: { building },
    body: {
      title,
      kind: plan.kind,
      convener: 'council',
      sale: 'stays',
      materialsPlace: 'У председателя совета дома, квартира 3, по будням с 19 до 21 часа',
      opensAt: moment(plan.opensMs),
      closesAt: moment(plan.closesMs),
      items: [...agenda],
    },
  });
  const place = { building, meeting: draft.id };
  await chair(uploadMaterial, {
    params: place,
    query: { fileName: DEMO_PAPER.name },
    body: new TextEncoder().encode(DEMO_PAPER.text),
    contentType: 'application/octet-stream',
  });
  await chair(callMeeting, { params: place, body: {} });
  goTo(plan.opensMs);
  await open.runTimedJobs();
  const meeting = await chair(getMeeting, { params: place });
  if (meeting.state !== 'open') throw new TypeError(`the demonstration's meeting is ${meeting.state}`);
  return { place, items: meeting.items.map(({ id }) => id) };
}

/** How many press the button in the same minute. */
const TOGETHER = 6;

/** Everybody votes once, a few at a time between the two moments. */
async function vote(
  enter: Enter,
  goTo: GoTo,
  { place, items }: Called,
  voters: readonly Neighbour[],
  [fromMs, toMs]: readonly [number, number],
): Promise<void> {
  const owners = await Promise.all(
    voters.map(async ({ personId }) => prepareOwner(await enter(personId), place)),
  );
  for (let next = 0; next < owners.length; next += TOGETHER) {
    // Crowded at the beginning, as people are.
    const part = next / owners.length;
    const minutes = Math.round(((toMs - fromMs) * (part + part * part)) / 2 / 60_000);
    goTo(fromMs + (minutes + 1) * 60_000);
    await Promise.all(owners.slice(next, next + TOGETHER).map((cast, i) => cast(choose(items, next + i))));
  }
}

/** Most are for, some against, a few abstain; the last item of an agenda is the disputed one. */
function choose(items: readonly string[], voter: number): Choices {
  const said = items.map((item, number): [string, 'for' | 'against' | 'abstain'] => {
    const mood = (voter * 7 + number * 3) % 10;
    const disputed = number === items.length - 1;
    return [item, mood < (disputed ? 5 : 8) ? 'for' : mood < 9 ? 'against' : 'abstain'];
  });
  return Object.fromEntries(said);
}
