// Cases that end in court when a system gets them wrong, over the whole server: what leaks while people vote, a rule that
// changes under a meeting, and files that nobody should have sent.
import { gzipSync } from 'node:zlib';
import { installRules } from '@veche/meetings/rules/installed.ts';
import * as contract from '@veche/meetings/contract.ts';
import { pathOf } from '@veche/module-kit/client.ts';
import type { Endpoint } from '@veche/module-kit/endpoint.ts';
import { ProblemError } from '@veche/module-kit/problem.ts';
import * as people from '@veche/people/contract.ts';
import { REGISTER_LIMITS } from '@veche/people/domain/spreadsheet.ts';
import { insertRole } from '@veche/people/store.ts';
import { presetFiles } from '@veche/rules/preset-files.ts';
import { extractText, getDocumentProxy } from 'unpdf';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cast, prepareDevice, signBallot, type Choice, type Place } from '../story/holder.ts';
import {
  auditOf,
  bundleOf,
  callOf,
  DAY,
  draftOf,
  openOf,
  startMeetingServer,
  type MeetingServer,
  type Owner,
} from '../support/meeting-server.ts';

let house: MeetingServer;
beforeAll(async () => {
  house = await startMeetingServer();
});

const vote = async (who: Owner, place: Place, choice: Choice): Promise<void> => {
  const device = await prepareDevice(await house.as(who), place, 'Phone');
  await cast(device, signBallot(device, { 'item-1': choice, 'item-2': choice, 'item-3': choice }));
};

/** Whether the promise is refused, by which code and with which facts. */
const problemOf = async (answer: Promise<unknown>) => {
  try {
    await answer;
  } catch (error) {
    if (error instanceof ProblemError) return { ...error.problem, code: error.code };
    throw error;
  }
  throw new Error('expected a refusal');
};

