// The page's side of checking receipt files: starts the worker, gathers what it finds, remembers nothing.
import type { ReceiptFinding } from './check-file.ts';
import type { CheckMessage, CheckRequest } from './check-messages.ts';
import { LOG_KEY, openDeviceStore } from './device-store.ts';

/** Where the installation publishes its log. */
const LOG_PATH = '/log/v1';

export type NamedReceipt = { readonly name: string; readonly text: string };
export type CheckedReceipt = { readonly name: string; readonly finding: ReceiptFinding | null };

/** Checks that a page can start, watch and stop. */
export function createCheck() {
  let worker: Worker | null = null;
  let running = $state(false);
  let results = $state.raw<readonly CheckedReceipt[]>([]);
  let stopped = $state.raw<'other-journal' | 'unreachable' | null>(null);
  let isOffline = $state(false);

  function stop(): void {
    worker?.terminate();
    worker = null;
    running = false;
  }

  async function start(receipts: readonly NamedReceipt[]): Promise<void> {
    stop();
    stopped = null;
    isOffline = false;
    results = receipts.map(({ name }) => ({ name, finding: null }));
    if (receipts.length === 0) return;
    running = true;
    const seen = await (await openDeviceStore()).find('logs', LOG_KEY);
    worker = new Worker(new URL('./check-worker.ts', import.meta.url), { type: 'module' });
    worker.addEventListener('error', () => {
      stopped = 'unreachable';
      stop();
    });
    worker.addEventListener('message', ({ data }: MessageEvent<CheckMessage>) => {
      if (data.kind === 'finding') {
        const { position, finding } = data;
        results = results.map((one, at) => (at === position ? { ...one, finding } : one));
        return;
      }
      if (data.kind === 'stopped') stopped = data.code;
      else isOffline = !data.online;
      stop();
    });
    const request: CheckRequest = {
      receipts: receipts.map(({ text }) => text),
      logUrl: location.origin + LOG_PATH,
      seen: seen && { keys: seen.key, policy: seen.policy ?? null },
    };
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- to a worker, which has no origin to name
    worker.postMessage(request);
  }

  return {
    start,
    stop,
    get running() {
      return running;
    },
    get results() {
      return results;
    },
    /** Why nothing was checked. */
    get stopped() {
      return stopped;
    },
    /** The log could not be read: the files were held against what this device remembers. */
    get isOffline() {
      return isOffline;
    },
  };
}
