// Audits a meeting off the page's own thread: reads the bundle and the public log, checks everything, and says how far it
// is. It sends nothing anywhere but requests for public files of the log.
import { auditMeeting, type AuditProgress } from '@veche/ledger/audit.ts';
import { readLines } from '@veche/ledger/bundle.ts';
import { createHttpLogReader } from '@veche/ledger/log-reader.ts';
import { createWebVerifier } from '@veche/ledger/webcrypto.ts';
import type { AuditMessage, AuditRequest } from './audit-messages.ts';
import { fetchFile, fetchToldLog, Stopped } from './fetch-journal.ts';
import { readWitnessed, trustKeys } from './known-journal.ts';
import { followOwnRecords } from './own-records.ts';

type Worker = {
  addEventListener: (type: 'message', listen: (event: { data: AuditRequest }) => void) => void;
  postMessage: (message: AuditMessage) => void;
};
const worker = globalThis as unknown as Worker;
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- from a worker, to the page that made it
const say = (message: AuditMessage): void => worker.postMessage(message);

/** Often enough to be seen moving, seldom enough to cost nothing. */
const PROGRESS_MS = 80;

async function* chunksOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  // NOTE: Safari cannot iterate a stream by itself.
  const reader = stream.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}

async function openBundle({ bundle }: AuditRequest): Promise<AsyncIterable<string>> {
  if ('file' in bundle) return readLines(chunksOf(bundle.file.stream()));
  const response = await fetchFile(bundle.url);
  if (!response.ok || !response.body) throw new Stopped('not-found');
  return readLines(chunksOf(response.body));
}

async function audit(request: AuditRequest): Promise<AuditMessage> {
  const started = performance.now();
  const told = await fetchToldLog(request.logUrl);
  const logKey = request.logKey === null ? told.keys : trustKeys(request.logKey, told.keys, told.checkpoint);
  if (logKey === null) throw new Stopped('other-journal');
  const minutes = request.minutesUrl === null ? null : await fetchFile(request.minutesUrl);
  let last: { step: string; at: number } | null = null;
  const onProgress = (progress: AuditProgress): void => {
    const now = performance.now();
    if (last?.step === progress.step && now - last.at < PROGRESS_MS) return;
    last = { step: progress.step, at: now };
    say({ kind: 'progress', progress });
  };
  const own = followOwnRecords(request.own);
  const report = await auditMeeting({
    bundle: own.follow(await openBundle(request)),
    log: createHttpLogReader(request.logUrl, (url, init) => fetch(url, init)),
    logKey,
    verifier: createWebVerifier(),
    scan: 'log',
    onProgress,
    ...(request.seenCheckpoint === null ? {} : { seenCheckpoint: request.seenCheckpoint }),
    ...(minutes?.ok ? { minutes: new Uint8Array(await minutes.arrayBuffer()) } : {}),
  });
  return {
    kind: 'report',
    report,
    logKey,
    policy: told.policy,
    // A log that is broken is not witnessed; what is broken the report says.
    witnessed: report.ok ? readWitnessed(report.checkpoint!, logKey, told.policy) : null,
    own: own.fates(),
    seconds: (performance.now() - started) / 1000,
  };
}

worker.addEventListener('message', ({ data }) => {
  audit(data).then(say, (error: unknown) => {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreachable';
    say({ kind: 'stopped', code });
  });
});
