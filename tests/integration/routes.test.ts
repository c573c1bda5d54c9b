// Walks every route of every module as a stranger, as a neighbour of another building and as each role, and looks at
// what the modules say of themselves. Nothing here knows a route by name: a new one is walked from its first day.
import { readFileSync } from 'node:fs';
import { modules } from '@veche/api/modules.ts';
import {
  ENTRY_KINDS,
  type EntryKinds,
  checkEntrySignature,
  decodeEntry,
  encodeEntry,
  findCommitmentField,
} from '@veche/ledger/entry.ts';
import { encodeCanonical } from '@veche/ledger/jcs.ts';
import { pathOf } from '@veche/module-kit/client.ts';
import { ROLES, type Permissions, type Role } from '@veche/module-kit/who.ts';
import type { Endpoint } from '@veche/module-kit/endpoint.ts';
import { createSessions } from '@veche/people/sessions.ts';
import { ensurePerson, insertBuilding, insertRole } from '@veche/people/store.ts';
import { premises, representations, titles } from '@veche/people/schema.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../support/server.ts';

const permissions: Permissions = Object.assign({}, ...modules.map((module) => module.permissions));
const server: TestServer = await startTestServer({ settings: { demo: false } });
const endpoints: readonly Endpoint[] = server.open.routes.map(({ endpoint }) => endpoint);

/** A path with something in every parameter: the guard comes before the question whether the thing exists. */
const examplePath = (endpoint: Endpoint, building: string): string =>
  pathOf(endpoint, {
    params: {
      building,
      meeting: 'no-such-meeting',
      premises: '00000000-0000-4000-8000-000000000000',
      representation: '00000000-0000-4000-8000-000000000000',
      import: '00000000-0000-4000-8000-000000000000',
      person: '00000000-0000-4000-8000-000000000000',
      role: 'chair',
      session: '0'.repeat(64),
      idem: '0'.repeat(64),
      item: 'item-1',
      material: '0'.repeat(24),
      confirmation: '0'.repeat(24),
      annex: '1',
      token: '0'.repeat(32),
      delivery: '00000000-0000-4000-8000-000000000000',
      calendar: `${'0'.repeat(32)}.ics`,
      signature: '00000000-0000-4000-8000-000000000000',
      step: 'originals',
      title: '00000000-0000-4000-8000-000000000000',
      rule: 'ru.half-all',
      link: '00000000-0000-4000-8000-000000000000',
      mark: '00000000-0000-4000-8000-000000000000',
    },
  });

type Visitor = Role | 'stranger' | 'neighbour' | 'person without a role';

