// Brings an installation back whose database, or whose public files, came from an old backup: from a mirror, or from the
// public files themselves where only the database was set back. Everything is verified under our own keys before it is used,
// nothing that is there is ever replaced, and what cannot be brought back is named, entry by entry.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findKey, prepareDataDir } from '@veche/files/data-dir.ts';
import { createTileStore } from '@veche/files/tile-store.ts';
import type { LogReader } from '@veche/ledger/audit.ts';
import { signCheckpoint } from '@veche/ledger/checkpoint.ts';
import { parseLogKeys } from '@veche/ledger/log-keys.ts';
import type { ListedTileStore } from '@veche/ledger/log-store.ts';
import { MirrorFault, mirrorLog, readShownNotes, type ShownNote } from '@veche/ledger/mirror.ts';
import type { NoteVerifier } from '@veche/ledger/note.ts';
import { createTileReader } from '@veche/ledger/tile.ts';
import type { Connection } from '@veche/postgres/connect.ts';
import { importLog, readDatabaseLog } from '@veche/postgres/recovery.ts';
import { listLogKeys, recordLogKeys } from './installation.ts';
import { LOG_KEY, loadLogKeys } from './log-keys.ts';
import { openLogSource, openLogStore } from './log-stores.ts';
import { withLogDatabase } from './operator-database.ts';
import type { Settings } from './settings.ts';

/** An entry that is in the log again, while what stood beside it in the database is not. */
export type LostPayload = {
  readonly index: number;
  readonly kind: string;
  /** Empty where the entry names none. */
  readonly meeting: string;
  /** Pseudonym; empty where the entry names none. */
  readonly voter: string;
};

export type Recovered = {
  readonly size: number;
  readonly sizeBefore: number;
  /** Files of the log that were put back. */
  readonly files: number;
  readonly lost: readonly LostPayload[];
  /** The file with the list above; null when it is empty. */
  readonly report: string | null;
};

export type RecoverOptions = {
  readonly settings: Settings;
  /** Null: the public files are all there is. */
  readonly from: string | null;
  readonly say: (text: string) => void;
};

/**
 * @throws RecoveryError, MirrorFault, LedgerFault, InstallationError, RangeError: with a text for the operator; then nothing
 * has been changed but files of the log that were put back.
 */
export async function recoverLog({ settings, from, say }: RecoverOptions): Promise<Recovered> {
  const dataDir = await prepareDataDir(settings.dataDir);
  if (!(await findKey(dataDir, LOG_KEY)))
    throw new RangeError('there is no log.key in the data folder: restore its folder keys/ first');
  const keys = await loadLogKeys(dataDir, '');
  return withLogDatabase(settings, async (sql) => {
    const [installation] = await sql`SELECT FROM veche.installation`;
    if (installation) await recordLogKeys(sql, keys.verifierKeys);
    const known = await listLogKeys(sql);
    const logKeys = parseLogKeys([...keys.verifierKeys, ...known.map(({ vkey }) => vkey)]);
    const tiles = settings.tiles ? await openLogStore(settings.tiles) : null;
    const store = tiles?.store ?? createTileStore(dataDir.log, dataDir.scratch);
    const source = from ? await openLogSource(from) : null;
    try {
      const database = await readDatabaseLog(sql);
      const { shown, files } = await restoreFiles(
        { store, source: source?.log ?? null, database },
        logKeys,
        say,
      );
      const copy = createTileReader({ size: shown.size, root: shown.root, read: store.read });
      const { sizeBefore, size } = await importLog({
        sql,
        copy,
        checkpoint: signCheckpoint(keys.signer.name, shown.size, shown.root, keys.signer, ...keys.retiring),
        nowMs: Date.now(),
        report: (done, total) => say(`${done} of ${total} entries`),
      });
      const lost = await findLostPayloads(sql, sizeBefore);
      const report = lost.length === 0 ? null : join(dataDir.root, `recovery-${sizeBefore}-${size}.txt`);
      if (report) await writeFile(report, describeLost(lost, sizeBefore, size), { mode: 0o600 });
      return { size, sizeBefore, files, lost, report };
    } finally {
      source?.close();
      tiles?.close();
    }
  });
}

