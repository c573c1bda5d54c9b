// The plug every module has, and what the house gives a module to live on.
import type { Clock } from '@veche/core/clock.ts';
import type { EventName, VecheEvents } from '@veche/core/events.ts';
import type { Catalog } from '@veche/core/messages.ts';
import type { Locale } from '@veche/core/locale.ts';
import type { RandomBytes } from '@veche/core/random.ts';
import type { Database, Tx } from './database.ts';
import type { Route } from './route.ts';
import type { Vitals } from './vitals.ts';
import type { Permissions } from './who.ts';

/** An entry of the public log as a module reads it back. */
export type LoggedEntry = { readonly idem: string; readonly index: number; readonly leaf: string };

/**
 * The voter's proof that an entry is in the log: see `.tlog-proof` in the ledger's SPEC.
 * `logged`: in the log that this installation signs and shows. `witnessed`: the proof's checkpoint is cosigned by a quorum of
 * the log's witnesses, so that nobody can be shown another history.
 */
export type LogReceipt = {
  readonly index: number;
  readonly proof: string;
  readonly state: 'logged' | 'witnessed';
};

/** A checkpoint that a quorum of witnesses cosigned. */
export type WitnessedCheckpoint = {
  readonly size: number;
  /** The signed note with the cosignatures. */
  readonly note: string;
  /** The earliest Unix second by which the cosignatures make a quorum. */
  readonly quorumTime: number;
};

/** How a witness answered last; `unreachable`: not within the time, or nobody there. `bad-signature`: by another key, or of something else. */
export type WitnessReplyKind =
  | 'cosigned'
  | 'conflict'
  | 'fork'
  | 'unknown-log'
  | 'refused'
  | 'malformed'
  | 'busy'
  | 'unintelligible'
  | 'unreachable'
  | 'bad-signature';

/** A witness of the policy in force and how it was met last. */
export type WitnessStatus = {
  /** The policy's name for it. */
  readonly name: string;
  /** The largest size it has cosigned, and when by its own clock, Unix seconds; null: nothing yet. */
  readonly cosigned: { readonly size: number; readonly time: number } | null;
  /** Null: it was never asked. */
  readonly last: { readonly reply: WitnessReplyKind; readonly atMs: number } | null;
  /** Answers in a row that were no cosignature. */
  readonly failures: number;
  /** Cosignatures that did not verify, ever. */
  readonly badCosignatures: number;
};

/** What shows that a witness has cosigned another history than ours, or more of it than we have. Kept for ever. */
export type ForkEvidence = {
  readonly id: number;
  readonly foundAtMs: number;
  readonly witness: string;
  /** `larger`: it holds more than our log; `fork`: it holds something else. */
  readonly kind: 'larger' | 'fork';
  readonly ourSize: number;
  /** The signed note that was sent. */
  readonly ourNote: string;
  /** The size it says it holds; null when it gave none. */
  readonly theirSize: number | null;
  /** The checkpoint it shows; null when it shows none. With `ourNote` a proof for anybody when both are signed by our key. */
  readonly theirNote: string | null;
  /** When an operator let the log go on, and why; null: the log stands still. */
  readonly cleared: { readonly atMs: number; readonly why: string } | null;
};

/** What the last comparison of the database with the public files found. */
export type DatabaseAudit = {
  readonly endedAtMs: number;
  /** Entries that were compared. */
  readonly size: number;
  /** The first thing that differs: an entry by its index, the head or a checkpoint by its size. Null: all is as it was signed. */
  readonly broken: { readonly kind: 'entry' | 'head' | 'checkpoint'; readonly at: number } | null;
};

/** How the log does, read from the database: the same in every process, but for `fault`. */
export type LedgerStatus = {
  /**
   * `running`: a process sequences. `forked`: nothing is logged until an operator has seen to the evidence. `starting`,
   * `failing`: this process would sequence and does not yet, or cannot. `absent`: no process sequences.
   */
  readonly state: 'running' | 'starting' | 'failing' | 'forked' | 'absent';
  /** Why this process does not go on, of the closed list of the ledger's `SequencerFaultCode`. */
  readonly fault: string | null;
  /** The newest head that is committed; null until the log is created. */
  readonly head: { readonly size: number; readonly atMs: number; readonly note: string } | null;
  readonly epoch: number;
  /** The newest witnessed checkpoint; null when there is none yet, or no policy. */
  readonly witnessed: WitnessedCheckpoint | null;
  /** Entries handed over and not yet logged. */
  readonly waiting: number;
  /** Batches that are committed and not yet public. */
  readonly staged: number;
  /** Those of the policy in force, in its order; empty when there is none. */
  readonly witnesses: readonly WitnessStatus[];
  /** At most twenty: what is not cleared first, then the newest. */
  readonly forks: readonly ForkEvidence[];
  /** The newest; null when there was none yet. */
  readonly audit: DatabaseAudit | null;
};

