// The log and its witnesses, over a real database, real files and real HTTP: what a quorum makes of a checkpoint, what
// every possible answer of a witness does to the log, and what an operator cannot get around.
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepareDataDir } from '@veche/files/data-dir.ts';
import { createTileStore } from '@veche/files/tile-store.ts';
import { checkCheckpoint } from '@veche/ledger/checkpoint.ts';
import { parseVerifierKey } from '@veche/ledger/note.ts';
import { checkWitnessed, parsePolicy } from '@veche/ledger/policy.ts';
import { checkReceipt, parseReceipt } from '@veche/ledger/receipt.ts';
import type { TileStore } from '@veche/ledger/sequencer.ts';
import type { LedgerStatus, LogReceipt } from '@veche/module-kit/module.ts';
import { copyDatabase, dropDatabase } from '@veche/postgres/template.ts';
import { clearForkEvidence } from '@veche/postgres/witness-records.ts';
import { describe, expect, it } from 'vitest';
import { afterwards } from '../support/afterwards.ts';
import { freshAddress } from '../support/database.ts';
import { signer } from '../support/log-key.ts';
import { freshTiles, leafOf, readPublicLog, type LogProcess } from '../support/log.ts';
import {
  openWitnessedLog,
  policyOf,
  startThreeWitnesses,
  type Pretence,
  type TestWitness,
} from '../support/witnessed-log.ts';

const WAIT_MS = 15_000;
const logKey = parseVerifierKey(signer.vkey);

async function submit({ db, ledger }: LogProcess, ...texts: string[]): Promise<string[]> {
  const submissions = texts.map(leafOf);
  await db.transaction((tx) => ledger.submit(tx, submissions));
  ledger.wake();
  return submissions.map(({ idem }) => idem);
}

async function receiptOf({ ledger }: LogProcess, text: string, timeoutMs = WAIT_MS): Promise<LogReceipt> {
  const [receipt] = await ledger.receipts([leafOf(text).idem], timeoutMs);
  if (!receipt) throw new Error('not even logged in time');
  return receipt;
}

const read = async (tiles: TileStore, path: string): Promise<string> =>
  new TextDecoder().decode((await tiles.read(path)) ?? new Uint8Array());

