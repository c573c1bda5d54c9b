// Hands the registrar's office to a new key in two steps: the log itself says so, by an entry that the old key signs, and
// whoever follows the log or audits a meeting takes the new key from there. The old one is destroyed once that entry is public.
// To be done while no server runs.
import { forgetReplacedKey, prepareDataDir, replaceKey, type DataDir } from '@veche/files/data-dir.ts';
import { encodeHex, encodeUtf8 } from '@veche/ledger/bytes.ts';
import { parseCheckpoint } from '@veche/ledger/checkpoint.ts';
import { decodeEntry } from '@veche/ledger/entry.ts';
import { sha256 } from '@veche/ledger/hash.ts';
import { parseNote } from '@veche/ledger/note.ts';
import type { Sql } from '@veche/postgres/connect.ts';
import { loadLogKeys, loadRegistrarKeys, REGISTRAR_KEY, signAsRegistrar } from './log-keys.ts';
import { withLogDatabase } from './operator-database.ts';
import { readShown, RotationError } from './rotation.ts';
import type { Settings } from './settings.ts';

/** The registrar's newest entry: who holds the office from there on, and where it stands; null until it is logged. */
export type Office = { readonly key: string; readonly index: number | null };

/** Who holds the office by the log and what waits for it; null before the log was begun. */
export async function findOffice(sql: Sql): Promise<Office | null> {
  // The very words of an index in the ledger's schema. What waits comes after all that has its place.
  const [row] = await sql<{ leaf: string; index: string | null }[]>`
    SELECT convert_from(l.leaf, 'UTF8') AS leaf, p.idx AS index
    FROM ledger.leaves l LEFT JOIN ledger.positions p USING (seq)
    WHERE position('"kind":"registrar"'::bytea IN l.leaf) > 0
    ORDER BY p.idx DESC NULLS FIRST, l.seq DESC LIMIT 1`;
  const entry = row && decodeEntry(row.leaf);
  if (!entry || entry.kind !== 'registrar') return null;
  return { key: entry.key, index: row.index === null ? null : Number(row.index) };
}

/**
 * Makes the new key and puts the entry that hands the office to it behind all that waits for the log. Until that is done the
 * old key signs, so that it may be interrupted at any point and called again. @returns the new key, base64
 */
export async function beginHandOver(settings: Settings): Promise<string> {
  const dataDir = await prepareDataDir(settings.dataDir);
  return withLogDatabase(settings, async (sql) => {
    const office = await findOffice(sql);
    if (!office) throw new RotationError('there is no log yet: start the server once');
    const before = await loadRegistrarKeys(dataDir, '');
    if (!before.some(({ key }) => key === office.key))
      throw new RotationError('the data folder and the database do not belong together');
    if (before.length > 1 && before[0]!.key === office.key)
      throw new RotationError('the office is being handed over already: finish that first');
    if (before.length === 1) await replaceKey(dataDir, REGISTRAR_KEY);
    const [next, old] = await loadRegistrarKeys(dataDir, '');
    const { signer } = await loadLogKeys(dataDir, '');
    const leaf = signAsRegistrar(old!, { kind: 'registrar', origin: signer.name, key: next!.key });
    const idem = encodeHex(sha256(encodeUtf8(leaf)));
    await sql`
      INSERT INTO ledger.leaves (idem, leaf) VALUES (decode(${idem}, 'hex'), convert_to(${leaf}, 'UTF8'))
      ON CONFLICT (idem) DO NOTHING`;
    return next!.key;
  });
}

/**
 * Destroys the old key.
 * @throws RotationError: when the entry that handed the office over is not under the public checkpoint yet: without the old
 * key it could not be made again.
 */
export async function finishHandOver(settings: Settings): Promise<string> {
  const dataDir = await prepareDataDir(settings.dataDir);
  return withLogDatabase(settings, async (sql) => {
    const keys = await loadRegistrarKeys(dataDir, '');
    const office = await findOffice(sql);
    if (keys.length === 1 || !office) throw new RotationError('the office is not being handed over');
    if (office.key !== keys[0]!.key)
      throw new RotationError('the office was not handed over yet: begin again');
    const size = await publicSize(settings, dataDir);
    if (office.index === null || office.index >= size)
      throw new RotationError(
        'the public log does not show the new key yet: start the server, let the witnesses cosign, and try again later',
      );
    await forgetReplacedKey(dataDir, REGISTRAR_KEY);
    return office.key;
  });
}

async function publicSize(settings: Settings, dataDir: DataDir): Promise<number> {
  const shown = await readShown(settings, dataDir);
  return shown === null ? 0 : parseCheckpoint(parseNote(shown).text).size;
}
