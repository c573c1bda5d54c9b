// The notice centre over the real server: who was told, papers, hand-overs, reminders, calendars, what is missing.
import { createHash } from 'node:crypto';
import * as meetings from '@veche/meetings/contract.ts';
import * as contract from '@veche/meetings/notice/contract.ts';
import { createCall, type Answer } from '@veche/module-kit/client.ts';
import { keepReport } from '@veche/people/message-proofs.ts';
import * as own from '@veche/people/own-notices/contract.ts';
import { extractText, getDocumentProxy } from 'unpdf';
import { beforeAll, describe, expect, it } from 'vitest';
import { cast, prepareDevice, signBallot, type Place } from '../story/holder.ts';
import {
  callOf,
  DAY,
  draftOf,
  refusalOf,
  startMeetingServer,
  type MeetingServer,
} from '../support/meeting-server.ts';

let house: MeetingServer;
let place: Place;
beforeAll(async () => {
  house = await startMeetingServer();
  place = await draftOf(house);
});

type Notices = Answer<typeof contract.getNotices>;
const notices = async (
  query: { kind?: Notices['kind']; show?: 'all' | 'untold' | 'dead'; entrance?: string } = {},
) => (await house.as('chair')).call(contract.getNotices, { params: place, query });
const standingOf = (found: Notices, name: string) =>
  found.owners.find((owner) => owner.name.startsWith(name))!.standing;
const personOf = (found: Notices, name: string): string =>
  found.owners.find((owner) => owner.name.startsWith(name))!.personId;
const textOf = async (answer: Response): Promise<{ pages: number; text: string }> => {
  const pdf = await getDocumentProxy(new Uint8Array(await answer.arrayBuffer()));
  const { text } = await extractText(pdf, { mergePages: true });
  return { pages: pdf.numPages, text };
};
const reminded = (): Promise<number> =>
  house.server.open.connection.sql<{ count: number }[]>`
      select count(distinct person_id)::int as count from people.messages
      where about = ${place.meeting} and template = 'meetings.notice.reminder'`.then(([row]) => row!.count);

