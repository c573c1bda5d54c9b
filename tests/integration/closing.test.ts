// What follows the count, over a real database: minutes in every form, their editions, annexes and signatures.
import { createHash, webcrypto } from 'node:crypto';
import * as auditing from '@veche/meetings/auditing/contract.ts';
import * as calling from '@veche/meetings/calling/contract.ts';
import * as closing from '@veche/meetings/closing/contract.ts';
import * as contract from '@veche/meetings/contract.ts';
import * as decisions from '@veche/meetings/decisions/contract.ts';
import { recordEarlierDecisions } from '@veche/meetings/decisions/record.ts';
import * as notices from '@veche/meetings/notice/contract.ts';
import { createCall, type Call } from '@veche/module-kit/client.ts';
import * as people from '@veche/people/contract.ts';
import * as register from '@veche/people/register/contract.ts';
import { insertRole } from '@veche/people/store.ts';
import * as asn1js from 'asn1js';
import { unzipSync } from 'fflate';
import * as pkijs from 'pkijs';
import { extractText, getDocumentProxy } from 'unpdf';
import { beforeAll, describe, expect, it } from 'vitest';
import { takeRisks } from '../story/hold-meeting.ts';
import { cast, prepareDevice, signBallot, type Place } from '../story/holder.ts';
import {
  auditOf,
  bundleOf,
  callOf,
  DAY,
  openOf,
  refusalOf,
  startMeetingServer,
  type MeetingServer,
} from '../support/meeting-server.ts';

let house: MeetingServer;
let place: Place;
let chair: Call;
let anna: Call;
let stranger: Call;
let auditor: Call;
let operator: Call;

const bytesOf = async (answer: Promise<Response>): Promise<Uint8Array> =>
  new Uint8Array(await (await answer).arrayBuffer());
const textOf = async (answer: Promise<Response>): Promise<string> =>
  new TextDecoder().decode(await bytesOf(answer));
const sha256 = (content: Uint8Array): string => createHash('sha256').update(content).digest('hex');

beforeAll(async () => {
  house = await startMeetingServer();
  chair = (await house.as('chair')).call;
  anna = (await house.as('anna')).call;
  stranger = createCall(house.url, fetch);
  auditor = (await house.as('stranger')).call;
  operator = (await house.as('vera')).call;
  const { db, clock } = house.server.open.house;
  for (const [call, role, buildingId] of [
    [auditor, 'auditor', house.building],
    [operator, 'operator', null],
  ] as const) {
    const { id: personId } = await call(people.getMe);
    await insertRole(db, { buildingId, personId, role, grantedBy: null }, clock.now());
  }
  place = await openOf(house);
  for (const [who, choices] of [
    ['anna', { 'item-1': 'for', 'item-2': 'for', 'item-3': 'against' }],
    ['boris', { 'item-1': 'for' }],
    ['office', { 'item-1': 'for', 'item-2': 'for', 'item-3': 'for' }],
  ] as const) {
    const device = await prepareDevice(await house.as(who), place, 'Телефон');
    await cast(device, signBallot(device, { ...choices }));
    // Somebody thinks again.
    if (who === 'boris') await cast(device, signBallot(device, { 'item-1': 'against' }));
  }
});

const PARTICULARS = {
  profile: 'ru-266',
  initiator: 'Совет дома',
  storage: 'Управляющая организация «Лесная»',
  signatories: [
    { role: 'chair', name: 'Председателева В. И.' },
    { role: 'secretary', name: 'Писарева О. А.' },
  ],
  heard: { 'item-1': ['Орлова А. П.'] },
} as const;

