// Buildings, roles and the owners' register over the real database: who may do what, and all of an import or nothing.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { equals, one, sum } from '@veche/core/rational.ts';
import { ProblemError } from '@veche/module-kit/problem.ts';
import * as contract from '@veche/people/contract.ts';
import { formatCsv, sampleRegister } from '@veche/people/domain/register-sample.ts';
import { asOf } from '@veche/people/register/titles.ts';
import { findHoldings, listOwners, personNames } from '@veche/people/store.ts';
import { describe, expect, it } from 'vitest';
import { OPERATOR, startPeople, waitFor } from '../support/people-server.ts';

const server = await startPeople();
const { call, clock, database, house, signedIn } = server;
const { sql } = database;
const operator = await signedIn(OPERATOR);
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

const problemOf = async (answer: Promise<unknown>) => {
  try {
    await answer;
  } catch (error) {
    if (error instanceof ProblemError) return { ...error.problem, code: error.code };
    throw error;
  }
  throw new Error('expected a problem');
};
const codeOf = async (answer: Promise<unknown>): Promise<string> => (await problemOf(answer)).code;

let buildings = 0;
async function newBuilding(areaCm2 = 0) {
  const address = `ул. Примерная, д. ${++buildings}`;
  const { id } = await operator(contract.createBuilding, { body: { address, city: 'Вечевой', areaCm2 } });
  const chairContact = `chair${buildings}@example.org`;
  const body = { contact: chairContact, name: 'Председатель', role: 'chair' as const };
  const { personId } = await operator(contract.grantRole, { params: { building: id }, body });
  return { id, address, chairId: personId, chair: await signedIn(chairContact) };
}
type Building = Awaited<ReturnType<typeof newBuilding>>;

const HEADER = 'Помещение;Площадь;Собственник;Доля;Почта;ИНН';
async function upload({ id, chair }: Building, rows: readonly string[], header = HEADER) {
  const file = bytesOf([header, ...rows].join('\n'));
  return chair(contract.uploadRegister, {
    params: { building: id },
    query: { fileName: 'реестр.csv' },
    body: file,
    contentType: 'text/csv',
  });
}
async function check(building: Building, rows: readonly string[]) {
  const uploaded = await upload(building, rows);
  const params = { building: building.id, import: uploaded.id };
  const checked = await building.chair(contract.checkRegister, {
    params,
    body: { mapping: uploaded.mapping },
  });
  return { params, checked };
}
async function apply(building: Building, rows: readonly string[]) {
  const { params, checked } = await check(building, rows);
  expect(checked.reconciliation!.findings.filter(({ severity }) => severity === 'error')).toEqual([]);
  return building.chair(contract.applyRegister, { params });
}
/** The register as lines `number owner share`. */
async function linesOf({ id }: Building): Promise<string[]> {
  const holdings = await findHoldings(house.db, id, asOf(clock.now()));
  const names = await personNames(
    house.db,
    holdings.flatMap(({ personId }) => personId ?? []),
  );
  return holdings
    .map(
      ({ number, personId, share }) =>
        `${number} ${personId ? names.get(personId) : '?'} ${share.num}/${share.den}`,
    )
    .toSorted();
}

