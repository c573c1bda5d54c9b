// `verify fsck`: the re-derivation of a whole log as a program: with progress, resumable, every core on the signatures.
import { rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { checkCheckpoint } from '../checkpoint.ts';
import { LedgerFault } from '../fault.ts';
import { fsck as deriveLog } from '../fsck.ts';
import type { FsckState } from '../fsck.ts';
import { checkLogFiles } from '../log-files.ts';
import { checkWitnessed } from '../policy.ts';
import { TILE_WIDTH, TileFault, itemsAtLevel, parseTilePath } from '../tile.ts';
import { LOG_WORDS } from './log-words.ts';
import { createSignaturePool } from './signature-pool.ts';
import type { SignaturePool, WrongEntry } from './signature-pool.ts';
import { Unable, findText, keepState, openLog, readKeys, readPolicy } from './sources.ts';
import type { Output } from './sources.ts';
import { LANGUAGES, WORDS } from './words.ts';
import type { Language } from './words.ts';

const OPTIONS = {
  log: { type: 'string' },
  vkey: { type: 'string' },
  policy: { type: 'string' },
  state: { type: 'string' },
  signatures: { type: 'boolean', default: false },
  'at-once': { type: 'string', default: '16' },
  lang: { type: 'string', default: 'en' },
  json: { type: 'boolean', default: false },
  progress: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

const KEEP_EVERY_MS = 5_000;
const SHOW_EVERY_MS = 500;

/** What is kept between runs: where the derivation was, and whether the signatures up to there were checked too. */
type KeptState = FsckState & {
  readonly format: 'veche-fsck/v1';
  readonly origin: string;
  readonly signatures: boolean;
};

/** @returns the exit code */
export async function fsck(args: readonly string[], output: Output): Promise<0 | 1 | 2> {
  const { values } = parseArgs({ args: [...args], options: OPTIONS });
  const language = LANGUAGES.includes(values.lang as Language) ? (values.lang as Language) : 'en';
  const [words, logWords] = [WORDS[language], LOG_WORDS[language]];
  if (values.help) {
    output.write(logWords.fsckUsage);
    return 0;
  }
  const atOnce = /^[1-9][0-9]{0,2}$/.test(values['at-once']) ? Number(values['at-once']) : null;
  if (values.log === undefined || values.vkey === undefined || language !== values.lang || atOnce === null)
    throw new Unable(logWords.fsckUsage);
  const logKeys = await readKeys(values.vkey, words);
  const policy = values.policy === undefined ? null : await readPolicy(values.policy, words);
  const log = await openLog(values.log, words);
  const { json, state: stateFile } = values;
  const showProgress = values.progress || (output.isTerminal && !json);

  let checkpoint: ReturnType<typeof checkCheckpoint>;
  try {
    const note = await log.checkpoint();
    checkpoint = policy ? checkWitnessed(note, logKeys, policy) : checkCheckpoint(note, logKeys);
  } catch (cause) {
    if (!(cause instanceof LedgerFault) || cause.code === 'unreachable') throw cause;
    const fault = { path: 'checkpoint', fault: cause.code };
    if (json) output.write(`${JSON.stringify({ ok: false, faults: [fault] })}\n`);
    else output.write(`${words.broken}: ${words.receiptFaults[cause.code]}\n`);
    return 1;
  }
  const { size, root, origin } = checkpoint;
  const kept = stateFile === undefined ? null : await readState(stateFile, logWords.foreignState(stateFile));
  if (kept && kept.origin !== origin) throw new Unable(logWords.foreignState(stateFile!));
  // A run that checks signatures cannot go on from one that did not.
  const from =
    kept && (kept.signatures || !values.signatures) ? { entries: kept.entries, tiles: kept.tiles } : null;

  const pool: SignaturePool | null = values.signatures ? createSignaturePool(availableParallelism()) : null;
  const startedAt = performance.now();
  let shownAt = 0;
  let keptAt = startedAt;
  const read = (path: string) => log.read(path);
  try {
    const report = await deriveLog({
      size,
      root,
      read,
      atOnce,
      ...(from ? { from } : {}),
      ...(pool ? { onEntries: (index, leaves) => pool.check(index, leaves) } : {}),
      onProgress: async ({ entries, faults }, stateNow) => {
        const now = performance.now();
        if (showProgress && (now - shownAt >= SHOW_EVERY_MS || entries === size)) {
          shownAt = now;
          const perSecond = (entries - (from?.entries ?? 0)) / ((now - startedAt) / 1_000);
          const secondsLeft = (size - entries) / perSecond;
          output.writeProgress(`\r\u001b[K${logWords.progress({ entries, size, perSecond, secondsLeft })}`);
        }
        if (stateFile === undefined || faults > 0 || now - keptAt < KEEP_EVERY_MS) return;
        keptAt = now;
        // What is kept as checked must have been checked.
        await pool?.settle();
        if (!pool || pool.wrong.length === 0) await keep(stateNow());
      },
    }).catch((cause: unknown) => {
      if (cause instanceof LedgerFault && cause.code === 'tile' && from && stateFile !== undefined)
        throw new Unable(logWords.foreignState(stateFile), { cause });
      throw cause;
    });
    await pool?.settle();
    // Only an interrupted run is gone on from: files that were right once are read again by the next.
    if (stateFile !== undefined) await rm(stateFile, { force: true });
    const others = report.ok ? await checkOthers(log, size, root) : { files: 0, faults: [] };
    if (showProgress) output.writeProgress('\r\u001b[K');

    const wrongEntries: readonly WrongEntry[] = pool?.wrong ?? [];
    const faults = [...report.faults, ...others.faults];
    const ok = report.ok && faults.length === 0 && wrongEntries.length === 0;
    const seconds = (performance.now() - startedAt) / 1_000;
    const signatures = pool ? pool.checked : null;
    if (json) {
      const facts = {
        origin,
        size,
        entries: report.entries,
        files: report.files + others.files,
        seconds,
        signatures,
      };
      output.write(`${JSON.stringify({ ok, ...facts, complete: report.complete, faults, wrongEntries })}\n`);
    } else {
      const done = { origin, report: { ...report, ok }, seconds, signatures, others: others.files };
      output.write(`${logWords.fsckDone(done)}\n`);
      for (const { path, reason } of faults) output.write(`  ! ${path}: ${logWords.fileReasons[reason]}\n`);
      for (const { index, code } of wrongEntries)
        output.write(`  ! ${logWords.at({ index })}: ${logWords.wrongEntry[code]}\n`);
      if (!report.complete) output.write(`${logWords.unfinished}\n`);
    }
    return ok ? 0 : 1;
  } finally {
    await pool?.close();
  }

  function keep(state: FsckState): Promise<void> {
    const all: KeptState = { format: 'veche-fsck/v1', origin, signatures: values.signatures, ...state };
    return keepState(stateFile!, JSON.stringify(all));
  }
}

async function readState(file: string, foreign: string): Promise<KeptState | null> {
  const text = await findText(file);
  if (text === undefined) return null;
  try {
    const state = JSON.parse(text) as KeptState;
    if (state.format === 'veche-fsck/v1') return state;
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
  }
  throw new Unable(foreign);
}

/** Files in a folder that the checkpoint does not imply: partial tiles that were replaced, and what does not belong there. */
async function checkOthers(log: Awaited<ReturnType<typeof openLog>>, size: number, root: Uint8Array) {
  const faults: { path: string; reason: TileFault['reason'] }[] = [];
  let files = 0;
  if (!log.list) return { files, faults };
  for await (const path of log.list()) {
    if (isImplied(path, size)) continue;
    try {
      const { checked } = await checkLogFiles({ size, root, read: (one) => log.read(one), paths: [path] });
      files += checked;
    } catch (cause) {
      if (!(cause instanceof TileFault)) throw cause;
      faults.push({ path: cause.path, reason: cause.reason });
    }
  }
  return { files, faults };
}

function isImplied(path: string, size: number): boolean {
  try {
    const { level, index, width } = parseTilePath(path);
    const items = itemsAtLevel(size, level === 'entries' ? 0 : level) - index * TILE_WIDTH;
    return width === Math.min(TILE_WIDTH, items);
  } catch (cause) {
    if (cause instanceof LedgerFault) return false;
    throw cause;
  }
}