describe('the papers of a meeting', () => {
  it('are not there before the close', async () => {
    expect(await refusalOf(chair(closing.getClosing, { params: place }))).toBe('not-closed');
    expect(await refusalOf(chair(closing.drawUpMinutes, { params: place, body: body() }))).toBe('not-closed');
    expect(await refusalOf(stranger(closing.getMinutesXml, { params: place }))).toBe('not-closed');
  });

  it('are drawn up by the close: minutes in three forms that the log names, and annexes by their hashes', async () => {
    await house.advance(11 * DAY);
    await chair(contract.closeMeeting, { params: place, query: { lang: 'ru' } });
    const board = await chair(closing.getClosing, { params: place });
    expect(board.editions).toMatchObject([
      {
        edition: 1,
        profile: 'ru-266',
        language: 'ru',
        index: expect.any(Number),
        forms: ['pdf', 'xml', 'json'],
      },
    ]);
    expect(board.annexes.map(({ kind, personal }) => [kind, personal])).toEqual([
      ['notice', false],
      ['roll', true],
      ['participants', true],
      ['votes', true],
      ['result', false],
      ['deliveries', true],
    ]);
    const minutes = JSON.parse(await textOf(stranger(closing.getMinutesJson, { params: place }))) as {
      annexes: { sha256: string }[];
    };
    expect(minutes.annexes.map(({ sha256 }) => sha256)).toEqual(board.annexes.map(({ sha256 }) => sha256));
    for (const annex of board.annexes) {
      const params = { ...place, annex: String(annex.number) };
      expect(sha256(await bytesOf(chair(closing.getAnnex, { params })))).toBe(annex.sha256);
    }
    const bundle = await bundleOf(stranger, place);
    for (const form of [contract.getMinutes, closing.getMinutesXml, closing.getMinutesJson] as const)
      expect(
        (await auditOf(house, bundle, { minutes: await bytesOf(stranger(form, { params: place })) })).ok,
      ).toBe(true);
  });

  it('say who voted how in an annex for those whom the law gives it to, and for nobody else', async () => {
    const params = { ...place, annex: '4' };
    const votes = await textOf(chair(closing.getAnnex, { params }));
    expect(votes).toMatch(/"кв\. 2";"1";"boris of the house";"70\/3";"против";"нет отметки";"нет отметки"/);
    expect(await refusalOf(anna(closing.getAnnex, { params }))).toBe('not-permitted');
    expect(await refusalOf(stranger(closing.getAnnex, { params }))).toBe('sign-in-first');
    expect(await refusalOf(anna(closing.getClosing, { params: place }))).toBe('not-permitted');
    expect(await refusalOf(chair(closing.getAnnex, { params: { ...place, annex: '9' } }))).toBe('not-found');
  });

  it('say in an annex who was told up to the close, by which way and when', async () => {
    const params = { ...place, annex: '6' };
    const told = await textOf(chair(closing.getAnnex, { params }));
    expect(told).toMatch(/anna of the house;[^\n]*О созыве собрания;Эл\. почта;a…@example\.org;/u);
    expect(told.trimEnd().split('\n').at(-1)).toMatch(/^"Журнал уведомления[^"]*";"[0-9a-f]{64}"$/u);
    expect(await refusalOf(operator(closing.getAnnex, { params }))).toBe('not-permitted');
  });

  it('name what was found against the meeting and let stand, with the reason', async () => {
    const board = await chair(closing.getClosing, { params: place, query: { lang: 'ru' } });
    const short = board.accepted.find(({ code }) => code === 'short-notice')!;
    expect(short).toMatchObject({ stage: 'call', item: null });
    const minutes = await textOf(stranger(closing.getMinutesXml, { params: place }));
    expect(minutes).toContain(`<risk stage="call" code="short-notice">`);
    expect(minutes).toContain(`<reason>${short.reason}</reason>`);
  });

  it('are drawn up anew with the names of those who sign: for people of the house, while strangers see the first', async () => {
    const board = await chair(closing.drawUpMinutes, { params: place, body: body() });
    expect(board.editions.map(({ edition }) => edition)).toEqual([1, 2]);
    expect(board.editions[1]!.particulars).toEqual(PARTICULARS);
    await expect
      .poll(async () => textOf(anna(closing.getMinutesXml, { params: place })), { timeout: 10_000 })
      .toContain('Председателева');
    const forStrangers = await textOf(stranger(closing.getMinutesXml, { params: place }));
    expect(forStrangers).not.toContain('Председателева');
    const second = { params: place, query: { edition: 2 } };
    expect(await refusalOf(stranger(closing.getMinutesXml, second))).toBe('not-found');
    const pdf = await bytesOf(anna(contract.getMinutes, second));
    const report = await auditOf(house, await bundleOf(anna, place), { minutes: pdf });
    expect(report.broken).toBeNull();
    // What was counted and its annexes are the same in every edition.
    const [first, other] = await Promise.all(
      [1, 2].map(async (edition) => {
        const query = { edition };
        return JSON.parse(await textOf(anna(closing.getMinutesJson, { params: place, query }))) as Json;
      }),
    );
    for (const same of ['items', 'annexes', 'base', 'ballots', 'journal'] as const)
      expect(withoutHeard(other![same])).toEqual(withoutHeard(first![same]));
  });

  it('cannot be drawn up by an owner, nor with a field that nobody knows', async () => {
    expect(await refusalOf(anna(closing.drawUpMinutes, { params: place, body: body() }))).toBe(
      'not-permitted',
    );
    const surplus = { ...body(), verdict: 'passed' } as ReturnType<typeof body>;
    expect(await refusalOf(chair(closing.drawUpMinutes, { params: place, body: surplus }))).toBe(
      'invalid-input',
    );
  });
});

