// Hands files from outside to a thread of their own, each with an end of memory and of time: whatever a file is made to
// do to its reader, the server goes on. A few at a time; the next ones wait.
import { createThreads, ThreadOverdue } from '@veche/module-kit/threads.ts';
import type { Reconciliation } from './domain/reconciliation.ts';
import type { ColumnMapping, RegisterField } from './domain/register.ts';
import { SpreadsheetFault, type Sheet, type SheetLimits } from './domain/spreadsheet.ts';
import type { SpreadsheetAnswer, SpreadsheetTask } from './spreadsheet-worker.ts';

const withReader = createThreads<SpreadsheetTask, SpreadsheetAnswer>(
  new URL('./spreadsheet-worker.ts', import.meta.url),
  { most: 2, memoryMb: 512, answerMs: 60_000 },
);

const isTooMuch = (error: unknown): boolean =>
  error instanceof ThreadOverdue ||
  (error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY');

/** @throws SpreadsheetFault: when the file is no table, or takes more memory or time than any table needs. */
async function doTask(task: SpreadsheetTask): Promise<Exclude<SpreadsheetAnswer, { fault: unknown }>> {
  const answer = await withReader((ask) => ask(task)).catch((error: unknown) => {
    throw isTooMuch(error) ? new SpreadsheetFault('too-large', { limit: task.limits.bytes }) : error;
  });
  if ('fault' in answer) throw new SpreadsheetFault(answer.fault, { ...answer.facts });
  return answer;
}

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
