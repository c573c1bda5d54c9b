// Every page for every eye and hand: axe finds nothing at 390 pixels, light and dark, nor at 1280, for whoever is signed in;
// nothing scrolls sideways on a phone; and a vote can be cast without a mouse.
import { AxeBuilder } from '@axe-core/playwright';
import { draftMeeting, listPublicMeetings } from '@veche/meetings/contract.ts';
import { getNotices } from '@veche/meetings/notice/contract.ts';
import { getDemo, getMe, readRegister, uploadRegister } from '@veche/people/contract.ts';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { enter, type Place } from '../story/holder.ts';
import { DESK, PHONE } from '../support/browser.ts';
import { answerOf, castOn, mark, recordNumber, review, signIn } from '../support/pages.ts';
import { startTestServer } from '../support/server.ts';
import { receiveVisitors } from './visitors.ts';

const REGISTER = `Premises,Area m2,Owner,Share
1,50,Орлова Анна Петровна,1/2
2,forty,Белов Борис Ильич,1
`;

type Role = 'nobody' | 'owner' | 'chair' | 'commission' | 'auditor' | 'operator';
type Stop = {
  readonly name: string;
  readonly path: string;
  /** The page has no script to wait for. */
  readonly still?: true;
  /** Where the page is brought to before it is looked at. */
  readonly reach?: (page: Page) => Promise<void>;
};

/** Colours change over a frame or more, the inherited ones after those they come from. A busy sign never ends. */
async function settle(): Promise<void> {
  const isChanging = (): boolean => document.getAnimations().some((one) => one instanceof CSSTransition);
  for (let calm = 0; calm < 3; calm = isChanging() ? 0 : calm + 1)
    await new Promise((resolve) => requestAnimationFrame(resolve));
}

