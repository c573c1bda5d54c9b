// The thread in which a file from outside is read: it may take all its time and all the memory it is given, and the
// server answers others meanwhile. For every task one answer.
import { parentPort } from 'node:worker_threads';
import { reconcileRegister, type Reconciliation } from './domain/reconciliation.ts';
import { missingFields, parseRegister } from './domain/register-import.ts';
import type { ColumnMapping, RegisterField } from './domain/register.ts';
import {
  readSpreadsheet,
  SpreadsheetFault,
  type Sheet,
  type SheetLimits,
  type SpreadsheetFaultCode,
} from './domain/spreadsheet.ts';

export type SpreadsheetTask = {
  readonly bytes: Uint8Array;
  readonly limits: SheetLimits;
  /** Given: the rows are read as a register and judged too. */
  readonly register?: { readonly mapping: ColumnMapping; readonly areaCm2: number };
};

export type SpreadsheetAnswer =
  | { readonly sheet: Sheet }
  | { readonly reconciliation: Reconciliation }
  | { readonly missing: readonly RegisterField[] }
  | { readonly fault: SpreadsheetFaultCode; readonly facts: SpreadsheetFault['facts'] };

async function work({ bytes, limits, register }: SpreadsheetTask): Promise<SpreadsheetAnswer> {
  try {
    const sheet = await readSpreadsheet(bytes, limits);
    if (!register) return { sheet };
    const missing = missingFields(sheet, register.mapping);
    if (missing.length > 0) return { missing };
    return { reconciliation: reconcileRegister(parseRegister(sheet, register.mapping), register.areaCm2) };
  } catch (error) {
    if (!(error instanceof SpreadsheetFault)) throw error;
    return { fault: error.code, facts: error.facts };
  }
}

/** What is no fault of the file ends the thread, and whoever waits for it is told. */
async function answer(task: SpreadsheetTask): Promise<void> {
  const done = await work(task);
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- between threads, which have no origin to name
  parentPort!.postMessage(done);
}

parentPort!.on('message', (task: SpreadsheetTask) => void answer(task));
