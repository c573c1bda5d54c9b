// Acting for another over HTTP: parents, heads of firms, officers, attorneys, spouses, administrators of estates. Whatever
// the register says at the moment of a vote decides, in every process at once; what was cast before stands.
import { randomBytes, randomUUID } from 'node:crypto';
import { encodeBase64 } from '@veche/ledger/bytes.ts';
import { publicKeyOf, sign } from '@veche/ledger/ed25519.ts';
import { possessionMessage } from '@veche/ledger/entry.ts';
import * as contract from '@veche/meetings/contract.ts';
import { createCall, type Call } from '@veche/module-kit/client.ts';
import * as people from '@veche/people/contract.ts';
import { listMyNotices } from '@veche/people/own-notices/contract.ts';
import * as register from '@veche/people/register/contract.ts';
import { insertBuilding, insertRole } from '@veche/people/store.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { cast, enter, signBallot, type Device, type Place, type Session } from '../story/holder.ts';
import {
  auditOf,
  bootServer,
  bundleOf,
  DAY,
  openOf,
  refusalOf,
  startMeetingServer,
  type MeetingServer,
} from '../support/meeting-server.ts';

const FOR = { 'item-1': 'for', 'item-2': 'for', 'item-3': 'for' } as const;
const AGAINST = { 'item-1': 'against', 'item-2': 'against', 'item-3': 'against' } as const;
const DEED = { kind: 'sale', number: '5', date: null } as const;

const house = await startMeetingServer();
const { call: chair } = await house.as('chair');
const now = () => house.server.open.clock.now();
/** So many days from now, where the house stands. */
const day = (days: number, years = 0): string => {
  const date = new Date(now().getTime() + days * DAY * 1000);
  date.setUTCFullYear(date.getUTCFullYear() + years);
  return new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Yekaterinburg' }).format(date);
};
const tag = randomUUID().slice(0, 8);
const mailOf = (name: string): string => `${name}.${tag}@example.org`;
const newcomer = (name: string) => ({ name, email: mailOf(name) });
const idOf = async (session: Session): Promise<string> => (await session.call(people.getMe)).id;

const flatsOf = async (building = house.building) =>
  (await chair(people.readRegister, { params: { building } })).premises;
const flat = async (number: string) => ({
  building: house.building,
  premises: (await flatsOf()).find((one) => one.number === number)!.id,
});
const titleOf = async (number: string): Promise<string> =>
  (await chair(register.getPremises, { params: await flat(number) })).versions.find(
    ({ supersededAt, heldTo }) => supersededAt === null && heldTo === null,
  )!.id;
const grant = async (
  principal: string,
  agent: string,
  basis: 'parent' | 'guardian' | 'head' | 'officer' | 'attorney' | 'estate',
  more: { building?: string; premises?: string[]; birthDay?: string; from?: string } = {},
) => {
  const { building = house.building, ...rest } = more;
  const { id } = await chair(register.grantRepresentation, {
    params: { building },
    body: { principal, agent: newcomer(agent), basis, document: { number: '1' }, from: day(-30), ...rest },
  });
  return id;
};
const revoke = (representation: string, on: string) =>
  chair(register.revokeRepresentation, {
    params: { building: house.building, representation },
    body: { on },
  });

/** A device of the caller for the votes of one owner. */
async function deviceFor(
  session: Session,
  place: Place,
  voter?: string,
  call = session.call,
): Promise<Device> {
  const mine = await call(contract.getMyBallot, { params: place, query: voter ? { voter } : {} });
  const seed = randomBytes(32);
  await call(contract.registerKey, {
    params: place,
    body: {
      key: encodeBase64(publicKeyOf(seed)),
      possession: encodeBase64(sign(possessionMessage(place.meeting, mine.voter), seed)),
      label: 'Phone',
      voter: mine.voter,
    },
  });
  return {
    session: { ...session, call },
    place,
    voter: mine.voter,
    entitlements: mine.entitlements.map(({ id }) => id),
    seed,
    logKey: mine.logKey,
    policy: mine.policy,
  };
}
const send = (
  device: Device,
  choices: Parameters<typeof signBallot>[1] = FOR,
  by: Call = device.session.call,
) => refusalOf(by(contract.castBallot, { params: device.place, body: signBallot(device, choices) }));
const mineOf = (session: Session, place: Place, voter?: string) =>
  session.call(contract.getMyBallot, { params: place, query: voter ? { voter } : {} });
