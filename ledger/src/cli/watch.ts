// `verify watch`: a monitor as a program. Looks again and again, keeps its state after each look and while it catches up,
// and writes two notes that contradict each other beside it: they are the proof that a log has lied.
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { setTimeout as wait } from 'node:timers/promises';
import { encodeHex, encodeUtf8 } from '../bytes.ts';
import { LedgerFault } from '../fault.ts';
import { sha256 } from '../hash.ts';
import { observeLog, parseMonitorState } from '../monitor.ts';
import type { MonitorFinding, MonitorState, Observation } from '../monitor.ts';
import { createWebVerifier } from '../webcrypto.ts';
import { LOG_WORDS } from './log-words.ts';
import { Unable, findText, keepState, openLog, readKeys, readPolicy } from './sources.ts';
import type { Output } from './sources.ts';
import { LANGUAGES, WORDS, moment } from './words.ts';
import type { Language } from './words.ts';

const OPTIONS = {
  log: { type: 'string' },
  vkey: { type: 'string' },
  state: { type: 'string' },
  policy: { type: 'string' },
  stale: { type: 'string' },
  every: { type: 'string', default: '60' },
  once: { type: 'boolean', default: false },
  'no-signatures': { type: 'boolean', default: false },
  lang: { type: 'string', default: 'en' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

/** The public head of a log with witnesses is renewed at least every ten minutes. */
const STALE_SECONDS = 1_800;
/** Between two writes of the state while catching up. */
const KEEP_EVERY_MS = 5_000;

const nowSeconds = (): number => Math.floor(Date.now() / 1_000);

/**
 * Runs the monitor until it is stopped, or once.
 * @param stopped ends the loop after the look that is under way
 * @returns the exit code
 */
export async function watch(
  args: readonly string[],
  output: Output,
  stopped: AbortSignal = new AbortController().signal,
): Promise<0 | 1 | 2> {
  const { values } = parseArgs({ args: [...args], options: OPTIONS });
  const language = LANGUAGES.includes(values.lang as Language) ? (values.lang as Language) : 'en';
  const [words, logWords] = [WORDS[language], LOG_WORDS[language]];
  if (values.help) {
    output.write(logWords.watchUsage);
    return 0;
  }
  const { log: source, vkey, state: stateFile, json } = values;
  const everySeconds = readSeconds(values.every);
  const staleSeconds = values.stale === undefined ? undefined : readSeconds(values.stale);
  if (
    source === undefined ||
    vkey === undefined ||
    language !== values.lang ||
    everySeconds === null ||
    staleSeconds === null
  )
    throw new Unable(logWords.watchUsage);
  if (stateFile === undefined) throw new Unable(`${logWords.needsState}\n\n${logWords.watchUsage}`);
  const logKeys = await readKeys(vkey, words);
  const policy = values.policy === undefined ? null : await readPolicy(values.policy, words);
  const log = await openLog(source, words);
  const verifier = values['no-signatures'] ? null : createWebVerifier();

  let state = await readState(stateFile, logWords.foreignState(stateFile));
  let told = new Set<string>();
  let worst: 0 | 1 | 2 = 0;
  for (;;) {
    const now = nowSeconds();
    let keptAt = Date.now();
    try {
      const observation = await observeLog({
        log,
        logKeys,
        policy,
        state,
        now,
        staleSeconds: staleSeconds ?? (policy ? STALE_SECONDS : null),
        verifier,
        onProgress: async (hashed, size, stateNow) => {
          if (hashed === size || Date.now() - keptAt < KEEP_EVERY_MS) return;
          keptAt = Date.now();
          await keepState(stateFile, JSON.stringify(stateNow()));
        },
      });
      if (observation.state !== null && observation.state !== state) {
        state = observation.state;
        await keepState(stateFile, JSON.stringify(state));
      }
      const evidence = await keepEvidence(stateFile, observation);
      if (json) tellJson(observation, now, evidence, output);
      else told = tell(observation, now, evidence, told);
      if (!observation.ok) worst = 1;
    } catch (cause) {
      if (!(cause instanceof LedgerFault) || (cause.code !== 'unreachable' && cause.code !== 'tile'))
        throw cause;
      if (cause.code === 'tile')
        throw new Unable(`${logWords.foreignState(stateFile)} (${cause.message})`, { cause });
      if (json) output.write(`${JSON.stringify({ at: now, event: 'unreachable', why: cause.message })}\n`);
      else output.write(`${logWords.outOfReach(moment(now), cause.message)}\n`);
      if (values.once) return 2;
    }
    if (values.once || stopped.aborted) return worst;
    await wait(everySeconds * 1_000, undefined, { signal: stopped }).catch(() => {});
    if (stopped.aborted) return worst;
  }

  /** Each finding is told once for as long as it stands. */
  function tell(
    observation: Observation,
    now: number,
    evidence: readonly string[],
    before: ReadonlySet<string>,
  ): Set<string> {
    const { checkpoint, newEntries, found, findings } = observation;
    output.write(
      `${logWords.look({ when: moment(now), size: checkpoint?.size ?? null, newEntries, found })}\n`,
    );
    if (checkpoint?.witnessed && checkpoint.witnessed.quorumTime !== null)
      output.write(`  ${words.witnessed(checkpoint.witnessed)}\n`);
    const keys = new Set<string>();
    for (const finding of findings) {
      const place = placeOf(finding);
      const key = JSON.stringify([finding.code, place.path, place.index]);
      keys.add(key);
      if (before.has(key)) continue;
      const at = logWords.at(place);
      output.write(`  ! ${logWords.findings[finding.code]}${at === '' ? '' : ` (${at})`}\n`);
    }
    if (found > findings.length) output.write(`  ! ${logWords.more(found - findings.length)}\n`);
    if (evidence.length > 0) output.write(`  ${logWords.evidence(evidence)}\n`);
    return keys;
  }
}

type Place = { index?: number; meeting?: string; path?: string; seconds?: number };
const placeOf = ({ code: _code, ...place }: MonitorFinding): Place => place;

function tellJson(
  { ok, findings, found, checkpoint, newEntries }: Observation,
  at: number,
  evidence: readonly string[],
  output: Output,
): void {
  for (const finding of findings) output.write(`${JSON.stringify({ at, event: 'finding', ...finding })}\n`);
  const look = { at, event: 'look', ok, found, size: checkpoint?.size ?? null, newEntries };
  const witnessed = checkpoint?.witnessed ? { witnessed: checkpoint.witnessed } : {};
  output.write(
    `${JSON.stringify({ ...look, ...witnessed, ...(evidence.length > 0 ? { evidence } : {}) })}\n`,
  );
}

async function readState(file: string, foreign: string): Promise<MonitorState | null> {
  const text = await findText(file);
  if (text === undefined) return null;
  try {
    return parseMonitorState(text);
  } catch (cause) {
    if (!(cause instanceof LedgerFault)) throw cause;
    throw new Unable(foreign, { cause });
  }
}

/** Both notes, under names that follow from the second: the same contradiction is kept once. */
async function keepEvidence(stateFile: string, { evidence }: Observation): Promise<string[]> {
  if (!evidence) return [];
  const mark = encodeHex(sha256(encodeUtf8(evidence.shown))).slice(0, 12);
  const files = [`${stateFile}.seen-${mark}`, `${stateFile}.shown-${mark}`];
  await writeFile(files[0]!, evidence.seen);
  await writeFile(files[1]!, evidence.shown);
  return files;
}

function readSeconds(text: string): number | null {
  return /^[1-9][0-9]{0,8}$/.test(text) ? Number(text) : null;
}
