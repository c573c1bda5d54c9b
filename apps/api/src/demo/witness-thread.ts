// The thread of a demonstration's witnesses. What they sign is on the disk before they say so, and to wait for the disk is
// what the server's own thread must never do. They tell the time by the demonstration's clock, wherever it is moved.
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { publicKeyOf } from '@veche/ledger/ed25519.ts';
import type { Logger } from '@veche/module-kit/module.ts';
import { useNativeCrypto } from '@veche/witness/native-crypto.ts';
import { createWitness, serveWitness } from '@veche/witness/witness-server.ts';
import { openWitnessStore } from '@veche/witness/witness-store.ts';
import { readClock, type ClockState } from './clock.ts';

/** What the thread is started with. */
export type WitnessWork = {
  /** Where each keeps its store; the folder exists. */
  readonly folder: string;
  readonly keys: readonly { readonly name: string; readonly seed: Uint8Array }[];
  readonly verifierKeys: readonly string[];
  readonly clock: ClockState;
};

/** What it says: once where all of them are asked, by name, and whatever is to be logged. Any message to it ends it. */
export type WitnessNews =
  | { readonly urls: ReadonlyMap<string, string> }
  | {
      readonly level: 'warn' | 'error';
      readonly facts: Parameters<Logger['warn']>[0];
      readonly text: string;
    };

useNativeCrypto();
const port = parentPort!;
const tell = (news: WitnessNews): void => port.postMessage(news);
const log: Logger = {
  // What they cosign is told by the log itself.
  info: () => {},
  warn: (facts, text) => tell({ level: 'warn', facts, text }),
  error: (facts, text) => tell({ level: 'error', facts, text }),
};

const { folder, keys, verifierKeys, clock } = workerData as WitnessWork;
const { now } = readClock(clock);
const closing: (() => Promise<void> | void)[] = [];
const urls = new Map<string, string>();
for (const { name, seed } of keys) {
  const store = openWitnessStore(join(folder, `${name}.sqlite`), { name, publicKey: publicKeyOf(seed) });
  closing.push(store.close);
  const witness = createWitness({ name, seed, store, logs: verifierKeys, now: () => now().getTime(), log });
  const served = await serveWitness(witness, { port: 0 });
  closing.push(served.close);
  urls.set(name, served.url);
}
// Nothing is left to live for once they are closed and nobody listens.
port.once('message', async () => {
  for (const closePart of closing.reverse()) await closePart();
});
tell({ urls });
