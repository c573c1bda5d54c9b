// A chair calls a meeting with what the law asks for: the calendar, the library, documents, the check, and a risk that is
// taken with a reason. The tests are its chapters and stand on one another.
import { getMeeting } from '@veche/meetings/contract.ts';
import { describe, expect, it } from 'vitest';
import { PHONE } from '../support/browser.ts';
import { downloadBy, seen, untilAlive, type Visitor } from '../support/pages.ts';
import { startTestServer } from '../support/server.ts';
import { receiveVisitors } from './visitors.ts';

const TITLE = 'Крыша и двор';

describe('calling a meeting by the law', async () => {
  const server = await startTestServer({ seed: true, pages: true });
  const come = await receiveVisitors(server.url);
  let edit = '';
  let meetingPath = '';

  async function asChair(viewport = PHONE): Promise<Visitor> {
    const visitor = await come({ viewport });
    await visitor.open('/');
    await visitor.page.getByRole('button', { name: /^Chair/ }).click();
    await visitor.page.waitForURL('**/buildings/*');
    return visitor;
  }
  const goOn = ({ page }: Visitor) => page.getByRole('button', { name: 'Save and go on' }).click();
  const heading = ({ page }: Visitor, step: string) =>
    page.getByRole('heading', { name: `Call a meeting: ${step}`, level: 1 }).waitFor();

  it('begins with who calls and why now, on a phone', async () => {
    const visitor = await asChair();
    const { page } = visitor;
    await page.getByRole('link', { name: 'Call a meeting' }).click();
    await heading(visitor, 'What and how');
    await page.getByLabel('Title of the meeting').fill(TITLE);
    await page.getByRole('radio', { name: /^The council of the house/ }).check();
    await page.getByRole('radio', { name: /^Gathering and ballots/ }).check();
    await goOn(visitor);
    await heading(visitor, 'Agenda');
    edit = new URL(page.url()).pathname;
    expect(edit).toMatch(/\/edit$/);
  });

  it('takes an item from the library with its clause and the rule of that clause', async () => {
    const visitor = await asChair();
    const { page, open } = visitor;
    await open(`${edit}?step=items`);
    await page.getByText('Choose an item from the library').click();
    await page.getByLabel('Search the items').fill('capital repair fund');
    await page.getByRole('button', { name: /^Take it ?: Capital repair/ }).click();
    const item = page.getByRole('group', { name: 'Item 1' });
    await item.getByLabel('Clause of the law').waitFor();
    expect(await item.getByRole('radio', { name: /^At least two thirds of all votes/ }).isChecked()).toBe(
      true,
    );
    // Both a blank left in the wording and a rule weaker than the clause are found at the end.
    await item.getByRole('radio', { name: /^More than half of all votes/ }).check();
    await goOn(visitor);
    await heading(visitor, 'Dates');
  });

  it('shows the first lawful day on the calendar, and moves the vote to the day that is pressed', async () => {
    const visitor = await asChair();
    const { page, open } = visitor;
    await open(`${edit}?step=dates`);
    const opens = page.getByRole('textbox', { name: 'Voting opens' });
    const lawful = page.getByRole('button', { name: /first lawful day/ });
    await lawful.click();
    const first = (await opens.inputValue()).slice(0, 10);
    await page.getByText('Owners get 10 clear days of notice.').waitFor();
    const day = Number(first.slice(8));
    const sooner = page.getByRole('button', { name: /, too soon/ }).last();
    await sooner.click();
    await page.getByText(/sooner than the law allows/).waitFor();
    expect(await opens.inputValue()).not.toContain(first);
    expect(day).toBeGreaterThan(0);
    await page.getByLabel('When people gather').fill(`${(await opens.inputValue()).slice(0, 10)}T18:00`);
    await page.getByLabel('Where people gather').fill('Двор у второго подъезда');
    await goOn(visitor);
    await heading(visitor, 'Materials');
  });

  it('keeps documents that are what their names say, and refuses others with a reason', async () => {
    const visitor = await asChair();
    const { page, open } = visitor;
    await open(`${edit}?step=materials`);
    const chooser = page.getByLabel('Attach files');
    await chooser.setInputFiles({
      name: 'смета.pdf',
      mimeType: 'application/pdf',
      buffer: Buffer.from('<html>'),
    });
    await page.getByText('This file cannot be attached').waitFor();
    await page.getByLabel('What the next file belongs to').selectOption('1');
    await chooser.setInputFiles({
      name: 'смета.pdf',
      mimeType: 'application/pdf',
      buffer: Buffer.from('%PDF-1.7 smeta'),
    });
    expect(await seen(page.getByRole('link', { name: 'смета.pdf' }))).toBe(true);
    await page.getByLabel('Where they can be seen on paper').fill('У председателя');
    await goOn(visitor);
    await heading(visitor, 'Review and call');
  });

  it('finds what could be contested, and calls only once each risk is mended or has its reason', async () => {
    const visitor = await asChair();
    const { page, open } = visitor;
    await open(`${edit}?step=review`);
    const call = page.getByRole('button', { name: 'Call the meeting' });
    for (const title of [
      'The notice is too short',
      'A blank is left in the wording',
      'The rule is weaker than the law asks for',
    ])
      await page.getByText(title).waitFor();
    expect(await call.isDisabled()).toBe(true);

    // Two are mended where they were made.
    await page
      .getByRole('listitem')
      .filter({ hasText: 'A blank is left' })
      .getByRole('link', { name: 'Mend it' })
      .click();
    await heading(visitor, 'Agenda');
    const item = page.getByRole('group', { name: 'Item 1' });
    await item.getByLabel('Wording put to the vote').fill('Провести капитальный ремонт крыши за счёт фонда');
    await item.getByRole('radio', { name: /^At least two thirds of all votes/ }).check();
    await goOn(visitor);
    await heading(visitor, 'Dates');
    await open(`${edit}?step=review`);
    await untilAlive(page);
    expect(await page.getByText('A blank is left in the wording').count()).toBe(0);

    // One is taken.
    const reasons = page.getByLabel('Why it may stand');
    for (let i = 0; i < (await reasons.count()); i++) await reasons.nth(i).fill('Крыша течёт, ждать нельзя');
    await call.click();
    await page.waitForURL((url) => !url.pathname.endsWith('/edit'));
    meetingPath = new URL(page.url()).pathname;
    await page.getByText('Announced', { exact: true }).waitFor();
  });

  it('tells every owner who called, where people gather, and why the notice is short', async () => {
    const { page, open } = await come({ viewport: PHONE });
    await open(meetingPath);
    await page.getByText('The council of the house').waitFor();
    await page.getByText(/Двор у второго подъезда/).waitFor();
    await page.getByText('Called with reservations').click();
    expect(await seen(page.getByText('Крыша течёт, ждать нельзя'))).toBe(true);
    const [, , building = '', , meeting = ''] = meetingPath.split('/');
    const view = await server.call(getMeeting, { params: { building, meeting } });
    expect(view.materials[0]).toMatchObject({ name: 'смета.pdf', item: 1, type: 'application/pdf' });
  });

  it('gives the document to an owner, byte by byte', async () => {
    const { page, open } = await come({ viewport: PHONE });
    await open('/');
    await page.getByRole('button', { name: /^Owner/ }).click();
    await page.waitForURL('**/home');
    await open(meetingPath);
    const { name, bytes } = await downloadBy(page, () =>
      page.getByRole('link', { name: 'смета.pdf' }).click(),
    );
    expect(name).toBe('смета.pdf');
    expect(bytes.toString()).toBe('%PDF-1.7 smeta');
  });
});
