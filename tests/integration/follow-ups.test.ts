// A vote that did not decide is followed by what its rule grants, by itself, with a moved clock, over the queue in a real
// database: once, whoever runs it and however often.
import * as calling from '@veche/meetings/calling/contract.ts';
import * as closing from '@veche/meetings/closing/contract.ts';
import * as decided from '@veche/meetings/decisions/contract.ts';
import * as contract from '@veche/meetings/contract.ts';
import * as after from '@veche/meetings/follow-ups/contract.ts';
import { runFollowUps } from '@veche/meetings/follow-ups/run.ts';
import { installRules } from '@veche/meetings/rules/installed.ts';
import type { Call } from '@veche/module-kit/client.ts';
import { readOutbox } from '@veche/people/contract.ts';
import { presetFiles, type PresetFile } from '@veche/rules/preset-files.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { takeRisks } from '../story/hold-meeting.ts';
import { cast, prepareDevice, signBallot, type Choice, type Place } from '../story/holder.ts';
import { afterwards } from '../support/afterwards.ts';
import {
  auditOf,
  bootServer,
  bundleOf,
  callOf,
  DAY,
  openOf,
  refusalOf,
  startMeetingServer,
  type MeetingServer,
  type Owner,
} from '../support/meeting-server.ts';

let house: MeetingServer;
let chair: Call;
beforeAll(async () => {
  installRules([
    asHeldHere('es.3-5'),
    asHeldHere('es.3-5.silent'),
    asHeldHere('at.any'),
    asHeldHere('de.simple', { tie: 'chair-casts' }),
  ]);
  afterwards(() => installRules([]));
  house = await startMeetingServer();
  chair = (await house.as('chair')).call;
});

/** The rule where nobody owes anything and nothing is held in common, and what follows it by the same name. */
function asHeldHere(id: string, change: object = {}): PresetFile {
  const [name, content] = presetFiles.find(([file]) => file.endsWith(`/${id}.json`))!;
  const { rule, ...texts } = content as {
    rule: { weightPolicy?: unknown; coOwners?: unknown; fallback?: { rule?: string } };
  };
  const { weightPolicy: _, coOwners: __, fallback, ...others } = rule;
  const next = fallback?.rule === undefined ? {} : { rule: `${fallback.rule}.here` };
  return [
    `here-${name}`,
    {
      ...texts,
      rule: {
        ...others,
        ...(fallback ? { fallback: { ...fallback, ...next } } : {}),
        ...change,
        id: `${id}.here`,
      },
    },
  ];
}

const item = (ruleId: string) => ({ text: `Провести ремонт по правилу ${ruleId}`, explanation: '', ruleId });

/** An open meeting over items of these rules, in which these owners vote for everything. */
async function vote(
  rules: readonly string[],
  votes: readonly Owner[],
  choice: Choice = 'for',
): Promise<Place> {
  return castAll(await openOf(house, { items: rules.map(item) }), votes, choice);
}
async function castAll(place: Place, votes: readonly Owner[], choice: Choice = 'for'): Promise<Place> {
  const { items } = await chair(contract.getMeeting, { params: place });
  for (const who of votes) {
    const device = await prepareDevice(await house.as(who), place, 'Телефон');
    await cast(device, signBallot(device, Object.fromEntries(items.map(({ id }) => [id, choice]))));
  }
  return place;
}
async function close(place: Place): Promise<void> {
  const { closesAt } = await chair(contract.getMeeting, { params: place });
  await reach(closesAt!);
  for (const { code, item, reason } of await takeRisks(chair, place))
    await chair(calling.takeRisk, { params: place, body: { code, item, reason } });
  expect((await chair(contract.closeMeeting, { params: place })).state).toBe('closed');
}
/** What follows a closed meeting, with the ids of its items. */
const followUpsOf = async (place: Place) =>
  (await chair(after.getAfter, { params: place })).next.map((one) => ({
    ...one,
    items: one.items.map(({ id }) => id),
    next: one.vote?.meeting ?? null,
  }));
const nextOf = async (place: Place): Promise<Place> => ({
  building: house.building,
  meeting: (await followUpsOf(place))[0]!.next!,
});
/** Until a moment has come, and a minute more. */
const reach = (moment: string): Promise<void> =>
  house.advance(Math.max(0, (Date.parse(moment) - house.server.open.clock.now().getTime()) / 1000) + 60);
const outcomesOf = async (place: Place) =>
  (await chair(contract.getResult, { params: place })).items.map(({ outcome }) => outcome);
const soundAudit = async (place: Place) => {
  const report = await auditOf(house, await bundleOf(chair, place));
  expect(report.broken).toBeNull();
  return report;
};

