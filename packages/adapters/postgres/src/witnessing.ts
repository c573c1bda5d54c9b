// Has every new head of the log cosigned by its witnesses, in the process that sequences.
//
// One round at a time, always for the newest head: all witnesses are asked at once, and a round is over when the quorum has
// answered; what comes later still counts. Then, in this order: cosignatures and witnessed checkpoint are kept in the
// database, the public `checkpoint` is replaced, and whoever waits is told. A crash between leaves a witnessed checkpoint
// that is not shown yet; the next round shows it, or a newer one.
//
// While the quorum is missing, the last witnessed checkpoint stays where it is. On evidence that a witness has cosigned
// another history the log stops for good, until an operator has cleared it: nothing here ever chooses between histories.
import { encodeUtf8 } from '@veche/ledger/bytes.ts';
import { parseCheckpoint } from '@veche/ledger/checkpoint.ts';
import { parseNote } from '@veche/ledger/note.ts';
import { isQuorum, quorumTimeOf, type WitnessPolicy } from '@veche/ledger/policy.ts';
import { SequencerFault, type Head, type TileStore } from '@veche/ledger/sequencer.ts';
import type { ForkEvidence, Logger, WitnessedCheckpoint } from '@veche/module-kit/module.ts';
import type { Sql } from './connect.ts';
import type { SequencerProcess } from './sequencer-process.ts';
import { createWakeableSleep } from './wakeable-sleep.ts';
import {
  createWitnessContact,
  type AskWitness,
  type Outcome,
  type WitnessContact,
} from './witness-contact.ts';
import {
  addForkEvidence,
  findOpenFork,
  keepCosignatures,
  loadWitnessStates,
  saveWitnessStates,
  WITNESSED_CHANNEL,
  withNewestWitnessed,
  type Cosignature,
  type WitnessState,
} from './witness-records.ts';

export type WitnessingOptions = {
  readonly sql: Sql;
  readonly tiles: Pick<TileStore, 'read' | 'replace'>;
  readonly policy: WitnessPolicy;
  /** Where witnesses are asked, by name, in place of the policy's addresses. */
  readonly urls?: ReadonlyMap<string, string>;
  readonly ask: AskWitness;
  /** The checkpoint that the witness at this address shows for our log; null when it shows none. Never rejects. */
  readonly findShown?: (url: string) => Promise<string | null>;
  readonly log: Logger;
  /** For one answer; 1,000 when not given. */
  readonly timeoutMs?: number;
  /** After so long an unchanged head is cosigned anew; 5 minutes when not given. */
  readonly refreshMs?: number;
};

export type Witnessing = {
  /**
   * For the sequencer's own start: asks every witness what it knows of the log before anything goes on.
   * @throws SequencerFault `witness-larger` when any knows more than `head`, `witness-forked` when any knows something
   * else, and both while there is evidence that nobody has cleared. Witnesses that do not answer keep nothing from starting.
   */
  checkStart(head: Head | null): Promise<void>;
  /** Begins to have the heads of this sequencer cosigned. */
  follow(sequencer: SequencerProcess): void;
  /** Called with each checkpoint that became witnessed, in order, once it is public. */
  onWitnessed(listener: (checkpoint: WitnessedCheckpoint) => void): void;
  /** Has the present head cosigned again although it did not change: for a time after the one it has. Cheap; once a second. */
  refresh(): void;
  /** True when the newest head has waited for its quorum so long that a receipt need not wait for it any more. */
  isQuorumMissing(): boolean;
  /** Asks no more and forgets answers under way. */
  stop(): Promise<void>;
};

const TIMEOUT_MS = 1_000;
const REFRESH_MS = 300_000;
/**
 * When another head waits already at the end of a round, there is rest for a third of the time it took: under load many
 * batches share a round, and witnesses have a quarter of the time for others.
 */
const REST = { leastMs: 5, mostMs: 200 };
/** What a witness that is nearly as quick as the quorum gets, so that its line is in the same checkpoint. */
const GRACE_MS = 20;
const MISSING_AFTER_MS = 3_000;
const SAVE_STATES_MS = 1_000;
const SHORTEST_SLEEP_MS = 20;
const LONGEST_SLEEP_MS = 500;
const FORCED_REFRESH_MS = 1_000;

