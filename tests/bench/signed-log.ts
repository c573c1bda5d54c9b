// A log of signed ballots in a folder, of any size: what an auditor of the whole log has to go through. Ballots repeat after
// some ten thousand; an auditor hashes and checks each of them all the same.
import { hash } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { encodeBase64, encodeUtf8 } from '@veche/ledger/bytes.ts';
import { nativeSha256 } from '@veche/ledger/cli/native-sha256.ts';
import { useSha256 } from '@veche/ledger/hash.ts';
import { createNoteSigner } from '@veche/ledger/note.ts';
import { createSequencer, type Head, type HeadStore, type TileStore } from '@veche/ledger/sequencer.ts';
import { keyOf, leafOf } from './synthetic-meeting.ts';

const ORIGIN = 'bench.example/audit';
const BALLOTS = 32_768;
const BATCH = 8_192;

export type SignedLog = { readonly logKey: string; readonly entries: number };

/** Writes the log into the folder, which must be empty. */
export async function makeSignedLog(folder: string, entries: number): Promise<SignedLog> {
  useSha256(nativeSha256);
  const ballots = Array.from({ length: Math.min(BALLOTS, entries) }, (_, i) => encodeUtf8(ballotOf(i)));
  const signer = createNoteSigner(ORIGIN, new Uint8Array(32).fill(6));
  let milliseconds = 1_800_000_000_000;
  let handedOut = 1;
  const sequencer = createSequencer({
    origin: ORIGIN,
    signer,
    store: headOnly((limit) =>
      Array.from({ length: Math.min(limit, entries - handedOut) }, () => {
        const n = handedOut++;
        return { id: String(n), idem: n.toString(16).padStart(64, '0'), leaf: ballots[n % ballots.length]! };
      }),
    ),
    tiles: quickFiles(folder),
    now: () => (milliseconds += 1_000),
    epoch: 1,
    batchEntries: BATCH,
    firstEntry: () => {
      const registrar = keyOf('registrar', 0);
      return encodeUtf8(leafOf({ kind: 'registrar', origin: ORIGIN, key: registrar.text }, registrar));
    },
  });
  await sequencer.start();
  while ((await sequencer.step()) > 0);
  return { logKey: signer.vkey, entries };
}

const some = (purpose: string, n: number): Uint8Array => hash('sha256', `${purpose} ${n}`, 'buffer');

const ballotOf = (n: number): string =>
  leafOf(
    {
      kind: 'ballot',
      meeting: 'bench',
      voter: `v${n}`,
      nonce: encodeBase64(some('nonce', n).slice(0, 16)),
      ballot: encodeBase64(some('ballot', n)),
    },
    keyOf('audit', n),
  );

/** Keeps nothing but the head: the files are the log. */
function headOnly(pending: (limit: number) => Awaited<ReturnType<HeadStore['pending']>>): HeadStore {
  let head: Head | null = null;
  return {
    load: async () => head,
    pending: async (limit) => pending(limit),
    commit: async ({ next }) => void (head = next),
    staged: async () => null,
    clearStaged: async () => {},
    holds: async () => true,
  };
}

/** Files without the care that the product takes of them: a log for measuring may be lost. */
function quickFiles(folder: string): TileStore {
  const write = async (path: string, content: Uint8Array): Promise<void> => {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  };
  return {
    read: (path) =>
      readFile(join(folder, path)).then(
        (content) => new Uint8Array(content),
        () => null,
      ),
    writeNew: write,
    replace: write,
    remove: (path) => rm(join(folder, path), { force: true }),
  };
}
