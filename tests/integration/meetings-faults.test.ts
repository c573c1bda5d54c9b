import { createHash } from 'node:crypto';
import { beginClosing, finishClosing, resumeClosings } from '@veche/meetings/closing.ts';
import * as contract from '@veche/meetings/contract.ts';
import { openDueMeetings } from '@veche/meetings/opening.ts';
import { findMeeting } from '@veche/meetings/store.ts';
import { createCall } from '@veche/module-kit/client.ts';
import type { House, LedgerPort } from '@veche/module-kit/module.ts';
import { ensurePerson } from '@veche/people/store.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { cast, prepareDevice, signBallot, type Device, type Place } from '../story/holder.ts';
import {
  auditOf,
  bootServer,
  bundleOf,
  callOf,
  DAY,
  draftOf,
  openOf,
  startMeetingServer,
  type MeetingServer,
} from '../support/meeting-server.ts';

let house: MeetingServer;
beforeAll(async () => {
  house = await startMeetingServer();
});

const keyOf = (place: Place) => ({ buildingId: place.building, id: place.meeting });
const idemOf = (entry: string): string => createHash('sha256').update(entry).digest('hex');

async function deviceOf(place: Place, who: 'anna' | 'boris' | 'office' = 'anna'): Promise<Device> {
  return prepareDevice(await house.as(who), place, 'Phone');
}

async function closeOf(place: Place) {
  await house.advance(11 * DAY);
  const { call } = await house.as('chair');
  return call(contract.closeMeeting, { params: place });
}

/** The result and the audit of a closed meeting. */
async function checked(place: Place, url = house.url) {
  const stranger = createCall(url, fetch);
  const report = await auditOf({ url }, await bundleOf(stranger, place));
  expect(report.broken).toBeNull();
  return stranger(contract.getResult, { params: place });
}

describe('the same request again', () => {
  it('gets the same receipt and one entry, fifty times at once', async () => {
    const place = await openOf(house);
    const device = await deviceOf(place);
    const body = signBallot(device, { 'item-1': 'for' });
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => device.session.call(contract.castBallot, { params: place, body })),
    );
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]).toMatchObject({ state: 'witnessed', idem: idemOf(body.entry) });
    expect((await device.session.call(contract.getMyBallot, { params: place })).ballots).toHaveLength(1);
    await closeOf(place);
    expect((await checked(place)).ballots).toEqual({ logged: 1, effective: 1, superseded: 0, late: 0 });
  });

  it('does not bring an old vote back after a changed one', async () => {
    const place = await openOf(house);
    const device = await deviceOf(place);
    const first = signBallot(device, { 'item-1': 'for' });
    await cast(device, first);
    await cast(device, signBallot(device, { 'item-1': 'against' }));
    await cast(device, first);
    const mine = await device.session.call(contract.getMyBallot, { params: place });
    expect(mine.ballots.map(({ effective }) => effective)).toEqual([false, true]);
    await closeOf(place);
    expect((await checked(place)).items[0]!.sums.area).toMatchObject({ for: '0', against: '668000' });
  });
});

describe('many at once', () => {
  it('count as the log has them, from two tabs and by parts, through two processes', async () => {
    const place = await openOf(house);
    const second = await bootServer({ ...house.settings, role: 'api' });
    const devices = await Promise.all([deviceOf(place), deviceOf(place), deviceOf(place, 'boris')]);
    const urls = [house.url, second.localUrl];
    await Promise.all(
      Array.from({ length: 60 }, async (_, i) => {
        const device = devices[i % 3]!;
        const part = i % 4 === 3 ? [device.entitlements[0]!] : device.entitlements;
        const ballot = signBallot(
          { ...device, entitlements: part },
          { 'item-1': i % 2 ? 'for' : 'against', 'item-2': 'abstain' },
        );
        const call = createCall(urls[i % 2]!, fetch, () => ({ ...device.session.headers }));
        await cast({ ...device, session: { ...device.session, call } }, ballot);
      }),
    );
    await second.stop();
    await closeOf(place);
    expect((await checked(place)).ballots.logged).toBe(60);
  });

  it('open one meeting once, whoever comes first', async () => {
    const place = await draftOf(house);
    await callOf(house, place);
    await house.server.open.clock.advance!(3_601);
    await Promise.all(Array.from({ length: 5 }, () => openDueMeetings(house.server.open.house)));
    const row = await findMeeting(house.server.open.house.db, keyOf(place));
    expect(row).toMatchObject({ state: 'open', rollSize: 6 });
  });
});

describe('a closing that is cut off', () => {
  /** The house with a log that dies at the n-th hand-over. */
  function dyingAt(step: number): House {
    const { house: whole } = house.server.open;
    let submissions = 0;
    const ledger = Object.create(whole.ledger, {
      submit: {
        value: async (...given: Parameters<LedgerPort['submit']>) => {
          if (submissions++ === step) throw new Error('cut off');
          return whole.ledger.submit(...given);
        },
      },
    }) as House['ledger'];
    return { ...whole, ledger };
  }

  it.each([0, 1, 2])('goes on where it stood (cut off at step %i)', async (step) => {
    const place = await openOf(house);
    const device = await deviceOf(place, 'office');
    await cast(device, signBallot(device, { 'item-1': 'for', 'item-2': 'for' }));
    await house.advance(11 * DAY);
    const { house: whole } = house.server.open;
    const person = await ensurePerson(
      whole.db,
      { channel: 'email', address: 'closer@example.org' },
      'Closer',
      'ru',
      whole.clock.now(),
    );
    expect(await beginClosing(whole, keyOf(place), person, 'ru')).toBeNull();
    await expect(finishClosing(dyingAt(step), keyOf(place))).rejects.toThrow('cut off');
    expect((await findMeeting(whole.db, keyOf(place)))!.state).toBe('closing');
    await resumeClosings(whole);
    expect((await findMeeting(whole.db, keyOf(place)))!.state).toBe('closed');
    expect((await checked(place)).ballots.logged).toBe(1);
  });

  it('is carried on by five at once to one outcome', async () => {
    const place = await openOf(house);
    const device = await deviceOf(place, 'office');
    await cast(device, signBallot(device, { 'item-1': 'for' }));
    await house.advance(11 * DAY);
    const { call } = await house.as('chair');
    const closed = await Promise.all(
      Array.from({ length: 5 }, () => call(contract.closeMeeting, { params: place }).catch(() => null)),
    );
    expect(closed.some((meeting) => meeting?.state === 'closed')).toBe(true);
    const meeting = await call(contract.getMeeting, { params: place });
    expect(meeting.log.map(({ kind }) => kind)).toEqual([
      'meeting.called',
      'meeting.opened',
      'meeting.closed',
      'result',
      'minutes',
    ]);
    await checked(place);
  });

  it('goes on after the server was stopped and started again', async () => {
    const place = await openOf(house);
    const device = await deviceOf(place, 'boris');
    await cast(device, signBallot(device, { 'item-1': 'against' }));
    await house.advance(11 * DAY);
    const { house: whole } = house.server.open;
    const row = await findMeeting(whole.db, keyOf(place));
    await beginClosing(whole, keyOf(place), row!.calledBy!, 'en');
    await house.server.stop();

    const again = await bootServer(house.settings);
    await again.open.runTimedJobs();
    expect((await findMeeting(again.open.house.db, keyOf(place)))!.state).toBe('closed');
    expect((await checked(place, again.localUrl)).ballots.logged).toBe(1);
  });
});
