// Replaces the key of the log in two steps. From the first on both keys sign every checkpoint, so that everybody who trusts
// the old one learns the new one from it; the second destroys the old one. The log stays the same log all the time: one
// name, one history. To be done while no server runs.
import { forgetReplacedKey, prepareDataDir, replaceKey, type DataDir } from '@veche/files/data-dir.ts';
import { createTileStore } from '@veche/files/tile-store.ts';
import { decodeUtf8 } from '@veche/ledger/bytes.ts';
import { checkCheckpoint, signCheckpoint } from '@veche/ledger/checkpoint.ts';
import { parseVerifierKey } from '@veche/ledger/note.ts';
import type { Connection } from '@veche/postgres/connect.ts';
import { recordLogKeys } from './installation.ts';
import { LOG_KEY, loadLogKeys, type LogKeys } from './log-keys.ts';
import { openLogStore } from './log-stores.ts';
import { withLogDatabase } from './operator-database.ts';
import type { Settings } from './settings.ts';

/** The key cannot be replaced now; the text says why. */
export class RotationError extends Error {
  override readonly name = 'RotationError';
  readonly code = 'ROTATION';
}

/** Makes the new key. Interrupted at any point, it may be called again. @returns both keys' texts, newest first */
export async function beginRotation(settings: Settings): Promise<readonly string[]> {
  const dataDir = await prepareDataDir(settings.dataDir);
  return withLogDatabase(settings, async (sql) => {
    const [record] = await sql<{ verifier_key: string }[]>`SELECT verifier_key FROM veche.installation`;
    const before = await loadLogKeys(dataDir, '');
    if (!record || !before.verifierKeys.includes(record.verifier_key))
      throw new RotationError('the data folder and the database do not belong together');
    if (before.retiring.length === 0) await replaceKey(dataDir, LOG_KEY);
    else if (record.verifier_key === before.signer.vkey && (await isSignedByAll(sql, before)))
      throw new RotationError('the key is being replaced already: finish that first');
    const keys = await loadLogKeys(dataDir, '');
    await recordLogKeys(sql, keys.verifierKeys);
    // The same tree, signed by both; the next start shows it so.
    const head = await readHead(sql);
    if (head) {
      const signed = signCheckpoint(keys.signer.name, head.size, head.root, keys.signer, ...keys.retiring);
      await sql`UPDATE ledger.head SET checkpoint = ${signed} WHERE id = 1 AND checkpoint = ${head.checkpoint}`;
    }
    return keys.verifierKeys;
  });
}

/**
 * Destroys the old key.
 * @throws RotationError: when no checkpoint has been shown yet that both keys signed, so that nobody could have learned the new one.
 */
export async function finishRotation(settings: Settings): Promise<readonly string[]> {
  const dataDir = await prepareDataDir(settings.dataDir);
  return withLogDatabase(settings, async (sql) => {
    const keys = await loadLogKeys(dataDir, '');
    if (keys.retiring.length === 0) throw new RotationError('no key is being replaced');
    const shown = await readShown(settings, dataDir);
    if (
      !(await isSignedByAll(sql, keys)) ||
      !shown ||
      !keys.verifierKeys.every((vkey) => isSignedBy(shown, vkey))
    )
      throw new RotationError(
        'the public checkpoint does not show both keys yet: start the server, let the witnesses cosign, and try again later',
      );
    await forgetReplacedKey(dataDir, LOG_KEY);
    await recordLogKeys(sql, [keys.signer.vkey]);
    return [keys.signer.vkey];
  });
}

type HeadRow = { readonly size: number; readonly root: Uint8Array; readonly checkpoint: string };

async function readHead(sql: Connection['sql']): Promise<HeadRow | null> {
  const [row] = await sql<{ size: string; root: Uint8Array; checkpoint: string }[]>`
    SELECT size, root, checkpoint FROM ledger.head WHERE id = 1 AND checkpoint <> ''`;
  return row ? { size: Number(row.size), root: new Uint8Array(row.root), checkpoint: row.checkpoint } : null;
}

async function isSignedByAll(sql: Connection['sql'], { verifierKeys }: LogKeys): Promise<boolean> {
  const head = await readHead(sql);
  return !head || verifierKeys.every((vkey) => isSignedBy(head.checkpoint, vkey));
}

function isSignedBy(note: string, vkey: string): boolean {
  try {
    checkCheckpoint(note, parseVerifierKey(vkey));
    return true;
  } catch {
    return false;
  }
}

/** The public checkpoint; null when there is none. */
export async function readShown(settings: Settings, dataDir: DataDir): Promise<string | null> {
  const place = settings.tiles ? await openLogStore(settings.tiles) : null;
  const store = place?.store ?? createTileStore(dataDir.log, dataDir.scratch);
  const note = await store.read('checkpoint').finally(() => place?.close());
  return note && decodeUtf8(note);
}
