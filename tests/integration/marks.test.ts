// The law of a building and what it asks about owners, over the whole server: a Spanish meeting with a debtor and with
// co-owners who vote through one of them, an Austrian one about one owner's own matter, each recounted by a stranger.
import { readLines } from '@veche/ledger/bundle.ts';
import * as calling from '@veche/meetings/calling/contract.ts';
import * as closing from '@veche/meetings/closing/contract.ts';
import * as contract from '@veche/meetings/contract.ts';
import * as marks from '@veche/meetings/marks/contract.ts';
import { readRoll } from '@veche/meetings/store.ts';
import { createCall, type Call } from '@veche/module-kit/client.ts';
import { readOutbox, readRegister } from '@veche/people/contract.ts';
import * as register from '@veche/people/register/contract.ts';
import { ensurePerson, insertRole } from '@veche/people/store.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { takeRisks } from '../story/hold-meeting.ts';
import { cast, enter, prepareDevice, signBallot, type Place } from '../story/holder.ts';
import {
  auditOf,
  bundleOf,
  callOf,
  DAY,
  draftOf,
  refusalOf,
  startMeetingServer,
  type MeetingServer,
  type Owner,
} from '../support/meeting-server.ts';

let house: MeetingServer;
let chair: Call;
let operator: Call;
const stranger = () => createCall(house.url, fetch);
const CLAIM = { kind: 'debt-statement', number: '17', date: '2026-10-01' } as const;

beforeAll(async () => {
  house = await startMeetingServer();
  chair = (await house.as('chair')).call;
  const { db, clock } = house.server.open.house;
  const contact = 'operator.of.laws@example.org';
  const id = await ensurePerson(db, { channel: 'email', address: contact }, 'Operator', 'en', clock.now());
  await insertRole(db, { buildingId: null, personId: id, role: 'operator', grantedBy: null }, clock.now());
  operator = (await enter(house.url, contact)).call;
});

const place = () => ({ building: house.building });
const setLaw = (regime: string, by = operator) =>
  refusalOf(by(calling.setLaw, { params: place(), body: { regime } }));
const personOf = async (owner: Owner): Promise<string> =>
  (await chair(register.findPersons, { params: place(), query: { search: `${owner} of the house` } }))
    .persons[0]!.id;
const premisesOf = async (number: string): Promise<string> =>
  (await chair(readRegister, { params: place() })).premises.find((one) => one.number === number)!.id;
const today = (): string => house.server.open.house.clock.now().toISOString().slice(0, 10);
const findingsOf = async (meeting: Place) =>
  (await chair(calling.getPreflight, { params: meeting })).findings.map(({ code, item }) =>
    item === null ? code : `${code} ${item}`,
  );
const restrictionsOf = async (owner: Owner, meeting: Place) => {
  const { call } = await house.as(owner);
  return call(marks.getMyRestrictions, { params: meeting, query: { lang: 'en' } });
};
const rollMarks = async ({ building, meeting }: Place): Promise<string[]> =>
  (await readRoll(house.server.open.house.db, { buildingId: building, id: meeting }))
    .map((entry) => `${entry.premisesNumber} ${entry.share} ${(entry.marks ?? []).join(' ')}`.trim())
    .sort();

describe('the law of a building', () => {
  it('is changed by the operator alone, to one that has rules here', async () => {
    const before = await stranger()(calling.getLaw, { params: place(), query: { lang: 'en' } });
    expect(before).toEqual({ regime: 'ru', name: 'Russia', choices: [], running: 0 });
    expect(await setLaw('es', chair)).toBe('not-permitted');
    expect(await setLaw('xx')).toBe('unknown-law');
    const { choices } = await operator(calling.getLaw, { params: place(), query: { lang: 'en' } });
    expect(choices).toContainEqual({ regime: 'es', name: 'Spain' });
    expect(await setLaw('es')).toBeNull();
    expect((await stranger()(calling.getLaw, { params: place() })).regime).toBe('es');
  });

  it('decides over rules, library, terms, and whether votes bind', async () => {
    const query = { building: house.building };
    const { rules } = await chair(contract.listRules, { query });
    expect(rules.map(({ rule }) => rule.regime)).toEqual(rules.map(() => 'es'));
    const { items } = await chair(calling.listLibrary, { query });
    expect(items.length).toBeGreaterThan(3);
    for (const { legalRef, rules: needed } of items) {
      expect(legalRef).toMatch(/^LPH/);
      for (const id of needed) expect(rules.map(({ rule }) => rule.id)).toContain(id);
    }
    const calendar = await chair(calling.getCallingCalendar, { params: place(), query: { lang: 'en' } });
    expect(calendar.terms.map(({ act, days, legalRef }) => [act, days, legalRef])).toEqual([
      ['notice', 6, 'LPH'],
    ]);
    const draft = await draftOf(house, {
      items: [{ text: 'Arreglar el portal', explanation: '', ruleId: 'es.ordinary.1' }],
    });
    expect((await chair(contract.getMeeting, { params: draft })).standing.binding).toBe(true);
    const foreign = await draftOf(house);
    expect(await findingsOf(foreign)).toContain('other-law 1');
    for (const params of [draft, foreign]) await chair(contract.deleteDraft, { params });
  });
});

