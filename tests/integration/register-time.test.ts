// The register in time over the real database: what happens to titles is added and never edited, old snapshots can be
// taken again, whoever looks is written down, and a file that goes out executes nothing.
import { formatRational } from '@veche/core/rational.ts';
import { ProblemError } from '@veche/module-kit/problem.ts';
import type { Call } from '@veche/module-kit/client.ts';
import * as people from '@veche/people/contract.ts';
import { guessMapping } from '@veche/people/domain/register-import.ts';
import { readSpreadsheet } from '@veche/people/domain/spreadsheet.ts';
import * as register from '@veche/people/register/contract.ts';
import type { RegisterMoment } from '@veche/people/register/titles.ts';
import { findHoldings, listOwners, personNames } from '@veche/people/store.ts';
import { describe, expect, it } from 'vitest';
import { OPERATOR, startPeople } from '../support/people-server.ts';

const server = await startPeople();
const { clock, house, signedIn } = server;
const { sql } = server.database;
const operator = await signedIn(OPERATOR);
const DAY_MS = 86_400_000;

const codeOf = async (answer: Promise<unknown>): Promise<string> => {
  try {
    await answer;
  } catch (error) {
    if (error instanceof ProblemError) return error.code;
    throw error;
  }
  return 'done';
};

let buildings = 0;
/** A building with a register: lines of the file `number;area;owner;share;mailbox;tax number`. */
async function settle(...rows: string[]) {
  const n = ++buildings;
  const { id } = await operator(people.createBuilding, {
    body: { address: `ул. Временная, д. ${n}`, city: 'Вечевой' },
  });
  const params = { building: id };
  for (const role of ['chair', 'auditor', 'commission'] as const)
    await operator(people.grantRole, {
      params,
      body: { contact: `${role}-of-${n}@example.org`, name: `${role} ${n}`, role },
    });
  const chair = await signedIn(`chair-of-${n}@example.org`);
  const bring = async (lines: readonly string[]) => {
    const body = new TextEncoder().encode(
      ['Помещение;Площадь;Собственник;Доля;Почта;ИНН', ...lines].join('\n'),
    );
    const uploaded = await chair(people.uploadRegister, {
      params,
      query: { fileName: 'реестр.csv' },
      body,
      contentType: 'text/csv',
    });
    const inImport = { building: id, import: uploaded.id };
    await chair(people.checkRegister, { params: inImport, body: { mapping: uploaded.mapping } });
    await chair(people.applyRegister, { params: inImport });
  };
  await bring(rows);
  const page = await operator(people.readRegister, { params });
  const premisesOf = (number: string) => ({
    building: id,
    premises: page.premises.find((one) => one.number === number)!.id,
  });
  return { id, n, params, chair, bring, premisesOf };
}
type Settled = Awaited<ReturnType<typeof settle>>;

const titleOf = async (call: Call, place: { building: string; premises: string }, owner: string | null) => {
  const { versions } = await call(register.getPremises, { params: place });
  return versions.find(
    (version) =>
      version.supersededAt === null && version.heldTo === null && (version.owner?.name ?? null) === owner,
  )!.id;
};
/** `number owner share` of the register at a moment, and why nobody may cast it. */
async function at(
  building: Settled,
  moment: RegisterMoment = { at: clock.now(), known: clock.now() },
): Promise<string[]> {
  const holdings = await findHoldings(house.db, building.id, moment);
  const names = await personNames(
    house.db,
    holdings.flatMap(({ personId }) => personId ?? []),
  );
  return holdings
    .map(
      ({ number, personId, share, freeze }) =>
        `${number} ${personId ? names.get(personId) : '?'} ${formatRational(share)}${freeze ? ` ${freeze}` : ''}`,
    )
    .toSorted();
}
const DEED = { kind: 'sale', number: '16-5', date: '2026-03-01' } as const;

