// One browser for the tests of a file; every visitor of a test leaves when it ends, and nobody's page may have complained.
import { afterAll, afterEach, expect } from 'vitest';
import { launchBrowser } from '../support/browser.ts';
import { visit, type Visitor, type VisitOptions } from '../support/pages.ts';

/** @returns how somebody comes to the server at `origin`, with a browser of their own. */
export async function receiveVisitors(origin: string): Promise<(options?: VisitOptions) => Promise<Visitor>> {
  const browser = await launchBrowser();
  afterAll(() => browser.close());
  const visitors: Visitor[] = [];
  afterEach(async ({ task }) => {
    const here = visitors.splice(0);
    if (task.result?.state === 'fail')
      for (const { page } of here) console.error(`${page.url()}\n${await page.locator('main').innerText()}`);
    await Promise.all(here.map((visitor) => visitor.leave()));
    expect(here.flatMap(({ complaints }) => complaints)).toEqual([]);
  });
  return async (options) => {
    const visitor = await visit(browser, origin, options);
    visitors.push(visitor);
    return visitor;
  };
}
