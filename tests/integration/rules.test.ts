// Decision rules over a real database: the library in words, who answers for a rule, and the closed box replayed.
import { getPreflight } from '@veche/meetings/calling/contract.ts';
import * as contract from '@veche/meetings/contract.ts';
import * as rules from '@veche/meetings/rules/contract.ts';
import { findConfirmations } from '@veche/meetings/rules/store.ts';
import { createCall, type Call } from '@veche/module-kit/client.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { takeRisks } from '../story/hold-meeting.ts';
import { cast, prepareDevice, signBallot, type Place } from '../story/holder.ts';
import { DAY, openOf, refusalOf, startMeetingServer, type MeetingServer } from '../support/meeting-server.ts';

let house: MeetingServer;
let place: Place;
let chair: Call;
let anna: Call;
let stranger: Call;

beforeAll(async () => {
  house = await startMeetingServer();
  chair = (await house.as('chair')).call;
  anna = (await house.as('anna')).call;
  stranger = createCall(house.url, fetch);
});

describe('the library of rules', () => {
  it('tells everyone of every rule what it needs, from where we know it, and how sure we are', async () => {
    const read = (rule: string, lang: 'ru' | 'en') =>
      stranger(rules.getLibraryRule, { params: { rule }, query: { lang } });
    for (const lang of ['ru', 'en'] as const) {
      const { regimes, rules: listed, all } = await stranger(rules.listRuleLibrary, { query: { lang } });
      expect(all).toBeGreaterThan(50);
      expect(listed).toHaveLength(all);
      for (const { id, regime } of listed) {
        expect(regimes.map((one) => one.id)).toContain(regime);
        for (const rule of (await read(id, lang)).versions) {
          expect(rule.needs.length > 0).toBe(rule.lacks === null);
          // A key without its text would stand there as it is.
          for (const line of [...rule.needs, ...rule.quorum, ...rule.after, ...rule.besides])
            expect(line).not.toMatch(/\w+\.\w+-?\w*\.\w|[{}]/);
        }
      }
    }
    const of = async (id: string) => (await read(id, 'en')).versions[0]!;
    expect(await of('fr.26')).toMatchObject({
      confidence: 'secondary',
      needsConfirmation: true,
      needs: [
        '“for”: more than 1/2 of all votes of the building (by heads) and “for”: at least 2/3 of all votes of the building (by share)',
      ],
    });
    expect((await of('ch.simple')).quorum[0]).toContain('no fewer than 2 persons');
    expect((await of('es.3-5')).after[0]).toContain('no sooner than after 30 days');
    expect(await of('ca.directors')).toMatchObject({ lacks: 'plurality', needs: [] });
    expect((await read('ru.half-all', 'en')).regime.restriction).toContain('GIS ZhKKh');
    expect(await refusalOf(read('ru.no-such', 'en'))).toBe('unknown-preset');
  });

  it('finds them by words of what they ask, by country, and by how sure we are', async () => {
    const find = async (query: { words?: string; regime?: string; confidence?: 'secondary' }) =>
      (await stranger(rules.listRuleLibrary, { query: { ...query, lang: 'en' } })).rules;
    const french = await find({ words: 'by heads 2/3', regime: 'fr' });
    expect(french.map(({ id }) => id)).toContain('fr.26');
    expect(new Set(french.map(({ regime }) => regime))).toEqual(new Set(['fr']));
    const sure = await find({ confidence: 'secondary' });
    expect(sure.length).toBeGreaterThan(0);
    expect(sure.every(({ confidence }) => confidence === 'secondary')).toBe(true);
    expect(await find({ words: 'zzz' })).toEqual([]);
  });

  it('shows every version of a rule, and which of them is the one of today', async () => {
    const { versions } = await stranger(rules.getLibraryRule, { params: { rule: 'ru.participants' } });
    expect(versions.map(({ version, inForce }) => [version, inForce])).toEqual([[2, true]]);
  });
});