describe('the notice centre', () => {
  it('has nothing of a draft, and opens to nobody but those who may see the proofs', async () => {
    expect(await refusalOf(notices())).toBe('not-called');
    await callOf(house, place);
    const anna = await house.as('anna');
    expect(await refusalOf(anna.call(contract.getNotices, { params: place }))).toBe('not-permitted');
  });

  it('tells of each owner how sure it is that the call came, and of premises without a known owner', async () => {
    await house.server.open.runTimedJobs();
    const found = await notices();
    expect(found.kind).toBe('called');
    expect(found.kinds).toMatchObject([{ kind: 'called', owners: 4, counts: { sent: 4, none: 0 } }]);
    expect(found.unknownPremises).toBe(1);
    expect(found.owners.map(({ premises, entrances }) => [premises, entrances])).toContainEqual([
      ['1', 'P1'],
      ['', '1'],
    ]);
    expect(standingOf(found, 'anna')).toMatchObject({ level: 'sent', way: 'email', next: null });
    expect(found.timeline.at(-1)!.told).toBe(4);
    // An address would name its owner to everybody who reads the proofs.
    expect(JSON.stringify(found)).not.toContain('@example.org');
  });

  it('counts a notice as received once its owner has read it in the own pages', async () => {
    const { call } = await house.as('anna');
    const { notices: mine, unread } = await call(own.listMyNotices, {});
    const called = mine.find(({ subject }) => subject.startsWith('Owners’ meeting'))!;
    expect(called.readAt).toBe(null);
    expect(unread).toBeGreaterThan(0);
    // Nobody reads for somebody else.
    await (await house.as('boris')).call(own.markNoticesRead, { body: { ids: [called.id] } });
    expect(standingOf(await notices(), 'anna')).toMatchObject({ level: 'sent' });
    await call(own.markNoticesRead, { body: { ids: [called.id] } });
    await call(own.markNoticesRead, { body: { ids: [called.id] } });
    expect(standingOf(await notices(), 'anna')).toMatchObject({ level: 'received', way: 'app' });
    expect((await call(own.listMyNotices, {})).unread).toBe(unread - 1);
  });

  it('finds a dead mailbox, proposes a letter, and sends nothing there when asked to send again', async () => {
    const { db, clock } = house.server.open.house;
    const [mail] = await house.server.open.connection.sql<{ id: string }[]>`
      select id::text from people.messages
      where about = ${place.meeting} and channel = 'email' and recipient like 'boris.%'`;
    const bounced = {
      message: { id: mail!.id },
      outcome: 'bounced',
      code: '5.1.1',
      deadContact: true,
    } as const;
    expect(await keepReport(db, 'email', bounced, clock.now())).toBe(true);
    const found = await notices({ show: 'dead' });
    expect(found.owners).toHaveLength(1);
    expect(found.owners[0]).toMatchObject({
      email: 'dead',
      standing: { level: 'none', trouble: '5.1.1', next: 'letter' },
    });
    expect((await notices({ show: 'untold' })).total).toBe(1);
    const chair = await house.as('chair');
    expect(await chair.call(contract.resendNotice, { params: place, body: { kind: 'called' } })).toEqual({
      people: 0,
    });
    const persons = [personOf(await notices(), 'boris')];
    expect(
      await chair.call(contract.resendNotice, { params: place, body: { kind: 'called', persons } }),
    ).toEqual({ people: 0 });
    expect(
      await refusalOf(chair.call(contract.resendNotice, { params: place, body: { kind: 'opened' } })),
    ).toBe('not-open');
  });

  it('prints letters to those whom nothing has reached, and to the unknown', async () => {
    const { call } = await house.as('chair');
    const all = await textOf(await call(contract.getLetters, { params: place }));
    expect(all.pages).toBe(5);
    expect(all.text).toContain('vera of the house');
    expect(all.text).toContain('Собственнику помещения № 3');
    const untold = await textOf(
      await call(contract.getLetters, { params: place, query: { only: 'untold' } }),
    );
    expect(untold.pages).toBe(2);
    expect(untold.text).toContain('boris of the house');
    expect(untold.text).toContain('Провести ремонт подъездов');
    expect(untold.text.replaceAll(/\s/g, '')).toContain(`veche.test/m/${place.meeting.slice(0, 12)}`);
    expect(
      await refusalOf(call(contract.getLetters, { params: place, query: { entrance: 'no such' } })),
    ).toBe('nobody-to-write-to');
    expect(await refusalOf(call(contract.getLetters, { params: place, query: { kind: 'result' } }))).toBe(
      'not-closed',
    );
  });

  it('prints a poster for each entrance that names nobody, and the sheet to sign on', async () => {
    const { call } = await house.as('chair');
    const posters = await textOf(await call(contract.getPosters, { params: place }));
    expect(posters.pages).toBe(3);
    expect(posters.text).not.toMatch(/anna|boris|vera|office/);
    const sheet = await textOf(
      await call(contract.getDeliverySheet, { params: place, query: { entrance: '1' } }),
    );
    expect(sheet.text).toContain('boris of the house');
    expect(sheet.text).not.toContain('office of the house');
  });

  it('records a hand-over with its proof, never replaces the proof, and crosses out a mistake', async () => {
    const { call } = await house.as('chair');
    const persons = [personOf(await notices(), 'boris')];
    const happenedAt = house.server.open.clock.now().toISOString();
    const record = (change: object) =>
      call(contract.recordHandDelivery, {
        params: place,
        body: { channel: 'hand', kind: 'called', persons, happenedAt, detail: 'лично', ...change } as never,
      });
    expect(await refusalOf(record({ happenedAt: '2099-01-01T00:00:00Z' }))).toBe('in-the-future');
    expect(await refusalOf(record({ persons: ['00000000-0000-4000-8000-000000000000'] }))).toBe(
      'not-an-owner-there',
    );
    const { ids } = await record({});
    expect(standingOf(await notices(), 'boris')).toMatchObject({ level: 'received', way: 'hand' });
    const photo = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.from('a photo')]);
    const inDelivery = { ...place, delivery: ids[0]! };
    const put = (body: Buffer) =>
      call(contract.putDeliveryProof, {
        params: inDelivery,
        body: new Uint8Array(body),
        contentType: 'image/jpeg',
      });
    expect(await refusalOf(put(Buffer.from('<script>alert(1)</script>')))).toBe('not-such-a-file');
    expect(await put(photo)).toEqual({ sha256: createHash('sha256').update(photo).digest('hex') });
    expect(await refusalOf(put(photo))).toBe('proof-there');
    const kept = await call(contract.getDeliveryProof, { params: inDelivery });
    expect(kept.headers.get('content-type')).toBe('image/jpeg');
    expect(Buffer.from(await kept.arrayBuffer()).equals(photo)).toBe(true);
    const withdraw = () =>
      call(contract.withdrawHandDelivery, { params: inDelivery, body: { why: 'не тот сосед' } });
    await withdraw();
    expect(await refusalOf(withdraw())).toBe('already-withdrawn');
    expect(standingOf(await notices(), 'boris')).toMatchObject({ level: 'none' });
    const proof = await call(contract.getOwnerProof, { params: { ...place, person: persons[0]! } });
    expect(proof.byHand).toMatchObject([{ detail: 'лично', withdrawn: { why: 'не тот сосед' } }]);
  });

  it('shows one owner’s proofs with every moment, as a sheet to print too', async () => {
    const { call } = await house.as('chair');
    const params = { ...place, person: personOf(await notices(), 'boris') };
    const proof = await call(contract.getOwnerProof, { params });
    const mail = proof.messages.find(({ channel }) => channel === 'email')!;
    expect(mail).toMatchObject({ kind: 'called', state: 'bounced', to: 'b…@example.org' });
    expect(mail.events.map(({ kind, code }) => [kind, code])).toEqual([
      ['sent', null],
      ['bounced', '5.1.1'],
    ]);
    const { text } = await textOf(await call(contract.getOwnerProofPdf, { params }));
    expect(text.replaceAll(/\s+/g, '')).toContain(mail.contentHash);
    expect(text).toContain('не тот сосед');
    const stranger = { ...place, person: '00000000-0000-4000-8000-000000000000' };
    expect(await refusalOf(call(contract.getOwnerProof, { params: stranger }))).toBe('not-found');
  });

  it('gives the ledger as a table that a spreadsheet reads and does not run', async () => {
    const { call } = await house.as('chair');
    const csv = await (await call(contract.getDeliveries, { params: place, query: { lang: 'en' } })).text();
    const lines = csv.trim().split('\n');
    expect(lines[0]).toContain('Owner;Premises;Notice');
    expect(lines.filter((line) => line.includes('boris of the house')).length).toBeGreaterThanOrEqual(3);
    expect(csv).toContain('5.1.1');
    expect(csv).not.toMatch(/(^|;)"?[=+@]/m);
  });
});

