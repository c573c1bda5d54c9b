// The auditor on the command line: verifies a meeting or a single receipt, follows a log, or derives one anew, and says so by
// its exit code.
// 0 all holds; 1 something is broken, and the first broken thing is named; 2 wrong usage, or out of reach.
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { auditMeeting } from '../audit.ts';
import type { AuditReport, AuditStepCode } from '../audit.ts';
import { readLines } from '../bundle.ts';
import { decodeUtf8 } from '../bytes.ts';
import { LedgerFault } from '../fault.ts';
import type { Choice } from '../meeting.ts';
import { checkKeptReceipt, checkReceipt, parseReceipt } from '../receipt.ts';
import { createWebVerifier } from '../webcrypto.ts';
import { fsck } from './fsck.ts';
import {
  Unable,
  findText,
  isAddress,
  keepState,
  openLog,
  readBytes,
  readKeys,
  readPolicy,
  request,
  useFastHash,
  whyUnable,
} from './sources.ts';
import type { Output } from './sources.ts';
import { watch } from './watch.ts';
import { LANGUAGES, WORDS } from './words.ts';
import type { Language, Words } from './words.ts';

const OPTIONS = {
  log: { type: 'string' },
  vkey: { type: 'string' },
  policy: { type: 'string' },
  state: { type: 'string' },
  scan: { type: 'string', default: 'log' },
  minutes: { type: 'string' },
  receipt: { type: 'string' },
  leaf: { type: 'string' },
  lang: { type: 'string', default: 'en' },
  json: { type: 'boolean', default: false },
  progress: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

/**
 * Runs the program.
 * @param args without node and script
 * @param stopped ends `watch` after the look that is under way
 * @returns the exit code
 */
export async function main(
  args: readonly string[],
  output: Output,
  stopped?: AbortSignal,
): Promise<0 | 1 | 2> {
  useFastHash();
  let words: Words =
    WORDS[args[args.indexOf('--lang') + 1] === 'ru' && args.includes('--lang') ? 'ru' : 'en'];
  const json = args.includes('--json');
  const unable = (message: string): 2 => {
    if (json) output.write(`${JSON.stringify({ ok: false, error: message })}\n`);
    else output.writeProgress(`${message}\n`);
    return 2;
  };
  try {
    const [program, ...rest] = args;
    if (program === 'watch') return await watch(rest, output, stopped);
    if (program === 'fsck') return await fsck(rest, output);
    const parsed = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
    const { values, positionals } = parsed;
    if (!LANGUAGES.includes(values.lang as Language)) return unable(words.usage);
    words = WORDS[values.lang as Language];
    if (values.help) {
      output.write(words.usage);
      return 0;
    }
    if (values.vkey === undefined) return unable(words.usage);
    if (values.receipt !== undefined) {
      if (positionals.length > 0) return unable(words.usage);
      const { receipt, vkey, policy, leaf } = values;
      return await verifyReceipt({ receipt, vkey, policy, leaf }, words, json, output);
    }
    const [bundle] = positionals;
    const { scan } = values;
    if (positionals.length !== 1 || bundle === undefined || values.log === undefined)
      return unable(words.usage);
    if (scan !== 'log' && scan !== 'meeting') return unable(words.usage);
    const showProgress = values.progress || (output.isTerminal && !json);
    return await verifyMeeting(
      {
        bundle,
        log: values.log,
        vkey: values.vkey,
        policy: values.policy,
        state: values.state,
        minutes: values.minutes,
        scan,
        showProgress,
      },
      words,
      json,
      output,
    );
  } catch (cause) {
    return unable(whyUnable(cause, words, words.usage));
  }
}

type MeetingRun = {
  readonly bundle: string;
  readonly log: string;
  readonly vkey: string;
  readonly policy: string | undefined;
  readonly state: string | undefined;
  readonly minutes: string | undefined;
  readonly scan: 'log' | 'meeting';
  readonly showProgress: boolean;
};

async function verifyMeeting(run: MeetingRun, words: Words, json: boolean, output: Output): Promise<0 | 1> {
  const logKeys = await readKeys(run.vkey, words);
  const policy = run.policy === undefined ? undefined : await readPolicy(run.policy, words);
  const seenCheckpoint = run.state === undefined ? undefined : await findText(run.state);
  const minutes = run.minutes === undefined ? undefined : await readBytes(run.minutes, words);
  const report = await auditMeeting({
    bundle: readLines(await openBundle(run.bundle, words)),
    log: await openLog(run.log, words),
    logKey: logKeys.map(({ vkey }) => vkey),
    ...(policy ? { policy: policy.text } : {}),
    verifier: createWebVerifier(),
    scan: run.scan,
    ...(seenCheckpoint === undefined ? {} : { seenCheckpoint }),
    ...(minutes === undefined ? {} : { minutes }),
    ...(run.showProgress
      ? {
          onProgress: ({ step, done, total }) =>
            output.writeProgress(
              `\r\u001b[K${words.stepNames[step]}${total > 0 ? ` ${Math.floor((100 * done) / total)} %` : done > 0 ? ` ${done}` : ''}`,
            ),
        }
      : {}),
  });
  if (run.showProgress) output.writeProgress('\r\u001b[K');
  const keep = report.ok && run.state !== undefined && report.checkpoint !== null;
  if (keep) await keepState(run.state!, report.checkpoint!);
  if (json) output.write(`${JSON.stringify(report)}\n`);
  else {
    output.write(describeReport(report, words));
    if (keep) output.write(`${words.stateKept(run.state!, report.size!)}\n`);
  }
  return report.ok ? 0 : 1;
}

/** The report as lines for people. */
export function describeReport(report: AuditReport, words: Words): string {
  const lines: string[] = [];
  if (report.origin !== null && report.meeting !== null)
    lines.push(words.head({ origin: report.origin, meeting: report.meeting, size: report.size }), '');
  const name = (code: AuditStepCode) => words.stepNames[code].padEnd(18);
  for (const { code, status, numbers } of report.steps)
    if (status === 'passed') {
      lines.push(`  ✓ ${name(code)} ${words.steps[code](numbers)}`);
      const witnessed = { checkpoint: report.witnessed, closing: report.closing }[code as string];
      if (witnessed) lines.push(`    ${' '.repeat(18)} ${words.witnessed(witnessed)}`);
    } else if (status === 'failed') lines.push(`  ✗ ${name(code)} ${words.faults[report.broken!.fault]}`);
    else lines.push(`  – ${name(code)} ${status === 'skipped' ? (words.skipped[code] ?? '') : words.notRun}`);
  lines.push('');
  if (report.ok) {
    for (const { number, verdict } of report.result!.items)
      lines.push(`  ${words.item(number)}: ${words.verdicts[verdict]}`);
    lines.push('', words.allHolds);
  } else {
    const { fault, where } = report.broken!;
    const place = words.place(where);
    lines.push(`${words.broken}: ${words.faults[fault]}${place === '' ? '' : ` (${place})`}`);
  }
  return `${lines.join('\n')}\n`;
}

async function verifyReceipt(
  run: { receipt: string; vkey: string; policy: string | undefined; leaf: string | undefined },
  words: Words,
  json: boolean,
  output: Output,
): Promise<0 | 1> {
  const log = await readKeys(run.vkey, words);
  const policy = run.policy === undefined ? undefined : await readPolicy(run.policy, words);
  const bytes = await readBytes(run.receipt, words);
  const leaf = run.leaf === undefined ? undefined : await readBytes(run.leaf, words);
  try {
    const text = decodeUtf8(bytes);
    if (!leaf && !parseReceipt(text).extra) throw new Unable(words.needsLeaf);
    const kept = leaf
      ? { ...checkReceipt(text, leaf, log, policy), entry: null, payload: null }
      : checkKeptReceipt(text, log, policy);
    const { index, checkpoint, entry, payload } = kept;
    const facts = { index, size: checkpoint.size, origin: checkpoint.origin };
    const { witnessed } = checkpoint;
    const state = witnessed
      ? { state: witnessed.quorumTime === null ? 'logged' : 'witnessed', witnessed }
      : {};
    if (json) output.write(`${JSON.stringify({ ok: true, ...facts, ...state, entry, payload })}\n`);
    else {
      output.write(`${words.receiptHolds(facts)}\n`);
      if (witnessed) output.write(`${words.witnessed(witnessed)}\n`);
      if (payload !== null) output.write(`${words.receiptOpens}\n${describePayload(payload, words)}\n`);
    }
    return 0;
  } catch (cause) {
    if (!(cause instanceof LedgerFault)) throw cause;
    if (json) output.write(`${JSON.stringify({ ok: false, broken: { fault: cause.code } })}\n`);
    else output.write(`${words.broken}: ${words.receiptFaults[cause.code]}\n`);
    return 1;
  }
}

/** The choices of a ballot; anything else as it is. */
function describePayload(payload: unknown, words: Words): string {
  const { choices } = payload as { choices?: Readonly<Record<string, Choice>> };
  if (typeof choices !== 'object') return JSON.stringify(payload, null, 2);
  return Object.entries(choices)
    .map(([item, choice]) => `  ${item}: ${words.choices[choice] ?? choice}`)
    .join('\n');
}

async function openBundle(bundle: string, words: Words): Promise<AsyncIterable<Uint8Array>> {
  if (bundle === '-') return process.stdin;
  if (isAddress(bundle)) return (await request(bundle, words)).body!;
  if (!(await stat(bundle).catch(() => null))?.isFile()) throw new Unable(words.noSuchFile(bundle));
  return createReadStream(bundle);
}
