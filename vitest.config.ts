// Three kinds of tests: beside the code (no database), over a real database, and in a real browser. The ledger's run
// beside the code and in the browser.
import { defineConfig } from 'vitest/config';
import { WORKERS } from './tests/support/workers.ts';

const side = { maxWorkers: WORKERS };
const slow = { ...side, testTimeout: 60_000, hookTimeout: 60_000 };

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['packages/**/src/**/*.test.ts', 'ledger/**/*.test.ts', 'apps/**/src/**/*.test.ts'],
          ...side,
        },
      },
      'tests/chromium/vitest.config.ts',
      { test: { name: 'guards', include: ['tests/guards/**/*.test.ts'], ...slow } },
      { test: { name: 'interop', include: ['tests/interop/**/*.test.ts'], ...slow } },
      {
        test: {
          name: 'integration',
          include: ['tests/integration/**/*.test.ts'],
          globalSetup: ['tests/support/database-server.ts'],
          ...slow,
        },
      },
      {
        test: {
          name: 'drills',
          include: ['tests/drills/**/*.test.ts'],
          globalSetup: ['tests/support/database-server.ts'],
          ...side,
          testTimeout: 180_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['tests/e2e/**/*.test.ts'],
          globalSetup: ['tests/support/database-server.ts'],
          ...slow,
          // A page that is looked at while another one is drawn looks slow.
          fileParallelism: false,
        },
      },
    ],
  },
});