type Json = Record<'items' | 'annexes' | 'base' | 'ballots' | 'journal', unknown>;
const withoutHeard = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (key, inner: unknown) => (key === 'heard' ? [] : inner)));

function body() {
  return {
    ...PARTICULARS,
    signatories: [...PARTICULARS.signatories],
    heard: { 'item-1': [...PARTICULARS.heard['item-1']] },
  };
}

describe('signatures of the minutes', () => {
  const upload = (content: Uint8Array, query: { edition: number; role: 'chair' | 'secretary' }) =>
    chair(closing.addSignature, {
      params: place,
      query: { fileName: 'Подпись.sig', ...query },
      body: content,
      contentType: 'application/octet-stream',
    });
  const minutesOf = (edition: number) =>
    bytesOf(anna(contract.getMinutes, { params: place, query: { edition } }));

  it('are refused when they are none, of another file, or of an edition that is no longer the newest', async () => {
    expect(await refusalOf(upload(new Uint8Array([1, 2, 3]), { edition: 2, role: 'chair' }))).toBe(
      'not-a-signature',
    );
    const other = await signDetached(new TextEncoder().encode('another file'));
    expect(await refusalOf(upload(other, { edition: 2, role: 'chair' }))).toBe('signature-of-other-file');
    const first = await signDetached(await minutesOf(1));
    expect(await refusalOf(upload(first, { edition: 1, role: 'chair' }))).toBe('not-newest-edition');
    const board = await chair(closing.getClosing, { params: place });
    expect(board).toMatchObject({ state: 'drawn-up', signatures: [] });
  });

  it('make minutes signed once chair and secretary have given theirs; the same file twice is one', async () => {
    const signature = await signDetached(await minutesOf(2));
    await upload(signature, { edition: 2, role: 'chair' });
    const half = await upload(signature, { edition: 2, role: 'chair' });
    expect(half.signatures).toHaveLength(1);
    expect(half.state).toBe('drawn-up');
    expect(half.signatures[0]!.signers).toMatchObject([
      { verdict: 'fits', covers: 'pdf', subject: 'Орлова Анна', algorithm: 'ECDSA, SHA-256' },
    ]);
    const board = await upload(signature, { edition: 2, role: 'secretary' });
    expect(board.state).toBe('signed');
    const params = { ...place, signature: board.signatures[0]!.id };
    expect(await bytesOf(chair(closing.getSignature, { params }))).toEqual(signature);
  });

  it('keep the minutes as they are until they are withdrawn', async () => {
    const anew = () => refusalOf(chair(closing.drawUpMinutes, { params: place, body: body() }));
    expect(await anew()).toBe('already-signed');
    const { signatures } = await chair(closing.getClosing, { params: place });
    const params = { ...place, signature: signatures[1]!.id };
    const board = await chair(closing.withdrawSignature, { params });
    expect(board.state).toBe('drawn-up');
    expect(board.signatures[1]!.withdrawnAt).not.toBeNull();
    expect(await refusalOf(chair(closing.withdrawSignature, { params }))).toBe('not-found');
    await upload(await signDetached(await minutesOf(2)), { edition: 2, role: 'secretary' });
  });
});

