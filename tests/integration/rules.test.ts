// Decision rules over a real database: the library in words, who answers for a rule, and the closed box replayed.
import * as contract from '@veche/meetings/contract.ts';
import * as rules from '@veche/meetings/rules/contract.ts';
import { findConfirmations } from '@veche/meetings/rules/store.ts';
import { createCall, type Call } from '@veche/module-kit/client.ts';
import { beforeAll, describe, expect, it } from 'vitest';
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
    for (const lang of ['ru', 'en'] as const) {
      const { regimes, rules: all } = await stranger(rules.listRuleLibrary, { query: { lang } });
      expect(all.length).toBeGreaterThan(50);
      for (const rule of all) {
        expect(regimes.map(({ id }) => id)).toContain(rule.regime);
        expect(rule.needs.length > 0).toBe(rule.lacks === null);
        // A key without its text would stand there as it is.
        for (const line of [...rule.needs, ...rule.quorum, ...rule.after, ...rule.besides])
          expect(line).not.toMatch(/\w+\.\w+-?\w*\.\w|[{}]/);
      }
    }
    const { regimes, rules: all } = await stranger(rules.listRuleLibrary, { query: { lang: 'en' } });
    const of = (id: string) => all.find((rule) => rule.id === id)!;
    expect(of('fr.26')).toMatchObject({
      confidence: 'secondary',
      needsConfirmation: true,
      needs: [
        '“for”: more than 1/2 of all votes of the building (by heads) and “for”: at least 2/3 of all votes of the building (by share)',
      ],
    });
    expect(of('ch.simple').quorum[0]).toContain('no fewer than 2 persons');
    expect(of('es.3-5').after[0]).toContain('no sooner than after 30 days');
    expect(of('ca.directors')).toMatchObject({ lacks: 'plurality', needs: [] });
    expect(regimes.find(({ id }) => id === 'ru')!.restriction).toContain('GIS ZhKKh');
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
