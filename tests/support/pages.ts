// A person at a browser: opens pages, signs in and votes by what stands on the page, in English unless told otherwise.
// Knows nothing of the pages' insides: only roles, names and words, as a person or a screen reader would.
import { createCall } from '@veche/module-kit/client.ts';
import { moveDemoClock, readOutbox } from '@veche/people/contract.ts';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { DESK } from './browser.ts';

export type Visitor = {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly origin: string;
  /** What the pages' scripts threw or complained of so far. A request that failed is no complaint. */
  readonly complaints: readonly string[];
  /** Opens a path and waits until the page answers to taps. */
  open(path: string): Promise<void>;
  /** Another tab of the same browser. */
  tab(): Promise<Visitor>;
  leave(): Promise<void>;
};

export type VisitOptions = {
  readonly viewport?: { readonly width: number; readonly height: number };
  readonly locale?: 'en' | 'ru';
};

/** A new browser of its own, without cookies. */
export async function visit(
  browser: Browser,
  origin: string,
  { viewport = DESK, locale = 'en' }: VisitOptions = {},
): Promise<Visitor> {
  const context = await browser.newContext({
    viewport,
    hasTouch: viewport.width < 600,
    locale: locale === 'en' ? 'en-GB' : 'ru-RU',
    reducedMotion: 'reduce',
    acceptDownloads: true,
  });
  context.setDefaultTimeout(20_000);
  await context.addCookies([{ name: 'veche_locale', value: locale, url: origin }]);
  await context.addInitScript(noteWhenAlive);
  return openTab(context, origin, []);
}

async function openTab(context: BrowserContext, origin: string, complaints: string[]): Promise<Visitor> {
  const page = await context.newPage();
  page.on('pageerror', (error) => complaints.push(error.stack ?? error.message));
  page.on('console', (line) => {
    if (line.type() === 'error' && !line.text().startsWith('Failed to load resource'))
      complaints.push(line.text());
  });
  return {
    page,
    context,
    origin,
    complaints,
    async open(path) {
      await page.goto(new URL(path, origin).href);
      await untilAlive(page);
    },
    tab: () => openTab(context, origin, complaints),
    leave: () => context.close(),
  };
}

/** The router begins to listen for the Back button once the page is alive. */
function noteWhenAlive(): void {
  const listen = window.addEventListener;
  window.addEventListener = function (this: Window, ...input: Parameters<typeof listen>): void {
    if (input[0] === 'popstate') (window as Window & { isAlive?: boolean }).isAlive = true;
    listen.apply(this, input);
  } as typeof listen;
}

/** Needed after a whole page was loaded; not after a tap on a link within the site. */
export async function untilAlive(page: Page): Promise<void> {
  await page.waitForFunction(() => (window as Window & { isAlive?: boolean }).isAlive === true);
}

/** Waits until it is on the page. @throws Error: when it does not come. */
export async function seen(what: Locator): Promise<true> {
  await what.first().waitFor();
  return true;
}

// ---- signing in ------------------------------------------------------------------------------------------------------

/** Messages to a contact, newest first. */
export async function messagesTo(origin: string, to: string) {
  return (await createCall(origin, fetch)(readOutbox, { query: { to } })).messages;
}

/** The first message that `wanted` says yes to, once it is there. @throws Error: when none comes in ten seconds. */
export async function awaitMessage(
  origin: string,
  to: string,
  wanted: (message: Awaited<ReturnType<typeof messagesTo>>[number]) => boolean,
) {
  for (const until = Date.now() + 10_000; Date.now() < until;) {
    const found = (await messagesTo(origin, to)).find(wanted);
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`no such message to ${to} came`);
}

const CODE = /\b[0-9]{6}\b/;

/** A code that was not there before `send`. */
async function newCode(origin: string, contact: string, send: () => Promise<void>): Promise<string> {
  const before = new Set((await messagesTo(origin, contact)).map(({ id }) => id));
  await send();
  const { text } = await awaitMessage(origin, contact, ({ id, text }) => !before.has(id) && CODE.test(text));
  return CODE.exec(text)![0];
}

/** Types the contact and the code on the sign-in page that is open, and waits until it has let the person in. */
export async function typeSignIn({ page, origin }: Visitor, contact: string): Promise<void> {
  const code = await newCode(origin, contact, async () => {
    await page.getByLabel(/^(Phone or e-mail|Телефон или)/).fill(contact);
    await page.getByRole('button', { name: /^(Send me a code|Получить код)$/ }).click();
    await page.getByLabel(/^(Code from the message|Код из)/).waitFor();
  });
  // The sixth digit sends the form.
  await page.getByLabel(/^(Code from the message|Код из)/).fill(code);
  await page.waitForURL((url) => url.pathname !== '/sign-in');
}

/** Signs in and stands on `path`. */
export async function signIn(visitor: Visitor, contact: string, path = '/home'): Promise<void> {
  await visitor.open(`/sign-in?next=${encodeURIComponent(path)}`);
  await typeSignIn(visitor, contact);
  await visitor.page.waitForURL((url) => url.pathname + url.search === path);
}

// ---- voting ----------------------------------------------------------------------------------------------------------

export type Answer = 'For' | 'Against' | 'Abstain';

/** Marks the items in their order. */
export async function mark(page: Page, answers: readonly Answer[]): Promise<void> {
  for (const [i, answer] of answers.entries()) await answerOf(page, i + 1, answer).check();
}

/** The radio of one answer to one item. */
export const answerOf = (page: Page, item: number, answer: Answer) =>
  page
    .getByRole('group', { name: new RegExp(`^${item}\\. `) })
    .getByRole('radio', { name: answer, exact: true });

export async function review(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Review' }).click();
  await page.getByRole('heading', { name: 'Check before you confirm', level: 1 }).waitFor();
}

export const confirm = (page: Page): Promise<void> =>
  page.getByRole('button', { name: 'Confirm my vote' }).click();

/** Waits for the tick. @returns the number of the record that the page tells. */
export async function recordNumber(page: Page): Promise<number> {
  await page.getByRole('heading', { name: 'Your vote is recorded', level: 1 }).waitFor();
  const text = await page.getByText(/recorded in the public journal, record [0-9,]+/).innerText();
  return Number(/record ([0-9,]+)/.exec(text)![1]!.replaceAll(',', ''));
}

/** The whole way on the voting page, from marks to the tick. @returns the number of the record. */
export async function castOn(page: Page, answers: readonly Answer[]): Promise<number> {
  await mark(page, answers);
  await review(page);
  await confirm(page);
  return recordNumber(page);
}

// ---- files and time --------------------------------------------------------------------------------------------------

/** The file that `act` makes the browser save. */
export async function downloadBy(
  page: Page,
  act: () => Promise<void>,
): Promise<{ name: string; bytes: Buffer }> {
  const [download] = await Promise.all([page.waitForEvent('download'), act()]);
  const chunks: Buffer[] = [];
  for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer);
  return { name: download.suggestedFilename(), bytes: Buffer.concat(chunks) };
}

/** Moves the clock of the demonstration; it never goes back. */
export async function moveClock(origin: string, seconds: number): Promise<void> {
  await createCall(origin, fetch)(moveDemoClock, { body: { advanceSeconds: seconds } });
}
