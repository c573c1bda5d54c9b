// A chair looks at who was told of a meeting, prints, records and reminds; an owner reads what came and ends reminders.
import { createCall } from '@veche/module-kit/client.ts';
import { getDemo } from '@veche/people/contract.ts';
import { describe, expect, it } from 'vitest';
import { PHONE } from '../support/browser.ts';
import { downloadBy, messagesTo, seen, signIn, untilAlive, type Visitor } from '../support/pages.ts';
import { startTestServer } from '../support/server.ts';
import { receiveVisitors } from './visitors.ts';

describe('notices', async () => {
  const server = await startTestServer({ seed: true, pages: true });
  const come = await receiveVisitors(server.url);
  const contactOf = async (part: string): Promise<string> =>
    (await createCall(server.url, fetch)(getDemo)).people.find(({ role }) => role === part)!.contact;
  let centre = '';

  async function asChair(): Promise<Visitor> {
    const visitor = await come({});
    await visitor.open('/');
    await visitor.page.getByRole('button', { name: /^Chair/ }).click();
    await visitor.page.waitForURL('**/buildings/*');
    return visitor;
  }

  it('show the chair who was told and what is still missing, and never a choice', async () => {
    const { page, complaints } = await asChair();
    await page
      .getByRole('link', { name: /Двор, лифт и камеры/ })
      .first()
      .click();
    await page.getByRole('link', { name: 'Notices to owners' }).click();
    await page.getByRole('heading', { name: 'Notices', level: 1 }).waitFor();
    centre = new URL(page.url()).pathname;
    await seen(page.getByText(/^[0-9]+ of [0-9]+ owners were told/));
    await seen(page.getByRole('heading', { name: 'What is still missing' }));
    const main = (await page.getByRole('main').textContent()) ?? '';
    expect(main).not.toMatch(/abstain|voted (for|against)/i);
    expect(main).not.toContain('@example.org');
    expect(complaints).toEqual([]);
  });

  it('can be narrowed to those whom nothing has reached', async () => {
    const visitor = await asChair();
    await visitor.open(`${centre}?kind=called`);
    const { page } = visitor;
    await page.getByText(/^Narrow it\./).click();
    await page.getByLabel('Whom to show').selectOption('untold');
    await page.getByRole('button', { name: 'Show', exact: true }).click();
    await page.waitForURL(/show=untold/);
    await untilAlive(page);
    expect(await seen(page.getByText(/Send a letter|There are none/))).toBe(true);
  });

  it('are printed as letters and posters, and a poster is recorded once it hangs', async () => {
    const visitor = await asChair();
    await visitor.open(`${centre}?kind=called`);
    const { page } = visitor;
    const { bytes } = await downloadBy(page, () => page.getByRole('link', { name: 'Letters' }).click());
    expect(bytes.subarray(0, 5).toString()).toBe('%PDF-');
    const hang = page.getByRole('button', { name: /^Put up just now/ });
    const before = await hang.count();
    await hang.first().click();
    await seen(page.getByText(/^Recorded: the poster is up/));
    await expect.poll(() => hang.count()).toBe(before - 1);
  });

  it('handed over against a signature stand among the proofs of the owner', async () => {
    const visitor = await asChair();
    await visitor.open(`${centre}?kind=called`);
    const { page } = visitor;
    const owner = page.getByRole('rowheader').getByRole('link').first();
    const name = (await owner.textContent())!.trim();
    await owner.click();
    await page.getByRole('heading', { name, level: 1 }).waitFor();
    await page.getByLabel(/^Remark/).fill('in person');
    await page.getByRole('button', { name: 'Record it' }).click();
    await seen(page.getByText(/^Recorded\. It stands/));
    expect(await seen(page.getByText(/, in person$/))).toBe(true);
  });

  it('go as a reminder to those who have not voted, once a day, and a link in it ends them', async () => {
    const visitor = await asChair();
    await visitor.open(centre);
    const { page } = visitor;
    await page.getByRole('button', { name: 'Remind those who have not voted' }).click();
    await seen(page.getByText(/^A reminder goes to [0-9]+ owners/));
    await page.getByRole('button', { name: 'Remind those who have not voted' }).click();
    await seen(page.getByText('Reminded today already'));
    const messages = await messagesTo(server.url, await contactOf('owner'));
    const stop = messages.map(({ text }) => /\/stop\/[A-Za-z0-9_-]{32}/.exec(text)?.[0]).find(Boolean)!;
    const anyone = await come({ viewport: PHONE });
    await anyone.open(stop);
    await anyone.page.getByRole('button', { name: 'No more reminders' }).click();
    expect(await seen(anyone.page.getByText('No more reminders will come.'))).toBe(true);
  });

  it('lead from the address on a poster to the meeting, in clear words for whoever is not signed in', async () => {
    const short = `/m/${centre.split('/').at(-2)!.slice(0, 12)}`;
    const { page, open } = await come({ viewport: PHONE });
    await open(short);
    await seen(page.getByText('I own something in this building'));
    await page.getByRole('link', { name: 'Open the meeting' }).click();
    await page.getByRole('heading', { name: /Двор, лифт и камеры/, level: 1 }).waitFor();
    await open(short);
    await page.getByRole('link', { name: 'Sign in and vote' }).click();
    await page.waitForURL(/\/sign-in\?next=.*vote$/);
    const chair = await asChair();
    await chair.open(short);
    expect(new URL(chair.page.url()).pathname).toBe(centre.replace('/notices', ''));
  });

  it('lie in the owner’s own pages until they are read', async () => {
    const visitor = await come({ viewport: PHONE });
    await signIn(visitor, await contactOf('owner'), '/notices');
    const { page, complaints } = visitor;
    const unread = page.getByRole('button', { name: /^I have read it/ });
    const before = await unread.count();
    expect(before).toBeGreaterThan(0);
    await unread.first().click();
    await expect.poll(() => unread.count()).toBe(before - 1);
    await seen(page.getByText('Reminders to vote are off.', { exact: false }));
    expect(complaints).toEqual([]);
  });
});
