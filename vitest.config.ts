// Three kinds of tests: beside the code (no database), over a real database, and in a real browser.
import { defineConfig } from 'vitest/config';

const slow = { testTimeout: 60_000, hookTimeout: 60_000 };

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['packages/**/src/**/*.test.ts', 'ledger/**/*.test.ts', 'apps/**/src/**/*.test.ts'],
        },
      },
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
          name: 'e2e',
          include: ['tests/e2e/**/*.test.ts'],
          globalSetup: ['tests/support/database-server.ts'],
          fileParallelism: false,
          ...slow,
        },
      },
    ],
  },
});
