// The decision rules in a real browser and on a phone: found, compared, answered for by the chair; and a closed meeting
// counted otherwise.
import { AxeBuilder } from '@axe-core/playwright';
import { listMeetings } from '@veche/meetings/contract.ts';
import { getDemo } from '@veche/people/contract.ts';
import { describe, expect, it } from 'vitest';
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
    await page.getByLabel('Find a rule').fill('two thirds');
    await page.getByLabel('Country').selectOption({ label: 'France' });
    await page.getByRole('button', { name: 'Compare', exact: true }).click();
    await page.getByLabel('Find a rule').fill('');
    await page.getByRole('button', { name: 'Compare', exact: true }).first().click();
    const side = page.getByRole('region', { name: 'Side by side' });
    await seen(
      side.getByRole('article', { name: 'France, article 26: majority of owners holding two thirds' }),
    );
    await seen(side.getByText(/Second chance if the item does not pass/).first());
    expect(await faultsOf(visitor)).toEqual([]);
  });

  it('are answered for by the chair, whom everyone in the building sees', async () => {
    const visitor = await come({ viewport: PHONE });
    const { page, open } = visitor;
    await signIn(visitor, chair.contact);
    await open(`/buildings/${building}/rules`);
    await page.getByLabel('Find a rule').fill('ru.unanimous');
    await page.getByText('Answer for this rule', { exact: true }).click();
    await page
      .getByLabel('What you rely on')
      .fill('Housing Code, articles 36 and 40, read on the state portal');
    await page.getByRole('button', { name: 'I answer for it' }).click();
    await seen(page.getByText(/answers for this rule/));
    await seen(page.getByText('Answered for in your building'));
    expect(await faultsOf(visitor)).toEqual([]);
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
