// The decision rules in a real browser and on a phone: found, compared, answered for by the chair; and a closed meeting
// counted otherwise.
import { AxeBuilder } from '@axe-core/playwright';
import { draftMeeting, listMeetings } from '@veche/meetings/contract.ts';
import { getDemo } from '@veche/people/contract.ts';
import { describe, expect, it } from 'vitest';
import { enter } from '../story/holder.ts';
import { PHONE } from '../support/browser.ts';
import { seen, signIn, type Visitor } from '../support/pages.ts';
import { startTestServer } from '../support/server.ts';
import { receiveVisitors } from './visitors.ts';

/** What axe finds, and whether the page is wider than the phone. */
const faultsOf = async ({ page }: Visitor): Promise<unknown[]> => {
  const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze();
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  return [...violations, ...(overflow > 0 ? [`${overflow} px too wide`] : [])];
};

describe('decision rules', async () => {
  const server = await startTestServer({ seed: true, pages: true });
  const come = await receiveVisitors(server.url);
  const { people } = await server.call(getDemo);
  const chair = people.find(({ role }) => role === 'chair')!;
  const building = chair.buildingId!;

  it('are found by a word and read side by side, by anyone', async () => {
    const visitor = await come({ viewport: PHONE });
    const { page, open } = visitor;
    await open('/rules');
    await page.getByRole('heading', { name: 'Decision rules', level: 1 }).waitFor();
    await seen(page.getByText('Who may hold electronic votes'));
    // Every rule of every country fits a phone.
    expect(await faultsOf(visitor)).toEqual([]);
    await page.getByLabel('Find a rule').fill('article 2');
    await page.getByLabel('Country').selectOption({ label: 'France' });
    await page.getByRole('button', { name: 'Search' }).click();
    await page.waitForURL(/country=fr/);
    const thirds = 'France, article 26: majority of owners holding two thirds';
    await page.getByRole('link', { name: /^Compare ?: France, article 26/ }).click();
    const side = page.getByRole('region', { name: 'Side by side' });
    await seen(side.getByRole('article', { name: thirds }));
    // What was looked for stays, and another one of it comes beside the first.
    await page
      .getByRole('link', { name: /^Compare ?: / })
      .first()
      .click();
    await expect.poll(() => side.getByRole('article').count()).toBe(2);
    await seen(side.getByText(/Second chance if the item does not pass/).first());
    expect(await faultsOf(visitor)).toEqual([]);
    await side.getByRole('link', { name: thirds, exact: true }).click();
    await page.getByRole('heading', { name: thirds, level: 1 }).waitFor();
    expect(await faultsOf(visitor)).toEqual([]);
  });

  it('are compared without any script, in a page that a slow connection brings at once', async () => {
    const answer = await fetch(`${server.url}/rules?with=fr.25&with=fr.26`, {
      headers: { cookie: 'veche_locale=en' },
    });
    const html = await answer.text();
    expect(html).toContain('Side by side');
    expect(html.match(/<article/g)).toHaveLength(2);
    const bare = await (await fetch(`${server.url}/rules`)).text();
    expect(Buffer.byteLength(bare)).toBeLessThan(150_000);
  });

  it('are answered for by the chair, whom everyone in the building sees', async () => {
    const visitor = await come({ viewport: PHONE });
    const { page, open } = visitor;
    await signIn(visitor, chair.contact);
    // A meeting in person binds, so that its rule waits for somebody's word.
    const { call } = await enter(server.url, chair.contact);
    const { id } = await call(draftMeeting, {
      params: { building },
      body: {
        title: 'Кладовая',
        form: 'in-person',
        items: [{ text: 'Уменьшить общее имущество на кладовую', ruleId: 'ru.unanimous' }],
      },
    });
    await open(`/buildings/${building}/meetings/${id}/edit?step=dates`);
    await page
      .getByRole('button', { name: /too soon/ })
      .last()
      .click();
    await page.getByRole('button', { name: 'Save and go on' }).click();
    await page.getByRole('heading', { name: 'Call a meeting: Materials' }).waitFor();
    await page.getByRole('button', { name: 'Save and go on' }).click();
    await page.getByRole('heading', { name: 'Call a meeting: Review and call' }).waitFor();
    await page.getByLabel('Why it may stand').first().fill('Двор затопило, ждать нельзя');
    expect(await page.getByRole('button', { name: 'Call the meeting' }).isDisabled()).toBe(true);
    await page.getByRole('link', { name: 'Answer for the rule' }).click();
    await seen(page.getByText('A meeting waits for this rule'));
    expect(await faultsOf(visitor)).toEqual([]);
    await page
      .getByLabel('What you rely on')
      .fill('Housing Code, articles 36 and 40, read on the state portal');
    await page.getByRole('button', { name: 'I answer for it' }).click();
    await seen(page.getByText(/answers for this rule, /));
    await page.getByRole('link', { name: 'Back to the meeting' }).click();
    await page.getByRole('heading', { name: 'Call a meeting: Review and call' }).waitFor();
    // Nothing that was typed is lost, and the rule stands in the way no more.
    expect(await page.getByLabel('Why it may stand').first().inputValue()).toBe(
      'Двор затопило, ждать нельзя',
    );
    expect(await page.getByText('Nobody answers for the rule yet').count()).toBe(0);
    await open(`/buildings/${building}/rules`);
    await seen(page.getByText(/Answered for in your building/).first());
  });

  it('give a closed meeting another outcome beside the one decided', async () => {
    const { meetings } = await server.call(listMeetings, { params: { building } });
    const closed = meetings.find(({ state }) => state === 'closed')!;
    const visitor = await come({ viewport: PHONE });
    const { page, open } = visitor;
    await signIn(visitor, chair.contact);
    await open(`/buildings/${building}/meetings/${closed.id}/result`);
    await page.getByRole('button', { name: 'Count otherwise' }).click();
    await page.getByLabel('Area to count from, m²').fill('99 999,5');
    await page.getByRole('button', { name: 'Count', exact: true }).click();
    await seen(page.getByText('The outcome would differ').first());
    await page.getByLabel('Area to count from, m²').fill('ten');
    await seen(page.getByText('Enter the area as a number, such as 10600.5'));
    await page.getByLabel('Area to count from, m²').fill('1');
    await page.getByRole('button', { name: 'Count', exact: true }).click();
    await seen(page.getByText('The base is less than the participants'));
    expect(await faultsOf(visitor)).toEqual([]);
  });
});
