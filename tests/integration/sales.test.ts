// A share that changes hands while a meeting is open, over HTTP, by each of the three policies that a notice may name: who
// may cast it, what counts, what the log and the minutes say of it, and that a stranger recounts the same.
import { formatRational, parseRational, sum } from '@veche/core/rational.ts';
import * as contract from '@veche/meetings/contract.ts';
import { getOutstanding } from '@veche/meetings/notice/contract.ts';
import * as people from '@veche/people/contract.ts';
import * as register from '@veche/people/register/contract.ts';
import { createCall } from '@veche/module-kit/client.ts';
import { readOutbox } from '@veche/people/contract.ts';
import { extractText, getDocumentProxy } from 'unpdf';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  cast,
  enter,
  prepareDevice,
  signBallot,
  type Device,
  type Place,
  type Session,
} from '../story/holder.ts';
import {
  auditOf,
  bundleOf,
  DAY,
  openOf,
  refusalOf,
  startMeetingServer,
  type MeetingServer,
} from '../support/meeting-server.ts';

const DEED = { kind: 'sale', number: '16-5', date: null } as const;
const BUYER = 'gleb.buyer@example.org';

type Sale = 'stays' | 'follows-title' | 'void';
type World = {
  house: MeetingServer;
  place: Place;
  chair: Session;
  /** Records a sale at the chair's desk and waits until the meeting has heard of it. */
  sell(
    number: string,
    owner: string,
    buyer: { email: string; share: string },
    inDays?: number,
  ): Promise<void>;
  correct(number: string, owner: string, to: string): Promise<void>;
  passed(): Promise<number>;
  close(): Promise<void>;
};

async function settle(sale: Sale): Promise<World> {
  const house = await startMeetingServer();
  const place = await openOf(house, { sale });
  const chair = await house.as('chair');
  const { premises } = await chair.call(people.readRegister, { params: place });
  const flat = (number: string) => ({
    building: house.building,
    premises: premises.find((one) => one.number === number)!.id,
  });
  const titleOf = async (number: string, owner: string) =>
    (await chair.call(register.getPremises, { params: flat(number) })).versions.find(
      ({ supersededAt, heldTo, owner: held }) =>
        supersededAt === null && heldTo === null && held?.name.startsWith(owner) === true,
    )!.id;
  const day = (inDays: number): string =>
    new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Yekaterinburg' }).format(
      house.server.open.clock.now().getTime() + inDays * DAY * 1000,
    );
  const passed = async () => (await chair.call(contract.getMeeting, { params: place })).passed;
  return {
    house,
    place,
    chair,
    passed,
    async sell(number, owner, { email, share }, inDays = 0) {
      await chair.call(register.recordEvent, {
        params: flat(number),
        body: {
          kind: 'sold',
          title: await titleOf(number, owner),
          day: day(inDays),
          document: DEED,
          to: [{ person: await personOf(house, email), share }],
        },
      });
      await house.advance(1);
    },
    async correct(number, owner, to) {
      await chair.call(register.recordEvent, {
        params: flat(number),
        body: {
          kind: 'corrected',
          corrections: [{ title: await titleOf(number, owner), person: await personOf(house, to) }],
        },
      });
      await house.advance(1);
    },
    async close() {
      await house.advance(11 * DAY);
      await chair.call(contract.closeMeeting, { params: place, query: { lang: 'ru' } });
    },
  };
}

/** Somebody of the house by the mailbox, or a newcomer. */
async function personOf(house: MeetingServer, email: string) {
  const { call } = await house.as('chair');
  const [name = ''] = email.split('.');
  const { persons } = await call(register.findPersons, {
    params: { building: house.building },
    query: { search: name },
  });
  return persons[0] ? { id: persons[0].id } : { name, email };
}

const only = (device: Device, ...entitlements: string[]): Device => ({ ...device, entitlements });
const idOf = async ({ call }: Session, place: Place, premises: string): Promise<string> =>
  (await call(contract.getMyBallot, { params: place })).entitlements.find((one) => one.premises === premises)!
    .id;
const told = async (house: MeetingServer, name: string): Promise<string[]> =>
  (await createCall(house.url, fetch)(readOutbox, {})).messages
    .filter(({ to }) => to.startsWith(name))
    .map(({ subject }) => subject);
const kindsIn = (bundle: Uint8Array): string[] =>
  [...new TextDecoder().decode(bundle).matchAll(/"kind":"([a-z.]+)"/g)].map(([, kind = '']) => kind);
