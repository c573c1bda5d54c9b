// Checks Ed25519 signatures with the system's library on a thread of its own, and refuses whatever the strict rule refuses:
// only what both accept counts. Those of one moment go there as one message, so that a burst of ballots costs the thread
// that serves everybody a few microseconds each and not the arithmetic.
import { Worker } from 'node:worker_threads';
import { KEY_BYTES, SIGNATURE_BYTES } from '@veche/ledger/ed25519.ts';
import { microbatch } from '@veche/module-kit/microbatch.ts';
import type { SignatureCheck } from '@veche/module-kit/module.ts';
import { packChecks, unpackAnswers } from './signature-batch.ts';

/** Some 10 ms of the thread: whoever comes in the middle of a burst does not wait for all of it. */
const MAX_BATCH = 128;

export type CheckSignature = {
  /**
   * Resolves to whether the signature holds; wrong lengths and wrong points are simply false.
   * Rejects what the thread had in hand when it ended; the next call starts another.
   */
  (check: SignatureCheck): Promise<boolean>;
  /** Ends the thread; calls after it reject. Without it the thread still keeps no process alive that has no call open. */
  close(): Promise<void>;
};

/** A check with a thread of its own, which starts with the first signature. */
export function createSignatureCheck(): CheckSignature {
  let thread: Thread | null = null;
  let closed = false;

  const checkBatch = async (checks: readonly SignatureCheck[]): Promise<boolean[]> => {
    if (closed) throw new Error('the check of signatures was closed');
    thread ??= startThread(() => void (thread = null));
    return unpackAnswers(await thread.ask(packChecks(checks)), checks.length);
  };
  const check = microbatch(checkBatch, MAX_BATCH);

  const checkShaped = async (one: SignatureCheck): Promise<boolean> =>
    one.key.length === KEY_BYTES && one.signature.length === SIGNATURE_BYTES && check(one);
  return Object.assign(checkShaped, {
    async close() {
      closed = true;
      await thread?.end();
    },
  });
}

type Thread = {
  /** One question at a time. While it is open the thread keeps the process, else it does not. */
  ask(packed: Uint8Array<ArrayBuffer>): Promise<Uint8Array>;
  end(): Promise<unknown>;
};

/** @param onEnd called once, whatever ended it, before its open question is rejected */
function startThread(onEnd: () => void): Thread {
  const worker = new Worker(new URL('./signature-worker.ts', import.meta.url));
  let open: PromiseWithResolvers<Uint8Array> | null = null;
  let cause: unknown;
  worker.on('message', (answers: Uint8Array) => {
    worker.unref();
    open?.resolve(answers);
    open = null;
  });
  worker.on('error', (error) => void (cause = error));
  worker.on('exit', () => {
    onEnd();
    open?.reject(new Error('the thread that checks signatures ended', { cause }));
    open = null;
  });
  return {
    ask(packed) {
      open = Promise.withResolvers();
      worker.ref();
      worker.postMessage(packed, [packed.buffer]);
      return open.promise;
    },
    end: () => worker.terminate(),
  };
}
