// Keeps one sequencer at work over all processes of an installation: takes the lock, raises the epoch, runs batches,
// and after any failure throws its state away and begins again from what is durable, as a restarted process would.
import {
  createSequencer,
  HeadMovedError,
  SequencerFault,
  type Head,
  type Sequencer,
  type SequencerFaultCode,
  type SequencerOptions,
  type TileStore,
} from '@veche/ledger/sequencer.ts';
import { TILE_WIDTH } from '@veche/ledger/tile.ts';
import type { NoteSigner } from '@veche/ledger/note.ts';
import type { Logger } from '@veche/module-kit/module.ts';
import { openSql, type DatabaseAddress } from './connect.ts';
import { createHeadStore, LogDamagedError, takeOverLog } from './ledger-store.ts';
import { createWakeableSleep } from './wakeable-sleep.ts';

export type PublishedEntry = { readonly idem: string; readonly index: number };
export type Publication = { readonly head: Head; readonly entries: readonly PublishedEntry[] };

export type SequencerProcess = {
  /** Says that something waits; cheap. */
  wake(): void;
  /** `standby`: another process sequences; `failing`: this one would and cannot. */
  state(): 'starting' | 'standby' | 'running' | 'failing';
  /** Why the log does not go on, of a closed list; null unless `failing` for such a reason. */
  fault(): SequencerFaultCode | null;
  /** The head that this process published last; null while it is not the sequencer. */
  published(): Head | null;
  /** Called after each publication, before anybody else can see it through this process. */
  onPublished(listener: (publication: Publication) => void): void;
  /** The inclusion proof of an entry, from memory where it can be. Null while this process is not the sequencer. */
  proofAt(index: number, size: number): Promise<Uint8Array[]> | null;
  /** The proof that the tree of `size` begins with the one of `oldSize`. Null while this process is not the sequencer. */
  consistencyOf(oldSize: number, size: number): Promise<Uint8Array[]> | null;
  /**
   * Ends the reign of this process before its next batch: the log begins again from what is durable, if `checkStart`
   * lets it. For what is learned while sequencing, such as evidence of a fork.
   */
  halt(fault: SequencerFault): void;
  /** Resolves when the process sequences or stands by; rejects when it first failed. */
  ready(): Promise<void>;
  /** Ends after the batch under way. */
  stop(): Promise<void>;
};

export type SequencerProcessOptions = {
  readonly address: DatabaseAddress;
  readonly tiles: TileStore;
  readonly origin: string;
  readonly signer: NoteSigner;
  /** The registrar's own leaf, logged at index 0 when the log is created. */
  readonly firstEntry: () => Uint8Array;
  readonly now: () => number;
  readonly log: Logger;
  readonly batchEntries?: number;
} & Pick<SequencerOptions, 'retiring' | 'publishTo' | 'checkStart' | 'keepReplaced'>;

/** Any number, the same in every process of this product. */
export const SEQUENCER_LOCK = 8_642_197_532;
const POLL_MS = 1_000;
const STANDBY_MS = 1_000;
const SHORTEST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 3_000;
/** Other processes hear of new entries and of new heads by these channels; what is missed is found by polling. */
export const WAKE_CHANNEL = 'ledger_wake';
export const PUBLISHED_CHANNEL = 'ledger_published';

