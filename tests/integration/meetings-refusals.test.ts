import { randomBytes } from 'node:crypto';
import { encodeBase64 } from '@veche/ledger/bytes.ts';
import { publicKeyOf, sign } from '@veche/ledger/ed25519.ts';
import { possessionMessage } from '@veche/ledger/entry.ts';
import * as contract from '@veche/meetings/contract.ts';
import { MAX_KEYS } from '@veche/meetings/device-keys.ts';
import { createCall, type Call } from '@veche/module-kit/client.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { takeRisks } from '../story/hold-meeting.ts';
import { cast, prepareDevice, signBallot, type Device, type Place } from '../story/holder.ts';
import {
  bundleOf,
  callOf,
  DAY,
  draftOf,
  openOf,
  refusalOf,
  startMeetingServer,
  type MeetingServer,
} from '../support/meeting-server.ts';

let house: MeetingServer;
let chair: Call;
let anna: Call;
const FOR = { 'item-1': 'for' } as const;
const soon = (house: MeetingServer, seconds: number): string =>
  new Date(house.server.open.clock.now().getTime() + seconds * 1000).toISOString();

beforeAll(async () => {
  house = await startMeetingServer();
  chair = (await house.as('chair')).call;
  anna = (await house.as('anna')).call;
});

describe('calling a meeting is refused', () => {
  const call = async (place: Place, accept = true) => {
    const overrides = accept ? await takeRisks(chair, place) : [];
    return refusalOf(chair(contract.callMeeting, { params: place, body: { overrides } }));
  };

  it('without items or dates, in the past, or when it would end before it begins', async () => {
    expect(await call(await draftOf(house, { items: [] }))).toBe('no-items');
    expect(await call(await draftOf(house, { opensAt: null }))).toBe('no-dates');
    expect(await call(await draftOf(house, { opensAt: soon(house, -60) }))).toBe('opens-in-the-past');
    expect(await call(await draftOf(house, { closesAt: soon(house, 60) }))).toBe('closes-before-it-opens');
  });

  it('at short notice until somebody has said why, and then only once', async () => {
    const place = await draftOf(house);
    expect(await call(place, false)).toBe('findings-open');
    expect(await call(place)).toBeNull();
    expect(await call(place, false)).toBe('already-called');
    const body = { title: 'Другое', items: [] };
    expect(await refusalOf(chair(contract.editDraft, { params: place, body }))).toBe('already-called');
    expect(await refusalOf(chair(contract.deleteDraft, { params: place }))).toBe('already-called');
  });

  it('by a rule nobody knows, in a building or a meeting that is not there, and by owners', async () => {
    const items = [{ text: 'Вопрос о ремонте', ruleId: 'ru.no-such' }];
    const params = { building: house.building };
    const draft = (by: Call, where = params) =>
      refusalOf(by(contract.draftMeeting, { params: where, body: { title: 'Черновик', items } }));
    expect(await draft(chair)).toBe('unknown-rule');
    expect(await draft(anna)).toBe('not-permitted');
    expect(await draft(createCall(house.url, fetch))).toBe('sign-in-first');
    expect(await call({ ...params, meeting: 'no-such-meeting' }, false)).toBe('not-found');
  });

  it('but a draft may be thrown away', async () => {
    const place = await draftOf(house);
    await chair(contract.deleteDraft, { params: place });
    expect(await refusalOf(chair(contract.getMeeting, { params: place }))).toBe('not-found');
    expect(await refusalOf(chair(contract.deleteDraft, { params: place }))).toBe('not-found');
  });
});