describe('the calendar after a meeting', () => {
  it('runs from the close, and from each step as people mark it', async () => {
    const { closedOn, today, deadlines } = await chair(closing.getClosing, { params: place });
    expect(deadlines.find(({ what }) => what === 'minutes')).toMatchObject({ doneOn: closedOn });
    const mark = (step: 'originals' | 'inspection', doneOn: string) =>
      chair(closing.markStep, { params: { ...place, step }, body: { doneOn, note: 'под роспись' } });
    expect(await refusalOf(mark('originals', '2099-01-01'))).toBe('day-ahead');
    expect(await refusalOf(mark('originals', '2020-01-01'))).toBe('day-before-close');
    const board = await mark('originals', today);
    expect(board.state).toBe('sent');
    expect(board.steps).toEqual([{ step: 'originals', doneOn: today, note: 'под роспись' }]);
    expect(board.deadlines.find(({ what }) => what === 'inspection')).toMatchObject({
      provisional: false,
      confidence: 'unconfirmed',
    });
  });
});

describe('the package for the inspection', () => {
  it('holds minutes, signatures, annexes and a letter, and a list by which sha256sum finds every one sound', async () => {
    const zip = await bytesOf(chair(closing.getPackage, { params: place }));
    const files = unzipSync(zip);
    expect(Object.keys(files).toSorted()).toEqual([
      'SHA256SUMS',
      'annexes/annex-1-notice.json',
      'annexes/annex-2-roll.csv',
      'annexes/annex-3-participants.csv',
      'annexes/annex-4-votes.csv',
      'annexes/annex-5-result.json',
      'annexes/annex-6-deliveries.csv',
      'cover-letter.pdf',
      'deliveries.csv',
      'minutes.json',
      'minutes.pdf',
      'minutes.xml',
      'signatures/1-chair.p7s',
      'signatures/2-secretary.p7s',
    ]);
    const sums = new TextDecoder().decode(files['SHA256SUMS']).trim().split('\n');
    expect(sums).toHaveLength(Object.keys(files).length - 1);
    for (const line of sums) {
      const [hash, name] = line.split('  ') as [string, string];
      expect(sha256(files[name]!), name).toBe(hash);
    }
    const minutes = JSON.parse(new TextDecoder().decode(files['minutes.json'])) as {
      annexes: { fileName: string; sha256: string }[];
    };
    for (const annex of minutes.annexes)
      expect(sha256(files[`annexes/${annex.fileName}`]!)).toBe(annex.sha256);
    const letter = await getDocumentProxy(new Uint8Array(files['cover-letter.pdf']!));
    const words = (await extractText(letter, { mergePages: true })).text.replace(/\s+/g, ' ');
    expect(words).toContain('В орган государственного жилищного надзора');
  });

  it('is for those who may see who voted how, and for nobody else', async () => {
    expect(await refusalOf(anna(closing.getPackage, { params: place }))).toBe('not-permitted');
    expect(await refusalOf(stranger(closing.getPackage, { params: place }))).toBe('sign-in-first');
  });
});

describe('a look at lists with names', () => {
  it('is written down before they are given, and the owners see who took them', async () => {
    await bytesOf(auditor(closing.getAnnex, { params: { ...place, annex: '2' } }));
    const { looks } = await anna(register.listLooksAtMe);
    const seen = looks
      .filter(({ why }) => why === 'Ремонт и совет дома')
      .map(({ name, place: at }) => [name, at]);
    expect(seen).toContainEqual(['stranger of the house', 'annexes']);
    expect(seen).toContainEqual(['chair of the house', 'package']);
    // What holds no names is no look.
    await bytesOf(auditor(closing.getAnnex, { params: { ...place, annex: '5' } }));
    expect((await anna(register.listLooksAtMe)).looks).toHaveLength(looks.length);
  });
});

