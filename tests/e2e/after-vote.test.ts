// A vote that did not decide, in a real browser: everybody reads what happens next, the absent are asked, the chair decides.
import * as contract from '@veche/meetings/contract.ts';
import { installRules } from '@veche/meetings/rules/installed.ts';
import type { Call } from '@veche/module-kit/client.ts';
import { readOutbox } from '@veche/people/contract.ts';
import { presetFiles, type PresetFile } from '@veche/rules/preset-files.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { takeRisks } from '../story/hold-meeting.ts';
import { cast, prepareDevice, signBallot, type Choice, type Place } from '../story/holder.ts';
import * as calling from '@veche/meetings/calling/contract.ts';
import { afterwards } from '../support/afterwards.ts';
import { PHONE } from '../support/browser.ts';
import { openOf, startMeetingServer, type MeetingServer, type Owner } from '../support/meeting-server.ts';
import { seen, signIn } from '../support/pages.ts';
import { startTestServer } from '../support/server.ts';
import { receiveVisitors } from './visitors.ts';

/** The rule in a house where nobody owes anything and co-owners speak each for themselves. */
function plain(id: string, change: object = {}): PresetFile {
  const [name, content] = presetFiles.find(([file]) => file.endsWith(`/${id}.json`))!;
  const { rule, ...texts } = content as { rule: object };
  const { weightPolicy: _, coOwners: __, ...others } = rule as { weightPolicy?: unknown; coOwners?: unknown };
  return [`plain-${name}`, { ...texts, rule: { ...others, ...change, id: `${id}.plain` } }];
}

describe('a vote that did not decide', async () => {
  installRules([
    plain('de.simple', { tie: 'chair-casts' }),
    plain('es.3-5', {
      fallback: {
        kind: 'silent-assent',
        on: ['failed'],
        trigger: [],
        rule: 'es.3-5.silent.plain',
        minDelay: 'P30D',
        maxDepth: 1,
      },
    }),
    plain('es.3-5.silent'),
  ]);
  afterwards(() => installRules([]));
  const house: MeetingServer = await startMeetingServer();
  const { database, dataDir } = house.settings;
  // Another process over the same house, with pages.
  const pages = await startTestServer({ settings: { database, dataDir }, pages: true });
  const come = await receiveVisitors(pages.url);
  const chair: Call = (await house.as('chair')).call;

  /** A closed vote over one item. */
  async function vote(ruleId: string, votes: Partial<Record<Owner, Choice>>): Promise<Place> {
    const items = [{ text: 'Посадить во дворе липы', explanation: '', ruleId }];
    const place = await openOf(house, { items });
    for (const [who, choice] of Object.entries(votes)) {
      const device = await prepareDevice(await house.as(who as Owner), place, 'Телефон');
      await cast(device, signBallot(device, { 'item-1': choice }));
    }
    const { closesAt } = await chair(contract.getMeeting, { params: place });
    await house.advance((Date.parse(closesAt!) - house.server.open.clock.now().getTime()) / 1000 + 60);
    for (const { code, item, reason } of await takeRisks(chair, place))
      await chair(calling.takeRisk, { params: place, body: { code, item, reason } });
    await chair(contract.closeMeeting, { params: place });
    return place;
  }
  const contactOf = async (who: string): Promise<string> =>
    (await chair(readOutbox, {})).messages.find(({ to }) => to.startsWith(`${who}.`))!.to;
  const path = ({ building, meeting }: Place): string => `/buildings/${building}/meetings/${meeting}`;

  describe('because for and against are equal', () => {
    let place: Place;
    beforeAll(async () => {
      place = await vote('de.simple.plain', { anna: 'for', office: 'against' });
    });

    it('says who has the last word and until when, to strangers too', async () => {
      const { open, page } = await come();
      await open(`${path(place)}/result`);
      await seen(page.getByText('The chair decides').first());
      await seen(page.getByRole('heading', { name: 'What happens next' }));
      await seen(page.getByText('The last moment'));
      expect(await page.getByText('Decide item 1').count()).toBe(0);
    });

    it('is decided by the chair, and the result says how', async () => {
      const { open, page, ...visitor } = await come({ viewport: PHONE });
      await signIn({ open, page, ...visitor }, await contactOf('chair'));
      await open(`${path(place)}/result`);
      await page.getByText('Decide item 1').click();
      await page.getByLabel('For: the decision is taken').check();
      const tooWide = await page.evaluate(() =>
        [...document.querySelectorAll('main *')]
          .filter((one) => one.getBoundingClientRect().right > innerWidth)
          .map((one) => `${one.tagName}.${one.className}`),
      );
      expect(tooWide).toEqual([]);
      await page.getByRole('button', { name: 'Cast the chair’s vote' }).click();
      await seen(page.getByText('The chair’s vote is recorded.'));
      await seen(page.getByText('The chair votes for', { exact: true }));
      await seen(page.getByText('The votes were equal. The chair votes for: the decision is taken.'));
    });
  });

  describe('where silence is assent', () => {
    let first: Place;
    let second: Place;
    beforeAll(async () => {
      first = await vote('es.3-5.plain', { office: 'for' });
      await house.advance(60);
      await house.advance(3_600);
    });

    it('shows the days of the vote that follows, and leads to it', async () => {
      const { open, page } = await come();
      await open(`${path(first)}/result`);
      await seen(page.getByText('Silence as assent'));
      await page.getByRole('link', { name: 'Open the vote' }).click();
      await page.waitForURL(/\/meetings\/[0-9a-f]{24}$/);
      second = { building: house.building, meeting: page.url().split('/').at(-1)! };
      const asked = page.getByText(/whoever does not object by .* counts as having voted for/);
      expect(await seen(asked)).toBe(true);
    });

    it('asks whoever did not vote, and tells whoever did that their vote counts on', async () => {
      const absent = await come({ viewport: PHONE });
      await signIn(absent, await contactOf('anna'));
      await absent.open(path(second));
      await seen(absent.page.getByRole('link', { name: /^Vote/ }));

      const voter = await come();
      await signIn(voter, await contactOf('office'));
      await voter.open(path(second));
      await seen(voter.page.getByText(/Your premises voted the first time/));
      await voter.open(`${path(second)}/vote`);
      expect(await seen(voter.page.getByText(/You are not asked again/))).toBe(true);
    });
  });
});