describe('a device key is refused', () => {
  it('before the opening, of a stranger to the roll, without proof, of another owner, and beyond all measure', async () => {
    const place = await draftOf(house);
    const seed = randomBytes(32);
    const key = encodeBase64(publicKeyOf(seed));
    const register = (by: Call, possession: Uint8Array, of = key) =>
      refusalOf(
        by(contract.registerKey, {
          params: place,
          body: { key: of, possession: encodeBase64(possession), label: 'Phone' },
        }),
      );
    const nothing = new Uint8Array(64);
    await callOf(house, place);
    expect(await register(anna, nothing)).toBe('not-open');
    await house.advance(3_601);
    expect(await register(chair, nothing)).toBe('not-an-owner');
    expect(await register(anna, nothing)).toBe('wrong-signature');

    const mine = await anna(contract.getMyBallot, { params: place });
    const proof = sign(possessionMessage(place.meeting, mine.voter), seed);
    expect(await register(anna, proof)).toBeNull();
    expect(await register(anna, proof)).toBeNull();
    expect((await anna(contract.getMyBallot, { params: place })).devices).toHaveLength(1);
    const vera = (await house.as('vera')).call;
    const { voter } = await vera(contract.getMyBallot, { params: place });
    expect(await register(vera, sign(possessionMessage(place.meeting, voter), seed))).toBe('key-taken');

    for (let i = 1; i < MAX_KEYS; i++) {
      const next = randomBytes(32);
      const possession = sign(possessionMessage(place.meeting, mine.voter), next);
      expect(await register(anna, possession, encodeBase64(publicKeyOf(next)))).toBeNull();
    }
    const last = randomBytes(32);
    const possession = sign(possessionMessage(place.meeting, mine.voter), last);
    expect(await register(anna, possession, encodeBase64(publicKeyOf(last)))).toBe('too-many-keys');
  });
});

describe('a ballot is refused', () => {
  let place: Place;
  let device: Device;
  beforeAll(async () => {
    place = await openOf(house);
    device = await prepareDevice(await house.as('anna'), place, 'Phone');
  });
  const send = (body: ReturnType<typeof signBallot>, by: Call = anna, where = place) =>
    refusalOf(by(contract.castBallot, { params: where, body }));

  it('when it is another’s, in whole or in part', async () => {
    const vera = (await house.as('vera')).call;
    const foreign = await vera(contract.getMyBallot, { params: place });
    const herUnit = foreign.entitlements.map(({ id }) => id);
    expect(await send(signBallot({ ...device, entitlements: herUnit }, FOR))).toBe('not-your-premises');
    expect(await send(signBallot({ ...device, voter: foreign.voter }, FOR))).toBe('not-your-premises');
    // Her session, my ballot: a stolen request is of no use.
    expect(await send(signBallot(device, FOR), vera)).toBe('not-your-premises');
    expect(await send(signBallot(device, FOR), chair)).toBe('not-an-owner');
    expect(await send(signBallot(device, FOR), (await house.as('stranger')).call)).toBe('not-an-owner');
    expect(await send(signBallot(device, FOR), createCall(house.url, fetch))).toBe('sign-in-first');
  });

  it('when it is for another meeting, an item that is not there, or by a key that was not registered', async () => {
    const other = { ...device, place: { ...place, meeting: 'another' } };
    expect(await send(signBallot(other, FOR))).toBe('wrong-meeting');
    expect(await send(signBallot(device, { 'item-9': 'for' }))).toBe('unknown-item');
    expect(await send(signBallot({ ...device, seed: randomBytes(32) }, FOR))).toBe('unknown-key');
    expect(await send(signBallot(device, FOR), anna, { ...place, meeting: 'no-such' })).toBe('not-found');
  });

  it('when any of its parts was changed on the way', async () => {
    const ballot = signBallot(device, FOR);
    const otherSalt = encodeBase64(randomBytes(32));
    expect(await send({ ...ballot, salt: otherSalt })).toBe('wrong-commitment');
    expect(await send({ ...ballot, payload: signBallot(device, {}).payload })).toBe('wrong-commitment');
    expect(await send({ ...ballot, entry: ballot.entry.replace('{', '{ ') })).toBe('malformed-ballot');
    expect(await send({ ...ballot, payload: 'null' })).toBe('malformed-ballot');
    const nonce = /"nonce":"([^"]+)"/.exec(ballot.entry)![1]!;
    const replayed = ballot.entry.replace(nonce, encodeBase64(randomBytes(16)));
    expect(await send({ ...ballot, entry: replayed })).toBe('wrong-signature');
    expect(await send({ ...ballot, more: 1 } as never)).toBe('invalid-input');
    expect(await send({ ...ballot, entry: 'x'.repeat(70_000) })).toBe('too-large');
    const unreadable = await fetch(
      `${house.url}/api/v1/buildings/${place.building}/meetings/${place.meeting}/ballots`,
      {
        method: 'POST',
        headers: { ...device.session.headers, 'content-type': 'application/json' },
        body: '{',
      },
    );
    expect(unreadable.status).toBe(400);
    expect((await anna(contract.getMyBallot, { params: place })).ballots).toEqual([]);
  });

  it('before the opening and after the end; what was sent in time keeps its receipt', async () => {
    const early = await draftOf(house);
    expect(await send(signBallot(device, FOR), anna, early)).toBe('not-found');
    await callOf(house, early);
    expect(await send(signBallot(device, FOR), anna, early)).toBe('not-open');

    const inTime = signBallot(device, FOR);
    const receipt = await anna(contract.castBallot, { params: place, body: inTime });
    await house.advance(11 * DAY);
    expect(await send(signBallot(device, FOR))).toBe('meeting-closed');
    expect(await anna(contract.castBallot, { params: place, body: inTime })).toEqual(receipt);
    await chair(contract.closeMeeting, { params: place });
    expect(await send(signBallot(device, FOR))).toBe('meeting-closed');
    expect(await anna(contract.castBallot, { params: place, body: inTime })).toEqual(receipt);
  });

  it('with a sentence in the reader’s language, whatever the reason', async () => {
    const codes = [contract.castBallot, contract.registerKey, contract.callMeeting, contract.closeMeeting]
      .concat([contract.getBundle, contract.getMissing, contract.getResult] as never)
      .flatMap((one) => Object.keys(one.refusals));
    for (const locale of ['ru', 'en'] as const)
      for (const code of codes) {
        const translate = house.server.open.translate[locale];
        expect(
          translate(`problem.${code}.detail`, { days: 10, most: MAX_KEYS, item: 1, why: 'ended' }).length,
        ).toBeGreaterThan(20);
      }
  });
});