describe('a sale', () => {
  it('goes into the history with its paper, and every earlier snapshot stays as it was', async () => {
    const building = await settle('1;50;Орлова Анна;1;anna@example.org;', '2;30;Белов Борис;1;;');
    const place = building.premisesOf('1');
    const before = clock.now();
    clock.advance(3 * DAY_MS);
    const title = await titleOf(building.chair, place, 'Орлова Анна');
    await building.chair(register.recordEvent, {
      params: place,
      body: {
        kind: 'sold',
        title,
        day: '2026-03-04',
        document: DEED,
        note: 'принёс покупатель',
        to: [{ person: { name: 'Новиков Глеб', email: `gleb${building.n}@example.org` }, share: '1/2' }],
      },
    });
    expect(await at(building)).toEqual(['1 Новиков Глеб 1/2', '1 Орлова Анна 1/2', '2 Белов Борис 1']);
    // The same moments give the same register, before the sale, and on the day before by what is known now.
    expect(await at(building, { at: before, known: before })).toEqual(['1 Орлова Анна 1', '2 Белов Борис 1']);
    expect(await at(building, { at: before, known: clock.now() })).toEqual([
      '1 Орлова Анна 1',
      '2 Белов Борис 1',
    ]);
    const { events, versions } = await building.chair(register.getPremises, { params: place });
    expect(events).toMatchObject([
      {
        kind: 'sold',
        day: '2026-03-04',
        document: DEED,
        note: 'принёс покупатель',
        recordedBy: `chair ${building.n}`,
      },
      { kind: 'imported', note: 'реестр.csv' },
    ]);
    expect(versions.filter(({ id }) => events[0]!.closed.includes(id))).toMatchObject([
      { owner: { name: 'Орлова Анна' }, share: '1', supersededAt: clock.now().toISOString() },
    ]);
    // Nobody's share changes unseen: who held it and who holds it are told.
    const told = await sql<{ recipient: string; text: string }[]>`
      select recipient, text from people.messages where template = 'people.title-changed' and channel = 'email' and building_id = ${building.id}
      order by recipient`;
    expect(told.map(({ recipient }) => recipient)).toEqual([
      'anna@example.org',
      `gleb${building.n}@example.org`,
    ]);
    expect(told[0]!.text).toContain('о помещении 1,');
    // The buyer can sign in and is an owner.
    const buyer = await signedIn(`gleb${building.n}@example.org`);
    expect((await buyer(people.getMe)).buildings).toMatchObject([
      { roles: ['owner'], holdings: [{ premises: '1', share: '1/2' }] },
    ]);
    expect(await listOwners(house.db, building.id, clock.now())).toHaveLength(3);
  });

  it('of all of it takes the owner’s role away, and twice the same share is refused with the day', async () => {
    const building = await settle('1;50;Орлов Антон;1;anton@example.org;');
    const place = building.premisesOf('1');
    const title = await titleOf(building.chair, place, 'Орлов Антон');
    const sale = (name: string, given = title) =>
      building.chair(register.recordEvent, {
        params: place,
        body: {
          kind: 'sold',
          title: given,
          day: '2026-01-10',
          document: DEED,
          to: [{ person: { name }, share: '1' }],
        },
      });
    expect(await codeOf(sale('Первый Покупатель'))).toBe('done');
    expect((await (await signedIn('anton@example.org'))(people.getMe)).buildings).toEqual([]);
    expect(await codeOf(sale('Второй Покупатель'))).toBe('no-such-title');
    const { versions } = await building.chair(register.getPremises, { params: place });
    const ended = versions.find(({ heldTo }) => heldTo !== null)!;
    expect(await codeOf(sale('Второй Покупатель', ended.id))).toBe('title-ended');
    expect(await at(building)).toEqual(['1 Первый Покупатель 1']);
    // Nobody was added by what was refused.
    expect(await sql`select from people.persons where name = 'Второй Покупатель'`).toHaveLength(0);
  });

  it('recorded at the same moment as another one is recorded once', async () => {
    const building = await settle('1;50;Орлов Антон;1;;');
    const place = building.premisesOf('1');
    const title = await titleOf(building.chair, place, 'Орлов Антон');
    const sale = (name: string) =>
      codeOf(
        building.chair(register.recordEvent, {
          params: place,
          body: {
            kind: 'sold',
            title,
            day: '2026-01-10',
            document: DEED,
            to: [{ person: { name }, share: '1' }],
          },
        }),
      );
    const outcomes = await Promise.all([sale('Первый'), sale('Второй'), sale('Третий')]);
    expect(outcomes.toSorted()).toEqual(['done', 'no-such-title', 'no-such-title']);
  });

  it('refuses a share that is none, a contact of somebody else and a person of another house', async () => {
    const building = await settle('1;50;Орлова Анна;1;taken@example.org;');
    const other = await settle('1;50;Чужая Вера;1;;');
    const place = building.premisesOf('1');
    const title = await titleOf(building.chair, place, 'Орлова Анна');
    const stranger = (await findHoldings(house.db, other.id, { at: clock.now(), known: clock.now() }))[0]!
      .personId!;
    const sale = (to: object) =>
      codeOf(
        building.chair(register.recordEvent, {
          params: place,
          body: {
            kind: 'sold',
            title,
            day: '2026-01-10',
            document: DEED,
            to: [{ person: { name: 'Новый' }, share: '1', ...to }],
          },
        }),
      );
    expect(await sale({ share: '0.333333333333333' })).toBe('share-not-read');
    expect(await sale({ share: '1/0' })).toBe('share-not-read');
    expect(await sale({ share: '2/1' })).toBe('share-not-read');
    expect(await sale({ person: { name: 'Новый', email: 'taken@example.org' } })).toBe('contact-taken');
    expect(await sale({ person: { name: 'Новый', email: 'not a mailbox' } })).toBe('contact-not-read');
    expect(await sale({ person: { name: 'Новый', taxNumber: '123' } })).toBe('tax-number-not-read');
    expect(await sale({ person: { id: stranger } })).toBe('person-not-known');
    expect(
      await codeOf(building.chair(register.getPremises, { params: { ...place, building: other.id } })),
    ).toBe('not-permitted');
    expect(
      await codeOf(other.chair(register.getPremises, { params: { ...place, building: other.id } })),
    ).toBe('not-found');
  });
});