describe('a meeting without a quorum', () => {
  let first: Place;
  let second: Place;

  it('is called a second time by itself, over what was not decided, with the days that the law wants before', async () => {
    first = await vote(['ru.participants', 'ru.half-all'], ['anna']);
    await close(first);
    expect(await followUpsOf(first)).toMatchObject([
      { kind: 'second-call', items: ['item-1'], state: 'waiting' },
    ]);
    await house.advance(60);
    const [planned] = await followUpsOf(first);
    expect(planned).toMatchObject({ state: 'called', next: expect.stringMatching(/^[0-9a-f]{24}$/) });
    second = { building: house.building, meeting: planned!.next! };
    const meeting = await chair(contract.getMeeting, { params: second });
    expect(meeting).toMatchObject({ state: 'called', title: 'Повторное собрание: Ремонт и совет дома' });
    expect(meeting.items.map(({ text, rule }) => [text, rule.id])).toEqual([
      ['Провести ремонт по правилу ru.participants', 'ru.participants'],
    ]);
    const days = (Date.parse(meeting.opensAt!) - house.server.open.clock.now().getTime()) / 86_400_000;
    expect(days).toBeGreaterThan(9);
    const { messages } = await chair(readOutbox, {});
    const told = messages
      .filter(({ text }) => text.includes(second.meeting))
      .map(({ to }) => to.split('.')[0]);
    expect(new Set(told)).toEqual(new Set(['anna', 'boris', 'vera', 'office']));
  });

  it('is called once, though another process and the same job run again and at once', async () => {
    const other = await bootServer(house.settings);
    const place = await vote(['ru.participants'], ['boris']);
    await close(place);
    await Promise.all(
      [1, 2, 3].flatMap(() => [runFollowUps(house.server.open.house), runFollowUps(other.open.house)]),
    );
    const [planned] = await followUpsOf(place);
    expect(planned!.state).toBe('called');
    const { meetings } = await chair(contract.listMeetings, { params: { building: house.building } });
    expect(meetings.filter(({ id }) => id === planned!.next)).toHaveLength(1);
    const { messages } = await chair(readOutbox, {});
    expect(
      messages.filter(({ to, text }) => to.startsWith('anna') && text.includes(planned!.next!)),
    ).toHaveLength(1);
  });

  it('has no third call when the second has no quorum either', async () => {
    const { opensAt } = await chair(contract.getMeeting, { params: second });
    await house.advance((Date.parse(opensAt!) - house.server.open.clock.now().getTime()) / 1000 + 60);
    await castAll(second, ['anna']);
    await close(second);
    await house.advance(60);
    expect(await followUpsOf(second)).toEqual([]);
  });

  it('is not followed when it decided', async () => {
    const place = await vote(['ru.participants'], ['anna', 'office', 'vera']);
    await close(place);
    expect(await followUpsOf(place)).toEqual([]);
  });
});

describe('a second vote in France', () => {
  it('follows an article 25 vote at the same sitting, judged by article 24, and there is no third', async () => {
    const place = await vote(['fr.25'], ['office']);
    await close(place);
    expect(await outcomesOf(place)).toEqual(['undecided-vote']);
    await house.advance(60);
    expect(await followUpsOf(place)).toMatchObject([{ kind: 'second-vote', state: 'called' }]);
    const next = await nextOf(place);
    const second = await chair(contract.getMeeting, { params: next });
    expect(second.items.map(({ rule }) => rule.id)).toEqual(['fr.24']);
    expect(second.follows).toEqual({ meeting: place.meeting, kind: 'second-vote', joined: false });
    expect(Date.parse(second.opensAt!) - house.server.open.clock.now().getTime()).toBeLessThan(3_600_000);
    await reach(second.opensAt!);
    await castAll(next, ['office']);
    await close(next);
    expect(await outcomesOf(next)).toEqual(['passed']);
    expect(await followUpsOf(next)).toEqual([]);
    await soundAudit(next);
  });

  it('follows an article 26 vote by article 25, after which article 25 gives no third vote', async () => {
    const place = await vote(['fr.26'], ['office']);
    await close(place);
    await house.advance(60);
    const next = await nextOf(place);
    const second = await chair(contract.getMeeting, { params: next });
    expect(second.items.map(({ rule }) => rule.id)).toEqual(['fr.25']);
    await reach(second.opensAt!);
    await castAll(next, ['office']);
    await close(next);
    await house.advance(60);
    // A third of all votes would grant another vote, were this not the second already.
    expect(await outcomesOf(next)).toEqual(['failed']);
    expect(await followUpsOf(next)).toEqual([]);
  });
});

