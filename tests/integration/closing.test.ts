// What follows the count, over a real database: minutes in every form, their editions, annexes and signatures.
import { createHash } from 'node:crypto';
import * as closing from '@veche/meetings/closing/contract.ts';
import * as contract from '@veche/meetings/contract.ts';
import { createCall, type Call } from '@veche/module-kit/client.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { cast, prepareDevice, signBallot, type Place } from '../story/holder.ts';
import {
  auditOf,
  bundleOf,
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
  place = await openOf(house);
  for (const [who, choices] of [
    ['anna', { 'item-1': 'for', 'item-2': 'for', 'item-3': 'against' }],
    ['boris', { 'item-1': 'against' }],
    ['office', { 'item-1': 'for', 'item-2': 'for', 'item-3': 'for' }],
  ] as const) {
    const device = await prepareDevice(await house.as(who), place, 'Телефон');
    await cast(device, signBallot(device, { ...choices }));
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