describe('what is dated ahead', () => {
  const dayAfter = (days: number): string =>
    new Date(clock.now().getTime() + days * DAY_MS).toISOString().slice(0, 10);
  const after = (days: number): RegisterMoment => {
    const moment = new Date(clock.now().getTime() + days * DAY_MS);
    return { at: moment, known: moment };
  };

  it('a sale stays when a register of today is brought meanwhile, and passes on its day', async () => {
    const rows = ['1;50;Орлова Анна;1;;', '2;30;Белов Борис;1;;'];
    const building = await settle(...rows);
    const place = building.premisesOf('1');
    await building.chair(register.recordEvent, {
      params: place,
      body: {
        kind: 'sold',
        title: await titleOf(building.chair, place, 'Орлова Анна'),
        day: dayAfter(5),
        document: DEED,
        to: [{ person: { name: 'Новиков Глеб' }, share: '1' }],
      },
    });
    clock.advance(1_000);
    await building.bring(rows);
    expect(await at(building)).toEqual(['1 Орлова Анна 1', '2 Белов Борис 1']);
    expect(await at(building, after(6))).toEqual(['1 Новиков Глеб 1', '2 Белов Борис 1']);
    // A file that has the buyer already is the newer word, and the flat is not held twice afterwards.
    clock.advance(1_000);
    await building.bring(['1;50;Новиков Глеб;1;;', '2;30;Белов Борис;1;;']);
    for (const moment of [after(0), after(6)])
      expect(await at(building, moment)).toEqual(['1 Новиков Глеб 1', '2 Белов Борис 1']);
  });

  it('a title leaves its premises in the base until then, under an owner whom nobody knows', async () => {
    const building = await settle('1;50;Орлова Анна;1;;', '2;30;Белов Борис;1;;');
    const body = new TextEncoder().encode(
      `Помещение;Площадь;Собственник;Дата\n1;50;Орлова Анна;\n2;30;Новиков Глеб;${dayAfter(30)}\n`,
    );
    const uploaded = await building.chair(people.uploadRegister, {
      params: building.params,
      query: { fileName: 'x.csv' },
      body,
      contentType: 'text/csv',
    });
    const inImport = { building: building.id, import: uploaded.id };
    await building.chair(people.checkRegister, { params: inImport, body: { mapping: uploaded.mapping } });
    await building.chair(people.applyRegister, { params: inImport });
    expect(await at(building)).toEqual(['1 Орлова Анна 1', '2 ? 1']);
    expect(await at(building, after(31))).toEqual(['1 Орлова Анна 1', '2 Новиков Глеб 1']);
  });
});

