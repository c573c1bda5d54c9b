// Structured logs on standard output, one JSON object a line. Who may see them may see everything in them: no personal data.
import type { Logger } from '@veche/module-kit/module.ts';
import { pino } from 'pino';
import type { LogLevel } from './settings.ts';

/** A logger of that level, which may be set anew. */
export function createLogger(level: LogLevel): Logger & { level: string } {
  // The name of the machine and the process are the business of whoever collects the logs.
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime });
}