type Sources = {
  readonly store: ListedTileStore;
  /** The mirror; null when none is named. */
  readonly source: LogReader | null;
  /** The files that the database's own entries make; null when it holds no log. */
  readonly database: (LogReader & { readonly size: number }) | null;
};

/**
 * Brings the public files up to the mirror, and to the database where that holds more than both; then looks at every one of
 * them and puts back those that are missing.
 */
async function restoreFiles(
  { store, source, database }: Sources,
  log: readonly NoteVerifier[],
  say: (text: string) => void,
): Promise<{ shown: ShownNote; files: number }> {
  let files = 0;
  if (source) {
    try {
      ({ files } = await mirrorLog({ from: source, to: store, log }));
    } catch (error) {
      // The mirror is a round behind: what it lacks is in the public files.
      if (!(error instanceof MirrorFault && error.code === 'shrank')) throw error;
      say('the public files hold more than the mirror: they are used');
    }
  }
  const before = await readShownNotes(store, log);
  if (database && database.size > (before.newest?.size ?? 0)) {
    say('the database holds more than the files: what they lack is made from its entries');
    files += (await mirrorLog({ from: database, to: store, log })).files;
  }
  const { newest } = await readShownNotes(store, log);
  if (!newest) throw new RangeError('there is no log in the public files: name a mirror with --from');
  const read = async (path: string): Promise<Uint8Array | null> => {
    if (path === 'head') return null;
    const found = await source?.read(path);
    return found ?? (database && database.size >= newest.size ? database.read(path) : null);
  };
  const from: LogReader = { checkpoint: async () => newest.text, read };
  const checked = await mirrorLog({ from, to: withoutNotes(store), log });
  return { shown: newest, files: files + checked.files };
}

/** The store as if nothing were shown of it yet: so all of its files are looked at, and its notes stay as they are. */
function withoutNotes(store: ListedTileStore): ListedTileStore {
  const notes = new Map<string, Uint8Array>();
  return {
    ...store,
    read: async (path) => (path.startsWith('tile/') ? store.read(path) : (notes.get(path) ?? null)),
    replace: async (path, content) => void notes.set(path, content),
  };
}

/** Entries that are in the log and of which their module knows nothing any more. */
async function findLostPayloads(sql: Connection['sql'], from: number): Promise<LostPayload[]> {
  const rows = await sql<{ index: string; leaf: string }[]>`
    SELECT e.idx AS index, convert_from(e.leaf, 'UTF8') AS leaf FROM ledger.entries e
    WHERE e.idx >= ${from} AND NOT EXISTS (SELECT FROM meetings.entries m WHERE m.idem = encode(e.idem, 'hex'))
    ORDER BY e.idx`;
  return rows.flatMap(({ index, leaf }) => {
    const entry = JSON.parse(leaf) as Readonly<Record<string, unknown>>;
    const textOf = (field: string): string => (typeof entry[field] === 'string' ? entry[field] : '');
    // The registrar's own entries hide nothing: there is nothing to be lost.
    return entry['kind'] === 'registrar'
      ? []
      : [{ index: Number(index), kind: textOf('kind'), meeting: textOf('meeting'), voter: textOf('voter') }];
  });
}

function describeLost(lost: readonly LostPayload[], sizeBefore: number, size: number): string {
  return [
    `The log is whole again: entries ${sizeBefore} to ${size - 1} were brought back from the copy. No vote is missing from it.`,
    '',
    'What the database held beside the entries below is gone with the lost database: who it was, and what a ballot says. The',
    'entry alone cannot be opened. What opens a ballot is kept by its voter: on the device it was cast with, and in the',
    'receipt file. While the meeting is open, the same ballot handed in again from that device gets its old place in the log;',
    'a new ballot counts instead of it as well. Tell the voters of these meetings, and let no meeting below be closed before',
    'they have been told: its audit will show every entry that is left unopened.',
    '',
    'index\tkind\tmeeting\tvoter',
    ...lost.map(({ index, kind, meeting, voter }) => `${index}\t${kind}\t${meeting}\t${voter}`),
    '',
  ].join('\n');
}
