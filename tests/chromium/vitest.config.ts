// The ledger's own tests once more, in a real Chromium: what a voter's browser checks must come out as it does in Node.
// Every test of the ledger is taken but those that import something of Node or are called *.node.test.ts; none is listed.
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import { findBrowser } from '../support/browser.ts';
import { WORKERS } from '../support/workers.ts';

const ledger = fileURLToPath(new URL('../../ledger', import.meta.url));
const needsNode = (name: string): boolean =>
  name.endsWith('.node.test.ts') || /from 'node:/.test(readFileSync(`${ledger}/src/${name}`, 'utf8'));

export default defineConfig({
  root: ledger,
  // Its own, so that it and the suite in Node never wait for one another.
  cacheDir: 'node_modules/.vite-chromium',
  optimizeDeps: { include: ['fast-check'] },
  test: {
    name: 'chromium',
    include: readdirSync(`${ledger}/src`)
      .filter((name) => name.endsWith('.test.ts') && !needsNode(name))
      .map((name) => `src/${name}`),
    testTimeout: 60_000,
    maxWorkers: WORKERS,
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      provider: playwright({ launchOptions: await findBrowser() }),
      instances: [{ browser: 'chromium' }],
    },
  },
});
