// The one writer of the log: gives submissions their indexes, extends the tree, signs the head, commits, publishes.
//
// The order of writes, and what a crash after each leaves behind:
//   1  in memory       tiles and root; the root a second time from the bytes to be written; signature   nothing
//   2  store.commit    entries + staging + compare-and-swap of the head, one transaction                replayed at start
//   3  tiles.writeNew  immutable files, then read back                                                  replayed at start
//   4  tiles.replace   the public checkpoint: only now does anybody see the new head                    staging is cleared at start
//   5  clearStaged, onPublished, and partial tiles that a full one replaced are removed                  removed at start
// From 2 on any error leaves the outcome unknown. The sequencer then refuses to go on until start() has read what really
// happened. Nothing signed leaves this process before 2, and Ed25519 is deterministic, so no two heads of one size are
// ever signed. There is no clock, no random and no database here.
import type { NoteSigner } from './note.ts';

/** The signed head of the log as the database holds it. */
export type Head = {
  readonly size: number;
  /** 32 bytes. */
  readonly root: Uint8Array;
  /** The signed note. */
  readonly checkpoint: string;
  /** When it was signed, Unix milliseconds; never falls from one head to the next. */
  readonly atMs: number;
  /** Counts up with every process that takes the log over. */
  readonly epoch: number;
};

export type Submission = {
  readonly id: string;
  /** 64 lowercase hex digits; two submissions never share one. */
  readonly idem: string;
  readonly leaf: Uint8Array;
};

/** A tile or an entry bundle, such as `tile/0/000.p/5`, `tile/entries/000.p/5`. */
export type LogFile = { readonly path: string; readonly content: Uint8Array };

export type Batch = {
  /** The head that must still be in place; null when the log is created. */
  readonly old: Head | null;
  readonly next: Head;
  readonly entries: readonly (Submission & { readonly index: number })[];
  /** Kept under the size of `next` until the batch is published. */
  readonly staged: readonly LogFile[];
};

/** Heads, entries and staging: a database. */
export type HeadStore = {
  load(): Promise<Head | null>;
  /** Next submissions in order, at most `limit`, not yet logged. */
  pending(limit: number): Promise<Submission[]>;
  /**
   * One transaction: entries, staging, and the swap of the head, compared by size, checkpoint bytes and epoch.
   * @throws HeadMovedError: when another head is in place. Any other error means that the outcome is unknown.
   */
  commit(batch: Batch): Promise<void>;
  /** The staged files of the batch that led to `size`; null when there are none. */
  staged(size: number): Promise<LogFile[] | null>;
  clearStaged(size: number): Promise<void>;
};

/** The public files of the log. */
export type TileStore = {
  read(path: string): Promise<Uint8Array | null>;
  /**
   * Puts a file that is not there yet; durable on return.
   * @throws TileConflictError: when it is there with other bytes.
   */
  writeNew(path: string, content: Uint8Array): Promise<void>;
  /** Replaces atomically and durably; only for `checkpoint`. */
  replace(path: string, content: Uint8Array): Promise<void>;
  /** Removes a file, or does nothing when there is none. */
  remove(path: string): Promise<void>;
};

/** Another writer has moved the head. */
export class HeadMovedError extends Error {
  constructor() {
    super('the head of the log has moved: another sequencer is at work');
    this.name = 'HeadMovedError';
  }
}

/** An immutable file of the log is there with other bytes. */
export class TileConflictError extends Error {
  readonly path: string;
  constructor(path: string) {
    super(`${path} is there with other bytes`);
    this.name = 'TileConflictError';
    this.path = path;
  }
}

export type SequencerFaultCode =
  /** start() has not been called, or a write failed since. */
  | 'not-started'
  /** The clock is behind the last head. */
  | 'clock-behind'
  /** A public checkpoint is there, but the database knows no log. */
  | 'head-missing'
  /** The database knows a log, but its public checkpoint is gone. */
  | 'checkpoint-missing'
  /** The database was set back: the public log is larger. */
  | 'public-larger'
  /** The public log is another history than the database's. */
  | 'forked'
  /** The public log is behind and the files to catch up with are not there. */
  | 'staging-missing'
  /** Another epoch holds the head. */
  | 'epoch-behind'
  /** The tiles do not make the head's root, or do not hold its entries. */
  | 'tiles-broken'
  /** Two ways of computing the new root do not agree. */
  | 'root-mismatch'
  /** A file read back is not what was written. */
  | 'read-back'
  /** The database's head is not one that this key signed. */
  | 'head-unsigned';

/** The log must not go on until a person, or start(), has seen why. */
export class SequencerFault extends Error {
  readonly code: SequencerFaultCode;
  constructor(code: SequencerFaultCode, options?: { cause?: unknown }) {
    super(`the sequencer stopped: ${code}`, options);
    this.name = 'SequencerFault';
    this.code = code;
  }
}

export type PublishedEntry = { readonly idem: string; readonly index: number; readonly leafHash: Uint8Array };
export type Published = { readonly head: Head; readonly entries: readonly PublishedEntry[] };

export type SequencerOptions = {
  readonly origin: string;
  /** The log's key; its name is the origin. */
  readonly signer: NoteSigner;
  readonly store: HeadStore;
  readonly tiles: TileStore;
  /** Unix milliseconds. */
  readonly now: () => number;
  readonly epoch: number;
  /** Entries to a batch; 256 when not given. */
  readonly batchEntries?: number;
  /** The registrar's leaf, logged at creation as index 0. */
  readonly firstEntry: () => Uint8Array;
  /** Called once a head is public, with what it added; batches replayed at start are not told again. */
  readonly onPublished?: (published: Published) => void;
  /** Full tiles kept in memory for proofs; 64 when not given, about 1 MB. */
  readonly keepTiles?: number;
};

export type Sequencer = {
  /**
   * Reads head and public files, finishes what was interrupted, and creates the log when there is none.
   * To be called first, and again after any error of {@link Sequencer.step} other than one of `store.pending`.
   * @throws SequencerFault: when the log must not go on.
   */
  start(): Promise<Head>;
  /**
   * Sequences and publishes one batch.
   * @returns how many entries; 0 when nothing was waiting.
   * @throws whatever failed; `not-started` when a start() is due.
   */
  step(): Promise<number>;
  /**
   * The proof that the entry at `index` is in the tree of `size`, any published size up to the present one.
   * From memory for recent entries; otherwise from the tiles, each authenticated.
   */
  proofAt(index: number, size: number): Promise<Uint8Array[]>;
};

/** The id of the registrar's entry, which nobody submitted. */
export const FIRST_ENTRY_ID = '00000000-0000-0000-0000-000000000000';

export function createSequencer(options: SequencerOptions): Sequencer {
  void options;
  throw new SequencerFault('not-started');
}