describe('a frozen share', () => {
  it('is on no one’s ballot and in everyone’s base, and a later file does not thaw it', async () => {
    const rows = ['1;50;Орлова Анна;1;;', '2;30;Белов Борис;1;;'];
    const building = await settle(...rows);
    const place = building.premisesOf('1');
    const title = await titleOf(building.chair, place, 'Орлова Анна');
    await building.chair(register.recordEvent, {
      params: place,
      body: { kind: 'frozen', title, day: '2026-02-10', reason: 'death' },
    });
    expect(await at(building)).toEqual(['1 Орлова Анна 1 death', '2 Белов Борис 1']);
    clock.advance(1_000);
    await building.bring(rows);
    expect(await at(building)).toEqual(['1 Орлова Анна 1 death', '2 Белов Борис 1']);
    const review = await building.chair(register.reviewRegister, {
      params: building.params,
      query: { lang: 'en' },
    });
    expect(review.frozen).toBe('500000');
    expect(review.findings.find(({ code }) => code === 'frozen')).toMatchObject({
      premises: '1',
      mend: 'Record the heirs with their certificate, or the administrator of the estate.',
    });
  });
});

describe('an area that a later register corrects', () => {
  it('does not change the register as it was known before', async () => {
    const building = await settle('1;50;Орлова Анна;1;;');
    const known = clock.now();
    clock.advance(DAY_MS);
    await building.bring(['1;60;Орлова Анна;1;;']);
    const areaAt = async (moment: RegisterMoment) =>
      (await findHoldings(house.db, building.id, moment))[0]!.areaCm2;
    expect(await areaAt({ at: known, known })).toBe(500_000);
    expect(await areaAt({ at: clock.now(), known: clock.now() })).toBe(600_000);
    const { past } = await building.chair(register.getPremises, { params: building.premisesOf('1') });
    expect(past).toMatchObject([{ areaCm2: 500_000 }]);
  });
});

describe('the base', () => {
  it('is recorded with its paper, each beside those before it, and compared with the sum', async () => {
    const building = await settle('1;50;Орлова Анна;1;;', '2;30;Белов Борис;1/2;;');
    const look = () =>
      building.chair(register.reviewRegister, { params: building.params, query: { lang: 'en' } });
    expect((await look()).findings.map(({ code }) => code)).toEqual([
      'base-missing',
      'no-document',
      'unknown-owner',
      'no-document',
    ]);
    const body = {
      areaCm2: 900_000,
      source: 'Технический паспорт',
      documentNumber: '77',
      documentDate: '2020-05-01',
    };
    await building.chair(register.setBase, { params: building.params, body });
    clock.advance(1_000);
    await building.chair(register.setBase, { params: building.params, body: { ...body, areaCm2: 850_000 } });
    const review = await look();
    expect(review.bases).toMatchObject([
      { areaCm2: 850_000, source: 'Технический паспорт' },
      { areaCm2: 900_000 },
    ]);
    expect(review.findings[0]).toMatchObject({ code: 'base-differs', severity: 'warning' });
    expect(review.findings[0]!.message).toContain('80.00 m², the document gives 85.00 m²: 5.00 m² less');
    expect([review.owned, review.unknown]).toEqual(['650000', '150000']);
    expect((await building.chair(people.getBuilding, { params: building.params })).areaCm2).toBe(850_000);
  });
});

