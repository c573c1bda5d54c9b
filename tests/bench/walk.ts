// The walks of an owner and of a verifier, in a real browser: taps, typed characters and seconds, on a phone-sized page
// with a processor slowed four times and a line of 1.6 Mbit/s. The hand is a program's, so the seconds are the product's
// own, without a person's reading and thinking.
import type { Browser, BrowserContext, CDPSession, Locator, Page } from 'playwright-core';
import { getDemo } from '@veche/people/contract.ts';
import { listPublicMeetings } from '@veche/meetings/contract.ts';
import { createCall } from '@veche/module-kit/client.ts';
import { launchBrowser, PHONE } from '../support/browser.ts';
import { answerOf, awaitMessage, messagesTo, recordNumber, visit } from '../support/pages.ts';
import type { Place } from '../story/holder.ts';
import { startVeche } from './children.ts';
import { median, type Figure } from './figures.ts';

const SLOWER_TIMES = 4;
const LINE_BYTES_PER_SECOND = 1_600_000 / 8;
/** Of a phone line, each way there and back. */
const LATENCY_MS = 150;

export async function benchWalk(say: (text: string) => void): Promise<Figure[]> {
  const veche = await startVeche();
  const browser = await launchBrowser();
  try {
    const stranger = createCall(veche.origin, fetch);
    const { people } = await stranger(getDemo);
    const contactOf = (role: string): string => people.find((one) => one.role === role)!.contact;
    const { meetings } = await stranger(listPublicMeetings);
    const closed = meetings.find(({ state }) => state === 'closed')!;
    say(
      `a page of ${PHONE.width} px, a processor slowed ${SLOWER_TIMES} times, 1.6 Mbit/s with ${LATENCY_MS} ms there and back`,
    );
    const owner = await walkOwner(browser, veche.origin, contactOf('owner'));
    const views = await firstViews(browser, owner, 3);
    await owner.context.close();
    const verifier = await walkVerifier(
      browser,
      veche.origin,
      { building: closed.buildingId, meeting: closed.id },
      PHONE,
    );
    return [
      {
        name: 'owner: taps from the link to the receipt, 5 items',
        value: owner.taps,
        unit: '',
        limit: { atMost: 12 },
      },
      {
        name: 'owner: characters typed beyond the contact',
        value: owner.typed,
        unit: '',
        limit: { atMost: 6 },
      },
      {
        name: 'owner: seconds from the link to the receipt',
        value: owner.seconds,
        unit: 's',
        limit: { atMost: 90 },
      },
      {
        name: 'owner: slowest answer to a tap while marking',
        value: owner.slowestAnswerMs,
        unit: 'ms',
        limit: { atMost: 100 },
      },
      {
        name: 'voting page: first view, nothing kept by the browser',
        value: median(views.map(({ firstPaintMs }) => firstPaintMs)) / 1000,
        unit: 's',
        limit: { atMost: 1 },
      },
      {
        name: 'voting page: largest part of the view painted',
        value: median(views.map(({ largestPaintMs }) => largestPaintMs)) / 1000,
        unit: 's',
      },
      {
        name: 'voting page: script transferred, with what casting needs',
        value: median(views.map(({ scriptBytes }) => scriptBytes)) / 1000,
        unit: 'kB',
        limit: { atMost: 100 },
      },
      {
        name: 'verifier: clicks from the meeting page',
        value: verifier.clicks,
        unit: '',
        limit: { atMost: 3 },
      },
      {
        name: 'verifier: seconds to "everything checks", 60 owners',
        value: verifier.seconds,
        unit: 's',
        limit: { atMost: 60 },
      },
    ];
  } finally {
    await browser.close();
    await veche.stop();
  }
}

/**
 * The walk of anybody who checks a closed meeting: from its page to "everything checks", on this machine's own speed.
 * @throws Error: when the check does not end well.
 */
export async function walkVerifier(
  browser: Browser,
  origin: string,
  place: Place,
  viewport: { readonly width: number; readonly height: number },
): Promise<{ clicks: number; seconds: number }> {
  const { page, open, leave } = await visit(browser, origin, { viewport });
  await open(`/buildings/${place.building}/meetings/${place.meeting}`);
  const began = performance.now();
  let clicks = 0;
  await page.getByRole('link', { name: 'Check this meeting' }).click();
  clicks++;
  const good = page.getByText('Everything checks', { exact: true });
  const bad = page.getByText(/^(Something is broken|The check could not be finished)$/);
  await good.or(bad).first().waitFor({ timeout: 300_000 });
  const seconds = (performance.now() - began) / 1000;
  if (!(await good.isVisible())) throw new Error(await page.locator('main').innerText());
  await leave();
  return { clicks, seconds };
}

type OwnersWalk = {
  readonly taps: number;
  readonly typed: number;
  readonly seconds: number;
  readonly slowestAnswerMs: number;
  /** Signed in, as the walk left it. */
  readonly context: BrowserContext;
  readonly voteUrl: string;
};