/** The public log, as modules see it. */
export type LedgerPort = {
  readonly origin: string;
  /** The log's own key in the text form of C2SP signed notes: name, key id and public key. */
  readonly verifierKey: string;
  /** Signs an entry with the registrar's key. @returns the canonical JSON of the leaf. */
  signEntry(entry: Readonly<Record<string, unknown>>): string;
  /**
   * Hands leaves to the sequencer inside the caller's transaction: they are logged if and only if it commits, in the
   * order given. A leaf whose `idem` (64 lowercase hex digits) is known already is left out.
   */
  submit(tx: Tx, submissions: readonly { idem: string; leaf: string }[]): Promise<void>;
  /** Wakes the sequencer after the commit; cheap, may be called at will. */
  wake(): void;
  /**
   * The text of the witness policy in force, as c2sp.org/tlog-policy; null when the log asks no witnesses, and `logged`
   * is all that a receipt can become.
   */
  readonly policy: string | null;
  /**
   * The receipts of the entries with these idems, in order, waiting at most `timeoutMs` until they are witnessed, or logged where there is
   * no policy; at the end of the time what there is, null for one that is not even logged. The same idem in the same
   * state gets the same bytes every time.
   */
  receipts(idems: readonly string[], timeoutMs: number): Promise<(LogReceipt | null)[]>;
  /** Entries of the log by idem, in log order; those not yet logged are absent. */
  read(idems: readonly string[]): Promise<LoggedEntry[]>;
  /** The registrar's own entries in log order: the first is index 0, each later one names the key that signs from there on. */
  registrarEntries(): Promise<LoggedEntry[]>;
  /** The newest published checkpoint, a signed note; with a policy, the newest that is witnessed. */
  checkpoint(): Promise<string>;
  /**
   * The first checkpoint of at least this size that is witnessed with a quorum time at or after this Unix second; null
   * when there is none yet, or
   * no policy.
   */
  witnessedFrom(unixSeconds: number, size: number): Promise<WitnessedCheckpoint | null>;
  /** How the log and its witnesses do, for operators and alarms: some ten queries, so not for every request. */
  status(): Promise<LedgerStatus>;
  /** The public entries that name this meeting, in log order, from an index on. */
  entriesOf(meeting: string, from: number, limit: number): Promise<LoggedEntry[]>;
  /** The index of the first public entry whose leaf has this RFC 6962 hash (64 hex digits); null when there is none. */
  findByHash(leafHash: string): Promise<number | null>;
  /**
   * How many entries the log had at the first batch of each hour (`at`, Unix seconds) that had one: those since the moment
   * given, and the last before it.
   */
  growth(fromUnixSeconds: number): Promise<readonly { readonly at: number; readonly size: number }[]>;
  /** How many public entries the two searches above do not know of yet: they catch up by themselves. */
  searchLag(): Promise<number>;
  /** Makes up to `most` further entries findable by meeting and hash. @returns how many they were. */
  indexEntries(most: number): Promise<number>;
};

/** A message to a person; the text is made from the module's messages in the person's language. */
export type Notice = {
  readonly personId: string;
  /** Message keys `<template>.subject`, `<template>.text` and, for SMS, `<template>.sms`. */
  readonly template: string;
  /** A value that reads differently in each language, such as a moment, is given in all of them. */
  readonly values?: Readonly<Record<string, string | number | Readonly<Record<Locale, string>>>>;
  readonly buildingId?: string;
  /** What the message tells of, by the module's own name for it: the proofs of delivery are gathered by it. */
  readonly about?: string;
  /** Said again with the same word, the notice goes to nobody a second time. Unique in the installation. */
  readonly once?: string;
  /** Needed at once: quiet hours of the building do not hold its SMS. */
  readonly urgent?: boolean;
  /** The law does not demand it: a person may have said no to such messages. Its texts may use `stop`, a link that says so. */
  readonly optional?: boolean;
  /** By these alone; by every channel the person has unless given. */
  readonly channels?: readonly ('email' | 'sms' | 'app')[];
};
/** Queues notices by every channel the person has and in the person's own pages, inside the caller's transaction. */
export type NoticePort = { send(tx: Tx, notices: readonly Notice[]): Promise<void> };

/** A message as it is handed to a carrier. */
export type OutgoingMessage = {
  /** Stays the same when a delivery is tried again. */
  readonly id: string;
  /** A normalised e-mail address, or a phone number in E.164. */
  readonly to: string;
  /** Empty for SMS. */
  readonly subject: string;
  readonly text: string;
};