describe('two persons who are one', () => {
  it('are found, joined by an event, and the old snapshot still tells them apart', async () => {
    const building = await settle(
      '1;50;Королёва А. П.;1;old@example.org;',
      '2;30;Королёва Анна Петровна;1;;',
    );
    const before = clock.now();
    clock.advance(DAY_MS);
    const { duplicates } = await building.chair(register.listDuplicates, { params: building.params });
    expect(duplicates).toMatchObject([{ reason: 'initials' }]);
    const [short, full] = duplicates[0]!.persons.toSorted((a, b) => a.name.length - b.name.length);
    await building.chair(register.mergePersons, {
      params: building.params,
      body: { from: short!.id, into: full!.id, note: 'это она' },
    });
    expect(await at(building)).toEqual(['1 Королёва Анна Петровна 1', '2 Королёва Анна Петровна 1']);
    expect(await at(building, { at: before, known: before })).toEqual([
      '1 Королёва А. П. 1',
      '2 Королёва Анна Петровна 1',
    ]);
    expect((await (await signedIn('old@example.org'))(people.getMe)).name).toBe('Королёва Анна Петровна');
    expect((await building.chair(register.listDuplicates, { params: building.params })).duplicates).toEqual(
      [],
    );
  });

  it('are not joined when they differ, or when one belongs to another house', async () => {
    const building = await settle(
      '1;50;Белов Иван;1;both@example.org;',
      '2;30;Белов И.;1;;500100732259',
      '3;30;ООО «Белов»;1;;',
    );
    const other = await settle('1;50;Белов Иван;1;both@example.org;');
    const { persons } = await building.chair(register.findPersons, {
      params: building.params,
      query: { search: 'Белов' },
    });
    const idOf = (number: string) => persons.find(({ premises }) => premises.includes(number))!.id;
    const merge = (from: string, into: string) =>
      codeOf(building.chair(register.mergePersons, { params: building.params, body: { from, into } }));
    expect(await merge(idOf('1'), idOf('2'))).toBe('person-elsewhere');
    expect(await merge(idOf('2'), idOf('3'))).toBe('persons-differ');
    expect(await merge(idOf('2'), idOf('2'))).toBe('same-person');
    expect(other.id).not.toBe(building.id);
  });
});

describe('representation', () => {
  it('is recorded with its paper, ends by law or by revocation, and is told with its last day', async () => {
    const building = await settle('1;50;Орлов Миша;1;;', '2;30;ООО «Маяк»;1;;');
    const { params, chair } = building;
    const idOf = async (search: string) =>
      (await chair(register.findPersons, { params, query: { search } })).persons[0]!.id;
    const misha = await idOf('Орлов Миша');
    const body = {
      principal: misha,
      agent: { name: 'Орлова Мама' },
      basis: 'parent' as const,
      document: { kind: 'birth-certificate' as const, number: 'II-КБ 123456' },
      from: '2026-01-01',
    };
    expect(await codeOf(chair(register.grantRepresentation, { params, body }))).toBe('birth-day-missing');
    expect(await sql`select from people.persons where name = 'Орлова Мама'`).toHaveLength(0);
    await chair(register.grantRepresentation, { params, body: { ...body, birthDay: '2012-04-01' } });
    const { id } = await chair(register.grantRepresentation, {
      params,
      body: {
        principal: await idOf('Маяк'),
        agent: { name: 'Юристов Лев' },
        basis: 'attorney',
        document: { kind: 'power-of-attorney', number: '7' },
        from: '2026-02-01',
      },
    });
    const listed = async () =>
      (await chair(register.listRepresentations, { params })).representations.map(
        ({ principal, agent, ends, inForce }) => `${agent.name} for ${principal.name} to ${ends}: ${inForce}`,
      );
    expect((await listed()).toSorted()).toEqual([
      'Орлова Мама for Орлов Миша to 2030-04-01: true',
      'Юристов Лев for ООО «Маяк» to 2027-02-01: true',
    ]);
    const place = { building: building.id, representation: id };
    await chair(register.revokeRepresentation, { params: place, body: { on: '2026-02-15' } });
    expect(
      await codeOf(chair(register.revokeRepresentation, { params: place, body: { on: '2026-02-16' } })),
    ).toBe('not-found');
    expect(await listed()).toContain('Юристов Лев for ООО «Маяк» to 2026-02-15: false');
  });
});

