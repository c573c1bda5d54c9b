// A log for the tests of witnesses: numbered leaves, any size at once, and a second history that differs in one leaf.
import { signCheckpoint } from '@veche/ledger/checkpoint.ts';
import { createNoteSigner, type NoteSigner } from '@veche/ledger/note.ts';
import { leafHash, nodeHash, proveConsistency, readRoot, type HashReader } from '@veche/ledger/tree.ts';
import { encodeAddCheckpoint } from '@veche/ledger/witness.ts';

export const logSigner = createNoteSigner('log.example/v1', new Uint8Array(32).fill(2));

export type FixtureLog = {
  /** Signed by these, or by {@link logSigner}. */
  checkpoint(size: number, ...signers: NoteSigner[]): Promise<string>;
  proof(from: number, to: number): Promise<Uint8Array[]>;
  /** What a log asks of a witness that knows the size `from`. */
  request(from: number, to: number, checkpoint?: string): Promise<string>;
};

/** @param changed the leaf at which this history differs from the other */
export function createFixtureLog(changed = -1): FixtureLog {
  const known = new Map<string, Uint8Array>();
  const hashAt = (level: number, index: number): Uint8Array => {
    const key = `${level} ${index}`;
    const hash =
      known.get(key) ??
      (level === 0
        ? leafHash(new TextEncoder().encode(index === changed ? 'other' : `${index}`))
        : nodeHash(hashAt(level - 1, 2 * index), hashAt(level - 1, 2 * index + 1)));
    known.set(key, hash);
    return hash;
  };
  const reader: HashReader = async (nodes) => nodes.map(({ level, index }) => hashAt(level, index));
  const log: FixtureLog = {
    checkpoint: async (size, ...signers) =>
      signCheckpoint(
        logSigner.name,
        size,
        await readRoot(size, reader),
        ...(signers.length > 0 ? signers : [logSigner]),
      ),
    proof: async (from, to) => (from === 0 || from > to ? [] : proveConsistency(from, to, reader)),
    request: async (from, to, checkpoint) =>
      encodeAddCheckpoint({
        oldSize: from,
        proof: await log.proof(from, to),
        checkpoint: checkpoint ?? (await log.checkpoint(to)),
      }),
  };
  return log;
}