describe('a rule that no source confirms', () => {
  const body = {
    rule: 'ru.unanimous',
    version: 1,
    basis: 'Прочитаны статьи 36 и 40 кодекса в действующей редакции',
  };

  it('is answered for by a named person of the building, once, as it stands', async () => {
    const params = { building: house.building };
    const confirm = (who: Call, change: object = {}) =>
      who(rules.confirmRule, { params, body: { ...body, ...change } });
    expect(await refusalOf(confirm(anna))).toBe('not-permitted');
    expect(await refusalOf(confirm(chair, { rule: 'ru.no-such' }))).toBe('unknown-preset');
    expect(await refusalOf(confirm(chair, { version: 9 }))).toBe('unknown-preset');
    expect(await refusalOf(confirm(chair, { rule: 'ru.half-all' }))).toBe('needs-no-confirmation');
    const { id } = await confirm(chair);
    expect(await refusalOf(confirm(chair))).toBe('already-confirmed');

    const { confirmations, may } = await anna(rules.listConfirmations, { params });
    expect(may.confirm).toBe(false);
    expect(confirmations).toMatchObject([
      {
        id,
        rule: 'ru.unanimous',
        version: 1,
        basis: body.basis,
        current: true,
        by: expect.stringMatching(/./),
      },
    ]);
    const { db } = house.server.open.house;
    expect(await findConfirmations(db, house.building, ['ru.tszh-found'])).toEqual([]);
    expect(await findConfirmations(db, house.building, ['ru.unanimous'])).toHaveLength(1);
  });

  it('may be taken back by whoever may confirm, and then nobody answers for it', async () => {
    const params = { building: house.building };
    const [one] = (await chair(rules.listConfirmations, { params })).confirmations;
    const at = { building: house.building, confirmation: one!.id };
    expect(await refusalOf(anna(rules.withdrawConfirmation, { params: at }))).toBe('not-permitted');
    await chair(rules.withdrawConfirmation, { params: at });
    expect(await refusalOf(chair(rules.withdrawConfirmation, { params: at }))).toBe('not-found');
    expect((await chair(rules.listConfirmations, { params })).confirmations).toEqual([]);
  });
});

describe('a meeting that binds', () => {
  const soon = (days: number): string =>
    new Date(house.server.open.clock.now().getTime() + days * DAY * 1000).toISOString();
  const draft = async (form: 'absentee' | 'in-person'): Promise<Place> => {
    const { id } = await chair(contract.draftMeeting, {
      params: params(),
      body: {
        title: 'Кладовая',
        form,
        openness: 'public',
        opensAt: soon(12),
        closesAt: soon(22),
        items: [{ text: 'Уменьшить общее имущество на кладовую', explanation: '', ruleId: 'ru.unanimous' }],
        ...(form === 'in-person' ? { gathering: { at: soon(15), place: 'Двор' } } : {}),
      },
    });
    return { ...params(), meeting: id };
  };
  const unconfirmed = async (meeting: Place) =>
    (await chair(getPreflight, { params: meeting, query: { lang: 'en' } })).findings.find(
      ({ code }) => code === 'unconfirmed-rule',
    );
  const callWith = async (meeting: Place) => {
    const overrides = await takeRisks(chair, meeting);
    const more = { code: 'unconfirmed-rule', item: 1, reason: 'Так решили на лавочке' };
    return refusalOf(
      chair(contract.callMeeting, { params: meeting, body: { overrides: [...overrides, more] } }),
    );
  };
  const params = () => ({ building: house.building });
  const answer = () =>
    chair(rules.confirmRule, {
      params: params(),
      body: { rule: 'ru.unanimous', version: 1, basis: 'Прочитаны статьи 36 и 40 кодекса' },
    });

  it('is not called by a rule that nobody answers for, whatever reason is given, until somebody does', async () => {
    const meeting = await draft('in-person');
    expect(await unconfirmed(meeting)).toMatchObject({
      severity: 'stop',
      item: 1,
      step: 'rules',
      rule: 'ru.unanimous',
      title: 'Nobody answers for the rule yet',
    });
    expect(await callWith(meeting)).toBe('unconfirmed-rule');
    await answer();
    expect(await unconfirmed(meeting)).toBeUndefined();
    expect(await callWith(meeting)).toBeNull();
  });

  it('stands when the word is taken back, and its close asks why', async () => {
    const [meeting] = (await chair(contract.listMeetings, { params: params() })).meetings.filter(
      ({ state }) => state === 'called',
    );
    const place = { ...params(), meeting: meeting!.id };
    const [word] = (await chair(rules.listConfirmations, { params: params() })).confirmations;
    await chair(rules.withdrawConfirmation, { params: { ...params(), confirmation: word!.id } });
    await house.advance(13 * DAY);
    const { findings, stage } = await chair(getPreflight, { params: place });
    expect(stage).toBe('close');
    expect(findings).toContainEqual(
      expect.objectContaining({ code: 'word-withdrawn', severity: 'risk', rule: 'ru.unanimous' }),
    );
    await answer();
    expect((await chair(getPreflight, { params: place })).findings.map(({ code }) => code)).not.toContain(
      'word-withdrawn',
    );
    await chair(rules.withdrawConfirmation, {
      params: {
        ...params(),
        confirmation: (await chair(rules.listConfirmations, { params: params() })).confirmations[0]!.id,
      },
    });
  });

  it('may only advise by such a rule, and is told so', async () => {
    const meeting = await draft('absentee');
    expect(await unconfirmed(meeting)).toMatchObject({ severity: 'advice', rule: 'ru.unanimous' });
    const overrides = await takeRisks(chair, meeting);
    expect(await refusalOf(chair(contract.callMeeting, { params: meeting, body: { overrides } }))).toBeNull();
  });
});