describe('somebody of another house', () => {
  it('is neither renamed nor given another contact by a register here: a spouse who holds jointly, a representative', async () => {
    const theirs = await settle('1;50;Орлов Пётр;1;;');
    const place = theirs.premisesOf('1');
    const spouse = { name: 'Орлова Анна', email: 'spouse@example.org', taxNumber: '771234567859' };
    await theirs.chair(register.recordEvent, {
      params: place,
      body: {
        kind: 'divided',
        title: await titleOf(theirs.chair, place, 'Орлов Пётр'),
        day: '2026-02-01',
        document: { kind: 'owners-agreement', number: '1' },
        to: [{ person: { name: 'Орлов Пётр Второй' }, jointWith: [spouse], share: '1' }],
      },
    });
    const { persons } = await theirs.chair(register.findPersons, {
      params: theirs.params,
      query: { search: 'Орлов Пётр Второй' },
    });
    await theirs.chair(register.grantRepresentation, {
      params: theirs.params,
      body: {
        principal: persons[0]!.id,
        agent: { name: 'Юристов Лев', email: 'agent@example.org' },
        basis: 'attorney',
        document: { kind: 'power-of-attorney', number: '8' },
        from: '2026-02-01',
      },
    });
    await settle('8;20;Не Анна;1;thief@example.org;771234567859', '9;20;Не Лев;1;agent@example.org;');
    const kept = await sql<{ name: string; email: string }[]>`
      select name, email from people.persons where email in ('spouse@example.org', 'agent@example.org',
        'thief@example.org') order by name`;
    expect(kept.map(({ name, email }) => `${name} ${email}`)).toEqual([
      'Орлова Анна spouse@example.org',
      'Юристов Лев agent@example.org',
    ]);
  });
});

describe('rooms of a communal flat', () => {
  it('are worked out exactly, and recorded as shares of the flat', async () => {
    const building = await settle('1;90;Орлова Анна;1;;');
    const place = building.premisesOf('1');
    const rooms = [20, 15, 25].map((area, i) => ({ room: `${i + 1}`, areaCm2: area * 10_000 }));
    const worked = await building.chair(register.splitRooms, { params: place, body: { rooms } });
    expect(worked.rooms.map(({ share, weight }) => `${share} ${weight}`)).toEqual([
      '1/3 300000',
      '1/4 225000',
      '5/12 375000',
    ]);
    expect(
      await codeOf(
        building.chair(register.splitRooms, {
          params: place,
          body: { rooms: [{ room: '1', areaCm2: 900_001 }] },
        }),
      ),
    ).toBe('rooms-over-flat');
    const title = await titleOf(building.chair, place, 'Орлова Анна');
    await building.chair(register.recordEvent, {
      params: place,
      body: {
        kind: 'divided',
        title,
        day: '2026-01-10',
        document: { kind: 'technical-passport', number: '1' },
        to: worked.rooms.map(({ room, share }, i) => ({
          person: i === 2 ? null : { name: `Жилец ${room}` },
          share,
          room,
        })),
      },
    });
    expect(await at(building)).toEqual(['1 ? 5/12', '1 Жилец 1 1/3', '1 Жилец 2 1/4']);
  });
});

