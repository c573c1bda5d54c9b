// Lends a thread in which the box of one meeting is counted and its papers are drawn, so that whoever votes in another
// meeting meanwhile waits for none of it. Lists go over in pages: copying them is work of the server's own thread.
import { createThreads } from '@veche/module-kit/threads.ts';
import { CloseFault } from '../domain/close.ts';
import type { BoxAnswer, BoxQuestion, Lists, Work } from './box-worker.ts';

export type BoxThread = {
  /** Lays a list in the thread, in the place of what was laid before. */
  lay<Name extends keyof Lists>(name: Name, pages: AsyncIterable<Readonly<Lists[Name]>>): Promise<void>;
  has(name: keyof Lists): boolean;
  /** @throws CloseFault: as the work does it; any other error as it was, without its class. */
  ask<Name extends keyof Work>(
    name: Name,
    ...input: Parameters<Work[Name]>
  ): Promise<Awaited<ReturnType<Work[Name]>>>;
};

const withThread = createThreads<BoxQuestion, BoxAnswer>(new URL('./box-worker.ts', import.meta.url), {
  most: 2,
});

/** Lends a thread with no lists in it. Must not be asked for inside of `act`: there are only so many. */
export const withBoxThread = <T>(act: (thread: BoxThread) => Promise<T>): Promise<T> =>
  withThread(async (ask) => {
    const told = async (question: BoxQuestion): Promise<unknown> => {
      const answer = await ask(question);
      if ('error' in answer) throw errorOf(answer.error);
      return answer.value;
    };
    const laid = new Set<keyof Lists>();
    try {
      return await act({
        async lay(name, pages) {
          await told({ lay: name, rows: [], afresh: true });
          for await (const rows of pages) await told({ lay: name, rows, afresh: false });
          laid.add(name);
        },
        has: (name) => laid.has(name),
        ask: async (name, input?: unknown) => (await told({ ask: name, input })) as never,
      });
    } finally {
      // A thread that is gone has forgotten.
      await ask({ forget: true }).catch(() => {});
    }
  });

function errorOf({
  name,
  message,
  code,
  stack = '',
}: Extract<BoxAnswer, { error: unknown }>['error']): Error {
  const error =
    name === 'CloseFault'
      ? new CloseFault(code as CloseFault['code'])
      : Object.assign(new Error(message), { code });
  return Object.assign(error, { name, stack });
}