describe('every route', () => {
  const tokens = new Map<Visitor, string>();
  let building = '';

  beforeAll(async () => {
    const { db, clock } = server.open.house;
    const now = clock.now();
    const make = (address: string) =>
      insertBuilding(db, { address, city: 'Казань', timeZone: 'Europe/Moscow', areaCm2: 0 }, now);
    building = (await make('ул. Здешняя, д. 1')).id;
    const elsewhere = (await make('ул. Соседняя, д. 2')).id;
    const person = async (name: string): Promise<string> =>
      ensurePerson(db, { channel: 'email', address: `${name}@example.org` }, name, 'ru', now);
    const owner = async (name: string, buildingId: string): Promise<string> => {
      const personId = await person(name);
      const flat = {
        buildingId,
        number: '1',
        numberKey: '1',
        sortKey: '1',
        kind: 'flat',
        entrance: '1',
        areaCm2: 500_000,
      } as const;
      const [made] = await db.insert(premises).values(flat).returning({ id: premises.id });
      await db
        .insert(titles)
        .values({ buildingId, premisesId: made!.id, personId, share: '1', document: '', recordedAt: now });
      return personId;
    };
    const visitors: [Visitor, string][] = [
      ['owner', await owner('owner', building)],
      ['neighbour', await owner('neighbour', elsewhere)],
      ['person without a role', await person('nobody')],
    ];
    const agentId = await person('representative');
    await db.insert(representations).values({
      buildingId: building,
      principalId: visitors[0]![1],
      agentId,
      basis: 'attorney',
      documentNumber: '1',
      document: '',
      fromDay: '2020-01-01',
      untilDay: '2120-01-01',
      recordedAt: now,
      recordedBy: agentId,
    });
    visitors.push(['representative', agentId]);
    for (const role of ['chair', 'commission', 'auditor', 'operator'] as const) {
      const personId = await person(role);
      await insertRole(
        db,
        { buildingId: role === 'operator' ? null : building, personId, role, grantedBy: null },
        now,
      );
      visitors.push([role, personId]);
    }
    const sessions = createSessions(server.open.house);
    for (const [visitor, personId] of visitors)
      tokens.set(visitor, (await sessions.open(db, personId)).token);
  });

  /** What the guard says: null when it lets pass, whatever the handler answers afterwards. */
  async function refusalOf(endpoint: Endpoint, visitor: Visitor): Promise<string | null> {
    const token = tokens.get(visitor);
    // An empty body: the guard comes first, and a body that does not parse keeps the walk from changing anything.
    const response = await fetch(server.url + examplePath(endpoint, building), {
      method: endpoint.method,
      headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
      ...(endpoint.method === 'GET' ? {} : { body: endpoint.body ? '[' : '' }),
    });
    const problem = response.ok ? null : ((await response.json()) as { type: string });
    expect(response.status, `${endpoint.id} as ${visitor}`).toBeLessThan(500);
    const isProblem = response.headers.get('content-type')?.startsWith('application/problem+json') ?? false;
    expect(response.ok || isProblem, `${endpoint.id} as ${visitor}`).toBe(true);
    const code = problem?.type.replace('/problems/', '') ?? null;
    return code === 'sign-in-first' || code === 'not-permitted' ? code : null;
  }

  // Signing out is walked last of all: it ends the session it is walked with.
  const walked = endpoints.toSorted(
    (a, b) => Number(a.id === 'people.signOut') - Number(b.id === 'people.signOut'),
  );

  it('refuses a stranger unless it is for anyone', async () => {
    for (const endpoint of walked)
      expect(await refusalOf(endpoint, 'stranger'), endpoint.id).toBe(
        endpoint.who === 'anyone' ? null : 'sign-in-first',
      );
  });

  it('refuses a neighbour of another building, and a person without a role, whatever needs a permission', async () => {
    for (const visitor of ['neighbour', 'person without a role'] as const)
      for (const endpoint of walked.filter(({ id }) => id !== 'people.signOut'))
        expect(await refusalOf(endpoint, visitor), `${endpoint.id} as ${visitor}`).toBe(
          endpoint.who === 'anyone' || endpoint.who === 'person' ? null : 'not-permitted',
        );
  });

  it.each(ROLES)('lets %s do what the permissions say and nothing else', async (role) => {
    for (const endpoint of walked.filter(({ id }) => id !== 'people.signOut')) {
      const { who } = endpoint;
      const may = who === 'anyone' || who === 'person' || permissions[who]!.includes(role);
      // A role in one building is none in the installation: only the operator has those.
      const reaches =
        endpoint.path.includes(':building') || role === 'operator' || who === 'anyone' || who === 'person';
      expect(await refusalOf(endpoint, role), `${endpoint.id} as ${role}`).toBe(
        may && reaches ? null : 'not-permitted',
      );
    }
  });
});

