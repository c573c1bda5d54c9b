// Hands file tasks to the thread that does them: what is asked in one turn of the event loop goes over as one batch.
// Keeps no process alive by itself, and hangs nobody: when the thread dies, whatever it had is rejected.
import { Worker } from 'node:worker_threads';
import type { FileReply, FileRequest } from './file-worker.ts';
import type { FileOutcome, FileTask } from './write-files.ts';

type Waiting = {
  readonly task: FileTask;
  readonly resolve: (outcome: FileOutcome) => void;
  readonly reject: (error: unknown) => void;
};

/** A thread and what waits for it. Tasks of one lane are done in the order in which they were asked. */
function createLane(): (task: FileTask) => Promise<FileOutcome> {
  let thread: Worker | null = null;
  let gathered: Waiting[] = [];
  let nextId = 0;
  const underWay = new Map<number, readonly Waiting[]>();

  function send(): void {
    const batch = gathered;
    gathered = [];
    const id = nextId++;
    underWay.set(id, batch);
    thread ??= startThread();
    // Only while somebody waits does the thread keep the process.
    thread.ref();
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- between threads, which have no origin to name
    thread.postMessage({ id, tasks: batch.map(({ task }) => task) } satisfies FileRequest);
  }

  function startThread(): Worker {
    const started = new Worker(new URL('./file-worker.ts', import.meta.url));
    started.on('message', ({ id, outcomes }: FileReply) => {
      const batch = underWay.get(id) ?? [];
      underWay.delete(id);
      if (underWay.size === 0) started.unref();
      batch.forEach(({ resolve }, i) => resolve(outcomes[i]!));
    });
    const giveUp = (error: unknown): void => {
      if (thread !== started) return;
      thread = null;
      const lost = [...underWay.values()].flat();
      underWay.clear();
      for (const { reject } of lost) reject(error);
    };
    started.on('error', giveUp);
    started.on('exit', (code) => giveUp(new Error(`the thread that writes files ended with ${code}`)));
    return started;
  }

  return (task) =>
    new Promise((resolve, reject) => {
      gathered.push({ task, resolve, reject });
      if (gathered.length === 1) queueMicrotask(send);
    });
}

/** Resolves with what came of the task. @throws whatever ended the thread. */
export const doFileTask = createLane();

/** The same for what may take long and nobody waits for: in a thread of its own, and in no order with the others. */
export const doFileTaskAside = createLane();
