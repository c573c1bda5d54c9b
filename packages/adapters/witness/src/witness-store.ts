// What a witness must never forget: of each log it knows, the largest tree it has cosigned. One SQLite file, safe for
// several processes at once. A head that was told to anybody is on the disk, and heads only ever grow.
import { hash } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { LedgerFault } from '@veche/ledger/fault.ts';
import { ED25519, formatVerifierKey, parseVerifierKey, type NoteVerifier } from '@veche/ledger/note.ts';

/** The largest tree of a log that this witness has cosigned. */
export type WitnessedHead = {
  readonly size: number;
  /** 32 bytes. */
  readonly root: Uint8Array;
  /** The last time it gave, Unix seconds. */
  readonly cosignedAt: number;
  /** The checkpoint with the log's signatures and the cosignature. */
  readonly note: string;
};

export type KnownLog = {
  readonly origin: string;
  /** Hex of the SHA-256 of the origin: the name under which its latest checkpoint is served. */
  readonly id: string;
  /** In the order in which they were added; several while the log replaces its key, none once all were removed. */
  readonly keys: readonly NoteVerifier[];
  readonly head: WitnessedHead | null;
  /** Checkpoints that the log signed and that contradict what was cosigned: each with our head proves a fork. */
  readonly forks: number;
};

/** What may be done inside {@link WitnessStore.atomically}; of no use afterwards. */
export type WitnessTransaction = {
  find(origin: string): KnownLog | null;
  /** The latest time in any cosignature of this witness, Unix seconds; 0 when there is none. */
  latestTime(): number;
  /** @throws RangeError: when the head would shrink or its time go back. */
  saveHead(origin: string, head: WitnessedHead): void;
  /** Keeps a signed note that contradicts the head; the same note once, and no more than a few of one log. */
  saveFork(origin: string, note: string, seenAt: number): void;
};

export type WitnessStore = {
  /** In the order of their origins. */
  logs(): KnownLog[];
  find(origin: string): KnownLog | null;
  /** The notes kept by {@link WitnessTransaction.saveFork}, oldest first. */
  forksOf(origin: string): string[];
  /**
   * Trusts a key of a log from now on; of one that is trusted already nothing changes.
   * @throws LedgerFault `note`: when it is not the key of a log.
   */
  addLog(vkey: string): void;
  /** Trusts a key no longer; the head of its log stays, for a log that comes back must still be consistent with it. */
  removeKey(vkey: string): void;
  /**
   * Runs `act` alone among all processes over this store; what it saved is durable on return.
   * When it throws nothing is saved. It must be synchronous.
   */
  atomically<Result>(act: (transaction: WitnessTransaction) => Result): Result;
  close(): void;
};

/** The store belongs to another witness: one key must never sign under two names. */
export class OtherWitnessError extends Error {
  override readonly name = 'OtherWitnessError';
  readonly code = 'OTHER_WITNESS';
}

const SCHEMA = `
CREATE TABLE IF NOT EXISTS witness (
  single INTEGER PRIMARY KEY CHECK (single = 1),
  vkey TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS log_keys (
  vkey TEXT PRIMARY KEY,
  origin TEXT NOT NULL,
  position INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS log_keys_origin ON log_keys (origin, position);
CREATE TABLE IF NOT EXISTS heads (
  origin TEXT PRIMARY KEY,
  size INTEGER NOT NULL CHECK (size >= 0),
  root BLOB NOT NULL CHECK (length(root) = 32),
  cosigned_at INTEGER NOT NULL CHECK (cosigned_at > 0),
  note TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS forks (
  origin TEXT NOT NULL,
  note TEXT NOT NULL,
  seen_at INTEGER NOT NULL,
  PRIMARY KEY (origin, note)
) STRICT;
CREATE TRIGGER IF NOT EXISTS heads_only_grow BEFORE UPDATE ON heads
WHEN NEW.origin <> OLD.origin OR NEW.size < OLD.size OR NEW.cosigned_at < OLD.cosigned_at
  OR (NEW.size = OLD.size AND NEW.root <> OLD.root)
BEGIN SELECT RAISE(ABORT, 'a head never goes back'); END;
CREATE TRIGGER IF NOT EXISTS heads_stay BEFORE DELETE ON heads
BEGIN SELECT RAISE(ABORT, 'a head is never forgotten'); END;
`;

/** Evidence of one fork is enough; a log that goes on forking must not fill the disk. */
const KEPT_FORKS = 16;
/** How long one process waits for another to end its transaction, which takes milliseconds. */
const BUSY_MS = 2_000;

type HeadRow = { size: number; root: Uint8Array; cosigned_at: number; note: string };

/**
 * Opens the store, making it when there is none.
 * @param path of the SQLite file, or `:memory:`
 * @param witness the name and the public key (32 bytes) that it belongs to
 * @throws OtherWitnessError: when it was made for another name or key.
 */