describe('silence in Spain', () => {
  let first: Place;
  let second: Place;

  it('is asked of the absent at once, over the same roll, for thirty days', async () => {
    first = await vote(['ru.half-all', 'es.3-5.here'], ['office']);
    await close(first);
    await house.advance(60);
    expect(await followUpsOf(first)).toMatchObject([
      { kind: 'silent-assent', items: ['item-2'], state: 'called' },
    ]);
    second = await nextOf(first);
    const meeting = await chair(contract.getMeeting, { params: second });
    expect(meeting.follows).toMatchObject({ kind: 'silent-assent', joined: true });
    expect(meeting.items.map(({ id, number, rule }) => [id, number, rule.id])).toEqual([
      ['item-2', 2, 'es.3-5.silent.here'],
    ]);
    const days = (Date.parse(meeting.closesAt!) - Date.parse(meeting.opensAt!)) / 86_400_000;
    expect(days).toBe(30);
    await reach(meeting.opensAt!);
    const { turnout } = await chair(contract.getMeeting, { params: second });
    expect(turnout).toMatchObject({ headsAll: 5, headsParticipants: 1 });
    const { messages } = await chair(readOutbox, {});
    const told = messages.filter(({ text }) => text.includes(`${second.meeting}/vote`));
    expect(new Set(told.map(({ to }) => to.split('.')[0]))).toEqual(new Set(['anna', 'boris', 'vera']));
  });

  it('is not asked of whoever took part', async () => {
    expect(await refusalOf(prepareDevice(await house.as('office'), second, 'Телефон'))).toBe('not-an-owner');
  });

  it('ends by itself, and whoever did not object was for it', async () => {
    await castAll(second, ['anna'], 'against');
    await house.advance(29 * DAY);
    expect((await chair(contract.getMeeting, { params: second })).state).toBe('open');
    await house.advance(2 * DAY);
    expect((await chair(contract.getMeeting, { params: second })).state).toBe('closed');
    const { items, ballots } = await chair(contract.getResult, { params: second });
    expect(ballots).toMatchObject({ logged: 2, effective: 2, carried: 1 });
    // The office, Boris and Vera are three heads of five with 170 m² of 275.5001; Anna objects with 66.8.
    expect(items[0]).toMatchObject({
      verdict: 'passed',
      sums: { area: { for: '1700000', against: '668000' }, head: { for: '3', against: '1', all: '5' } },
    });
    expect(await followUpsOf(second)).toEqual([]);
    const { decisions } = await chair(decided.listDecisions, { params: { building: house.building } });
    const [later, earlier] = [second, first].map(({ meeting }) =>
      decisions.find((one) => one.meeting === meeting && one.item === 'item-2'),
    );
    expect(later).toMatchObject({ how: 'silent-assent', earlier: earlier!.number, standing: 'in-force' });
    expect(earlier).toMatchObject({ later: later!.number, standing: 'not-taken' });
  });

  it('is proven by one bundle, which holds the first vote too', async () => {
    const report = await soundAudit(second);
    expect(report.result!.items[0]!.verdict).toBe('passed');
    const bundle = new TextDecoder().decode(await bundleOf(chair, second));
    const changed = bundle.replace(/("holds":.*"item-2":)"for"/, '$1"against"');
    expect(changed).not.toBe(bundle);
    expect((await auditOf(house, new TextEncoder().encode(changed))).broken).toMatchObject({
      step: 'earlier',
      fault: 'earlier-broken',
    });
  });
});

it('in Austria the absent are asked, and only what they answer is added', async () => {
  const place = await castAll(await vote(['at.any.here'], ['office']), ['anna'], 'against');
  await close(place);
  await house.advance(60);
  expect(await followUpsOf(place)).toMatchObject([{ kind: 'ask-absent', state: 'called' }]);
  const next = await nextOf(place);
  const { opensAt, closesAt } = await chair(contract.getMeeting, { params: next });
  await reach(opensAt!);
  await castAll(next, ['vera']);
  await reach(closesAt!);
  // For are the office and Vera: 146.67 of 213.47 m² cast, more than two thirds, and a third of the whole.
  const { items } = await chair(contract.getResult, { params: next });
  expect(items[0]).toMatchObject({
    verdict: 'passed',
    sums: { area: { for: '4400000/3', against: '668000', participants: '6404000/3' } },
  });
  await soundAudit(next);
});