describe('a Spanish meeting', () => {
  let meeting: Place;
  let debt = '';

  it('asks who is in debt and who speaks for co-owners, until somebody says so by a paper', async () => {
    meeting = await draftOf(house, {
      items: [{ text: 'Arreglar el portal', explanation: '', ruleId: 'es.ordinary.1' }],
    });
    expect(await findingsOf(meeting)).toEqual(expect.arrayContaining(['no-debtors', 'no-representatives']));
    const office = await personOf('office');
    const state = (body: Parameters<typeof chair<typeof register.stateMark>>[1]['body']) =>
      chair(register.stateMark, { params: place(), body });
    const said = { kind: 'debtor', person: office, document: CLAIM, from: today() } as const;
    expect(await refusalOf(state({ ...said, document: {} }))).toBe('document-missing');
    expect(await refusalOf(state({ ...said, premises: await premisesOf('1') }))).toBe('holds-nothing-there');
    debt = (await state(said)).id;
    expect(await refusalOf(state(said))).toBe('mark-stands');
    const speaker = { kind: 'representative', document: CLAIM, from: today() } as const;
    const flat = await premisesOf('2');
    expect(await refusalOf(state({ ...speaker, person: await personOf('vera') }))).toBe('premises-missing');
    await state({ ...speaker, person: await personOf('vera'), premises: flat });
    expect(await refusalOf(state({ ...speaker, person: await personOf('boris'), premises: flat }))).toBe(
      'representative-named',
    );
    const left = await findingsOf(meeting);
    expect(left).not.toContain('no-debtors');
    expect(left).not.toContain('no-representatives');
    // The owner is told, and a look at the list is written down.
    const { messages } = await stranger()(readOutbox, {});
    expect(messages.some(({ to, text }) => to.startsWith('vera') && text.includes('представляете'))).toBe(
      true,
    );
    const { marks: listed } = await chair(register.listMarks, { params: place() });
    expect(listed.map(({ kind, person, inForce }) => [kind, person.name, inForce])).toEqual(
      expect.arrayContaining([
        ['debtor', 'office of the house', true],
        ['representative', 'vera of the house', true],
      ]),
    );
    const { looks } = await operator(register.listLooks, { params: place(), query: {} });
    expect(looks[0]!.place).toBe('marks');
    const anna = (await house.as('anna')).call;
    expect(await refusalOf(anna(register.listMarks, { params: place() }))).toBe('not-permitted');
  });

  it('tells before the opening whose vote is taken, why and by which paper: the owner or who acts for him, nobody else', async () => {
    await callOf(house, meeting);
    expect(await setLaw('ru')).toBe('meeting-running');
    const told = await restrictionsOf('office', meeting);
    expect(told.asOf).toBe('register');
    expect(told.restrictions).toMatchObject([
      { item: 'item-1', why: 'debtor', leavesNothing: true, premises: ['4'], area: { after: '0' } },
    ]);
    expect(told.restrictions[0]!.basis).toBe('Statement of the debt No. 17 of Oct 1, 2026');
    expect((await restrictionsOf('boris', meeting)).restrictions.map(({ why }) => why)).toEqual([
      'other-speaks',
    ]);
    expect((await restrictionsOf('anna', meeting)).restrictions).toEqual([]);
    expect(await refusalOf(stranger()(marks.getMyRestrictions, { params: meeting }))).toBe('sign-in-first');
  });

  it('seals what its rules ask with the roll, which later records do not change', async () => {
    await house.advance(3_601);
    const sealed = ['1 1', '2 1/3', '2 2/3 representative', '3 1', '4 1 debtor', 'P1 1'];
    expect(await rollMarks(meeting)).toEqual(sealed);
    const change = { act: 'withdrawn' } as const;
    await chair(register.changeMark, { params: { ...place(), mark: debt }, body: change });
    expect(
      await refusalOf(chair(register.changeMark, { params: { ...place(), mark: debt }, body: change })),
    ).toBe('no-such-mark');
    expect(await rollMarks(meeting)).toEqual(sealed);
    const told = await restrictionsOf('office', meeting);
    expect([told.asOf, told.restrictions[0]?.basis]).toEqual([
      'roll',
      'Statement of the debt No. 17 of Oct 1, 2026',
    ]);
  });

  it('is counted without the debtor in either base, and a stranger counts the same', async () => {
    const vote = async (owner: Owner, choice: 'for' | 'against') => {
      const device = await prepareDevice(await house.as(owner), meeting, owner);
      await cast(device, signBallot(device, { 'item-1': choice }));
    };
    await vote('anna', 'for');
    await vote('vera', 'for');
    // Not the one who speaks for the flat: his ballot is in the box and decides nothing.
    await vote('boris', 'against');
    await house.advance(11 * DAY);
    const params = meeting;
    for (const body of await takeRisks(chair, meeting)) await chair(calling.takeRisk, { params, body });
    expect((await chair(contract.closeMeeting, { params })).state).toBe('closed');
    const { items } = await stranger()(contract.getResult, { params });
    // Three heads instead of four, and the area without the office: with it two of four would not be a majority.
    expect(items[0]).toMatchObject({
      verdict: 'passed',
      sums: { head: { all: '3', for: '2' }, area: { all: '1755001', for: '1368000', against: '0' } },
      adjusted: [{ why: 'debtor', entitlements: 1 }],
    });
    const bundle = await bundleOf(stranger(), meeting);
    const report = await auditOf(house, bundle);
    expect([report.broken, report.ok]).toEqual([null, true]);
    const lines: unknown[] = [];
    for await (const line of readLines([bundle])) lines.push(line);
    expect(JSON.stringify(lines)).toContain('debtor');
    const board = await chair(closing.getClosing, { params });
    expect(board.editions[0]!.profile).toBe('generic');
  });
});