export function openWitnessStore(
  path: string,
  witness: { readonly name: string; readonly publicKey: Uint8Array },
): WitnessStore {
  const db = new (loadSqlite().DatabaseSync)(path, { timeout: BUSY_MS });
  try {
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
    transact(db, () => {
      db.exec(SCHEMA);
      claim(db, formatVerifierKey(witness.name, witness.publicKey));
    });
  } catch (error) {
    db.close();
    throw error;
  }

  const select = {
    keys: db.prepare('SELECT vkey FROM log_keys WHERE origin = ? ORDER BY position'),
    head: db.prepare('SELECT size, root, cosigned_at, note FROM heads WHERE origin = ?'),
    forks: db.prepare('SELECT note FROM forks WHERE origin = ? ORDER BY seen_at, note'),
    countOfForks: db.prepare('SELECT count(*) AS forks FROM forks WHERE origin = ?'),
    origins: db.prepare('SELECT origin FROM log_keys UNION SELECT origin FROM heads ORDER BY 1'),
    latest: db.prepare('SELECT coalesce(max(cosigned_at), 0) AS seconds FROM heads'),
  };
  const insert = {
    head: db.prepare(`
      INSERT INTO heads (origin, size, root, cosigned_at, note) VALUES (?, ?, ?, ?, ?)
      ON CONFLICT (origin) DO UPDATE SET size = excluded.size, root = excluded.root,
        cosigned_at = excluded.cosigned_at, note = excluded.note`),
    fork: db.prepare(`
      INSERT INTO forks (origin, note, seen_at)
      SELECT :origin, :note, :seen WHERE (SELECT count(*) FROM forks WHERE origin = :origin) < ${KEPT_FORKS}
      ON CONFLICT DO NOTHING`),
    key: db.prepare(`
      INSERT INTO log_keys (vkey, origin, position) SELECT ?, ?, coalesce(max(position) + 1, 0) FROM log_keys
      WHERE true ON CONFLICT DO NOTHING`),
  };
  const removeKey = db.prepare('DELETE FROM log_keys WHERE vkey = ?');

  // Reading a key costs curve arithmetic, and the same few are asked for at each request.
  const verifiers = new Map<string, NoteVerifier>();
  const verifierOf = (vkey: string): NoteVerifier => {
    const known = verifiers.get(vkey) ?? logVerifier(vkey);
    verifiers.set(vkey, known);
    return known;
  };

  const find = (origin: string): KnownLog | null => {
    const keys = (select.keys.all(origin) as { vkey: string }[]).map(({ vkey }) => verifierOf(vkey));
    const head = select.head.get(origin) as HeadRow | undefined;
    if (keys.length === 0 && !head) return null;
    const { forks } = select.countOfForks.get(origin) as { forks: number };
    return { origin, id: hash('sha256', origin, 'hex'), keys, head: head ? headOf(head) : null, forks };
  };

  const transaction: WitnessTransaction = {
    find,
    latestTime: () => Number((select.latest.get() as { seconds: number }).seconds),
    saveHead(origin, { size, root, cosignedAt, note }) {
      const old = find(origin)?.head;
      if (old && (size < old.size || cosignedAt < old.cosignedAt))
        throw new RangeError('expected a head that does not go back');
      insert.head.run(origin, size, root, cosignedAt, note);
    },
    saveFork: (origin, note, seenAt) =>
      void insert.fork.run({ ':origin': origin, ':note': note, ':seen': seenAt }),
  };

  return {
    logs: () => (select.origins.all() as { origin: string }[]).map(({ origin }) => find(origin)!),
    find,
    forksOf: (origin) => (select.forks.all(origin) as { note: string }[]).map(({ note }) => note),
    addLog(vkey) {
      const { name } = parseVerifierKey(vkey);
      transact(db, () => insert.key.run(vkey, name));
    },
    removeKey: (vkey) => void transact(db, () => removeKey.run(vkey)),
    atomically: (act) => transact(db, () => act(transaction)),
    close: () => db.close(),
  };
}

/** A store answers for one witness for ever; a second name with the same key, or a second key, is refused. */
function claim(db: DatabaseSync, vkey: string): void {
  db.prepare('INSERT INTO witness (single, vkey) VALUES (1, ?) ON CONFLICT DO NOTHING').run(vkey);
  const { vkey: owner } = db.prepare('SELECT vkey FROM witness').get() as { vkey: string };
  if (owner !== vkey)
    throw new OtherWitnessError(
      'this store belongs to a witness of another name or key; a second one needs a folder of its own',
    );
}

/** IMMEDIATE: the lock for writing is taken before anything is read, so nobody writes between our reading and writing. */
function transact<Result>(db: DatabaseSync, act: () => Result): Result {
  db.exec('BEGIN IMMEDIATE');
  try {
    const result = act();
    db.exec('COMMIT');
    return result;
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}

const headOf = (row: HeadRow): WitnessedHead => ({
  size: Number(row.size),
  root: new Uint8Array(row.root),
  cosignedAt: Number(row.cosigned_at),
  note: row.note,
});

/** SQLite of the runtime. Node before 24 announces it as an experiment, on every start and to people who cannot act on it. */
function loadSqlite(): typeof import('node:sqlite') {
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    return process.getBuiltinModule('node:sqlite');
  } finally {
    process.emitWarning = emitWarning;
  }
}

/** @throws LedgerFault `note`: when the text is not a key of the kind that signs checkpoints. */
function logVerifier(vkey: string): NoteVerifier {
  const verifier = parseVerifierKey(vkey);
  if (verifier.algorithm !== ED25519) throw new LedgerFault('note', 'expected the key of a log');
  return verifier;
}
