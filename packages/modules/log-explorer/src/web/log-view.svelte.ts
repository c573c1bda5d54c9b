// The log as a page has it: not read yet, open and checked, or not to be believed.
import { browserMemory } from './log-memory.ts';
import { LogBroken, openLog, type OpenLog } from './open-log.ts';

/** Where the public files of the log are, from every page. */
export const LOG_URL = '/log/v1';

export type LogView = {
  readonly log: OpenLog | null;
  /** Why it must not be believed. */
  readonly broken: LogBroken | null;
  /** Reads it anew, up to what the log alone has signed where the checkpoint does not hold this entry yet. */
  open(policy: string | null, index?: number): Promise<OpenLog | null>;
  /** What went wrong while the page read on. @returns null, for the page to show nothing instead. */
  fail(error: unknown): null;
};

export function createLogView(): LogView {
  let log = $state.raw<OpenLog | null>(null);
  let broken = $state.raw<LogBroken | null>(null);
  const fail = (error: unknown): null => {
    if (!(error instanceof LogBroken)) throw error;
    broken = error;
    return null;
  };
  return {
    get log() {
      return log;
    },
    get broken() {
      return broken;
    },
    async open(policy, index = -1) {
      broken = null;
      const options = { url: LOG_URL, fetch, policy, memory: browserMemory(storage()) };
      try {
        log = await openLog(options);
        if (policy !== null && index >= log.checkpoint.size)
          log = await openLog({ ...options, file: 'head' });
        return log;
      } catch (error) {
        return fail(error);
      }
    },
    fail,
  };
}

/** A browser may forbid its storage altogether. */
function storage(): Storage | null {
  try {
    return localStorage;
  } catch {
    return null;
  }
}