describe('the trail of who looked', () => {
  it('names everybody who saw an owner’s data, where and when; the owner sees it, and nobody is missing', async () => {
    const building = await settle('1;50;Орлова Анна;1;seen@example.org;', '2;30;Белов Борис;1;;');
    const { params, chair, n } = building;
    const commission = await signedIn(`commission-of-${n}@example.org`);
    clock.advance(60_000);
    await commission(people.readRegister, { params });
    await commission(people.readRegister, { params, query: { search: 'Белов' } });
    await chair(register.getPremises, { params: building.premisesOf('1') });
    await chair(register.getPremises, { params: building.premisesOf('2') });
    await chair(register.exportRegister, { params, query: { format: 'csv', why: 'для суда' } });
    const owner = await signedIn('seen@example.org');
    const { looks } = await owner(register.listLooksAtMe);
    const mine = looks.filter(({ at: when }) => when >= clock.now().toISOString());
    expect(mine.map(({ name, place, premises, why }) => [name, place, premises.join(), why])).toEqual([
      [`chair ${n}`, 'export', '', 'для суда'],
      [`chair ${n}`, 'premises', '1', ''],
      [`commission ${n}`, 'register', '1', ''],
    ]);
    const auditor = await signedIn(`auditor-of-${n}@example.org`);
    const all = await auditor(register.listLooks, { params });
    expect(all.looks.slice(0, 3).map(({ place, premises }) => `${place} ${premises.join()}`)).toEqual([
      'export ',
      'premises 2',
      'premises 1',
    ]);
    // Neither a member of the commission nor an owner reads the trail of the others.
    expect(await codeOf(commission(register.listLooks, { params }))).toBe('not-permitted');
    expect(await codeOf(owner(register.listLooks, { params }))).toBe('not-permitted');
    expect(await codeOf(commission(register.exportRegister, { params }))).toBe('not-permitted');
  });
});

describe('an export', () => {
  it('is read back by the import as it was, and nothing in it is executed', async () => {
    const evil = '+cmd|calc';
    const rows = [
      `1;54,3;${evil};1/3;evil@example.org;`,
      '1;54,3;-2+3;2/3;;',
      '2;30;ООО «Маяк»;1;;',
      'П-1;12,5;;1;;',
    ];
    const building = await settle(...rows);
    const was = await at(building);
    const csv = await building.chair(register.exportRegister, {
      params: building.params,
      query: { format: 'csv', lang: 'ru' },
    });
    const text = await csv.text();
    expect(text).toContain(`;'${evil};`);
    expect(text).not.toMatch(/(^|;|\n)[=+@]/);
    for (const format of ['csv', 'xlsx'] as const) {
      const answer = await building.chair(register.exportRegister, {
        params: building.params,
        query: { format, lang: 'ru' },
      });
      expect(answer.headers.get('content-disposition')).toContain(`.${format}`);
      const bytes = new Uint8Array(await answer.arrayBuffer());
      const sheet = await readSpreadsheet(bytes);
      expect(sheet.rows.map((row) => row[4])).toContain(evil);
      expect(guessMapping(sheet.header)).toMatchObject({
        premises: 0,
        area: 3,
        owner: 4,
        share: 7,
        validFrom: 11,
      });
      const target = await settle('9;1;Кто-то;1;;');
      const uploaded = await target.chair(people.uploadRegister, {
        params: target.params,
        query: { fileName: `x.${format}` },
        body: bytes,
        contentType: 'application/octet-stream',
      });
      const inImport = { building: target.id, import: uploaded.id };
      const checked = await target.chair(people.checkRegister, {
        params: inImport,
        body: { mapping: uploaded.mapping },
      });
      expect(checked.reconciliation!.errors).toBe(0);
      await target.chair(people.applyRegister, { params: inImport });
      expect(await at(target)).toEqual(was);
    }
  });

  it('of a file whose owner is a formula is refused at the import, with the place', async () => {
    const building = await settle('1;50;Орлова Анна;1;;');
    const body = new TextEncoder().encode(
      'Помещение;Площадь;Собственник\n1;50;"=HYPERLINK(""http://x"";""Анна"")"\n',
    );
    const uploaded = await building.chair(people.uploadRegister, {
      params: building.params,
      query: { fileName: 'x.csv' },
      body,
      contentType: 'text/csv',
    });
    const checked = await building.chair(people.checkRegister, {
      params: { building: building.id, import: uploaded.id },
      body: { mapping: uploaded.mapping },
    });
    expect(checked.reconciliation!.findings[0]).toMatchObject({
      severity: 'error',
      code: 'cell-formula',
      row: 2,
      column: 'Собственник',
    });
  });
});