describe('the closed box', () => {
  beforeAll(async () => {
    place = await openOf(house);
    for (const [who, choices] of [
      ['anna', { 'item-1': 'for', 'item-2': 'for', 'item-3': 'against' }],
      ['office', { 'item-1': 'for', 'item-2': 'for', 'item-3': 'for' }],
    ] as const) {
      const device = await prepareDevice(await house.as(who), place, 'Телефон');
      await cast(device, signBallot(device, { ...choices }));
    }
  });

  it('is replayed only once it is closed, and only for those who may', async () => {
    expect(await refusalOf(chair(rules.replayMeeting, { params: place }))).toBe('not-closed');
    await house.advance(11 * DAY);
    await chair(contract.closeMeeting, { params: place, query: { lang: 'ru' } });
    expect(await refusalOf(stranger(rules.replayMeeting, { params: place }))).toBe('sign-in-first');
    expect(await refusalOf(anna(rules.replayMeeting, { params: place }))).toBe('not-permitted');
  });

  it('comes out as it did under its own rules, and otherwise over another base or by another rule', async () => {
    const result = await chair(contract.getResult, { params: place });
    const same = await chair(rules.replayMeeting, { params: place });
    expect(same.items.map(({ differs }) => differs)).toEqual([false, false, false]);
    expect(same.items.map(({ asPinned }) => asPinned.verdict)).toEqual(
      result.items.map(({ verdict }) => verdict),
    );
    expect(same.rules.map(({ id }) => id)).toContain('ru.two-thirds-all');

    const wide = await chair(rules.replayMeeting, { params: place, query: { areaCm2: 1_000_000_000 } });
    expect(wide.items.map(({ replayed }) => replayed.verdict)).toEqual([
      'no-quorum',
      'no-quorum',
      'no-quorum',
    ]);
    const strict = await chair(rules.replayMeeting, {
      params: place,
      query: { rule: 'fr.unanimous', lang: 'en' },
    });
    expect(strict.items[0]!.replayed).toMatchObject({ verdict: 'failed', rule: 'France: unanimity' });

    const ask = (query: { rule?: string; areaCm2?: number }) =>
      refusalOf(chair(rules.replayMeeting, { params: place, query }));
    expect(await ask({ areaCm2: 1 })).toBe('base-too-small');
    expect(await ask({ rule: 'ca.directors' })).toBe('unknown-preset');
    expect(await ask({ rule: 'ru.cl45.many-entrances' })).toBe('unknown-preset');
  });
});
