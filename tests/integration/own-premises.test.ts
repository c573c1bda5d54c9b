// An owner looks at the history of the own premises: whole for what is theirs, without a name for what is not.
import { ProblemError } from '@veche/module-kit/problem.ts';
import * as people from '@veche/people/contract.ts';
import { getOwnPremises } from '@veche/people/own-premises/contract.ts';
import { listLooks, recordEvent, getPremises } from '@veche/people/register/contract.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { OPERATOR, startPeople } from '../support/people-server.ts';

const server = await startPeople();
const operator = await server.signedIn(OPERATOR);
const place = { building: '', premises: '' };
let other = '';

beforeAll(async () => {
  const { id } = await operator(people.createBuilding, {
    body: { address: 'ул. Своя, д. 1', city: 'Вечевой' },
  });
  const params = { building: id };
  const uploaded = await operator(people.uploadRegister, {
    params,
    query: { fileName: 'реестр.csv' },
    body: new TextEncoder().encode(
      [
        'Помещение;Площадь;Собственник;Доля;Почта',
        '1;50;Орлова Анна;1/2;anna@example.org',
        '1;50;Белов Борис;1/2;boris@example.org',
        '2;30;Гусева Вера;1;vera@example.org',
      ].join('\n'),
    ),
    contentType: 'text/csv',
  });
  const inImport = { building: id, import: uploaded.id };
  await operator(people.checkRegister, { params: inImport, body: { mapping: uploaded.mapping } });
  await operator(people.applyRegister, { params: inImport });
  const { premises } = await operator(people.readRegister, { params });
  place.building = id;
  place.premises = premises.find(({ number }) => number === '1')!.id;
  other = premises.find(({ number }) => number === '2')!.id;

  server.clock.advance(60_000);
  const { versions } = await operator(getPremises, { params: place });
  await operator(recordEvent, {
    params: place,
    body: {
      kind: 'sold',
      title: versions.find(({ owner }) => owner?.name === 'Орлова Анна')!.id,
      day: '2026-03-01',
      document: { kind: 'sale', number: '7', date: '2026-03-01' },
      to: [{ person: { name: 'Новиков Глеб', email: 'gleb@example.org' }, share: '1/4' }],
    },
  });
});

const codeOf = async (answer: Promise<unknown>): Promise<string> => {
  try {
    await answer;
  } catch (error) {
    if (error instanceof ProblemError) return error.code;
    throw error;
  }
  return 'done';
};

describe('the history of one’s own premises', () => {
  it('has one’s own titles with their papers, and those of others as shares without a name', async () => {
    const gleb = await server.signedIn('gleb@example.org');
    const seen = await gleb(getOwnPremises, { params: place });
    expect(seen).toMatchObject({ number: '1', areaCm2: 500_000, today: '2026-03-02' });
    expect(seen.titles.filter(({ isMine }) => isMine)).toMatchObject([
      { share: '1/4', heldFrom: '2026-03-01', heldTo: null, document: { kind: 'sale', number: '7' } },
    ]);
    const others = seen.titles.filter(({ isMine }) => !isMine);
    expect(others.length).toBeGreaterThan(1);
    for (const title of others) expect(title).toMatchObject({ isKnown: true, document: null, freeze: null });
    expect(JSON.stringify(seen)).not.toMatch(/Орлова|Белов|Новиков/);
    expect(seen.events.map(({ kind }) => kind)).toEqual(['sold']);
  });

  it('tells an owner what happened to the own title alone', async () => {
    const anna = await server.signedIn('anna@example.org');
    const boris = await server.signedIn('boris@example.org');
    const kindsFor = async (who: typeof anna) =>
      (await who(getOwnPremises, { params: place })).events.map(({ kind }) => kind);
    expect(await kindsFor(anna)).toEqual(['sold', 'imported']);
    expect(await kindsFor(boris)).toEqual(['imported']);
  });

  it('is not there for a neighbour, nor for whoever runs the service, and is no look at somebody else', async () => {
    const vera = await server.signedIn('vera@example.org');
    expect(await codeOf(vera(getOwnPremises, { params: place }))).toBe('not-found');
    expect(await codeOf(operator(getOwnPremises, { params: place }))).toBe('not-found');
    expect(await codeOf(vera(getOwnPremises, { params: { ...place, premises: other } }))).toBe('done');
    const before = await operator(listLooks, { params: { building: place.building } });
    await vera(getOwnPremises, { params: { ...place, premises: other } });
    const after = await operator(listLooks, { params: { building: place.building } });
    expect(after.looks).toEqual(before.looks);
  });

  it('is led to from one’s own page', async () => {
    const gleb = await server.signedIn('gleb@example.org');
    const { buildings } = await gleb(people.getMe);
    expect(buildings[0]!.holdings.map(({ premisesId }) => premisesId)).toEqual([place.premises]);
  });
});
