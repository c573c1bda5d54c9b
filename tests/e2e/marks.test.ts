// What the law asks about owners, at the chair's desk and on a phone: a debt with its paper, its end, and whoever looked.
import { AxeBuilder } from '@axe-core/playwright';
import { getDemo, readRegister } from '@veche/people/contract.ts';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { enter } from '../story/holder.ts';
import { PHONE } from '../support/browser.ts';
import { seen, signIn } from '../support/pages.ts';
import { startTestServer } from '../support/server.ts';
import { receiveVisitors } from './visitors.ts';

/** What stands against the page as it is shown: for whoever hears it, and for a narrow screen. */
async function troublesOf(page: Page): Promise<unknown[]> {
  const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze();
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  return [...violations, ...(overflow > 0 ? [`${overflow} px too wide`] : [])];
}

describe('what the law asks about owners', async () => {
  const server = await startTestServer({ seed: true, pages: true });
  const origin = server.url;
  const come = await receiveVisitors(origin);
  const { people } = await server.call(getDemo);
  const part = (role: string) => people.find((one) => one.role === role)!;
  const building = part('chair').buildingId!;
  const { call: chair } = await enter(origin, part('chair').contact);
  const owner = part('owner');
  const { premises } = await chair(readRegister, { params: { building }, query: { search: owner.name } });
  const flat = premises.find(({ titles }) => titles.length === 1)!;

  it('is recorded on the page of the premises with its paper, ended, and shown in the list with its past', async () => {
    const visitor = await come({ viewport: PHONE });
    const { page, open } = visitor;
    await signIn(visitor, part('chair').contact);
    await open(`/buildings/${building}/register/premises/${flat.id}`);
    await page.getByRole('button', { name: 'Add to the list' }).click();
    const form = page.locator('form').filter({ has: page.getByLabel('What is so') });
    await form.getByLabel('What is so').selectOption({ label: 'Owes the building' });
    await form.getByLabel('From', { exact: true }).fill('2026-01-01');
    await form.getByRole('button', { name: 'Record' }).click();
    await seen(page.getByText('A paper is needed'));
    await form.getByLabel('Kind of document').selectOption({ label: 'Statement of a debt' });
    await form.getByLabel(/^Number/).fill('17');
    await form.getByRole('button', { name: 'Record' }).click();
    await seen(page.getByText('Recorded. The owner is told.'));
    expect(await troublesOf(page)).toEqual([]);

    await open(`/buildings/${building}/register/marks`);
    const list = page.getByRole('table', { name: 'What the law asks about owners' });
    await seen(list.getByRole('row', { name: new RegExp(`${owner.name}.*Owes the building.*No. 17`) }));
    await list.getByRole('button', { name: 'Change' }).click();
    await page.getByLabel('No longer so from this day on').fill('2026-02-01');
    expect(await troublesOf(page)).toEqual([]);
    await page.getByRole('dialog').getByRole('button', { name: 'Record' }).click();
    await seen(list.getByText('over', { exact: true }));
    await list.getByText('Everything that was recorded').click();
    await seen(list.getByText(/^Ended:/));
    expect(await troublesOf(page)).toEqual([]);
  });

  it('belongs to a law, which owners read on the page of the building and the operator alone changes', async () => {
    const visitor = await come({ viewport: PHONE });
    const { page, open } = visitor;
    await signIn(visitor, part('operator').contact);
    await open(`/buildings/${building}`);
    await seen(page.getByText('Russia', { exact: true }).first());
    await page.getByText('Change the law').click();
    await seen(page.getByRole('combobox', { name: 'Law' }));
    expect(await troublesOf(page)).toEqual([]);
  });
});