describe('while people vote', () => {
  // Two meetings over the same questions at the same time. In one everybody is for, in the other against: whoever can
  // tell them apart has seen a result.
  let meetings: readonly [Place, Place];
  /** A person who holds every office at once sees whatever any of them may. */
  let office: Readonly<Record<string, string>>;
  /** An owner who has not voted. */
  let vera: Readonly<Record<string, string>>;
  let veraId = '';
  const texts = ['первый', 'второй'];

  beforeAll(async () => {
    const { db, clock } = house.server.open.house;
    const chair = await house.as('chair');
    const { id: personId } = await chair.call(people.getMe);
    for (const role of ['commission', 'auditor', 'operator'] as const)
      await insertRole(
        db,
        { buildingId: role === 'operator' ? null : house.building, personId, role, grantedBy: null },
        clock.now(),
      );
    office = chair.headers;
    const silent = await house.as('vera');
    vera = silent.headers;
    veraId = (await silent.call(people.getMe)).id;

    const places: Place[] = [];
    const soon = (seconds: number) => new Date(clock.now().getTime() + seconds * 1000).toISOString();
    const [opensAt, closesAt] = [soon(3_600), soon(3_600 + 10 * DAY)];
    for (const text of texts)
      places.push(
        await draftOf(house, {
          opensAt,
          closesAt,
          items: ['ru.participants', 'ru.half-all', 'ru.two-thirds-all'].map((ruleId, i) => ({
            text: `Решить ${text} вопрос ${'абв'[i]}`,
            explanation: '',
            ruleId,
          })),
        }),
      );
    for (const place of places) await callOf(house, place);
    await house.advance(3_601);
    meetings = [places[0]!, places[1]!];
    for (const who of ['anna', 'office'] as const) {
      await vote(who, meetings[0], 'for');
      await vote(who, meetings[1], 'against');
    }
    for (const place of meetings) await vote('boris', place, 'abstain');
    await house.advance(60);
  });

  const named = (text: string): string => text.replaceAll(new RegExp(texts.join('|'), 'gi'), 'TEXT');
  /** Without what differs between any two meetings: names, hashes, keys, moments, numbers of entries. */
  const masked = (text: string): string =>
    named(text)
      .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, 'ID')
      .replaceAll(/[0-9a-f]{20,}|(?<=\/m\/)[0-9a-f]+/g, 'ID')
      .replaceAll(/[A-Za-z0-9+/_-]{22,}={0,2}/g, 'BYTES')
      .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z|\d{8}T\d{6}Z|\d?\d:\d\d(:\d\d)?/g, 'TIME')
      .replaceAll(/"(id|index|size|number|bytes)":"?\d+"?/g, '"$1":N');
  const maskedPaper = (text: string): string =>
    named(text.replaceAll(/\s+/g, ''))
      .replaceAll(/[0-9a-f]{12,}/g, 'ID')
      .replaceAll(/[0-9a-f-]{36}|\d?\d:\d\d(:\d\d)?/g, 'ID');

  const textOf = async (answer: Response): Promise<string> => {
    const type = answer.headers.get('content-type') ?? '';
    // A calendar folds its long lines, and paper its long addresses: where, depends on the address.
    if (!type.startsWith('application/pdf'))
      return masked((await answer.text()).replaceAll(/\r?\n[ \t]/g, ''));
    const pdf = await getDocumentProxy(new Uint8Array(await answer.arrayBuffer()));
    const { text } = await extractText(pdf, { mergePages: true });
    return `${pdf.numPages} ${maskedPaper(text)}`;
  };

  const read = async (
    endpoint: Endpoint,
    place: Place,
    headers: Readonly<Record<string, string>>,
  ): Promise<{ status: number; text: string }> => {
    const path = pathOf(endpoint, {
      params: {
        ...place,
        person: veraId,
        annex: '1',
        material: '0'.repeat(24),
        idem: '0'.repeat(64),
        signature: veraId,
        delivery: veraId,
        step: 'originals',
      },
    });
    const answer = await fetch(house.url + path, { headers: { ...headers, 'accept-language': 'ru' } });
    return { status: answer.status, text: await textOf(answer) };
  };

  const endpointsOfMeeting = (): Endpoint[] =>
    house.server.open.routes
      .map(({ endpoint }) => endpoint)
      .filter(({ method, path }) => method === 'GET' && path.includes(':meeting'));

  it('no address tells how, to a stranger, to an owner, or to all offices of the house together', async () => {
    let answered = 0;
    for (const endpoint of endpointsOfMeeting())
      for (const [visitor, headers] of [
        ['a stranger', {}],
        ['an owner', vera],
        ['every office', office],
      ] as const) {
        const [one, other] = [
          await read(endpoint, meetings[0], headers),
          await read(endpoint, meetings[1], headers),
        ];
        expect(one, `${endpoint.id} as ${visitor}`).toEqual(other);
        if (one.status === 200) answered++;
      }
    // Lest the walk should see nothing but refusals.
    expect(answered).toBeGreaterThan(15);
  });

  it('no list and no message tells how', async () => {
    const { call } = await house.as('chair');
    const listed = await call(contract.listMeetings, { params: { building: house.building } });
    const views = meetings.map(({ meeting }) => listed.meetings.find(({ id }) => id === meeting));
    expect(masked(JSON.stringify(views[0]))).toBe(masked(JSON.stringify(views[1])));
    const written = (place: Place) =>
      house.server.open.connection.sql<{ line: string }[]>`
        select template || ' ' || channel || ' ' || recipient || ' ' || subject || ' ' || text as line
        from people.messages where about = ${place.meeting} order by 1`.then((rows) =>
        rows.map(({ line }) => masked(line)).toSorted(),
      );
    const told = await written(meetings[0]);
    expect(told.length).toBeGreaterThan(4);
    expect(told).toEqual(await written(meetings[1]));
  });

  it('the one address that knows a choice shows it to nobody but its owner, and the close shows it to all', async () => {
    const { call: anna } = await house.as('anna');
    const mine = await anna(contract.getMyBallot, { params: meetings[0] });
    expect(mine.ballots.map(({ choices }) => choices?.['item-1'])).toEqual(['for']);
    await house.advance(11 * DAY);
    const { call: chair } = await house.as('chair');
    for (const place of meetings) await chair(contract.closeMeeting, { params: place });
    const verdicts = await Promise.all(
      meetings.map(async (params) =>
        (await anna(contract.getResult, { params })).items.map(({ verdict }) => verdict),
      ),
    );
    expect(verdicts).toEqual([
      ['passed', 'passed', 'failed'],
      ['failed', 'failed', 'failed'],
    ]);
    const result = endpointsOfMeeting().find(({ id }) => id === contract.getResult.id)!;
    // The comparison above would have seen it.
    expect(await read(result, meetings[0], {})).not.toEqual(await read(result, meetings[1], {}));
  });
});

