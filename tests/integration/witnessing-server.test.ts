// Witnesses of a whole server: those of a demonstration, those that a policy file names, and what people meet when one of
// them contradicts the log.
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { loadOrCreateKey, prepareDataDir } from '@veche/files/data-dir.ts';
import { checkCheckpoint } from '@veche/ledger/checkpoint.ts';
import { createNoteSigner, parseVerifierKey } from '@veche/ledger/note.ts';
import { checkWitnessed, parsePolicy } from '@veche/ledger/policy.ts';
import { parseReceipt } from '@veche/ledger/receipt.ts';
import type { DatabaseAddress } from '@veche/postgres/connect.ts';
import { addForkEvidence } from '@veche/postgres/witness-records.ts';
import { describe, expect, it } from 'vitest';
import { freshAddress } from '../support/database.ts';
import { leafOf } from '../support/log.ts';
import { openOf, refusalOf, startMeetingServer } from '../support/meeting-server.ts';
import { startTestServer, temporaryFolder, type TestServer } from '../support/server.ts';
import { startTestWitness } from '../support/witnessed-log.ts';
import { cast, prepareDevice, signBallot } from '../story/holder.ts';

const root = resolve(import.meta.dirname, '../..');

const logFile = async (url: string, path: string): Promise<string> => {
  const answer = await fetch(`${url}/log/v1/${path}`);
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  expect(answer.headers.get('cache-control')).toBe('no-store');
  return answer.text();
};