const noticesOf = async (session: Session): Promise<string[]> =>
  (await session.call(listMyNotices)).notices.map(({ text }) => text);

describe('a power of attorney', () => {
  let place: Place;
  let anna: Session;
  let lev: Session;
  let representation: string;
  beforeAll(async () => {
    anna = await house.as('anna');
    representation = await grant(await idOf(anna), 'lev', 'attorney');
    place = await openOf(house);
    lev = await enter(house.url, mailOf('lev'));
  });

  it('lets the attorney vote; the owner is told, sees who, on what basis and how, and the last vote counts', async () => {
    const before = await mineOf(lev, place);
    expect(before.owner).toEqual({ name: 'anna of the house', isMe: false });
    expect(before.acting).toMatchObject([{ bases: ['attorney'], castable: 2, hasVoted: false, isMe: false }]);
    expect((await lev.call(contract.getMeeting, { params: place })).may.vote).toBe(true);
    const device = await deviceFor(lev, place);
    await cast(device, signBallot(device, FOR));

    const seen = await mineOf(anna, place);
    expect(seen.owner.isMe).toBe(true);
    expect(seen.ballots).toMatchObject([
      { effective: true, by: { name: 'lev', basis: 'attorney', isMe: false }, choices: FOR },
    ]);
    const told = await noticesOf(anna);
    expect(told.some((text) => text.includes('lev has cast a vote with your share'))).toBe(true);

    const own = await deviceFor(anna, place);
    await cast(own, signBallot(own, AGAINST));
    const again = await mineOf(anna, place);
    expect(again.ballots.map(({ effective, by }) => [effective, by?.name ?? null])).toEqual([
      [false, 'lev'],
      [true, null],
    ]);
    // The attorney learns that the owner voted, and not how.
    expect((await mineOf(lev, place)).ballots.map(({ choices, by }) => [choices, by?.isMe ?? null])).toEqual([
      [FOR, true],
      [null, null],
    ]);
  });

  it('gives nothing to a neighbour, to a stranger, or to the attorney with another owner’s votes', async () => {
    const vera = await house.as('vera');
    const theirs = (await mineOf(vera, place)).voter;
    expect(await refusalOf(mineOf(lev, place, theirs))).toBe('not-your-premises');
    const annas = (await mineOf(lev, place)).voter;
    expect(await refusalOf(mineOf(vera, place, annas))).toBe('not-your-premises');
    expect(await refusalOf(mineOf(await house.as('stranger'), place, annas))).toBe('not-an-owner');
    expect(await refusalOf(createCall(house.url, fetch)(contract.getMyBallot, { params: place }))).toBe(
      'sign-in-first',
    );
    const device = await deviceFor(lev, place);
    expect(await send(device, FOR, vera.call)).toBe('not-your-premises');
    expect(await send(device, FOR, (await house.as('stranger')).call)).toBe('not-an-owner');
    const key = randomBytes(32);
    const body = {
      key: encodeBase64(publicKeyOf(key)),
      possession: encodeBase64(sign(possessionMessage(place.meeting, annas), key)),
      label: 'Phone',
      voter: annas,
    };
    expect(await refusalOf(vera.call(contract.registerKey, { params: place, body }))).toBe(
      'not-your-premises',
    );
  });

  it('taken back during the vote ends at once in every process; the vote before stands', async () => {
    const other = await bootServer(house.settings);
    const there = createCall(other.localUrl, fetch, () => lev.headers);
    const device = await deviceFor(lev, place);
    // Both processes have the meeting in memory now.
    expect(await send(device, FOR)).toBeNull();
    expect(await send(device, AGAINST, there)).toBeNull();
    const kept = signBallot(device, FOR);
    const receipt = await lev.call(contract.castBallot, { params: place, body: kept });

    await revoke(representation, day(0));
    expect(await send(device, AGAINST, there)).toBe('may-not-act');
    expect(await send(device, AGAINST)).toBe('may-not-act');
    // What was sent in time keeps its receipt, however often it is sent.
    expect(await lev.call(contract.castBallot, { params: place, body: kept })).toEqual(receipt);
    expect(await lev.call(contract.getReceipt, { params: { ...place, idem: receipt.idem } })).toEqual(
      receipt,
    );
    const effective = (await mineOf(anna, place)).ballots.filter((ballot) => ballot.effective);
    expect(effective.map(({ idem }) => idem)).toEqual([receipt.idem]);
    const left = await mineOf(lev, place);
    expect([left.entitlements, left.barred.map(({ why }) => why)]).toEqual([[], ['ended', 'ended']]);
    expect((await lev.call(contract.getMeeting, { params: place })).may.vote).toBe(false);
    const told = await noticesOf(anna);
    expect(told.some((text) => text.includes('no longer acts for anna of the house'))).toBe(true);
  });

  it('recorded during the vote holds at once, in a process that has refused before', async () => {
    const boris = await house.as('boris');
    const { voter } = await mineOf(boris, place);
    expect(await refusalOf(mineOf(lev, place, voter))).toBe('not-your-premises');
    await chair(register.grantRepresentation, {
      params: { building: house.building },
      body: {
        principal: await idOf(boris),
        agent: { id: await idOf(lev) },
        basis: 'attorney',
        document: { number: '2' },
        from: day(0),
      },
    });
    expect(await send(await deviceFor(lev, place, voter))).toBeNull();
    expect((await mineOf(boris, place)).ballots).toMatchObject([{ by: { basis: 'attorney' } }]);
  });
});

