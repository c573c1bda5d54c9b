// From "recorded" to "witnessed": asks for the receipt again until enough witnesses have cosigned, for as long as the page
// is open. Nothing waits for it, and a receipt that was checked is only ever replaced by one that was checked too.
import { checkVoterReceipt } from './check-receipt.ts';
import type { Receipt } from './cast.ts';
import { ballotKey, type DeviceStore, type KeptReceipt } from './device-store.ts';
import type { ToldLog } from './known-journal.ts';

export type FollowPorts = {
  readonly store: DeviceStore;
  /** The server waits some seconds for the witnesses before it answers. */
  readonly findReceipt: (idem: string) => Promise<Receipt>;
  readonly wait: (milliseconds: number) => Promise<void>;
  readonly isStopped: () => boolean;
};

/** Soon at first; a witness that is away for hours is asked after every half minute. */
const PAUSES_MS = [500, 1000, 2000, 4000, 8000, 15_000];
const LONGEST_PAUSE_MS = 30_000;

/**
 * @returns the receipt under a checkpoint that enough witnesses cosigned, kept in place of the one before; null when it
 *   was stopped first
 * @throws ReceiptBroken: when what the server shows must not be believed.
 * @throws Error: when the server knows no such entry any more.
 */
export async function followWitnesses(
  ports: FollowPorts,
  kept: KeptReceipt,
  told: ToldLog,
): Promise<KeptReceipt | null> {
  for (let tries = 0; ; tries++) {
    await ports.wait(PAUSES_MS[tries] ?? LONGEST_PAUSE_MS);
    if (ports.isStopped()) return null;
    const receipt = await ports.findReceipt(kept.idem).catch((error: unknown) => {
      if (mayPass(error) || statusOf(error) === 429) return null;
      throw error;
    });
    if (ports.isStopped()) return null;
    if (receipt?.state !== 'witnessed' || receipt.index === null || receipt.proof === null) continue;
    const { index, proof } = receipt;
    const witnessed = await checkVoterReceipt(ports.store, { entry: kept.entry, index, proof }, told);
    // The server says so, the cosignatures do not: believed are the cosignatures.
    if (!witnessed) continue;
    const final: KeptReceipt = { ...kept, index, proof, witnessed };
    const key = ballotKey(kept.meeting, kept.idem);
    // Whoever had this device forget it meanwhile does not want it back.
    if (await ports.store.find('receipts', key)) await ports.store.put('receipts', key, final);
    return final;
  }
}

/** Whether the same call may succeed later: no line (fetch's TypeError), a busy or an absent server. */
export const mayPass = (error: unknown): boolean =>
  error instanceof TypeError || [502, 503, 504].includes(statusOf(error));

const statusOf = (error: unknown): number =>
  error instanceof Error && 'problem' in error ? (error.problem as { status: number }).status : 0;
