// Compares what the database holds of the log with the signed files that everybody sees: a row that somebody changed behind
// the product's back, with rights that no trigger stops, is found here. Reads everything, changes nothing but its record.
import { decodeUtf8, encodeUtf8, equalBytes } from '@veche/ledger/bytes.ts';
import { checkCheckpoint, parseCheckpoint, type Checkpoint } from '@veche/ledger/checkpoint.ts';
import { LedgerFault } from '@veche/ledger/fault.ts';
import { parseNote, type NoteVerifier } from '@veche/ledger/note.ts';
import type { TileStore } from '@veche/ledger/sequencer.ts';
import { createTileReader, TILE_WIDTH, TileFault } from '@veche/ledger/tile.ts';
import { leafHash, readRoot } from '@veche/ledger/tree.ts';
import type { DatabaseAudit, SignatureCheck } from '@veche/module-kit/module.ts';
import type { Sql } from './connect.ts';

type Broken = NonNullable<DatabaseAudit['broken']>;

/** Rows a query: some megabytes at most. */
const ROWS = 16 * TILE_WIDTH;
/** Checkpoints a query; each is checked by its signature and its root. */
const NOTES = 1_000;

export type DatabaseAuditOptions = {
  readonly sql: Sql;
  readonly tiles: Pick<TileStore, 'read'>;
  /** All keys that ever signed this log. */
  readonly logKeys: readonly NoteVerifier[];
  /** Strict Ed25519, off this thread: there is a checkpoint for every batch. */
  readonly checkSignature: (check: SignatureCheck) => Promise<boolean>;
};

/**
 * Hashes every entry of the database anew and compares it with the public tree, and every checkpoint with its root.
 * @throws LedgerFault: when the public files do not fit the public checkpoint, so that there is nothing to compare with.
 */
export async function auditDatabase(options: DatabaseAuditOptions): Promise<DatabaseAudit> {
  const { sql, tiles, logKeys } = options;
  const shown = await readShown(tiles, logKeys);
  if (!shown) return record(sql, { size: 0, broken: null });
  const { size, root } = shown;
  const reader = createTileReader({ size, root, read: tiles.read });
  const broken =
    (await findBrokenHead(sql, shown)) ??
    (await findBrokenEntry(sql, size, async (index) => reader.tile(0, index))) ??
    (await findBrokenCheckpoint(options, shown, (at) => readRoot(at, reader.hashes)));
  return record(sql, { size, broken });
}

/** The newest audit; null when there was none yet. */
export async function readDatabaseAudit(sql: Sql): Promise<DatabaseAudit | null> {
  const [row] = await sql<AuditRow[]>`
    SELECT (extract(epoch FROM ended_at) * 1000)::bigint AS ended_ms, size, broken_kind, broken_at
    FROM ledger.database_audits ORDER BY id DESC LIMIT 1`;
  return row ? toAudit(row) : null;
}

type AuditRow = {
  ended_ms: string;
  size: string;
  broken_kind: Broken['kind'] | null;
  broken_at: string | null;
};

const toAudit = (row: AuditRow): DatabaseAudit => ({
  endedAtMs: Number(row.ended_ms),
  size: Number(row.size),
  broken: row.broken_kind === null ? null : { kind: row.broken_kind, at: Number(row.broken_at) },
});

async function record(sql: Sql, audit: { size: number; broken: Broken | null }): Promise<DatabaseAudit> {
  const [row] = await sql<AuditRow[]>`
    INSERT INTO ledger.database_audits (size, broken_kind, broken_at)
    VALUES (${audit.size}, ${audit.broken?.kind ?? null}, ${audit.broken?.at ?? null})
    RETURNING (extract(epoch FROM ended_at) * 1000)::bigint AS ended_ms, size, broken_kind, broken_at`;
  return toAudit(row!);
}

/** The larger of the two heads that are shown. */
async function readShown(
  tiles: Pick<TileStore, 'read'>,
  logKeys: readonly NoteVerifier[],
): Promise<Checkpoint | null> {
  const notes = await Promise.all([tiles.read('checkpoint'), tiles.read('head')]);
  const shown = notes.flatMap((note) => (note ? [checkCheckpoint(decodeUtf8(note), logKeys)] : []));
  return shown.sort((a, b) => b.size - a.size)[0] ?? null;
}

async function findBrokenHead(sql: Sql, shown: Checkpoint): Promise<Broken | null> {
  const [head] = await sql<{ size: string; root: Uint8Array; entries: string }[]>`
    SELECT size, root, (SELECT count(*) FROM ledger.positions) AS entries FROM ledger.head WHERE id = 1`;
  const size = Number(head?.size ?? 0);
  if (size < shown.size) return { kind: 'head', at: size };
  if (size === shown.size && !equalBytes(new Uint8Array(head!.root), shown.root))
    return { kind: 'head', at: size };
  return Number(head!.entries) < shown.size ? { kind: 'entry', at: Number(head!.entries) } : null;
}

async function findBrokenEntry(
  sql: Sql,
  size: number,
  tileAt: (index: number) => Promise<{ node(height: number, at: number): Uint8Array }>,
): Promise<Broken | null> {
  for (let from = 0; from < size; from += ROWS) {
    const to = Math.min(size, from + ROWS);
    const rows = await sql<{ idx: string; leaf: Uint8Array }[]>`
      SELECT idx, leaf FROM ledger.entries WHERE idx >= ${from} AND idx < ${to} ORDER BY idx`;
    for (let i = from; i < to; i += 1) {
      const row = rows[i - from];
      if (!row || Number(row.idx) !== i) return { kind: 'entry', at: i };
      const hash = (await tileAt(Math.floor(i / TILE_WIDTH))).node(0, i % TILE_WIDTH);
      if (!equalBytes(leafHash(new Uint8Array(row.leaf)), hash)) return { kind: 'entry', at: i };
    }
  }
  return null;
}

async function findBrokenCheckpoint(
  { sql, logKeys, checkSignature }: DatabaseAuditOptions,
  shown: Checkpoint,
  rootAt: (size: number) => Promise<Uint8Array>,
): Promise<Broken | null> {
  const isSigned = async (note: string): Promise<boolean> => {
    const { text, signatures } = parseNote(note);
    const known = signatures.flatMap(({ name, keyId, signature }) => {
      const key = logKeys.find((one) => one.name === name && equalBytes(one.keyId, keyId));
      return key ? [{ key: key.publicKey, message: encodeUtf8(text), signature }] : [];
    });
    return known.length > 0 && (await Promise.all(known.map(checkSignature))).every(Boolean);
  };
  const isWhole = async (size: number, note: string): Promise<boolean> => {
    const checkpoint = parseCheckpoint(parseNote(note).text);
    if (checkpoint.origin !== shown.origin || checkpoint.size !== size) return false;
    return equalBytes(checkpoint.root, await rootAt(size)) && isSigned(note);
  };
  for (let above = 0; ;) {
    const rows = await sql<{ size: string; note: string }[]>`
      SELECT size, note FROM ledger.checkpoints
      WHERE size > ${above} AND size <= ${shown.size} ORDER BY size LIMIT ${NOTES}`;
    for (const row of rows) {
      const size = Number(row.size);
      const whole = await isWhole(size, row.note).catch((error: unknown) => {
        if (error instanceof LedgerFault && !(error instanceof TileFault)) return false;
        throw error;
      });
      if (!whole) return { kind: 'checkpoint', at: size };
    }
    if (rows.length < NOTES) return null;
    above = Number(rows.at(-1)!.size);
  }
}