describe('a minor', () => {
  it('votes by a parent until the day of full age, and alone from that day on', async () => {
    await chair(register.recordEvent, {
      params: await flat('3'),
      body: {
        kind: 'acquired',
        day: day(-10),
        document: DEED,
        to: { person: { ...newcomer('child'), birthDay: day(4, -18) }, share: '1' },
      },
    });
    const child = await enter(house.url, mailOf('child'));
    await grant(await idOf(child), 'mother', 'parent');
    const mother = await enter(house.url, mailOf('mother'));
    const place = await openOf(house);
    const parents = await deviceFor(mother, place);
    expect(await send(parents)).toBeNull();
    const own = { ...parents, session: child };
    expect(await send(own, AGAINST)).toBe('may-not-act');
    expect((await mineOf(child, place)).barred).toMatchObject([{ premises: '3', why: 'minor' }]);

    await house.advance(4 * DAY);
    expect(await send(parents, AGAINST)).toBe('may-not-act');
    const device = await deviceFor(child, place);
    expect((await mineOf(child, place)).ballots).toMatchObject([{ effective: true, choices: FOR }]);
    expect(await send(device, AGAINST)).toBeNull();
    expect((await mineOf(child, place)).ballots.map(({ effective, by }) => [effective, by?.basis])).toEqual([
      [false, 'parent'],
      [true, undefined],
    ]);
  });
});