it('in Switzerland a second meeting is called ten days later, with a third of the owners', async () => {
  const place = await vote(['ch.simple'], ['office']);
  await close(place);
  expect(await outcomesOf(place)).toEqual(['undecided-vote']);
  await house.advance(9 * DAY);
  expect(await followUpsOf(place)).toMatchObject([{ kind: 'second-call', state: 'waiting', next: null }]);
  await house.advance(DAY + 60);
  const next = await nextOf(place);
  const second = await chair(contract.getMeeting, { params: next });
  expect(second.items.map(({ rule }) => rule.id)).toEqual(['ch.simple.call2']);
  await reach(second.opensAt!);
  await castAll(next, ['office', 'anna']);
  await close(next);
  expect(await outcomesOf(next)).toEqual(['passed']);
});

it('in Russia a gathering without a quorum goes over to a vote by ballots, with the whole agenda', async () => {
  const now = house.server.open.clock.now().getTime();
  const at = (seconds: number): string => new Date(now + seconds * 1000).toISOString();
  const { id } = await chair(contract.draftMeeting, {
    params: { building: house.building },
    body: {
      title: 'Собрание во дворе',
      form: 'in-person',
      openness: 'public',
      opensAt: at(3_600),
      closesAt: at(3_600 + DAY),
      gathering: { at: at(7_200), place: 'Двор дома' },
      items: ['ru.participants', 'ru.half-all'].map(item),
    },
  });
  const place = { building: house.building, meeting: id };
  await callOf(house, place);
  await house.advance(3_601);
  await castAll(place, ['anna']);
  await close(place);
  await house.advance(60);
  expect(await followUpsOf(place)).toMatchObject([
    { kind: 'second-call', items: ['item-1', 'item-2'], state: 'called' },
  ]);
  const second = await chair(contract.getMeeting, { params: await nextOf(place) });
  expect(second).toMatchObject({ form: 'absentee', gathering: null });
  expect(second.items.map(({ rule }) => rule.id)).toEqual(['ru.participants', 'ru.half-all']);
});

describe('an equal vote that the chair decides', () => {
  const tie = async (): Promise<Place> => {
    const place = await castAll(await vote(['de.simple.here'], ['anna']), ['office'], 'against');
    await close(place);
    return place;
  };
  const decide = (place: Place, choice: 'for' | 'against', who = chair, of = 'item-1') =>
    who(after.decideTie, { params: { ...place, item: of }, body: { choice } });

  it('waits for the chair, who decides it once; the public log holds the act, and minutes and register say so', async () => {
    const place = await tie();
    expect(await outcomesOf(place)).toEqual(['undecided-chair']);
    const [waiting] = (await chair(after.getAfter, { params: place })).next;
    expect(waiting).toMatchObject({ kind: 'casting-vote', state: 'waiting' });
    expect(Date.parse(waiting!.until!) - Date.parse(waiting!.from)).toBe(3 * DAY * 1000);

    const anna = (await house.as('anna')).call;
    expect(await refusalOf(decide(place, 'against', anna))).toBe('not-permitted');
    expect(await refusalOf(decide(place, 'for', chair, 'item-9'))).toBe('no-tie');
    expect((await decide(place, 'for')).next).toMatchObject([
      { state: 'decided', items: [{ castingVote: 'for' }] },
    ]);
    expect(await refusalOf(decide(place, 'against'))).toBe('tie-decided');
    expect(await outcomesOf(place)).toEqual(['passed']);
    const { items } = await chair(contract.getResult, { params: place });
    expect(items[0]!.arithmetic).toContain('Председатель собрания голосует за: решение принято.');

    await expect
      .poll(async () => (await chair(closing.getClosing, { params: place })).editions.at(-1))
      .toMatchObject({ edition: 2, index: expect.any(Number) });
    const report = await soundAudit(place);
    expect(report.result!.items[0]).toMatchObject({ verdict: 'passed', castingVote: 'for' });
    const { decisions } = await chair(decided.listDecisions, { params: { building: house.building } });
    expect(decisions.find(({ meeting }) => meeting === place.meeting)).toMatchObject({
      how: 'casting-vote',
      verdict: 'passed',
      standing: 'in-force',
    });
  });

  it('fails when the chair lets the time go by', async () => {
    const place = await tie();
    await house.advance(3 * DAY + 60);
    expect(await followUpsOf(place)).toMatchObject([{ kind: 'casting-vote', state: 'lapsed' }]);
    expect(await refusalOf(decide(place, 'for'))).toBe('tie-term-over');
  });

  it('is no matter for the chair where the votes were not equal', async () => {
    const place = await vote(['de.simple.here'], ['anna']);
    await close(place);
    expect(await refusalOf(decide(place, 'against'))).toBe('no-tie');
  });
});