describe('an Austrian meeting about one owner’s own matter', () => {
  it('takes that owner’s vote on that item, and names nobody to anybody', async () => {
    expect(await setLaw('at')).toBeNull();
    const office = await personOf('office');
    const items = [
      { text: 'Vertrag mit dem Büro', explanation: '', ruleId: 'at.any', parties: [office] },
      { text: 'Fassade streichen', explanation: '', ruleId: 'at.any' },
    ];
    const nobody = [{ ...items[0]!, parties: ['00000000-0000-4000-8000-000000000000'] }];
    expect(await refusalOf(draftOf(house, { items: nobody }))).toBe('unknown-person');
    const meeting = await draftOf(house, { items });
    const draft = await chair(contract.getMeeting, { params: meeting });
    expect(draft.items.map(({ parties }) => parties.map(({ name }) => name))).toEqual([
      ['office of the house'],
      [],
    ]);
    expect(await findingsOf(meeting)).toContain('no-parties 2');
    await callOf(house, meeting);
    for (const call of [stranger(), chair]) {
      const view = await call(contract.getMeeting, { params: meeting });
      expect(JSON.stringify(view)).not.toContain(office);
      expect(view.items.flatMap(({ parties }) => parties)).toEqual([]);
    }
    await house.advance(3_601);
    // Who is in debt and who speaks for whom is no matter of Austrian law, and is not on this roll.
    expect(await rollMarks(meeting)).toEqual(['1 1', '2 1/3', '2 2/3', '3 1', '4 1 conflict:item-1', 'P1 1']);
    expect((await restrictionsOf('office', meeting)).restrictions).toMatchObject([
      { item: 'item-1', why: 'conflict', leavesNothing: true, basis: null },
    ]);
    await house.advance(11 * DAY);
    for (const body of await takeRisks(chair, meeting))
      await chair(calling.takeRisk, { params: meeting, body });
    await chair(contract.closeMeeting, { params: meeting });
    const report = await auditOf(house, await bundleOf(stranger(), meeting));
    expect([report.broken, report.ok]).toEqual([null, true]);
    expect(await setLaw('ru')).toBeNull();
  });
});
