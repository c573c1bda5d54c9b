// Checks receipt files off the page's own thread. It sends nothing anywhere but requests for public files of the log, and
// works without them as far as the device remembers the log's keys.
import { createHttpLogReader } from '@veche/ledger/log-reader.ts';
import { checkReceiptFile, type TrustedLog } from './check-file.ts';
import type { CheckMessage, CheckRequest } from './check-messages.ts';
import { fetchFile, fetchToldLog, Stopped } from './fetch-journal.ts';
import { trustKeys } from './known-journal.ts';

type Worker = {
  addEventListener: (type: 'message', listen: (event: { data: CheckRequest }) => void) => void;
  postMessage: (message: CheckMessage) => void;
};
const worker = globalThis as unknown as Worker;
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- from a worker, to the page that made it
const say = (message: CheckMessage): void => worker.postMessage(message);

async function trustLog({ logUrl, seen }: CheckRequest): Promise<TrustedLog | 'other-journal' | null> {
  const { read } = createHttpLogReader(logUrl, (url, init) => fetch(url, init));
  try {
    const told = await fetchToldLog(logUrl);
    const keys = seen === null ? told.keys : trustKeys(seen.keys, told.keys, told.checkpoint);
    if (keys === null) return 'other-journal';
    // A receipt that is not witnessed yet may stand under a newer state than the one the witnesses have seen.
    const head = await fetchFile(`${logUrl}/head`);
    return {
      keys,
      policy: told.policy,
      notes: [told.checkpoint, ...(head.ok ? [await head.text()] : [])],
      read,
    };
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
    return seen && { ...seen, notes: [], read };
  }
}

async function checkAll(request: CheckRequest): Promise<CheckMessage> {
  const log = await trustLog(request);
  if (log === null) return { kind: 'stopped', code: 'unreachable' };
  if (log === 'other-journal') return { kind: 'stopped', code: 'other-journal' };
  for (const [position, text] of request.receipts.entries())
    say({ kind: 'finding', position, finding: await checkReceiptFile(text, log) });
  return { kind: 'done', online: log.notes.length > 0 };
}

worker.addEventListener('message', ({ data }) => {
  checkAll(data).then(say, () => say({ kind: 'stopped', code: 'unreachable' }));
});