describe('a rule that changes after the notice', () => {
  afterAll(() => installRules([]));

  it('changes nothing in the meeting that was called before: version and words are pinned to the item', async () => {
    const place = await openOf(house);
    await vote('anna', place, 'for');
    await vote('office', place, 'for');
    const before = await (await house.as('anna')).call(contract.getMeeting, { params: place });

    const [, half] = presetFiles.find(([name]) => name === 'ru/ru.half-all.json')! as [
      string,
      { rule: { version: number; tests: object[][] }; texts: { ru: { name: string }; en: object } },
    ];
    const stricter = {
      ...half,
      texts: { ...half.texts, ru: { name: 'Все до одного', explanation: 'Новая редакция' } },
      rule: {
        ...half.rule,
        version: half.rule.version + 1,
        tests: [[{ ...half.rule.tests[0]![0]!, cmp: '==', num: 1, den: 1 }]],
      },
    };
    installRules([['correction.json', stricter]]);

    const { call: chair } = await house.as('chair');
    const { rules } = await chair(contract.listRules, {});
    expect(rules.find(({ rule }) => rule.id === 'ru.half-all')!.rule.version).toBe(half.rule.version + 1);
    const after = await (await house.as('anna')).call(contract.getMeeting, { params: place });
    expect(after.items[1]!.rule).toEqual(before.items[1]!.rule);

    await house.advance(11 * DAY);
    await chair(contract.closeMeeting, { params: place });
    const { items } = await chair(contract.getResult, { params: place, query: { lang: 'ru' } });
    expect(items[1]).toMatchObject({ verdict: 'passed', ruleName: half.texts.ru.name });
    expect(items[1]!.tests[0]![0]).toMatchObject({ cmp: '>', num: 1, den: 2, holds: true });
    const bundle = await bundleOf(chair, place);
    expect(new TextDecoder().decode(bundle)).not.toContain('Все до одного');
    // The auditor finds the same without asking anybody's library.
    expect((await auditOf(house, bundle)).ok).toBe(true);
  });
});

describe('a file that is no register', () => {
  const HEADER = 'premises;area;owner;share\n';
  const send = async (body: Uint8Array<ArrayBuffer>, fileName = 'register.csv') => {
    const { call } = await house.as('chair');
    return call(people.uploadRegister, {
      params: { building: house.building },
      query: { fileName },
      body,
      contentType: fileName.endsWith('.csv') ? 'text/csv' : 'application/octet-stream',
    });
  };
  const registerNow = async () => {
    const { call } = await house.as('chair');
    const { premises } = await call(people.readRegister, { params: { building: house.building } });
    return premises.map(({ number, titles }) => `${number} ${titles.map(({ share }) => share).join()}`);
  };

  it('of a million rows is refused with the limit, within bounds of time and memory, and others are served meanwhile', async () => {
    const before = await registerNow();
    const plain = new TextEncoder().encode('1;2\n'.repeat(1_000_000));
    const packed = new Uint8Array(gzipSync(HEADER + '1;2;3;1\n'.repeat(1_000_000)));
    for (const body of [plain, packed]) expect(body.length).toBeLessThan(REGISTER_LIMITS.bytes);
    const memoryBefore = process.memoryUsage().rss;
    let answered = 0;
    const began = performance.now();
    const refusals = Promise.all([problemOf(send(plain)), problemOf(send(packed, 'register.csv.gz'))]);
    // Whoever asks for something else meanwhile, one question after another.
    const asking = new AbortController();
    const others = (async () => {
      while (!asking.signal.aborted) {
        const answer = await fetch(`${house.url}/api/v1/buildings/${house.building}`);
        if (answer.ok) answered++;
        await answer.arrayBuffer();
      }
    })();
    await refusals.finally(() => asking.abort());
    await others;
    expect((await refusals).map(({ code, status }) => [code, status])).toEqual([
      ['too-many-rows', 422],
      ['too-many-rows', 422],
    ]);
    expect((await refusals)[0]).toMatchObject({ facts: { limit: REGISTER_LIMITS.rows } });
    expect(answered).toBeGreaterThan(5);
    expect(performance.now() - began).toBeLessThan(60_000);
    expect(process.memoryUsage().rss - memoryBefore).toBeLessThan(1_200 * 1024 * 1024);
    expect(await registerNow()).toEqual(before);
  });

  it('with a flat held twice over and another by half tells of both, and leaves the register in use as it was', async () => {
    const before = await registerNow();
    const rows = ['1;50;Орлова Анна;1', '1;50;Белов Борис;1/3', '2;40;Котова Вера;1/2', '3;30;=1+1;1'];
    const uploaded = await send(new TextEncoder().encode(HEADER + rows.join('\n')));
    const inImport = { building: house.building, import: uploaded.id };
    const { call } = await house.as('chair');
    const checked = await call(people.checkRegister, {
      params: inImport,
      body: { mapping: uploaded.mapping },
    });
    const found = checked.reconciliation!.findings.map(({ severity, code, premises }) =>
      [severity, code, premises].join(' '),
    );
    expect(found).toEqual(
      expect.arrayContaining([
        'error shares-over 1',
        'warning shares-gap 2',
        expect.stringMatching(/^error cell-formula/),
      ]),
    );
    const over = checked.reconciliation!.findings.find(({ code }) => code === 'shares-over')!;
    expect(over.message).toContain('4/3');
    expect((await problemOf(call(people.applyRegister, { params: inImport }))).code).toBe(
      'import-has-errors',
    );
    expect(await registerNow()).toEqual(before);
  });
});