describe('spouses with a joint title', () => {
  it('vote one for both; an objection freezes the share until who objected takes it back', async () => {
    await chair(register.recordEvent, {
      params: await flat('P1'),
      body: {
        kind: 'sold',
        title: await titleOf('P1'),
        day: day(0),
        document: DEED,
        to: [{ person: newcomer('pavel'), jointWith: [newcomer('olga')], share: '1' }],
      },
    });
    const [pavel, olga] = [await enter(house.url, mailOf('pavel')), await enter(house.url, mailOf('olga'))];
    expect((await olga.call(people.getMe)).buildings).toMatchObject([{ roles: ['owner'] }]);
    const place = await openOf(house);
    const device = await deviceFor(olga, place);
    expect(await send(device)).toBeNull();
    const seen = await mineOf(pavel, place);
    expect(seen.ballots).toMatchObject([{ by: { name: 'olga', basis: 'joint' }, choices: FOR }]);
    const { title } = seen.entitlements[0]!.joint!;
    expect(seen.entitlements[0]!.joint!.with).toEqual(['olga']);
    expect((await noticesOf(pavel)).some((text) => text.includes('olga'))).toBe(true);

    const params = { building: house.building, title };
    const object = (by: Call, of = params) => refusalOf(by(register.objectToJoint, { params: of }));
    const withdraw = (by: Call, of = params) => refusalOf(by(register.withdrawObjection, { params: of }));
    const { call: vera } = await house.as('vera');
    expect(await object(vera)).toBe('not-found');
    expect(await object(createCall(house.url, fetch))).toBe('sign-in-first');
    expect(await object(vera, { ...params, title: await titleOf('2') })).not.toBeNull();
    expect(await object(pavel.call)).toBeNull();

    const barred = await mineOf(olga, place);
    expect(barred.barred).toMatchObject([
      { premises: 'P1', why: 'objection', objection: { by: 'pavel', isMine: false } },
    ]);
    expect((await mineOf(pavel, place)).barred).toMatchObject([{ objection: { isMine: true } }]);
    expect(await send(device, AGAINST)).toBe('may-not-act');
    expect(await send({ ...device, session: pavel }, AGAINST)).toBe('may-not-act');
    // What was cast before stands.
    expect(barred.ballots).toMatchObject([{ effective: true, choices: FOR }]);

    const frozen = { ...params, title: barred.barred[0]!.objection!.title };
    expect(await object(olga.call, frozen)).toBe('nothing-changes');
    expect(await withdraw(olga.call, frozen)).toBe('not-yours');
    expect(await withdraw(pavel.call, frozen)).toBeNull();
    expect(await send(await deviceFor(pavel, place), AGAINST)).toBeNull();
    expect((await noticesOf(olga)).some((text) => text.includes('P1'))).toBe(true);
  });
});

describe('the death of an owner', () => {
  it('leaves the account without a vote, and lets the administrator of the estate vote', async () => {
    const place = await openOf(house);
    const vera = await house.as('vera');
    const device = await deviceFor(vera, place);
    expect(await send(device)).toBeNull();
    const { versions } = await chair(register.getPremises, { params: await flat('2') });
    const title = versions.find(
      ({ supersededAt, owner }) => supersededAt === null && owner?.name === 'vera of the house',
    )!.id;
    await chair(register.recordEvent, {
      params: await flat('2'),
      body: { kind: 'frozen', title, day: day(0), reason: 'death' },
    });
    expect(await send(device, AGAINST)).toBe('may-not-act');
    await grant(await idOf(vera), 'notary', 'estate');
    const notary = await enter(house.url, mailOf('notary'));
    expect(await send(await deviceFor(notary, place), AGAINST)).toBeNull();
    expect((await mineOf(notary, place)).ballots.map(({ effective }) => effective)).toEqual([false, true]);
  });
});

