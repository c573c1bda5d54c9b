// The thread that writes the log's files: whole batches with the plain calls of the system, one after the other. Each of
// the same calls by way of the event loop costs a change of threads and a turn of a loop that is busy with votes.
import { parentPort } from 'node:worker_threads';
import { writeFiles, type FileTask, type FileOutcome } from './write-files.ts';

export type FileRequest = { readonly id: number; readonly tasks: readonly FileTask[] };
export type FileReply = { readonly id: number; readonly outcomes: readonly FileOutcome[] };

parentPort!.on('message', ({ id, tasks }: FileRequest) => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- between threads, which have no origin to name
  parentPort!.postMessage({ id, outcomes: writeFiles(tasks) } satisfies FileReply);
});
