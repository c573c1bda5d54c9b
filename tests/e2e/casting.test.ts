// Casting when things go wrong between the browser and the server: a second tab, a lost line, a reload, a meeting that
// was closed meanwhile. What was confirmed is recorded once, and what was not is never taken for recorded.
import { closeMeeting, getMeeting, getMyBallot } from '@veche/meetings/contract.ts';
import type { Request } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { openMeeting } from '../story/hold-meeting.ts';
import { enter } from '../story/holder.ts';
import { PHONE } from '../support/browser.ts';
import {
  answerOf,
  castOn,
  confirm,
  mark,
  moveClock,
  recordNumber,
  review,
  seen,
  signIn,
  untilAlive,
  type Visitor,
} from '../support/pages.ts';
import { startTestServer } from '../support/server.ts';
import { receiveVisitors } from './visitors.ts';

const BALLOTS = '**/meetings/*/ballots';

describe('casting in the browser', async () => {
  const server = await startTestServer({ seed: true, pages: true });
  const origin = server.url;
  const come = await receiveVisitors(origin);
  const meeting = await openMeeting({ origin, owners: 20, items: 2, inFlight: 4, seed: 11, say: () => {} });
  const { place } = meeting;
  const votePath = `/buildings/${place.building}/meetings/${place.meeting}/vote`;

  let next = 0;
  /** An owner of this meeting who has done nothing yet, on the voting page. */
  async function newVoter(): Promise<Visitor & { readonly contact: string }> {
    const contact = meeting.contacts[next++]!;
    const visitor = await come({ viewport: PHONE });
    await signIn(visitor, contact, votePath);
    return { ...visitor, contact };
  }
  /** What the server knows of the ballots and devices of an owner. */
  async function known(contact: string) {
    const { call } = await enter(origin, contact);
    const { ballots, devices } = await call(getMyBallot, { params: place });
    return {
      indices: ballots.map(({ index }) => index),
      counted: ballots.filter(({ effective }) => effective).map(({ index }) => index),
      devices: devices.length,
    };
  }

  it('two tabs share one key; the vote of the second takes the place of the first', async () => {
    const { page, tab, contact } = await newVoter();
    const other = await tab();
    await other.open(votePath);
    const first = await castOn(page, ['For', 'For']);
    const second = await castOn(other.page, ['Against', 'For']);
    expect(await known(contact)).toEqual({
      indices: expect.toSatisfy(
        (all: number[]) => all.toSorted((a, b) => a - b).join() === `${first},${second}`,
      ),
      counted: [second],
      devices: 1,
    });
  });

  it('the same vote confirmed in two tabs at once is recorded in an order, with one key', async () => {
    const { page, tab, contact } = await newVoter();
    const other = await tab();
    await other.open(votePath);
    for (const one of [page, other.page]) {
      await mark(one, ['For', 'Against']);
      await review(one);
    }
    await Promise.all([confirm(page), confirm(other.page)]);
    const records = await Promise.all([recordNumber(page), recordNumber(other.page)]);
    const { indices, counted, devices } = await known(contact);
    expect(devices).toBe(1);
    expect(new Set(indices)).toEqual(new Set(records));
    expect(counted).toEqual([Math.max(...records)]);
  });

  it('an answer lost on the way: the same bytes are sent again, and the receipt is of the same record', async () => {
    const { page, contact } = await newVoter();
    const sent: (string | null)[] = [];
    await page.route(BALLOTS, async (route) => {
      sent.push(route.request().postData());
      // The first time the server takes the ballot, but its answer never arrives.
      const answer = await route.fetch();
      await (sent.length === 1 ? route.abort('connectionreset') : route.fulfill({ response: answer }));
    });
    const record = await castOn(page, ['For', 'Abstain']);
    expect(sent).toHaveLength(2);
    expect(sent[1]).toBe(sent[0]);
    expect(await known(contact)).toEqual({ indices: [record], counted: [record], devices: 1 });
  });

  it('a line that stays down: the vote is kept, said to be on its way, and delivered after a reload', async () => {
    const { page, contact, context } = await newVoter();
    await mark(page, ['Against', 'Against']);
    await review(page);
    await context.route(BALLOTS, (route) => route.abort('internetdisconnected'));
    await confirm(page);
    expect(await seen(page.getByText(/^No connection\. Your vote is kept on this device/))).toBe(true);
    expect(await known(contact)).toMatchObject({ indices: [], devices: 1 });
    await context.unroute(BALLOTS);
    await page.reload();
    const record = await recordNumber(page);
    expect(await known(contact)).toMatchObject({ indices: [record], counted: [record] });
  });

  it('marks survive a reload and a sign-in; nothing is sent before the confirmation', async () => {
    const voter = await newVoter();
    const { page, contact, open } = voter;
    const posts: Request[] = [];
    page.on('request', (request) => void (request.method() === 'POST' && posts.push(request)));
    await mark(page, ['Abstain', 'For']);
    await review(page);
    await page.reload();
    await untilAlive(page);
    expect(await answerOf(page, 1, 'Abstain').isChecked()).toBe(true);
    await page.getByText('2 of 2 marked').waitFor();
    await open('/account');
    await page.getByRole('button', { name: 'Sign out on this device' }).click();
    await page.getByRole('link', { name: 'Sign in' }).first().waitFor();
    posts.length = 0;
    await signIn(voter, contact, votePath);
    await page.getByText('2 of 2 marked').waitFor();
    expect(posts.filter((request) => request.url().includes('/ballots'))).toEqual([]);
    expect(await known(contact)).toMatchObject({ indices: [], devices: 0 });
  });

  it('refuses a receipt that proves another record than ours', async () => {
    const { page } = await newVoter();
    await page.route(BALLOTS, async (route) => {
      const answer = await route.fetch();
      const body = (await answer.json()) as { index: number; proof: string };
      const index = body.index - 1;
      await route.fulfill({
        response: answer,
        json: { ...body, index, proof: body.proof.replace(/\nindex [0-9]+\n/, `\nindex ${index}\n`) },
      });
    });
    await mark(page, ['For', 'For']);
    await review(page);
    await confirm(page);
    expect(await seen(page.getByRole('alert').getByText('The receipt does not check'))).toBe(true);
    expect(await page.getByRole('heading', { name: 'Your vote is recorded' }).count()).toBe(0);
  });

  it('a stranger is asked to sign in, and somebody without a vote is told so', async () => {
    const stranger = await come({ viewport: PHONE });
    await stranger.page.goto(origin + votePath);
    await stranger.page.getByRole('heading', { name: 'Sign in', level: 1 }).waitFor();
    const chair = await come();
    await signIn(chair, 'operator@example.org', votePath);
    expect(await seen(chair.page.getByText('You have no vote in this meeting'))).toBe(true);
  });

  it('a wrong code lets nobody in, and says how to go on', async () => {
    const { page, open } = await come({ viewport: PHONE });
    await open('/sign-in');
    await page.getByLabel('Phone or e-mail').fill(meeting.contacts[0]!);
    await page.getByRole('button', { name: 'Send me a code' }).click();
    await page.getByLabel('Code from the message').fill('000000');
    await page.getByText(/^That code did not match\./).waitFor();
    expect(new URL(page.url()).pathname).toBe('/sign-in');
  });

  it('a meeting closed between the review and the confirmation takes no vote, and the page says so', async () => {
    const { page, contact } = await newVoter();
    await mark(page, ['For', 'For']);
    await review(page);
    await moveClock(origin, 8 * 86_400);
    await meeting.chair(closeMeeting, { params: place });
    await expect
      .poll(async () => (await server.call(getMeeting, { params: place })).state, { timeout: 15_000 })
      .toBe('closed');
    await confirm(page);
    expect(await seen(page.getByText(/^(Voting is over|The voting is over|The meeting is closed)/))).toBe(
      true,
    );
    expect(await page.getByRole('heading', { name: 'Your vote is recorded' }).count()).toBe(0);
    expect(await known(contact)).toMatchObject({ indices: [] });
  });
});