describe('reminders', () => {
  it('go to those who have not voted and want them, once a day, and say nothing of any vote', async () => {
    await house.advance(3_601);
    const anna = await prepareDevice(await house.as('anna'), place, 'Phone');
    await cast(anna, signBallot(anna, { 'item-1': 'against', 'item-2': 'for', 'item-3': 'abstain' }));
    const vera = await house.as('vera');
    await vera.call(own.setMyReminders, { body: { reminders: false } });
    const chair = await house.as('chair');
    const remind = () => chair.call(contract.sendReminder, { params: place });
    // Boris, the firm, and its head, who acts for it.
    expect(await remind()).toEqual({ people: 3 });
    expect(await reminded()).toBe(3);
    expect(await refusalOf(remind())).toBe('reminded-today');
    await house.advance(DAY);
    await Promise.allSettled([remind(), remind()]);
    const [row] = await house.server.open.connection.sql<{ count: number }[]>`
      select count(*)::int as count from people.messages
      where about = ${place.meeting} and template = 'meetings.notice.reminder' and channel = 'app'`;
    expect(row!.count).toBe(6);
  });

  it('bring a link by which anybody who has it may end them, and nothing else', async () => {
    const office = await house.as('office');
    const { notices: mine } = await office.call(own.listMyNotices, {});
    const token = /\/stop\/([A-Za-z0-9_-]{32})/.exec(mine[0]!.text)![1]!;
    const anyone = createCall(house.url, fetch);
    await anyone(own.stopReminders, { params: { token }, body: { reminders: false } });
    expect((await office.call(own.listMyNotices, {})).reminders).toBe(false);
    await anyone(own.stopReminders, { params: { token }, body: { reminders: true } });
    expect((await office.call(own.listMyNotices, {})).reminders).toBe(true);
    const wrong = anyone(own.stopReminders, {
      params: { token: 'x'.repeat(32) },
      body: { reminders: false },
    });
    expect(await refusalOf(wrong)).toBe('not-found');
  });

  it('go by themselves three days and one day before the end, and not twice', async () => {
    const before = await reminded();
    expect(before).toBe(3);
    const { sql } = house.server.open.connection;
    const sent = async () =>
      (
        await sql<{ at: Date }[]>`
          select distinct created_at as at from people.messages
          where about = ${place.meeting} and template = 'meetings.notice.reminder' order by 1`
      ).length;
    const byHand = await sent();
    await house.advance(5 * DAY);
    expect(await sent()).toBe(byHand);
    await house.advance(DAY + 3_600);
    await house.advance(60);
    expect(await sent()).toBe(byHand + 1);
    await house.advance(2 * DAY);
    await house.advance(60);
    expect(await sent()).toBe(byHand + 2);
  });
});

