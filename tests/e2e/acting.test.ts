// Acting for another on a phone: an officer of the city with many premises in one list, an attorney who votes for
// themselves and then for a neighbour, spouses of whom one objects. What each sees, and what the owner sees of it.
import { AxeBuilder } from '@axe-core/playwright';
import { getMyBallot } from '@veche/meetings/contract.ts';
import type { Call } from '@veche/module-kit/client.ts';
import { getMe, readRegister } from '@veche/people/contract.ts';
import { getPremises, grantRepresentation, recordEvent } from '@veche/people/register/contract.ts';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { openMeeting } from '../story/hold-meeting.ts';
import { enter } from '../story/holder.ts';
import { PHONE } from '../support/browser.ts';
import { castOn, confirm, mark, recordNumber, seen, signIn } from '../support/pages.ts';
import { startTestServer } from '../support/server.ts';
import { receiveVisitors } from './visitors.ts';

const HUSBAND = 'husband@acting.example';
const WIFE = 'wife@acting.example';

/** The first parking place passes to two spouses, undivided. */
async function marry(chair: Call, building: string): Promise<void> {
  const { premises } = await chair(readRegister, { params: { building }, query: { search: 'м/м 1' } });
  const place = { building, premises: premises.find(({ number }) => number === 'м/м 1')!.id };
  const { versions } = await chair(getPremises, { params: place });
  await chair(recordEvent, {
    params: place,
    body: {
      kind: 'sold',
      title: versions.find(({ supersededAt, heldTo }) => supersededAt === null && heldTo === null)!.id,
      day: '2026-01-10',
      document: { kind: 'sale', number: '5', date: null },
      to: [
        {
          person: { name: 'Муж Пётр', email: HUSBAND },
          jointWith: [{ name: 'Жена Ольга', email: WIFE }],
          share: '1',
        },
      ],
    },
  });
}

describe('acting for another on a phone', async () => {
  const server = await startTestServer({ seed: true, pages: true });
  const origin = server.url;
  const come = await receiveVisitors(origin);
  const meeting = await openMeeting({
    origin,
    owners: 20,
    items: 2,
    inFlight: 4,
    seed: 19,
    say: () => {},
    prepare: marry,
  });
  const { place, chair } = meeting;
  const meetingPath = `/buildings/${place.building}/meetings/${place.meeting}`;
  const votePath = `${meetingPath}/vote`;
  const isAccessible = async (page: Page): Promise<void> => {
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]!.html}`)).toEqual([]);
    // Nothing scrolls sideways.
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);
  };

  it('an officer of the city votes once for all its premises, and sees for whom', async () => {
    const officer = meeting.contacts.find((contact) => contact.startsWith('head-of-city'))!;
    const visitor = await come({ viewport: PHONE });
    await signIn(visitor, officer, meetingPath);
    const { page } = visitor;
    await page.getByText('You act for Администрация городского округа Вечевой').waitFor();
    await isAccessible(page);
    await page.getByRole('link', { name: 'Vote', exact: true }).click();
    await page.getByText('as an officer of the body').first().waitFor();
    await mark(page, ['For', 'Against']);
    await page.getByRole('button', { name: 'Review' }).click();
    const { entitlements } = await (await enter(origin, officer)).call(getMyBallot, { params: place });
    expect(entitlements.length).toBeGreaterThan(1);
    await page
      .getByText(
        `This is what will be recorded for Администрация городского округа Вечевой: ${entitlements.length} shares`,
      )
      .waitFor();
    await confirm(page);
    await recordNumber(page);
  });

  it('an attorney votes for themselves and then for the neighbour, who sees it and votes otherwise', async () => {
    const natural = meeting.contacts.filter((contact) => !contact.startsWith('head-of-'));
    const [owner, attorney] = [natural[0]!, natural[1]!];
    const [ownerSession, attorneySession] = [await enter(origin, owner), await enter(origin, attorney)];
    const [ownerIs, attorneyIs] = [await ownerSession.call(getMe), await attorneySession.call(getMe)];
    await chair(grantRepresentation, {
      params: { building: place.building },
      body: {
        principal: ownerIs.id,
        agent: { id: attorneyIs.id },
        basis: 'attorney',
        document: { number: '16 АА 1' },
        from: '2026-01-01',
        until: '2036-01-01',
      },
    });
    const visitor = await come({ viewport: PHONE });
    await signIn(visitor, attorney, votePath);
    const { page } = visitor;
    await page.getByRole('heading', { name: 'Whom you vote for' }).waitFor();
    await page.getByText('Still to vote: for 2 of 2.').waitFor();
    await isAccessible(page);
    await castOn(page, ['For', 'For']);
    await page.getByRole('link', { name: `Vote for ${ownerIs.name}` }).click();
    await page.getByText(`You act for ${ownerIs.name}`).waitFor();
    await castOn(page, ['Against', 'For']);

    const home = await come({ viewport: PHONE });
    await signIn(home, owner, votePath);
    expect(await seen(home.page.getByText(`${attorneyIs.name} has voted already on`))).toBe(true);
    await castOn(home.page, ['For', 'Abstain']);
    await home.open(`${meetingPath}/receipts`);
    await home.page.getByText(`Cast by ${attorneyIs.name}: by a power of attorney.`).waitFor();
    await isAccessible(home.page);
    await home.open('/notices');
    // In the owner’s own language, whatever the page is read in.
    expect(await seen(home.page.getByText('Вашей долей проголосовали'))).toBe(true);
  });

  it('spouses: one votes for both, the other objects and takes the objection back', async () => {
    const wife = await come({ viewport: PHONE });
    await signIn(wife, WIFE, votePath);
    await castOn(wife.page, ['For', 'For']);

    const husband = await come({ viewport: PHONE });
    await signIn(husband, HUSBAND, votePath);
    const { page } = husband;
    await page.getByText('Жена Ольга has voted already on').waitFor();
    await page.getByText('I do not agree that another votes for me').click();
    await page.getByRole('button', { name: 'Object, premises м/м 1' }).click();
    await page.getByText('One share cannot be voted now').waitFor();
    await isAccessible(page);

    await wife.open(votePath);
    expect(await seen(wife.page.getByText('Муж Пётр objects to others voting'))).toBe(true);
    await page.getByRole('button', { name: 'Take my objection back, premises м/м 1' }).click();
    await page.getByText('I do not agree that another votes for me').waitFor();
    await castOn(page, ['Against', 'Abstain']);
  });
});