describe('roles', () => {
  it('let an operator add a building and a chair, and tell the chair', async () => {
    const { id, address, chair, chairId } = await newBuilding();
    const told = await waitFor(async () => {
      const [row] = await sql<{ text: string }[]>`
        select text from people.messages where person_id = ${chairId} and template = 'people.role'`;
      return row?.text;
    });
    expect(told).toContain(`«${address}»`);
    expect(told).toContain('председатель общего собрания');
    expect(await call()(contract.getBuilding, { params: { building: id } })).toMatchObject({
      premises: 0,
      myRoles: [],
    });
    expect((await chair(contract.getBuilding, { params: { building: id } })).myRoles).toEqual(['chair']);
    expect((await chair(contract.getMe)).buildings).toMatchObject([{ id, roles: ['chair'], holdings: [] }]);
  });

  it('hold in one building only', async () => {
    const [ours, theirs] = [await newBuilding(), await newBuilding()];
    const params = { building: theirs.id };
    expect(await codeOf(ours.chair(contract.readRegister, { params }))).toBe('not-permitted');
    expect(await codeOf(ours.chair(contract.listRoles, { params }))).toBe('not-permitted');
    const body = { contact: 'friend@example.org', name: 'Друг', role: 'chair' as const };
    expect(await codeOf(ours.chair(contract.grantRole, { params, body }))).toBe('not-permitted');
    expect(await codeOf(ours.chair(contract.createBuilding, { body: { address: 'ул. X', city: 'Y' } }))).toBe(
      'not-permitted',
    );
    expect(await codeOf(call()(contract.readRegister, { params }))).toBe('sign-in-first');
    await operator(contract.readRegister, { params });
  });

  it('given twice are held once, and taken back they are gone at once', async () => {
    const building = await newBuilding();
    const params = { building: building.id };
    const body = { contact: 'count@example.org', name: 'Счётчик', role: 'commission' as const };
    const { personId } = await building.chair(contract.grantRole, { params, body });
    await building.chair(contract.grantRole, { params, body: { ...body, name: 'Другое имя' } });
    const { roles } = await building.chair(contract.listRoles, { params });
    expect(roles.filter((given) => given.personId === personId)).toEqual([
      { personId, name: 'Счётчик', role: 'commission' },
    ]);
    const member = await signedIn('count@example.org');
    await member(contract.readRegister, { params });
    const revoked = { ...params, person: personId, role: 'commission' as const };
    await building.chair(contract.revokeRole, { params: revoked });
    expect(await codeOf(member(contract.readRegister, { params }))).toBe('not-permitted');
    expect(await codeOf(building.chair(contract.revokeRole, { params: revoked }))).toBe('not-found');
  });

  it('of an owner follow from the register', async () => {
    const building = await newBuilding();
    await apply(building, ['1;50;Владелец;1;holder@example.org;']);
    const owner = await signedIn('holder@example.org');
    const me = await owner(contract.getMe);
    expect(me.buildings).toMatchObject([
      { id: building.id, roles: ['owner'], holdings: [{ premises: '1', areaCm2: 500_000, share: '1' }] },
    ]);
    expect((await owner(contract.getBuilding, { params: { building: building.id } })).myRoles).toEqual([
      'owner',
    ]);
    await apply(building, ['1;50;Новый Хозяин;1;next@example.org;']);
    expect((await owner(contract.getBuilding, { params: { building: building.id } })).myRoles).toEqual([]);
  });

  it('refuse what cannot be: an unknown building, a time zone that is none', async () => {
    const params = { building: '00000000-0000-4000-8000-000000000000' };
    expect(await codeOf(operator(contract.readRegister, { params }))).toBe('not-found');
    expect(await codeOf(call()(contract.getBuilding, { params }))).toBe('not-found');
    const body = { address: 'ул. X, 1', city: 'Y', timeZone: 'Mars/Olympus' };
    expect(await codeOf(operator(contract.createBuilding, { body }))).toBe('unknown-time-zone');
  });
});

