import { describe, expect, it, vi } from 'vitest';
import { createThreads, ThreadOverdue } from './threads.ts';

// A thread begins within a second, and later on a machine that is busy with other tests.
vi.setConfig({ testTimeout: 20_000 });

type Question = number | 'who' | 'die' | 'never';
const SCRIPT = new URL(
  `data:text/javascript,${encodeURIComponent(`
    import { parentPort, threadId } from 'node:worker_threads';
    parentPort.on('message', (asked) => {
      if (asked === 'never') return;
      if (asked === 'die') throw new RangeError('as it was asked to');
      parentPort.postMessage(asked === 'who' ? threadId : asked * 2);
    });
  `)}`,
);
const threads = (limits: { most: number; answerMs?: number }) =>
  createThreads<Question, number>(SCRIPT, limits);

describe('a thread for long work', () => {
  it('answers one question after the other, and is the same thread for the next who comes', async () => {
    const withThread = threads({ most: 1 });
    const first = await withThread(async (ask) => {
      expect([await ask(1), await ask(2)]).toEqual([2, 4]);
      return ask('who');
    });
    expect(await withThread((ask) => ask('who'))).toBe(first);
  });

  it('is had by one alone: of many who come at once so many are served, and the next ones in their order', async () => {
    const withThread = threads({ most: 2 });
    let present = 0;
    let most = 0;
    const served: number[] = [];
    await Promise.all(
      Array.from({ length: 7 }, (_, i) =>
        withThread(async (ask) => {
          most = Math.max(most, ++present);
          served.push(i);
          await ask(i);
          present--;
        }),
      ),
    );
    expect(most).toBe(2);
    expect(served).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  it('that dies tells whoever waits why, and another takes its place', async () => {
    const withThread = threads({ most: 1 });
    const before = await withThread((ask) => ask('who'));
    await withThread(async (ask) => {
      await expect(ask('die')).rejects.toThrow('as it was asked to');
      await expect(ask(1)).rejects.toThrow('as it was asked to');
    });
    expect(await withThread((ask) => ask('who'))).not.toBe(before);
  });

  it('that does not answer in time is ended', async () => {
    const withThread = threads({ most: 1, answerMs: 300 });
    await expect(withThread((ask) => ask('never'))).rejects.toThrow(ThreadOverdue);
    expect(await threads({ most: 1 })((ask) => ask(21))).toBe(42);
  });

  it('is given back when the work fails outside of it', async () => {
    const withThread = threads({ most: 1 });
    await expect(withThread(() => Promise.reject(new Error('elsewhere')))).rejects.toThrow('elsewhere');
    expect(await withThread((ask) => ask(4))).toBe(8);
  });
});