export function startSequencerProcess(options: SequencerProcessOptions): SequencerProcess {
  const { log, batchEntries = TILE_WIDTH } = options;
  const listeners: ((publication: Publication) => void)[] = [];
  let state: ReturnType<SequencerProcess['state']> = 'starting';
  let sequencer: Sequencer | null = null;
  let head: Head | null = null;
  let fault: SequencerFaultCode | null = null;
  let halted: SequencerFault | null = null;
  const stopping = new AbortController();
  const { sleep, wake } = createWakeableSleep(stopping.signal);
  const settled = Promise.withResolvers<void>();
  settled.promise.catch(() => {});

  /** A pause that a wake does not cut short: the cause of the failure is not gone because work arrived. */
  const pause = async (milliseconds: number): Promise<void> => {
    const end = performance.now() + milliseconds;
    while (!stopping.signal.aborted && performance.now() < end) await sleep(Math.min(50, milliseconds));
  };

  /** Sequences until this process is asked to stop or something fails. @returns false when another one holds the lock. */
  const reign = async (): Promise<boolean> => {
    const lost = new AbortController();
    const sql = openSql(options.address, {
      max: 1,
      permanent: true,
      applicationName: 'veche-sequencer',
      onClose: () => {
        lost.abort();
        wake();
      },
    });
    // Its own connection: the one above is busy with batches, and must never wait for a notification.
    const notifier = openSql(options.address, {
      max: 1,
      permanent: true,
      applicationName: 'veche-sequencer-notify',
    });
    let mine: Sequencer | null = null;
    try {
      const [row] = await sql<
        { locked: boolean }[]
      >`SELECT pg_try_advisory_lock(${SEQUENCER_LOCK}) AS locked`;
      if (!row?.locked) return false;
      const epoch = await takeOverLog(sql);
      const own = createSequencer({
        origin: options.origin,
        signer: options.signer,
        store: createHeadStore(sql, epoch, notifier),
        tiles: options.tiles,
        now: options.now,
        epoch,
        firstEntry: options.firstEntry,
        ahead: true,
        batchEntries,
        ...pickOptions(options),
        onPublished: ({ head: next, entries }) => {
          head = next;
          for (const listener of listeners) listener({ head: next, entries });
          // With witnesses nobody listens: what others wait for is the witnessed head. Lost notifications cost others a poll,
          // so nobody waits for this one.
          if (options.publishTo !== 'head')
            notifier`SELECT pg_notify(${PUBLISHED_CHANNEL}, ${String(next.size)})`.catch(() => {});
        },
      });
      mine = own;
      halted = null;
      head = await own.start();
      await notifier.listen(WAKE_CHANNEL, wake);
      sequencer = own;
      state = 'running';
      fault = null;
      settled.resolve();
      log.info({ size: head.size, epoch }, 'sequencing');
      while (!stopping.signal.aborted && !lost.signal.aborted) {
        if (halted) throw halted;
        const sequenced = await own.step();
        // Whoever hands over more says so. Until then there is nothing to look for, and this batch goes on to the public
        // files by itself; that it cannot is found out by the next step, at once.
        if (sequenced < batchEntries) {
          own.settle().catch(wake);
          await sleep(POLL_MS);
        }
      }
      return true;
    } finally {
      sequencer = null;
      head = null;
      // What is committed is published before the connection goes, so that a stop leaves nothing to replay.
      await mine?.settle().catch(() => {});
      await Promise.all([sql.end({ timeout: 2 }), notifier.end({ timeout: 2 })]).catch(() => {});
    }
  };

  const live = async (): Promise<void> => {
    let pauseMs = SHORTEST_PAUSE_MS;
    while (!stopping.signal.aborted) {
      try {
        if (await reign()) {
          pauseMs = SHORTEST_PAUSE_MS;
          continue;
        }
        state = 'standby';
        fault = null;
        settled.resolve();
        await pause(STANDBY_MS);
      } catch (error) {
        // Another writer is the ordinary end of a reign. Anything else leaves the outcome of the last step unknown:
        // the next reign reads the head and replays what was committed and not yet written.
        const outrun = error instanceof HeadMovedError;
        state = outrun ? 'standby' : 'failing';
        fault = error instanceof SequencerFault ? error.code : null;
        settled.reject(error);
        const facts = { error: nameOf(error), code: codeOf(error) };
        if (error instanceof LogDamagedError)
          log.error(facts, 'the log contradicts itself: nothing will be signed');
        else
          log[outrun ? 'info' : 'error'](
            facts,
            outrun ? 'another process sequences' : 'sequencing failed, beginning again',
          );
        await pause(pauseMs);
        pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
      }
    }
  };

  const running = live();
  return {
    wake,
    state: () => state,
    fault: () => fault,
    published: () => head,
    onPublished: (listener) => void listeners.push(listener),
    proofAt: (index, size) => sequencer?.proofAt(index, size) ?? null,
    consistencyOf: (oldSize, size) => sequencer?.consistencyOf(oldSize, size) ?? null,
    halt(reason) {
      halted = reason;
      wake();
    },
    ready: () => settled.promise,
    async stop() {
      stopping.abort();
      wake();
      await running;
    },
  };
}

/** Options that are left out rather than undefined. */
function pickOptions({
  retiring,
  publishTo,
  checkStart,
  keepReplaced,
}: SequencerProcessOptions): Partial<SequencerOptions> {
  return {
    ...(retiring ? { retiring } : {}),
    ...(publishTo ? { publishTo } : {}),
    ...(checkStart ? { checkStart } : {}),
    ...(keepReplaced ? { keepReplaced } : {}),
  };
}

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : typeof error);
const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error ? String(error.code) : undefined;