async function minutesOf(house: MeetingServer, place: Place): Promise<string> {
  const answer = await createCall(house.url, fetch)(contract.getMinutes, { params: place });
  const document = await getDocumentProxy(new Uint8Array(await answer.arrayBuffer()));
  return (await extractText(document, { mergePages: true })).text.replace(/\s+/g, ' ');
}

describe('where the vote follows the title', () => {
  let world: World;
  let anna: Device;
  let gleb: Session;
  beforeAll(async () => {
    world = await settle('follows-title');
    const { house, place } = world;
    anna = await prepareDevice(await house.as('anna'), place, 'Phone of Anna');
    await cast(anna, signBallot(anna, { 'item-1': 'for', 'item-2': 'for' }));
    const vera = await prepareDevice(await house.as('vera'), place, 'Телефон');
    await cast(vera, signBallot(vera, { 'item-1': 'for', 'item-2': 'for' }));
    await house.advance(DAY);
    await world.sell('1', 'anna', { email: BUYER, share: '1' });
    await world.sell('2', 'vera', { email: BUYER, share: '1/3' });
    gleb = await enter(house.url, BUYER);
  });

  it('the seller is refused with the reason, and keeps what was not sold', async () => {
    const { place, passed } = world;
    expect(await passed()).toBe(2);
    expect(await refusalOf(cast(anna, signBallot(anna, { 'item-1': 'against' })))).toBe('may-not-act');
    const mine = await anna.session.call(contract.getMyBallot, { params: place });
    expect(mine.entitlements.map(({ premises }) => premises)).toEqual(['P1']);
    expect(mine.barred).toMatchObject([{ premises: '1', why: 'passed' }]);
  });

  it('the buyer has the share under a name of their own, and what the seller cast counts until the buyer votes', async () => {
    const { house, place } = world;
    const before = await gleb.call(contract.getMyBallot, { params: place });
    expect(before.entitlements.map(({ premises, weight }) => [premises, weight])).toEqual([
      ['1', '543000'],
      ['2', '700000/3'],
    ]);
    expect(before.voter).not.toBe(anna.voter);
    const turnout = async () => (await gleb.call(contract.getMeeting, { params: place })).turnout!;
    expect((await turnout()).areaParticipants).toBe('3404000/3');
    const device = await prepareDevice(gleb, place, 'Телефон покупателя');
    const flat = await idOf(gleb, place, '1');
    await cast(only(device, flat), signBallot(only(device, flat), { 'item-1': 'against' }));
    await house.advance(5);
    expect(await turnout()).toMatchObject({ areaParticipants: '3404000/3', headsParticipants: 3 });
  });

  it('a further sale, a day that has still to come and a correction are followed in their order', async () => {
    const { house, place, passed } = world;
    await world.sell('4', 'office', { email: 'ivan.later@example.org', share: '1' }, 3);
    expect(await passed()).toBe(2);
    await house.advance(3 * DAY);
    expect(await passed()).toBe(3);
    const ivan = await enter(house.url, 'ivan.later@example.org');
    expect((await ivan.call(contract.getMyBallot, { params: place })).weight).toBe('1000000');
    await world.correct('4', 'ivan', 'boris');
    expect(await passed()).toBe(4);
    const boris = await house.as('boris');
    expect((await boris.call(contract.getMyBallot, { params: place })).weight).toBe('3700000/3');
    const left = await ivan.call(contract.getMyBallot, { params: place });
    expect(left).toMatchObject({ entitlements: [], barred: [{ premises: '4', why: 'passed' }] });
  });

  it('what is still missing is reckoned over the roll as it is now', async () => {
    const { place, chair } = world;
    const { entrances } = await chair.call(getOutstanding, { params: place });
    const area = (field: 'areaAll' | 'areaMissing') =>
      formatRational(sum(entrances.map((entrance) => parseRational(entrance[field]))));
    expect([area('areaAll'), area('areaMissing')]).toEqual(['2755001', '4861003/3']);
    const missing = await chair.call(contract.getMissing, { params: place });
    const owners = missing.entrances.flatMap(({ premises }) =>
      premises.map(({ number, owner, area: left }) => [number, owner, left]),
    );
    // Gleb has voted with one of his shares; the other has the vote of its seller still.
    expect(owners).toEqual([
      ['2', 'boris of the house', '700000/3'],
      ['3', null, '387001'],
      ['4', 'boris of the house', '1000000'],
    ]);
  });

  it('both owners are told', async () => {
    const { house } = world;
    expect(await told(house, 'anna')).toContain('Your share passed while the vote goes on');
    expect(await told(house, 'gleb')).toContain('Ваша новая доля и идущее голосование');
  });

  it('the close counts it, the minutes say it, and a stranger recounts the same from the bundle', async () => {
    const { house, place } = world;
    await world.close();
    const stranger = createCall(house.url, fetch);
    const result = await stranger(contract.getResult, { params: place });
    // Gleb against with flat 1; Anna's parking place and Vera's vote, with the half of it that passed, for.
    expect(result.items[0]!.sums.area).toMatchObject({
      all: '2755001',
      participants: '3404000/3',
      for: '1775000/3',
      against: '543000',
    });
    expect(result.meeting).toMatchObject({ passed: 4, sale: 'follows-title' });
    const bundle = await bundleOf(stranger, place);
    const report = await auditOf(house, bundle);
    expect(report.broken).toBeNull();
    expect(kindsIn(bundle).filter((kind) => kind === 'roll.amended')).toHaveLength(4);
    expect(new TextDecoder().decode(bundle)).not.toMatch(/gleb|anna of/);
    expect(await minutesOf(house, place)).toContain('По уведомлению голос следует за долей.');
    const changed = new TextEncoder().encode(new TextDecoder().decode(bundle).replace(`"to":"`, `"to":"x`));
    expect((await auditOf(house, changed)).broken?.fault).toBe('commitment-wrong');
  });
});

