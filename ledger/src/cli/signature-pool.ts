// Checks the signatures of many entries on all cores. Holds a bounded number of bundles, however fast entries come.
import { Worker } from 'node:worker_threads';
import { encodeEntryBundle } from '../tile.ts';

export type WrongEntry = {
  readonly index: number;
  readonly code: 'entry-malformed' | 'wrong-signature' | 'possession-unproven';
};

/** What a worker is given, and what it answers in the same order. */
export type SignatureWork = { readonly from: number; readonly bundle: Uint8Array; readonly width: number };
export type SignatureAnswer = { readonly checked: number; readonly wrong: readonly WrongEntry[] };

export type SignaturePool = {
  /** Takes the leaves of a bundle; resolves once there is room for the next. */
  check(from: number, leaves: readonly Uint8Array[]): Promise<void>;
  /** Resolves once everything taken has been checked. */
  settle(): Promise<void>;
  readonly checked: number;
  /** By rising index once settled; the first thousand. */
  readonly wrong: readonly WrongEntry[];
  close(): Promise<void>;
};

const MAX_WRONG = 1_000;
/** Bundles on their way to each worker: one in hand, two waiting. */
const WAITING = 3;

/** A pool of so many workers. */
export function createSignaturePool(workers: number): SignaturePool {
  const wrong: WrongEntry[] = [];
  let checked = 0;
  let failed: Error | null = null;
  let changed = Promise.withResolvers<void>();
  const notify = (): void => {
    changed.resolve();
    changed = Promise.withResolvers<void>();
  };
  const pool = Array.from({ length: workers }, () => {
    const one = {
      worker: new Worker(new URL('./signature-worker.ts', import.meta.url)),
      waiting: 0,
    };
    one.worker.on('message', (answer: SignatureAnswer) => {
      one.waiting--;
      checked += answer.checked;
      wrong.push(...answer.wrong.slice(0, MAX_WRONG - wrong.length));
      notify();
    });
    one.worker.on('error', (cause) => {
      failed = new Error('a worker that checks signatures failed', { cause });
      notify();
    });
    return one;
  });
  const until = async (isSo: () => boolean): Promise<void> => {
    for (;;) {
      if (failed) throw failed;
      if (isSo()) return;
      await changed.promise;
    }
  };
  return {
    async check(from, leaves) {
      await until(() => pool.some(({ waiting }) => waiting < WAITING));
      const least = pool.reduce((a, b) => (b.waiting < a.waiting ? b : a));
      const bundle = encodeEntryBundle(leaves);
      least.waiting++;
      least.worker.postMessage({ from, bundle, width: leaves.length } satisfies SignatureWork, [
        bundle.buffer as ArrayBuffer,
      ]);
    },
    async settle() {
      await until(() => pool.every(({ waiting }) => waiting === 0));
      wrong.sort((a, b) => a.index - b.index);
    },
    get checked() {
      return checked;
    },
    wrong,
    async close() {
      await Promise.all(pool.map(({ worker }) => worker.terminate()));
    },
  };
}