describe('every page', async () => {
  const server = await startTestServer({ seed: true, pages: true });
  const origin = server.url;
  const come = await receiveVisitors(origin);

  const { people } = await server.call(getDemo);
  const contactOf = (role: string): string => people.find((one) => one.role === role)!.contact;
  const { meetings } = await server.call(listPublicMeetings);
  const placeOf = (state: string): Place => {
    const { id, buildingId } = meetings.find((one) => one.state === state)!;
    return { building: buildingId, meeting: id };
  };
  const pathOf = ({ building, meeting }: Place): string => `/buildings/${building}/meetings/${meeting}`;
  const open = placeOf('open');
  const closed = placeOf('closed');
  const building = `/buildings/${open.building}`;

  // What the chair has begun: a draft of a meeting, and a register that is not taken into use.
  const { call: chair } = await enter(origin, contactOf('chair'));
  const draft = await chair(draftMeeting, {
    params: { building: open.building },
    body: {
      title: 'Черновик собрания',
      items: [{ text: 'Посадить у дома три липы', ruleId: 'ru.participants' }],
    },
  });
  const edit = `${building}/meetings/${draft.id}/edit`;
  const upload = await chair(uploadRegister, {
    params: { building: open.building },
    query: { fileName: 'owners.csv' },
    body: new TextEncoder().encode(REGISTER),
    contentType: 'text/csv',
  });
  const imported = `${building}/register/import/${upload.id}`;
  const { premises: flats } = await chair(readRegister, { params: { building: open.building } });
  const flat = `${building}/register/premises/${flats[0]!.id}`;
  const { owners } = await chair(getNotices, { params: open });
  const proof = `${pathOf(open)}/notices/${owners[0]!.personId}`;
  const { call: owner } = await enter(origin, contactOf('owner'));
  const held = (await owner(getMe)).buildings.find(({ id }) => id === open.building)!.holdings[0]!;

  const stops: Record<Role, readonly Stop[]> = {
    nobody: [
      { name: 'the first page', path: '/' },
      { name: 'signing in', path: '/sign-in' },
      {
        name: 'signing in without a contact',
        path: '/sign-in',
        reach: (page) => page.getByRole('button', { name: 'Send me a code' }).click(),
      },
      {
        name: 'signing in with a wrong code',
        path: '/sign-in',
        async reach(page) {
          await page.getByLabel('Phone or e-mail').fill('nobody@example.org');
          await page.getByRole('button', { name: 'Send me a code' }).click();
          await page.getByLabel('Code from the message').fill('000000');
          await page.getByText(/^That code did not match\./).waitFor();
        },
      },
      { name: 'a building', path: building },
      { name: 'an open meeting', path: pathOf(open) },
      { name: 'a closed meeting', path: pathOf(closed) },
      {
        name: 'a result with its arithmetic',
        path: `${pathOf(closed)}/result`,
        async reach(page) {
          for (const summary of await page.locator('main summary').all()) await summary.click();
        },
      },
      {
        name: 'a check of a meeting',
        path: `${pathOf(closed)}/verify`,
        reach: (page) => page.getByText('Everything checks', { exact: true }).waitFor(),
      },
      { name: 'a check of files', path: '/verify' },
      { name: 'a check of receipts', path: '/check' },
      {
        name: 'files that are no good receipts',
        path: '/check',
        async reach(page) {
          const fileOf = (name: string, text: string) => ({
            name,
            mimeType: 'text/plain',
            buffer: Buffer.from(text),
          });
          await page
            .getByLabel('Receipt files')
            .setInputFiles([
              fileOf('letter.txt', 'hello'),
              fileOf('cut.tlog-proof', 'c2sp.org/tlog-proof@v1\nindex 1'),
            ]);
          await page.getByText('The receipt did not pass the check').waitFor();
        },
      },
      { name: 'where a poster leads', path: `/m/${open.meeting.slice(0, 12)}` },
      {
        name: 'the places to go on a phone',
        path: '/',
        async reach(page) {
          if (page.viewportSize()?.width === PHONE.width) await page.locator('header summary').click();
        },
      },
      { name: 'the decision rules', path: '/rules' },
      { name: 'rules side by side', path: '/rules?country=fr&with=fr.25&with=fr.26&with=ru.half-all' },
      { name: 'a decision rule', path: '/rules/ru.participants' },
      { name: 'the registry of houses', path: '/registry' },
      { name: 'the outbox', path: '/outbox' },
      { name: 'the API reference', path: '/api', still: true },
      { name: 'the design', path: '/design' },
      { name: 'a page that is not there', path: '/nowhere' },
    ],
    owner: [
      { name: 'one’s own page', path: '/home' },
      { name: 'the account', path: '/account' },
      { name: 'one’s own notices', path: '/notices' },
      {
        name: 'the history of one’s own flat',
        path: `${building}/premises/${held.premisesId}`,
        async reach(page) {
          for (const summary of await page.locator('main summary').all()) await summary.click();
        },
      },
      { name: 'what the house has decided', path: `${building}/decisions` },
      { name: 'a rule that somebody answers for', path: `${building}/rules/ru.unanimous` },
      { name: 'an open meeting to vote in', path: pathOf(open) },
      { name: 'a voting page', path: `${pathOf(open)}/vote` },
      {
        name: 'the review of a vote',
        path: `${pathOf(open)}/vote`,
        async reach(page) {
          await mark(page, ['For', 'Against', 'Abstain']);
          await review(page);
        },
      },
      {
        name: 'the receipt of a vote',
        path: `${pathOf(open)}/vote`,
        async reach(page) {
          await castOn(page, ['For', 'Against', 'Abstain', 'For']);
          await page.getByText(/independent witnesses have confirmed/).waitFor();
          for (const summary of await page.locator('main summary').all()) await summary.click();
        },
      },
      { name: 'one’s votes and devices', path: `${pathOf(open)}/receipts` },
    ],
    chair: [
      { name: 'a building', path: building },
      { name: 'a register', path: `${building}/register` },
      { name: 'the file of a register', path: `${building}/register/import` },
      { name: 'the columns of a register', path: `${imported}?step=columns` },
      {
        name: 'the report on a register',
        path: `${imported}?step=columns`,
        async reach(page) {
          await page.getByRole('button', { name: 'Check' }).click();
          await page.getByRole('heading', { name: 'Check', level: 1 }).waitFor();
        },
      },
      { name: 'a flat in time', path: flat },
      { name: 'whether the register adds up', path: `${building}/register/review` },
      { name: 'persons who may be one', path: `${building}/register/duplicates` },
      { name: 'who acts for whom', path: `${building}/register/representations` },
      { name: 'who looked', path: `${building}/register/looks` },
      { name: 'what the law asks about owners', path: `${building}/register/marks` },
      { name: 'the rules of a building', path: `${building}/rules` },
      { name: 'a rule to answer for', path: `${building}/rules/ru.unanimous?draft=${draft.id}` },
      {
        name: 'who was told of a meeting',
        path: `${pathOf(open)}/notices`,
        async reach(page) {
          for (const summary of await page.locator('main summary').all()) await summary.click();
        },
      },
      { name: 'how one owner was told', path: proof },
      { name: 'the decisions of a house', path: `${building}/decisions` },
      { name: 'what follows the count', path: `${pathOf(closed)}/closing` },
      { name: 'who does what', path: `${building}/roles` },
      {
        name: 'a question',
        path: `${building}/roles`,
        async reach(page) {
          await page
            .getByRole('button', { name: /^Take the role back/ })
            .first()
            .click();
          await page.getByRole('dialog').waitFor();
        },
      },
      { name: 'an open meeting with whose votes are missing', path: pathOf(open) },
      {
        name: 'calling a meeting, with a fault',
        path: `${building}/meetings/new`,
        reach: (page) => page.getByRole('button', { name: 'Save and go on' }).click(),
      },
      { name: 'the agenda of a draft', path: `${edit}?step=items` },
      { name: 'the dates of a draft', path: `${edit}?step=dates` },
      { name: 'the documents of a draft', path: `${edit}?step=materials` },
      { name: 'the review of a draft', path: `${edit}?step=review` },
    ],
    commission: [
      { name: 'what follows the count', path: `${pathOf(closed)}/closing` },
      { name: 'a register', path: `${building}/register` },
    ],
    auditor: [
      { name: 'the auditor’s desk', path: `${pathOf(closed)}/audit` },
      { name: 'who looked', path: `${building}/register/looks` },
      { name: 'who was told of a meeting', path: `${pathOf(closed)}/notices` },
    ],
    operator: [
      { name: 'the operator’s page', path: '/operator' },
      { name: 'a page for other roles', path: `${building}/register` },
    ],
  };

  /** What is wrong with the page as it stands, in light and dark; empty when nothing is. */
  async function faultsOf(page: Page): Promise<string[]> {
    const faults: string[] = [];
    // Both on the phone; a wider window changes no colour.
    const isPhone = page.viewportSize()?.width === PHONE.width;
    for (const colorScheme of isPhone ? (['light', 'dark'] as const) : (['light'] as const)) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.evaluate(settle);
      // No frames here: without them the way of old is the same, and opens no page beside this one.
      const axe = new AxeBuilder({ page }).setLegacyMode(true);
      // Of all that is judged, only colours differ in the dark.
      if (colorScheme === 'dark') axe.withRules(['color-contrast', 'link-in-text-block']);
      else axe.options({ rules: { 'target-size': { enabled: true } } });
      for (const { id, help, nodes } of (await axe.analyze()).violations)
        faults.push(
          `${colorScheme}: ${id}: ${help}: ${nodes.map(({ html, failureSummary }) => `${html.slice(0, 160)} ${failureSummary}`).join(' | ')}`,
        );
    }
    const shape = await page.evaluate(() => ({
      headings: document.querySelectorAll('h1').length,
      lang: document.documentElement.lang,
      sideways: document.documentElement.scrollWidth - document.documentElement.clientWidth,
      title: document.title,
    }));
    if (shape.headings !== 1) faults.push(`${shape.headings} first headings`);
    if (shape.lang !== 'en') faults.push(`its language is said to be "${shape.lang}"`);
    if (shape.sideways > 0) faults.push(`scrolls sideways by ${shape.sideways} px`);
    if (shape.title === '') faults.push('has no title');
    return faults;
  }

  const walks = (Object.keys(stops) as Role[]).flatMap((role) =>
    [PHONE, DESK].map((viewport) => ({ role, viewport, width: viewport.width })),
  );
  it.each(walks)(
    'has nothing that axe finds, for $role at $width px',
    async ({ role, viewport }) => {
      const visitor = await come({ viewport });
      if (role !== 'nobody') await signIn(visitor, contactOf(role));
      const found: Record<string, string[]> = {};
      for (const { name, path, still, reach } of stops[role]) {
        await (still ? visitor.page.goto(origin + path) : visitor.open(path));
        await visitor.page.getByRole('heading', { level: 1 }).first().waitFor();
        await reach?.(visitor.page);
        const faults = await faultsOf(visitor.page);
        if (faults.length > 0) found[`${name} (${path})`] = faults;
      }
      expect(found).toEqual({});
    },
    300_000,
  );

  it('is all there for a keyboard: from the skip link to the tick without a mouse', async () => {
    const visitor = await come();
    await signIn(visitor, contactOf('co-owner'), `${pathOf(open)}/vote`);
    const { page } = visitor;
    const press = (key: string) => page.keyboard.press(key);
    const focused = () => page.evaluate(() => document.activeElement?.textContent?.trim() ?? '');
    /** Tabs on until `wanted` has the focus, which must be seen. */
    const tabTo = async (wanted: () => Promise<boolean>): Promise<void> => {
      for (let i = 0; i < 60; i++) {
        if (await wanted()) return;
        await press('Tab');
      }
      throw new Error('sixty tabs, and it is not reached');
    };
    await visitor.open(`${pathOf(open)}/vote`);
    await press('Tab');
    expect(await focused()).toBe('Skip to the content');
    await press('Enter');

    const items = await page
      .getByRole('group')
      .filter({ has: page.getByRole('radio') })
      .count();
    expect(items).toBe(5);
    for (let item = 1; item <= items; item++) {
      const first = answerOf(page, item, 'For');
      await tabTo(() => first.evaluate((radio) => radio === document.activeElement));
      const ring = await first.evaluate(
        (radio) => getComputedStyle(radio.closest('label')!).outlineStyle !== 'none',
      );
      expect(ring).toBe(true);
      await press('Space');
      if (item % 2 === 0) await press('ArrowDown');
      const chosen = answerOf(page, item, item % 2 === 0 ? 'Against' : 'For');
      expect(await chosen.isChecked()).toBe(true);
    }
    await tabTo(async () => (await focused()) === 'Review');
    await press('Enter');
    await page.getByRole('heading', { name: 'Check before you confirm', level: 1 }).waitFor();
    expect(await focused()).toBe('Check before you confirm');
    await tabTo(async () => (await focused()) === 'Confirm my vote');
    await press('Enter');
    expect(await recordNumber(page)).toBeGreaterThan(0);
    expect(await focused()).toBe('Your vote is recorded');
  });
});