describe('the auditor’s desk', () => {
  const deskFor = (call: Call) => call(auditing.getAuditDesk, { params: place, query: { lang: 'ru' } });

  it('says of each ballot that does not count why, which record counts instead, and whose it is', async () => {
    const desk = await deskFor(auditor);
    expect(desk.ballots).toMatchObject({ logged: 4, effective: 3, superseded: 1 });
    expect(desk.setAside).toMatchObject([
      { why: 'replaced', owner: { name: 'boris of the house', premises: ['кв. 2'] }, entitlements: 1 },
    ]);
    const [replaced] = desk.setAside;
    expect(replaced!.by).toBeGreaterThan(replaced!.index);
    expect(desk.next).toBeNull();
    const { looks } = await (await house.as('boris')).call(register.listLooksAtMe);
    expect(looks[0]).toMatchObject({ name: 'stranger of the house', place: 'ballots', premises: ['2'] });
  });

  it('shows the rules as they were pinned, and who answered for what was let stand', async () => {
    const { rules, accepted } = await deskFor(auditor);
    expect(rules.map(({ number, rule, isInLibrary }) => [number, rule, isInLibrary])).toEqual([
      [1, 'ru.participants', true],
      [2, 'ru.half-all', true],
      [3, 'ru.two-thirds-all', true],
    ]);
    expect(rules[2]!.name).toMatch(/двух третей/u);
    expect(accepted).toContainEqual(
      expect.objectContaining({ code: 'short-notice', stage: 'call', by: 'chair of the house' }),
    );
  });

  it('is without names for whoever runs the service, and closed to owners and strangers', async () => {
    const desk = await deskFor(operator);
    expect(desk.seesNames).toBe(false);
    expect(desk.setAside.map(({ owner }) => owner)).toEqual([null]);
    expect(await refusalOf(deskFor(anna))).toBe('not-permitted');
    expect(await refusalOf(deskFor(stranger))).toBe('sign-in-first');
    const params = { ...place, meeting: 'no-such-meeting' };
    expect(await refusalOf(auditor(auditing.getAuditDesk, { params }))).toBe('not-found');
  });
});

describe('what owners are told after a meeting', () => {
  it('is how to challenge it and by which day, with the source of each term, also for a calendar', async () => {
    const challenge = await stranger(closing.getChallenge, { params: place, query: { lang: 'ru' } });
    expect(challenge.how.join()).toContain('шести месяцев');
    const { deadlines } = await chair(closing.getClosing, { params: place });
    const term = challenge.terms.find(({ what }) => what === 'challenge')!;
    expect(term.day).toBe(deadlines.find(({ what }) => what === 'challenge')!.day);
    expect(term).toMatchObject({
      legalRef: 'ЖК РФ, ст. 46 ч. 6',
      confidence: 'confirmed',
      provisional: true,
    });
    const calendar = await textOf(stranger(closing.getChallengeCalendar, { params: place }));
    expect(calendar).toContain(`DTSTART;VALUE=DATE:${term.day.replaceAll('-', '')}`);
    expect(calendar).toContain('TRIGGER:-P');
  });

  it('hangs in the entrance: every decision with its votes, in the language of the minutes, and nobody’s name', async () => {
    const poster = await bytesOf(
      chair(notices.getPosters, { params: place, query: { kind: 'result', lang: 'ru' } }),
    );
    const { text } = await extractText(await getDocumentProxy(poster), { mergePages: true });
    const words = text.replace(/\s+/gu, ' ');
    expect(words).toMatch(/Дать совету дома право решать о ремонте По вопросу 2 решение принято\. За: /u);
    expect(words).toMatch(/veche\.test\/m\/[\w-]+\/result/u);
    expect(words).not.toContain('of the house');
  });
});

