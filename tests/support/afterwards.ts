// Cleaning up after a test: a hook of the file asked for inside a test would silently never run.
import { afterAll, onTestFinished } from 'vitest';

/** Runs `act` after the test that asks, or, asked outside of a test, after all tests of the file or group; last asked first. */
export function afterwards(act: () => unknown): void {
  const run = async (): Promise<void> => void (await act());
  try {
    onTestFinished(run);
  } catch {
    afterAll(run);
  }
}
