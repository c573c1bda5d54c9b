// The log for people, in a real browser: whatever the pages show they have checked by themselves, and they say so loudly
// when a file was changed on the way; and the operator cannot overlook that the log stands still.
import { readFile } from 'node:fs/promises';
import { AxeBuilder } from '@axe-core/playwright';
import { encodeHex, encodeUtf8 } from '@veche/ledger/bytes.ts';
import { leafHash } from '@veche/ledger/tree.ts';
import { listPublicMeetings } from '@veche/meetings/contract.ts';
import { getDemo } from '@veche/people/contract.ts';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { DESK, PHONE } from '../support/browser.ts';
import { seen, signIn } from '../support/pages.ts';
import { startTestServer } from '../support/server.ts';
import { receiveVisitors } from './visitors.ts';

describe('the log', async () => {
  const server = await startTestServer({ seed: true, pages: true });
  const origin = server.url;
  const come = await receiveVisitors(origin);
  const { ledger } = server.open.house;
  const { meetings } = await server.call(listPublicMeetings);
  const meeting = meetings.find(({ state }) => state === 'closed')!.id;
  const entries = await ledger.entriesOf(meeting, 0, 1_000);
  const ballot = entries.find(({ leaf }) => leaf.includes('"kind":"ballot"'))!;

  /** Changes one byte of every file of the log whose path fits, as somebody on the way might. */
  const tamper = (page: Page, path: RegExp) =>
    page.route(path, async (route) => {
      const response = await route.fetch();
      const body = Buffer.from(await response.body());
      if (response.ok()) body[body.length - 40]! ^= 1;
      await route.fulfill({ response, body });
    });

  it('shows how it stands, who confirmed it, and has checked that by itself', async () => {
    const { page, open } = await come({ viewport: PHONE });
    await open('/log');
    await page.getByRole('heading', { name: 'The public journal', level: 1 }).waitFor();
    const checked = page.getByRole('status').filter({ hasText: 'Checked on your device' });
    await seen(checked.getByText(/^The journal’s signature over \d+ records holds\.$/));
    await seen(checked.getByText(/^3 of 3 witnesses have confirmed it\./));
    await seen(checked.getByText(/^This is your first visit/));
    await page.reload();
    await seen(page.getByText(/^Since your last visit (nothing was added|\d+ records? (was|were) added)/));
    const newest = page.getByRole('listitem').filter({ hasText: /^Record \d+/ });
    await expect.poll(() => newest.count(), { timeout: 15_000 }).toBe(8);
  });

  it('is linked from the foot of every page, with how it stands', async () => {
    const { page, open } = await come();
    await open('/sign-in');
    const link = page
      .getByRole('contentinfo')
      .getByRole('link', { name: /^Journal: \d+ records, witnessed$/ });
    await link.click();
    expect(await seen(page.getByRole('heading', { name: 'The public journal', level: 1 }))).toBe(true);
  });

  it('finds the record of a receipt, and takes no changed one for good', async () => {
    const { page, open } = await come();
    await open('/log');
    const [receipt] = await ledger.receipts([ballot.idem], 5_000);
    const give = (text: string) =>
      page.getByLabel('Or the receipt of a vote').setInputFiles({
        name: 'mine.tlog-proof',
        mimeType: 'text/plain',
        buffer: Buffer.from(text),
      });
    await give(receipt!.proof);
    await seen(page.getByText(`Record ${ballot.index} is in the journal`));
    const [index, first] = receipt!.proof.split('\n').slice(1, 3);
    await give(receipt!.proof.replace(`${index}\n${first}`, `${index}\n${first!.replace(/^./, 'z')}`));
    await seen(page.getByText('The receipt does not fit the journal'));
    await give('a letter to my aunt');
    await seen(page.getByText('This is no receipt'));
    await give(receipt!.proof);
    await page.getByRole('link', { name: `See record ${ballot.index}` }).click();
    await page.getByRole('heading', { name: `Record ${ballot.index}`, level: 1 }).waitFor();
    expect(await seen(page.getByRole('heading', { name: 'A vote', level: 2 }))).toBe(true);
  });

  it('draws the way from a record to the root, in words too', async () => {
    const { page, open } = await come({ viewport: PHONE });
    await open(`/log/entries/${ballot.index}`);
    await seen(page.getByText('Its author’s signature holds'));
    await seen(page.getByText(/^Witnessed: [23] of 3$/));
    await seen(page.getByText(/^In the journal of \d+ records$/));
    const steps = Math.ceil(Math.log2(Number((await ledger.checkpoint()).split('\n')[1])));
    const name = new RegExp(`^Record ${ballot.index}: \\d steps to the root`);
    const picture = page.getByRole('img', { name });
    expect(await picture.locator('.own, .root').count()).toBeGreaterThanOrEqual(steps - 1);
    expect(await picture.locator('.root').count()).toBe(1);
    await page.getByText('The same as a table').click();
    const rows = page.getByRole('table', { name: 'The path from the record' }).getByRole('row');
    expect(await rows.count()).toBe((await picture.locator('.beside').count()) + 1);
    expect(await page.locator('pre').first().innerText()).toBe(ballot.leaf);
    expect(await page.getByText(encodeHex(leafHash(encodeUtf8(ballot.leaf)))).count()).toBeGreaterThan(0);
    await page.getByRole('link', { name: `Record ${ballot.index + 1}` }).click();
    await page.getByRole('heading', { name: `Record ${ballot.index + 1}`, level: 1 }).waitFor();
    await seen(page.getByText('Its author’s signature holds'));
  });

  it.each([
    ['a tile', /\/log\/v1\/tile\/0\//, /^A file of the journal does not fit its signature$/],
    ['a record', /\/log\/v1\/tile\/entries\//, /^A file of the journal does not fit its signature$/],
    ['the checkpoint', /\/log\/v1\/checkpoint$/, /^A signature on the journal does not hold$/],
  ])('notices that %s was changed on the way', async (_, path, words) => {
    const { page, open } = await come();
    await tamper(page, path);
    await open(`/log/entries/${ballot.index}`);
    await seen(page.getByRole('alert').getByText(words));
    expect(await page.getByText('Its author’s signature holds').count()).toBe(0);
  });

  it('does not take a lost connection for a fraud', async () => {
    const { page, open } = await come();
    await page.route(/\/log\/v1\/tile\//, (route) => route.abort());
    await open(`/log/entries/${ballot.index}`);
    await seen(page.getByText('The journal’s files cannot be read just now'));
    expect(await page.getByRole('alert').count()).toBe(0);
  });

  it('finds by number, by hash and by meeting, without any script', async () => {
    const visitor = await come();
    const context = await visitor.context
      .browser()!
      .newContext({ javaScriptEnabled: false, locale: 'en-GB' });
    await context.addCookies([{ name: 'veche_locale', value: 'en', url: origin }]);
    const page = await context.newPage();
    const find = async (what: string) => {
      await page.goto(`${origin}/log`);
      await page.getByLabel('Number of a record, number of a meeting, or a hash').fill(what);
      await page.getByRole('button', { name: 'Find' }).click();
      return new URL(page.url()).pathname + new URL(page.url()).search;
    };
    expect(await find('12')).toBe('/log/entries/12');
    expect(await find(encodeHex(leafHash(encodeUtf8(ballot.leaf))))).toBe(`/log/entries/${ballot.index}`);
    expect(await find(meeting)).toBe(`/log/meetings?meeting=${meeting}`);
    expect(await page.getByRole('row').count()).toBe(Math.min(entries.length, 100) + 1);
    await find('0'.repeat(64));
    await seen(page.getByText(/^Nothing in the journal goes by “0{64}”/));
    await context.close();
  });

  it('lists a meeting and checks each record in its place', async () => {
    const { page, open } = await come({ viewport: PHONE });
    await open('/log/meetings');
    await page.getByRole('link', { name: meetings.find(({ id }) => id === meeting)!.title }).click();
    await page.getByRole('heading', { name: 'The records of a meeting', level: 1 }).waitFor();
    const rows = Math.min(entries.length, 100);
    await expect.poll(() => page.getByText('In its place').count(), { timeout: 15_000 }).toBe(rows);
  });

  it('shows an entry of the service’s search that the log does not have', async () => {
    const { page, open } = await come();
    await page.route(/\/api\/v1\/log\/meetings\//, async (route) => {
      const response = await route.fetch();
      const answer = (await response.json()) as { entries: { index: number; leaf: string }[] };
      answer.entries[0]!.leaf = answer.entries[1]!.leaf;
      await route.fulfill({ response, json: answer });
    });
    await open('/log/meetings');
    await page.getByRole('link', { name: meetings.find(({ id }) => id === meeting)!.title }).click();
    await seen(page.getByRole('alert').getByText('The list does not fit the journal'));
    expect(await page.getByText('The journal says otherwise').count()).toBe(1);
  });

  it('copies a command of the audit page, filled in for this log', async () => {
    const { page, open, context } = await come();
    await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin });
    await open('/audit');
    await page.getByRole('button', { name: 'Copy' }).first().click();
    await seen(page.getByText('Copied', { exact: true }));
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    expect(copied.split('\n')[0]).toBe(`LOG='${origin}/log/v1'`);
  });

  const { people } = await server.call(getDemo);
  const operator = people.find(({ role }) => role === 'operator')!.contact;
  const faultsOf = async (page: Page): Promise<string[]> => {
    const faults: string[] = [];
    // Both on the phone; a wider window changes no colour, and of all that is judged only colours differ in the dark.
    const isPhone = page.viewportSize()?.width === PHONE.width;
    for (const colorScheme of isPhone ? (['light', 'dark'] as const) : (['light'] as const)) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.waitForTimeout(300);
      // No frames here: without them the way of old is the same, and opens no page beside this one.
      const axe = new AxeBuilder({ page }).setLegacyMode(true);
      if (colorScheme === 'dark') axe.withRules(['color-contrast', 'link-in-text-block']);
      for (const { id, nodes } of (await axe.analyze()).violations)
        faults.push(
          `${colorScheme} ${id}: ${nodes.map(({ html, failureSummary }) => `${html.slice(0, 160)} ${failureSummary}`).join(' | ')}`,
        );
    }
    const sideways = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    if (sideways > 0) faults.push(`scrolls sideways by ${sideways} px`);
    if ((await page.locator('h1').count()) !== 1) faults.push('has not one first heading');
    return faults;
  };

  it.each([PHONE, DESK])(
    'has nothing that axe finds at $width px',
    async (viewport) => {
      const visitor = await come({ viewport });
      await signIn(visitor, operator);
      const found: Record<string, string[]> = {};
      for (const path of [
        '/log',
        `/log/entries/${ballot.index}`,
        '/log/entries/99999',
        '/log/meetings',
        `/log/meetings?meeting=${meeting}`,
        '/log/witnesses',
        '/audit',
        '/operator/log',
      ]) {
        await visitor.open(path);
        await visitor.page.getByRole('heading', { level: 1 }).waitFor();
        await visitor.page.waitForLoadState('networkidle');
        for (const summary of await visitor.page.locator('main summary').all()) await summary.click();
        const faults = await faultsOf(visitor.page);
        if (faults.length > 0) found[path] = faults;
      }
      expect(found).toEqual({});
    },
    180_000,
  );

  it('tells its operator that all is well, and of a fork so that nobody overlooks it', async () => {
    const visitor = await come();
    const { page, open } = visitor;
    await signIn(visitor, operator, '/operator/log');
    await open('/operator/log');
    await seen(page.getByText('Recording', { exact: true }));
    expect(
      await page
        .getByRole('row')
        .filter({ hasText: /^demo\./ })
        .count(),
    ).toBe(3);
    const note = await readFile(`${server.dataDir}/log/checkpoint`, 'utf8');
    await server.open.connection.sql`
      INSERT INTO ledger.fork_evidence (witness, witness_key, kind, our_size, our_note, their_size, their_note)
      VALUES ('demo.city', 'key', 'fork', 10, ${note}, 10, NULL)`;
    await open('/operator/log');
    await seen(page.getByRole('alert').getByRole('heading', { name: 'THE JOURNAL IS STOPPED: A FORK' }));
    await seen(page.getByText('demo.city: has confirmed other records'));
    expect(await faultsOf(page)).toEqual([]);
    await open('/log');
    await seen(page.getByText('The journal is stopped: a witness has seen another history'));
  });
});
