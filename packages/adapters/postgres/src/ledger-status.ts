// How the log does, as every process can tell it from the database: for the operator's page, the alarms and /health.
// Reads only, and never on the way of a vote.
import type { WitnessPolicy } from '@veche/ledger/policy.ts';
import type {
  ForkEvidence,
  LedgerStatus,
  WitnessReplyKind,
  WitnessStatus,
} from '@veche/module-kit/module.ts';
import type { Sql } from './connect.ts';
import { readDatabaseAudit } from './database-audit.ts';
import { SEQUENCER_LOCK, type SequencerProcess } from './sequencer-process.ts';

const MOST_FORKS = 20;

export async function readLedgerStatus(
  sql: Sql,
  sequencer: SequencerProcess | null,
  policy: WitnessPolicy | null,
): Promise<LedgerStatus> {
  const [head, witnessed, counts, witnesses, forks, audit] = await Promise.all([
    readHead(sql),
    policy ? readNewestWitnessed(sql) : null,
    readCounts(sql),
    policy ? readWitnesses(sql, policy) : [],
    readForks(sql),
    readDatabaseAudit(sql),
  ]);
  const own = sequencer?.state();
  const idle = own === 'starting' || own === 'failing' ? own : 'absent';
  const state = forks.some(({ cleared }) => cleared === null)
    ? 'forked'
    : counts.sequenced
      ? 'running'
      : idle;
  return {
    state,
    fault: sequencer?.fault() ?? null,
    head: head.note === '' ? null : { size: head.size, atMs: head.atMs, note: head.note },
    epoch: head.epoch,
    witnessed,
    waiting: counts.waiting,
    staged: counts.staged,
    witnesses,
    forks,
    audit,
  };
}

/** The newest checkpoint that a quorum has cosigned; null when there is none. */
export async function readNewestWitnessed(sql: Sql): Promise<LedgerStatus['witnessed']> {
  const [row] = await sql<{ size: string; quorum_time: string; note: string }[]>`
    SELECT size, quorum_time, note FROM ledger.witnessed ORDER BY size DESC, quorum_time DESC LIMIT 1`;
  return row ? { size: Number(row.size), quorumTime: Number(row.quorum_time), note: row.note } : null;
}

async function readHead(sql: Sql): Promise<{ size: number; atMs: number; note: string; epoch: number }> {
  const [row] = await sql<{ size: string; at_ms: string; checkpoint: string; epoch: string }[]>`
    SELECT size, at_ms, checkpoint, epoch FROM ledger.head WHERE id = 1`;
  if (!row) throw new TypeError('the head of the log is missing');
  return {
    size: Number(row.size),
    atMs: Number(row.at_ms),
    note: row.checkpoint,
    epoch: Number(row.epoch),
  };
}

async function readCounts(sql: Sql): Promise<{ waiting: number; staged: number; sequenced: boolean }> {
  // The lock's number as pg_locks shows it, in two halves.
  const [row] = await sql<{ waiting: string; staged: string; sequenced: boolean }[]>`
    SELECT (SELECT count(*) FROM ledger.waiting) AS waiting,
      (SELECT count(DISTINCT size) FROM ledger.staging) AS staged,
      EXISTS (
        SELECT FROM pg_locks l JOIN pg_database d ON d.oid = l.database
        WHERE d.datname = current_database() AND l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
          AND (l.classid::bigint << 32) + l.objid::bigint = ${SEQUENCER_LOCK}::bigint
      ) AS sequenced`;
  return {
    waiting: Number(row!.waiting),
    staged: Number(row!.staged),
    sequenced: row!.sequenced,
  };
}

type StateRow = {
  witness: string;
  vkey: string;
  cosigned_size: string | null;
  cosigned_time: string | null;
  reply: string;
  replied_ms: string;
  failures: number;
  bad_cosignatures: string;
};

async function readWitnesses(sql: Sql, policy: WitnessPolicy): Promise<WitnessStatus[]> {
  const rows = await sql<StateRow[]>`
    SELECT witness, vkey, cosigned_size, cosigned_time, reply,
      (extract(epoch FROM replied_at) * 1000)::bigint AS replied_ms, failures, bad_cosignatures
    FROM ledger.witness_states`;
  return policy.witnesses.map(({ name, verifier }) => {
    // A witness that was given another key is another witness.
    const row = rows.find(({ witness, vkey }) => witness === name && vkey === verifier.vkey);
    return {
      name,
      cosigned:
        row?.cosigned_size && row.cosigned_time
          ? { size: Number(row.cosigned_size), time: Number(row.cosigned_time) }
          : null,
      last: row ? { reply: row.reply as WitnessReplyKind, atMs: Number(row.replied_ms) } : null,
      failures: row?.failures ?? 0,
      badCosignatures: Number(row?.bad_cosignatures ?? 0),
    };
  });
}

type ForkRow = {
  id: string;
  found_ms: string;
  witness: string;
  kind: ForkEvidence['kind'];
  our_size: string;
  our_note: string;
  their_size: string | null;
  their_note: string | null;
  cleared_ms: string | null;
  cleared_why: string | null;
};

/** Evidence of forks: what is not cleared first, then the newest; twenty at most. */
export async function readForks(sql: Sql): Promise<ForkEvidence[]> {
  const rows = await sql<ForkRow[]>`
    SELECT id, (extract(epoch FROM found_at) * 1000)::bigint AS found_ms, witness, kind, our_size, our_note,
      their_size, their_note, (extract(epoch FROM cleared_at) * 1000)::bigint AS cleared_ms, cleared_why
    FROM ledger.fork_evidence ORDER BY cleared_at IS NULL DESC, id DESC LIMIT ${MOST_FORKS}`;
  return rows.map((row) => ({
    id: Number(row.id),
    foundAtMs: Number(row.found_ms),
    witness: row.witness,
    kind: row.kind,
    ourSize: Number(row.our_size),
    ourNote: row.our_note,
    theirSize: row.their_size === null ? null : Number(row.their_size),
    theirNote: row.their_note,
    cleared: row.cleared_ms === null ? null : { atMs: Number(row.cleared_ms), why: row.cleared_why ?? '' },
  }));
}
