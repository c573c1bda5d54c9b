// The roll of a meeting and the register in time: taken of the announced moment, never changed by what is recorded later,
// and derived again from the same register whenever somebody asks.
import { formatRational, multiply, parseRational, rational, sum } from '@veche/core/rational.ts';
import * as contract from '@veche/meetings/contract.ts';
import { findMeeting, readRoll } from '@veche/meetings/store.ts';
import * as people from '@veche/people/contract.ts';
import * as register from '@veche/people/register/contract.ts';
import { findHoldings, type Holding } from '@veche/people/store.ts';
import { describe, expect, it } from 'vitest';
import { callOf, DAY, draftOf, startMeetingServer } from '../support/meeting-server.ts';

const DEED = { kind: 'sale', number: '5', date: null } as const;

describe('the roll', async () => {
  const house = await startMeetingServer();
  const { db } = house.server.open.house;
  const { call: chair } = await house.as('chair');
  const place = await draftOf(house);
  const key = { buildingId: place.building, id: place.meeting };
  const params = { building: house.building };
  const { premises } = await chair(people.readRegister, { params });
  const flat = (number: string) => ({
    building: house.building,
    premises: premises.find((one) => one.number === number)!.id,
  });
  const now = () => house.server.open.clock.now();
  const dayAfter = (days: number): string =>
    new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Yekaterinburg' }).format(
      now().getTime() + days * DAY * 1000,
    );
  const titleOf = async (number: string) =>
    (await chair(register.getPremises, { params: flat(number) })).versions.find(
      ({ supersededAt, heldTo }) => supersededAt === null && heldTo === null,
    )!.id;
  const line = ({
    premisesId,
    personId,
    share,
    areaCm2,
  }: Pick<Holding, 'premisesId' | 'personId' | 'areaCm2'> & { share: string }) =>
    `${premisesId} ${personId} ${share} ${areaCm2}`;
  const rollLines = async () => (await readRoll(db, key)).map(line).toSorted();

  it('has who owns on the announced day: a sale of a later day is no matter of it, a death before it is', async () => {
    await callOf(house, place);
    await chair(register.recordEvent, {
      params: flat('1'),
      body: {
        kind: 'sold',
        title: await titleOf('1'),
        day: dayAfter(5),
        document: DEED,
        to: [{ person: { name: 'Buyer' }, share: '1' }],
      },
    });
    await chair(register.recordEvent, {
      params: flat('4'),
      body: { kind: 'frozen', title: await titleOf('4'), day: dayAfter(0), reason: 'dispute' },
    });
    await house.advance(3_700);
    const meeting = await chair(contract.getMeeting, { params: place });
    expect(meeting.state).toBe('open');
    const roll = await readRoll(db, key);
    const seller = roll.find(({ premisesNumber }) => premisesNumber === '1')!;
    const { call: anna } = await house.as('anna');
    expect(seller.personId).toBe((await anna(people.getMe)).id);
    // The frozen office, under its owner, and the flat of nobody stay in the base; a parking place counts with its own area.
    const ofNumber = (number: string) => roll.filter(({ premisesNumber }) => premisesNumber === number);
    expect(ofNumber('4').map(({ areaCm2 }) => areaCm2)).toEqual([1_000_000]);
    const { call: head } = await house.as('office');
    const frozen = await head(contract.getMyBallot, { params: place });
    expect([frozen.entitlements, frozen.weight, frozen.barred.map(({ why }) => why)]).toEqual([
      [],
      '0',
      ['dispute'],
    ]);
    expect(ofNumber('3').map(({ personId, areaCm2 }) => [personId, areaCm2])).toEqual([[null, 387_001]]);
    expect(ofNumber('P1').map(({ areaCm2 }) => areaCm2)).toEqual([125_000]);
    const base = sum(roll.map(({ areaCm2, share }) => multiply(rational(areaCm2), parseRational(share))));
    expect(formatRational(base)).toBe(`${543_000 + 700_000 + 387_001 + 1_000_000 + 125_000}`);
  });

  it('is derived again from the register by its two moments, whatever was corrected since', async () => {
    const taken = await rollLines();
    await chair(register.recordEvent, {
      params: flat('2'),
      body: {
        kind: 'corrected',
        corrections: [{ title: await titleOf('2'), person: { name: 'Somebody Else' } }],
      },
    });
    await house.advance(6 * DAY);
    expect(await rollLines()).toEqual(taken);
    const row = (await findMeeting(db, key))!;
    const again = await findHoldings(db, house.building, { at: row.opensAt!, known: row.openedAt! });
    expect(
      again.map((holding) => line({ ...holding, share: formatRational(holding.share) })).toSorted(),
    ).toEqual(taken);
    // Today's register is another one: the flat is sold, the title corrected.
    const today = await findHoldings(db, house.building, { at: now(), known: now() });
    expect(
      today.map((holding) => line({ ...holding, share: formatRational(holding.share) })).toSorted(),
    ).not.toEqual(taken);
  });
});
