// Three witnesses for a whole server of a test, by a policy file as an operator writes it; they can be away and come back.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadOrCreateKey, prepareDataDir } from '@veche/files/data-dir.ts';
import { publicKeyOf } from '@veche/ledger/ed25519.ts';
import { formatVerifierKey } from '@veche/ledger/note.ts';
import { createWitness } from '@veche/witness/witness-server.ts';
import { openWitnessStore } from '@veche/witness/witness-store.ts';
import { afterwards } from './afterwards.ts';
import { silent } from './log.ts';

export const WITNESS_NAMES = ['council', 'resident', 'city'] as const;

export type HouseWitnesses = {
  /** Path of the policy file: two of the three are enough. */
  readonly witnessPolicy: string;
  /** Whether they answer. Those that are away cut the connection. */
  answer(whether: boolean): void;
  /** The clock they go by from now on. */
  follow(clock: { now(): Date }): void;
};

/** Serves them before the server starts whose data folder and public address these are. */
export async function serveHouseWitnesses(dataDir: string, webOrigin: string): Promise<HouseWitnesses> {
  const origin = `${webOrigin.replace(/^https?:\/\//, '')}/log/v1`;
  const logKey = await loadOrCreateKey(await prepareDataDir(dataDir), 'log.key', origin);
  const logVkey = formatVerifierKey(logKey.name, publicKeyOf(logKey.seed));
  let answers = true;
  let clock = { now: () => new Date() };
  const lines: string[] = [];
  for (const [i, name] of WITNESS_NAMES.entries()) {
    const seed = new Uint8Array(32).fill(201 + i);
    const store = openWitnessStore(':memory:', { name, publicKey: publicKeyOf(seed) });
    const now = () => clock.now().getTime();
    const witness = createWitness({ name, seed, store, logs: [logVkey], now, log: silent });
    const server = createServer((request, response) => {
      if (answers) witness.handle(request, response);
      else request.socket.destroy();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    afterwards(async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      store.close();
    });
    lines.push(`witness ${name} ${witness.vkey} http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  }
  const witnessPolicy = join(dataDir, 'witnesses.policy');
  await writeFile(
    witnessPolicy,
    [`log ${logVkey}`, ...lines, `group majority 2 ${WITNESS_NAMES.join(' ')}`, 'quorum majority', ''].join(
      '\n',
    ),
  );
  return {
    witnessPolicy,
    answer: (whether) => (answers = whether),
    follow: (other) => (clock = other),
  };
}
