// Structured logs on standard output, one JSON object a line. Who may see them may see everything in them: no personal data.
import type { Logger } from '@veche/module-kit/module.ts';
import { pino } from 'pino';

/** A logger of that level; `silent` writes nothing. */
export function createLogger(level: 'silent' | 'error' | 'warn' | 'info'): Logger {
  // The name of the machine and the process are the business of whoever collects the logs.
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime });
}
