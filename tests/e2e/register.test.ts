// The register at the chair's desk, in a real browser and on a phone: a sale with its paper, what stands in the history, a
// base with its document, a representative; and the owner who sees who looked.
import { AxeBuilder } from '@axe-core/playwright';
import { getDemo, readRegister } from '@veche/people/contract.ts';
import { describe, expect, it } from 'vitest';
import { enter } from '../story/holder.ts';
import { PHONE } from '../support/browser.ts';
import { seen, signIn } from '../support/pages.ts';
import { startTestServer } from '../support/server.ts';
import { receiveVisitors } from './visitors.ts';

describe('the register', async () => {
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

  it('takes a sale with its paper, and shows who held the flat when', async () => {
    const visitor = await come({ viewport: PHONE });
    const { page, open } = visitor;
    await signIn(visitor, part('chair').contact);
    await open(`/buildings/${building}/register?search=${flat.number}`);
    await page.getByRole('link', { name: new RegExp(`^Flat ${flat.number}$`) }).click();
    await page.getByRole('heading', { name: `Flat ${flat.number}`, level: 1 }).waitFor();
    await seen(page.getByText('Register imported'));

    await page.getByLabel('Share of the premises').fill('1/3');
    await page.getByLabel('Name', { exact: true }).fill('Новикова Дарья');
    await page.getByRole('button', { name: 'Find' }).click();
    await page.getByLabel('Who is it').waitFor();
    await page.getByLabel(/^E-mail/).fill('darya@example.org');
    await page.getByLabel('Kind of document').selectOption({ label: 'Contract of sale' });
    await page.getByLabel(/^Number/).fill('16-5');
    await page.getByRole('button', { name: 'Record' }).click();
    await seen(page.getByText('Recorded: Sold'));
    const held = page.getByRole('table', { name: 'Who holds it now' });
    await seen(held.getByRole('row', { name: /Новикова Дарья.*1\/3/ }));
    await seen(held.getByRole('row', { name: new RegExp(`${owner.name}.*2/3`) }));
    await seen(page.getByRole('table', { name: 'What happened' }).getByText('Contract of sale No. 16-5'));
    const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze();
    expect(violations).toEqual([]);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(overflow).toBeLessThanOrEqual(0);
  });

  it('says no in words to what cannot be, and keeps what was typed', async () => {
    const visitor = await come();
    const { page, open } = visitor;
    await signIn(visitor, part('chair').contact);
    await open(`/buildings/${building}/register/premises/${flat.id}`);
    await page.getByLabel('Whose share').selectOption({ label: `${owner.name}, 2/3` });
    await page.getByLabel('Share of the premises').fill('3/2');
    await page.getByLabel('Name', { exact: true }).fill('Кто-то Новый');
    await page.getByRole('button', { name: 'Record' }).click();
    await seen(page.getByText('The share cannot be read'));
    expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('Кто-то Новый');
    await page.getByLabel('Share of the premises').fill('1');
    await page.getByRole('button', { name: 'Record' }).click();
    expect(await seen(page.getByText('More than the owner holds'))).toBe(true);
  });

  it('adds up against a base with its document, and takes a representative', async () => {
    const visitor = await come({ viewport: PHONE });
    const { page, open } = visitor;
    await signIn(visitor, part('chair').contact);
    await open(`/buildings/${building}/register`);
    await page.getByRole('link', { name: 'Does it add up?' }).click();
    await page.getByRole('heading', { name: 'Does it add up?', level: 1 }).waitFor();
    await page.getByLabel('Total area of the premises, m²').fill('9999,5');
    await page.getByLabel('Document', { exact: true }).fill('Технический паспорт');
    await page.getByRole('button', { name: 'Record the area' }).click();
    await seen(page.getByText(/the document gives 9,999\.50 m²/));
    await seen(page.getByRole('row', { name: /Технический паспорт/ }));

    await open(`/buildings/${building}/register/representations`);
    const [principal, agent] = [
      page.getByLabel('Owner', { exact: true }),
      page.getByLabel('Representative', { exact: true }),
    ];
    await principal.fill(owner.name);
    await page.getByRole('button', { name: 'Find' }).first().click();
    await page.getByLabel('Who is it').waitFor();
    await agent.fill('Поверенная Ольга');
    await page.getByLabel(/^Number/).fill('16АА 1');
    await page.getByRole('button', { name: 'Record' }).click();
    await seen(page.getByText('Recorded: Поверенная Ольга'));
    expect(await seen(page.getByRole('row', { name: /Поверенная Ольга.*in force/ }))).toBe(true);
  });

  it('works out the rooms of a communal flat', async () => {
    const visitor = await come({ viewport: PHONE });
    const { page, open } = visitor;
    await signIn(visitor, part('chair').contact);
    const alone = (await chair(readRegister, { params: { building }, query: {} })).premises.find(
      ({ id, kind, titles, areaCm2 }) =>
        id !== flat.id && kind === 'flat' && titles.length === 1 && areaCm2 > 300_000,
    )!;
    await open(`/buildings/${building}/register/premises/${alone.id}`);
    await page.getByLabel('What happened').selectOption({ label: 'Divided into shares by agreement' });
    await page.getByRole('button', { name: 'One more owner' }).click();
    await page.getByLabel('These are rooms of a communal flat').check();
    const areas = page.getByLabel('Area of the room, m²');
    await areas.first().fill('10');
    await areas.last().fill('20');
    await page.getByRole('button', { name: 'Work out the shares' }).click();
    const shares = page.getByLabel('Share of the premises');
    await expect.poll(() => shares.first().inputValue()).toBe('1/3');
    expect(await shares.last().inputValue()).toBe('2/3');
  });

  it('has pages for every eye: nothing is found by axe, and nothing scrolls sideways on a phone', async () => {
    const visitor = await come({ viewport: PHONE });
    const { page, open } = visitor;
    await signIn(visitor, part('chair').contact);
    for (const door of ['', '/review', '/representations', '/duplicates', '/looks']) {
      await open(`/buildings/${building}/register${door}`);
      const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze();
      expect(violations, door).toEqual([]);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      expect(overflow, door).toBeLessThanOrEqual(0);
    }
  });

  it('tells the owner who looked', async () => {
    const visitor = await come({ viewport: PHONE });
    await signIn(visitor, owner.contact);
    await visitor.open('/account');
    const { page } = visitor;
    await page.getByRole('heading', { name: 'Who looked at your data' }).waitFor();
    const trail = page.getByRole('table', { name: 'Who looked' });
    expect(
      await seen(
        trail.getByRole('row', {
          name: new RegExp(`${part('chair').name}.*one premises, premises ${flat.number}`),
        }),
      ),
    ).toBe(true);
  });
});
