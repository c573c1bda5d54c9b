// Three witnesses of a demonstration, in the server's own process and by the demonstration's clock: real ones in all they
// do, and worth nothing as proof, since whoever runs the log runs them too. Every page says so.
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '@veche/core/clock.ts';
import { loadOrCreateKey, type DataDir, type StoredKey } from '@veche/files/data-dir.ts';
import { publicKeyOf } from '@veche/ledger/ed25519.ts';
import { ED25519_COSIGNATURE, formatVerifierKey } from '@veche/ledger/note.ts';
import { parsePolicy, type WitnessPolicy } from '@veche/ledger/policy.ts';
import type { Logger } from '@veche/module-kit/module.ts';
import { createWitness, serveWitness } from '@veche/witness/witness-server.ts';
import { openWitnessStore } from '@veche/witness/witness-store.ts';

const NAMES = ['council', 'resident', 'city'] as const;
/** How the names of a demonstration's witnesses begin: of their keys, and in the policy. */
const PREFIX = 'demo.';

export type DemoWitnesses = {
  readonly policy: WitnessPolicy;
  /** Starts them, each with its own store, on free ports of this machine. @returns where they are asked, by name */
  serve(): Promise<ReadonlyMap<string, string>>;
  close(): Promise<void>;
};

export type DemoWitnessOptions = {
  readonly dataDir: DataDir;
  /** The log's keys, the one it signs with first. */
  readonly verifierKeys: readonly string[];
  readonly clock: Clock;
  readonly log: Logger;
};

/** The same policy in every process of the installation and at every start: it names keys of the data folder. */
export async function openDemoWitnesses(options: DemoWitnessOptions): Promise<DemoWitnesses> {
  const { dataDir, verifierKeys, clock, log } = options;
  const keys: StoredKey[] = [];
  for (const name of NAMES)
    keys.push(await loadOrCreateKey(dataDir, `witness-${name}.key`, `${PREFIX}${name}`));
  const closing: (() => Promise<void> | void)[] = [];
  return {
    policy: parsePolicy(formatPolicy(verifierKeys, keys)),
    async serve() {
      const folder = storesOf(dataDir);
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const urls = new Map<string, string>();
      for (const { name, seed } of keys) {
        const publicKey = publicKeyOf(seed);
        const store = openWitnessStore(join(folder, `${name}.sqlite`), { name, publicKey });
        closing.push(store.close);
        const witness = createWitness({
          name,
          seed,
          store,
          logs: verifierKeys,
          now: () => clock.now().getTime(),
          // What they cosign is told by the log itself.
          log: { ...log, info: () => {} },
        });
        const served = await serveWitness(witness, { port: 0 });
        closing.push(served.close);
        urls.set(name, served.url);
      }
      return urls;
    },
    async close() {
      for (const closePart of closing.reverse()) await closePart();
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