/** Looks again and again until it holds. */
async function until(holds: () => Promise<boolean> | boolean): Promise<void> {
  const end = performance.now() + WAIT_MS;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error('it did not come true in time');
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

const statusOf = async (log: LogProcess, holds: (status: LedgerStatus) => boolean): Promise<LedgerStatus> => {
  let status: LedgerStatus | undefined;
  await until(async () => holds((status = await log.ledger.status())));
  return status!;
};

async function openFresh(witnesses: readonly TestWitness[]) {
  const address = await freshAddress();
  const tiles = await freshTiles();
  const policy = policyOf(witnesses);
  const log = await openWitnessedLog(address, tiles, policy);
  return { address, tiles, policy, log };
}

describe('a log with witnesses', () => {
  it('gives receipts that a quorum has cosigned, the same from memory, in another process and after a restart', async () => {
    const witnesses = await startThreeWitnesses();
    const { address, tiles, policy, log } = await openFresh(witnesses);
    await submit(log, 'a', 'b', 'c');
    const receipt = await receiptOf(log, 'b');
    expect(receipt).toMatchObject({ index: 2, state: 'witnessed' });
    const { checkpoint } = parseReceipt(receipt.proof);
    const witnessed = checkWitnessed(checkpoint, logKey, parsePolicy(policy));
    expect(witnessed.cosignatures.length).toBeGreaterThanOrEqual(2);
    expect(Math.abs(witnessed.quorumTime - Date.now() / 1000)).toBeLessThan(10);
    checkReceipt(receipt.proof, Buffer.from(leafOf('b').leaf), logKey);

    await submit(log, 'later');
    await receiptOf(log, 'later');
    const reader = await openWitnessedLog(address, tiles, policy, { sequences: false });
    expect(await receiptOf(reader, 'b')).toEqual(receipt);
    await log.stop();
    const again = await openWitnessedLog(address, tiles, policy);
    expect(await receiptOf(again, 'b')).toEqual(receipt);
  });

  it('shows the world the newest witnessed checkpoint, and the head beside it', async () => {
    const { tiles, policy, log } = await openFresh(await startThreeWitnesses());
    await submit(log, 'a');
    await receiptOf(log, 'a');
    await until(async () => (await read(tiles, 'checkpoint')).split('\n— ').length === 5);
    const checkpoint = await read(tiles, 'checkpoint');
    expect(checkWitnessed(checkpoint, logKey, parsePolicy(policy)).cosignatures).toHaveLength(3);
    expect(await log.ledger.checkpoint()).toBe(checkpoint);
    const head = await read(tiles, 'head');
    expect(checkCheckpoint(head, logKey).size).toBe(2);
    expect(checkpoint.startsWith(head)).toBe(true);
    expect(await readPublicLog(tiles)).toHaveLength(2);
  });

  it('tells a process that does not sequence', async () => {
    const { address, tiles, policy, log } = await openFresh(await startThreeWitnesses());
    const other = await openWitnessedLog(address, tiles, policy, { sequences: false });
    await submit(other, 'from afar');
    expect(await receiptOf(other, 'from afar')).toMatchObject({ state: 'witnessed' });
    expect(await other.ledger.status()).toMatchObject({
      state: 'running',
      head: { size: 2 },
      witnessed: { size: 2 },
      waiting: 0,
    });
    expect((await log.ledger.status()).fault).toBeNull();
  });

  it('waits for no witness that hangs', async () => {
    const witnesses = await startThreeWitnesses();
    const { log } = await openFresh(witnesses);
    witnesses[0]!.pretend('hangs');
    for (let i = 0; i < 5; i += 1) {
      await submit(log, `vote ${i}`);
      expect(await receiptOf(log, `vote ${i}`)).toMatchObject({ state: 'witnessed' });
    }
    const { witnesses: met } = await statusOf(log, (status) => status.witnesses[0]!.failures > 0);
    expect(met.map(({ last }) => last?.reply)).toEqual(['unreachable', 'cosigned', 'cosigned']);
    // What it missed it is told when it is back.
    witnesses[0]!.pretend(null);
    await statusOf(log, (status) => status.witnesses[0]!.cosigned?.size === 6);
  });

  it('stays at the last witnessed checkpoint while all are away, and goes on by itself when they are back', async () => {
    const witnesses = await startThreeWitnesses();
    const { tiles, log } = await openFresh(witnesses);
    await submit(log, 'before');
    await receiptOf(log, 'before');
    const before = checkCheckpoint(await read(tiles, 'checkpoint'), logKey);
    for (const witness of witnesses) witness.pretend('away');
    await submit(log, 'meanwhile');
    const logged = await receiptOf(log, 'meanwhile', 1_500);
    expect(logged).toMatchObject({ index: 2, state: 'logged' });
    checkReceipt(logged.proof, Buffer.from(leafOf('meanwhile').leaf), logKey);
    expect(checkCheckpoint(await read(tiles, 'checkpoint'), logKey).size).toBe(before.size);
    expect(await log.ledger.status()).toMatchObject({ head: { size: 3 }, witnessed: { size: before.size } });

    for (const witness of witnesses) witness.pretend(null);
    await until(async () => (await receiptOf(log, 'meanwhile')).state === 'witnessed');
    expect(await receiptOf(log, 'meanwhile')).toMatchObject({ index: 2, state: 'witnessed' });
    expect(checkCheckpoint(await read(tiles, 'checkpoint'), logKey).size).toBe(3);
  });

  it('does not hold receipts for witnesses that have long been away', async () => {
    const witnesses = await startThreeWitnesses();
    const { log } = await openFresh(witnesses);
    for (const witness of witnesses) witness.pretend('away');
    await submit(log, 'first');
    await until(() => log.witnessing!.isQuorumMissing());
    await submit(log, 'second');
    const began = performance.now();
    expect(await receiptOf(log, 'second')).toMatchObject({ state: 'logged' });
    expect(performance.now() - began).toBeLessThan(3_000);
  });

  it('proves again from where a witness says it is, when what was known of it is lost', async () => {
    const witnesses = await startThreeWitnesses();
    const { address, tiles, policy, log } = await openFresh(witnesses);
    await submit(log, 'a', 'b');
    await receiptOf(log, 'b');
    await log.sql`DELETE FROM ledger.witness_states`;
    await log.stop();
    const again = await openWitnessedLog(address, tiles, policy);
    await submit(again, 'c', 'd', 'e');
    expect(await receiptOf(again, 'e')).toMatchObject({ state: 'witnessed' });
    const { witnesses: met } = await statusOf(again, (status) =>
      status.witnesses.every(({ cosigned }) => cosigned?.size === 6),
    );
    expect(met.map(({ failures }) => failures)).toEqual([0, 0, 0]);
  });

  it('has an unchanged head cosigned anew, so that its time stays fresh', async () => {
    const witnesses = await startThreeWitnesses();
    const address = await freshAddress();
    const tiles = await freshTiles();
    const policy = policyOf(witnesses);
    await openWitnessedLog(address, tiles, policy, { refreshMs: 1_000 });
    const timeOf = async () => checkWitnessed(await read(tiles, 'checkpoint'), logKey, parsePolicy(policy));
    await until(async () => (await tiles.read('checkpoint')) !== null);
    const first = await timeOf();
    await until(async () => (await timeOf()).quorumTime > first.quorumTime);
    expect((await timeOf()).size).toBe(first.size);
  });
});

describe("the quorum's time", () => {
  it('is that of the witness who made the quorum, and the first checkpoint after a moment stays the first', async () => {
    const witnesses = await startThreeWitnesses();
    witnesses.forEach((witness, i) => witness.setClock(1_000 + i * 1_000));
    const { policy, log } = await openFresh(witnesses);
    await submit(log, 'a');
    await receiptOf(log, 'a');
    const { ledger } = log;
    expect(await ledger.witnessedFrom(3_001, 0)).toBeNull();
    // Nothing more is logged: whoever waits for a later time has the same head cosigned again.
    witnesses.forEach((witness, i) => witness.setClock(5_000 + i * 1_000));
    await until(async () => (await ledger.witnessedFrom(3_001, 2)) !== null);
    const closing = (await ledger.witnessedFrom(3_001, 2))!;
    const checked = checkWitnessed(closing.note, logKey, parsePolicy(policy));
    expect([closing.size, checked.size]).toEqual([2, 2]);
    expect(closing.quorumTime).toBe(checked.quorumTime);
    expect(closing.quorumTime).toBe(checked.cosignatures.map(({ time }) => time).sort((a, b) => a - b)[1]);
    witnesses.forEach((witness, i) => witness.setClock(9_000 + i * 1_000));
    await submit(log, 'b');
    await receiptOf(log, 'b');
    expect(await ledger.witnessedFrom(3_001, 2)).toEqual(closing);
    expect((await ledger.witnessedFrom(3_001, 3))!.size).toBe(3);
  });
});

describe('a witness that answers', () => {
  const cases: [string, Pretence, string][] = [
    ['400: it could not read us', { status: 400 }, 'malformed'],
    ['403: it does not know the key', { status: 403, body: 'no signature\n' }, 'refused'],
    ['403 "unknown log", as litewitness does', { status: 403, body: 'unknown log\n' }, 'unknown-log'],
    ['404: it does not know the log', { status: 404 }, 'unknown-log'],
    ['429: later', { status: 429 }, 'busy'],
    ['500: it is broken', { status: 500 }, 'unintelligible'],
    ['503: later', { status: 503 }, 'busy'],
    ['302: elsewhere', { status: 302 }, 'unreachable'],
    ['200 with something else', { status: 200, body: '<html></html>\n' }, 'unintelligible'],
    ['200 without end', { status: 200, body: '— a b\n'.repeat(50_000) }, 'unintelligible'],
    ['nothing, the connection is cut', 'away', 'unreachable'],
    [
      '200 with the line of a key that is not its own',
      { status: 200, body: `— other.test ${Buffer.alloc(76, 7).toString('base64')}\n` },
      'bad-signature',
    ],
  ];
  it.each(cases)(
    '%s: is counted, not asked again blindly, and missed by nobody',
    async (_, pretence, reply) => {
      const witnesses = await startThreeWitnesses();
      const [odd] = witnesses;
      odd!.pretend(pretence);
      const { log } = await openFresh(witnesses);
      await submit(log, 'a');
      expect(await receiptOf(log, 'a')).toMatchObject({ state: 'witnessed' });
      const status = await statusOf(log, ({ witnesses: met }) => met[0]!.last !== null);
      expect(status.witnesses[0]!.last!.reply).toBe(reply);
      expect(status.state).toBe('running');
      const asked = odd!.asked();
      await submit(log, 'b');
      await receiptOf(log, 'b');
      expect(odd!.asked() - asked).toBeLessThanOrEqual(1);
    },
  );

  it('with a cosignature that does not hold: is not believed', async () => {
    const witnesses = await startThreeWitnesses();
    const { tiles, log } = await openFresh(witnesses);
    await until(async () => (await read(tiles, 'checkpoint')).includes(`— ${witnesses[0]!.name} `));
    // Its own line, but of another checkpoint than the one it is sent.
    const line = (await read(tiles, 'checkpoint'))
      .split('\n')
      .find((one) => one.startsWith(`— ${witnesses[0]!.name} `));
    witnesses[0]!.pretend({ status: 200, body: `${line}\n` });
    await submit(log, 'a');
    const receipt = await receiptOf(log, 'a');
    expect(receipt.state).toBe('witnessed');
    expect(receipt.proof).not.toContain(line);
    const status = await statusOf(log, ({ witnesses: met }) => met[0]!.badCosignatures > 0);
    expect(status.witnesses[0]!.last!.reply).toBe('bad-signature');
  });
});

describe('evidence of a fork', () => {
  const cases: [string, Pretence, LedgerStatus['forks'][number]['kind']][] = [
    ['422: the proof leads nowhere', { status: 422 }, 'fork'],
    ['409 without a size: another root, as some witnesses say it', { status: 409 }, 'fork'],
    ['409 with a larger size', { status: 409, type: 'text/x.tlog.size', body: '1000\n' }, 'larger'],
  ];
  it.each(cases)('%s: stops the log for good, whatever the quorum says', async (_, pretence, kind) => {
    const witnesses = await startThreeWitnesses();
    const { address, tiles, policy, log } = await openFresh(witnesses);
    const reader = await openWitnessedLog(address, tiles, policy, { sequences: false });
    await submit(log, 'before');
    await receiptOf(log, 'before');
    const shown = checkCheckpoint(await read(tiles, 'checkpoint'), logKey).size;

    witnesses[2]!.pretend(pretence);
    await submit(log, 'the last');
    const status = await statusOf(log, ({ state }) => state === 'forked');
    expect(status.forks).toMatchObject([
      {
        witness: witnesses[2]!.name,
        kind,
        ourSize: 3,
        ourNote: await read(tiles, 'head'),
        theirSize: kind === 'larger' ? 1000 : null,
        cleared: null,
      },
    ]);
    // What the witness itself shows is kept beside it.
    expect(checkCheckpoint(status.forks[0]!.theirNote!, logKey).size).toBeGreaterThanOrEqual(shown);
    // Nothing more is taken in, by any process.
    await until(() => log.ledger.isForked() && reader.ledger.isForked());
    await expect(submit(log, 'refused')).rejects.toMatchObject({ code: 'LEDGER_STOPPED' });
    await expect(submit(reader, 'refused')).rejects.toMatchObject({ code: 'LEDGER_STOPPED' });
    await until(() => log.sequencer!.state() === 'failing');
    expect(log.sequencer!.fault()).toBe(kind === 'fork' ? 'witness-forked' : 'witness-larger');

    // Not even around the code: the database itself keeps the head where it is.
    await expect(reader.sql`UPDATE ledger.head SET size = size + 1`).rejects.toThrow(/evidence of a fork/);
    await expect(reader.sql`DELETE FROM ledger.fork_evidence`).rejects.toThrow(/append-only/);
    await expect(reader.sql`UPDATE ledger.fork_evidence SET our_note = ''`).rejects.toThrow(/append-only/);

    // Nor is it forgotten by a restart, even when the witness takes its word back.
    witnesses[2]!.pretend(null);
    await log.stop();
    const again = await openWitnessedLog(address, tiles, policy, { ready: false });
    expect(again.sequencer!.state()).toBe('failing');
    expect(await receiptOf(again, 'before')).toMatchObject({ state: 'witnessed' });
    await expect(submit(again, 'refused')).rejects.toMatchObject({ code: 'LEDGER_STOPPED' });

    await clearForkEvidence(again.sql, 'the witness was broken');
    await until(() => again.sequencer!.state() === 'running' && !again.ledger.isForked());
    await submit(again, 'after');
    expect(await receiptOf(again, 'after')).toMatchObject({ state: 'witnessed' });
    expect((await again.ledger.status()).forks[0]!.cleared!.why).toBe('the witness was broken');
    expect(await receiptOf(again, 'the last')).toMatchObject({ index: 2, state: 'witnessed' });
  });

  it('is not that a witness has seen what was committed while it was being asked about less', async () => {
    const witnesses = await startThreeWitnesses();
    const { log } = await openFresh(witnesses);
    await submit(log, 'a');
    await receiptOf(log, 'a');
    // As a process is answered that another one has outrun.
    witnesses[0]!.pretend({ status: 409, type: 'text/x.tlog.size', body: '4\n', afterMs: 500 });
    const asked = witnesses[0]!.asked();
    await submit(log, 'b');
    await until(() => witnesses[0]!.asked() > asked);
    await submit(log, 'c');
    await statusOf(log, ({ witnesses: met }) => met[0]!.last?.reply === 'conflict');
    await submit(log, 'd');
    expect(await receiptOf(log, 'd')).toMatchObject({ state: 'witnessed' });
    expect(await log.ledger.status()).toMatchObject({ state: 'running', forks: [] });
  });
});

describe('a database that was set back', () => {
  it('is refused by the word of any single witness, even when the files were set back with it', async () => {
    const witnesses = await startThreeWitnesses();
    const address = await freshAddress();
    const folder = await mkdtemp(join(tmpdir(), 'veche-set-back-'));
    afterwards(() => rm(folder, { recursive: true, force: true }));
    const openTiles = async (name: string): Promise<TileStore> => {
      const dataDir = await prepareDataDir(join(folder, name));
      return createTileStore(dataDir.log, dataDir.scratch);
    };
    const policy = policyOf(witnesses);
    const first = await openWitnessedLog(address, await openTiles('now'), policy);
    await submit(first, 'a');
    await receiptOf(first, 'a');
    await first.stop();
    await cp(join(folder, 'now'), join(folder, 'backup'), { recursive: true });
    const backup = await copyDatabase(address, address.database);
    afterwards(() => dropDatabase(backup));

    const second = await openWitnessedLog(address, await openTiles('now'), policy);
    await submit(second, 'acknowledged');
    await receiptOf(second, 'acknowledged');
    await second.stop();

    // Two of the three are away: one is enough.
    witnesses[0]!.pretend('away');
    witnesses[1]!.pretend('hangs');
    await expect(openWitnessedLog(backup, await openTiles('backup'), policy)).rejects.toMatchObject({
      name: 'SequencerFault',
      code: 'witness-larger',
    });
    // What was not set back goes on.
    for (const witness of witnesses) witness.pretend(null);
    const third = await openWitnessedLog(address, await openTiles('now'), policy);
    await submit(third, 'after');
    expect(await receiptOf(third, 'after')).toMatchObject({ index: 3, state: 'witnessed' });
  });

  it('is refused when it goes on from there in another way', async () => {
    const witnesses = await startThreeWitnesses();
    const policy = policyOf(witnesses);
    const first = await openWitnessedLog(await freshAddress(), await freshTiles(), policy);
    await submit(first, 'one history');
    await receiptOf(first, 'one history');
    await until(async () => (await first.ledger.status()).witnesses.every((one) => one.cosigned?.size === 2));
    await first.stop();
    // The same key, another log of the same size.
    const address = await freshAddress();
    const tiles = await freshTiles();
    for (const witness of witnesses) witness.pretend('away');
    const other = await openWitnessedLog(address, tiles, policy);
    await submit(other, 'another history');
    await receiptOf(other, 'another history', 1_500);
    await other.stop();
    for (const witness of witnesses) witness.pretend(null);
    await expect(openWitnessedLog(address, tiles, policy)).rejects.toMatchObject({ code: 'witness-forked' });
    const standing = await openWitnessedLog(address, tiles, policy, { ready: false });
    const { state, forks } = await standing.ledger.status();
    expect(state).toBe('forked');
    // Two checkpoints of one size, both signed by the log's key: anybody can see what happened.
    const [ours, theirs] = [forks[0]!.ourNote, forks[0]!.theirNote!].map((note) =>
      checkCheckpoint(note, logKey),
    );
    expect(ours!.size).toBe(theirs!.size);
    expect(Buffer.from(ours!.root).equals(Buffer.from(theirs!.root))).toBe(false);
  });
});
