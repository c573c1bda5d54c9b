// A vote that did not decide is followed by what its rule grants, by itself, with a moved clock, over the queue in a real
// database: once, whoever runs it and however often.
import * as calling from '@veche/meetings/calling/contract.ts';
import * as closing from '@veche/meetings/closing/contract.ts';
import * as contract from '@veche/meetings/contract.ts';
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
  bootServer,
  DAY,
  openOf,
  startMeetingServer,
  type MeetingServer,
  type Owner,
} from '../support/meeting-server.ts';

let house: MeetingServer;
let chair: Call;
beforeAll(async () => {
  installRules([asHeldHere('es.3-5')]);
  afterwards(() => installRules([]));
  house = await startMeetingServer();
  chair = (await house.as('chair')).call;
});

/**
 * The rule where nobody owes anything and nothing is held in common: who is a debtor, or speaks for co-owners, is not known
 * to a house yet, and a rule that asks for it is not taken.
 */
function asHeldHere(id: string): PresetFile {
  const [name, content] = presetFiles.find(([file]) => file.endsWith(`${id}.json`))!;
  const { rule, ...texts } = content as { rule: { weightPolicy?: unknown; coOwners?: unknown } };
  const { weightPolicy: _, coOwners: __, ...others } = rule;
  return [`here-${name}`, { ...texts, rule: { ...others, id: `${id}.here` } }];
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
  const left = new Date(closesAt!).getTime() - house.server.open.clock.now().getTime();
  await house.advance(Math.max(0, left / 1000) + 60);
  for (const { code, item, reason } of await takeRisks(chair, place))
    await chair(calling.takeRisk, { params: place, body: { code, item, reason } });
  expect((await chair(contract.closeMeeting, { params: place })).state).toBe('closed');
}
const followUpsOf = async (place: Place) => (await chair(closing.getClosing, { params: place })).followUps;

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

describe('other second chances', () => {
  it('in France a second vote follows at the same sitting, judged by the rule that the first one names', async () => {
    const place = await vote(['fr.25'], ['office']);
    await close(place);
    await house.advance(60);
    const [planned] = await followUpsOf(place);
    expect(planned).toMatchObject({ kind: 'second-vote', state: 'called' });
    const params = { building: house.building, meeting: planned!.next! };
    const second = await chair(contract.getMeeting, { params });
    expect(second.items.map(({ rule }) => rule.id)).toEqual(['fr.24']);
    expect(Date.parse(second.opensAt!) - house.server.open.clock.now().getTime()).toBeLessThan(3_600_000);
  });

  it('in Spain silence is waited for thirty days, and then a person goes on', async () => {
    const place = await vote(['es.3-5.here'], ['office']);
    await close(place);
    await house.advance(29 * DAY);
    expect(await followUpsOf(place)).toMatchObject([{ kind: 'silent-assent', state: 'waiting', next: null }]);
    await house.advance(2 * DAY);
    expect(await followUpsOf(place)).toMatchObject([{ kind: 'silent-assent', state: 'for-a-person' }]);
  });
});
