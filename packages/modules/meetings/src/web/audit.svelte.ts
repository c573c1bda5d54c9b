// The page's side of an audit: starts the worker, follows its steps, and remembers the journal it has verified.
import { AUDIT_STEPS, type AuditReport, type AuditStepCode } from '@veche/ledger/audit.ts';
import type { AuditMessage, AuditRequest } from './audit-messages.ts';
import { LOG_KEY, openDeviceStore, type Witnessed } from './device-store.ts';
import { takePolicy } from './known-journal.ts';
import type { OwnRecordFate } from './own-records.ts';

export type StepState = 'waiting' | 'running' | 'passed' | 'skipped' | 'failed' | 'not-run';
export type AuditOutcome =
  | {
      readonly kind: 'report';
      readonly report: AuditReport;
      /** Whether the log has a witness policy. */
      readonly asksWitnesses: boolean;
      /** Who has cosigned the log as it stands now; null while too few have. */
      readonly witnessed: Witnessed | null;
      readonly seconds: number;
    }
  | { readonly kind: 'stopped'; readonly code: string };

/** A browser cannot list the files of a log, only ask for those it knows of. */
const STEPS = AUDIT_STEPS.filter((code) => code !== 'files');

/** Where the installation publishes its log. */
const LOG_PATH = '/log/v1';

/** An audit that a page can start, watch and stop. */
export function createAudit() {
  let worker: Worker | null = null;
  let running = $state(false);
  let progress = $state.raw<{ step: AuditStepCode; done: number; total: number } | null>(null);
  let outcome = $state.raw<AuditOutcome | null>(null);
  let isFirstSight = $state(false);
  let own = $state.raw<readonly OwnRecordFate[]>([]);

  function stop(): void {
    worker?.terminate();
    worker = null;
    running = false;
  }

  async function start(files: Pick<AuditRequest, 'bundle' | 'minutesUrl'>): Promise<void> {
    stop();
    outcome = null;
    progress = null;
    own = [];
    running = true;
    const store = await openDeviceStore();
    const seen = await store.find('logs', LOG_KEY);
    isFirstSight = seen?.checkpoint === null || seen === null;
    worker = new Worker(new URL('./audit-worker.ts', import.meta.url), { type: 'module' });
    worker.addEventListener('error', () => finish({ kind: 'stopped', code: 'unreachable' }));
    worker.addEventListener('message', async ({ data }: MessageEvent<AuditMessage>) => {
      if (data.kind === 'progress') progress = data.progress;
      else if (data.kind === 'stopped') finish(data);
      else {
        const { report, logKey, policy } = data;
        own = data.own;
        if (report.ok && report.checkpoint !== null && (report.size ?? 0) >= (seen?.size ?? 0)) {
          const found = { key: logKey, checkpoint: report.checkpoint, size: report.size ?? 0 };
          const known = seen ? takePolicy({ ...seen, ...found }, policy) : { ...found, policy };
          // Kept before the outcome is shown: what the page then says of the journal is read from there.
          await store.put('logs', LOG_KEY, known);
        }
        const { witnessed, seconds } = data;
        finish({ kind: 'report', report, asksWitnesses: policy !== null, witnessed, seconds });
      }
    });
    const request: AuditRequest = {
      ...files,
      logUrl: location.origin + LOG_PATH,
      logKey: seen?.key ?? null,
      seenCheckpoint: seen?.checkpoint ?? null,
      own: (await store.list('receipts', '')).map(({ meeting, voter, index, entry }) => ({
        meeting,
        voter,
        index,
        entry,
      })),
    };
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- to a worker, which has no origin to name
    worker.postMessage(request);
  }

  function finish(how: AuditOutcome): void {
    outcome = how;
    stop();
  }

  return {
    get running() {
      return running;
    },
    get progress() {
      return progress;
    },
    get outcome() {
      return outcome;
    },
    /** This device had not seen the journal before. */
    get isFirstSight() {
      return isFirstSight;
    },
    /** What became of the votes whose receipts this device keeps. */
    get own() {
      return own;
    },
    /** How each step stands now. */
    get steps(): { code: AuditStepCode; state: StepState }[] {
      if (outcome?.kind === 'report')
        return outcome.report.steps
          .filter(({ code }) => code !== 'files')
          .map(({ code, status }) => ({ code, state: status }));
      const at = progress ? STEPS.indexOf(progress.step as (typeof STEPS)[number]) : -1;
      return STEPS.map((code, index) => ({
        code,
        state: running && index === at ? 'running' : index < at ? 'passed' : 'waiting',
      }));
    },
    start,
    stop,
  };
}
