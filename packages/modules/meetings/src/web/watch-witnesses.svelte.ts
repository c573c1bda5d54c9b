// The page's side of "witnessed": follows each receipt that waits, and tells the page what became of it.
import type { Call } from '@veche/module-kit/client.ts';
import { getReceipt } from '../contract.ts';
import type { DeviceStore, KeptReceipt } from './device-store.ts';
import type { ToldLog } from './known-journal.ts';

/**
 * `none`: the journal asks nobody; `slow`: it takes longer than usual; `broken`: what the server showed must not be
 * believed.
 */
export type WitnessState = 'none' | 'waiting' | 'slow' | 'witnessed' | 'broken';

/** Most are witnessed within a second or two. */
const SLOW_MS = 15_000;

export function createWitnessWatch(options: {
  readonly call: Call;
  readonly params: () => { readonly building: string; readonly meeting: string };
  readonly told: () => ToldLog;
}) {
  let stopped = false;
  let isSlow = $state(false);
  let newest = $state.raw<ReadonlyMap<string, KeptReceipt>>(new Map());
  let broken = $state.raw<ReadonlySet<string>>(new Set());
  let timer: ReturnType<typeof setTimeout> | undefined;

  /** Follows the receipt until it is witnessed; one that is already, or has nobody to wait for, is left alone. */
  async function follow(store: DeviceStore, kept: KeptReceipt): Promise<void> {
    if (kept.witnessed || options.told().policy === null) return;
    timer ??= setTimeout(() => (isSlow = true), SLOW_MS);
    const [{ followWitnesses }, { answerInTime }] = await Promise.all([
      import('./follow-witnesses.ts'),
      import('./answer-in-time.ts'),
    ]);
    try {
      const final = await followWitnesses(
        {
          store,
          findReceipt: (idem) =>
            answerInTime(options.call(getReceipt, { params: { ...options.params(), idem } })),
          wait: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
          isStopped: () => stopped,
        },
        kept,
        options.told(),
      );
      if (final) newest = new Map([...newest, [final.idem, final]]);
    } catch (error) {
      // Where only the answer was no, as after signing out, the receipt stays what it was: recorded.
      if (error instanceof Error && error.name === 'ReceiptBroken') broken = new Set([...broken, kept.idem]);
    }
  }

  return {
    follow,
    stop(): void {
      stopped = true;
      clearTimeout(timer);
    },
    /** The receipt as it is now. */
    newest: (kept: KeptReceipt): KeptReceipt => newest.get(kept.idem) ?? kept,
    stateOf: (kept: KeptReceipt): WitnessState => {
      if (broken.has(kept.idem)) return 'broken';
      if (kept.witnessed) return 'witnessed';
      if (options.told().policy === null) return 'none';
      return isSlow ? 'slow' : 'waiting';
    },
  };
}
