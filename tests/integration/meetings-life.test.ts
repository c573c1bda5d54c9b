import { createHash } from 'node:crypto';
import { inflateSync } from 'node:zlib';
import { encodeBase64 } from '@veche/ledger/bytes.ts';
import * as contract from '@veche/meetings/contract.ts';
import { createCall } from '@veche/module-kit/client.ts';
import { readOutbox } from '@veche/people/contract.ts';
import { extractText, getDocumentProxy } from 'unpdf';
import { beforeAll, describe, expect, it } from 'vitest';
import { cast, prepareDevice, signBallot, type Place } from '../story/holder.ts';
import {
  auditOf,
  bundleOf,
  callOf,
  DAY,
  draftOf,
  openOf,
  OWNERS,
  refusalOf,
  startMeetingServer,
  type MeetingServer,
} from '../support/meeting-server.ts';

let house: MeetingServer;
let place: Place;
beforeAll(async () => {
  house = await startMeetingServer();
});

/** Messages of the outbox about meetings, oldest first. */
async function messagesTo(name: string): Promise<{ to: string; subject: string; text: string }[]> {
  const { messages } = await createCall(house.url, fetch)(readOutbox, {});
  return messages.filter(({ to, subject }) => to.startsWith(name) && !/код|code/i.test(subject)).reverse();
}

