// Hands files from outside to a thread of their own, each with an end of memory and of time: whatever a file is made to
// do to its reader, the server goes on. A few at a time; the next ones wait.
import { Worker } from 'node:worker_threads';
import type { Reconciliation } from './domain/reconciliation.ts';
import type { ColumnMapping, RegisterField } from './domain/register.ts';
import { SpreadsheetFault, type Sheet, type SheetLimits } from './domain/spreadsheet.ts';
import type { SpreadsheetAnswer, SpreadsheetTask } from './spreadsheet-worker.ts';

const MOST_AT_ONCE = 2;
const MEMORY_MB = 512;
const TIME_MS = 60_000;

/** How long a thread is kept warm for the next file. */
const IDLE_MS = 30_000;

type Outcome = (answer: SpreadsheetAnswer | null, error?: unknown) => void;
/** A thread with the one task it has; without one it is idle. */
type Reader = { readonly thread: Worker; settle: Outcome | null; end: NodeJS.Timeout | null };

let running = 0;
const waiting: (() => void)[] = [];
const idle: Reader[] = [];

async function inTurn<T>(act: () => Promise<T>): Promise<T> {
  if (running >= MOST_AT_ONCE) await new Promise<void>((go) => waiting.push(go));
  running++;
  try {
    return await act();
  } finally {
    running--;
    waiting.shift()?.();
  }
}

function startReader(): Reader {
  const thread = new Worker(new URL('./spreadsheet-worker.ts', import.meta.url), {
    resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB },
  });
  const reader: Reader = { thread, settle: null, end: null };
  const gone = (error: unknown): void => {
    const at = idle.indexOf(reader);
    if (at >= 0) idle.splice(at, 1);
    reader.settle?.(null, error);
  };
  thread.on('message', (answer: SpreadsheetAnswer) => reader.settle?.(answer));
  thread.on('error', gone);
  thread.on('exit', (code) => gone(new Error(`the thread that reads spreadsheets ended with ${code}`)));
  return reader;
}

/** An idle thread keeps no process alive, and ends when no further file comes. */
function rest(reader: Reader): void {
  reader.thread.unref();
  reader.end = setTimeout(() => void reader.thread.terminate(), IDLE_MS).unref();
  idle.push(reader);
}

const isOutOfMemory = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';

/** @throws SpreadsheetFault: when the file is no table, or takes more memory or time than any table needs. */
const doTask = (task: SpreadsheetTask): Promise<Exclude<SpreadsheetAnswer, { fault: unknown }>> =>
  inTurn(
    () =>
      new Promise((resolve, reject) => {
        const reader = idle.pop() ?? startReader();
        if (reader.end) clearTimeout(reader.end);
        const tooMuch = () => new SpreadsheetFault('too-large', { limit: task.limits.bytes });
        const alarm = setTimeout(() => {
          reject(tooMuch());
          void reader.thread.terminate();
        }, TIME_MS);
        reader.settle = (answer, error) => {
          clearTimeout(alarm);
          reader.settle = null;
          if (answer === null) return reject(isOutOfMemory(error) ? tooMuch() : error);
          rest(reader);
          if ('fault' in answer) reject(new SpreadsheetFault(answer.fault, { ...answer.facts }));
          else resolve(answer);
        };
        reader.thread.ref();
        // oxlint-disable-next-line unicorn/require-post-message-target-origin -- between threads, which have no origin to name
        reader.thread.postMessage(task);
      }),
  );

/** The table of a file, read in a thread of its own; see `readSpreadsheet`. */
export async function readInThread(bytes: Uint8Array, limits: SheetLimits): Promise<Sheet> {
  const answer = await doTask({ bytes, limits });
  if (!('sheet' in answer)) throw new TypeError('expected a sheet');
  return answer.sheet;
}

/** A register read by a mapping and judged; or the fields that the mapping does not give. */
export async function reconcileInThread(
  bytes: Uint8Array,
  limits: SheetLimits,
  register: { readonly mapping: ColumnMapping; readonly areaCm2: number },
): Promise<Reconciliation | { readonly missing: readonly RegisterField[] }> {
  const answer = await doTask({ bytes, limits, register });
  if ('missing' in answer) return answer;
  if (!('reconciliation' in answer)) throw new TypeError('expected a reconciliation');
  return answer.reconciliation;
}
