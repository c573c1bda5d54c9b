// Calling over the whole server: the check before the notice and before the close, documents, and what the log is told.
import { decodeBase64, encodeBase64 } from '@veche/ledger/bytes.ts';
import { sha256 } from '@veche/ledger/hash.ts';
import * as calling from '@veche/meetings/calling/contract.ts';
import * as contract from '@veche/meetings/contract.ts';
import { findMeeting, noticeOf, updateMeeting } from '@veche/meetings/store.ts';
import { createCall, type Call } from '@veche/module-kit/client.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Place } from '../story/holder.ts';
import { takeRisks } from '../story/hold-meeting.ts';
import {
  auditOf,
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
const stranger = () => createCall(house.url, fetch);
const smeta = new TextEncoder().encode('%PDF-1.7 смета');

beforeAll(async () => {
  house = await startMeetingServer();
  chair = (await house.as('chair')).call;
  anna = (await house.as('anna')).call;
});

const findingsOf = async (place: Place, severity = 'risk') =>
  (await chair(calling.getPreflight, { params: place })).findings
    .filter((one) => one.severity === severity)
    .map(({ code, item }) => (item === null ? code : `${code} ${item}`));
const upload = (place: Place, fileName: string, body: Uint8Array<ArrayBuffer>, item?: number, by = chair) =>
  by(calling.uploadMaterial, {
    params: place,
    query: { fileName, ...(item === undefined ? {} : { item }) },
    body,
    contentType: 'application/octet-stream',
  });
const soon = (days: number): string =>
  new Date(house.server.open.clock.now().getTime() + days * DAY * 1000).toISOString();

describe('the check before the notice', () => {
  it('names what is short, what is missing and why, in the reader’s language', async () => {
    const place = await draftOf(house);
    expect(await findingsOf(place)).toEqual(['short-notice', 'missing-annex 1']);
    const { stage, findings } = await chair(calling.getPreflight, { params: place, query: { lang: 'en' } });
    expect(stage).toBe('call');
    const short = findings.find(({ code }) => code === 'short-notice')!;
    expect(short.why).toContain('at least 10 clear days');
    expect(short.mend).toMatch(/^Open on \w+day, /);
    expect(await refusalOf(anna(calling.getPreflight, { params: place }))).toBe('not-permitted');
  });

  it('lets a lawful meeting go without a word, and a risky one only with a reason for each risk', async () => {
    const items = [{ text: 'Провести текущий ремонт подъездов', explanation: '', ruleId: 'ru.participants' }];
    const lawful = await draftOf(house, { items, opensAt: soon(12), closesAt: soon(22) });
    expect(await findingsOf(lawful)).toEqual([]);
    await chair(contract.callMeeting, { params: lawful, body: {} });

    const risky = await draftOf(house);
    const [first, ...rest] = await takeRisks(chair, risky);
    const call = (overrides: (typeof first)[]) =>
      refusalOf(
        chair(contract.callMeeting, { params: risky, body: { overrides: overrides as typeof rest } }),
      );
    expect(await call(rest)).toBe('findings-open');
    expect(await call([{ ...first!, reason: '     ' }, ...rest])).toBe('invalid-input');
    expect(await call([{ ...first!, reason: 'Протечка не ждёт' }, ...rest])).toBeNull();
    // Everybody reads the reason; the log is told of it within the notice.
    const view = await stranger()(contract.getMeeting, { params: risky });
    expect(view.accepted).toContainEqual({
      code: 'short-notice',
      item: null,
      title: 'Уведомление слишком позднее',
      reason: 'Протечка не ждёт',
    });
    const row = await findMeeting(house.server.open.house.db, {
      buildingId: risky.building,
      id: risky.meeting,
    });
    expect(noticeOf(row!).accepted?.map(({ code }) => code)).toContain('short-notice');
  });

  it('knows of another meeting of the house over the same item', async () => {
    const items = [{ text: 'Выкрасить забор в зелёный цвет', explanation: '', ruleId: 'ru.participants' }];
    await callOf(house, await draftOf(house, { items }));
    expect(await findingsOf(await draftOf(house, { items }))).toContain('same-agenda 1');
  });

  it('draws the calendar of the building: the first lawful day, terms with their sources, holidays', async () => {
    const calendar = await chair(calling.getCallingCalendar, {
      params: { building: house.building },
      query: { lang: 'en' },
    });
    const days = (Date.parse(calendar.earliest!) - Date.parse(calendar.today)) / 86_400_000;
    expect(days).toBe(11);
    expect(calendar.terms.map(({ act }) => act)).toEqual(['notice', 'administrator', 'voting']);
    expect(calendar.entrances).toEqual(['1', '2']);
    expect(calendar.holidays.length).toBeGreaterThan(10);
  });

  it('has a library whose every item has its words and only rules that can be counted', async () => {
    const { rules } = await stranger()(contract.listRules, {});
    const known = new Set(rules.map(({ rule }) => rule.id));
    const { items } = await stranger()(calling.listLibrary, { query: { lang: 'ru' } });
    expect(items.length).toBeGreaterThan(20);
    for (const { id, title, rules: needed } of items) {
      expect(title, id).not.toBe('');
      for (const rule of needed) expect(known, id).toContain(rule);
    }
  });
});

describe('documents of a meeting', () => {
  it('are kept with the draft, named in the notice by their bytes, and read by the people of the building', async () => {
    const place = await draftOf(house);
    expect(await refusalOf(upload(place, 'смета.pdf', new TextEncoder().encode('<html>')))).toBe(
      'file-not-taken',
    );
    expect(await refusalOf(upload(place, 'смета.pdf', smeta, 1, anna))).toBe('not-permitted');
    await upload(place, 'лишнее.txt', new TextEncoder().encode('Лишнее'));
    await upload(place, 'смета.pdf', smeta, 1);
    const draft = await chair(contract.getMeeting, { params: place });
    const [spare, kept] = draft.materials;
    await chair(calling.deleteMaterial, { params: { ...place, material: spare!.id } });
    // The item that names an annex has one now.
    expect(await findingsOf(place)).not.toContain('missing-annex 1');
    const params = { ...place, material: kept!.id };
    expect(await refusalOf(anna(calling.getMaterial, { params }))).toBe('not-found');

    await callOf(house, place);
    expect(await refusalOf(upload(place, 'поздно.pdf', smeta))).toBe('already-called');
    expect(await refusalOf(chair(calling.deleteMaterial, { params }))).toBe('already-called');
    expect(await refusalOf(stranger()(calling.getMaterial, { params }))).toBe('members-only');
    const answer = await anna(calling.getMaterial, { params });
    expect(answer.headers.get('content-disposition')).toMatch(/^attachment/);
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(new Uint8Array(await answer.arrayBuffer())).toEqual(smeta);

    const row = await findMeeting(house.server.open.house.db, {
      buildingId: place.building,
      id: place.meeting,
    });
    expect(noticeOf(row!).materials).toEqual([
      {
        name: 'смета.pdf',
        type: 'application/pdf',
        bytes: smeta.length,
        sha256: kept!.sha256,
        item: 'item-1',
      },
    ]);
    expect(decodeBase64(kept!.sha256, 32)).toEqual(sha256(smeta));
  });

  it('go with a draft that is thrown away', async () => {
    const place = await draftOf(house);
    await upload(place, 'смета.pdf', smeta);
    await chair(contract.deleteDraft, { params: place });
    expect(await refusalOf(chair(contract.getMeeting, { params: place }))).toBe('not-found');
  });
});

describe('the check before the close', () => {
  const close = (place: Place) => refusalOf(chair(contract.closeMeeting, { params: place }));

  it('stops where the agenda is another than the one that was announced', async () => {
    const place = await openOf(house);
    const { db } = house.server.open.house;
    const key = { buildingId: place.building, id: place.meeting };
    const row = await findMeeting(db, key);
    const changed = row!.notice!.replace('Сдать часть подвала', 'Продать часть подвала');
    await updateMeeting(db, key, { notice: changed });
    await house.advance(11 * DAY);
    expect(await findingsOf(place, 'stop')).toEqual(['agenda-changed']);
    expect(await close(place)).toBe('findings-open');
    await updateMeeting(db, key, { notice: row!.notice });
    expect(await close(place)).toBeNull();
  });

  it('finds a document that is gone, until somebody says what became of it; the result stands by itself', async () => {
    const place = await draftOf(house);
    await upload(place, 'смета.pdf', smeta, 1);
    await callOf(house, place);
    await house.advance(3_601);
    const { files } = house.server.open.house;
    const [material] = (await anna(contract.getMeeting, { params: place })).materials;
    const file = `materials/${place.building}/${place.meeting}/${material!.id}`;
    await files.put(file, new TextEncoder().encode('%PDF-1.7 другая смета'));
    await house.advance(11 * DAY);
    expect(await findingsOf(place)).toEqual(['annex-changed 1']);
    expect(await close(place)).toBe('findings-open');
    const body = { code: 'annex-changed', item: 1, reason: 'Диск заменён, копия у секретаря' };
    expect(await refusalOf(anna(calling.takeRisk, { params: place, body }))).toBe('not-permitted');
    expect(await refusalOf(chair(calling.takeRisk, { params: place, body: { ...body, item: 2 } }))).toBe(
      'nothing-to-accept',
    );
    await chair(calling.takeRisk, { params: place, body });
    expect((await chair(calling.getPreflight, { params: place })).findings[0]).toMatchObject({
      taken: { reason: 'Диск заменён, копия у секретаря', by: 'chair of the house' },
    });
    expect(await close(place)).toBeNull();
    expect((await stranger()(contract.getMeeting, { params: place })).accepted).toContainEqual({
      code: 'annex-changed',
      item: 1,
      title: 'Документ не тот, что в уведомлении',
      reason: 'Диск заменён, копия у секретаря',
    });
    const bundle = await bundleOf(anna, place);
    expect((await auditOf(house, bundle)).ok).toBe(true);
    // What owners were told of is in the bundle, byte by byte.
    expect(new TextDecoder().decode(bundle)).toContain(encodeBase64(sha256(smeta)));
  });
});