describe('a register', () => {
  it('of 600 owners is uploaded, checked and taken into use, and its shares add up to whole premises', async () => {
    const sample = sampleRegister({ owners: 600, seed: 7 });
    const building = await newBuilding(sample.buildingAreaCm2);
    const file = bytesOf(formatCsv(sample.sheet));
    const params = { building: building.id };
    const uploaded = await building.chair(contract.uploadRegister, {
      params,
      query: { fileName: 'реестр.csv' },
      body: file,
      contentType: 'text/csv',
    });
    expect(uploaded).toMatchObject({
      state: 'uploaded',
      rows: sample.sheet.rows.length,
      mapping: sample.mapping,
    });
    const inImport = { ...params, import: uploaded.id };
    expect(await codeOf(building.chair(contract.applyRegister, { params: inImport }))).toBe(
      'import-not-checked',
    );
    const body = { mapping: uploaded.mapping };
    const checked = await building.chair(contract.checkRegister, { params: inImport, body });
    expect(checked.reconciliation).toMatchObject({
      errors: 0,
      persons: 600,
      areaCm2: sample.buildingAreaCm2,
    });
    expect(await linesOf(building)).toEqual([]);
    await building.chair(contract.applyRegister, { params: inImport });
    expect(await codeOf(building.chair(contract.applyRegister, { params: inImport }))).toBe('import-applied');
    expect(await codeOf(building.chair(contract.checkRegister, { params: inImport, body }))).toBe(
      'import-applied',
    );

    const holdings = await findHoldings(house.db, building.id, asOf(clock.now()));
    for (const titles of Map.groupBy(holdings, ({ premisesId }) => premisesId).values())
      expect(equals(sum(titles.map(({ share }) => share)), one)).toBe(true);
    const owners = await listOwners(house.db, building.id, clock.now());
    expect(owners).toHaveLength(600);
    const about = await call()(contract.getBuilding, { params });
    expect(about).toMatchObject({
      premises: checked.reconciliation!.premises,
      registeredAreaCm2: sample.buildingAreaCm2,
    });
  });

  it('applied again as it is changes nothing: premises, persons and titles keep their ids', async () => {
    const building = await newBuilding();
    const rows = ['1;50;Иванов;1/2;i@example.org;', '1;50;Иванова;1/2;;', '2;40;;;;'];
    await apply(building, rows);
    const before = await findHoldings(house.db, building.id, asOf(clock.now()));
    await apply(building, rows);
    expect(await findHoldings(house.db, building.id, asOf(clock.now()))).toEqual(before);
  });

  it('that changed closes the titles that are gone, opens the new ones, and keeps history and persons', async () => {
    const building = await newBuilding();
    await apply(building, [
      '1;50;Иванов;1/2;changing@example.org;',
      '1;50;Петров;1/2;;',
      '3 А;30;Сидоров;1;;',
    ]);
    const before = await findHoldings(house.db, building.id, asOf(clock.now()));
    clock.advance(1_000);
    await apply(building, ['1;50;ИВАНОВ;1/3;changing@example.org;', '1;50;Новая;2/3;;', '4;20;Сидоров;1;;']);
    expect(await linesOf(building)).toEqual(['1 ИВАНОВ 1/3', '1 Новая 2/3', '4 Сидоров 1/1']);
    const after = await findHoldings(house.db, building.id, asOf(clock.now()));
    const idOf = (holdings: typeof before, number: string) =>
      holdings.find((held) => held.number === number)!;
    expect(idOf(after, '1').premisesId).toBe(idOf(before, '1').premisesId);
    const ids = new Set(before.map(({ personId }) => personId));
    expect(after.filter(({ personId }) => ids.has(personId))).toHaveLength(1);
    expect(await sql`select 1 from people.titles where building_id = ${building.id}`).toHaveLength(6);
    expect((await call()(contract.getBuilding, { params: { building: building.id } })).premises).toBe(2);
    await apply(building, ['3а;30;Сидоров;1;;']);
    expect(idOf(await findHoldings(house.db, building.id, asOf(clock.now())), '3а').premisesId).toBe(
      idOf(before, '3 А').premisesId,
    );
  });

  it('with an error is not taken into use, not in part, and each error names row, column and expectation', async () => {
    const building = await newBuilding();
    await apply(building, ['1;50;Иванов;1;;']);
    const { params, checked } = await check(building, [
      '1;пятьдесят;Иванов;1;;',
      '2;40;Петров;3/2;;',
      '3;30;Сидоров;1;;',
    ]);
    const errors = checked.reconciliation!.findings.filter(({ severity }) => severity === 'error');
    expect(errors).toMatchObject([
      { code: 'area-unreadable', row: 2, column: 'Площадь' },
      { code: 'share-out-of-range', row: 3, column: 'Доля' },
    ]);
    expect(errors[0]!.message).toContain('Нужно число в квадратных метрах');
    const english = call({ authorization: `Bearer ${building.chair.token}`, 'accept-language': 'en' });
    const same = await english(contract.getRegisterImport, { params });
    expect(same.reconciliation!.findings[0]!.message).not.toMatch(/[а-я]{4,}.*[а-я]{4,}.*метр/i);
    const problem = await problemOf(english(contract.applyRegister, { params }));
    expect(problem).toMatchObject({
      code: 'import-has-errors',
      status: 409,
      detail: '2 errors are left. The register in use stays as it was. Correct the file and upload it again.',
    });
    expect(await linesOf(building)).toEqual(['1 Иванов 1/1']);
  });

  it('that fails half way leaves the one before as it was', async () => {
    const building = await newBuilding();
    await apply(building, ['1;50;Иванов;1;;']);
    const { params } = await check(building, ['1;60;Петров;1;p@example.org;', '2;40;Сидоров;1;;']);
    await sql.unsafe(`
      create function people.fail_titles() returns trigger language plpgsql as $$ begin raise 'disk full'; end $$;
      create trigger fail_titles before insert on people.titles for each row execute function people.fail_titles()`);
    try {
      expect(await codeOf(building.chair(contract.applyRegister, { params }))).toBe('internal-error');
    } finally {
      await sql.unsafe('drop trigger fail_titles on people.titles; drop function people.fail_titles()');
    }
    expect(await linesOf(building)).toEqual(['1 Иванов 1/1']);
    expect(await sql`select 1 from people.persons where email = 'p@example.org'`).toHaveLength(0);
    expect((await findHoldings(house.db, building.id, asOf(clock.now())))[0]!.areaCm2).toBe(500_000);
    await building.chair(contract.applyRegister, { params });
    expect(await linesOf(building)).toEqual(['1 Петров 1/1', '2 Сидоров 1/1']);
  });

  it('applied twice at the same moment is applied once', async () => {
    const building = await newBuilding();
    const { params } = await check(building, ['1;50;Иванов;1;;']);
    const answers = await Promise.allSettled(
      [1, 2, 3].map(() => building.chair(contract.applyRegister, { params })),
    );
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await linesOf(building)).toEqual(['1 Иванов 1/1']);
  });

  it('keeps an unknown owner’s share in the base and fills a gap with one', async () => {
    const building = await newBuilding();
    const { checked } = await check(building, ['1;50;Иванов;2/3;;', '2;40;;;;']);
    expect(checked.reconciliation!.unknownOwners).toBe(2);
    await apply(building, ['1;50;Иванов;2/3;;', '2;40;;;;']);
    expect(await linesOf(building)).toEqual(['1 ? 1/3', '1 Иванов 2/3', '2 ? 1/1']);
  });

  it('of one building neither renames an owner of another nor takes over their sign-in', async () => {
    const [ours, theirs] = [await newBuilding(), await newBuilding()];
    await apply(ours, ['1;50;Иванов;1;victim@example.org;500100732259']);
    await apply(theirs, ['9;20;Не Иванов;1;thief@example.org;500100732259']);
    expect(await linesOf(ours)).toEqual(['1 Иванов 1/1']);
    expect(await linesOf(theirs)).toEqual(['9 Иванов 1/1']);
    expect(await sql`select 1 from people.persons where email = 'thief@example.org'`).toHaveLength(0);
    expect((await (await signedIn('victim@example.org'))(contract.getMe)).buildings).toHaveLength(2);
  });

  it('lets two persons swap their contacts', async () => {
    const building = await newBuilding();
    await apply(building, ['1;50;Первый;1;first@example.org;', '2;50;Второй;1;second@example.org;']);
    const before = await findHoldings(house.db, building.id, asOf(clock.now()));
    await apply(building, ['1;50;Первый;1;second@example.org;', '2;50;Второй;1;first@example.org;']);
    expect(await findHoldings(house.db, building.id, asOf(clock.now()))).toEqual(before);
    const first = await signedIn('second@example.org');
    expect((await first(contract.getMe)).name).toBe('Первый');
  });

  it('that replaces a contact tells its person by the old one, so that nobody quietly signs in for another', async () => {
    const building = await newBuilding();
    await apply(building, ['1;50;Доверчивый;1;trusting@example.org;', '2;50;Прежний;1;stays@example.org;']);
    await apply(building, ['1;50;Доверчивый;1;somebody-else@example.org;', '2;50;Прежний;1;;']);
    const told = await sql<{ recipient: string; text: string }[]>`
      select recipient, text from people.messages
      where channel <> 'app' and template = 'people.contact-changed' and building_id = ${building.id}`;
    expect(told.map(({ recipient }) => recipient)).toEqual(['trusting@example.org']);
    expect(told[0]!.text).toContain(`«${building.address}»`);
    expect(told[0]!.text).not.toContain('somebody-else');
  });

  it('is read page by page in the order people count, and searched by number and name', async () => {
    const building = await newBuilding();
    const rows = Array.from({ length: 120 }, (_, i) => `${120 - i};50;Жилец ${120 - i};1;;`);
    await apply(building, [...rows, 'Н-1;70;100%_ «Магазин»;1;;']);
    const params = { building: building.id };
    const numbers: string[] = [];
    for (let after: string | undefined; ;) {
      const page = await building.chair(contract.readRegister, { params, query: after ? { after } : {} });
      expect(page.total).toBe(121);
      numbers.push(...page.premises.map(({ number }) => number));
      if (page.next === null) break;
      after = page.next;
    }
    expect(numbers).toEqual([...Array.from({ length: 120 }, (_, i) => String(i + 1)), 'Н-1']);
    const search = async (text: string) =>
      (await building.chair(contract.readRegister, { params, query: { search: text } })).premises.map(
        ({ number }) => number,
      );
    expect(await search('жилец 77')).toEqual(['77']);
    expect(await search('н-1')).toEqual(['Н-1']);
    expect(await search('100%_')).toEqual(['Н-1']);
    expect(await search('_')).toEqual(['Н-1']);
    expect(await search('nobody')).toEqual([]);
  });

  it('of 20,000 rows is applied within seconds, by statements and not row by row', async () => {
    const building = await newBuilding();
    const rows = Array.from(
      { length: 20_000 },
      (_, i) => `${(i >> 1) + 1};50;Жилец ${i};1/2;big${i}@example.org;`,
    );
    const { params, checked } = await check(building, rows);
    expect(checked.reconciliation).toMatchObject({
      errors: 0,
      premises: 10_000,
      titles: 20_000,
      persons: 20_000,
    });
    const started = performance.now();
    await building.chair(contract.applyRegister, { params });
    expect(performance.now() - started).toBeLessThan(15_000);
    expect(await findHoldings(house.db, building.id, asOf(clock.now()))).toHaveLength(20_000);
  });

  it('that is no table is refused with a reason, in the language of the reader', async () => {
    const building = await newBuilding();
    const english = call({ authorization: `Bearer ${building.chair.token}`, 'accept-language': 'en' });
    const query = { fileName: 'x.csv' };
    const send = (text: string, to = english) =>
      problemOf(
        to(contract.uploadRegister, {
          params: { building: building.id },
          query,
          body: bytesOf(text),
          contentType: 'text/csv',
        }),
      );
    const problem = await send('');
    expect(problem).toMatchObject({ code: 'unreadable-file', status: 422, title: 'The file cannot be read' });
    expect(problem.detail).toMatch(/Nothing was changed\.$/);
    expect(await send(`a;b\n${'1;2\n'.repeat(20_001)}`, building.chair)).toMatchObject({
      code: 'too-many-rows',
      facts: { limit: 20_000 },
    });
    expect(
      (
        await server.fetch(`/api/v1/buildings/${building.id}/register/imports?fileName=x`, {
          method: 'POST',
          headers: { authorization: `Bearer ${building.chair.token}`, 'content-type': 'text/csv' },
          body: new Uint8Array(5 * 1024 * 1024 + 1),
        })
      ).status,
    ).toBe(413);
  });

  it('whose columns are not all named is refused by their names', async () => {
    const building = await newBuilding();
    const uploaded = await upload(building, ['1;50;Иванов;1;;']);
    const params = { building: building.id, import: uploaded.id };
    const problem = await problemOf(
      building.chair(contract.checkRegister, { params, body: { mapping: { premises: 0 } } }),
    );
    expect(problem).toMatchObject({ code: 'mapping-incomplete', facts: { fields: 'площадь, собственник' } });
    const other = await newBuilding();
    const elsewhere = { building: other.id, import: uploaded.id };
    expect(await codeOf(other.chair(contract.getRegisterImport, { params: elsewhere }))).toBe('not-found');
  });

  it('has a template that comes back without an error', async () => {
    const answer = await call()(contract.getRegisterTemplate, { query: { lang: 'en' } });
    expect(answer.headers.get('content-disposition')).toContain('owners-register.csv');
    const [header, ...rows] = (await answer.text()).replace('\ufeff', '').trim().split(/\r?\n/);
    const building = await newBuilding();
    const uploaded = await upload(building, rows, header);
    const params = { building: building.id, import: uploaded.id };
    const { mapping } = uploaded;
    const checked = await building.chair(contract.checkRegister, { params, body: { mapping } });
    expect(checked.reconciliation!.errors).toBe(0);
  });
});