describe('the register of decisions', () => {
  const registerFor = (call: Call, words?: string) =>
    call(decisions.listDecisions, {
      params: { building: house.building },
      query: words === undefined ? {} : { words },
    });
  const link = (from: number, to: number, kind: 'repeals' | 'amends' = 'repeals') =>
    chair(decisions.linkDecisions, {
      params: { building: house.building },
      body: { from, to, kind, reason: 'Так сказано в новом решении' },
    });

  it('numbers every item of a closed meeting once, passed or not, for the people of the house', async () => {
    const { decisions: found } = await registerFor(anna);
    expect(found.map(({ number, itemNumber, standing }) => [number, itemNumber, standing])).toEqual([
      [3, 3, 'not-taken'],
      [2, 2, 'in-force'],
      [1, 1, 'in-force'],
    ]);
    expect(await refusalOf(registerFor(stranger))).toBe('sign-in-first');
    await recordEarlierDecisions(house.server.open.house);
    expect((await registerFor(anna)).decisions).toHaveLength(3);
  });

  it('is found by words, whatever their case', async () => {
    expect((await registerFor(anna, 'СОВЕТУ ремонте')).decisions.map(({ number }) => number)).toEqual([2]);
    expect((await registerFor(anna, "100% ' or")).decisions).toEqual([]);
  });

  it('numbers what was decided before there was a register', async () => {
    const { db } = house.server.open.house;
    await db.execute('delete from meetings.decisions');
    await recordEarlierDecisions(house.server.open.house);
    expect((await registerFor(anna)).decisions.map(({ number }) => number)).toEqual([3, 2, 1]);
  });

  it('takes two meetings over one agenda at once, and shows which repeals which once the chair has recorded it', async () => {
    const [one, other] = [await openOf(house), await openOf(house)];
    for (const place of [one, other]) {
      for (const who of ['anna', 'office'] as const) {
        const device = await prepareDevice(await house.as(who), place, 'Телефон');
        await cast(device, signBallot(device, { 'item-1': 'for', 'item-2': 'for', 'item-3': 'against' }));
      }
    }
    await house.advance(11 * DAY);
    // Two votes over one agenda are a risk, and somebody takes it upon themselves before the close.
    for (const params of [one, other])
      for (const { code, item, reason } of await takeRisks(chair, params))
        await chair(calling.takeRisk, { params, body: { code, item, reason } });
    for (const place of [one, other])
      expect((await chair(contract.closeMeeting, { params: place })).state).toBe('closed');
    const before = await registerFor(anna);
    expect(before.decisions.filter(({ text }) => text === before.decisions[1]!.text)).toMatchObject([
      { number: 8, standing: 'in-force' },
      { number: 5, standing: 'in-force' },
      { number: 2, standing: 'in-force' },
    ]);
    expect(await refusalOf(link(5, 8))).toBe('not-a-later-decision');
    expect(await refusalOf(link(9, 5))).toBe('not-passed');
    expect(await refusalOf(link(99, 5))).toBe('no-such-decision');
    await link(8, 5);
    expect(await refusalOf(link(8, 5, 'amends'))).toBe('already-linked');
    const after = await link(5, 2, 'amends');
    const standing = new Map(after.decisions.map(({ number, standing }) => [number, standing]));
    // What amended the second is itself repealed.
    expect([standing.get(8), standing.get(5), standing.get(2)]).toEqual(['in-force', 'repealed', 'in-force']);
    const [act] = after.decisions.find(({ number }) => number === 8)!.acts;
    expect(act).toMatchObject({ number: 5, kind: 'repeals', reason: 'Так сказано в новом решении' });
    const params = { building: house.building, link: act!.id };
    const withdrawn = await chair(decisions.unlinkDecisions, { params });
    expect(withdrawn.decisions.find(({ number }) => number === 5)!.standing).toBe('in-force');
    expect(await refusalOf(chair(decisions.unlinkDecisions, { params }))).toBe('not-found');
  });
});