/** From the link in the SMS to the receipt. */
async function walkOwner(browser: Browser, origin: string, contact: string): Promise<OwnersWalk> {
  const demo = await messagesTo(origin, contact);
  const link = demo.map(({ text }) => /https?:\/\/\S+\/vote\b/.exec(text)?.[0]).find((found) => found);
  if (!link) throw new Error('the owner was not told that voting has begun');
  // The page is reached by the address in the message, which may be another name of this machine.
  const visitor = await visit(browser, new URL(link).origin, { viewport: PHONE });
  const { page, context } = visitor;
  await slowDown(page);
  await page.addInitScript(watchAnswers);

  let taps = 0;
  let typed = 0;
  const tap = async (what: Locator): Promise<void> => {
    await what.tap();
    taps++;
  };
  const began = performance.now();
  taps++; // on the link
  await page.goto(link);
  const known = new Set((await messagesTo(origin, contact)).map(({ id }) => id));
  const contactField = page.getByLabel('Phone or e-mail');
  await tap(contactField);
  await page.keyboard.type(contact);
  await tap(page.getByRole('button', { name: 'Send me a code' }));
  const { text } = await awaitMessage(
    origin,
    contact,
    (message) => !known.has(message.id) && /\b[0-9]{6}\b/.test(message.text),
  );
  // The field of the code has the focus already, and the sixth digit sends the form.
  await page.getByLabel('Code from the message').waitFor();
  const code = /\b[0-9]{6}\b/.exec(text)![0];
  await page.keyboard.type(code);
  typed += code.length;
  await page.getByRole('heading', { name: 'Your vote', level: 1 }).waitFor();
  const items = await page
    .getByRole('group')
    .filter({ has: page.getByRole('radio') })
    .count();
  // Signing in is measured by its seconds: from here on the taps are answers.
  await page.evaluate(() => void ((window as unknown as Watched).slowestAnswerMs = 0));
  for (let item = 1; item <= items; item++)
    await tap(answerOf(page, item, item % 3 === 0 ? 'Against' : 'For'));
  const slowestAnswerMs = await page.evaluate(() => (window as unknown as Watched).slowestAnswerMs ?? 0);
  await tap(page.getByRole('button', { name: 'Review' }));
  await tap(page.getByRole('button', { name: 'Confirm my vote' }));
  await recordNumber(page);
  const seconds = (performance.now() - began) / 1000;
  if (items !== 5) throw new Error(`the meeting of the walk has ${items} items, not 5`);
  return { taps, typed, seconds, slowestAnswerMs, context, voteUrl: link };
}

type Watched = { slowestAnswerMs?: number; largestPaintMs?: number };

/**
 * Keeps the longest time from a tap or a key to the next paint, in steps of 8 ms as browsers tell it. A pointer that merely
 * lies over a page that is loading belongs to no interaction and is left out, as in the web's own measure (INP).
 */
function watchAnswers(): void {
  new PerformanceObserver((list) => {
    const watched = window as unknown as Watched;
    for (const { duration, interactionId } of list.getEntries() as PerformanceEventTiming[])
      if (interactionId) watched.slowestAnswerMs = Math.max(watched.slowestAnswerMs ?? 0, duration);
  }).observe({ type: 'event', buffered: true, durationThreshold: 16 } as PerformanceObserverInit);
}

function watchPaints(): void {
  new PerformanceObserver((list) => {
    (window as unknown as Watched).largestPaintMs = list.getEntries().at(-1)!.startTime;
  }).observe({ type: 'largest-contentful-paint', buffered: true });
}

/** The voting page opened anew so many times by somebody who is signed in, with nothing kept by the browser. */
async function firstViews(
  browser: Browser,
  { context, voteUrl }: OwnersWalk,
  times: number,
): Promise<{ firstPaintMs: number; largestPaintMs: number; scriptBytes: number }[]> {
  const cookies = await context.cookies();
  const views: { firstPaintMs: number; largestPaintMs: number; scriptBytes: number }[] = [];
  for (let i = 0; i < times; i++) {
    const {
      page,
      context: fresh,
      leave,
    } = await visit(browser, new URL(voteUrl).origin, { viewport: PHONE });
    await fresh.addCookies(cookies);
    const session = await slowDown(page);
    const received = countScript(session);
    await page.addInitScript(watchPaints);
    await page.goto(voteUrl, { waitUntil: 'networkidle' });
    views.push({
      ...(await page.evaluate(() => ({
        firstPaintMs: performance.getEntriesByName('first-contentful-paint')[0]!.startTime,
        largestPaintMs: (window as unknown as Watched).largestPaintMs ?? Number.NaN,
      }))),
      scriptBytes: received(),
    });
    await leave();
  }
  return views;
}

/** A slow phone on a slow line, for as long as the page lives. */
async function slowDown(page: Page): Promise<CDPSession> {
  const session = await page.context().newCDPSession(page);
  await session.send('Emulation.setCPUThrottlingRate', { rate: SLOWER_TIMES });
  await session.send('Network.enable');
  await session.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: LATENCY_MS,
    downloadThroughput: LINE_BYTES_PER_SECOND,
    uploadThroughput: LINE_BYTES_PER_SECOND / 2,
  });
  return session;
}

/** @returns how many bytes of script have come over the line, compressed as they were sent. */
function countScript(session: CDPSession): () => number {
  const scripts = new Set<string>();
  let bytes = 0;
  session.on('Network.responseReceived', ({ requestId, response }) => {
    if (response.mimeType.includes('javascript')) scripts.add(requestId);
  });
  session.on('Network.dataReceived', ({ requestId, encodedDataLength }) => {
    if (scripts.has(requestId)) bytes += encodedDataLength;
  });
  return () => bytes;
}
