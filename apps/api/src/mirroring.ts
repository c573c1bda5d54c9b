// Keeps a second copy of the log up to date while the server runs, in the process that sequences, and looks after the partial
// tiles that full ones have replaced: they go only when both copies have the full one.
// A mirror that holds more than our log, or something else, stops the log: that is for a person to look at.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ListedTileStore } from '@veche/ledger/log-store.ts';
import { MirrorFault, checkAgainstMirror, mirrorLog, removeReplacedPartials } from '@veche/ledger/mirror.ts';
import type { NoteVerifier } from '@veche/ledger/note.ts';
import { SequencerFault, type Head } from '@veche/ledger/sequencer.ts';
import type { Logger } from '@veche/module-kit/module.ts';
import type { MirrorVitals } from '@veche/module-kit/vitals.ts';
import { createWakeableSleep } from '@veche/postgres/wakeable-sleep.ts';
import { readerOf } from './log-stores.ts';

export type Mirroring = {
  /** For the sequencer's own start. @throws SequencerFault `mirror-larger`, `mirror-forked` */
  checkStart(head: Head | null): Promise<void>;
  /** Begins to copy. @param onFork called once, when the mirror cannot be followed for good */
  follow(onFork: (fault: SequencerFault) => void): void;
  state(): MirrorVitals;
  stop(): Promise<void>;
};

export type MirroringOptions = {
  readonly primary: ListedTileStore;
  readonly mirror: ListedTileStore;
  readonly logKeys: readonly NoteVerifier[];
  /** Folder for the notes that contradict each other. */
  readonly evidence: string;
  readonly log: Logger;
  readonly everyMs?: number;
};

const EVERY_MS = 15_000;
const GIVEN_UP: readonly string[] = ['shrank', 'forked'];

export function startMirroring(options: MirroringOptions): Mirroring {
  const { primary, mirror, logKeys, log, everyMs = EVERY_MS } = options;
  const sinceMs = Date.now();
  let last: MirrorVitals['last'] = null;
  let failures = 0;
  let collected = 0;
  const stopping = new AbortController();
  const { sleep, wake } = createWakeableSleep(stopping.signal);
  let running: Promise<void> = Promise.resolve();

  const round = async (): Promise<void> => {
    const { size, files } = await mirrorLog({ from: readerOf(primary), to: mirror, log: logKeys });
    last = { size, atMs: Date.now() };
    if (files > 0) log.info({ size, files }, 'mirrored');
    const { size: upTo } = await removeReplacedPartials({
      stores: [primary, mirror],
      log: logKeys,
      since: collected,
    });
    collected = upTo;
  };
  const run = async (onFork: (fault: SequencerFault) => void): Promise<void> => {
    while (!stopping.signal.aborted) {
      try {
        await round();
        failures = 0;
      } catch (error) {
        failures += 1;
        log.error(factsOf(error), 'the log could not be mirrored');
        if (error instanceof MirrorFault) await keepEvidence(options.evidence, error).catch(() => {});
        if (error instanceof MirrorFault && GIVEN_UP.includes(error.code)) {
          const code = error.code === 'shrank' ? 'mirror-larger' : 'mirror-forked';
          return onFork(new SequencerFault(code, { cause: error }));
        }
      }
      await sleep(everyMs);
    }
  };
  return {
    checkStart: (head) => checkAgainstMirror(mirror, logKeys, head, (path) => primary.read(path)),
    follow: (onFork) => void (running = run(onFork)),
    state: () => ({ sinceMs, last, failures }),
    async stop() {
      stopping.abort();
      wake();
      await running;
    },
  };
}

/**
 * Writes the notes that contradict each other into the folder, once for the same pair. @returns the file; null when the
 * fault carries none.
 */
export async function keepEvidence(folder: string, fault: MirrorFault): Promise<string | null> {
  const { source, mirror } = fault.evidence;
  if (source === null) return null;
  const text =
    `# ${fault.code}: two notes of one log that cannot both be true. Each is verbatim between the lines of signs.\n` +
    `# The source showed:\n-----\n${source}-----\n# The mirror held:\n-----\n${mirror ?? ''}-----\n`;
  const digest = await crypto.subtle.digest('SHA-256', Buffer.from(text));
  const file = join(folder, `mirror-${fault.code}-${Buffer.from(digest).toString('hex').slice(0, 16)}.txt`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(file, text, { mode: 0o600 });
  return file;
}

/** What may be logged of a failure: never its text, which may hold an address. */
const factsOf = (error: unknown): Readonly<Record<string, unknown>> => ({
  error: error instanceof Error ? error.name : typeof error,
  ...(error instanceof Error && 'code' in error ? { code: String(error.code) } : {}),
  ...(error instanceof MirrorFault && error.path ? { path: error.path } : {}),
});