describe('a municipality', () => {
  const FLATS = 40;
  let city: MeetingServer;
  let place: Place;

  beforeAll(async () => {
    const { db } = house.server.open.house;
    const { id: building } = await insertBuilding(
      db,
      { address: 'ул. Городская, д. 40', city: 'Пермь', timeZone: 'Asia/Yekaterinburg', areaCm2: 0 },
      now(),
    );
    const chairId = await idOf(await house.as('chair'));
    await insertRole(db, { buildingId: building, personId: chairId, role: 'chair', grantedBy: null }, now());
    city = { ...house, building };
    const lines = Array.from(
      { length: FLATS },
      (_, i) => `${i + 1};flat;${1 + Math.floor(i / 20)};50;Город Пермь;public;1`,
    );
    const params = { building };
    const uploaded = await chair(people.uploadRegister, {
      params,
      query: { fileName: 'city.csv' },
      body: new TextEncoder().encode(
        [
          'premises;kind;entrance;area;owner;ownerKind;share',
          ...lines,
          '41;flat;2;60;Private Owner;natural;1',
        ].join('\n'),
      ),
      contentType: 'text/csv',
    });
    const columns = ['premises', 'kind', 'entrance', 'area', 'owner', 'ownerKind', 'share'];
    const inImport = { building, import: uploaded.id };
    await chair(people.checkRegister, {
      params: inImport,
      body: { mapping: Object.fromEntries(columns.map((field, column) => [field, column])) },
    });
    await chair(people.applyRegister, { params: inImport });
    const premises = await flatsOf(building);
    const body = premises
      .flatMap(({ titles }) => titles)
      .find(({ owner }) => owner?.kind === 'public')!.owner!;
    const inEntrance = (entrance: string) =>
      premises.filter((one) => one.entrance === entrance && one.number !== '41').map(({ id }) => id);
    await grant(body.id, 'clerk', 'officer', { building });
    await grant(body.id, 'deputy', 'officer', { building, premises: inEntrance('2') });
    place = await openOf(city);
  });

  it('votes for all its premises by one ballot of an officer, with the summed weight', async () => {
    const clerk = await enter(house.url, mailOf('clerk'));
    const mine = await mineOf(clerk, place);
    expect(mine.entitlements).toHaveLength(FLATS);
    expect(mine.weight).toBe(String(FLATS * 500_000));
    expect(mine.entitlements.map(({ premises }) => premises).slice(8, 11)).toEqual(['9', '10', '11']);
    expect(await send(await deviceFor(clerk, place))).toBeNull();
    const { turnout } = await chair(contract.getMeeting, { params: place });
    expect(turnout).toMatchObject({ areaParticipants: String(FLATS * 500_000), headsParticipants: 1 });
    expect(await clerk.call(contract.listMeetings, { params: place })).toMatchObject({
      meetings: [{ mine: 'voted' }],
    });
  });

  it('may have another officer for some of them, whose vote replaces for those alone', async () => {
    const deputy = await enter(house.url, mailOf('deputy'));
    const device = await deviceFor(deputy, place);
    expect(device.entitlements).toHaveLength(FLATS / 2);
    expect(await send(device, AGAINST)).toBeNull();
    const ballots = (await mineOf(await enter(house.url, mailOf('clerk')), place)).ballots;
    expect(ballots.map(({ effective, by }) => [effective, by?.name])).toEqual([
      [true, 'clerk'],
      [true, 'deputy'],
    ]);
  });

  it('does not vote by an officer who also watches over the vote: that takes an account of its own', async () => {
    const deputy = await enter(house.url, mailOf('deputy'));
    const device = await deviceFor(deputy, place);
    await chair(people.grantRole, {
      params: { building: place.building },
      body: { contact: mailOf('deputy'), name: 'deputy', role: 'auditor' },
    });
    expect(await send(device)).toBe('may-not-act');
    expect(new Set((await mineOf(deputy, place)).barred.map(({ why }) => why))).toEqual(new Set(['office']));
  });

  it('is counted so, and a stranger recounts it from the bundle', async () => {
    await house.advance(11 * DAY);
    await chair(contract.closeMeeting, { params: place });
    const bundle = await bundleOf(createCall(house.url, fetch), place);
    const report = await auditOf(house, bundle);
    expect(report.broken).toBeNull();
    expect(report.ok).toBe(true);
    const result = await chair(contract.getResult, { params: place });
    expect(result.items[0]!.sums.area).toMatchObject({ for: '10000000', against: '10000000' });
    // Who acted is nobody's business but the owner's.
    expect(new TextDecoder().decode(bundle)).not.toMatch(/clerk|deputy|officer/);
  });
});

describe('what is still missing', () => {
  it('names who acts to the chair, and reminders go to whoever acts', async () => {
    const place = await openOf(house);
    const { entrances } = await chair(contract.getMissing, { params: place });
    const office = entrances.flatMap(({ premises }) => premises).find(({ number }) => number === '4')!;
    expect(office).toMatchObject({
      owner: 'office of the house',
      agents: ['head of the office'],
      reachable: true,
    });
    const told = (await noticesOf(await house.as('office'))).filter((text) => text.includes(place.meeting));
    expect(told.length).toBeGreaterThan(0);
  });
});