/** A head and the cosignatures it has so far. */
type Gathering = {
  readonly head: Head;
  readonly lines: Map<string, Cosignature>;
  /** Of whom a cosignature is wanted still, or again. */
  readonly missing: Set<string>;
  unsaved: Cosignature[];
  /** The quorum's time of what was kept last; null: no quorum yet. */
  reached: number | null;
  /** When all were asked last. */
  askedMs: number;
};

export function createWitnessing(options: WitnessingOptions): Witnessing {
  const { sql, tiles, policy, log, refreshMs = REFRESH_MS } = options;
  const nowMs = (): number => performance.now();
  const contacts = policy.witnesses.flatMap((witness) => {
    const url = options.urls?.get(witness.name) ?? witness.url;
    if (!url) return [];
    const { ask, timeoutMs = TIMEOUT_MS } = options;
    return [createWitnessContact({ witness, url, ask, timeoutMs, nowMs, wallMs: () => Date.now() })];
  });
  const listeners: ((checkpoint: WitnessedCheckpoint) => void)[] = [];
  let sequencer: SequencerProcess | null = null;
  let gathering: Gathering | null = null;
  /** What this process has found and perhaps not kept yet. */
  let accused: ForkEvidence['kind'] | null = null;
  let restUntilMs = -Infinity;
  let refreshedMs = -Infinity;
  let savedStatesMs = -Infinity;
  const savedStates = new Map<string, WitnessState>();
  // Keeping and showing are one after the other, so that nothing older is ever written over something newer.
  let keeping: Promise<void> = Promise.resolve();
  /** Since when the newest head waits for its quorum; null when it has it. */
  let unwitnessedSinceMs: number | null = null;
  const stopping = new AbortController();
  const stopped = new Promise<void>((resolve) =>
    stopping.signal.addEventListener('abort', () => resolve(), { once: true }),
  );
  let running: Promise<void> = Promise.resolve();
  const { sleep, wake } = createWakeableSleep(stopping.signal);

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        await sleep(await work());
      } catch (error) {
        log.warn({ error: nameOf(error) }, 'the witnesses could not be asked, trying again');
        await sleep(LONGEST_SLEEP_MS);
      }
    }
  }

  /** Does what is due. @returns milliseconds until something may be due again */
  async function work(): Promise<number> {
    await saveStates();
    if (!sequencer?.published() || accused) return LONGEST_SLEEP_MS;
    const rest = restUntilMs - nowMs();
    if (rest > 0) return rest;
    const head = sequencer.published();
    if (!head) return LONGEST_SLEEP_MS;
    if (gathering?.head.epoch !== head.epoch) await takeUp();
    if (!gathering || gathering.head.size !== head.size || gathering.head.epoch !== head.epoch) begin(head);
    else if (nowMs() - gathering.askedMs >= refreshMs) askAllAgain(gathering);
    const present = gathering!;
    const wanted = contacts.filter(({ name }) => present.missing.has(name));
    const free = wanted.filter((contact) => contact.readyAtMs() <= nowMs());
    if (free.length > 0) {
      await round(present, free);
      return present.missing.size === 0 ? 0 : SHORTEST_SLEEP_MS;
    }
    const next = Math.min(present.askedMs + refreshMs, ...wanted.map((contact) => contact.readyAtMs()));
    return Math.min(next - nowMs(), LONGEST_SLEEP_MS);
  }

  const begin = (head: Head): void => {
    gathering = {
      head,
      lines: new Map(),
      missing: new Set(contacts.map(({ name }) => name)),
      unsaved: [],
      reached: null,
      askedMs: nowMs(),
    };
    unwitnessedSinceMs ??= nowMs();
  };

  const askAllAgain = (present: Gathering): void => {
    for (const { name } of contacts) present.missing.add(name);
    present.askedMs = nowMs();
  };

  /** This process has just become the one that sequences: another one may have gone on with the witnesses meanwhile. */
  async function takeUp(): Promise<void> {
    for (const state of await loadWitnessStates(sql)) {
      const contact = contacts.find(({ name, vkey }) => name === state.witness && vkey === state.vkey);
      contact?.remember(state);
    }
    await showNewest(null);
  }

  async function round(present: Gathering, free: readonly WitnessContact[]): Promise<void> {
    const beganMs = nowMs();
    const enough = Promise.withResolvers<void>();
    let over = false;
    const answers = free.map(async (contact) => {
      const outcome = await contact.ask(present.head, proofFrom(present.head));
      if (!take(present, contact, outcome)) return;
      if (over) await keep(present);
      else if (isFreshQuorum(present)) enough.resolve();
    });
    const all = Promise.allSettled(answers);
    for (const answer of answers)
      answer.catch((error: unknown) => log.warn({ error: nameOf(error) }, 'a witness was asked in vain'));
    const quorum = enough.promise.then(() => Promise.race([all, delay(GRACE_MS)]));
    await Promise.race([all, quorum, stopped]);
    over = true;
    await keep(present);
    const isBusy = sequencer?.published()?.size !== present.head.size;
    const tookMs = nowMs() - beganMs;
    restUntilMs = nowMs() + (isBusy ? Math.min(Math.max(tookMs / 3, REST.leastMs), REST.mostMs) : 0);
  }

  const proofFrom = (head: Head) => (oldSize: number) => sequencer?.consistencyOf(oldSize, head.size) ?? null;

  /** Whether those who have answered since all were asked last are a quorum. */
  const isFreshQuorum = ({ lines, missing }: Gathering): boolean =>
    isQuorum(policy, new Set([...lines.keys()].filter((name) => !missing.has(name))));

  /** @returns whether there is something new to keep. */
  function take(present: Gathering, contact: WitnessContact, outcome: Outcome): boolean {
    if (stopping.signal.aborted) return false;
    switch (outcome.outcome) {
      case 'cosigned':
        present.lines.set(contact.name, outcome.cosignature);
        present.missing.delete(contact.name);
        present.unsaved.push(outcome.cosignature);
        return true;
      case 'larger':
      case 'fork':
        void judge(contact, present.head, outcome);
        return false;
      case 'none':
        return false;
    }
  }

  const keep = (present: Gathering): Promise<void> => {
    const kept = keeping.then(() => (stopping.signal.aborted ? undefined : keepNow(present)));
    keeping = kept.catch(() => {});
    return kept;
  };

  async function keepNow(present: Gathering): Promise<void> {
    const { head, lines, unsaved } = present;
    const time = quorumTimeOf(policy, [...lines.values()]);
    const isLater = time !== null && time > (present.reached ?? -1);
    if (unsaved.length === 0 && !isLater) return;
    present.unsaved = [];
    const reached = isLater ? { quorumTime: time, note: noteOf(present) } : null;
    let isNewest: boolean;
    try {
      isNewest = await keepCosignatures(sql, head.size, unsaved, reached);
    } catch (error) {
      present.unsaved.unshift(...unsaved);
      throw error;
    }
    if (isLater) {
      present.reached = time;
      unwitnessedSinceMs = null;
    }
    await showNewest(present);
    if (!reached || !isNewest) return;
    const checkpoint = { size: head.size, ...reached };
    for (const listener of listeners) listener(checkpoint);
    // Lost notifications cost others a poll.
    sql`SELECT pg_notify(${WITNESSED_CHANNEL}, ${String(head.size)})`.catch(() => {});
  }

  /** The head with the cosignatures it has, in the policy's order. */
  const noteOf = ({ head, lines }: Gathering): string =>
    head.checkpoint + policy.witnesses.map(({ name }) => lines.get(name)?.line ?? '').join('');

  /** Replaces the public checkpoint by the newest witnessed one, which lines that came later may have joined. */
  async function showNewest(present: Gathering | null): Promise<void> {
    await withNewestWitnessed(sql, async (newest) => {
      const isPresent = present?.reached != null && present.head.size === newest.size;
      const note = isPresent ? noteOf(present) : newest.note;
      const shown = await readShown();
      if (shown && (shown.note === note || shown.size > newest.size)) return;
      // Without lines of our own we cannot tell which of two notes of one size is the fresher: both are witnessed.
      if (shown && !isPresent && shown.size === newest.size) return;
      await tiles.replace('checkpoint', encodeUtf8(note));
    });
  }

  async function readShown(): Promise<{ note: string; size: number } | null> {
    const bytes = await tiles.read('checkpoint');
    if (!bytes) return null;
    const note = new TextDecoder().decode(bytes);
    return { note, size: parseCheckpoint(parseNote(note).text).size };
  }

  /** States change with every round; for people it is enough to see them once a second, and what is new at once. */
  async function saveStates(): Promise<void> {
    const changed = contacts
      .map((contact) => contact.state())
      .filter((state) => state !== null)
      .filter(({ witness, repliedAtMs }) => savedStates.get(witness)?.repliedAtMs !== repliedAtMs);
    const isNews = changed.some(({ witness, reply }) => savedStates.get(witness)?.reply !== reply);
    if (!isNews && nowMs() - savedStatesMs < SAVE_STATES_MS) return;
    savedStatesMs = nowMs();
    await saveWitnessStates(sql, changed);
    for (const state of changed) savedStates.set(state.witness, state);
  }

  /** Stops the log on evidence; but a process that another one has outrun is no evidence. */
  async function judge(
    contact: WitnessContact,
    head: Head,
    outcome: Extract<Outcome, { outcome: 'larger' | 'fork' }>,
  ): Promise<void> {
    try {
      if (outcome.outcome === 'larger' && (await committedSize()) >= outcome.size) return;
      await accuse(contact, head, outcome);
    } catch (error) {
      log.error({ error: nameOf(error) }, 'evidence of a fork could not be kept');
    }
  }

  const committedSize = async (): Promise<number> => {
    const [row] = await sql<{ size: string }[]>`SELECT size FROM ledger.head WHERE id = 1`;
    return Number(row?.size ?? 0);
  };

  async function accuse(
    contact: WitnessContact,
    head: Head,
    outcome: Extract<Outcome, { outcome: 'larger' | 'fork' }>,
  ): Promise<void> {
    const kind = outcome.outcome;
    accused = kind;
    sequencer?.halt(faultOf(kind));
    const theirSize = outcome.outcome === 'larger' ? outcome.size : null;
    log.error(
      { witness: contact.name, kind, ourSize: head.size, theirSize },
      'a witness has cosigned another history of this log: nothing is signed until an operator has seen to it',
    );
    const theirNote = (await options.findShown?.(contact.url)) ?? null;
    const evidence = {
      witness: contact.name,
      witnessKey: contact.vkey,
      kind,
      ourSize: head.size,
      ourNote: head.checkpoint,
      theirSize,
      theirNote,
    };
    while (!stopping.signal.aborted) {
      try {
        await addForkEvidence(sql, evidence);
        // From here on the database decides.
        accused = null;
        return;
      } catch (error) {
        log.error({ error: nameOf(error) }, 'evidence of a fork could not be kept, trying again');
        await delay(LONGEST_SLEEP_MS);
      }
    }
  }

  async function checkStart(head: Head | null): Promise<void> {
    const open = accused ?? (await findOpenFork(sql));
    if (open) throw faultOf(open);
    // A log that is about to be created has nothing to ask with: its first round finds out.
    if (!head) return;
    const answers = await Promise.all(
      contacts.map(async (contact) => ({ contact, outcome: await contact.askWhereItIs(head) })),
    );
    await saveStates();
    const forked = answers.find(({ outcome }) => outcome.outcome === 'fork');
    if (forked) {
      await accuse(forked.contact, head, { outcome: 'fork' });
      throw faultOf('fork');
    }
    for (const { contact, outcome } of answers) {
      if (outcome.outcome !== 'larger') continue;
      log.error(
        { witness: contact.name, ourSize: head.size, theirSize: outcome.size },
        'a witness has cosigned more than this database holds: it was set back, and nothing is signed',
      );
      throw faultOf('larger');
    }
  }

  return {
    checkStart,
    follow(of) {
      sequencer = of;
      of.onPublished(wake);
      running = run();
    },
    onWitnessed: (listener) => void listeners.push(listener),
    refresh() {
      if (!gathering || nowMs() - refreshedMs < FORCED_REFRESH_MS) return;
      refreshedMs = nowMs();
      askAllAgain(gathering);
      wake();
    },
    isQuorumMissing: () => unwitnessedSinceMs !== null && nowMs() - unwitnessedSinceMs > MISSING_AFTER_MS,
    async stop() {
      stopping.abort();
      wake();
      await running;
      await keeping;
    },
  };
}

const faultOf = (kind: ForkEvidence['kind']): SequencerFault =>
  new SequencerFault(kind === 'larger' ? 'witness-larger' : 'witness-forked');

const delay = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));
const nameOf = (error: unknown): string => (error instanceof Error ? error.name : typeof error);
