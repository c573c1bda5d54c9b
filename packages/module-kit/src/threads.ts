// Threads for work of seconds, which would hold up everybody else in the server's own: a few at a time, the next ones wait.
// Whoever has a thread has it alone. It is kept warm for a while after, and never keeps the process alive by itself.
import { Worker } from 'node:worker_threads';

/** How long a thread that nobody has is kept warm. */
const IDLE_MS = 30_000;

export type ThreadLimits = {
  /** Threads at once. */
  readonly most: number;
  /** Of one thread; what the machine has unless said. A thread that needs more ends: `ERR_WORKER_OUT_OF_MEMORY`. */
  readonly memoryMb?: number;
  /** For one answer; as long as it takes unless said. A thread that takes longer is ended: {@link ThreadOverdue}. */
  readonly answerMs?: number;
};

/** The thread did not answer in time, and is gone. */
export class ThreadOverdue extends Error {
  override readonly name = 'ThreadOverdue';
}

/** Asks the thread; one question at a time. @throws whatever ended the thread before it answered. */
export type Ask<Question, Answer> = (question: Question) => Promise<Answer>;

type Thread<Question, Answer> = {
  readonly worker: Worker;
  readonly ask: Ask<Question, Answer>;
  readonly isGone: () => boolean;
  end: NodeJS.Timeout | null;
};

/**
 * @param script - what each thread runs: it answers every message with one message, in their order
 * @returns a function that lends a thread for as long as `act` takes
 */
export function createThreads<Question, Answer>(script: URL, { most, memoryMb, answerMs }: ThreadLimits) {
  const idle: Thread<Question, Answer>[] = [];
  const waiting: (() => void)[] = [];
  let lent = 0;

  function start(): Thread<Question, Answer> {
    const worker = new Worker(
      script,
      memoryMb ? { resourceLimits: { maxOldGenerationSizeMb: memoryMb } } : {},
    );
    let settle: { resolve: (answer: Answer) => void; reject: (error: unknown) => void } | null = null;
    let gone: { readonly why: unknown } | null = null;
    const thread: Thread<Question, Answer> = {
      worker,
      isGone: () => gone !== null,
      end: null,
      ask: (question) =>
        new Promise((resolve, reject) => {
          if (gone) return reject(gone.why);
          const alarm = answerMs
            ? setTimeout(() => {
                leave(new ThreadOverdue('the thread took too long'));
                void worker.terminate();
              }, answerMs)
            : undefined;
          const done = (): void => {
            clearTimeout(alarm);
            settle = null;
          };
          settle = {
            resolve: (answer) => {
              done();
              resolve(answer);
            },
            reject: (error) => {
              done();
              reject(error);
            },
          };
          // oxlint-disable-next-line unicorn/require-post-message-target-origin -- between threads, which have no origin to name
          worker.postMessage(question);
        }),
    };
    const leave = (why: unknown): void => {
      gone ??= { why };
      const at = idle.indexOf(thread);
      if (at >= 0) idle.splice(at, 1);
      settle?.reject(gone.why);
    };
    worker.on('message', (answer: Answer) => settle?.resolve(answer));
    worker.on('error', leave);
    worker.on('exit', (code) => leave(new Error(`a thread ended with ${code}`)));
    return thread;
  }

  async function take(): Promise<Thread<Question, Answer>> {
    // Whoever gives a thread back hands the place over, so that nobody slips in between.
    if (lent >= most) await new Promise<void>((go) => waiting.push(go));
    else lent++;
    const thread = idle.pop() ?? start();
    if (thread.end) clearTimeout(thread.end);
    thread.worker.ref();
    return thread;
  }

  function giveBack(thread: Thread<Question, Answer>): void {
    if (!thread.isGone()) {
      thread.worker.unref();
      thread.end = setTimeout(() => void thread.worker.terminate(), IDLE_MS).unref();
      idle.push(thread);
    }
    const next = waiting.shift();
    if (next) next();
    else lent--;
  }

  return async function withThread<T>(act: (ask: Ask<Question, Answer>) => Promise<T>): Promise<T> {
    const thread = await take();
    try {
      return await act(thread.ask);
    } finally {
      giveBack(thread);
    }
  };
}