async function logEntry({ open }: TestServer, text: string) {
  const { db, ledger } = open.house;
  await db.transaction((tx) => ledger.submit(tx, [leafOf(text)]));
  ledger.wake();
  const [receipt] = await ledger.receipts([leafOf(text).idem], 15_000);
  return receipt!;
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + 15_000;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error('it did not come true in time');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe('a demonstration', () => {
  it('has three witnesses of its own, by its own clock, under a policy that says what they are worth', async () => {
    const server = await startTestServer();
    const key = parseVerifierKey((await logFile(server.url, 'vkey')).trim());
    const policyText = await logFile(server.url, 'policy');
    expect(policyText).toMatch(/^# A demonstration: .* prove nothing\.$/m);
    expect(server.open.house.ledger.policy).toBe(policyText);
    const policy = parsePolicy(policyText);
    expect(policy.witnesses.map(({ name }) => name)).toEqual(['demo.council', 'demo.resident', 'demo.city']);

    const receipt = await logEntry(server, 'a');
    expect(receipt.state).toBe('witnessed');
    checkWitnessed(parseReceipt(receipt.proof).checkpoint, key, policy);
    const checkpoint = checkWitnessed(await logFile(server.url, 'checkpoint'), key, policy);
    expect(checkCheckpoint(await logFile(server.url, 'head'), key).size).toBe(checkpoint.size);

    const { clock, ledger } = server.open.house;
    await server.open.clock.advance!(12 * 86_400);
    const deadline = Math.floor(clock.now().getTime() / 1000);
    // Nothing is logged any more, and yet a time after the deadline is named at once.
    await until(async () => (await ledger.witnessedFrom(deadline, checkpoint.size)) !== null);
    const closing = await ledger.witnessedFrom(deadline, checkpoint.size);
    expect(closing!.quorumTime - deadline).toBeLessThan(60);
  });

  it('has the same policy after a restart, and its witnesses remember', async () => {
    const database = await freshAddress();
    const dataDir = await temporaryFolder();
    const first = await startTestServer({ settings: { dataDir, database } });
    const policy = await logFile(first.url, 'policy');
    await logEntry(first, 'a');
    await first.stop();
    const second = await startTestServer({
      settings: { dataDir, database, port: Number(new URL(first.url).port) },
    });
    expect(await logFile(second.url, 'policy')).toBe(policy);
    await logEntry(second, 'b');
    const { witnesses } = await second.open.house.ledger.status();
    expect(witnesses.map(({ badCosignatures }) => badCosignatures)).toEqual([0, 0, 0]);
  });

  it('can be had without witnesses, and shows no head then', async () => {
    const server = await startTestServer({ settings: { witnessPolicy: 'none' } });
    expect(server.open.house.ledger.policy).toBeNull();
    expect((await logEntry(server, 'a')).state).toBe('logged');
    for (const path of ['head', 'policy'])
      expect((await fetch(`${server.url}/log/v1/${path}`)).status).toBe(404);
  });
});

describe('a policy file', () => {
  it('makes the log ask whom it names', async () => {
    const dataDir = await temporaryFolder();
    const key = await loadOrCreateKey(await prepareDataDir(dataDir), 'log.key', 'veche.test/log/v1');
    const { vkey } = createNoteSigner(key.name, key.seed);
    const witnesses = await Promise.all(
      ['board', 'city'].map((name, i) => startTestWitness(`${name}.test`, 51 + i, [vkey])),
    );
    const file = join(dataDir, 'policy');
    const lines = witnesses.map((one, i) => `witness w${i} ${one.vkey} ${one.url}\n`);
    await writeFile(file, `log ${vkey}\n${lines.join('')}group both all w0 w1\nquorum both\n`);
    const server = await startTestServer({
      settings: { dataDir, demo: false, witnessPolicy: file, webOrigin: 'https://veche.test' },
    });
    expect((await logEntry(server, 'a')).state).toBe('witnessed');
    expect((await server.open.house.ledger.status()).witnesses.map(({ name }) => name)).toEqual(['w0', 'w1']);
  });

  it('that does not name this log stops the start with a sentence', async () => {
    const dataDir = await temporaryFolder();
    const file = join(dataDir, 'policy');
    await writeFile(file, 'quorum none\n');
    await expect(startTestServer({ settings: { dataDir, witnessPolicy: file } })).rejects.toThrow(
      /^VECHE_WITNESS_POLICY: expected a line with the key of this log: log /,
    );
  });
});

describe('a witness that contradicts the log', () => {
  it('stops voting with words for the voter, shows in /health, and leaves all that was recorded readable', async () => {
    const house = await startMeetingServer();
    const place = await openOf(house);
    const anna = await prepareDevice(await house.as('anna'), place, 'phone');
    const receipt = await cast(anna, signBallot(anna, { 'item-1': 'for' }));
    expect(receipt).toContain('demo.');

    const { connection, house: inner } = house.server.open;
    await addForkEvidence(connection.sql, {
      witness: 'demo.city',
      witnessKey: '',
      kind: 'fork',
      ourSize: 1,
      ourNote: await logFile(house.url, 'head'),
      theirSize: null,
      theirNote: null,
    });
    const health = async () => {
      const answer = await fetch(`${house.url}/health`);
      return [answer.status, await answer.json()];
    };
    await until(async () => (await health())[0] === 503);
    expect(await health()).toEqual([503, { status: 'trouble', trouble: 'forked' }]);
    const ballot = signBallot(anna, { 'item-1': 'against' });
    expect(await refusalOf(cast(anna, ballot))).toBe('log-stopped');
    expect((await inner.ledger.status()).state).toBe('forked');
    expect(
      checkCheckpoint(await logFile(house.url, 'checkpoint'), parseVerifierKey(anna.logKey)).size,
    ).toBeGreaterThan(1);

    // The operator has seen to it; a server that runs hears of it by itself.
    const program = (...args: string[]) => runProgram(house.settings.database!, ...args);
    const shown = await program();
    expect([shown.code, shown.out]).toEqual([
      3,
      expect.stringContaining('demo.city has cosigned another history'),
    ]);
    expect((await program('clear')).code).toBe(2);
    expect((await program('clear', '--because', 'a mistake of the city')).code).toBe(0);
    await until(async () => (await health())[0] === 200);
    expect(await refusalOf(cast(anna, ballot))).toBeNull();
    const after = await program();
    expect([after.code, after.out]).toEqual([0, expect.stringContaining('a mistake of the city')]);
  });
});

async function runProgram({ host, port, user, password, database }: DatabaseAddress, ...args: string[]) {
  const url = new URL(`postgres://localhost/${database}`);
  Object.assign(url, { username: user, password });
  url.searchParams.set('host', host);
  url.searchParams.set('port', String(port));
  const program = join(root, 'apps/api/src/witnesses-command.ts');
  const environment = { ...process.env, DATABASE_URL: String(url), VECHE_DATA_DIR: '/nonexistent' };
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [program, ...args], { env: environment });
    return { code: 0, out: stdout };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, out: stdout + stderr };
  }
}