describe('reading is refused', () => {
  it('of receipts that are another’s, and of results, minutes and bundle before the close', async () => {
    const place = await openOf(house);
    const device = await prepareDevice(await house.as('office'), place, 'PC');
    const answer = await device.session.call(contract.castBallot, {
      params: place,
      body: signBallot(device, FOR),
    });
    const params = { ...place, idem: answer.idem };
    expect(await device.session.call(contract.getReceipt, { params })).toEqual(answer);
    expect(await refusalOf(anna(contract.getReceipt, { params }))).toBe('not-found');
    expect(await refusalOf(chair(contract.getReceipt, { params }))).toBe('not-found');
    expect(await refusalOf(chair(contract.getMyBallot, { params: place }))).toBe('not-an-owner');
    for (const endpoint of [contract.getResult, contract.getMinutes, contract.getBundle] as const)
      expect(await refusalOf(chair(endpoint, { params: place }) as Promise<unknown>)).toBe('not-closed');
    expect(await refusalOf(chair(contract.closeMeeting, { params: place }))).toBe('too-early');
    expect(await refusalOf(anna(contract.closeMeeting, { params: place }))).toBe('not-permitted');
    await house.advance(11 * DAY);
    await chair(contract.closeMeeting, { params: place });
    expect(await refusalOf(chair(contract.closeMeeting, { params: place }))).toBe('not-open');
  });

  it('of a bundle that is for members, to everyone else', async () => {
    const place = await openOf(house, { openness: 'members' });
    const device = await prepareDevice(await house.as('anna'), place, 'Phone');
    await cast(device, signBallot(device, FOR));
    await house.advance(11 * DAY);
    await chair(contract.closeMeeting, { params: place });
    expect(await refusalOf(bundleOf(createCall(house.url, fetch), place))).toBe('members-only');
    expect(await refusalOf(bundleOf((await house.as('stranger')).call, place))).toBe('members-only');
    expect((await bundleOf((await house.as('vera')).call, place)).length).toBeGreaterThan(1000);
  });

  it('of whose votes are missing before there is a roll', async () => {
    const place = await draftOf(house);
    expect(await refusalOf(chair(contract.getMissing, { params: place }))).toBe('not-open');
  });
});