describe('the life of a meeting, step by step', () => {
  it('keeps a draft to those who call, and saves it as it is', async () => {
    place = await draftOf(house);
    const anna = await house.as('anna');
    expect(await refusalOf(anna.call(contract.getMeeting, { params: place }))).toBe('not-found');
    expect((await anna.call(contract.listMeetings, { params: place })).meetings).toEqual([]);
    const chair = await house.as('chair');
    const draft = await chair.call(contract.getMeeting, { params: place });
    expect(draft).toMatchObject({ state: 'draft', turnout: null, log: [], may: { edit: true, vote: false } });
    expect(draft.items.map(({ id, number, rule }) => [id, number, rule.id])).toEqual([
      ['item-1', 1, 'ru.participants'],
      ['item-2', 2, 'ru.half-all'],
      ['item-3', 3, 'ru.two-thirds-all'],
    ]);
    const saved = await chair.call(contract.editDraft, {
      params: place,
      body: {
        title: 'Ремонт, совет дома и подвал',
        opensAt: draft.opensAt,
        closesAt: draft.closesAt,
        items: draft.items.map(({ text, explanation, rule }) => ({ text, explanation, ruleId: rule.id })),
      },
    });
    expect(saved.title).toBe('Ремонт, совет дома и подвал');
  });

  it('is called: pinned in the log, told to every owner in their language', async () => {
    await callOf(house, place);
    const meeting = await createCall(house.url, fetch)(contract.getMeeting, { params: place });
    expect(meeting).toMatchObject({ state: 'called', turnout: null, address: 'ул. Лесная, д. 5' });
    await expect
      .poll(async () => (await createCall(house.url, fetch)(contract.getMeeting, { params: place })).log)
      .toEqual([{ kind: 'meeting.called', index: 1 }]);
    // The start page writes its moments in the time of the building.
    const { meetings } = await createCall(house.url, fetch)(contract.listPublicMeetings, {});
    expect(meetings).toMatchObject([{ id: place.meeting, timeZone: 'Asia/Yekaterinburg' }]);
    for (const owner of OWNERS)
      expect((await messagesTo(owner)).filter(({ text }) => text.includes(place.meeting))).toHaveLength(1);
    expect((await messagesTo('anna'))[0]!.subject).toBe('Owners’ meeting: Ремонт, совет дома и подвал');
    expect((await messagesTo('boris'))[0]!.text).toContain(
      `https://veche.test/buildings/${place.building}/meetings/${place.meeting}`,
    );
    // The moments too are in the reader's language.
    expect((await messagesTo('anna'))[0]!.text).toMatch(
      /Voting ends: .*[A-Z][a-z]+.* \(Yekaterinburg time\)/,
    );
    expect((await messagesTo('boris'))[0]!.text).toMatch(
      /Голосование закончится: .*[а-я]{3}.* \(Екатеринбург\)/,
    );
    expect(await messagesTo('stranger')).toEqual([]);
    const anna = await house.as('anna');
    expect(await refusalOf(anna.call(contract.getMyBallot, { params: place }))).toBe('not-open');
  });

  it('opens by itself at the announced moment, with the roll of that moment', async () => {
    await house.advance(3_601);
    const anna = await house.as('anna');
    const meeting = await anna.call(contract.getMeeting, { params: place });
    expect(meeting).toMatchObject({
      state: 'open',
      may: { vote: true, close: false, seeMissing: false },
      turnout: {
        areaAll: '2755001',
        areaParticipants: '0',
        percent: '0.00',
        headsAll: 5,
        headsParticipants: 0,
      },
    });
    const mine = await anna.call(contract.getMyBallot, { params: place });
    expect(mine).toMatchObject({ weight: '668000', weightAll: '2755001', percent: '24.25', ballots: [] });
    expect(mine.entitlements.map(({ premises, weight }) => [premises, weight])).toEqual([
      ['1', '543000'],
      ['P1', '125000'],
    ]);
    const boris = await (await house.as('boris')).call(contract.getMyBallot, { params: place });
    expect(boris.weight).toBe('700000/3');
    expect((await messagesTo('anna')).at(-1)!.subject).toMatch(/^Voting has begun/);
  });

  it('takes votes and changed votes, tells of each new device, and shows turnout but never choices', async () => {
    const anna = await prepareDevice(await house.as('anna'), place, 'Phone of Anna');
    expect((await messagesTo('anna')).at(-1)!.text).toContain('Phone of Anna');
    await cast(anna, signBallot(anna, { 'item-1': 'for', 'item-2': 'for', 'item-3': 'for' }));
    const boris = await prepareDevice(await house.as('boris'), place, 'Телефон');
    await cast(boris, signBallot(boris, { 'item-1': 'against', 'item-2': 'against', 'item-3': 'against' }));
    await cast(boris, signBallot(boris, { 'item-1': 'for', 'item-2': 'abstain' }));
    const office = await prepareDevice(await house.as('office'), place, 'Компьютер');
    await cast(office, signBallot(office, { 'item-1': 'for', 'item-2': 'for', 'item-3': 'against' }));

    const mine = await boris.session.call(contract.getMyBallot, { params: place });
    expect(mine.ballots.map(({ effective, choices }) => [effective, choices])).toEqual([
      [false, { 'item-1': 'against', 'item-2': 'against', 'item-3': 'against' }],
      [true, { 'item-1': 'for', 'item-2': 'abstain' }],
    ]);
    expect(mine.devices).toHaveLength(1);
    await house.advance(DAY);
    const meeting = await anna.session.call(contract.getMeeting, { params: place });
    expect(meeting.turnout).toMatchObject({
      areaParticipants: '5704000/3',
      percent: '69.01',
      headsParticipants: 3,
    });
    expect(meeting.turnout!.timeline.at(-1)!.areaParticipants).toBe('5704000/3');
    expect(meeting.turnout!.byEntrance).toContainEqual({
      entrance: '2',
      areaAll: '1387001',
      areaParticipants: '1000000',
    });
    expect(JSON.stringify(meeting)).not.toMatch(/"(for|against|abstain)":"[0-9]/);
    const listed = await anna.session.call(contract.listMeetings, { params: place });
    expect(listed.meetings[0]).toMatchObject({
      percent: '69.01',
      mine: 'voted',
      state: 'open',
      votingEnded: false,
    });
  });

  it('shows the chair whose votes are missing, and nobody else', async () => {
    const chair = await house.as('chair');
    const { entrances } = await chair.call(contract.getMissing, { params: place });
    expect(entrances).toEqual([
      {
        entrance: '1',
        premises: [
          { number: '2', owner: 'vera of the house', agents: [], area: '1400000/3', reachable: true },
        ],
      },
      {
        entrance: '2',
        premises: [{ number: '3', owner: null, agents: [], area: '387001', reachable: false }],
      },
    ]);
    const anna = await house.as('anna');
    expect(await refusalOf(anna.call(contract.getMissing, { params: place }))).toBe('not-permitted');
  });

  it('is closed by the chair after the announced end: counted exactly, with minutes', async () => {
    await house.advance(10 * DAY);
    // Until the close a list says that the voting has ended, to members and to strangers.
    const chair = await house.as('chair');
    const awaited = { meetings: [{ id: place.meeting, state: 'open', votingEnded: true }] };
    expect(await chair.call(contract.listMeetings, { params: place })).toMatchObject(awaited);
    expect(await createCall(house.url, fetch)(contract.listPublicMeetings, {})).toMatchObject(awaited);
    expect((await chair.call(contract.getMeeting, { params: place })).may.close).toBe(true);
    const closed = await chair.call(contract.closeMeeting, { params: place, query: { lang: 'ru' } });
    expect(closed.state).toBe('closed');
    expect(closed.log.map(({ kind }) => kind)).toEqual([
      'meeting.called',
      'meeting.opened',
      'meeting.closed',
      'result',
      'minutes',
    ]);
    const result = await createCall(house.url, fetch)(contract.getResult, {
      params: place,
      query: { lang: 'ru' },
    });
    expect(result.roll).toEqual({ size: 6, area: '2755001', heads: 5, units: 5 });
    expect(result.ballots).toEqual({ logged: 4, effective: 3, superseded: 1, late: 0 });
    expect(result.items.map(({ verdict }) => verdict)).toEqual(['passed', 'passed', 'failed']);
    expect(result.items[1]!.sums.area).toEqual({
      all: '2755001',
      participants: '5704000/3',
      for: '1668000',
      against: '0',
      abstain: '700000/3',
      unmarked: '0',
    });
    expect(result.items[2]!.sums.area.unmarked).toBe('700000/3');
    expect(result.items[2]!.arithmetic.at(-1)).toBe('Итог: решение не принято.');
    expect((await messagesTo('vera')).at(-1)!.text).toContain('Решений принято: 2 из 3');
  });

  it('leaves a bundle that a stranger verifies against the public log, with the minutes', async () => {
    const stranger = createCall(house.url, fetch);
    const bundle = await bundleOf(stranger, place);
    const answer = await stranger(contract.getMinutes, { params: place });
    const minutes = new Uint8Array(await answer.arrayBuffer());
    const report = await auditOf(house, bundle, { minutes });
    expect(report.broken).toBeNull();
    expect(report.ok).toBe(true);
    expect(report.result?.ballots).toEqual({ logged: 4, effective: 3, superseded: 1, late: 0 });

    const text = new TextDecoder().decode(bundle);
    expect(text).not.toMatch(/anna|boris|vera of|Phone of/i);
    expect(text).toContain(encodeBase64(createHash('sha256').update(minutes).digest()));
    const flipped = bundle.slice();
    flipped[Math.floor(bundle.length / 2)]! ^= 1;
    expect((await auditOf(house, flipped)).ok).toBe(false);
  });

  it('draws up minutes with real text, fonts inside, tags, bookmarks and a language', async () => {
    const answer = await createCall(house.url, fetch)(contract.getMinutes, { params: place });
    expect(answer.headers.get('content-type')).toBe('application/pdf');
    const pdf = Buffer.from(await answer.arrayBuffer());
    const plain = pdf.toString('latin1');
    expect(plain.slice(0, 8)).toBe('%PDF-1.7');
    for (const sign of [
      '/StructTreeRoot',
      '/Marked true',
      '/Outlines',
      '/Lang (ru)',
      '/FontFile2',
      '/ToUnicode',
    ])
      expect(plain, sign).toContain(sign);
    // Any page's content is compressed; the fonts must map what they draw back to letters.
    expect(streamsOf(pdf).some((stream) => /beginbfrange|beginbfchar/.test(stream))).toBe(true);
    const document = await getDocumentProxy(new Uint8Array(pdf));
    const words = (await extractText(document, { mergePages: true })).text.replace(/\s+/g, ' ');
    expect(words).toContain('Протокол № 1 общего собрания собственников');
    expect(words).toContain('По вопросу 3 решение не принято.');
    expect(words).not.toMatch(/anna|boris|vera/);
  });
});

describe('turnout', () => {
  it('looked at before the last votes is the true one once the meeting is closed', async () => {
    const voted = await openOf(house);
    const office = await prepareDevice(await house.as('office'), voted, 'Компьютер');
    const turnout = async () =>
      (await office.session.call(contract.getMeeting, { params: voted })).turnout!.areaParticipants;
    expect(await turnout()).toBe('0');
    await cast(office, signBallot(office, { 'item-1': 'for' }));
    await house.advance(11 * DAY);
    const chair = await house.as('chair');
    const closed = await chair.call(contract.closeMeeting, { params: voted });
    expect(closed.turnout!.areaParticipants).toBe('1000000');
    expect(await turnout()).toBe('1000000');
  });
});

function streamsOf(pdf: Buffer): string[] {
  const streams: string[] = [];
  for (let at = pdf.indexOf('stream\n'); at >= 0; at = pdf.indexOf('\nstream\n', at + 1)) {
    const end = pdf.indexOf('endstream', at);
    const from = pdf.indexOf('\n', at + 1) + 1;
    try {
      streams.push(inflateSync(pdf.subarray(from, end)).toString('latin1'));
    } catch {
      // Not a compressed stream.
    }
  }
  return streams;
}