describe('where the vote of a sold share is void', () => {
  it('neither the seller’s ballot counts nor the buyer may cast one, and the share stays in the base', async () => {
    const world = await settle('void');
    const { house, place } = world;
    const anna = await prepareDevice(await house.as('anna'), place, 'Phone');
    await cast(anna, signBallot(anna, { 'item-1': 'for' }));
    await house.advance(DAY);
    await world.sell('1', 'anna', { email: BUYER, share: '1' });
    expect(await world.passed()).toBe(1);
    expect(await refusalOf(cast(anna, signBallot(anna, { 'item-1': 'against' })))).toBe('may-not-act');
    const gleb = await enter(house.url, BUYER);
    expect(await refusalOf(gleb.call(contract.getMyBallot, { params: place }))).toBe('not-an-owner');
    const { turnout } = await gleb.call(contract.getMeeting, { params: place });
    expect(turnout).toMatchObject({ areaAll: '2755001', areaParticipants: '125000' });
    await world.close();
    const result = await gleb.call(contract.getResult, { params: place });
    expect(result.items[0]!.sums.area).toMatchObject({ all: '2755001', for: '125000' });
    expect((await auditOf(house, await bundleOf(gleb.call, place))).broken).toBeNull();
    expect(await minutesOf(house, place)).toContain('такие доли не голосовали');
  });
});

describe('where the vote stays', () => {
  it('the roll of the opening decides to the end, and the sale is told all the same', async () => {
    const world = await settle('stays');
    const { house, place } = world;
    await house.advance(DAY);
    await world.sell('1', 'anna', { email: BUYER, share: '1' });
    const anna = await prepareDevice(await house.as('anna'), place, 'Phone');
    await cast(anna, signBallot(anna, { 'item-1': 'for' }));
    const gleb = await enter(house.url, BUYER);
    expect(await refusalOf(gleb.call(contract.getMyBallot, { params: place }))).toBe('not-an-owner');
    expect(await told(house, 'gleb')).toContain('Ваша новая доля и идущее голосование');
    await world.close();
    const result = await gleb.call(contract.getResult, { params: place });
    expect(result.items[0]!.sums.area.for).toBe('668000');
    expect(result.meeting.passed).toBe(1);
    const bundle = await bundleOf(gleb.call, place);
    expect(kindsIn(bundle)).not.toContain('roll.amended');
    expect((await auditOf(house, bundle)).broken).toBeNull();
  });
});

it('an owner who sells twice is refused the second time, and nothing is lost', async () => {
  const world = await settle('follows-title');
  const { house, place, chair } = world;
  const { premises } = await chair.call(people.readRegister, { params: place });
  const params = { building: house.building, premises: premises.find(({ number }) => number === '1')!.id };
  const { versions } = await chair.call(register.getPremises, { params });
  await house.advance(DAY);
  await world.sell('1', 'anna', { email: BUYER, share: '1' });
  const again = chair.call(register.recordEvent, {
    params,
    body: {
      kind: 'sold',
      title: versions[0]!.id,
      day: new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Yekaterinburg' }).format(
        house.server.open.clock.now(),
      ),
      document: DEED,
      to: [{ person: { name: 'Somebody Else' }, share: '1' }],
    },
  });
  expect(await refusalOf(again)).toBe('no-such-title');
  await house.advance(60);
  expect(await world.passed()).toBe(1);
  const gleb = await enter(house.url, BUYER);
  expect((await gleb.call(contract.getMyBallot, { params: place })).weight).toBe('543000');
});
