import { describe, expect, it } from 'vitest';
import { createWakeableSleep } from './wakeable-sleep.ts';

const LONG_MS = 60_000;

describe('a sleep that can be cut short', () => {
  it('ends a sleep when it is woken, and a sleep that was not', async () => {
    const { sleep, wake } = createWakeableSleep(new AbortController().signal);
    const sleeping = sleep(LONG_MS);
    wake();
    await expect(sleeping).resolves.toBeUndefined();
    await expect(sleep(1)).resolves.toBeUndefined();
  });

  it('keeps a wake that came while nobody slept, once', async () => {
    const { sleep, wake } = createWakeableSleep(new AbortController().signal);
    wake();
    wake();
    await sleep(LONG_MS);
    const again = sleep(LONG_MS).then(() => 'awake');
    expect(await Promise.race([again, sleepless()])).toBe('asleep');
    wake();
    expect(await again).toBe('awake');
  });

  it('lets nobody sleep once all is to stop', async () => {
    const stopping = new AbortController();
    stopping.abort();
    await expect(createWakeableSleep(stopping.signal).sleep(LONG_MS)).resolves.toBeUndefined();
  });
});

const sleepless = (): Promise<string> => new Promise((resolve) => setTimeout(resolve, 10, 'asleep'));
