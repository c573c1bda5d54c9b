// A log with real witnesses over real HTTP, each of which may be told to answer something else, to hang or to be away.
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { publicKeyOf } from '@veche/ledger/ed25519.ts';
import { parsePolicy } from '@veche/ledger/policy.ts';
import type { TileStore } from '@veche/ledger/sequencer.ts';
import type { Logger } from '@veche/module-kit/module.ts';
import { connect, type DatabaseAddress } from '@veche/postgres/connect.ts';
import { createLedgerPort } from '@veche/postgres/ledger-port.ts';
import { startSequencerProcess } from '@veche/postgres/sequencer-process.ts';
import { createWitnessing, type Witnessing } from '@veche/postgres/witnessing.ts';
import { askWitness, findShownCheckpoint } from '@veche/witness/ask.ts';
import { createWitness, type Witness } from '@veche/witness/witness-server.ts';
import { openWitnessStore } from '@veche/witness/witness-store.ts';
import { afterwards } from './afterwards.ts';
import { FIRST_LEAF, signer } from './log-key.ts';
import { silent, type LogProcess } from './log.ts';

/** Instead of what the witness would say; `away`: the connection is cut. */
export type Pretence =
  | 'hangs'
  | 'away'
  | {
      readonly status: number;
      readonly type?: string;
      readonly body?: string;
      readonly afterMs?: number;
    };

export type TestWitness = {
  readonly name: string;
  readonly vkey: string;
  /** Submission and monitoring prefix. */
  readonly url: string;
  /** Requests for a cosignature so far. */
  asked(): number;
  /** From now on; null lets the witness answer for itself. */
  pretend(pretence: Pretence | null): void;
  /** Sets its clock, Unix seconds; null lets it run. */
  setClock(unixSeconds: number | null): void;
};

/**
 * @param seed - another witness for each.
 * @param logs - keys of the logs it serves: that of the logs that tests make, unless said.
 */
export async function startTestWitness(
  name: string,
  seed: number,
  logs: readonly string[] = [signer.vkey],
): Promise<TestWitness> {
  const folder = await mkdtemp(join(tmpdir(), 'veche-witness-'));
  const key = new Uint8Array(32).fill(seed);
  const store = openWitnessStore(join(folder, 'store.sqlite'), { name, publicKey: publicKeyOf(key) });
  let clock: number | null = null;
  let pretence: Pretence | null = null;
  let asked = 0;
  const witness: Witness = createWitness({
    name,
    seed: key,
    store,
    logs,
    now: () => (clock === null ? Date.now() : clock * 1000),
    log: silent,
  });
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    if (request.method === 'POST') asked += 1;
    if (pretence === null || request.method === 'GET') return witness.handle(request, response);
    if (pretence === 'hangs') return;
    if (pretence === 'away') return void request.socket.destroy();
    const { status, type = 'text/plain', body = '', afterMs = 0 } = pretence;
    setTimeout(() => response.writeHead(status, { 'content-type': type }).end(body), afterMs);
  };
  const server = createServer(handle);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterwards(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    store.close();
    await rm(folder, { recursive: true, force: true });
  });
  return {
    name,
    vkey: witness.vkey,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: () => asked,
    pretend: (next) => void (pretence = next),
    setClock: (unixSeconds) => void (clock = unixSeconds),
  };
}

/** Three of them; two are a quorum. */
export const startThreeWitnesses = (): Promise<TestWitness[]> =>
  Promise.all(['board', 'city', 'resident'].map((name, i) => startTestWitness(`${name}.test`, 101 + i)));

/** All of them are asked, and any `threshold` are enough. */
export const policyOf = (witnesses: readonly TestWitness[], threshold = 2): string =>
  [
    `log ${signer.vkey}`,
    ...witnesses.map(({ name, vkey, url }) => `witness ${name} ${vkey} ${url}`),
    `group enough ${threshold} ${witnesses.map(({ name }) => name).join(' ')}`,
    'quorum enough',
    '',
  ].join('\n');

export type WitnessedLogOptions = {
  readonly sequences?: boolean;
  readonly log?: Logger;
  readonly refreshMs?: number;
  /** False for a log that is expected to stand still. */
  readonly ready?: boolean;
};

/** One process of the product, as far as a log with this policy goes. */
export async function openWitnessedLog(
  address: DatabaseAddress,
  tiles: TileStore,
  policyText: string,
  { sequences = true, log = silent, refreshMs, ready = true }: WitnessedLogOptions = {},
): Promise<LogProcess & { readonly witnessing: Witnessing | null }> {
  const connection = connect(address, { max: 10 });
  const policy = parsePolicy(policyText);
  const witnessing = sequences
    ? createWitnessing({
        sql: connection.sql,
        tiles,
        policy,
        ask: askWitness,
        findShown: (url) => findShownCheckpoint(url, signer.name),
        log,
        ...(refreshMs ? { refreshMs } : {}),
      })
    : null;
  const sequencer = witnessing
    ? startSequencerProcess({
        address,
        tiles,
        origin: signer.name,
        signer,
        firstEntry: () => Buffer.from(FIRST_LEAF),
        now: () => Date.now(),
        log,
        publishTo: 'head',
        checkStart: witnessing.checkStart,
      })
    : null;
  if (sequencer) witnessing?.follow(sequencer);
  try {
    await sequencer?.ready();
  } catch (error) {
    if (ready) {
      await witnessing?.stop();
      await sequencer?.stop();
      await connection.close();
      throw error;
    }
  }
  const ledger = await createLedgerPort({
    sql: connection.sql,
    address,
    tiles,
    origin: signer.name,
    verifierKey: signer.vkey,
    signEntry: () => '',
    sequencer,
    policy,
    witnessing,
  });
  let stopped: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    await ledger.stop();
    await witnessing?.stop();
    await sequencer?.stop();
    await connection.close();
  };
  const process = {
    ...connection,
    ledger,
    sequencer,
    witnessing,
    stop: () => (stopped ??= stop()),
  };
  afterwards(() => process.stop().catch(() => {}));
  return process;
}