describe('a meeting at which people came together', () => {
  it('has its documents among the annexes, and in the package the list that those present sign', async () => {
    const now = house.server.open.clock.now().getTime();
    const at = (hours: number) => new Date(now + hours * 3_600_000).toISOString();
    const { id } = await chair(contract.draftMeeting, {
      params: { building: house.building },
      body: {
        title: 'Собрание во дворе',
        form: 'mixed',
        convener: 'council',
        opensAt: at(1),
        closesAt: at(241),
        gathering: { at: at(25), place: 'Двор дома' },
        items: [{ text: 'Посадить у дома три липы', ruleId: 'ru.participants' }],
      },
    });
    const yard = { building: house.building, meeting: id };
    const estimate = new TextEncoder().encode('липа;3;за счёт содержания дома\n');
    await chair(calling.uploadMaterial, {
      params: yard,
      query: { fileName: 'Смета.csv', item: 1 },
      body: estimate,
      contentType: 'application/octet-stream',
    });
    await callOf(house, yard);
    await house.advance(3_601);
    const device = await prepareDevice(await house.as('office'), yard, 'Телефон');
    await cast(device, signBallot(device, { 'item-1': 'for' }));
    await house.advance(11 * DAY);
    for (const { code, item, reason } of await takeRisks(chair, yard))
      await chair(calling.takeRisk, { params: yard, body: { code, item, reason } });
    await chair(contract.closeMeeting, { params: yard, query: { lang: 'ru' } });

    const { annexes } = await chair(closing.getClosing, { params: yard });
    expect(annexes.at(-1)).toMatchObject({
      number: 7,
      kind: 'material',
      title: 'Материал к вопросу 1: Смета.csv',
      sha256: sha256(estimate),
      personal: false,
    });
    const files = unzipSync(await bytesOf(chair(closing.getPackage, { params: yard })));
    expect(files['annexes/annex-7-material.csv']).toEqual(estimate);
    const sheet = await getDocumentProxy(new Uint8Array(files['present-with-signatures.pdf']!));
    const { text } = await extractText(sheet, { mergePages: true });
    expect(text).toContain('Список присутствующих лично');
    expect(text.replace(/\s+/gu, ' ')).toContain('office of the house');
    const minutes = await textOf(stranger(closing.getMinutesXml, { params: yard }));
    expect(minutes).toContain('convener="council"');
    expect(minutes).toMatch(/<gathering at="[^"]+">Двор дома<\/gathering>/u);
  });
});

/** A detached signature over the file, by a key and a certificate made for it. */
async function signDetached(content: Uint8Array): Promise<Uint8Array> {
  const { subtle } = webcrypto;
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
  const keys = await subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = new pkijs.Certificate();
  certificate.version = 2;
  certificate.serialNumber = new asn1js.Integer({ value: 7 });
  for (const name of [certificate.subject, certificate.issuer])
    name.typesAndValues.push(
      new pkijs.AttributeTypeAndValue({
        type: '2.5.4.3',
        value: new asn1js.Utf8String({ value: 'Орлова Анна' }),
      }),
    );
  certificate.notBefore.value = new Date('2026-01-01T00:00:00Z');
  certificate.notAfter.value = new Date('2036-01-01T00:00:00Z');
  await certificate.subjectPublicKeyInfo.importKey(keys.publicKey as never);
  await certificate.sign(keys.privateKey as never, 'SHA-256');
  const digest = await subtle.digest('SHA-256', new Uint8Array(content));
  const signed = new pkijs.SignedData({
    version: 1,
    encapContentInfo: new pkijs.EncapsulatedContentInfo({ eContentType: pkijs.ContentInfo.DATA }),
    signerInfos: [
      new pkijs.SignerInfo({
        version: 1,
        sid: new pkijs.IssuerAndSerialNumber({
          issuer: certificate.issuer,
          serialNumber: certificate.serialNumber,
        }),
        signedAttrs: new pkijs.SignedAndUnsignedAttributes({
          type: 0,
          attributes: [
            new pkijs.Attribute({
              type: '1.2.840.113549.1.9.3',
              values: [new asn1js.ObjectIdentifier({ value: pkijs.ContentInfo.DATA })],
            }),
            new pkijs.Attribute({
              type: '1.2.840.113549.1.9.4',
              values: [new asn1js.OctetString({ valueHex: digest })],
            }),
          ],
        }),
      }),
    ],
    certificates: [certificate],
  });
  await signed.sign(keys.privateKey as never, 0, 'SHA-256', new Uint8Array(content));
  const info = new pkijs.ContentInfo({
    contentType: pkijs.ContentInfo.SIGNED_DATA,
    content: signed.toSchema(true),
  });
  return new Uint8Array(info.toSchema().toBER());
}
