// Three witnesses of a demonstration, in the server's own process and by the demonstration's clock: real ones in all they
// do, and worth nothing as proof, since whoever runs the log runs them too. Every page says so.
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { loadOrCreateKey, type DataDir, type StoredKey } from '@veche/files/data-dir.ts';
import { publicKeyOf } from '@veche/ledger/ed25519.ts';
import { ED25519_COSIGNATURE, formatVerifierKey } from '@veche/ledger/note.ts';
import { parsePolicy, type WitnessPolicy } from '@veche/ledger/policy.ts';
import type { Logger } from '@veche/module-kit/module.ts';
import type { ClockState } from './clock.ts';
import type { WitnessNews, WitnessWork } from './witness-thread.ts';

const NAMES = ['council', 'resident', 'city'] as const;
/** How the names of a demonstration's witnesses begin: of their keys, and in the policy. */
const PREFIX = 'demo.';

export type DemoWitnesses = {
  readonly policy: WitnessPolicy;
  /**
   * Starts them in a thread, each with its own store, on free ports of this machine. Call once.
   * @returns where they are asked, by name
   */
  serve(): Promise<ReadonlyMap<string, string>>;
  close(): Promise<void>;
};

export type DemoWitnessOptions = {
  readonly dataDir: DataDir;
  /** The log's keys, the one it signs with first. */
  readonly verifierKeys: readonly string[];
  readonly clock: ClockState;
  readonly log: Logger;
};

/** The same policy in every process of the installation and at every start: it names keys of the data folder. */
export async function openDemoWitnesses(options: DemoWitnessOptions): Promise<DemoWitnesses> {
  const { dataDir, verifierKeys, clock, log } = options;
  const keys: StoredKey[] = [];
  for (const name of NAMES)
    keys.push(await loadOrCreateKey(dataDir, `witness-${name}.key`, `${PREFIX}${name}`));
  let thread: WitnessThread | null = null;
  return {
    policy: parsePolicy(formatPolicy(verifierKeys, keys)),
    async serve() {
      const folder = storesOf(dataDir);
      await mkdir(folder, { recursive: true, mode: 0o700 });
      thread = startThread({ folder, keys, verifierKeys, clock }, log);
      return thread.urls;
    },
    close: async () => thread?.end(),
  };
}

type WitnessThread = {
  /** Rejects with what kept them from being served. */
  readonly urls: Promise<ReadonlyMap<string, string>>;
  /** Ends their requests and closes their stores. */
  end(): Promise<void>;
};

function startThread(work: WitnessWork, log: Logger): WitnessThread {
  const urls = Promise.withResolvers<ReadonlyMap<string, string>>();
  const worker = new Worker(new URL('./witness-thread.ts', import.meta.url), { workerData: work });
  const ended = new Promise<void>((resolve) =>
    worker.once('exit', () => {
      urls.reject(new Error('the witnesses ended before they were served'));
      resolve();
    }),
  );
  worker.on('message', (news: WitnessNews) => {
    if ('urls' in news) urls.resolve(news.urls);
    else log[news.level](news.facts, news.text);
  });
  worker.on('error', (error) => {
    urls.reject(error);
    log.error({ error: error instanceof Error ? error.name : typeof error }, 'the witnesses ended');
  });
  return {
    urls: urls.promise,
    async end() {
      worker.postMessage('end', []);
      await ended;
    },
  };
}

/** With the log of a demonstration that is thrown away goes what its witnesses remember of it. */
export const forgetDemoWitnesses = (dataDir: DataDir): Promise<void> =>
  rm(storesOf(dataDir), { recursive: true, force: true });

const storesOf = (dataDir: DataDir): string => join(dataDir.root, 'witnesses');

function formatPolicy(verifierKeys: readonly string[], keys: readonly StoredKey[]): string {
  const vkeyOf = ({ name, seed }: StoredKey): string =>
    formatVerifierKey(name, publicKeyOf(seed), ED25519_COSIGNATURE);
  return [
    '# A demonstration: one server runs the log and its witnesses, so they prove nothing.',
    ...verifierKeys.map((vkey) => `log ${vkey}`),
    ...keys.map((key) => `witness ${key.name} ${vkeyOf(key)}`),
    `group ${PREFIX}majority 2 ${keys.map(({ name }) => name).join(' ')}`,
    `quorum ${PREFIX}majority`,
    '',
  ].join('\n');
}