describe('the modules', () => {
  it('have names, endpoints and paths of their own', () => {
    const unique = (values: readonly string[]) => expect(values.length).toBe(new Set(values).size);
    unique(modules.map(({ name }) => name));
    unique(endpoints.map(({ id }) => id));
    unique(endpoints.map(({ method, path }) => `${method} ${path.replace(/:[a-z]+/gi, ':')}`));
    for (const { id } of endpoints) expect(modules.map(({ name }) => name)).toContain(id.split('.')[0]);
  });

  it('use every permission they state, and state every permission they use', () => {
    const used = new Set(
      endpoints.map(({ who }) => who).filter((who) => who !== 'anyone' && who !== 'person'),
    );
    expect([...used].toSorted()).toEqual(Object.keys(permissions).toSorted());
  });

  it('document every kind of entry they write', () => {
    const spec = readFileSync(new URL('../../ledger/SPEC.md', import.meta.url), 'utf8');
    const kinds = modules.flatMap(({ entryKinds }) =>
      Object.entries(entryKinds).map(([kind, fields]) => ({ kind, fields })),
    );
    const names = [...kinds.map(({ kind }) => kind), 'registrar'];
    expect(new Set(names).size).toBe(names.length);
    for (const { kind, fields } of kinds) {
      // What the module writes is what every reader of SPEC.md reads: its example, through encoder and decoder.
      const example = new RegExp(`^\\{.*"kind":"${kind}".*\\}$`, 'm').exec(spec)?.[0];
      expect(example, kind).toBeDefined();
      const entry = decodeEntry(example!, { [kind]: fields });
      checkEntrySignature(entry);
      expect(encodeEntry(entry, { [kind]: fields })).toBe(example);
      expect(() => decodeEntry(encodeCanonical({ ...entry, surplus: 1 }), { [kind]: fields })).toThrow(kind);
      for (const field of Object.keys(fields)) {
        expect(['v', 'kind', 'by', 'sig'], kind).not.toContain(field);
        expect(spec, `${kind}, ${field}`).toContain(`\`${field}\``);
        // Nothing but text and whole numbers, in the form that is said.
        expect(() => decodeEntry(encodeCanonical({ ...entry, [field]: {} }), { [kind]: fields })).toThrow(
          field,
        );
      }
      expect(() => findCommitmentField(kind, { [kind]: fields })).not.toThrow();
      // The ledger reads the entries of meetings by its own table: there must be no second opinion about them.
      const known: EntryKinds = ENTRY_KINDS;
      expect(fields, kind).toBe(known[kind] ?? fields);
    }
  });

  it('have a text in every language for every refusal', () => {
    const refusals = new Set(endpoints.flatMap((endpoint) => Object.keys(endpoint.refusals)));
    for (const translate of Object.values(server.open.translate))
      for (const refusal of refusals)
        for (const part of ['title', 'detail'])
          expect(
            () => translate(`problem.${refusal}.${part}`, { hours: 1, days: 1, minutes: 1, seconds: 1 }),
            refusal,
          ).not.toThrow(RangeError);
  });
});

describe('a body that does not fit', () => {
  it.each([
    ['ru', 'Нераспознанный ключ: "surplus"'],
    ['en', 'Unrecognized key: "surplus"'],
  ])('is answered with the places and what was expected, in %s', async (locale, expected) => {
    const response = await fetch(`${server.url}/api/v1/sign-in/codes`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'accept-language': locale },
      body: JSON.stringify({ contact: 'a', surplus: true }),
    });
    expect(response.status).toBe(422);
    const { errors } = (await response.json()) as { errors: { at: string; message: string }[] };
    expect(errors.map(({ at }) => at)).toEqual(['body.contact', 'body']);
    expect(errors[1]!.message).toBe(expected);
  });
});

describe('the description of the API', () => {
  it('is OpenAPI 3.1 and has every endpoint with its refusals', async () => {
    const document = (await (await fetch(`${server.url}/openapi.json`)).json()) as {
      openapi: string;
      paths: Record<string, Record<string, { operationId: string; responses: Record<string, unknown> }>>;
    };
    expect(document.openapi).toMatch(/^3\.1\./);
    for (const endpoint of endpoints) {
      const operation =
        document.paths[endpoint.path.replace(/:([a-zA-Z]+)/g, '{$1}')]?.[endpoint.method.toLowerCase()];
      expect(operation?.operationId, endpoint.id).toBe(endpoint.id);
      for (const status of Object.values(endpoint.refusals))
        expect(operation!.responses).toHaveProperty(String(status));
    }
  });
});