describe('the registry of houses', () => {
  const file = join(import.meta.dirname, '../../../shared/data/reforma/houses_vladivostok_2016-12-24.csv.gz');

  it.skipIf(!existsSync(file))(
    'takes in the real list, twice without doubling, and reports what it did',
    async () => {
      const body = new Uint8Array(readFileSync(file));
      const input = { query: { fileName: 'houses.csv.gz' }, body, contentType: 'application/gzip' };
      const report = await operator(contract.importRegistry, input);
      expect(report.rows).toBe(4_051);
      expect(report.imported + report.leftOut.reduce((total, { count }) => total + count, 0)).toBe(4_051);
      expect(report.cleaned.find(({ rule }) => rule === 'null-word')!.count).toBeGreaterThan(1_000);
      expect(report.companies.folded).toBeLessThan(report.companies.spellings);
      const again = await operator(contract.importRegistry, input);
      const listed = await call()(contract.listHouses);
      expect(listed.total).toBe(report.imported);
      expect((await operator(contract.getRegistryImport, { params: { import: 'latest' } })).id).toBe(
        again.id,
      );
      const next = await call()(contract.listHouses, { query: { after: listed.next! } });
      expect(next.houses[0]!.address).not.toBe(listed.houses.at(-1)!.address);
      const search = listed.houses[0]!.address.slice(0, 12);
      const found = await call()(contract.listHouses, { query: { search } });
      expect(found.houses.every(({ address }) => address.toLowerCase().includes(search.toLowerCase()))).toBe(
        true,
      );
    },
    60_000,
  );

  it('is imported by the operator only, and a file without its columns is refused by their names', async () => {
    const { chair } = await newBuilding();
    const input = { query: { fileName: 'x.csv' }, body: bytesOf('a;b\n1;2\n'), contentType: 'text/csv' };
    expect(await codeOf(chair(contract.importRegistry, input))).toBe('not-permitted');
    const problem = await problemOf(operator(contract.importRegistry, input));
    expect(problem.code).toBe('unreadable-file');
    expect(problem.detail).toContain('ADDRESS');
  });
});

it('outside a demonstration there is no outbox to read and no clock to move', async () => {
  expect(await call()(contract.getDemo)).toMatchObject({ demo: false, people: [] });
  expect(await codeOf(call()(contract.readOutbox))).toBe('not-a-demonstration');
  expect(await codeOf(call()(contract.moveDemoClock, { body: { advanceSeconds: 60 } }))).toBe(
    'not-a-demonstration',
  );
});

it('nothing that was logged holds a name, a contact or a row of a file', () => {
  expect(server.logged.join('\n')).not.toMatch(/@example\.org|Иванов|Петров|Сидоров/);
});