describe('what is still missing', () => {
  it('is told by item and entrance in area and heads, to those who may see it, and never how anyone voted', async () => {
    const anna = await house.as('anna');
    expect(await refusalOf(anna.call(contract.getOutstanding, { params: place }))).toBe('not-permitted');
    const found = await (await house.as('chair')).call(contract.getOutstanding, { params: place });
    expect(found.items.map(({ area }) => area?.missing ?? null)).toEqual([
      // A majority of those who take part still needs its quorum.
      '1419001/2',
      '1419001/2',
      expect.stringMatching(/^[0-9]+(\/3)?$/) as string,
    ]);
    expect(found.items[1]!.area).toMatchObject({ takenPart: '668000', isMore: true, isEnough: false });
    expect(found.entrances).toContainEqual({
      entrance: '1',
      areaAll: '1243000',
      areaMissing: '700000',
      headsAll: 3,
      headsMissing: 2,
    });
    expect(JSON.stringify(found)).not.toMatch(/against|abstain/);
  });
});

describe('the address on a poster', () => {
  const anyone = () => createCall(house.url, fetch);
  const find = (meeting: string) => anyone()(meetings.findMeetingPlace, { params: { meeting } });

  it('leads to the meeting by the first half of its id, or by all of it', async () => {
    expect(await find(place.meeting.slice(0, 12))).toEqual(place);
    expect(await find(place.meeting)).toEqual(place);
  });

  it('leads nowhere by other digits, by too few, or to a draft', async () => {
    const { meeting: draft } = await draftOf(house);
    for (const other of [draft, draft.slice(0, 12), `${place.meeting.slice(0, 12)}${'f'.repeat(12)}`])
      expect(await refusalOf(find(other))).toBe('not-found');
    expect(await refusalOf(find(place.meeting.slice(0, 11)))).toBe('not-found');
  });
});

describe('calendars', () => {
  it('have the dates of a meeting for everybody', async () => {
    const anyone = createCall(house.url, fetch);
    const file = await (await anyone(contract.getCalendar, { params: place, query: { lang: 'en' } })).text();
    const meeting = await anyone(meetings.getMeeting, { params: place });
    const stamp = (at: string): string => at.replace(/[-:]|\.000/g, '');
    expect(file).toContain('BEGIN:VCALENDAR\r\n');
    expect(file).toContain(`DTSTART:${stamp(meeting.opensAt!)}`);
    expect(file).toContain(`DTEND:${stamp(meeting.closesAt!)}`);
    expect(file).toContain('Voting ends');
    expect(file.split('\r\n').every((line) => Buffer.byteLength(line) <= 75)).toBe(true);
  });

  it('are fed by an address of one’s own that may be changed and ended', async () => {
    const { call } = await house.as('anna');
    const since = async () => (await call(contract.getMyCalendarFeed)).since;
    expect(await since()).toBeNull();
    const { url } = await call(contract.makeCalendarFeed);
    const made = Date.parse((await since())!);
    expect(Math.abs(house.server.open.clock.now().getTime() - made)).toBeLessThan(60_000);
    const open = (address: string) => fetch(house.url + new URL(address).pathname);
    const first = await open(url);
    expect(first.status).toBe(200);
    expect(first.headers.get('content-type')).toContain('text/calendar');
    expect(await first.text()).toContain(`${place.meeting}-closes@veche.test`);
    const second = (await call(contract.makeCalendarFeed)).url;
    expect((await open(url)).status).toBe(404);
    expect((await open(second)).status).toBe(200);
    await call(contract.deleteCalendarFeed);
    expect(await since()).toBeNull();
    expect((await open(second)).status).toBe(404);
    const stranger = await house.as('stranger');
    const theirs = await open((await stranger.call(contract.makeCalendarFeed)).url);
    expect(await theirs.text()).not.toContain('BEGIN:VEVENT');
  });
});
