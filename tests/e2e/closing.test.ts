// What follows the count, in a real browser: the chair brings the papers of the demonstration's closed meeting to an end,
// the auditor takes what is theirs, an owner sees the minutes with the names.
import { listPublicMeetings } from '@veche/meetings/contract.ts';
import { getDemo } from '@veche/people/contract.ts';
import { describe, expect, it } from 'vitest';
import { PHONE } from '../support/browser.ts';
import { downloadBy, seen, signIn } from '../support/pages.ts';
import { startTestServer } from '../support/server.ts';
import { receiveVisitors } from './visitors.ts';

describe('the papers of a closed meeting', async () => {
  const server = await startTestServer({ seed: true, pages: true });
  const come = await receiveVisitors(server.url);
  const { people } = await server.call(getDemo);
  const contactOf = (role: string): string => people.find((one) => one.role === role)!.contact;
  const { meetings } = await server.call(listPublicMeetings);
  const { id, buildingId } = meetings.find(({ state }) => state === 'closed')!;
  const meeting = `/buildings/${buildingId}/meetings/${id}`;

  it('wait for the chair at the closed meeting: what is done, what is next and by which day', async () => {
    const chair = await come({ viewport: PHONE });
    await signIn(chair, contactOf('chair'));
    await chair.open(meeting);
    await chair.page.getByRole('link', { name: 'Papers of the meeting' }).click();
    await chair.page.waitForURL(`**${meeting}/closing`);
    const path = chair.page.getByRole('list', { name: 'The way of the papers' });
    expect(await path.locator('[aria-current="step"]').innerText()).toMatch(/Minutes signed/);
    const terms = chair.page.getByRole('table', { name: 'What is due when' });
    expect(await terms.innerText()).toMatch(/Hand the originals to the inspection[\s\S]*Not confirmed/);
    const tooWide = await chair.page.evaluate(() =>
      [...document.querySelectorAll('main *')]
        .filter((one) => one.getBoundingClientRect().right > innerWidth)
        .map((one) => `${one.tagName}.${one.className}`),
    );
    expect(tooWide).toEqual([]);
  });

  it('get the names of those who sign, and a mark when they were signed by hand and sent', async () => {
    const chair = await come();
    await signIn(chair, contactOf('chair'));
    await chair.open(`${meeting}/closing`);
    const { page } = chair;
    await page.getByText('Give the names and draw up a new edition').click();
    await page.getByLabel('Chair of the meeting').first().fill('Председателева В. И.');
    await page.getByLabel('Secretary of the meeting').first().fill('Писарева О. А.');
    await page.getByRole('button', { name: 'Draw up the edition' }).click();
    const editions = page.getByRole('table', { name: 'Editions of the minutes' });
    await editions.getByRole('row').nth(2).waitFor();
    await page.getByText('Mark what was done').click();
    for (const step of ['Minutes signed by hand', 'Originals handed to the managing company']) {
      await page.getByLabel('What was done').selectOption({ label: step });
      await page.getByRole('button', { name: 'Mark it' }).click();
      if (step.startsWith('Minutes')) await seen(page.getByText('What is left is to send the originals.'));
    }
    await seen(page.getByText('The minutes are signed and sent.'));
    const { bytes } = await downloadBy(page, () =>
      page.getByRole('link', { name: 'Download the package for the inspection' }).click(),
    );
    expect(bytes.subarray(0, 2).toString()).toBe('PK');
  });

  it('say plainly that a file which is no signature is none', async () => {
    const chair = await come();
    await signIn(chair, contactOf('chair'));
    await chair.open(`${meeting}/closing`);
    await chair.page.getByText('Add a signature').click();
    const file = {
      name: 'photo.sig',
      mimeType: 'application/octet-stream',
      buffer: Buffer.from('no signature'),
    };
    await chair.page.getByLabel('File of the signature').setInputFiles(file);
    expect(await seen(chair.page.getByText('This is no signature file'))).toBe(true);
  });

  it('show the auditor the lists and the check, and an owner neither', async () => {
    const auditor = await come();
    await signIn(auditor, contactOf('auditor'));
    await auditor.open(`${meeting}/closing`);
    await seen(auditor.page.getByRole('link', { name: /^4\. / }));
    await seen(auditor.page.getByRole('link', { name: 'Check the meeting' }));
    expect(await auditor.page.getByText('Add a signature').count()).toBe(0);

    const owner = await come();
    await signIn(owner, contactOf('owner'));
    await owner.open(meeting);
    await seen(owner.page.getByRole('link', { name: 'See the result' }));
    expect(await owner.page.getByRole('link', { name: 'Papers of the meeting' }).count()).toBe(0);
  });

  it('have a desk for the auditor: the check runs there and its report is a file to sign', async () => {
    const auditor = await come({ viewport: PHONE });
    await signIn(auditor, contactOf('auditor'));
    await auditor.open(`${meeting}/closing`);
    const { page } = auditor;
    await page.getByRole('link', { name: 'Auditor’s desk' }).click();
    await page.waitForURL(`**${meeting}/audit`);
    await seen(page.getByRole('heading', { name: 'Auditor’s desk', level: 1 }));
    for (const part of ['Ballots', 'Who was told', 'Rules as the notice pinned them', 'Accepted risks'])
      await seen(page.getByRole('heading', { name: part, level: 2 }));
    await page.getByRole('button', { name: 'Check the meeting now' }).click();
    const { bytes } = await downloadBy(page, () =>
      page.getByRole('button', { name: 'Download the report' }).click(),
    );
    const report = bytes.toString();
    expect(report).toContain('OUTCOME: EVERYTHING HOLDS.');
    expect(report).toContain(id);
    const sideways = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(sideways).toBe(0);
  });

  it('let an owner see on the result how to challenge it and by which day, and take the days away', async () => {
    const owner = await come({ viewport: PHONE });
    await signIn(owner, contactOf('owner'));
    await owner.open(`${meeting}/result`);
    const { page } = owner;
    const terms = page.getByRole('table', { name: 'How to challenge and by when' });
    expect(await terms.innerText()).toMatch(/To challenge in court[\s\S]*ЖК РФ, ст\. 46 ч\. 6/);
    const { bytes } = await downloadBy(page, () =>
      page.getByRole('link', { name: 'Dates for a calendar (ICS)' }).click(),
    );
    expect(bytes.toString()).toContain('Last day to challenge in court');
  });

  it('stand in the register of decisions of the house, where an owner finds them by their words', async () => {
    const owner = await come({ viewport: PHONE });
    await signIn(owner, contactOf('owner'));
    await owner.open(`/buildings/${buildingId}`);
    await owner.page.getByRole('link', { name: 'Register of the house’s decisions' }).click();
    await seen(owner.page.getByRole('heading', { name: 'Register of decisions', level: 1 }));
    const all = await owner.page.getByRole('main').getByRole('listitem').count();
    expect(all).toBeGreaterThan(1);
    const first = await owner.page.getByRole('listitem').first().locator('.text').innerText();
    await owner.page
      .getByRole('searchbox', { name: 'Words of the decision' })
      .fill(first.split(' ').slice(0, 3).join(' '));
    await owner.page.getByRole('button', { name: 'Search' }).click();
    await owner.page.waitForURL('**/decisions?words=**');
    await seen(owner.page.getByText(first));
    expect(await owner.page.getByText('Record that a decision repeals').count()).toBe(0);
  });
});