/** What a carrier says of a message that it took earlier. */
export type DeliveryReport = {
  /** The id it was handed over with, or the carrier's own name of it. */
  readonly message: { readonly id: string } | { readonly reference: string };
  /** `delayed`: it is still being tried. `bounced`: it will not arrive. */
  readonly outcome: 'delivered' | 'delayed' | 'bounced';
  /** The carrier's code of the outcome, such as `5.1.1`; holds neither address nor text. */
  readonly code: string;
  /** The address itself is no good, not only this message. */
  readonly deadContact: boolean;
};

/** Carries messages of one channel: SMTP, an SMS gateway, the outbox of a demonstration. */
export type MessageTransport = {
  readonly channel: 'email' | 'sms';
  /**
   * Resolves once the carrier has taken the message; the carrier's own name of it, where there is one, is kept as proof.
   * @throws DeliveryFault: when it has not; any other error counts as one that may pass.
   */
  deliver(message: OutgoingMessage): Promise<{ readonly reference: string } | void>;
  /**
   * Present where the carrier tells later what became of a message: begins to listen. `report` says whether the message
   * is known here; one that is not yet may be reported again.
   */
  follow?(report: (report: DeliveryReport) => Promise<boolean>): Promise<void>;
};

/** Why a carrier did not take a message; holds neither the address nor the text. */
export class DeliveryFault extends Error {
  /** Kept with the message and logged: `refused`, `unreachable`, `smtp-550`, `http-402`. */
  readonly code: string;
  /** True when trying again is of no use, as with an address that does not exist. */
  readonly permanent: boolean;
  /** True when the address itself is no good. */
  readonly deadContact: boolean;
  constructor(code: string, permanent: boolean, deadContact = false) {
    super(`message not delivered: ${code}`);
    this.name = 'DeliveryFault';
    this.code = code;
    this.permanent = permanent;
    this.deadContact = deadContact;
  }
}

/** The clock of a demonstration, which may be moved forward and never back. */
export type DemoClock = { advance(seconds: number): Promise<Date> };

/** Files kept beside the database: minutes, uploads. Names are `/`-separated, of [a-z0-9.-]. */
export type FilePort = {
  put(name: string, content: Uint8Array): Promise<void>;
  /** Null when there is no such file. */
  get(name: string): Promise<Uint8Array | null>;
};

export type EventPort = {
  /** Emits with the caller's transaction: delivered if and only if it commits, at least once. */
  emit<Name extends EventName>(tx: Tx, name: Name, event: VecheEvents[Name]): Promise<void>;
};

/** Logged without personal data, ever. */
export type Logger = {
  info(facts: Readonly<Record<string, unknown>>, message: string): void;
  warn(facts: Readonly<Record<string, unknown>>, message: string): void;
  error(facts: Readonly<Record<string, unknown>>, message: string): void;
};

export type SignatureCheck = {
  readonly key: Uint8Array;
  readonly message: Uint8Array;
  readonly signature: Uint8Array;
};

/** What the house gives to a module. */
export type House = {
  readonly db: Database;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly ledger: LedgerPort;
  readonly notices: NoticePort;
  readonly files: FilePort;
  readonly events: EventPort;
  readonly log: Logger;
  /** What this process has counted of itself so far. */
  readonly vitals: () => Promise<Vitals>;
  /** Strict Ed25519, many at a time, off the main thread. */
  readonly checkSignature: (check: SignatureCheck) => Promise<boolean>;
  /** The public address of the installation, without a trailing slash. */
  readonly webOrigin: string;
  readonly demo: boolean;
  /** What kind of operator runs the installation, as laws tell them apart; absent: a private one. */
  readonly operator?: string;
  /** Present in a demonstration only. */
  readonly demoClock?: DemoClock;
  /** At most one for each channel; messages of a channel without one wait. */
  readonly transports: readonly MessageTransport[];
};

/** A job runs again and again, or upon an event; at least once, so it must be idempotent. */
export type Job =
  | { readonly name: string; readonly everySeconds: number; run(): Promise<void> }
  | {
      readonly [Name in EventName]: {
        readonly name: string;
        readonly on: Name;
        run(event: VecheEvents[Name]): Promise<void>;
      };
    }[EventName];

export type ServerModule = {
  readonly name: string;
  readonly permissions: Permissions;
  readonly messages: Readonly<Record<Locale, Catalog>>;
  /**
   * Kinds of log entries the module writes: by name, the exact fields of each and the form of every one, as the ledger's
   * `entry.ts` has them. Each is documented in the ledger's SPEC, with an example.
   */
  readonly entryKinds: Readonly<Record<string, Readonly<Record<string, (value: unknown) => boolean>>>>;
  routes(house: House): readonly Route[];
  jobs(house: House): readonly Job[];
};
