// What the log keeps of its witnesses in the database: cosignatures, witnessed checkpoints, how each was met, evidence.
// Rows of witnessed checkpoints and evidence are never changed: receipts and accusations must read the same for ever.
import type { ForkEvidence, WitnessedCheckpoint, WitnessReplyKind } from '@veche/module-kit/module.ts';
import type { Sql } from './connect.ts';
import { readNewestWitnessed } from './ledger-status.ts';

/** A line of a witness that was checked. */
export type Cosignature = {
  /** The policy's name for the witness. */
  readonly witness: string;
  /** Unix seconds by the witness's clock. */
  readonly time: number;
  /** The line of the note, its newline included. */
  readonly line: string;
};

/** How a witness was met last. */
export type WitnessState = {
  readonly witness: string;
  readonly vkey: string;
  readonly cosigned: { readonly size: number; readonly time: number } | null;
  readonly reply: WitnessReplyKind;
  readonly repliedAtMs: number;
  readonly failures: number;
  readonly badCosignatures: number;
};

export type NewEvidence = Pick<
  ForkEvidence,
  'witness' | 'kind' | 'ourSize' | 'ourNote' | 'theirSize' | 'theirNote'
> & { readonly witnessKey: string };

/** Told to all processes: a checkpoint was witnessed; a refresh is wanted; evidence was found or cleared. */
export const WITNESSED_CHANNEL = 'ledger_witnessed';
export const REFRESH_CHANNEL = 'ledger_refresh';
export const FORK_CHANNEL = 'ledger_forked';

/** The lock of `ledger.keep_cosignatures`: who holds it decides what the newest witnessed checkpoint is. */
const WITNESSED_LOCK = 8_642_197_533;

/**
 * Keeps cosignatures of the head of that size and, when given, the checkpoint that they made witnessed.
 * @returns whether that checkpoint is now the newest; false when another process was further.
 */
export async function keepCosignatures(
  sql: Sql,
  size: number,
  cosignatures: readonly Cosignature[],
  reached: Pick<WitnessedCheckpoint, 'quorumTime' | 'note'> | null,
): Promise<boolean> {
  const [row] = await sql<{ newest: boolean }[]>`
    SELECT ledger.keep_cosignatures(
      ${size}::bigint, ${cosignatures.map(({ witness }) => witness)}::text[],
      ${cosignatures.map(({ time }) => time)}::bigint[], ${cosignatures.map(({ line }) => line)}::text[],
      ${reached?.quorumTime ?? null}::bigint, ${reached?.note ?? null}::text) AS newest`;
  return row!.newest;
}

/** Runs `act` with the newest witnessed checkpoint while no process can add a newer one. */
export async function withNewestWitnessed(
  sql: Sql,
  act: (newest: WitnessedCheckpoint) => Promise<void>,
): Promise<void> {
  await sql.begin(async (tx) => {
    // Both are sent at once; the second is looked up when the first has the lock.
    const [, newest] = await Promise.all([
      tx`SELECT pg_advisory_xact_lock(${WITNESSED_LOCK})`,
      readNewestWitnessed(tx as unknown as Sql),
    ]);
    if (newest) await act(newest);
  });
}

/** How the witnesses were met last, in any process. */
export async function loadWitnessStates(sql: Sql): Promise<WitnessState[]> {
  const rows = await sql<
    {
      witness: string;
      vkey: string;
      cosigned_size: string | null;
      cosigned_time: string | null;
      reply: string;
      replied_ms: string;
      failures: number;
      bad_cosignatures: string;
    }[]
  >`SELECT witness, vkey, cosigned_size, cosigned_time, reply, failures, bad_cosignatures,
      (extract(epoch FROM replied_at) * 1000)::bigint AS replied_ms
    FROM ledger.witness_states`;
  return rows.map((row) => ({
    witness: row.witness,
    vkey: row.vkey,
    cosigned:
      row.cosigned_size === null || row.cosigned_time === null
        ? null
        : { size: Number(row.cosigned_size), time: Number(row.cosigned_time) },
    reply: row.reply as WitnessReplyKind,
    repliedAtMs: Number(row.replied_ms),
    failures: row.failures,
    badCosignatures: Number(row.bad_cosignatures),
  }));
}

export async function saveWitnessStates(sql: Sql, states: readonly WitnessState[]): Promise<void> {
  if (states.length === 0) return;
  const column = <Key extends keyof WitnessState>(key: Key): WitnessState[Key][] =>
    states.map((state) => state[key]);
  await sql`
    INSERT INTO ledger.witness_states
      (witness, vkey, cosigned_size, cosigned_time, reply, replied_at, failures, bad_cosignatures)
    SELECT witness, vkey, size, time, reply, to_timestamp(ms / 1000.0), failures, bad
    FROM unnest(
      ${column('witness')}::text[], ${column('vkey')}::text[],
      ${states.map(({ cosigned }) => cosigned?.size ?? null)}::bigint[],
      ${states.map(({ cosigned }) => cosigned?.time ?? null)}::bigint[],
      ${column('reply')}::text[], ${column('repliedAtMs')}::bigint[],
      ${column('failures')}::integer[], ${column('badCosignatures')}::bigint[]
    ) AS given (witness, vkey, size, time, reply, ms, failures, bad)
    ON CONFLICT (witness) DO UPDATE SET vkey = excluded.vkey, cosigned_size = excluded.cosigned_size,
      cosigned_time = excluded.cosigned_time, reply = excluded.reply, replied_at = excluded.replied_at,
      failures = excluded.failures, bad_cosignatures = excluded.bad_cosignatures`;
}

/** The kind of the oldest evidence that no operator has cleared; null when the log may go on. */
export async function findOpenFork(sql: Sql): Promise<ForkEvidence['kind'] | null> {
  const [row] = await sql<{ kind: ForkEvidence['kind'] }[]>`
    SELECT kind FROM ledger.fork_evidence WHERE cleared_at IS NULL ORDER BY id LIMIT 1`;
  return row?.kind ?? null;
}

/** Keeps evidence and tells every process; from here on the database lets no head advance. */
export async function addForkEvidence(sql: Sql, evidence: NewEvidence): Promise<void> {
  const { witness, witnessKey, kind, ourSize, ourNote, theirSize, theirNote } = evidence;
  await sql`
    INSERT INTO ledger.fork_evidence (witness, witness_key, kind, our_size, our_note, their_size, their_note)
    VALUES (${witness}, ${witnessKey}, ${kind}, ${ourSize}, ${ourNote}, ${theirSize}, ${theirNote})`;
  await sql`SELECT pg_notify(${FORK_CHANNEL}, '')`;
}

/** An operator has seen to all evidence and lets the log go on. @returns how many pieces were open. */
export async function clearForkEvidence(sql: Sql, why: string): Promise<number> {
  const cleared = await sql`
    UPDATE ledger.fork_evidence SET cleared_at = now(), cleared_why = ${why} WHERE cleared_at IS NULL RETURNING id`;
  await sql`SELECT pg_notify(${FORK_CHANNEL}, '')`;
  return cleared.length;
}
